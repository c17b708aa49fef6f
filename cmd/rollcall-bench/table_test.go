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

	f := figures{Rounds: []row{
		{Vendors: 3, Program: programPlain, CPU: 41.26, Ratio: 1, Bytes: 2048, DeadlineMS: 500},
		{Vendors: 10_000, Program: programRollcall, CPU: 50, Durable: spread{P50: 1.234}, Missing: 7, Undurable: 2},
	}}
	require.NoError(t, f.print(&out, &options{Symbols: 3, Repeat: 3, Latency: 20 * time.Millisecond}))

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

func TestAnswersHaveATableOfTheirOwn(t *testing.T) {
	t.Parallel()

	var out strings.Builder

	f := figures{
		Rounds:  []row{{Vendors: 3, Symbols: 3, Program: programPlain}},
		Answers: []row{{Vendors: askers, Symbols: 1000, Program: programJQ, CPU: 2500, Ratio: 1.93, Bytes: 1024, Missing: 5}},
	}
	require.NoError(t, f.print(&out, &options{Symbols: 3, Repeat: 1}))

	_, answers, found := strings.Cut(out.String(), "\nReading answers: 100 vendors")
	require.True(t, found, "after the rounds, with an empty line between")

	lines := strings.Split(answers, "\n")
	require.GreaterOrEqual(t, len(lines), 5)
	assert.Equal(t, []string{"1000", "jq", "2500.0", "1.93", "2500", "0.0", "1.0", "0"}, strings.Fields(lines[4]))
	assert.Contains(t, answers, "jq with 100 vendors: 5 prices are missing")
}

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, errors.New("no space") }

func TestTableSaysWhenItCannotBeWritten(t *testing.T) {
	t.Parallel()

	require.ErrorContains(t, (&figures{Rounds: []row{{}}}).print(broken{}, &options{}), "no space")
}
