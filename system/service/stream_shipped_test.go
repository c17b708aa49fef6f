package service_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/catalog"
	"github.com/rollcall-go/rollcall/system/config"
	"github.com/rollcall-go/rollcall/system/example"
	"github.com/rollcall-go/rollcall/system/sim"
)

// shippedFaults are faults that need no prices that walk, so that a vendor with recorded answers can have them, and what comes of them with any
// definition: of those that are polled, and of those that push.
func shippedFaults() (polled, pushed map[string][]messages.Outcome) {
	malformed := []messages.Outcome{messages.OutcomeMalformed}
	nothing := []messages.Outcome{messages.OutcomeMalformed, messages.OutcomeMissingSymbol}

	polled = map[string][]messages.Outcome{
		"hang": one(messages.OutcomeTimeout), "reset": one(messages.OutcomeReset), "stall-body": one(messages.OutcomeTimeout),
		"status=503": one(messages.OutcomeHTTPStatus), "status=401": one(messages.OutcomeAuth), "redirect": one(messages.OutcomeRedirect),
		"html": nothing, "empty": nothing, "random-bytes": nothing, "utf16": nothing, "deep-arrays=9999": nothing, // which may be CSV
		"null": nothing, "empty-array": nothing, "empty-object": nothing, "gzip-bomb": one(messages.OutcomeTooLarge),
		"huge-length": one(messages.OutcomeTooLarge),
	}
	pushed = map[string][]messages.Outcome{
		"ws-silent": {messages.OutcomeTimeout, messages.OutcomeStalled}, "ws-close=1013 delay=10ms": one(messages.OutcomeUnavailable),
		"ws-reject": one(messages.OutcomeHTTPStatus), "ws-reject=401": one(messages.OutcomeAuth), "ws-badaccept": malformed,
		"ws-huge": one(messages.OutcomeTooLarge), "ws-fragments": one(messages.OutcomeTooLarge),
		"ws-garbage":   {messages.OutcomeMalformed, messages.OutcomeTooLarge},
		"ws-drop=10ms": one(messages.OutcomeDisconnected), "reset": {messages.OutcomeReset, messages.OutcomeDisconnected},
	}

	return polled, pushed
}

// shipped adds a shipped vendor that plays its first example, which is one that succeeds, under a name of its own.
func (p *plan) shipped(t *testing.T, use, name, fault string) {
	t.Helper()

	entry, err := catalog.Load(use)
	require.NoError(t, err)

	at := slices.IndexFunc(entry.Examples, func(e example.Example) bool { return e.Succeeds() })
	require.GreaterOrEqual(t, at, 0)

	e := entry.Examples[at]

	var b strings.Builder

	fmt.Fprintf(&b, "    use: %s\n    symbols: %s\n    limits: {key: %s, per_minute: 6000}\n", use, e.Symbols, name)

	if secrets := entry.TestSecrets(); len(secrets) > 0 {
		b.WriteString("    secrets:\n")

		for _, secret := range slices.Sorted(maps.Keys(secrets)) {
			fmt.Fprintf(&b, "      %s: %q\n", secret, secrets[secret])
		}
	}

	p.vendors = append(p.vendors, name)
	p.defined[name], p.plays[name] = b.String(), &sim.Play{Answers: e.Answers, Script: e.Script}

	if fault != "" {
		p.faults[name] = fault
	}
}

// Shipped definitions, polled and pushing, with the faults of any vendor: each has its outcome, in the end, and whoever is well is not disturbed.
func TestShippedDefinitionsWithFaults(t *testing.T) {
	t.Parallel()

	p := plan{
		vendors: []string{"healthy"}, every: slower * time.Second, deadline: slower * 700 * time.Millisecond,
		faults: map[string]string{}, plays: map[string]*sim.Play{}, defined: map[string]string{},
		adjust: func(cfg *config.Config) { // the examples are from long ago, and what is waited for comes sooner
			for i := range cfg.Vendors[1:] {
				v := &cfg.Vendors[i+1]
				v.MaxAge, v.Every = 0, 0

				if stream := &v.Feed.Stream; stream.URL != "" {
					stream.Silence, stream.Login.Within, stream.Subscribe.Within = silence, silence, silence
				}
			}
		},
	}
	want := make(map[string][]messages.Outcome)
	polled, pushed := shippedFaults()

	add := func(faults map[string][]messages.Outcome, uses ...string) {
		for _, use := range uses {
			p.shipped(t, use, use, "")

			for i, fault := range slices.Sorted(maps.Keys(faults)) {
				name := fmt.Sprintf("%s-%d", use, i)
				p.shipped(t, use, name, fault)
				want[name] = faults[fault]
			}
		}
	}

	add(polled, "kraken", "binance", "finnhub", "stooq", "ecb")
	add(pushed, "coinbase", "okx", "tiingo", "alpaca")

	r := newRig(t, p)
	fine := []string{"kraken", "binance", "finnhub", "stooq", "ecb", "coinbase", "okx", "tiingo", "alpaca"}
	r.until(t, r.watch(t), func(s *messages.Snapshot) bool {
		good(t, s, "healthy")

		for name, outcomes := range want {
			if slices.Contains(outcomes, outcome(t, s, name)) {
				delete(want, name)
			}
		}

		fine = slices.DeleteFunc(fine, func(name string) bool {
			return slices.Contains([]messages.Outcome{messages.OutcomeOK, messages.OutcomePartial}, outcome(t, s, name))
		})

		if s.Round > 7 {
			for name, outcomes := range want {
				report, _ := s.Vendor(messages.Vendor(name))
				assert.Contains(t, outcomes, report.Outcome, "%s with %s: %s", name, p.faults[name], report.Detail)
			}

			return true
		}

		return len(want)+len(fine) == 0
	})
	assert.Empty(t, fine, "were well at no time")
}
