package hub

import (
	"bytes"
	"slices"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/api"
)

// difference is what differs between the round and the one before, as api.Changes. Both have the same roster.
func (e *Entry) difference(lens Lens) []byte {
	view := e.views.of(e.snapshot.Roster, lens)
	now, before := view.Snapshot(e.snapshot), view.Snapshot(e.before)

	text := changesHead(now, before)
	text = append(text, `"instruments":{`...)
	text = appendChanged(text, now.Roster.Entries(),
		func(i int) bool { return instrumentChanged(now, before, i) },
		func(text []byte, i int) []byte {
			return now.AppendInstrument(appendKey(text, string(now.Roster.Entries()[i].Instrument)), i)
		})
	text = append(text, `},"vendors":{`...)
	text = appendChanged(text, now.Roster.Listings(),
		func(i int) bool { return vendorChanged(&now.Vendors[i], &before.Vendors[i]) },
		func(text []byte, i int) []byte {
			return now.AppendVendor(appendKey(text, string(now.Roster.Listings()[i].Vendor)), i)
		})

	return append(text, '}', '}')
}

// changesHead is all but the instruments and the vendors, which may be many thousands and are appended as they are.
func changesHead(now, before *messages.Snapshot) []byte {
	head, found := bytes.CutSuffix(object(api.Changes{
		Round: now.Round, Since: before.Round, Status: now.Status, Durable: now.Durable, PublishedAt: millis(now.PublishedAt),
		ElapsedMS: now.Elapsed.Milliseconds(),
	}), []byte(`"instruments":null,"vendors":null}`))
	if !found {
		panic("the instruments and vendors are not the last of api.Changes")
	}

	return head
}

// appendChanged appends those that have changed, with commas between them.
func appendChanged[T any](text []byte, all []T, changed func(int) bool, add func([]byte, int) []byte) []byte {
	first := true

	for i := range all {
		if !changed(i) {
			continue
		}

		if !first {
			text = append(text, ',')
		}

		first, text = false, add(text, i)
	}

	return text
}

// appendKey appends a name and a colon.
func appendKey(text []byte, name string) []byte {
	return append(append(text, object(name)...), ':')
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
