package coordinator

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/rollcall-go/rollcall/actors"
	"github.com/rollcall-go/rollcall/actors/internal/plausible"
	"github.com/rollcall-go/rollcall/messages"
)

// The types below let tests outside the package talk with the logic inside it, one line at a time.

// ScheduleTalk is a conversation with a schedule. Its wall clock starts at 12:00:00 UTC.
type ScheduleTalk struct {
	schedule schedule
	now      instant
}

// Start begins a schedule at a time of day and says when its rounds begin.
func (t *ScheduleTalk) Start(every, deadline, at time.Duration) string {
	t.schedule = schedule{every: every, deadline: deadline}
	t.now = instant{wall: time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC).Add(at), mono: time.Hour}
	t.schedule.start(t.now)

	return t.say("round")
}

// Tick waits for the next grid point and the lateness more, while the wall clock is stepped.
func (t *ScheduleTalk) Tick(late, step time.Duration) string {
	wait := t.schedule.wait(t.now) + late
	t.now.mono += wait
	t.now.wall = t.now.wall.Add(wait + step)

	answer := "round"
	if found := t.schedule.tick(t.now); found != 0 {
		answer = fmt.Sprintf("stepped by %s, round", found)
	}

	return t.say(answer)
}

// Reset changes the grid a while after the last line.
func (t *ScheduleTalk) Reset(every, deadline, after time.Duration) string {
	t.now.mono += after
	t.now.wall = t.now.wall.Add(after)

	if !t.schedule.reset(every, deadline, t.now, true) {
		return t.say("the same")
	}

	return t.say("another grid")
}

func (t *ScheduleTalk) say(what string) string {
	const layout = "15:04:05.000"
	if !t.schedule.running() {
		return "no schedule"
	}

	return fmt.Sprintf("%s at %s, next %s, missed %d", what, t.now.wall.Format(layout), t.schedule.next.Format(layout), t.schedule.missed)
}

// RoundTalk is a conversation with rounds and the snapshots they become. Times count from the first moment.
type RoundTalk struct {
	roll   *roll
	judge  *plausible.Judge
	checks []Checks
	prices *prices
	zero   time.Time
	before *messages.Snapshot
}

// NewRoundTalk begins a conversation about a roster. The checks are those of its listings.
func NewRoundTalk(roster *messages.Roster, carry time.Duration, checks ...Checks) *RoundTalk {
	zero := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

	return &RoundTalk{
		roll: newRoll(roster, 1), judge: plausible.New(roster, checks), checks: checks, prices: newPrices(roster, carry), zero: zero,
	}
}

// At returns the moment a duration after the first one.
func (t *RoundTalk) At(d time.Duration) time.Time { return t.zero.Add(d) }

// Begin opens a round.
func (t *RoundTalk) Begin(at time.Duration) string {
	open := t.roll.begin(t.At(at), 2*time.Second, false)

	return fmt.Sprintf("round %d open, %d pending", open.number, open.pending)
}

// Tell hands a message about a vendor to the round in flight, at a time after the start.
func (t *RoundTalk) Tell(at time.Duration, message any) string {
	var counted bool

	switch message := message.(type) {
	case *messages.QuotesFetched:
		_, counted = t.roll.answered(message)
	case *messages.FetchFailed:
		_, counted = t.roll.failed(message, t.At(at))
	case *messages.VendorStateChanged:
		_, counted = t.roll.changed(message)
	}

	pending := 0
	if t.roll.open != nil {
		pending = t.roll.open.pending
	}

	return fmt.Sprintf("counted %t, %d pending, %d late", counted, pending, t.roll.late)
}

// Adopt changes the roster. The vendors named have another fetcher than before.
func (t *RoundTalk) Adopt(roster *messages.Roster, carry time.Duration, other ...messages.Vendor) string {
	t.roll.adopt(roster, func(i, _ int) bool { return !slices.Contains(other, roster.Listings()[i].Vendor) })
	t.judge = t.judge.Adopt(roster, t.checks)
	t.prices = t.prices.adopt(roster, carry)

	return fmt.Sprintf("%d vendors, %d instruments", len(roster.Listings()), len(roster.Entries()))
}

// Close closes the round in flight and returns its snapshot, and what is recorded of accepted prices.
func (t *RoundTalk) Close(at time.Duration, outcome messages.Outcome, detail string) (*messages.Snapshot, string) {
	t.roll.complete(outcome, detail)
	accepted := t.roll.check(t.judge, t.At(at))
	snapshot := t.prices.assemble(t.roll.open, t.At(at))
	t.roll.finish()

	return snapshot, factLines(accepted)
}

// Facts returns what is recorded of a snapshot, without its digest.
func (t *RoundTalk) Facts(snapshot *messages.Snapshot) string {
	d := ledgerEntry{snapshot: snapshot, before: t.before}.describe()
	t.before = snapshot

	return factLines(d.facts)
}

func factLines(facts []*messages.RecordFact) string {
	var lines strings.Builder

	for _, fact := range facts {
		fmt.Fprintf(&lines, "%s round=%d vendor=%q", fact.Kind, fact.Round, fact.Vendor)

		for _, field := range fact.Fields {
			if field.Name == "digest" {
				field.Value = fmt.Sprintf("%d digits", len(field.Value))
			}

			fmt.Fprintf(&lines, " %s=%q", field.Name, field.Value)
		}

		lines.WriteByte('\n')
	}

	return lines.String()
}

// ReleaseTalk is a conversation with a release. Its back-off is 100, 200, 400 … ms without chance.
type ReleaseTalk struct {
	release release
	zero    time.Time
}

// NewReleaseTalk begins a conversation.
func NewReleaseTalk(mode Durability, wait time.Duration, credit int) *ReleaseTalk {
	return &ReleaseTalk{
		zero: time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC),
		release: release{
			mode: mode, wait: wait, credit: credit,
			backoff: actors.Backoff{Base: 100 * time.Millisecond, Max: 2 * time.Second},
			uniform: func() float64 { return 1 },
		},
	}
}

// Do performs one command at a time and returns the effects, then the state.
func (t *ReleaseTalk) Do(command string, round messages.Round, at time.Duration) string {
	now := t.zero.Add(at)

	var effects []effect

	switch command {
	case "close":
		effects = t.release.add(&messages.Snapshot{Round: round, Durable: true}, now)
	case "ack":
		effects = t.release.persisted(round, false, now)
	case "poison":
		effects = t.release.persisted(round, true, now)
	case "fail":
		t.release.failed(round, "disk is full", now)
	case "gone":
		t.release.undeliverable(now)
	case "restart":
		effects = t.release.resend(now)
	case "due":
		effects = t.release.due(now)
	default:
		return "unknown command\n"
	}

	var lines strings.Builder
	for _, e := range effects {
		lines.WriteString(t.tell(e) + "\n")
	}

	return lines.String() + t.state()
}

func (t *ReleaseTalk) tell(e effect) string {
	switch e := e.(type) {
	case publish:
		return fmt.Sprintf("publish %d durable=%t", e.snapshot.Round, e.snapshot.Durable)
	case persist:
		return fmt.Sprintf("persist %d attempt=%d durable=%t", e.message.Snapshot.Round, e.message.Attempt, e.message.Snapshot.Durable)
	case durability:
		return fmt.Sprintf("durability kept=%t round=%d %s", e.kept, e.round, e.reason)
	}

	return ""
}

func (t *ReleaseTalk) state() string {
	r := &t.release
	wake := "never"

	if at := r.wake(); !at.IsZero() {
		wake = at.Sub(t.zero).String()
	}

	return fmt.Sprintf("held=%d unwritten=%d behind=%t durable=%d coalesced=%d undurable=%d idle=%t wake=%s\n",
		len(r.held), r.unwritten(), r.behind, r.durable, r.counts.coalesced, r.counts.undurable, r.idle(), wake)
}

// NewAssembly returns a function that assembles a round in which every vendor has given these quotes, by listing.
func NewAssembly(roster *messages.Roster, carry time.Duration, quotes [][]messages.Quote) func() *messages.Snapshot {
	r, p := newRoll(roster, 1), newPrices(roster, carry)
	r.begin(time.Now(), time.Second, false)

	for i, listing := range roster.Listings() {
		r.answered(&messages.QuotesFetched{Vendor: listing.Vendor, Round: 1, Quotes: quotes[i], Attempts: 1})
	}

	r.complete(messages.OutcomeTimeout, "")

	return func() *messages.Snapshot { return p.assemble(r.open, time.Now()) }
}
