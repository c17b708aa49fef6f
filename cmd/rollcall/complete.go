package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/rollcall-go/rollcall/system/sim"
)

// completion prints what a shell needs to complete rollcall's verbs, flags, files and vendor names.
func (a *app) completion() *cobra.Command {
	shells := []string{"bash", "zsh", "fish"}

	return &cobra.Command{
		Use:   "completion bash|zsh|fish",
		Short: "Print the completion script of a shell",
		Example: `  source <(rollcall completion bash)                                         this shell only
  rollcall completion bash > /etc/bash_completion.d/rollcall
  rollcall completion zsh > "${fpath[1]}/_rollcall"
  rollcall completion fish > ~/.config/fish/completions/rollcall.fish`,
		ValidArgs: shells,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usageError("name one shell: %s", strings.Join(shells, ", "))
			}

			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			write := map[string]func() error{
				"bash": func() error { return cmd.Root().GenBashCompletionV2(a.out, true) },
				"zsh":  func() error { return cmd.Root().GenZshCompletion(a.out) },
				"fish": func() error { return cmd.Root().GenFishCompletion(a.out, true) },
			}[args[0]]
			if write == nil {
				return usageError("shell %q: use %s", args[0], strings.Join(shells, ", "))
			}

			if err := write(); err != nil {
				return fmt.Errorf("completion script: %w", err)
			}

			return nil
		},
	}
}

// suggest completes a flag, which must exist, with the given words.
func suggest(cmd *cobra.Command, flag string, words ...string) {
	_ = cmd.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(words, cobra.ShellCompDirectiveNoFileComp))
}

// configFlag adds -c to a verb; the shell completes it with YAML files.
func configFlag(cmd *cobra.Command, file *string, usage string) {
	cmd.Flags().StringVarP(file, "config", "c", "", usage)
	_ = cmd.MarkFlagFilename("config", "yaml", "yml") // defined above
}

// suggestFaults completes VENDOR=FAULT: first the vendor, then what can go wrong.
func suggestFaults(_ *cobra.Command, _ []string, typed string) ([]string, cobra.ShellCompDirective) {
	const more = cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace

	vendor, _, chosen := strings.Cut(typed, "=")
	if !chosen {
		return assignments(sim.Default()), more
	}

	var words []string
	for _, kind := range sim.Kinds() {
		words = append(words, vendor+"="+string(kind)+"\t"+kind.Help())
	}

	return words, more
}

// assignments are the beginnings "vendor=".
func assignments(vendors []sim.Vendor) []string {
	words := make([]string, len(vendors))
	for i := range vendors {
		words[i] = vendors[i].Name + "="
	}

	return words
}
