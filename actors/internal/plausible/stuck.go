package plausible

import (
	"fmt"
	"time"

	"github.com/rollcall-go/rollcall/messages"
)

// figures are what a vendor says of an instrument, but for its time.
type figures struct{ price, bid, ask, size, volume messages.Price }

// standing is how long a source has said the same.
type standing struct {
	figures figures
	time    time.Time // the newest
	answers int       // in a row, each with a newer time, with these figures
}

func figuresOf(q *messages.Quote) figures {
	f := figures{price: q.Price, bid: q.Bid, ask: q.Ask}
	if q.More != nil {
		f.size, f.volume = q.More.Size, q.More.Volume
	}

	return f
}

// stuck counts the answers that differ in nothing but their time, and refuses the quote if there have been too many. An answer whose time stands
// still as well, or that is held, or that the vendor itself calls unchanged, claims nothing: it is old, and its age tells.
func (j *Judge) stuck(source messages.SourceRef, q *messages.Quote) bool {
	most := j.limits[source.Listing].Stuck
	if most <= 0 {
		return false
	}

	s := &j.standing[source.Listing][source.Position]

	switch now, asOf := figuresOf(q), q.AsOf(); {
	case now != s.figures:
		*s = standing{figures: now, time: asOf, answers: 1}
	case asOf.After(s.time) && q.Flags&(messages.FlagHeld|messages.FlagUnchanged) == 0:
		s.time = asOf
		s.answers = min(s.answers+1, most+1)
	}

	if s.answers <= most {
		return false
	}

	j.refuse(&candidate{source: source}, messages.OutcomeStuck,
		fmt.Sprintf("%s for more than %d answers with newer and newer times", q.Price, most))

	return true
}
