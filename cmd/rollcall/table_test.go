package main_test

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	rollcall "github.com/rollcall-go/rollcall/cmd/rollcall"
	"github.com/rollcall-go/rollcall/messages"
)

func TestTableAlignsWideNames(t *testing.T) {
	t.Parallel()

	var out bytes.Buffer

	require.NoError(t, rollcall.Table(&out, 0, []string{"NAME", ">N", "REST"},
		[]string{"トヨタ", "1", "a"}, []string{"e\u0301t\u0301", "22", "b"}, []string{"plain", "", "c"}, []string{"한국", "333", ""}))
	assert.Equal(t, ""+
		"NAME      N  REST\n"+
		"トヨタ    1  a\n"+
		"e\u0301t\u0301       22  b\n"+
		"plain        c\n"+
		"한국    333\n", out.String())
}

func TestTableWrapsItsLastColumn(t *testing.T) {
	t.Parallel()

	var out bytes.Buffer

	require.NoError(t, rollcall.Table(&out, 30, []string{"A", "NOTE"},
		[]string{"one", "these words do not fit into a single line"}, []string{"two", "averyveryveryveryverylongwordindeed, then more"}))
	assert.Equal(t, ""+
		"A    NOTE\n"+
		"one  these words do not fit\n"+
		"     into a single line\n"+
		"two  averyveryveryveryverylongwordindeed,\n"+
		"     then more\n", out.String())
}

// P17: nothing a name holds moves the cursor, colours the screen or turns the writing round.
func TestTableIsInert(t *testing.T) {
	t.Parallel()

	for text, want := range map[string]string{
		"AAPL": "AAPL", "a\r\nb": `a\r\nb`, "\x1b[31mred": `\x1b[31mred`, "\u202egnp": `\u202egnp`, "\x00": `\x00`, "\u2028": `\u2028`,
		"\ufeffx": `\ufeffx`, "é": "é", "e\u0301": "e\u0301", "𝄞": "𝄞", "a\tb": `a\tb`, "it's": "it's",
	} {
		assert.Equal(t, want, rollcall.Printable(text))
	}

	rapid.Check(t, func(t *rapid.T) {
		var out bytes.Buffer

		text := rapid.String().Draw(t, "text")
		require.NoError(t, rollcall.Table(&out, 40, []string{"A", "B"}, []string{text, text}))

		for _, r := range strings.ReplaceAll(out.String(), "\n", "") {
			require.Equal(t, string(r), rollcall.Printable(string(r)))
		}
	})
}

func TestWrapKeepsEveryWord(t *testing.T) {
	t.Parallel()

	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOf(rapid.StringMatching(`[a-z]{1,12}`)).Draw(t, "words"), " ")
		limit := rapid.IntRange(1, 30).Draw(t, "limit")
		lines := rollcall.Wrap(text, limit)

		require.Equal(t, text, strings.Join(lines, " "))

		for _, line := range lines {
			require.True(t, rollcall.Width(line) <= limit || !strings.Contains(line, " "), line)
		}
	})
}

// P17: a configured name that a spreadsheet would run is text; a figure stays a figure.
func TestCSVIsInert(t *testing.T) {
	t.Parallel()

	for text, want := range map[string]string{
		"": "", "AAPL": "AAPL", "EUR/USD": "EUR/USD", "=1+1": "'=1+1", "+1": "'+1", "-1": "'-1", "@SUM(A1)": "'@SUM(A1)", "\t=1": "'\t=1",
		"\r=1": "'\r=1", "a=b": "a=b",
	} {
		assert.Equal(t, want, rollcall.Inert(text))
	}

	assert.Equal(t, "'=x", rollcall.Field(messages.Instrument("=x")))
	assert.Equal(t, "-1.50", rollcall.Field(price(t, "-1.50")))
	assert.Equal(t, "1500", rollcall.Field(1500*time.Millisecond))
	assert.Empty(t, rollcall.Field(nil))

	var out bytes.Buffer

	require.NoError(t, rollcall.WriteCSV(&out, varied(t, 7, [6]string{"-1.5", "185.20", "97000.1", "", "0.00012345", "2"})))
	golden(t, "snapshot.csv", out.Bytes())
}

func TestWritersThatFailAreTold(t *testing.T) {
	t.Parallel()

	s := varied(t, 1, [6]string{})

	require.ErrorIs(t, rollcall.Report(broken{}, false, s), errBroken)
	require.ErrorIs(t, rollcall.WriteCSV(broken{}, s), errBroken)
	require.ErrorIs(t, rollcall.Table(broken{}, 0, []string{"A"}), errBroken)
}

var errBroken = errors.New("broken")

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, errBroken }

func TestExitCodes(t *testing.T) {
	t.Parallel()

	for _, test := range []struct {
		err  error
		want int
	}{
		{nil, rollcall.ExitDone},
		{errBroken, rollcall.ExitFailed},
		{rollcall.UsageErr("no"), rollcall.ExitUsage},
		{fmt.Errorf("wrapped: %w", rollcall.UsageErr("no")), rollcall.ExitUsage},
		{rollcall.ExitErr(rollcall.ExitIncomplete, nil), rollcall.ExitIncomplete},
		{rollcall.ExitErr(rollcall.ExitDifference, nil), rollcall.ExitDifference},
		{errors.Join(rollcall.ExitErr(rollcall.ExitSoftware, errBroken), errBroken), rollcall.ExitSoftware},
	} {
		assert.Equal(t, test.want, rollcall.ExitCode(test.err), "%v", test.err)
	}

	// The numbers are a contract with scripts.
	assert.Equal(t, []int{0, 1, 2, 3, 4, 70}, []int{
		rollcall.ExitDone, rollcall.ExitFailed, rollcall.ExitUsage, rollcall.ExitIncomplete, rollcall.ExitDifference, rollcall.ExitSoftware,
	})
	require.ErrorIs(t, rollcall.ExitErr(rollcall.ExitSoftware, errBroken), errBroken)
	assert.Empty(t, rollcall.ExitErr(rollcall.ExitDifference, nil).Error())
}

func TestTimesOnTheCommandLine(t *testing.T) {
	t.Parallel()

	at, err := rollcall.ParseTime("from", "2026-11-21T06:00:00+01:00")
	require.NoError(t, err)
	assert.True(t, at.Equal(time.Date(2026, 11, 21, 5, 0, 0, 0, time.UTC)))

	at, err = rollcall.ParseTime("from", "90m")
	require.NoError(t, err)
	assert.WithinDuration(t, time.Now().Add(-90*time.Minute), at, time.Minute)

	at, err = rollcall.ParseTime("from", "")
	require.NoError(t, err)
	assert.True(t, at.IsZero())

	for _, text := range []string{"now", "2026-11-21", "-1h", "1", "1 h"} {
		_, err := rollcall.ParseTime("from", text)
		require.ErrorContains(t, err, "--from", text)
		assert.Equal(t, rollcall.ExitUsage, rollcall.ExitCode(err))
	}
}
