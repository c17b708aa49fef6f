package main

import (
	"errors"
	"fmt"
	"iter"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/rollcall-go/rollcall/system/catalog"
)

func (a *app) vendors() *cobra.Command {
	var format string

	cmd := &cobra.Command{
		Use:   "vendors",
		Short: "List the shipped vendor definitions: class, transport, credentials, limits",
		Long: `Vendors lists the definitions that a configuration can take with 'use: NAME'. 'vendors show NAME' prints one, to copy or
to learn from; 'vendors test FILE' plays a definition's examples through the whole program. docs/vendors.md explains the language.`,
		Example: `  rollcall vendors
  rollcall vendors show kraken
  rollcall init --use kraken,ecb > r.yaml`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			if err := oneOf("format", format, "table", "json", "csv"); err != nil {
				return err
			}

			columns := entryColumns()
			if format == "table" { // a title would leave no room for the rest
				columns = slices.Delete(columns, 1, 2)
			}

			return printRows(a, format, columns, shipped())
		},
	}
	cmd.Flags().StringVar(&format, "format", "table", "`format`: table, json or csv")
	suggest(cmd, "format", "table", "json", "csv")
	cmd.AddCommand(a.vendorsShow(), a.vendorsTest())

	return cmd
}

func entryColumns() []column[*catalog.Entry] {
	return []column[*catalog.Entry]{
		{"name", "NAME", func(e *catalog.Entry) any { return e.Name }},
		{"title", "TITLE", func(e *catalog.Entry) any { return e.About.Title }},
		{"class", "CLASS", func(e *catalog.Entry) any { return e.Class }},
		{"transport", "TRANSPORT", func(e *catalog.Entry) any { return e.Transport() }},
		{"auth", "AUTH", func(e *catalog.Entry) any { return e.About.Auth }},
		{"limits", "LIMITS", func(e *catalog.Entry) any { return e.About.Limits }},
	}
}

// shipped are the shipped definitions, by name.
func shipped() iter.Seq2[*catalog.Entry, error] {
	return func(yield func(*catalog.Entry, error) bool) {
		for _, name := range catalog.Names() {
			if !yield(catalog.Load(name)) {
				return
			}
		}
	}
}

func (a *app) vendorsShow() *cobra.Command {
	var examples bool

	cmd := &cobra.Command{
		Use:   "show NAME",
		Short: "Print a vendor definition",
		Long: `Show prints the definition behind a name as it is shipped, or one of your own files, without its examples. Put it below
'vendors: NAME:' of a configuration, or keep it in a file and name that with 'use: ./FILE'.`,
		Example: `  rollcall vendors show kraken
  rollcall vendors show kraken --examples > mine.yaml`,
		Args:              exactlyOne("name one definition: see 'rollcall vendors'"),
		ValidArgsFunction: suggestEntries,
		RunE: func(_ *cobra.Command, args []string) error {
			entry, err := loadEntry(args[0])
			if err != nil {
				return err
			}

			text := entry.Text
			if !examples {
				text = withoutExamples(text)
			}

			_, err = a.out.Write(text)

			return err
		},
	}
	cmd.Flags().BoolVar(&examples, "examples", false, "with the recorded answers")

	return cmd
}

// exactlyOne is a check of arguments that says what is wanted.
func exactlyOne(wanted string) cobra.PositionalArgs {
	return func(_ *cobra.Command, args []string) error {
		if len(args) != 1 {
			return usageError("%s", wanted)
		}

		return nil
	}
}

// loadEntry reads a shipped definition by its name, or a file by its path.
func loadEntry(name string) (*catalog.Entry, error) {
	if !strings.ContainsAny(name, "./\\") {
		entry, err := catalog.Load(name)
		if errors.Is(err, catalog.ErrUnknown) {
			return nil, usageError("%w; there are %s; a file of your own is named with its path, such as ./%s.yaml",
				err, strings.Join(catalog.Names(), ", "), name)
		}

		return entry, err
	}

	data, err := os.ReadFile(name) //nolint:gosec // the user names the file
	if err != nil {
		return nil, usageError("definition: %w", err)
	}

	entry, err := catalog.Parse(data, name)
	if err != nil {
		return nil, usageError("%w", err)
	}

	return entry, nil
}

// withoutExamples cuts the definition's last key off, where that is its examples.
func withoutExamples(text []byte) []byte {
	before, _, found := strings.Cut(string(text), "\nexamples:")
	if !found {
		return text
	}

	return fmt.Appendln(nil, before)
}

// suggestEntries completes the name of a shipped definition.
func suggestEntries(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}

	words := make([]string, 0, len(catalog.Names()))

	for entry, err := range shipped() {
		if err == nil {
			words = append(words, entry.Name+"\t"+entry.About.Title)
		}
	}

	return words, cobra.ShellCompDirectiveDefault
}
