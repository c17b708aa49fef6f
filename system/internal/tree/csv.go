package tree

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"
)

// parseCSV reads rows of fields as objects.
func parseCSV(body []byte, o Options) (any, error) {
	if len(bytes.TrimSpace(body)) == 0 {
		return nil, ErrEmpty
	}

	if isMarkup(body) {
		return nil, ErrHTML
	}

	body, err := skipLines(body, o.CSV.Skip)
	if err != nil {
		return nil, err
	}

	reader := csv.NewReader(bytes.NewReader(body))
	reader.FieldsPerRecord, reader.ReuseRecord = -1, true

	for option, into := range map[string]*rune{o.CSV.Separator: &reader.Comma, o.CSV.Comment: &reader.Comment} {
		if option != "" {
			*into, _ = utf8.DecodeRuneInString(option)
		}
	}

	columns := o.CSV.Columns

	if len(columns) == 0 {
		header, err := reader.Read()
		if err != nil {
			return nil, csvError(err)
		}

		columns = append(columns, header...)
	}

	if err := checkColumns(columns); err != nil {
		return nil, err
	}

	return readRows(reader, columns, o.MaxValues)
}

func readRows(reader *csv.Reader, columns []string, left int) (any, error) {
	rows := []any{}

	for {
		fields, err := reader.Read()
		if errors.Is(err, io.EOF) {
			return rows, nil
		}

		if err != nil {
			return nil, csvError(err)
		}

		if len(fields) > len(columns) {
			line, _ := reader.FieldPos(0)

			return nil, fmt.Errorf("line %d of the CSV has %d fields, and there are %d columns", line, len(fields), len(columns))
		}

		if left -= 1 + len(fields); left < 0 {
			return nil, ErrValues
		}

		row := make(map[string]any, len(fields))
		for i, field := range fields {
			row[columns[i]] = field
		}

		rows = append(rows, row)
	}
}

func skipLines(body []byte, count int) ([]byte, error) {
	for range count {
		end := bytes.IndexByte(body, '\n')
		if end < 0 {
			return nil, fmt.Errorf("the CSV has no more than the %d lines that are skipped", count)
		}

		body = body[end+1:]
	}

	return body, nil
}

func checkColumns(columns []string) error {
	seen := make(map[string]bool, len(columns))

	for i, name := range columns {
		if seen[name] {
			return fmt.Errorf("columns %d of the CSV has the name of an earlier one", i+1)
		}

		seen[name] = true
	}

	return nil
}

// csvError says why a line cannot be read, without quoting it.
func csvError(err error) error {
	var parse *csv.ParseError

	switch {
	case errors.As(err, &parse):
		return fmt.Errorf("line %d of the CSV: %w", parse.Line, parse.Err)
	case errors.Is(err, io.EOF):
		return ErrEmpty
	default:
		return errors.New("the answer is not CSV")
	}
}
