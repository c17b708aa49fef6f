package main

import (
	"errors"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestTable(t *testing.T) {
	t.Parallel()

	var out strings.Builder

	require.NoError(t, printTable(&out, &options{Symbols: 3, Repeat: 3, Latency: 20 * time.Millisecond}, []row{
		{Vendors: 3, Program: programPlain, CPU: 41.26, Ratio: 1, Bytes: 2048, DeadlineMS: 500},
		{Vendors: 10_000, Program: programRollcall, CPU: 50, Durable: spread{P50: 1.234}, Missing: 7, Undurable: 2},
	}))

	text := out.String()
	_, table, _ := strings.Cut(text, "\n\n")
	lines := strings.Split(table, "\n")

	require.GreaterOrEqual(t, len(lines), 3)
	assert.Equal(t, utf8.RuneCountInString(lines[0]), utf8.RuneCountInString(lines[1]), "columns are aligned")
	assert.Equal(t, utf8.RuneCountInString(lines[0]), utf8.RuneCountInString(lines[2]))
	assert.Contains(t, lines[0], "× plain")
	assert.Equal(t, []string{"3", "plain", "41.3", "1.00", "0.0", "2.0", "0.00", "0.00", "500", "–", "–", "–", "–", "0", "0.0", "0.0"},
		strings.Fields(lines[1]), "what was not measured is a dash")
	assert.Contains(t, lines[2], "1.23")
	assert.Contains(t, text, "3 symbols per vendor")
	assert.Contains(t, text, "rollcall with 10000 vendors: 7 prices are missing")
	assert.Contains(t, text, "rollcall with 10000 vendors: 2 rounds were published before they were on disk")
	assert.NotContains(t, text, "plain with 3 vendors:")
}

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, errors.New("no space") }

func TestTableSaysWhenItCannotBeWritten(t *testing.T) {
	t.Parallel()

	require.ErrorContains(t, printTable(broken{}, &options{}, nil), "no space")
}
