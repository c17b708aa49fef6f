package service_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/sim"
)

// faultCase is one simulated fault and what a snapshot may say of a vendor that has it.
type faultCase struct {
	fault    string // as sim.ParseFault reads it
	ids      string // in the catalogue
	outcomes []messages.Outcome
	rests    bool // the vendor is left alone for a while afterwards, so it is not back in the next round
}

// faultCases covers every kind of fault the simulator has.
func faultCases() []faultCase {
	return slices.Concat(connectionCases(), answerCases(), documentCases(), numberCases(), contentCases(), sizeCases(), headerCases())
}

func connectionCases() []faultCase {
	timeout := []messages.Outcome{messages.OutcomeTimeout}
	reset := []messages.Outcome{messages.OutcomeReset}

	return []faultCase{
		{fault: "latency=2s", ids: "N01", outcomes: timeout},
		{fault: "jitter=50ms", ids: "N05", outcomes: []messages.Outcome{messages.OutcomeOK}},
		{fault: "hang", ids: "N01", outcomes: timeout},
		{fault: "stall", ids: "N02", outcomes: timeout},
		{fault: "stall-body", ids: "N02", outcomes: timeout},
		{fault: "drip-body", ids: "N03", outcomes: timeout},
		{fault: "drip-headers", ids: "N04", outcomes: timeout},
		{fault: "reset", ids: "N06", outcomes: reset},
		{fault: "reset-body", ids: "N06", outcomes: reset},
		{fault: "eof", ids: "N06", outcomes: reset},
		{fault: "cut-body", ids: "N06", outcomes: reset},
	}
}

func answerCases() []faultCase {
	status := []messages.Outcome{messages.OutcomeHTTPStatus}
	auth := []messages.Outcome{messages.OutcomeAuth}
	limited := []messages.Outcome{messages.OutcomeRateLimited}
	redirect := []messages.Outcome{messages.OutcomeRedirect}

	return []faultCase{
		{fault: "status=500", ids: "N14", outcomes: status},
		{fault: "status=502", ids: "N14", outcomes: status},
		{fault: "status=503", ids: "N14", outcomes: status},
		{fault: "status=504", ids: "N14", outcomes: status},
		{fault: "status=404", ids: "N14", outcomes: status},
		{fault: "status=401", ids: "N14", outcomes: auth, rests: true},
		{fault: "status=403", ids: "N14", outcomes: auth, rests: true},
		{fault: "flap=1ms/1h", ids: "N21", outcomes: status},
		{fault: "html-status", ids: "N14", outcomes: status},
		{fault: "error-body", ids: "N14", outcomes: status},
		{fault: "rate-limited", ids: "N15", outcomes: limited, rests: true},
		{fault: "rate-limited-date", ids: "N15", outcomes: limited, rests: true},
		{fault: "redirect", ids: "N16 N17", outcomes: redirect},
		{fault: "redirect-loop", ids: "N16", outcomes: redirect},
		{fault: "redirect-chain", ids: "N16", outcomes: redirect},
		{fault: "bad-location", ids: "N16", outcomes: redirect},
	}
}

func documentCases() []faultCase {
	malformed := []messages.Outcome{messages.OutcomeMalformed}
	nothing := []messages.Outcome{messages.OutcomeMalformed, messages.OutcomeMissingSymbol}
	deep := []messages.Outcome{messages.OutcomeMalformed, messages.OutcomeTooLarge}

	return []faultCase{
		{fault: "body", ids: "P01", outcomes: nothing},
		{fault: "html", ids: "P01", outcomes: malformed},
		{fault: "html-as-json", ids: "P01", outcomes: malformed},
		{fault: "empty", ids: "P01", outcomes: malformed},
		{fault: "null", ids: "P01", outcomes: nothing},
		{fault: "empty-object", ids: "P01", outcomes: nothing},
		{fault: "empty-array", ids: "P01", outcomes: nothing},
		{fault: "scalar", ids: "P01", outcomes: nothing},
		{fault: "error-text", ids: "P01", outcomes: nothing},
		{fault: "random-bytes", ids: "P02", outcomes: malformed},
		{fault: "utf16", ids: "P02", outcomes: malformed},
		{fault: "bom", ids: "P02", outcomes: []messages.Outcome{messages.OutcomeMalformed, messages.OutcomeOK}},
		{fault: "trailing-data", ids: "P02", outcomes: malformed},
		{fault: "two-documents", ids: "P02", outcomes: malformed},
		{fault: "duplicate-keys", ids: "P02", outcomes: malformed},
		{fault: "deep-arrays", ids: "P03", outcomes: deep}, // its megabytes are too many before its depth is seen
		{fault: "deep-arrays=400000", ids: "P03", outcomes: malformed},
		{fault: "deep-arrays=9999", ids: "P03", outcomes: malformed},
		{fault: "deep-objects", ids: "P03", outcomes: deep},
		{fault: "deep-objects=100000", ids: "P03", outcomes: malformed},
	}
}

func numberCases() []faultCase {
	invalid := []messages.Outcome{messages.OutcomeInvalidPrice}
	noNumber := []messages.Outcome{messages.OutcomeMalformed, messages.OutcomeInvalidPrice}

	return []faultCase{
		{fault: "nan", ids: "P04", outcomes: noNumber},
		{fault: "infinity", ids: "P04", outcomes: noNumber},
		{fault: "huge-number", ids: "P04", outcomes: noNumber},
		{fault: "plus-number", ids: "P04", outcomes: noNumber},
		{fault: "leading-zero", ids: "P04", outcomes: noNumber},
		{fault: "zero-price", ids: "P05", outcomes: invalid},
		{fault: "price=-0", ids: "P05", outcomes: invalid},
		{fault: "negative-price", ids: "P05", outcomes: invalid},
		{fault: "tiny-number", ids: "P05", outcomes: invalid},
		{fault: "price=5e-324", ids: "P05", outcomes: invalid},
		{fault: "price=1.7e308", ids: "P05", outcomes: invalid},
		{fault: "null-price", ids: "P05", outcomes: []messages.Outcome{messages.OutcomeInvalidPrice, messages.OutcomeMissingSymbol}},
		{fault: "long-number", ids: "P06", outcomes: append([]messages.Outcome{messages.OutcomeTooLarge}, invalid...)},
		{fault: "long-number=100kB", ids: "P06", outcomes: invalid},
		{fault: "crossed", ids: "P15", outcomes: invalid},
		{fault: "decimal-comma", ids: "P16", outcomes: invalid},
		{fault: "thousands-comma", ids: "P16", outcomes: invalid},
		{fault: "padded-price", ids: "P16", outcomes: invalid},
	}
}

func contentCases() []faultCase {
	ok := []messages.Outcome{messages.OutcomeOK}
	refused := []messages.Outcome{messages.OutcomeMalformed, messages.OutcomePartial, messages.OutcomeMissingSymbol}

	return []faultCase{
		{fault: "freeze", ids: "P13", outcomes: ok},             // prices may stand still, unless it is said how long
		{fault: "spike", ids: "P12", outcomes: ok, rests: true}, // from the first round on; what comes afterwards is the jump
		{fault: "swap", ids: "P14", outcomes: ok},               // nothing says yet which is which
		{fault: "half-symbols", ids: "P09", outcomes: []messages.Outcome{messages.OutcomePartial}},
		{fault: "wrong-symbols", ids: "P09", outcomes: []messages.Outcome{messages.OutcomeMissingSymbol, messages.OutcomePartial}},
		{fault: "extra-symbols", ids: "P08", outcomes: []messages.Outcome{messages.OutcomeTooLarge, messages.OutcomeOK}},
		{fault: "hostile-symbols", ids: "P17", outcomes: ok},
		{fault: "invalid-utf8", ids: "P07", outcomes: refused},
		{fault: "long-symbol", ids: "P07", outcomes: append([]messages.Outcome{messages.OutcomeOK, messages.OutcomeTooLarge}, refused...)},
		{fault: "time=\"\\\"yesterday\\\"\"", ids: "P10", outcomes: []messages.Outcome{messages.OutcomeInvalidTime}},
		{fault: "stale=1h", ids: "P10", outcomes: []messages.Outcome{messages.OutcomeStale}},
		{fault: "zero-time", ids: "P10", outcomes: []messages.Outcome{messages.OutcomeInvalidTime}},
		{fault: "unix-seconds", ids: "P10", outcomes: []messages.Outcome{messages.OutcomeInvalidTime}},
		{fault: "future=1h", ids: "P11", outcomes: []messages.Outcome{messages.OutcomeFuture}},
		{fault: "future=3s", ids: "P11", outcomes: ok},
	}
}

func sizeCases() []faultCase {
	large := []messages.Outcome{messages.OutcomeTooLarge}
	malformed := []messages.Outcome{messages.OutcomeMalformed}

	return []faultCase{
		{fault: "endless", ids: "N07", outcomes: large},
		{fault: "endless-slow", ids: "N08", outcomes: []messages.Outcome{messages.OutcomeTimeout}},
		{fault: "huge-length", ids: "N09", outcomes: large},
		{fault: "long-string", ids: "N10", outcomes: large},
		{fault: "gzip-bomb", ids: "N10", outcomes: large},
		{fault: "gzip", ids: "N11", outcomes: []messages.Outcome{messages.OutcomeOK}},
		{fault: "gzip-corrupt", ids: "N11", outcomes: malformed},
		{fault: "gzip-cut", ids: "N11", outcomes: malformed},
		{fault: "gzip-plain", ids: "N11", outcomes: malformed},
		{fault: "unknown-encoding", ids: "N11", outcomes: malformed},
	}
}

func headerCases() []faultCase {
	malformed := []messages.Outcome{messages.OutcomeMalformed}
	anyError := []messages.Outcome{messages.OutcomeMalformed, messages.OutcomeTooLarge, messages.OutcomeReset, messages.OutcomeTimeout}

	return []faultCase{
		{fault: "many-headers", ids: "N12", outcomes: anyError},
		{fault: "huge-header", ids: "N12", outcomes: anyError},
		{fault: "endless-hints", ids: "N12", outcomes: anyError},
		{fault: "bad-status-line", ids: "N13", outcomes: malformed},
		{fault: "http09", ids: "N13", outcomes: malformed},
		{fault: "two-lengths", ids: "N13", outcomes: malformed},
		{fault: "negative-length", ids: "N13", outcomes: malformed},
		{fault: "bad-chunk", ids: "N13", outcomes: malformed},
	}
}

// Whatever one vendor does, the round ends in time with the other vendor's quotes in it, the vendor is flagged with one outcome from the
// closed set, nothing of it is published as good, no secret appears anywhere, and it is back in the round after the fault.
// G1 G2 G4 G5 N01 N02 N03 N04 N06 N07 N08 N09 N10 N11 N12 N13 N14 N15 N16 P01 P02 P03 P04 P05 P06 P07 P08 P09 P10 P11 P15 P16 X05.
func TestEachFaultIsFlaggedAndHurtsNobodyElse(t *testing.T) {
	t.Parallel()

	for _, test := range faultCases() {
		t.Run(strings.Fields(test.ids)[0]+" "+test.fault, func(t *testing.T) {
			t.Parallel()

			r := newRig(t, plan{
				vendors: []string{"healthy", "ill"}, faults: map[string]string{"ill": test.fault},
				every: time.Second, deadline: 600 * time.Millisecond, onDemand: true,
			})

			for range 2 {
				s := r.take(t)
				good(t, s, "healthy")
				assert.Contains(t, test.outcomes, outcome(t, s, "ill"), s.Vendors[1].Detail)
			}

			require.NoError(t, r.sim.ClearFaults("ill"))

			if !test.rests {
				good(t, r.take(t), "ill")
			}
		})
	}
}

// Every kind of fault that exists stands in the table.
func TestEveryFaultHasItsCase(t *testing.T) {
	t.Parallel()

	var covered []sim.Kind
	for _, test := range faultCases() {
		covered = append(covered, mustFault(t, test.fault).Kind)
	}

	for _, kind := range sim.Kinds() {
		if !kind.Pushed() {
			assert.Contains(t, covered, kind)
		}
	}
}
