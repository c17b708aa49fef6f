package auditor

import (
	"fmt"
	"strings"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/rollcall-go/rollcall/messages"
)

// Ledger lets a test talk to a ledger in words.
type Ledger struct {
	l      *ledger
	placed int // facts that are on disk or covered by a gap that is
	flying []entry
}

// NewLedger returns a ledger with the given limits; zeros mean the defaults.
func NewLedger(settings Settings) *Ledger { return &Ledger{l: newLedger(settings.withDefaults())} }

// Record passes a fact in and returns the effects, one a line.
func (t *Ledger) Record(fact *messages.RecordFact) string { return t.render(t.l.record(fact)) }

// Flush asks as the actor of that name.
func (t *Ledger) Flush(asker string) string { return t.render(t.l.flush(&actor.PID{Id: asker})) }

// Appended ends the batch that is under way.
func (t *Ledger) Appended(err error) string {
	if err == nil {
		for i := range t.flying {
			t.placed += t.flying[i].facts()
		}
	}

	return t.render(t.l.appended(t.l.batch, err))
}

// Panicked ends the batch that is under way in a panic.
func (t *Ledger) Panicked(reason string, now time.Time) string {
	return t.render(t.l.panicked(t.l.batch, reason, now))
}

// Late passes in every message about a batch that is over.
func (t *Ledger) Late(batch uint64) string {
	effects := t.l.appended(batch, nil)
	effects = append(effects, t.l.panicked(batch, "late", time.Time{})...)

	return t.render(append(effects, t.l.retryDue(batch)...))
}

// RetryDue ends the back-off.
func (t *Ledger) RetryDue() string { return t.render(t.l.retryDue(t.l.batch)) }

// Resume is what a new incarnation does.
func (t *Ledger) Resume() string { return t.render(t.l.resume()) }

// Describe renders the description and how full the queue is.
func (t *Ledger) Describe() string {
	d := t.l.describe()

	return fmt.Sprintf("received=%d written=%d dropped=%d error=%q waiting=%d\n",
		d.Received, d.Written, d.Dropped, d.LastErr, len(t.l.queue.entries))
}

// Check returns what is wrong with the ledger, if anything: it must hold after every step.
func (t *Ledger) Check() error {
	l := t.l
	cost, gaps := 0, 0

	for i := range l.queue.entries {
		e := &l.queue.entries[i]
		cost += e.cost

		if e.fact == nil {
			gaps++
		}
	}

	switch all := t.placed + l.queue.facts(l.queue.end()); {
	case uint64(all) != l.received:
		return fmt.Errorf("%d facts accounted for, %d received", all, l.received)
	case cost != l.queue.cost:
		return fmt.Errorf("the queue costs %d, not %d", cost, l.queue.cost)
	case cost > l.maxBytes+gaps*factCost:
		return fmt.Errorf("%d bytes are kept", cost)
	case len(l.queue.entries) > l.maxFacts+2:
		return fmt.Errorf("%d entries are kept", len(l.queue.entries))
	case l.flight > len(l.queue.entries) || l.flight > 0 && l.waiting:
		return fmt.Errorf("flight %d, waiting %t", l.flight, l.waiting)
	case l.flight == 0 && !l.waiting && len(l.queue.entries) > 0:
		return fmt.Errorf("%d entries wait for nothing", len(l.queue.entries))
	case len(l.queue.entries) == 0 && len(l.flushes) > 0:
		return fmt.Errorf("%d flushes wait for nothing", len(l.flushes))
	}

	return nil
}

func (t *Ledger) render(effects []effect) string {
	t.flying = append(t.flying[:0], t.l.queue.entries[:t.l.flight]...)

	var b strings.Builder

	for _, e := range effects {
		switch e := e.(type) {
		case appendFacts:
			fmt.Fprintf(&b, "append batch %d:%s\n", e.batch, renderFacts(e.facts))
		case retryLater:
			fmt.Fprintf(&b, "retry batch %d after failure %d\n", e.batch, e.failures)
		case answerFlush:
			fmt.Fprintf(&b, "answer %s: unwritten %d\n", e.asker.Id, e.unwritten)
		case noteFailing:
			fmt.Fprintf(&b, "note failing: %s\n", e.reason)
		case noteWorking:
			fmt.Fprintf(&b, "note working after %d\n", e.failures)
		case noteDropping:
			b.WriteString("note dropping\n")
		}
	}

	if b.Len() == 0 {
		return "-\n"
	}

	return b.String()
}

func renderFacts(facts []*messages.RecordFact) string {
	var b strings.Builder

	for _, fact := range facts {
		b.WriteByte(' ')

		switch fact.Kind {
		case messages.FactGap:
			fmt.Fprintf(&b, "gap(%s…%s ×%s)", fact.Fields[0].Value[11:19], fact.Fields[1].Value[11:19], fact.Fields[2].Value)
		case messages.FactPoison:
			fmt.Fprintf(&b, "poison(round %d %s %s…)", fact.Round, fact.Fields[0].Value, fact.Fields[1].Value[:8])
		default:
			b.WriteString(string(fact.Vendor))
		}
	}

	return b.String()
}
