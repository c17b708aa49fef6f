package fetcher

import (
	"fmt"
	"time"

	"golang.org/x/time/rate"

	"github.com/rollcall-go/rollcall/messages"
)

// pacer keeps a vendor's allowance of requests. The zero pacer is unlimited.
type pacer struct {
	limiter *rate.Limiter
	refused string // what is said when there is no room
}

func newPacer(r Rate) pacer {
	if r.Requests <= 0 {
		return pacer{}
	}

	return pacer{
		limiter: rate.NewLimiter(rate.Every(r.Per/time.Duration(r.Requests)), r.Burst),
		refused: fmt.Sprintf("own limit of %d requests in %s", r.Requests, r.Per),
	}
}

// reserve takes room for one request that can be made before due, and returns how long it has to wait. Where there is none in time,
// nothing is taken.
func (p *pacer) reserve(now, due time.Time) (reservation *rate.Reservation, wait time.Duration, ok bool) {
	if p.limiter == nil {
		return nil, 0, true
	}

	reservation = p.limiter.ReserveN(now, 1)
	wait = reservation.DelayFrom(now)

	if !reservation.OK() || !now.Add(wait).Before(due) {
		reservation.CancelAt(now)

		return nil, wait, false
	}

	return reservation, wait, true
}

// refusal is the failure of a poll for which there was no room.
func (p *pacer) refusal(wait time.Duration) *messages.Failure {
	return messages.NewFailure(messages.OutcomeRateLimited, fmt.Sprintf("%s; room again in %s", p.refused, rounded(wait)))
}
