package metrics

import (
	"time"

	"github.com/rollcall-go/rollcall/messages"
)

// snapshot tells what the newest one says of those who are still configured.
func (s *scrape) snapshot(snapshot *messages.Snapshot, each bool, now time.Time) {
	const nanoseconds = 1e9

	s.gauge(roundPublished, float64(snapshot.PublishedAt.UnixNano())/nanoseconds)

	listings := snapshot.Roster.Listings()
	for i := range snapshot.Vendors {
		if _, there := s.roster.Vendor(listings[i].Vendor); there {
			s.vendor(label(string(listings[i].Vendor)), &snapshot.Vendors[i], now)
		}
	}

	s.instruments(snapshot, each, now)
}

func (s *scrape) vendor(vendor string, report *messages.VendorReport, now time.Time) {
	switch report.Outcome {
	case messages.OutcomeOK, messages.OutcomePartial, messages.OutcomeClosed:
		s.flag(vendorUp, true, vendor)
	default:
		s.flag(vendorUp, false, vendor)
	}

	s.gauge(vendorUsable, float64(report.Usable), vendor)

	if report.Feed == nil {
		return
	}

	if stream := report.Feed.Stream; stream != nil {
		s.stream(vendor, stream)
	}

	if budget := report.Feed.Budget; budget != nil {
		s.gauge(budgetInterval, budget.Every.Seconds(), vendor)
		s.flag(budgetPaused, now.Before(budget.PausedUntil), vendor)

		if budget.Remaining >= 0 {
			s.gauge(budgetRemaining, float64(budget.Remaining), vendor)
		}
	}
}

func (s *scrape) stream(vendor string, stream *messages.StreamStatus) {
	states := []messages.StreamState{messages.StreamConnecting, messages.StreamLive, messages.StreamThin, messages.StreamPolled}

	s.gauge(streamState, position(states, stream.State), vendor)
	s.gauge(streamConnections, float64(stream.Connections), vendor)
	s.counter(streamConnects, stream.Connects, vendor)
	s.counter(streamMessages, stream.Messages, vendor)
	s.counter(streamUpdates, stream.Updates, vendor)
	s.counter(streamConflated, stream.Conflated, vendor)
	s.counter(streamDropped, stream.Dropped, vendor)
	s.counter(streamGaps, stream.Gaps, vendor)

	if stream.AliveAge >= 0 {
		s.gauge(streamAlive, stream.AliveAge.Seconds(), vendor)
	}
}

// instruments tells of all together, and of each if that is wanted.
func (s *scrape) instruments(snapshot *messages.Snapshot, each bool, now time.Time) {
	words := []messages.InstrumentStatus{
		messages.InstrumentGood, messages.InstrumentDegraded, messages.InstrumentCarried, messages.InstrumentClosed, messages.InstrumentInsufficient,
	}
	counted := make(map[messages.InstrumentStatus]int, len(words))
	since := max(0, now.Sub(snapshot.PublishedAt))
	oldest := time.Duration(-1)

	for i, entry := range snapshot.Roster.Entries() {
		if _, there := s.roster.Instrument(entry.Instrument); !there {
			continue
		}

		report := &snapshot.Instruments[i]
		priced, age := !report.Price.IsZero(), max(0, report.Age)+since
		counted[report.Status]++

		if priced {
			oldest = max(oldest, age)
		}

		if !each {
			continue
		}

		name, class := label(string(entry.Instrument)), label(entry.Class)
		s.gauge(instrumentStatus, position(words, report.Status), name, class)
		s.gauge(sourcesUsed, float64(report.Used), name, class)
		s.gauge(sourcesExpected, float64(len(entry.Sources)), name, class)

		if priced {
			s.gauge(instrumentAge, age.Seconds(), name, class)
		}
	}

	for _, word := range words {
		s.gauge(instruments, float64(counted[word]), string(word))
	}

	if oldest >= 0 {
		s.gauge(priceAgeMax, oldest.Seconds())
	}
}
