package main

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"strconv"
	"strings"
	"time"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/store"
)

// column is one column of a listing: its name in JSON and CSV, its title in a table, and a row's value. Values are strings, numbers, times,
// durations, prices and instrument names; a nil is an empty field, null in JSON.
type column[R any] struct {
	name, title string
	value       func(R) any
}

func priceColumns() []column[store.Row] {
	return []column[store.Row]{
		{"round", ">ROUND", func(r store.Row) any { return r.Round }},
		{"published_at", "PUBLISHED", func(r store.Row) any { return r.PublishedAt }},
		{"instrument", "INSTRUMENT", func(r store.Row) any { return r.Instrument }},
		{"class", "CLASS", func(r store.Row) any { return r.Class }},
		{"status", "STATUS", func(r store.Row) any { return r.Status }},
		{"price", ">PRICE", func(r store.Row) any { return priced(r, r.Price) }},
		{"age_ms", ">AGE", func(r store.Row) any { return priced(r, r.Age) }},
		{"used", ">USED", func(r store.Row) any { return r.Used }},
		{"expected", ">EXPECTED", func(r store.Row) any { return r.Expected }},
	}
}

// priced returns the value if the row has a price, else nil.
func priced(r store.Row, value any) any {
	if r.Price.IsZero() {
		return nil
	}

	return value
}

func roundColumns() []column[store.RoundRow] {
	return []column[store.RoundRow]{
		{"round", ">ROUND", func(r store.RoundRow) any { return r.Round }},
		{"published_at", "PUBLISHED", func(r store.RoundRow) any { return r.PublishedAt }},
		{"status", "STATUS", func(r store.RoundRow) any { return r.Status }},
		{"elapsed_ms", ">ELAPSED", func(r store.RoundRow) any { return r.Elapsed }},
		{"deadline_ms", ">DEADLINE", func(r store.RoundRow) any { return r.Deadline }},
		{"vendors", ">VENDORS", func(r store.RoundRow) any { return r.Vendors }},
		{"instruments", ">INSTRUMENTS", func(r store.RoundRow) any { return r.Instruments }},
	}
}

// printRows writes rows as they are read, except for a table, whose widths need all of them.
func printRows[R any](a *app, format string, columns []column[R], rows iter.Seq2[R, error]) error {
	var err error

	switch format {
	case "json":
		err = printObjects(a, columns, rows)
	case "csv":
		err = printCSV(a, columns, rows)
	default:
		err = printTable(a, columns, rows)
	}

	if err != nil {
		return fmt.Errorf("history: %w", err)
	}

	return nil
}

func printObjects[R any](a *app, columns []column[R], rows iter.Seq2[R, error]) error {
	for row, err := range rows {
		if err != nil {
			return err
		}

		object, err := objectOf(columns, row)
		if err != nil {
			return err
		}

		if _, err := a.out.Write(append(object, '\n')); err != nil {
			return err
		}
	}

	return nil
}

// objectOf is a row as a JSON object, its keys in the order of the columns.
func objectOf[R any](columns []column[R], row R) ([]byte, error) {
	object := []byte{'{'}

	for i, c := range columns {
		value, err := json.Marshal(encoded(c.value(row)))
		if err != nil {
			return nil, err
		}

		if i > 0 {
			object = append(object, ',')
		}

		object = append(strconv.AppendQuote(object, c.name), ':')
		object = append(object, value...)
	}

	return append(object, '}'), nil
}

func printCSV[R any](a *app, columns []column[R], rows iter.Seq2[R, error]) error {
	w := csv.NewWriter(a.out)
	record := make([]string, len(columns))

	for i, c := range columns {
		record[i] = c.name
	}

	err := w.Write(record)

	for row, failure := range rows {
		if err = errors.Join(err, failure); err != nil {
			break
		}

		for i, c := range columns {
			record[i] = field(c.value(row))
		}

		err = w.Write(record)
	}

	w.Flush()

	return errors.Join(err, w.Error())
}

func printTable[R any](a *app, columns []column[R], rows iter.Seq2[R, error]) error {
	t := &table{colour: a.wantsColour(a.out), width: reportWidth}
	titles := make([]string, len(columns))

	for i, c := range columns {
		titles[i] = c.title
	}

	t.header(titles...)

	for row, err := range rows {
		if err != nil {
			return err
		}

		cells := make([]cell, len(columns))

		for i, c := range columns {
			cells[i] = shown(c.value(row))
			cells[i].right = strings.HasPrefix(c.title, ">")
		}

		t.row(cells...)
	}

	return t.write(a.out)
}

// encoded is a value for JSON: exact digits as text, durations in milliseconds.
func encoded(value any) any {
	switch v := value.(type) {
	case time.Time:
		return v.UTC().Format(timeLayout)
	case time.Duration:
		return v.Milliseconds()
	case messages.Price:
		return v.Text()
	default:
		return v
	}
}

// field is a value for CSV; names are kept from being formulas.
func field(value any) string {
	switch v := value.(type) {
	case nil:
		return ""
	case messages.Instrument:
		return inert(string(v))
	case string:
		return inert(v)
	default:
		return fmt.Sprint(encoded(v))
	}
}

// timeLayout is a time as it stands in every output: RFC 3339 with milliseconds.
const timeLayout = "2006-01-02T15:04:05.000Z"

// shown is a value for people.
func shown(value any) cell {
	switch v := value.(type) {
	case nil:
		return cell{text: "-", style: dim}
	case time.Time:
		return cell{text: v.UTC().Format(timeLayout), style: dim}
	case time.Duration:
		return cell{text: seconds(v)}
	case messages.Price:
		return cell{text: v.Text()}
	case messages.Instrument:
		return cell{text: string(v), style: bold}
	case messages.InstrumentStatus:
		return cell{text: string(v), style: instrumentStyle(v)}
	case messages.SnapshotStatus:
		return cell{text: string(v), style: statusStyle(v)}
	default:
		return cell{text: fmt.Sprint(v)}
	}
}
