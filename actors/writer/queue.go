package writer

import (
	"cmp"
	"slices"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/rollcall-go/rollcall/messages"
)

// Reasons of PersistFailed that are the writer's own. Any other reason is the store's error.
const (
	ReasonFull     = "writer queue is full"
	ReasonStopping = "writer is stopping"
)

// An effect is something the actor is to do.
//
//sumtype:decl
type effect interface{ effect() }

type (
	// persist writes snapshots, oldest round first; Persisted or Panicked follows.
	persist struct{ Snapshots []*messages.Snapshot }
	// identify computes the digest of a snapshot that cannot be written; Identified follows.
	identify struct{ Snapshot *messages.Snapshot }
	// answer sends a message to whoever asked.
	answer struct {
		To      *actor.PID
		Message any
	}
	// record sends a fact to the auditor.
	record struct{ Fact *messages.RecordFact }
)

func (persist) effect()  {}
func (identify) effect() {}
func (answer) effect()   {}
func (record) effect()   {}

// entry is one snapshot that is not acknowledged yet. Asker may be nil.
type entry struct {
	snapshot *messages.Snapshot
	asker    *actor.PID
}

// queue is what the writer owes. Every round is in it at most once: under way, suspected of a panic, or waiting.
type queue struct {
	limit     int
	underWay  []entry // in Store.Persist, or being identified
	suspected []entry // their batch panicked; each is written once more, on its own
	second    bool    // what is under way has panicked once before
	waiting   []entry
}

// Add takes one snapshot in. A round that is already here only changes who gets the answer.
func (q *queue) Add(snapshot *messages.Snapshot, asker *actor.PID) []effect {
	for _, entries := range [][]entry{q.underWay, q.suspected, q.waiting} {
		for i := range entries {
			if entries[i].snapshot.Round == snapshot.Round {
				entries[i].asker = asker

				return nil
			}
		}
	}

	if len(q.waiting) >= q.limit {
		return []effect{failed(entry{snapshot, asker}, ReasonFull)}
	}

	at, _ := slices.BinarySearchFunc(q.waiting, snapshot.Round, func(e entry, round messages.Round) int {
		return cmp.Compare(e.snapshot.Round, round)
	})
	q.waiting = slices.Insert(q.waiting, at, entry{snapshot, asker})

	return q.next(nil)
}

// Persisted ends the write that is under way; an error concerns all of its snapshots.
func (q *queue) Persisted(err error) []effect {
	effects := make([]effect, 0, len(q.underWay)+1)

	for _, e := range q.underWay {
		if err != nil {
			effects = append(effects, failed(e, messages.CleanDetail(err.Error())))
		} else {
			effects = append(effects, answer{e.asker, &messages.SnapshotPersisted{Round: e.snapshot.Round}})
		}
	}

	q.underWay = nil

	return q.next(effects)
}

// Panicked ends the write that is under way: its snapshots are tried once more, one by one, or the one that was is poison.
func (q *queue) Panicked() []effect {
	if q.second {
		return []effect{identify{q.underWay[0].snapshot}}
	}

	q.suspected, q.underWay = q.underWay, nil

	return q.next(nil)
}

// Identified ends the identification that is under way. The digest is empty for a snapshot that cannot even be encoded.
func (q *queue) Identified(digest string, now time.Time) []effect {
	poison := q.underWay[0]
	round := poison.snapshot.Round
	fields := []messages.Field{{Name: "message", Value: "PersistSnapshot"}, {Name: "sha256", Value: digest}}
	q.underWay = nil

	return q.next([]effect{
		record{&messages.RecordFact{At: now, Kind: messages.FactPoison, Round: round, Fields: fields}},
		answer{poison.asker, &messages.SnapshotPersisted{Round: round, Poisoned: true}},
	})
}

// Abandon fails everything that is not acknowledged. The queue is empty afterwards.
func (q *queue) Abandon() []effect {
	var effects []effect

	for _, e := range slices.Concat(q.underWay, q.suspected, q.waiting) {
		effects = append(effects, failed(e, ReasonStopping))
	}

	q.underWay, q.suspected, q.waiting = nil, nil, nil

	return effects
}

// next starts a write if none is under way and there is something to write.
func (q *queue) next(effects []effect) []effect {
	if len(q.underWay) > 0 {
		return effects
	}

	switch q.second = len(q.suspected) > 0; {
	case q.second:
		q.underWay, q.suspected = q.suspected[:1:1], q.suspected[1:]
	case len(q.waiting) > 0:
		q.underWay, q.waiting = q.waiting, nil
	default:
		return effects
	}

	snapshots := make([]*messages.Snapshot, len(q.underWay))
	for i, e := range q.underWay {
		snapshots[i] = e.snapshot
	}

	return append(effects, persist{snapshots})
}

func failed(e entry, reason string) effect {
	return answer{e.asker, &messages.PersistFailed{Round: e.snapshot.Round, Reason: reason}}
}
