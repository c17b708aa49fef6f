package coordinator

import (
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/rollcall-go/rollcall/actors"
	"github.com/rollcall-go/rollcall/actors/internal/plausible"
	"github.com/rollcall-go/rollcall/messages"
)

// memory is what survives a restart of the actor. The closure in Props owns it; every incarnation works on the same one, one after the
// other.
type memory struct {
	phase    phase
	base     time.Time // of the monotonic clock the schedule sees
	schedule schedule
	plan     *plan
	planned  *planned // what takes effect when the round in flight is closed; nil if nothing is to change
	roll     *roll
	judge    *plausible.Judge
	prices   *prices
	release  release
	ledger   ledger
	watched  bool // somebody listens to events

	waiters  []*actor.PID                    // want the round in flight, or the next one
	promised map[messages.Round][]*actor.PID // want a round that is closed and not yet published
	stoppers []*actor.PID                    // want to know when everything has stopped
}

// phase is how far a coordinator has come; it only moves forward.
type phase int

const (
	idle     phase = iota // StartRounds has not come yet
	started               // rounds are run
	stopping              // StopRounds has come; snapshots are being written
	stopped               // nothing happens any more
)

func newMemory(settings *Settings, fetchers []actors.Ref[messages.FetcherMessage]) *memory {
	return &memory{
		plan:     newPlan(settings.Roster, fetchers, settings.Deadline),
		base:     time.Now(),
		schedule: schedule{every: settings.Every, deadline: settings.Deadline},
		roll:     newRoll(settings.Roster, settings.FirstRound),
		judge:    plausible.New(settings.Roster, settings.Checks),
		prices:   newPrices(settings.Roster, settings.Carry),
		release: release{
			mode:    settings.Durability,
			wait:    settings.DurableWait,
			credit:  settings.Credit,
			backoff: settings.Backoff,
			uniform: settings.Uniform,
		},
		promised: make(map[messages.Round][]*actor.PID),
	}
}

// now reads both clocks.
func (m *memory) now() instant {
	now := time.Now()

	return instant{wall: now.Round(0), mono: now.Sub(m.base)}
}

// abandon makes the memory fit for a new incarnation: a round in flight is given up, its number used up, and who waits for it waits for
// the next one.
func (m *memory) abandon() {
	m.roll.open = nil
	m.ledger.resume()
}

func (m *memory) describe() *messages.RoundsDescribed {
	return &messages.RoundsDescribed{
		Round:        m.roll.closed,
		DurableRound: m.release.durable,
		NextAt:       m.schedule.next,
		Rounds:       m.roll.rounds,
		MissedTicks:  m.schedule.missed,
		LateAnswers:  m.roll.late,
		Coalesced:    m.release.counts.coalesced,
		Undurable:    m.release.counts.undurable,
		InFlight:     m.roll.open != nil,
	}
}
