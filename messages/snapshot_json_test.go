package messages_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/rollcall-go/rollcall/messages"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// golden compares with a file in testdata, or rewrites it with -update.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()

	path := filepath.Join("testdata", name)
	if *update {
		require.NoError(t, os.WriteFile(path, got, 0o600))
	}

	want, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, string(want), string(got), "run with -update if this is meant")
}

func TestSnapshotGolden(t *testing.T) {
	var indented bytes.Buffer
	require.NoError(t, json.Indent(&indented, example().AppendJSON(nil), "", "  "))
	indented.WriteByte('\n')
	golden(t, "snapshot.json", indented.Bytes())
}

// documented is the example of the product description made whole: times for its dots, a report for every vendor, and as many quotes
// expected as there are instruments.
const documented = `{
  "schema": "rollcall.snapshot/1",
  "round": 42, "status": "partial", "durable": true,
  "started_at": "2026-11-21T06:00:00.000Z", "published_at": "2026-11-21T06:00:02.001Z",
  "elapsed_ms": 2001, "deadline_ms": 2000,
  "missing": ["EUR/USD"],
  "prices": {"equities": {"AAPL": 185.20}, "forex": {}},
  "instruments": {
    "AAPL": {"class": "equities", "status": "good", "price": "185.20", "age_ms": 12, "used": 1, "expected": 1,
             "sources": [{"vendor": "equities", "outcome": "ok", "price": "185.20",
                          "vendor_time": "2026-11-21T06:00:01.989Z", "received_at": "2026-11-21T06:00:01.990Z"}]},
    "EUR/USD": {"class": "forex", "status": "insufficient", "price": null, "used": 0, "expected": 1,
             "sources": [{"vendor": "forex", "outcome": "timeout", "detail": "no answer within 2s"}]}
  },
  "vendors": {"equities": {"outcome": "ok", "latency_ms": 1990, "attempts": 1, "quotes": 1, "expected": 1,
                           "state": "running", "restarts": 0},
              "forex": {"outcome": "timeout", "detail": "no answer within 2s", "latency_ms": null, "attempts": 1, "quotes": 0, "expected": 1,
                        "state": "running", "restarts": 0}}
}`

// TestSnapshotMatchesTheDocumentedSchema compares texts: the order of the members and the digits of the numbers count.
func TestSnapshotMatchesTheDocumentedSchema(t *testing.T) {
	s := &messages.Snapshot{
		Round: 42, Status: messages.SnapshotPartial, Durable: true, StartedAt: started, PublishedAt: started.Add(2001 * time.Millisecond),
		Elapsed: 2001 * time.Millisecond, Deadline: 2 * time.Second,
		Roster: mustRoster(
			messages.Listing{Vendor: "equities", Class: "equities", Instruments: []messages.Instrument{"AAPL"}},
			messages.Listing{Vendor: "forex", Class: "forex", Instruments: []messages.Instrument{"EUR/USD"}}),
		Vendors: []messages.VendorReport{
			{
				Outcome: messages.OutcomeOK, Latency: 1990 * time.Millisecond, Attempts: 1, Usable: 1, State: messages.VendorRunning,
				Quotes: []messages.Quote{{
					Instrument: "AAPL", Vendor: "equities", Price: mustPrice("185.20"), VendorTime: started.Add(1989 * time.Millisecond),
					ReceivedAt: started.Add(1990 * time.Millisecond), Outcome: messages.OutcomeOK,
				}},
			},
			{Outcome: messages.OutcomeTimeout, Detail: "no answer within 2s", Attempts: 1, State: messages.VendorRunning},
		},
		Instruments: []messages.InstrumentReport{
			{Status: messages.InstrumentGood, Price: mustPrice("185.20"), Age: 12 * time.Millisecond, Used: 1},
			{Status: messages.InstrumentInsufficient},
		},
	}

	var want bytes.Buffer
	require.NoError(t, json.Compact(&want, []byte(documented)))
	assert.Equal(t, want.String(), string(s.AppendJSON(nil)))
}

func TestMarshalJSONIsAppendJSON(t *testing.T) {
	s := example()
	encoded, err := json.Marshal(s)
	require.NoError(t, err)
	assert.Equal(t, string(s.AppendJSON(nil)), string(encoded))
	assert.Equal(t, "before"+string(encoded), string(s.AppendJSON([]byte("before"))))
}

func TestTimesAreUTC(t *testing.T) {
	s := example()
	s.StartedAt = s.StartedAt.In(time.FixedZone("", 3600))
	assert.Equal(t, string(example().AppendJSON(nil)), string(s.AppendJSON(nil)))
}

// TestHostileNamesAreInert: whatever the names, the document is one line of valid JSON without duplicate names that says what it was
// given, and nothing in it is special in HTML or in a line-framed stream. P17.
func TestHostileNamesAreInert(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := snapshots().Draw(t, "snapshot")
		encoded := s.AppendJSON(nil)

		require.True(t, jsontext.Value(encoded).IsValid(), "strict: UTF-8 and no name twice: %s", encoded)
		require.NotContains(t, string(encoded), "\n")
		require.NotContains(t, string(encoded), "\u2028")
		require.False(t, bytes.ContainsAny(encoded, "<>&\x7f"))

		var document struct {
			Instruments map[string]json.RawMessage
			Vendors     map[string]json.RawMessage
		}

		require.NoError(t, json.Unmarshal(encoded, &document))

		for _, entry := range s.Roster.Entries() {
			require.Contains(t, document.Instruments, string(entry.Instrument))
		}

		for _, listing := range s.Roster.Listings() {
			require.Contains(t, document.Vendors, string(listing.Vendor))
		}
	})
}

// FuzzSnapshotNames is the same for one name, byte by byte. P07 P17.
func FuzzSnapshotNames(f *testing.F) {
	for _, name := range append(hostile, "\xff", "a\xc3", "\xed\xa0\x80") {
		f.Add(name)
	}

	f.Fuzz(func(t *testing.T, name string) {
		roster, err := messages.NewRoster([]messages.Listing{
			{Vendor: messages.Vendor(name), Class: name, Instruments: []messages.Instrument{messages.Instrument(name)}},
		})
		if !utf8.ValidString(name) {
			require.Error(t, err)

			return
		}

		require.NoError(t, err)

		s := &messages.Snapshot{
			Roster:      roster,
			Vendors:     []messages.VendorReport{{Outcome: messages.OutcomeOK, Detail: name}},
			Instruments: []messages.InstrumentReport{{Price: mustPrice("1")}},
		}
		require.True(t, jsontext.Value(s.AppendJSON(nil)).IsValid())
	})
}

// TestInvalidDetailIsStillJSON: a detail that nobody cleaned.
func TestInvalidDetailIsStillJSON(t *testing.T) {
	s := example()
	s.Vendors[0].Detail = "a\xffb\xc3"
	assert.True(t, jsontext.Value(s.AppendJSON(nil)).IsValid())
	assert.Contains(t, string(s.AppendJSON(nil)), "a\ufffdb\ufffd")
}

// TestAbsurdVendorTimesAreLeftOut: RFC 3339 has four digits for the year.
func TestAbsurdVendorTimesAreLeftOut(t *testing.T) {
	for _, year := range []int{-5, 0, 10_000, 292_277_026_596} {
		s := example()
		s.Vendors[1].Quotes[1].VendorTime = time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC)
		assert.NotContains(t, string(s.AppendJSON(nil)), "vendor_time", year)
	}
}

func BenchmarkAppendJSON30000(b *testing.B) {
	s := wide(30_000)
	buffer := s.AppendJSON(nil)

	b.SetBytes(int64(len(buffer)))
	b.ReportAllocs()

	for b.Loop() {
		buffer = s.AppendJSON(buffer[:0])
	}
}
