package hub

import (
	"slices"

	"github.com/rollcall-go/rollcall/messages"
)

// happening is an event that is no round, encoded once for all who want it.
type happening struct {
	sequence uint64 // among all that was published
	number   uint64 // among the events, those the hub itself has missed included
	event    messages.Event
	encoding encodedEvent
}

// journal is what was published lately, oldest first. It is not safe for use by several goroutines.
type journal struct {
	entries  []*Entry
	events   []*happening
	sequence uint64 // of the newest of both
	rounds   uint64 // number of the newest round
	happened uint64 // number of the newest event
	bytes    int    // about what the entries hold
	bounds   bounds
	shelf    shelf
}

// bounds are how much is kept.
type bounds struct {
	rounds int // at most
	bytes  int // at most, but never fewer rounds than fresh
	fresh  int // so many of the newest keep their encodings
	events int
}

// publish adds a round. Missed are rounds before it that were published and never came here. It returns nil for a round that is known.
func (j *journal) publish(s *messages.Snapshot, missed uint64, views *views) *Entry {
	var before *messages.Snapshot

	if newest := j.newest(); newest != nil {
		if s.Round <= newest.snapshot.Round {
			return nil
		}

		before = newest.snapshot
	}

	e := newEntry(s, before, views, &j.shelf)
	j.sequence++
	j.rounds += 1 + missed
	e.sequence, e.number = j.sequence, j.rounds
	j.entries = append(j.entries, e)
	j.bytes += weight(s)

	j.shelf.age()

	if old := len(j.entries) - 1 - j.bounds.fresh; old >= 0 {
		j.entries[old].forget()
	}

	drop := 0
	for bytes := j.bytes; len(j.entries)-drop > j.bounds.rounds || (bytes > j.bounds.bytes && len(j.entries)-drop > j.bounds.fresh); drop++ {
		bytes -= weight(j.entries[drop].snapshot)
		j.bytes = bytes
	}

	j.entries = slices.Delete(j.entries, 0, drop)

	return e
}

// weight is about what a snapshot takes in memory, with the JSON that the store has made of it. Quotes are most of it.
func weight(s *messages.Snapshot) int {
	const perQuote, perVendor, perInstrument = 200 + 200, 112 + 150, 48 + 150

	quotes := 0
	for i := range s.Vendors {
		quotes += len(s.Vendors[i].Quotes)
	}

	return quotes*perQuote + len(s.Vendors)*perVendor + len(s.Instruments)*perInstrument
}

// note adds an event.
func (j *journal) note(event messages.Event, missed uint64) {
	j.sequence++
	j.happened += 1 + missed
	j.events = append(j.events, &happening{sequence: j.sequence, number: j.happened, event: event})

	if surplus := len(j.events) - j.bounds.events; surplus > 0 {
		j.events = slices.Delete(j.events, 0, surplus)
	}
}

func (j *journal) newest() *Entry {
	if len(j.entries) == 0 {
		return nil
	}

	return j.entries[len(j.entries)-1]
}
