package reading_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/feed/reading"
	"github.com/rollcall-go/rollcall/system/feed/spec"
)

const good = `{"X":{"p":"185.20"}}`

// definition is the reading half of a vendor's definition.
type definition struct {
	Parse   spec.Parse
	Rules   []spec.Rule
	Symbols []spec.Symbol
}

// keyed is a definition whose answers are objects with one row per vendor symbol.
func keyed(symbols ...string) definition {
	d := definition{Parse: spec.Parse{Price: "p"}}
	for _, symbol := range symbols {
		d.Symbols = append(d.Symbols, spec.Symbol{Instrument: messages.Instrument(symbol), VendorSymbol: symbol, Key: symbol})
	}

	return d
}

// decoder reads answers with both engines where there are two.
type decoder struct {
	tb           testing.TB
	direct, tree *reading.Reader
	targets      *reading.Targets
}

// compiled returns the reader of a definition without mistakes.
func compiled(tb testing.TB, d *definition) *reading.Reader {
	tb.Helper()

	r, problems := reading.Compile(d.Parse, d.Rules, reading.NewVeil("hunter2-secret"))
	require.Empty(tb, problems)

	return r
}

func newDecoder(tb testing.TB, d definition) *decoder {
	tb.Helper()

	// A rule with a condition makes the reader build a tree.
	treeful := d
	treeful.Rules = append([]spec.Rule{{When: `.["never there"] == "x"`, Outcome: "auth"}}, d.Rules...)

	return &decoder{tb, compiled(tb, &d), compiled(tb, &treeful), reading.NewTargets(d.Symbols)}
}

// Decode reads one answer with status 200.
func (d *decoder) Decode(body []byte) ([]messages.Quote, error) {
	d.tb.Helper()

	quotes, failure := d.read(d.direct, body)
	again, other := d.read(d.tree, body)

	require.Equal(d.tb, failure == nil, other == nil, "the engines agree: %v and %v", failure, other)

	if failure != nil {
		require.Equal(d.tb, failure.Outcome, other.Outcome)

		return nil, failure
	}

	for i := range quotes {
		if quotes[i].Outcome != messages.OutcomeOK {
			again[i].Detail = quotes[i].Detail
		}
	}

	require.Equal(d.tb, quotes, again, "the engines agree")

	return quotes, nil
}

func (d *decoder) read(r *reading.Reader, body []byte) ([]messages.Quote, *messages.Failure) {
	quotes := make([]messages.Quote, d.targets.Len())

	failure := r.Read(d.tb.Context(), reading.Answer{Status: http.StatusOK, Body: body}, d.targets, quotes)
	if failure != nil {
		return nil, failure
	}

	return quotes, nil
}
