package main

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/rollcall-go/rollcall/system/catalog"
	"github.com/rollcall-go/rollcall/system/rehearsal"
)

func (a *app) vendorsTest() *cobra.Command {
	return orderly(&cobra.Command{
		Use:   "test NAME|FILE…",
		Short: "Play a definition's examples through the whole program and compare",
		Long: `Test lets the simulator play each example of a definition over real HTTP or WebSocket on loopback, asks it with the
definition in question, and compares quotes and outcomes with what the example expects. No vendor is asked. Exit code 0: all is as
expected; 4: something is not.`,
		Example: `  rollcall vendors test ./mine.yaml
  rollcall vendors test kraken ecb`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usageError("name a definition or a file: rollcall vendors test ./mine.yaml")
			}

			return nil
		},
		ValidArgsFunction: suggestEntries,
		RunE: func(cmd *cobra.Command, args []string) error {
			failed := 0

			for _, name := range args {
				n, err := a.rehearse(cmd, name)
				if err != nil {
					return err
				}

				failed += n
			}

			if failed > 0 {
				return &exitError{code: exitDifference, err: fmt.Errorf("%s not as expected", count(failed, "example"))}
			}

			return nil
		},
	})
}

// rehearse plays every example of one definition and returns how many went wrong.
func (a *app) rehearse(cmd *cobra.Command, name string) (failed int, err error) {
	entry, err := loadEntry(name)
	if err != nil {
		return 0, err
	}

	use, err := useOf(name)
	if err != nil {
		return 0, err
	}

	if len(entry.Examples) == 0 {
		return 0, usageError("%s has no examples", name)
	}

	for _, e := range entry.Examples {
		wrong, err := rehearsal.Run(cmd.Context(), entry, e, use)
		if err != nil {
			return failed, fmt.Errorf("%s: %w", name, err)
		}

		verdict := "ok"
		if len(wrong) > 0 {
			verdict, failed = "WRONG", failed+1
		}

		if _, err := fmt.Fprintf(a.out, "%-5s  %s: %s\n", verdict, entry.Name, printable(e.Name)); err != nil {
			return failed, fmt.Errorf("report: %w", err)
		}

		for _, line := range wrong {
			_, _ = fmt.Fprintf(a.out, "         %s\n", printable(line))
		}
	}

	return failed, nil
}

// useOf is how a configuration names a definition: a file by its absolute path.
func useOf(name string) (string, error) {
	if _, shipped := catalog.File(name); shipped && !strings.ContainsAny(name, `./\`) {
		return name, nil
	}

	path, err := filepath.Abs(name)
	if err != nil {
		return "", fmt.Errorf("definition: %w", err)
	}

	return path, nil
}
