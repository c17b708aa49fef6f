package coordinator

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strconv"

	"github.com/rollcall-go/rollcall/messages"
)

// ledger puts what is to be recorded in order. Encoding a snapshot for its digest takes long, so each is described off the actor's turn,
// one at a time, and everything behind it waits.
type ledger struct {
	queue   []ledgerEntry
	tickets uint64
	working bool               // the entry at the head is being described
	before  *messages.Snapshot // the snapshot of the last round that was added
	waiting int                // snapshots in the queue
	blind   bool               // nobody keeps the record: digests are left out
}

// ledgerEntry is either a ready fact, or a snapshot that is still to be described.
type ledgerEntry struct {
	ticket           uint64
	fact             *messages.RecordFact
	snapshot, before *messages.Snapshot
}

// described is a snapshot's facts, sent by the goroutine that made them.
type described struct {
	ticket uint64
	facts  []*messages.RecordFact
}

// maxWaiting is how many snapshots may wait for their digest. Rounds that follow one another faster than they can be encoded are recorded
// without one, so that the queue cannot keep any number of snapshots alive.
const maxWaiting = 16

// add queues the facts about a closed round.
func (l *ledger) add(snapshot *messages.Snapshot) {
	before := l.before
	l.before = snapshot

	if l.blind || l.waiting >= maxWaiting {
		for _, fact := range append(outcomeFacts(snapshot, before), snapshotFact(snapshot, "")) {
			l.note(fact)
		}

		return
	}

	l.tickets++
	l.waiting++
	l.queue = append(l.queue, ledgerEntry{ticket: l.tickets, snapshot: snapshot, before: before})
}

// note queues a fact that is ready.
func (l *ledger) note(fact *messages.RecordFact) {
	l.tickets++
	l.queue = append(l.queue, ledgerEntry{ticket: l.tickets, fact: fact})
}

// next returns the facts that may be recorded now and, if the queue goes on with a snapshot and nothing is being described, the work of
// describing it.
func (l *ledger) next() (facts []*messages.RecordFact, work func() any, ticket uint64) {
	if l.working {
		return nil, nil, 0
	}

	for len(l.queue) > 0 && l.queue[0].fact != nil {
		facts = append(facts, l.queue[0].fact)
		l.queue = slices.Delete(l.queue, 0, 1)
	}

	if len(l.queue) == 0 {
		return facts, nil, 0
	}

	entry := l.queue[0]
	l.working = true

	return facts, func() any { return entry.describe() }, entry.ticket
}

// done takes what has been described and reports whether it was waited for.
func (l *ledger) done(d *described) bool {
	if !l.working || l.queue[0].ticket != d.ticket {
		return false
	}

	l.working = false
	l.waiting--
	l.queue = slices.Delete(l.queue, 0, 1)

	return true
}

// resume makes next describe the head again: its description may have been lost.
func (l *ledger) resume() { l.working = false }

func (l *ledger) idle() bool { return len(l.queue) == 0 }

// undescribed is what is recorded of a snapshot that cannot be encoded.
func (l *ledger) undescribed(ticket uint64) *described {
	if len(l.queue) == 0 || l.queue[0].ticket != ticket || l.queue[0].snapshot == nil {
		return &described{ticket: ticket}
	}

	return &described{ticket: ticket, facts: []*messages.RecordFact{snapshotFact(l.queue[0].snapshot, "")}}
}

func (e ledgerEntry) describe() *described {
	digest := sha256.Sum256(e.snapshot.Encoded())
	facts := append(outcomeFacts(e.snapshot, e.before), snapshotFact(e.snapshot, hex.EncodeToString(digest[:])))

	return &described{ticket: e.ticket, facts: facts}
}

func snapshotFact(s *messages.Snapshot, digest string) *messages.RecordFact {
	return &messages.RecordFact{
		At:    s.PublishedAt,
		Kind:  messages.FactSnapshot,
		Round: s.Round,
		Fields: []messages.Field{
			{Name: "status", Value: string(s.Status)},
			{Name: "digest", Value: digest},
			{Name: "instruments", Value: strconv.Itoa(len(s.Instruments))},
			{Name: "missing", Value: strconv.Itoa(len(s.Missing()))},
			{Name: "elapsed_ms", Value: strconv.FormatInt(s.Elapsed.Milliseconds(), 10)},
		},
	}
}

// outcomeFacts compares the vendors with the round before; before the first round, only those that are not ok are worth an entry.
func outcomeFacts(s, before *messages.Snapshot) []*messages.RecordFact {
	var facts []*messages.RecordFact

	for i := range s.Vendors {
		vendor, to := s.Roster.Listings()[i].Vendor, s.Vendors[i].Outcome

		from := outcomeIn(before, i, vendor)

		if from == to || from == "" && to == messages.OutcomeOK {
			continue
		}

		facts = append(facts, &messages.RecordFact{
			At:     s.PublishedAt,
			Kind:   messages.FactOutcome,
			Round:  s.Round,
			Vendor: vendor,
			Fields: []messages.Field{
				{Name: "from", Value: string(from)},
				{Name: "to", Value: string(to)},
				{Name: "detail", Value: s.Vendors[i].Detail},
			},
		})
	}

	return facts
}

// outcomeIn returns how a vendor, at position i most likely, fared in a snapshot; "" if it was not there.
func outcomeIn(s *messages.Snapshot, i int, vendor messages.Vendor) messages.Outcome {
	if s == nil {
		return ""
	}

	if listings := s.Roster.Listings(); i >= len(listings) || listings[i].Vendor != vendor {
		report, _ := s.Vendor(vendor)

		return report.Outcome
	}

	return s.Vendors[i].Outcome
}
