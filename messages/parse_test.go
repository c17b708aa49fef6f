package messages_test

import (
	"bytes"
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/rollcall-go/rollcall/messages"
)

// TestParseSnapshotIsTheInverse: read and written again, a snapshot is the same byte for byte.
func TestParseSnapshotIsTheInverse(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		encoded := snapshots().Draw(t, "snapshot").AppendJSON(nil)

		parsed, err := messages.ParseSnapshot(encoded)
		require.NoError(t, err)
		require.Equal(t, string(encoded), string(parsed.AppendJSON(nil)))
	})
}

func TestParseSnapshotGivesWhatWasThere(t *testing.T) {
	s, err := messages.ParseSnapshot(example().AppendJSON(nil))
	require.NoError(t, err)

	assert.Equal(t, messages.Round(42), s.Round)
	assert.Equal(t, 2001*time.Millisecond, s.Elapsed)
	assert.Equal(t, started, s.StartedAt)
	assert.Equal(t, messages.Vendor("forex"), s.Roster.Listings()[0].Vendor, "vendors keep their order")
	assert.Equal(t, []messages.Instrument{"EUR/USD", "USD/JPY"}, s.Roster.Listings()[0].Instruments, "instruments are sorted")
	assert.Empty(t, s.Vendors[0].Quotes, "this vendor gave no quotes")
	assert.Equal(t, 811*time.Millisecond, s.Vendors[1].Latency, "with the precision of a millisecond")

	aapl := s.Source(s.Roster.Entries()[0].Sources[0])
	assert.True(t, aapl.Usable())
	assert.Equal(t, mustPrice("185.210"), aapl.Ask)
	assert.Equal(t, messages.FlagHeld|messages.FlagConverted, aapl.Flags)
	assert.Equal(t, example().Vendors[1].Quotes[1].More, aapl.More)
	assert.Equal(t, example().Vendors[1].Feed, s.Vendors[1].Feed)
	assert.Nil(t, s.Vendors[0].Feed)
	assert.Equal(t, started, aapl.RequestedAt)

	report, known := s.Price("MSFT")
	assert.True(t, known)
	assert.Equal(t, messages.InstrumentCarried, report.Status)
	assert.Equal(t, []messages.Instrument{"EUR/USD", "USD/JPY"}, s.Missing())
}

// TestParseSnapshotKeepsAShortLatency: less than a millisecond is not the same as no answer.
func TestParseSnapshotKeepsAShortLatency(t *testing.T) {
	s := example()
	s.Vendors[1].Latency = 3 * time.Microsecond

	parsed, err := messages.ParseSnapshot(s.AppendJSON(nil))
	require.NoError(t, err)
	assert.Positive(t, parsed.Vendors[1].Latency)
	assert.Less(t, parsed.Vendors[1].Latency, time.Millisecond)
	assert.Zero(t, parsed.Vendors[0].Latency)
}

// TestParseSnapshotReadsComputedPrices: the mean of two prices has more digits than either.
func TestParseSnapshotReadsComputedPrices(t *testing.T) {
	s := example()
	sum := mustPrice("99999999999999999999." + digits(40)).Decimal().Add(mustPrice("1e-30").Decimal())
	s.Instruments[0].Price = messages.NewPrice(sum.Mul(mustPrice("0.5000000000000000000000000001").Decimal()))
	require.Greater(t, len(s.Instruments[0].Price.Text()), messages.MaxPriceText)

	parsed, err := messages.ParseSnapshot(s.AppendJSON(nil))
	require.NoError(t, err)
	assert.Equal(t, s.Instruments[0].Price.Text(), parsed.Instruments[0].Price.Text())
}

// TestParseSnapshotIsOpenToTheFuture: white space and members it does not know are no reason to refuse a file.
func TestParseSnapshotIsOpenToTheFuture(t *testing.T) {
	data, err := os.ReadFile("testdata/snapshot.json")
	require.NoError(t, err)

	data = bytes.Replace(data, []byte(`"round": 42,`), []byte(`"round": 42, "invented_later": {"a": [1]},`), 1)

	parsed, err := messages.ParseSnapshot(data)
	require.NoError(t, err)
	assert.Equal(t, string(example().AppendJSON(nil)), string(parsed.AppendJSON(nil)))
}

// TestParseSnapshotTellsNothingFromZero: what a vendor does not say is not the same as none.
func TestParseSnapshotTellsNothingFromZero(t *testing.T) {
	s := example()
	s.Vendors[1].Feed = &messages.FeedStatus{
		Stream: &messages.StreamStatus{State: messages.StreamConnecting, AliveAge: -1}, Budget: &messages.BudgetStatus{Remaining: -1},
	}

	encoded := string(s.AppendJSON(nil))
	assert.Contains(t, encoded, `"stream":{"state":"connecting","connections":0,`)
	assert.Contains(t, encoded, `"budget":{"key":""}`)

	parsed, err := messages.ParseSnapshot([]byte(encoded))
	require.NoError(t, err)
	assert.Equal(t, s.Vendors[1].Feed, parsed.Vendors[1].Feed)

	s.Vendors[1].Feed = &messages.FeedStatus{Stream: &messages.StreamStatus{State: messages.StreamLive}, Budget: &messages.BudgetStatus{}}
	parsed, err = messages.ParseSnapshot(s.AppendJSON(nil))
	require.NoError(t, err)
	assert.Equal(t, s.Vendors[1].Feed, parsed.Vendors[1].Feed)
}

func TestParseSnapshotLeavesOutFlagsOfTheFuture(t *testing.T) {
	encoded := bytes.Replace(example().AppendJSON(nil), []byte(`"flags":["held",`), []byte(`"flags":["held","invented_later",`), 1)

	parsed, err := messages.ParseSnapshot(encoded)
	require.NoError(t, err)
	assert.Equal(t, messages.FlagHeld|messages.FlagConverted, parsed.Vendors[1].Quotes[0].Flags)
}

func TestParseSnapshotRefuses(t *testing.T) {
	for _, test := range []struct{ name, old, replacement, want string }{
		{"another schema", `snapshot/1`, `snapshot/2`, "not a document of schema"},
		{"no schema", `"schema"`, `"scheme"`, "not a document of schema"},
		{"two documents", `{"schema"`, `{}{"schema"`, "invalid character"},
		{"invalid UTF-8", `no answer`, "no\xffanswer", "not valid UTF-8"},
		{"no round", `"round":42`, `"round":0`, "round 0"},
		{"negative round", `"round":42`, `"round":-1`, "cannot unmarshal"},
		{"unknown status", `"status":"partial"`, `"status":"great"`, `status "great"`},
		{"broken time", `"2026-11-21T06:00:00.000Z"`, `"yesterday"`, "parsing time"},
		{"negative duration", `"elapsed_ms":2001`, `"elapsed_ms":-1`, "not a number of milliseconds"},
		{"endless duration", `"elapsed_ms":2001`, `"elapsed_ms":9223372036854775807`, "not a number of milliseconds"},
		{"fraction of a duration", `"elapsed_ms":2001`, `"elapsed_ms":1.5`, "not a number of milliseconds"},
		{"instruments not an object", `"instruments":{`, `"instruments":[],"x":{`, "not an object"},
		{"instrument twice", `"EUR/USD":{"class"`, `"AAPL":{"class"`, `"AAPL" occurs twice`},
		{"vendor twice", `"equities":{"outcome"`, `"forex":{"outcome"`, `"forex" occurs twice`},
		{"unknown source", `"sources":[{"vendor":"forex"`, `"sources":[{"vendor":"nobody"`, `unknown source "nobody"`},
		{"no source", `"sources":[{"vendor":"forex","outcome":"timeout","detail":"no answer within 2s"}]`, `"sources":[]`, "has no source"},
		{"unknown verdict", `"status":"good"`, `"status":"fine"`, `status "fine"`},
		{"wrong number of sources", `"used":1,"expected":1`, `"used":1,"expected":2`, "number of sources does not fit"},
		{"more used than there are", `"used":1,`, `"used":2,`, "number of sources does not fit"},
		{"wrong number of quotes", `"quotes":1,"expected":2`, `"quotes":1,"expected":3`, "number of quotes does not fit"},
		{"more quotes than there are", `"quotes":1,`, `"quotes":9,`, "number of quotes does not fit"},
		{"unknown outcome", `"outcome":"missing_symbol"`, `"outcome":"lost"`, `outcome "lost"`},
		{"unknown outcome of a vendor", `{"outcome":"partial"`, `{"outcome":"half"`, `outcome "half"`},
		{"unknown state", `"state":"probing"`, `"state":"asleep"`, `state "asleep"`},
		{"P16 comma in a price", `"price":"410.0"`, `"price":"410,0"`, "not a decimal number"},
		{"P06 endless price", `"price":"410.0"`, `"price":"` + strings.Repeat("4", 300) + `"`, "longer than"},
		{"price as a number", `"price":"410.0"`, `"price":410.0`, "cannot unmarshal"},
		{"comma in a bid", `"bid":"185.19"`, `"bid":"185,19"`, "not a decimal number"},
		{"comma in an ask", `"ask":"185.210"`, `"ask":"185,210"`, "not a decimal number"},
		{"comma in a mid", `"mid":"185.200"`, `"mid":"185,200"`, "mid: price: not a decimal number"},
		{"flags not a list", `"flags":["held","converted"]`, `"flags":"held"`, "cannot unmarshal"},
		{"negative sequence", `"sequence":91827364050`, `"sequence":-1`, "cannot unmarshal"},
		{"unknown state of a stream", `"state":"thin"`, `"state":"thick"`, `stream is "thick"`},
		{"negative budget", `"remaining":17`, `"remaining":-1`, "budget with -1 left"},
		{"P03 nesting", `"missing":[`, `"x":` + strings.Repeat("[", 1_000_000) + strings.Repeat("]", 1_000_000) + `,"missing":[`, "max depth"},
	} {
		t.Run(test.name, func(t *testing.T) {
			encoded := string(example().AppendJSON(nil))
			require.Contains(t, encoded, test.old)

			snapshot, err := messages.ParseSnapshot([]byte(strings.Replace(encoded, test.old, test.replacement, 1)))
			require.ErrorContains(t, err, test.want)
			assert.Nil(t, snapshot)
		})
	}
}

func TestParseSnapshotRefusesTheWrongThing(t *testing.T) {
	_, err := messages.ParseSnapshot([]byte(`{"schema":"rollcall.audit/1","round":"x"}`))
	require.ErrorIs(t, err, messages.ErrSnapshotSchema)

	_, err = messages.ParseSnapshot(make([]byte, messages.MaxSnapshotJSON+1))
	require.ErrorIs(t, err, messages.ErrSnapshotSize)

	for _, text := range []string{"", "null", "[]", "{}", `"rollcall.snapshot/1"`, "\x00", `{"schema":`} {
		_, err := messages.ParseSnapshot([]byte(text))
		require.Error(t, err, text)
	}

	encoded := example().AppendJSON(nil)
	for end := range encoded {
		_, err := messages.ParseSnapshot(encoded[:end])
		require.Error(t, err, "a torn file is never half a snapshot")
	}
}

// FuzzParseSnapshot: nothing panics, and what is accepted is a snapshot that can be written and read again.
func FuzzParseSnapshot(f *testing.F) {
	f.Add(example().AppendJSON(nil))
	f.Add([]byte(documented))
	f.Add([]byte(`{"schema":"rollcall.snapshot/1","round":1,"status":"empty","instruments":{},"vendors":{}}`))

	f.Fuzz(func(t *testing.T, data []byte) {
		snapshot, err := messages.ParseSnapshot(data)
		if err != nil {
			return
		}

		encoded := snapshot.AppendJSON(nil)
		require.True(t, json.Valid(encoded))

		again, err := messages.ParseSnapshot(encoded)
		require.NoError(t, err)
		require.Equal(t, string(encoded), string(again.AppendJSON(nil)))
	})
}

func BenchmarkParseSnapshot30000(b *testing.B) {
	encoded := wide(30_000).AppendJSON(nil)

	b.SetBytes(int64(len(encoded)))
	b.ReportAllocs()

	for b.Loop() {
		if _, err := messages.ParseSnapshot(encoded); err != nil {
			b.Fatal(err)
		}
	}
}
