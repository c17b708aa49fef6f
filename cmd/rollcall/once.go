package main

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/config"
	"github.com/rollcall-go/rollcall/system/logs"
	"github.com/rollcall-go/rollcall/system/service"
)

func (a *app) once() *cobra.Command {
	var file, format string

	cmd := &cobra.Command{
		Use:   "once -c FILE",
		Short: "Take one snapshot and print it",
		Long: `Once asks every vendor one time and prints the snapshot to standard output. The round is kept in the data
directory like any other. Exit code 0: complete; 3: partial or empty.`,
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

			snapshot, err := a.takeOne(cmd.Context(), cfg)
			if snapshot == nil {
				return err
			}

			return errors.Join(a.printSnapshot(snapshot, format), err, completeness(snapshot))
		},
	}
	cmd.Flags().StringVarP(&file, "config", "c", "", "configuration `file`")
	cmd.Flags().StringVar(&format, "format", "json", "json, table or csv")

	return cmd
}

// takeOne runs one round without a schedule.
func (a *app) takeOne(ctx context.Context, cfg *config.Config) (*messages.Snapshot, error) {
	log, err := a.logger()
	if err != nil {
		return nil, err
	}

	defer logs.Capture(log)()

	s, err := service.Open(ctx, cfg, service.Options{Log: log, Version: versionText(), OnDemand: true})
	if err != nil {
		return nil, err
	}

	if err := s.Start(ctx); err != nil {
		return nil, errors.Join(err, s.Stop(ctx))
	}

	snapshot, err := s.System().Snapshot(ctx)

	return snapshot, errors.Join(err, s.Stop(ctx))
}

func (a *app) printSnapshot(s *messages.Snapshot, format string) error {
	switch format {
	case "table":
		return newReporter(a.out, a.isTerminal(a.out)).print(s)
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

func writeCSV(out io.Writer, s *messages.Snapshot) error {
	w := csv.NewWriter(out)

	if err := w.Write([]string{"round", "instrument", "class", "status", "price", "age_ms", "used", "expected"}); err != nil {
		return fmt.Errorf("csv: %w", err)
	}

	for i, entry := range s.Roster.Entries() {
		report := s.Instruments[i]
		age := ""

		if !report.Price.IsZero() {
			age = strconv.FormatInt(report.Age.Milliseconds(), 10)
		}

		if err := w.Write([]string{
			strconv.FormatUint(uint64(s.Round), 10), inert(string(entry.Instrument)), inert(entry.Class), string(report.Status), report.Price.Text(),
			age, strconv.Itoa(report.Used), strconv.Itoa(len(entry.Sources)),
		}); err != nil {
			return fmt.Errorf("csv: %w", err)
		}
	}

	w.Flush()

	if err := w.Error(); err != nil {
		return fmt.Errorf("csv: %w", err)
	}

	return nil
}

// inert keeps a spreadsheet from taking a text for a formula.
func inert(text string) string {
	if text != "" && (text[0] == '=' || text[0] == '+' || text[0] == '-' || text[0] == '@') {
		return "'" + text
	}

	return text
}
