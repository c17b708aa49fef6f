package fetcher

import (
	"slices"
	"time"

	"github.com/rollcall-go/rollcall/messages"
)

// room is what a budget has set aside for one request, from reserve to cancel or settle. Its fields belong to the budget.
type room struct {
	cost int
	at   time.Time // when the request may be sent; then, when it was
	sent bool

	even, before time.Time // what Budget.even became, and was, with it
}

// from is when the request is sent, at the earliest.
func (r *room) from(now time.Time) time.Time {
	if r.sent {
		return r.at
	}

	return later(r.at, now)
}

// until is when the vendor has counted all of the request, as far as is known now. One credit is one call, counted when it is sent; several
// are calls made one after another.
func (r *room) until(now time.Time) time.Time {
	if r.sent && r.cost <= 1 {
		return r.at
	}

	return later(r.at, now)
}

// reserve sets credits aside for a request that can be sent before due, and returns how long it has to wait. Where that is too long, nothing
// is set aside and the failure says why. A nil room is one in a budget without bounds.
func (b *Budget) reserve(now, due time.Time, cost int) (r *room, wait time.Duration, refusal *messages.Failure) {
	b.lock.Lock()
	defer b.lock.Unlock()

	b.expire(now)

	if b.boundless() {
		return nil, 0, nil
	}

	at, why := b.earliest(now, cost, nil)
	if why != nil && !at.Before(due) {
		return nil, 0, b.refusal(why, at, now)
	}

	r = &room{cost: cost, at: at, before: b.even}
	b.space(r)

	if b.told != nil {
		b.told.left -= cost
	}

	b.rooms = append(b.rooms, r)

	return r, at.Sub(now), nil
}

// confirm looks again whether a request may be sent whose time has come: others may have been late, or the vendor may have asked for a pause
// meanwhile. It returns how much longer to wait, or a failure as reserve does.
func (b *Budget) confirm(r *room, now, due time.Time) (wait time.Duration, refusal *messages.Failure) {
	if r == nil {
		return 0, nil
	}

	b.lock.Lock()
	defer b.lock.Unlock()

	b.expire(now)

	at, why := b.earliest(now, r.cost, r)
	if why != nil && !at.Before(due) {
		return 0, b.refusal(why, at, now)
	}

	r.at = at

	return at.Sub(now), nil
}

// send notes that a request is being sent, and reports whether the budget still permits it; if not, what was set aside is given back.
func (b *Budget) send(r *room, now time.Time) bool {
	if r == nil {
		return true
	}

	b.lock.Lock()
	defer b.lock.Unlock()

	b.expire(now)

	if at, _ := b.earliest(now, r.cost, r); at.After(now) {
		b.giveBack(r)

		return false
	}

	r.at, r.sent = now, true
	b.tell()

	return true
}

// cancel gives back what was set aside for a request that is not sent.
func (b *Budget) cancel(r *room) {
	if r == nil {
		return
	}

	b.lock.Lock()
	defer b.lock.Unlock()

	b.giveBack(r)
}

func (b *Budget) giveBack(r *room) {
	if !b.remove(r) {
		return
	}

	if b.even.Equal(r.even) { // otherwise those behind it have their times already
		b.even = r.before
	}

	if b.told != nil {
		b.told.left += r.cost
	}
}

// asReserved says that what a request took is what was set aside for it.
const asReserved = -1

// settle ends a request that was sent, with the credits that it took and what its answer says about the budget. More credits than were set aside
// cannot be taken back: they are paid for by waiting longer.
func (b *Budget) settle(r *room, now time.Time, took int, says messages.Allowance) {
	b.lock.Lock()
	defer b.lock.Unlock()

	b.expire(now)

	if r != nil && b.remove(r) {
		if took >= 0 {
			b.correct(r, took)
		}

		for i := range b.ledgers {
			b.ledgers[i].record(r.until(now), r.cost)
		}

		b.tell()
	}

	b.believe(says, now)
}

// correct makes the cost of a request what it took.
func (b *Budget) correct(r *room, took int) {
	more := took - r.cost
	r.cost = took

	if b.told != nil {
		b.told.left -= more
	}

	if more > 0 && b.spaced() {
		b.even = b.even.Add(time.Duration(more) * b.interval())
	}
}

func (b *Budget) remove(r *room) bool {
	i := slices.Index(b.rooms, r)
	if i < 0 {
		return false
	}

	b.rooms = slices.Delete(b.rooms, i, i+1)

	return true
}
