package coordinator

import (
	"fmt"
	"slices"
	"time"

	"github.com/rollcall-go/rollcall/actors"
	"github.com/rollcall-go/rollcall/messages"
)

// release decides when each snapshot is published and keeps it until the writer has acknowledged it. Publication is always in the order of
// rounds. It knows no clock: every call gets the time, and wake says when the next call of due is wanted.
type release struct {
	mode    Durability
	wait    time.Duration
	credit  int
	backoff actors.Backoff
	uniform func() float64

	parcels []parcel  // unacknowledged, oldest first, at most credit
	newest  *parcel   // waits for credit; replaced by anything newer
	held    []held    // not yet published, oldest first; only while the writer keeps up
	behind  bool      // the writer has not kept up since a wait ran out
	retryAt time.Time // when failed parcels are sent again; until then none is sent; zero if none failed

	failures int            // since the last acknowledgement
	reason   string         // of the last failure since then
	closed   messages.Round // the newest snapshot
	durable  messages.Round // the last round on disk
	counts   releaseCounts
}

type releaseCounts struct {
	coalesced uint64 // snapshots never sent to the writer because newer ones replaced them
	undurable uint64 // snapshots published before they were on disk
}

// parcel is a snapshot on its way to disk.
type parcel struct {
	snapshot *messages.Snapshot
	closedAt time.Time
	sentAt   time.Time // last
	attempt  int
	sent     bool // the writer has it, as far as we know
}

// held is a snapshot that waits to be published.
type held struct {
	snapshot *messages.Snapshot
	settled  bool // the writer is done with it
	durable  bool // and it is on disk
}

// effect is what the actor does for its release.
//
//sumtype:decl
type effect interface{ effect() }

type publish struct{ snapshot *messages.Snapshot }

type persist struct{ message *messages.PersistSnapshot }

// durability says that rounds stopped being durable, or are durable again.
type durability struct {
	round  messages.Round
	kept   bool
	reason string
}

func (publish) effect()    {}
func (persist) effect()    {}
func (durability) effect() {}

// add takes the snapshot of the round that was just closed.
func (r *release) add(snapshot *messages.Snapshot, now time.Time) []effect {
	r.closed = snapshot.Round

	if r.mode == Off {
		return []effect{r.publish(snapshot, false)}
	}

	effects := r.enqueue(parcel{snapshot: snapshot, closedAt: now}, now)

	if r.mode == Strict && !r.behind {
		r.held = append(r.held, held{snapshot: snapshot})

		return effects
	}

	return append(effects, r.publish(snapshot, false))
}

// enqueue hands a parcel to the writer, or lets it wait as the newest if the credit is used up: the writer is behind then.
func (r *release) enqueue(p parcel, now time.Time) []effect {
	if len(r.parcels) < r.credit {
		r.parcels = append(r.parcels, p)

		return r.send(now)
	}

	if r.newest != nil {
		r.counts.coalesced++
	}

	r.newest = &p

	return r.fallBehind(fmt.Sprintf("%d snapshots unacknowledged", len(r.parcels)))
}

// send hands over what the writer does not have, oldest first, unless a retry is pending: order is kept across failures.
func (r *release) send(now time.Time) []effect {
	if !r.retryAt.IsZero() {
		return nil
	}

	var effects []effect

	for i := range r.parcels {
		p := &r.parcels[i]
		if p.sent {
			continue
		}

		p.sent, p.sentAt = true, now
		p.attempt++

		effects = append(effects, persist{&messages.PersistSnapshot{Snapshot: p.snapshot, Attempt: p.attempt}})
	}

	return effects
}

// persisted takes an acknowledgement. Poisoned means that the snapshot will never be on disk. The writer has caught up once it answers
// within the wait again and nothing is overdue: a disk that is slow every time must not hold up every snapshot.
func (r *release) persisted(round messages.Round, poisoned bool, now time.Time) []effect {
	i := r.find(round)
	if i < 0 {
		return nil
	}

	swift := now.Sub(r.parcels[i].sentAt) < r.wait
	r.parcels = slices.Delete(r.parcels, i, i+1)
	r.retryAt, r.failures, r.reason = time.Time{}, 0, ""

	if !poisoned {
		r.durable = max(r.durable, round)
	}

	if r.newest != nil {
		r.parcels = append(r.parcels, *r.newest)
		r.newest = nil
	}

	effects := append(r.settle(round, !poisoned), r.send(now)...)

	if r.behind && swift && !r.overdue(now) {
		r.behind = false

		effects = append(effects, durability{round: r.closed, kept: true})
	}

	return effects
}

// settle marks a held snapshot and publishes the oldest ones that are settled.
func (r *release) settle(round messages.Round, durable bool) []effect {
	for i := range r.held {
		if r.held[i].snapshot.Round == round {
			r.held[i].settled, r.held[i].durable = true, durable
		}
	}

	var effects []effect

	for len(r.held) > 0 && r.held[0].settled {
		effects = append(effects, r.publish(r.held[0].snapshot, r.held[0].durable))
		r.held = slices.Delete(r.held, 0, 1)
	}

	return effects
}

// failed takes the news that a snapshot is not on disk; it is sent again after a back-off.
func (r *release) failed(round messages.Round, reason string, now time.Time) {
	i := r.find(round)
	if i < 0 {
		return
	}

	r.parcels[i].sent = false
	r.reason = reason

	if r.retryAt.IsZero() {
		r.failures++
		r.retryAt = now.Add(r.backoff.Delay(r.failures, r.uniform))
	}
}

// undeliverable says that there is no writer to send to: everything has failed.
func (r *release) undeliverable(now time.Time) {
	for i := range r.parcels {
		r.failed(r.parcels[i].snapshot.Round, "writer is gone", now)
	}
}

// resend sends everything unacknowledged again at once: the writer, or the coordinator, is a new one.
func (r *release) resend(now time.Time) []effect {
	r.retryAt = time.Time{}

	for i := range r.parcels {
		r.parcels[i].sent = false
	}

	return r.send(now)
}

// wake returns when due is to be called next; zero if never.
func (r *release) wake() time.Time {
	at := r.retryAt

	if !r.behind && len(r.parcels) > 0 {
		if expiry := r.parcels[0].closedAt.Add(r.wait); at.IsZero() || expiry.Before(at) {
			at = expiry
		}
	}

	return at
}

// due does what time has brought: a wait that ran out, a retry.
func (r *release) due(now time.Time) []effect {
	var effects []effect

	if !r.behind && r.overdue(now) {
		effects = r.fallBehind("no acknowledgement within " + r.wait.String())
	}

	if !r.retryAt.IsZero() && !now.Before(r.retryAt) {
		r.retryAt = time.Time{}
		effects = append(effects, r.send(now)...)
	}

	return effects
}

// overdue reports whether the oldest parcel has waited too long.
func (r *release) overdue(now time.Time) bool {
	return len(r.parcels) > 0 && !now.Before(r.parcels[0].closedAt.Add(r.wait))
}

// fallBehind publishes everything held; from now on nothing is held until the writer has caught up.
func (r *release) fallBehind(reason string) []effect {
	var effects []effect

	if !r.behind {
		r.behind = true

		if r.reason != "" {
			reason += ": " + r.reason
		}

		effects = append(effects, durability{round: r.closed, reason: messages.CleanDetail(reason)})
	}

	for _, h := range r.held {
		effects = append(effects, r.publish(h.snapshot, h.durable))
	}

	r.held = nil

	return effects
}

func (r *release) publish(snapshot *messages.Snapshot, durable bool) effect {
	if !durable {
		r.counts.undurable++
	}

	return publish{snapshot.WithDurable(durable)}
}

func (r *release) find(round messages.Round) int {
	return slices.IndexFunc(r.parcels, func(p parcel) bool { return p.snapshot.Round == round })
}

// unwritten counts the snapshots that are kept for the writer.
func (r *release) unwritten() int {
	if r.newest != nil {
		return len(r.parcels) + 1
	}

	return len(r.parcels)
}

// idle reports whether everything is published and acknowledged.
func (r *release) idle() bool { return len(r.held) == 0 && r.unwritten() == 0 }
