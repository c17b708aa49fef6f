package hub

import (
	"encoding/json"
	"slices"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/api"
)

// difference is what differs between the round and the one before, as api.Changes. Both have the same roster.
func (e *Entry) difference(lens Lens) []byte {
	view := e.views.of(e.snapshot.Roster, lens)
	now, before := view.Snapshot(e.snapshot), view.Snapshot(e.before)

	changes := api.Changes{
		Round: now.Round, Since: before.Round, Status: now.Status, Durable: now.Durable, PublishedAt: millis(now.PublishedAt),
		ElapsedMS: now.Elapsed.Milliseconds(), Instruments: make(map[string]json.RawMessage), Vendors: make(map[string]json.RawMessage),
	}

	for i, entry := range now.Roster.Entries() {
		if instrumentChanged(now, before, i) {
			changes.Instruments[string(entry.Instrument)] = now.AppendInstrument(nil, i)
		}
	}

	for i, listing := range now.Roster.Listings() {
		if vendorChanged(&now.Vendors[i], &before.Vendors[i]) {
			changes.Vendors[string(listing.Vendor)] = now.AppendVendor(nil, i)
		}
	}

	return object(changes)
}

// instrumentChanged reports whether an instrument differs in more than its times and ages.
func instrumentChanged(now, before *messages.Snapshot, i int) bool {
	a, b := now.Instruments[i], before.Instruments[i]
	a.Age, b.Age = 0, 0

	if a != b {
		return true
	}

	return slices.ContainsFunc(now.Roster.Entries()[i].Sources, func(ref messages.SourceRef) bool {
		return sourceOf(now, ref) != sourceOf(before, ref)
	})
}

// sourceOf is what of a source counts as a change.
func sourceOf(s *messages.Snapshot, ref messages.SourceRef) messages.Quote {
	q := s.Source(ref)

	return messages.Quote{Price: q.Price, Bid: q.Bid, Ask: q.Ask, Outcome: q.Outcome, Flags: q.Flags &^ (messages.FlagHeld | messages.FlagUnchanged)}
}

// vendorChanged reports whether a vendor differs in more than its times and counters.
func vendorChanged(now, before *messages.VendorReport) bool {
	return now.Outcome != before.Outcome || now.State != before.State || now.Restarts != before.Restarts || now.Usable != before.Usable ||
		streamOf(now) != streamOf(before)
}

func streamOf(report *messages.VendorReport) messages.StreamState {
	if report.Feed == nil || report.Feed.Stream == nil {
		return ""
	}

	return report.Feed.Stream.State
}
