package coordinator

import (
	"slices"
	"strconv"
	"time"

	"github.com/rollcall-go/rollcall/actors/internal/plausible"
	"github.com/rollcall-go/rollcall/messages"
)

// Checks say what a vendor's readable prices are held against before one of them is published. The zero value asks nothing.
type Checks = plausible.Limits

// Million is the whole of which the relative limits of Checks are parts.
const Million = plausible.Million

// maxAcceptances is how many accepted prices of one round are recorded one by one. Those beyond are recorded by their number; the snapshot has
// them all.
const maxAcceptances = 1000

// check refuses what is not plausible in a complete round, and returns what is to be recorded of prices that were accepted although they are far
// from the ones before. Quotes are shared with whoever sent them, so those of a vendor are copied before one of them is changed.
func (r *roll) check(judge *plausible.Judge, now time.Time) []*messages.RecordFact {
	verdict := judge.Round(r.open.reports)

	copied := make(map[int]bool) // by listing

	for _, refusal := range verdict.Refused {
		i := refusal.Source.Listing

		if !copied[i] {
			copied[i] = true
			r.open.reports[i].Quotes = slices.Clone(r.open.reports[i].Quotes)
		}

		quote := &r.open.reports[i].Quotes[refusal.Source.Position]
		quote.Outcome, quote.Detail = refusal.Outcome, refusal.Detail
	}

	for i := range copied {
		tally(&r.open.reports[i], r.open.held[i])
	}

	return acceptances(r.open.number, verdict.Accepted, now)
}

func acceptances(round messages.Round, accepted []plausible.Acceptance, now time.Time) []*messages.RecordFact {
	var facts []*messages.RecordFact

	add := func(vendor messages.Vendor, fields ...messages.Field) {
		facts = append(facts, &messages.RecordFact{At: now, Kind: messages.FactAccepted, Round: round, Vendor: vendor, Fields: fields})
	}

	for _, a := range accepted[:min(len(accepted), maxAcceptances)] {
		add(a.Vendor, messages.Field{Name: "instrument", Value: string(a.Instrument)}, messages.Field{Name: "old", Value: a.Old.Text()},
			messages.Field{Name: "new", Value: a.New.Text()}, messages.Field{Name: "why", Value: a.Why})
	}

	if more := len(accepted) - maxAcceptances; more > 0 {
		add("", messages.Field{Name: "more", Value: strconv.Itoa(more)})
	}

	return facts
}
