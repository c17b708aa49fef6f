package hub

import (
	"sync"

	"github.com/rollcall-go/rollcall/messages"
)

// Entry is one published round. What is made of it is made once for everybody, as long as it is among the newest.
type Entry struct {
	snapshot *messages.Snapshot
	before   *messages.Snapshot // the one published before it; nil if it is the first
	views    *views
	sequence uint64 // among all that was published, events too
	number   uint64 // of published rounds, those the hub itself has missed included

	mu   sync.Mutex
	made map[product]*encoding // nil: it is old, nothing is kept
}

// form is what a round is made into.
type form int

const (
	formJSON       form = iota // the snapshot
	formGzip                   // the same, compressed
	formZstd                   //
	formSSE                    // a snapshot event of Server-Sent Events
	formSSEChanges             // a changes event
	formWS                     // a snapshot event as a WebSocket message
	formWSChanges              //
)

type product struct {
	form form
	lens string
}

type encoding struct {
	once  sync.Once
	bytes []byte
}

func newEntry(snapshot, before *messages.Snapshot, views *views) *Entry {
	return &Entry{snapshot: snapshot, before: before, views: views, made: make(map[product]*encoding)}
}

// Snapshot is the whole round.
func (e *Entry) Snapshot() *messages.Snapshot { return e.snapshot }

// Round is its number.
func (e *Entry) Round() messages.Round { return e.snapshot.Round }

// Through is the round as it is seen through a lens.
func (e *Entry) Through(lens Lens) *messages.Snapshot {
	return e.views.of(e.snapshot.Roster, lens).Snapshot(e.snapshot)
}

// JSON is the round as it is seen through a lens, encoded. The caller must not change the bytes; the same holds for the other forms.
func (e *Entry) JSON(lens Lens) []byte {
	return e.shared(product{formJSON, lens.key}, func() []byte { return encode(e.Through(lens)) })
}

// encode shares the bytes that the store has made.
func encode(s *messages.Snapshot) []byte {
	if s.Durable {
		return s.Encoded()
	}

	return s.AppendJSON(nil)
}

// maxProducts bounds what is kept of one round: who comes with ever new wishes gets each made for him.
const maxProducts = 256

// shared returns a product, which is made by the first who wants it while the others wait.
func (e *Entry) shared(p product, produce func() []byte) []byte {
	e.mu.Lock()

	if e.made == nil {
		e.mu.Unlock()

		return produce()
	}

	made, known := e.made[p]
	if !known {
		made = new(encoding)

		if len(e.made) < maxProducts {
			e.made[p] = made
		}
	}

	e.mu.Unlock()

	made.once.Do(func() { made.bytes = produce() })

	return made.bytes
}

// forget gives up what was made: few want an old round, and memory is bounded.
func (e *Entry) forget() {
	e.mu.Lock()
	defer e.mu.Unlock()

	e.made = nil
}
