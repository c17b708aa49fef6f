package main

import (
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/rollcall-go/rollcall/system/config"
)

func (a *app) check() *cobra.Command {
	var file, format string

	cmd := &cobra.Command{
		Use:   "check -c FILE",
		Short: "Validate a configuration: every mistake with its line, column, key and a suggestion",
		Long: `Check reads a configuration as 'run' would and starts nothing. It says how often each vendor would be asked, and which budget makes
that less often than wished for. Exit code 0: no mistake; 2: every mistake is listed.`,
		Example: `  rollcall check -c r.yaml
  rollcall check -c r.yaml --format json | jq 'select(.stretched)'
  rollcall check -c r.yaml && rollcall run -c r.yaml`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			if err := oneOf("format", format, "table", "json", "csv"); err != nil {
				return err
			}

			cfg, err := a.load(file)
			if err != nil {
				return err
			}

			return a.showCheck(file, format, cfg)
		},
	}
	configFlag(cmd, &file, "configuration `file`")
	cmd.Flags().StringVar(&format, "format", "table", "`format`: table, json or csv")
	suggest(cmd, "format", "table", "json", "csv")

	return cmd
}

// load reads the configuration, prints every mistake and warning to standard error, and ends the program with exitUsage if there is a
// mistake.
func (a *app) load(file string) (*config.Config, error) {
	if file == "" {
		return nil, &exitError{code: exitUsage, err: errNoConfig}
	}

	cfg, err := config.Load(file, a.env)

	if mistakes, ok := errors.AsType[*config.Errors](err); ok {
		_, _ = io.WriteString(a.err, mistakes.Excerpt())

		return nil, usageError("%s: %s", file, count(len(mistakes.Mistakes)+mistakes.More, "mistake"))
	}

	if err != nil {
		return nil, usageError("%w", err)
	}

	for _, warning := range cfg.Warnings {
		_, _ = fmt.Fprintf(a.err, "warning: %s\n", warning.String())
	}

	return cfg, nil
}

// count is a number with its noun.
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}

	return fmt.Sprintf("%d %ss", n, noun)
}
