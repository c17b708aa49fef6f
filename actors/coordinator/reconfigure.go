package coordinator

import (
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/rollcall-go/rollcall/actors"
	"github.com/rollcall-go/rollcall/messages"
)

// Message is what the coordinator understands besides messages.CoordinatorMessage: what names actors.
//
//sumtype:decl
type Message interface{ ownProtocol() }

// Reconfigure says who is asked for what from the next round on, and when. A round in flight is finished as it was begun. A vendor whose fetcher
// is the same keeps its standing; one with another fetcher counts as running, or goes on being paused. Answered by Reconfigured to the
// sender once it has taken effect.
type Reconfigure struct {
	Roster   *messages.Roster
	Fetchers []actors.Ref[messages.FetcherMessage] // in the order of the roster's listings
	Every    time.Duration                         // as in Settings
	Deadline time.Duration                         // as in Settings
	Carry    time.Duration                         // as in Settings
	Checks   []Checks                              // as in Settings
}

func (*Reconfigure) ownProtocol() {}

// Reconfigured answers Reconfigure.
type Reconfigured struct {
	// Applied is false if another Reconfigure came before this one could take effect, or the rounds have been stopped.
	Applied bool
	// Last is the last round that was begun before.
	Last messages.Round
}

// plan is who is asked and for how long.
type plan struct {
	fetchers []actors.Ref[messages.FetcherMessage] // by listing
	listings map[string]int                        // by the fetcher's PID
	deadline time.Duration
}

func newPlan(roster *messages.Roster, fetchers []actors.Ref[messages.FetcherMessage], deadline time.Duration) *plan {
	p := &plan{deadline: deadline, listings: make(map[string]int, len(fetchers))}

	if roster != nil {
		p.fetchers = make([]actors.Ref[messages.FetcherMessage], len(roster.Listings()))
		copy(p.fetchers, fetchers)
	}

	for i, fetcher := range p.fetchers {
		if fetcher.PID() != nil {
			p.listings[fetcher.PID().Id] = i
		}
	}

	return p
}

// planned is a Reconfigure that waits for the end of a round, and who wants to know.
type planned struct {
	message *Reconfigure
	from    *actor.PID
}

func (c *coordinator) reconfigure(ctx actor.Context, message *Reconfigure) {
	if message == nil || message.Roster == nil {
		return
	}

	m := c.memory
	c.refuse(ctx, m.planned)
	m.planned = &planned{message: message, from: ctx.Sender()}

	if m.phase > started {
		c.refuse(ctx, m.planned)
		m.planned = nil
	}

	if m.roll.open == nil {
		c.applyPlanned(ctx)
	}
}

// refuse tells that a plan comes to nothing.
func (c *coordinator) refuse(ctx actor.Context, p *planned) {
	if p != nil && p.from != nil {
		ctx.Send(p.from, &Reconfigured{Last: c.memory.roll.last})
	}
}

// applyPlanned makes what was planned come true; no round is open.
func (c *coordinator) applyPlanned(ctx actor.Context) {
	m, p := c.memory, c.memory.planned
	if p == nil {
		return
	}

	m.planned = nil

	if m.phase > started {
		c.refuse(ctx, p)

		return
	}

	m.adopt(p.message)

	if p.from != nil {
		ctx.Send(p.from, &Reconfigured{Applied: true, Last: m.roll.last})
	}

	c.reschedule(ctx, p.message.Every)
}

// reschedule changes the grid. A round that is due at this moment, whose tick has come or is about to, begins all the same.
func (c *coordinator) reschedule(ctx actor.Context, every time.Duration) {
	m, now := c.memory, c.memory.now()
	due := m.schedule.due(now)

	if !m.schedule.reset(every, m.plan.deadline, now, m.phase == started) {
		return
	}

	if due && m.schedule.running() {
		m.schedule.start(now)
		c.armTick(ctx)
		c.begin(ctx, false)

		return
	}

	c.armTick(ctx)
}

// adopt changes who is asked. What is known of vendors and instruments that stay is kept.
func (m *memory) adopt(message *Reconfigure) {
	before := m.plan
	m.plan = newPlan(message.Roster, message.Fetchers, bounded(message.Every, message.Deadline))
	m.roll.adopt(message.Roster, func(i, old int) bool {
		is, was := m.plan.fetchers[i].PID(), before.fetchers[old].PID()

		return is == was || is != nil && was != nil && is.Equal(was)
	})
	m.judge = m.judge.Adopt(message.Roster, message.Checks)
	m.prices = m.prices.adopt(message.Roster, message.Carry)
}

// adopt changes the roster between two rounds. Same reports whether a listing of the new one has the fetcher that a listing of the old one has.
func (r *roll) adopt(roster *messages.Roster, same func(i, old int) bool) {
	vendors := make([]standing, len(roster.Listings()))

	for i, listing := range roster.Listings() {
		vendors[i].state = messages.VendorRunning

		if old, known := r.roster.Vendor(listing.Vendor); known && (same(i, old) || r.vendors[old].state == messages.VendorPaused) {
			vendors[i] = r.vendors[old]
		}
	}

	r.roster, r.vendors = roster, vendors
}

// adopt returns the prices for another roster, with what is known of instruments that stay.
func (p *prices) adopt(roster *messages.Roster, carry time.Duration) *prices {
	next := newPrices(roster, carry)
	if carry <= 0 || p.carry <= 0 {
		return next
	}

	for i, entry := range roster.Entries() {
		if old, known := p.roster.Instrument(entry.Instrument); known {
			next.accepted[i] = p.accepted[old]
		}
	}

	return next
}
