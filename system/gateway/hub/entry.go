package hub

import (
	"slices"
	"sync"

	"github.com/rollcall-go/rollcall/messages"
)

// Entry is one published round. What is made of it is made once for everybody, as long as it is among the newest.
type Entry struct {
	snapshot *messages.Snapshot
	before   *messages.Snapshot // the one published before it; nil if it is the first
	views    *views
	shelf    *shelf
	sequence uint64 // among all that was published, events too
	number   uint64 // of published rounds, those the hub itself has missed included

	mu   sync.Mutex
	made map[product]*encoding // nil: it is old, nothing is kept
	held int                   // bytes of what is kept for those who see a part
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

func newEntry(snapshot, before *messages.Snapshot, views *views, shelf *shelf) *Entry {
	return &Entry{snapshot: snapshot, before: before, views: views, shelf: shelf, made: make(map[product]*encoding)}
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

// maxHeld bounds what is kept of one round for those who see a part, in bytes: who comes with ever new wishes gets each made for himself.
const maxHeld = 16 << 20

// shared returns a product, which is made by the first who wants it while the others wait.
func (e *Entry) shared(p product, produce func() []byte) []byte {
	e.mu.Lock()

	old := e.made == nil
	if old {
		e.made = make(map[product]*encoding)
	}

	made, known := e.made[p]
	if !known {
		made = new(encoding)

		if p.lens == "" || e.held < maxHeld {
			e.made[p] = made
		}
	}

	e.mu.Unlock()

	if old {
		e.shelf.put(e)
	}

	made.once.Do(func() {
		made.bytes = produce()

		if p.lens != "" {
			e.hold(len(p.lens) + len(made.bytes))
		}
	})

	return made.bytes
}

func (e *Entry) hold(bytes int) {
	e.mu.Lock()
	defer e.mu.Unlock()

	e.held += bytes
}

// forget gives up what was made: few want an old round, and memory is bounded.
func (e *Entry) forget() {
	e.mu.Lock()
	defer e.mu.Unlock()

	e.made, e.held = nil, 0
}

// shelf is for old rounds that somebody wanted: whoever was cut at the same moment comes back for the same.
type shelf struct {
	mu      sync.Mutex
	entries []*Entry // in the order in which they were wanted first
}

// maxShelf is how many old rounds keep what was made of them.
const maxShelf = 8

func (s *shelf) put(e *Entry) {
	s.mu.Lock()
	defer s.mu.Unlock()

	s.entries = append(s.entries, e)
	if len(s.entries) > maxShelf {
		s.drop()
	}
}

// age gives up one, so that a shelf that nobody uses becomes empty.
func (s *shelf) age() {
	s.mu.Lock()
	defer s.mu.Unlock()

	if len(s.entries) > 0 {
		s.drop()
	}
}

func (s *shelf) drop() {
	s.entries[0].forget()
	s.entries = slices.Delete(s.entries, 0, 1)
}
