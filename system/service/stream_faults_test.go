package service_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/example"
	"github.com/rollcall-go/rollcall/system/sim"
)

// streamCase is what goes wrong with a vendor that pushes. Its outcome is seen sooner or later; until then, and between two connections, there
// may be prices that are not yet old, or a connection that is just being made.
type streamCase struct {
	fault    string // as sim.ParseFault reads it; empty where the script says it all
	ids      string // in the catalogue
	outcomes []messages.Outcome
	lines    bool                        // the vendor pushes lines, not over a WebSocket
	play     func(name string) *sim.Play // nil for one that repeats its prices
	never    bool                        // it never has a price: nothing of it may be used
	stays    bool                        // it is not well again, or is left alone for longer than the test has
}

func one(outcome messages.Outcome) []messages.Outcome { return []messages.Outcome{outcome} }

func streamCases() []streamCase {
	return slices.Concat(silenceCases(), callCases(), frameCases(), lineCases())
}

// silenceCases are connections that are open and of which nothing comes, or that are cut again and again.
func silenceCases() []streamCase {
	return []streamCase{
		{ids: "N25", outcomes: one(messages.OutcomeOK), stays: true, play: func(name string) *sim.Play { // a quiet market is no fault
			return scripted(name, spoken(pushed(name))...)
		}},
		{ids: "N01", outcomes: one(messages.OutcomeStalled), stays: true, play: func(name string) *sim.Play { // prices, and then nothing, not even a pong
			return scripted(name, example.Step{Server: pushed(name)}, example.Step{Silent: time.Hour})
		}},
		{fault: "ws-nopong", ids: "N01", outcomes: one(messages.OutcomeStalled), play: func(name string) *sim.Play {
			return scripted(name, spoken(pushed(name))...)
		}},
		{fault: "ws-silent", ids: "N01", outcomes: one(messages.OutcomeTimeout), never: true},
		{fault: "ws-drop=1s", ids: "N23", outcomes: one(messages.OutcomeDisconnected)},
		{fault: "ws-drop=20ms", ids: "N23", outcomes: one(messages.OutcomeDisconnected)},
		{fault: "ws-close=1013 delay=20ms", ids: "N23", outcomes: one(messages.OutcomeUnavailable)},
		{fault: "ws-close=1008 delay=20ms", ids: "N23", outcomes: []messages.Outcome{messages.OutcomeDisconnected, messages.OutcomeBadRequest}},
	}
}

// callCases are connections that do not come to be.
func callCases() []streamCase {
	reset := []messages.Outcome{messages.OutcomeReset, messages.OutcomeDisconnected}

	return []streamCase{
		{fault: "ws-reject", ids: "N23 N14", outcomes: one(messages.OutcomeHTTPStatus), never: true},
		{fault: "ws-reject=401", ids: "N23 N14", outcomes: one(messages.OutcomeAuth), never: true, stays: true},
		{fault: "ws-reject=429 retry-after=60s", ids: "N23 N15", outcomes: one(messages.OutcomeRateLimited), never: true, stays: true},
		{fault: "ws-badaccept", ids: "N23", outcomes: one(messages.OutcomeMalformed), never: true},
		{fault: "hang", ids: "N23", outcomes: one(messages.OutcomeDisconnected), never: true, stays: true}, // connecting, for 10 s
		{fault: "drip-headers", ids: "N23", outcomes: []messages.Outcome{messages.OutcomeDisconnected, messages.OutcomeHTTPStatus}, never: true, stays: true},
		{fault: "reset", ids: "N06", outcomes: reset, never: true},
		{fault: "eof", ids: "N06", outcomes: reset, never: true},
		{fault: "redirect", ids: "N16", outcomes: one(messages.OutcomeRedirect), never: true},
		{fault: "html", ids: "N23", outcomes: one(messages.OutcomeMalformed), never: true},
		{fault: "bad-status-line", ids: "N13", outcomes: one(messages.OutcomeMalformed), never: true},
		{fault: "huge-header", ids: "N12", outcomes: []messages.Outcome{messages.OutcomeTooLarge, messages.OutcomeMalformed}, never: true},
	}
}

// frameCases break the protocol.
func frameCases() []streamCase {
	return []streamCase{
		{fault: "ws-huge", ids: "N24", outcomes: one(messages.OutcomeTooLarge), never: true},
		{fault: "ws-negative", ids: "N24", outcomes: []messages.Outcome{messages.OutcomeTooLarge, messages.OutcomeMalformed}, never: true},
		{fault: "ws-fragments", ids: "N24", outcomes: one(messages.OutcomeTooLarge), never: true},
		{fault: "ws-drip", ids: "N24", outcomes: one(messages.OutcomeTimeout), never: true},
		{fault: "ws-garbage", ids: "N24", outcomes: []messages.Outcome{messages.OutcomeMalformed, messages.OutcomeTooLarge}, never: true},
	}
}

// lineCases are the same for lines.
func lineCases() []streamCase {
	disconnected := one(messages.OutcomeDisconnected)

	return []streamCase{
		{fault: "ws-silent", lines: true, ids: "N01", outcomes: one(messages.OutcomeStalled), never: true},
		{fault: "ws-drop=1s", lines: true, ids: "N23", outcomes: disconnected},
		{fault: "ws-close=1000 delay=20ms", lines: true, ids: "N23", outcomes: disconnected},
		{fault: "status=503", lines: true, ids: "N14", outcomes: one(messages.OutcomeHTTPStatus), never: true},
		{fault: "stall", lines: true, ids: "N02", outcomes: one(messages.OutcomeStalled), never: true},
		{fault: "endless", lines: true, ids: "N07", outcomes: []messages.Outcome{messages.OutcomeTooLarge, messages.OutcomeMalformed}, never: true},
		{fault: "gzip-bomb", lines: true, ids: "N10", outcomes: one(messages.OutcomeMalformed), never: true},
	}
}

// streams is a rig of vendors that push, a case each, beside one that is polled and one that pushes as it should.
func streams(t *testing.T, cases []streamCase) (r *rig, names []string) {
	t.Helper()

	p := plan{
		vendors: []string{"healthy", "steady"}, every: slower * 600 * time.Millisecond, deadline: slower * 500 * time.Millisecond,
		faults: map[string]string{}, plays: map[string]*sim.Play{"steady": talkative("steady", 100*time.Millisecond)},
		defined: map[string]string{"steady": socketVendor("steady")},
	}

	for i, test := range cases {
		name := fmt.Sprintf("s%02d", i)
		names = append(names, name)
		p.vendors = append(p.vendors, name)
		p.plays[name], p.defined[name] = talkative(name, 100*time.Millisecond), socketVendor(name)

		if test.play != nil {
			p.plays[name] = test.play(name)
		}

		if test.lines {
			p.plays[name].Script, p.defined[name] = p.plays[name].Script[2:], linesVendor(name)
		}

		if test.fault != "" {
			p.faults[name] = test.fault
		}
	}

	return newRig(t, p), names
}

// Whatever a vendor that pushes does, the round ends in time with the others in it, the vendor is flagged with one outcome from the closed set as soon as
// its last prices are old, it is not stormed with calls, and it is back after the fault.
// G1 G2 G4 N01 N02 N06 N07 N10 N12 N13 N14 N15 N16 N23 N24.
func TestEachStreamFaultIsFlaggedAndHurtsNobodyElse(t *testing.T) {
	t.Parallel()

	cases := streamCases()
	begun := time.Now()
	r, names := streams(t, cases)
	sub := r.watch(t)
	seen := make(map[string]map[messages.Outcome]bool)
	rounds, well := 0, make(map[string]int)
	transient := []messages.Outcome{messages.OutcomeDisconnected, messages.OutcomeMissingSymbol, messages.OutcomeTimeout} // connecting, or a busy machine

	note := func(s *messages.Snapshot) (all bool) {
		all = true
		rounds++

		for _, name := range []string{"healthy", "steady"} {
			if outcome(t, s, name) == messages.OutcomeOK {
				well[name]++
			}
		}

		for i, name := range names {
			got, test := outcome(t, s, name), &cases[i]

			if seen[name] == nil {
				seen[name] = make(map[messages.Outcome]bool)
			}

			seen[name][got] = true

			expected := slices.Contains(test.outcomes, got) || slices.Contains(transient, got) || !test.never && got == messages.OutcomeOK
			report, _ := s.Vendor(messages.Vendor(name))
			assert.True(t, expected, "%s: %s %s", test.fault, got, report.Detail)

			all = all && slices.ContainsFunc(test.outcomes, func(o messages.Outcome) bool { return seen[name][o] })
		}

		return all
	}

	soonest, latest := begun.Add(4*time.Second), begun.Add(slower*12*time.Second)
	r.until(t, sub, func(s *messages.Snapshot) bool {
		return note(s) && time.Now().After(soonest) || time.Now().After(latest)
	})

	assert.GreaterOrEqual(t, well["healthy"], rounds*8/10, "on a busy machine")
	assert.GreaterOrEqual(t, well["steady"], rounds*7/10, "connecting at first")

	for i, name := range names {
		assert.True(t, slices.ContainsFunc(cases[i].outcomes, func(o messages.Outcome) bool { return seen[name][o] }), "%s: %v", cases[i].fault, seen[name])
		r.spared(t, name, begun)
		require.NoError(t, r.sim.ClearFaults(name))
	}

	cleared := time.Now()
	back := r.until(t, sub, func(s *messages.Snapshot) bool {
		return !slices.ContainsFunc(names, func(name string) bool {
			return !cases[slices.Index(names, name)].stays && outcome(t, s, name) != messages.OutcomeOK
		})
	})
	assert.LessOrEqual(t, back.PublishedAt.Sub(cleared), 16*time.Second+slack, "G4: the back-off of a fifth failure")

	for _, name := range names {
		r.spared(t, name, begun)
	}
}

// Every kind of fault of vendors that push stands in a test of this package.
func TestEveryStreamFaultHasItsCase(t *testing.T) {
	t.Parallel()

	covered := []sim.Kind{sim.WSFlood, sim.WSPingFlood, sim.WSDuplicate, sim.WSReorder, sim.WSGap} // tests of their own

	for _, test := range streamCases() {
		if test.fault != "" {
			covered = append(covered, mustFault(t, test.fault).Kind)
		}
	}

	for _, kind := range sim.Kinds() {
		if kind.Pushed() {
			assert.Contains(t, covered, kind)
		}
	}
}
