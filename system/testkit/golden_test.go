package testkit_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/testkit"
)

// judge is a test that takes note of its failure.
type judge struct {
	testing.TB

	said string
}

func (j *judge) Helper() {}

func (j *judge) Errorf(format string, arguments ...any) { j.said += fmt.Sprintf(format, arguments...) }

func TestGoldenQuotes(t *testing.T) {
	t.Parallel()

	price := func(text string) messages.Price {
		p, err := messages.ParseDecimal(text)
		require.NoError(t, err)

		return p
	}

	testkit.Golden(t, "testdata/quotes.txt", testkit.Quotes([]messages.Quote{
		{Instrument: "BTC/USD", Outcome: messages.OutcomeOK, Price: price("81240.10")},
		{
			Instrument: "ETH/USD", Outcome: messages.OutcomeOK, Price: price("3150.5"), Bid: price("3150"), Ask: price("3151"),
			VendorTime: time.Date(2026, 11, 20, 16, 4, 5, 6e6, time.FixedZone("CET", 3600)), Flags: messages.FlagMid | messages.FlagDay,
			More: &messages.More{
				Mid: price("3150.5"), Size: price("2"), Volume: price("300.00"), Currency: "USD", Unit: "coin", Sequence: 7,
			},
		},
		{Instrument: "DOGE/USD", Outcome: messages.OutcomeInvalidPrice, Detail: "price \"1,5\": not a number"},
	}))
}

func TestWhatIsNotGoldenIsShown(t *testing.T) {
	t.Parallel()

	if testkit.Updating() {
		t.Skip("files are being written")
	}

	file := filepath.Join(t.TempDir(), "golden.txt")
	require.NoError(t, os.WriteFile(file, []byte("one\r\ntwo\r\nthree\r\n"), 0o600))

	for got, want := range map[string]string{
		"one\ntwo\nthree\n":       "",
		"one\nzwei\nthree\n":      "golden.txt:2:\n  want  two\n  got   zwei\n",
		"one\ntwo\n":              "golden.txt:3:\n  want  three\n  got   \n",
		"one\ntwo\nthree\nfour\n": "golden.txt:4:\n  want  \n  got   four\n",
	} {
		j := &judge{TB: t}
		testkit.Golden(j, file, got)

		if want == "" {
			assert.Empty(t, j.said)
		} else {
			assert.Contains(t, j.said, want)
			assert.Contains(t, j.said, "'go test -update' writes it")
		}
	}

	j := &judge{TB: t}
	testkit.Golden(j, file+".none", "")
	assert.Contains(t, j.said, "no such file")
}
