package main_test

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	rollcall "github.com/rollcall-go/rollcall/cmd/rollcall"
	"github.com/rollcall-go/rollcall/messages"
)

// golden compares with testdata/golden/NAME, or rewrites it with -update.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()

	file := filepath.Join("testdata", "golden", name)
	if *update {
		require.NoError(t, os.WriteFile(file, got, 0o600))
	}

	want, err := os.ReadFile(file)
	require.NoError(t, err)
	assert.Equal(t, string(want), string(got), "if the change is meant: go test ./cmd/rollcall -update")
}

func twoRounds(t *testing.T, colour bool) []byte {
	t.Helper()

	var out bytes.Buffer

	require.NoError(t, rollcall.Report(&out, colour,
		varied(t, 1, [6]string{"-1.5", "185.20", "97000.1", "", "0.00012345", "2"}),
		varied(t, 2, [6]string{"-1.4", "185.10", "97000.10", "154.3", "0.00012345", ""})))

	return out.Bytes()
}

func TestReportInAPipe(t *testing.T) {
	t.Parallel()

	golden(t, "report.txt", twoRounds(t, false))
}

func TestReportOnATerminal(t *testing.T) {
	t.Parallel()

	golden(t, "report.ansi", twoRounds(t, true))
}

func TestColourIsTheOnlyDifference(t *testing.T) {
	t.Parallel()

	stripped := regexp.MustCompile(`\x1b\[\d+m`).ReplaceAll(twoRounds(t, true), nil)

	assert.Equal(t, string(twoRounds(t, false)), string(stripped))
}

func TestReportFitsATerminal(t *testing.T) {
	t.Parallel()

	for line := range strings.Lines(string(twoRounds(t, false))) {
		assert.LessOrEqual(t, rollcall.Width(strings.TrimRight(line, "\n")), 100, line)
	}
}

func TestDecimalPointsStandBelowEachOther(t *testing.T) {
	t.Parallel()

	var out bytes.Buffer

	require.NoError(t, rollcall.Report(&out, false, quoted(t, map[messages.Instrument]string{"A": "1.5", "B": "1234.25", "C": "7", "D": "0.000125"})))

	table := strings.Split(out.String(), "\n")[2:7]
	assert.Equal(t, []string{
		"INSTRUMENT        PRICE  CHANGE    AGE  STATUS  SOURCES",
		"A              1.5               0.00s  good    v",
		"B           1234.25              0.00s  good    v",
		"C              7                 0.00s  good    v",
		"D              0.000125          0.00s  good    v",
	}, table)
}

func TestChangeIsAgainstTheLastPricePrinted(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct {
		prices []string
		want   string
	}{
		"up":                       {[]string{"100", "101"}, "+1.000%"},
		"down":                     {[]string{"100", "99.5"}, "-0.500%"},
		"same":                     {[]string{"100", "100.00"}, "="},
		"too little to show":       {[]string{"100", "100.0001"}, "="},
		"across a gap":             {[]string{"100", "", "110"}, "+10.000%"},
		"negative price, up":       {[]string{"-2", "-1"}, "+50.000%"},
		"negative price, down":     {[]string{"-2", "-3"}, "-50.000%"},
		"from zero there is none":  {[]string{"0", "5"}, ""},
		"the first has none":       {[]string{"5"}, ""},
		"no price has none either": {[]string{"5", ""}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			var (
				out   bytes.Buffer
				shown []*messages.Snapshot
			)

			for _, text := range test.prices {
				shown = append(shown, quoted(t, map[messages.Instrument]string{"X": text}))
			}

			require.NoError(t, rollcall.Report(&out, false, shown...))

			rows := regexp.MustCompile(`(?m)^X +(?:-?[0-9.]+|-) +(\S*%|=)?`).FindAllStringSubmatch(out.String(), -1)
			require.Len(t, rows, len(test.prices))
			assert.Equal(t, test.want, rows[len(rows)-1][1])
		})
	}
}

func TestEventsAreOneLineEach(t *testing.T) {
	t.Parallel()

	for _, test := range []struct {
		event messages.Event
		want  string
	}{
		{&messages.RoundStarted{Round: 3, Asked: 2, Deadline: 2e9}, "  round 3: 2 vendors asked, deadline 2s\n"},
		{&messages.RoundStarted{Round: 3, Asked: 1, Deadline: 2e9}, "  round 3: 1 vendor asked, deadline 2s\n"},
		{&messages.VendorAnswered{Vendor: "forex", Outcome: messages.OutcomeOK, Elapsed: 11e8, Usable: 3}, "   1.10s  forex        ok, 3 quotes\n"},
		{
			&messages.VendorAnswered{Vendor: "forex", Outcome: messages.OutcomeReset, Elapsed: 11e8, Detail: "a\x1b[31m"},
			"   1.10s  forex        reset: a\\x1b[31m\n",
		},
		{
			&messages.VendorStateChanged{Vendor: "forex", State: messages.VendorBackoff, Detail: "panic"},
			"          forex        backoff: panic\n",
		},
	} {
		assert.Equal(t, test.want, rollcall.EventLine(test.event))
	}
}
