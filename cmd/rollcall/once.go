package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/config"
	"github.com/rollcall-go/rollcall/system/logs"
	"github.com/rollcall-go/rollcall/system/service"
)

func (a *app) once() *cobra.Command {
	var file, format string

	cmd := orderly(&cobra.Command{
		Use:   "once -c FILE",
		Short: "Take one snapshot and print it",
		Long: `Once asks every vendor one time and prints the snapshot to standard output. The round is kept in the data
directory like any other. Exit code 0: complete; 3: partial or empty. SIGINT or SIGTERM closes the round with what is there.`,
		Example: `  rollcall once -c r.yaml | jq .prices
  rollcall once -c r.yaml --format table`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := oneOf("format", format, "json", "table", "csv"); err != nil {
				return err
			}

			cfg, err := a.load(file)
			if err != nil {
				return err
			}

			a.applyData(cmd, cfg)
			cfg.HTTP.Listen = config.ListenOff

			snapshot, err := a.takeOne(cmd.Context(), cfg)
			if snapshot == nil {
				return err
			}

			return errors.Join(a.printSnapshot(snapshot, format), err, completeness(snapshot))
		},
	})
	configFlag(cmd, &file, "configuration `file`")
	cmd.Flags().StringVar(&format, "format", "json", "`format`: json, table or csv")
	suggest(cmd, "format", "json", "table", "csv")

	return cmd
}

// errInterrupted says that the user did not want to wait.
var errInterrupted = errors.New("interrupted before there was anything to show")

// takeOne runs one round without a schedule. A round that is cut short by the user gives the snapshot of what was there.
func (a *app) takeOne(ctx context.Context, cfg *config.Config) (*messages.Snapshot, error) {
	log, err := a.logger()
	if err != nil {
		return nil, err
	}

	defer logs.Capture(log)()

	s, err := open(ctx, cfg, service.Options{Log: log, Version: versionText(), OnDemand: true})
	if err != nil {
		return nil, err
	}

	if err := s.Start(context.WithoutCancel(ctx)); err != nil {
		return nil, errors.Join(err, stop(ctx, s))
	}

	snapshot, err := s.System().Snapshot(ctx)
	stopped := stop(ctx, s)

	if ctx.Err() == nil {
		return snapshot, errors.Join(err, stopped)
	}

	if snapshot = s.System().Latest(); snapshot == nil {
		return nil, errors.Join(errInterrupted, stopped)
	}

	return snapshot, stopped
}

func (a *app) printSnapshot(s *messages.Snapshot, format string) error {
	switch format {
	case "table":
		return newReporter(a.out, a.wantsColour(a.out)).print(s)
	case "csv":
		return writeCSV(a.out, s)
	default:
		if _, err := a.out.Write(append(s.AppendJSON(nil), '\n')); err != nil {
			return fmt.Errorf("snapshot: %w", err)
		}

		return nil
	}
}

// completeness ends the program with exitIncomplete unless every instrument has a price; nothing more needs saying.
func completeness(s *messages.Snapshot) error {
	if s.Status == messages.SnapshotComplete {
		return nil
	}

	return &exitError{code: exitIncomplete}
}
