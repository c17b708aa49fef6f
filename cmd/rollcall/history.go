package main

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"iter"
	"strconv"
	"time"

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
	cmd.Flags().StringVar(&flags.format, "format", "table", "table, json (one object a line) or csv")

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
		return fmt.Errorf("history: %w", err)
	}

	defer func() { _ = reader.Close() }() // nothing was written

	if flags.rounds {
		return printRows(a, flags.format, roundColumns(), reader.Rounds(ctx, query))
	}

	return printRows(a, flags.format, priceColumns(), reader.History(ctx, query))
}

// column is one column of a listing: its title, and how a row's value is shown and encoded.
type column[R any] struct {
	title string
	value func(R) any
}

func priceColumns() []column[store.Row] {
	return []column[store.Row]{
		{"round", func(r store.Row) any { return r.Round }},
		{"published_at", func(r store.Row) any { return r.PublishedAt }},
		{"instrument", func(r store.Row) any { return r.Instrument }},
		{"class", func(r store.Row) any { return r.Class }},
		{"status", func(r store.Row) any { return r.Status }},
		{"price", func(r store.Row) any { return r.Price.Text() }},
		{"age_ms", func(r store.Row) any { return r.Age.Milliseconds() }},
		{"used", func(r store.Row) any { return r.Used }},
		{"expected", func(r store.Row) any { return r.Expected }},
	}
}

func roundColumns() []column[store.RoundRow] {
	return []column[store.RoundRow]{
		{"round", func(r store.RoundRow) any { return r.Round }},
		{"published_at", func(r store.RoundRow) any { return r.PublishedAt }},
		{"status", func(r store.RoundRow) any { return r.Status }},
		{"elapsed_ms", func(r store.RoundRow) any { return r.Elapsed.Milliseconds() }},
		{"deadline_ms", func(r store.RoundRow) any { return r.Deadline.Milliseconds() }},
		{"vendors", func(r store.RoundRow) any { return r.Vendors }},
		{"instruments", func(r store.RoundRow) any { return r.Instruments }},
	}
}

// printRows writes rows as they are read, except for a table, whose widths need all of them.
func printRows[R any](a *app, format string, columns []column[R], rows iter.Seq2[R, error]) error {
	switch format {
	case "json":
		return printObjects(a, columns, rows)
	case "csv":
		return printCSV(a, columns, rows)
	default:
		return printTable(a, columns, rows)
	}
}

func printObjects[R any](a *app, columns []column[R], rows iter.Seq2[R, error]) error {
	for row, err := range rows {
		if err != nil {
			return fmt.Errorf("history: %w", err)
		}

		object := make(map[string]any, len(columns))
		for _, c := range columns {
			object[c.title] = c.value(row)
		}

		if err := a.printJSON(object); err != nil {
			return err
		}
	}

	return nil
}

func printCSV[R any](a *app, columns []column[R], rows iter.Seq2[R, error]) error {
	w := csv.NewWriter(a.out)
	record := make([]string, len(columns))

	for i, c := range columns {
		record[i] = c.title
	}

	err := w.Write(record)

	for row, failure := range rows {
		if err = errors.Join(err, failure); err != nil {
			break
		}

		for i, c := range columns {
			record[i] = inert(shown(c.value(row)))
		}

		err = w.Write(record)
	}

	w.Flush()

	if err = errors.Join(err, w.Error()); err != nil {
		return fmt.Errorf("history: %w", err)
	}

	return nil
}

func printTable[R any](a *app, columns []column[R], rows iter.Seq2[R, error]) error {
	t := &table{colour: a.isTerminal(a.out)}
	titles := make([]cell, len(columns))

	for i, c := range columns {
		titles[i] = cell{text: c.title, style: dim}
	}

	t.row(titles...)

	for row, err := range rows {
		if err != nil {
			return fmt.Errorf("history: %w", err)
		}

		cells := make([]cell, len(columns))
		for i, c := range columns {
			cells[i] = cell{text: shown(c.value(row))}
		}

		t.row(cells...)
	}

	if _, err := t.WriteTo(a.out); err != nil {
		return fmt.Errorf("table: %w", err)
	}

	return nil
}

func shown(value any) string {
	switch v := value.(type) {
	case time.Time:
		return v.UTC().Format("2006-01-02T15:04:05.000Z")
	case int64:
		return strconv.FormatInt(v, 10)
	default:
		return fmt.Sprint(v)
	}
}
