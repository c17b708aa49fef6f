package messages_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/rollcall-go/rollcall/messages"
)

// documentedOutcomes are the words of the product description, in its order.
const documentedOutcomes = "ok partial late timeout dns refused reset tls http_status rate_limited quota_exhausted auth not_entitled " +
	"bad_request unavailable redirect blocked_address too_large malformed unknown_symbol missing_symbol invalid_price invalid_time stale " +
	"future stuck jump outlier disconnected stalled slow_consumer quarantined paused closed crashed cancelled"

func TestOutcomesAreTheClosedSet(t *testing.T) {
	var words []string

	for _, outcome := range messages.Outcomes() {
		assert.True(t, outcome.Valid())

		words = append(words, string(outcome))
	}

	assert.Equal(t, documentedOutcomes, strings.Join(words, " "))

	for _, stranger := range []messages.Outcome{"", "OK", "ok ", "unknown", "http-status"} {
		assert.False(t, stranger.Valid(), stranger)
	}
}

// TestEveryOutcomeConstantIsListed reads the source, so that a new constant cannot be forgotten in Outcomes.
func TestEveryOutcomeConstantIsListed(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "outcome.go", nil, 0)
	require.NoError(t, err)

	var constants []messages.Outcome

	ast.Inspect(file, func(node ast.Node) bool {
		spec, ok := node.(*ast.ValueSpec)
		if !ok || !strings.HasPrefix(spec.Names[0].Name, "Outcome") {
			return true
		}

		literal, ok := spec.Values[0].(*ast.BasicLit)
		require.True(t, ok)

		word, err := strconv.Unquote(literal.Value)
		require.NoError(t, err)

		constants = append(constants, messages.Outcome(word))

		return true
	})

	assert.Equal(t, messages.Outcomes(), constants)
}

func TestVendorStateAsked(t *testing.T) {
	asked := map[messages.VendorState]bool{
		messages.VendorRunning: true, messages.VendorProbing: true,
		messages.VendorBackoff: false, messages.VendorQuarantined: false, messages.VendorPaused: false,
	}
	for state, want := range asked {
		assert.Equal(t, want, state.Asked(), state)
	}
}

func TestQuoteUsable(t *testing.T) {
	price := mustPrice("1")
	assert.True(t, (&messages.Quote{Outcome: messages.OutcomeOK, Price: price}).Usable())
	assert.False(t, (&messages.Quote{Outcome: messages.OutcomeOK}).Usable())
	assert.False(t, (&messages.Quote{Outcome: messages.OutcomeStale, Price: price}).Usable())
}

// TestAsOfIsNeverInTheFuture: an age is never negative, whatever the vendor's clock says. P11.
func TestAsOfIsNeverInTheFuture(t *testing.T) {
	received := time.Date(2026, 11, 21, 6, 0, 2, 0, time.UTC)

	for _, test := range []struct {
		name         string
		vendor, asOf time.Time
	}{
		{"without a vendor time", time.Time{}, received},
		{"before", received.Add(-time.Hour), received.Add(-time.Hour)},
		{"P11 three seconds ahead", received.Add(3 * time.Second), received},
		{"P11 an hour ahead", received.Add(time.Hour), received},
		{"equal", received, received},
	} {
		quote := messages.Quote{VendorTime: test.vendor, ReceivedAt: received}
		assert.Equal(t, test.asOf, quote.AsOf(), test.name)
	}

	rapid.Check(t, func(t *rapid.T) {
		quote := messages.Quote{
			VendorTime: time.Unix(rapid.Int64Range(-1<<40, 1<<40).Draw(t, "vendor"), 0),
			ReceivedAt: time.Unix(rapid.Int64Range(0, 1<<40).Draw(t, "received"), 0),
		}
		require.False(t, quote.AsOf().After(quote.ReceivedAt))
	})
}
