package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/store"
)

// historyFlags are what history can be asked.
type historyFlags struct {
	instruments      []string
	from, to, format string
	limit            int
	rounds           bool
}

func (a *app) history() *cobra.Command {
	var flags historyFlags

	cmd := &cobra.Command{
		Use:   "history",
		Short: "Query stored snapshots by instrument and time",
		Long:  "History reads the data directory, whether the service is running or not. The newest rounds come first.",
		Example: `  rollcall history                                      the newest 50 prices
  rollcall history --instrument AAPL,EUR/USD --from 1h
  rollcall history --instrument GOLD --from 2026-11-20T00:00:00Z --to 2026-11-21T00:00:00Z --limit 0 --format csv
  rollcall history --rounds --format json                one line a round`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := oneOf("format", flags.format, "table", "json", "csv"); err != nil {
				return err
			}

			query, err := flags.query()
			if err != nil {
				return err
			}

			return a.runHistory(cmd.Context(), query, flags)
		},
	}
	cmd.Flags().StringSliceVar(&flags.instruments, "instrument", nil, "only these `instruments`, separated by commas")
	cmd.Flags().StringVar(&flags.from, "from", "", "published at this `time` or later: RFC 3339, or an age such as 1h")
	cmd.Flags().StringVar(&flags.to, "to", "", "published before this `time`: RFC 3339, or an age such as 5m")
	cmd.Flags().IntVar(&flags.limit, "limit", 50, "at most `n` lines; 0 for all")
	cmd.Flags().BoolVar(&flags.rounds, "rounds", false, "one line a round instead of one an instrument")
	cmd.Flags().StringVar(&flags.format, "format", "table", "`format`: table, json (one object a line) or csv")
	suggest(cmd, "format", "table", "json", "csv")

	return cmd
}

func (f *historyFlags) query() (store.Query, error) {
	if f.limit < 0 {
		return store.Query{}, usageError("--limit %d: use 0 (all) or more", f.limit)
	}

	query := store.Query{Limit: f.limit, Newest: true}
	for _, name := range f.instruments {
		query.Instruments = append(query.Instruments, messages.Instrument(name))
	}

	var errs [2]error

	query.From, errs[0] = parseTime("from", f.from)
	query.To, errs[1] = parseTime("to", f.to)

	return query, errors.Join(errs[:]...)
}

func (a *app) runHistory(ctx context.Context, query store.Query, flags historyFlags) error {
	reader, err := store.OpenHistory(ctx, a.data)
	if err != nil {
		return fmt.Errorf("%w: name the data directory of a service with --data", err)
	}

	defer func() { _ = reader.Close() }() // nothing was written

	if flags.rounds {
		return printRows(a, flags.format, roundColumns(), reader.Rounds(ctx, query))
	}

	return printRows(a, flags.format, priceColumns(), reader.History(ctx, query))
}
