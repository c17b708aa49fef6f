package fetcher

import (
	"time"

	"github.com/rollcall-go/rollcall/actors/internal/verdict"
	"github.com/rollcall-go/rollcall/messages"
)

// Judge gives quotes the outcomes and details that a round held now would give them, by their prices and times. Those that were not received at a
// time yet are received now. It is for tools that ask a vendor without a service; a fetcher judges by itself.
func Judge(quotes []messages.Quote, limits Verdict, now time.Time) {
	judge := verdict.New("", nil, limits)

	for i := range quotes {
		q := &quotes[i]

		if q.ReceivedAt.IsZero() {
			q.ReceivedAt = now
		}

		q.Outcome, q.Detail = judge.Outcome(q, now)
	}
}
