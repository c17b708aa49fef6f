package fetcher

import (
	"fmt"
	"strings"
	"time"

	"github.com/rollcall-go/rollcall/messages"
)

// bound is what keeps a request from being sent at once.
type bound struct {
	paused *pause
	window *Window // nil where others are first in a budget without windows, or where the vendor has said what is left
	told   bool
	never  bool // the cost is more than the whole window allows
}

// earliest returns when a request may be sent, now at the earliest, and what keeps it from being sent now; nil if nothing does. Mine is the
// request's own room if it has one; one without comes after all that have.
func (b *Budget) earliest(now time.Time, cost int, mine *room) (time.Time, *bound) {
	at := now

	var why *bound

	wait := func(until time.Time, reason bound) {
		if until.After(at) {
			at, why = until, &reason
		}
	}

	if b.paused != nil {
		wait(b.paused.until, bound{paused: b.paused})
	}

	need := cost

	if mine == nil {
		b.queue(cost, wait)
	} else {
		wait(mine.at, bound{window: b.shortest()})

		need = 0 // it has been taken from what is left
	}

	if b.told != nil && b.told.left < need {
		wait(b.told.until, bound{told: true})
	}

	others := b.others(mine)

	for i := range b.ledgers {
		l := &b.ledgers[i]
		if cost > l.Credits {
			return now.Add(longestPause), &bound{window: &l.Window, never: true}
		}

		wait(l.after(at, now, cost, others), bound{window: &l.Window})
	}

	return at, why
}

// queue waits for those that were there before, and for even spacing.
func (b *Budget) queue(cost int, wait func(time.Time, bound)) {
	for _, r := range b.rooms {
		wait(r.at, bound{window: b.shortest()})
	}

	if b.spaced() {
		early := time.Duration(max(b.settings.Burst-cost, 0)) * b.interval()
		wait(b.even.Add(-early), bound{window: b.shortest()})
	}
}

// space takes a request's share of the even spacing.
func (b *Budget) space(r *room) {
	if b.spaced() {
		b.even = later(b.even, r.at).Add(time.Duration(r.cost) * b.interval())
	}

	r.even = b.even
}

// spaced reports whether requests keep a distance.
func (b *Budget) spaced() bool { return len(b.ledgers) > 0 && b.settings.Burst < b.shortest().Credits }

// interval is the even distance of credits. Where it is rounded down, the window sees to it.
func (b *Budget) interval() time.Duration {
	shortest := b.shortest()

	return shortest.Per / time.Duration(shortest.Credits)
}

func (b *Budget) shortest() *Window {
	if len(b.ledgers) == 0 {
		return nil
	}

	return &b.ledgers[0].Window
}

func (b *Budget) others(mine *room) []*room {
	if mine == nil {
		return b.rooms
	}

	others := make([]*room, 0, len(b.rooms))

	for _, r := range b.rooms {
		if r != mine {
			others = append(others, r)
		}
	}

	return others
}

// refusal says why there is no room before a time.
func (b *Budget) refusal(why *bound, at, now time.Time) *messages.Failure {
	name := "own limit"
	if b.settings.Key != "" {
		name = "budget " + b.settings.Key
	}

	again := short(rounded(at.Sub(now)))

	switch {
	case why.paused != nil:
		reason := &why.paused.reason

		return messages.NewFailure(reason.Outcome, fmt.Sprintf("%s: not used until %s, last: %s", name, clock(at, now), reason.Error()))
	case why.never:
		name += fmt.Sprintf(" of %s is less than one poll takes", why.window)
	case why.told:
		name += ": vendor says that too little is left; room again in " + again
	case why.window != nil:
		name += " of " + why.window.String() + "; room again in " + again
	default:
		name += ": others are first; room again in " + again
	}

	return messages.NewFailure(messages.OutcomeRateLimited, name)
}

// String is the window for people, such as "25 in 24h".
func (w *Window) String() string { return fmt.Sprintf("%d in %s", w.Credits, short(w.Per)) }

// short is a duration without the zeros at its end.
func short(d time.Duration) string {
	text := d.String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}

	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}

	return text
}

// clock is a time in UTC, rounded up to whole seconds, with its date if that is not today's.
func clock(at, now time.Time) string {
	at = at.UTC().Add(time.Second - 1)
	if at.Format(time.DateOnly) == now.UTC().Format(time.DateOnly) {
		return at.Format(time.TimeOnly)
	}

	return at.Format(time.DateTime)
}
