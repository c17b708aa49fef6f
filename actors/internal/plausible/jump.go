package plausible

import (
	"fmt"
	"strconv"

	"github.com/rollcall-go/rollcall/messages"
)

// compare holds the quotes that are left against the price published last. One that is too far from it waits to be confirmed: by enough other
// vendors in this round, or by itself in the next ones, unless another vendor still has the old level.
func (j *Judge) compare(entry int) {
	last := &j.levels[entry]
	if last.price.IsZero() {
		return
	}

	suspects := false

	for i := range j.candidates {
		c := &j.candidates[i]
		c.far = !c.out && jumps(c, last)
		suspects = suspects || c.far
	}

	if !suspects {
		return
	}

	for i := range j.candidates {
		c := &j.candidates[i]
		c.votes = !c.out && !held(c) && c.quote.Price.Sign() > 0
	}

	for i := range j.candidates {
		if c := &j.candidates[i]; c.far {
			j.suspect(entry, c)
		}
	}
}

// jumps reports whether a price is further from the last one than its vendor may go. A vendor cannot evade the question by its own time: it is
// our times of receipt that count.
func jumps(c *candidate, last *level) bool {
	l := c.limits
	if l.Jump <= 0 || l.Within > 0 && c.quote.ReceivedAt.Sub(last.at) > l.Within {
		return false
	}

	return apart(c.quote.Price, last.price, l.Jump)
}

// held reports whether a quote is one of an earlier round: it says nothing new.
func held(c *candidate) bool { return c.quote.Flags&messages.FlagHeld != 0 }

// suspect accepts a price that is confirmed, and refuses it otherwise.
func (j *Judge) suspect(entry int, c *candidate) {
	last, price := j.levels[entry].price, c.quote.Price
	agreeing, voices := j.votes(price, c.limits.near()), len(j.candidates)
	contradicted := j.votes(last, c.limits.Jump) > 0
	rounds, needed := j.rounds(c), c.limits.confirm()

	switch {
	case agreeing >= c.limits.agree(voices):
		j.accept(entry, c, fmt.Sprintf("%d of %d vendors agree", agreeing, voices))

		return
	case !contradicted && rounds >= needed:
		j.accept(entry, c, fmt.Sprintf("%d rounds in a row", rounds))

		return
	}

	detail := price.Text() + " is " + distance(price, last) + " from " + last.Text() + "; at most " + share(c.limits.Jump)
	if contradicted {
		detail += "; another vendor contradicts"
	} else {
		detail += "; round " + strconv.Itoa(rounds) + " of " + strconv.Itoa(needed)
	}

	c.out = true
	j.refuse(c, messages.OutcomeJump, detail)

	if j.next == nil {
		j.next = make(map[messages.SourceRef]waiting)
	}

	j.next[c.source] = waiting{price: price, rounds: rounds}
}

// votes is how many vendors have a fresh price near this one.
func (j *Judge) votes(price messages.Price, near int64) int {
	n := 0

	for i := range j.candidates {
		if c := &j.candidates[i]; c.votes && !apart(c.quote.Price, price, near) {
			n++
		}
	}

	return n
}

// rounds is for how many rounds in a row the vendor has been near this price, this one included. An answer that is only held does not count.
func (j *Judge) rounds(c *candidate) int {
	before, waited := j.waiting[c.source]

	switch {
	case waited && held(c):
		return before.rounds
	case held(c):
		return 0
	case waited && !apart(before.price, c.quote.Price, c.limits.near()):
		return before.rounds + 1
	default:
		return 1
	}
}

func (j *Judge) accept(entry int, c *candidate, why string) {
	j.verdict.Accepted = append(j.verdict.Accepted, Acceptance{
		Instrument: j.roster.Entries()[entry].Instrument,
		Vendor:     j.roster.Listings()[c.source.Listing].Vendor,
		Old:        j.levels[entry].price,
		New:        c.quote.Price,
		Why:        why,
	})
}
