package top

import (
	"cmp"
	"slices"
	"time"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/api"
)

// timeline is one round as it goes.
type timeline struct {
	round    messages.Round // 0: none has begun since this program listens
	since    time.Time      // by this machine's clock
	deadline time.Duration
	asked    int
	answers  []answer
	closed   time.Duration // how long the round took; 0 while it is open
}

// answer is how one vendor fared.
type answer struct {
	vendor  messages.Vendor
	outcome messages.Outcome
	detail  string
	elapsed time.Duration // 0 where it never answered
	quotes  int
	idle    bool // it was not asked: it waits, is quarantined or paused
}

func begun(e *api.RoundStarted, at time.Time) timeline {
	return timeline{round: e.Round, since: at, deadline: milliseconds(e.DeadlineMS), asked: e.Asked}
}

func (t *timeline) clone() timeline {
	copied := *t
	copied.answers = slices.Clone(t.answers)

	return copied
}

// answered notes an answer to the round that is open. One that was late is no part of it.
func (t *timeline) answered(e *api.VendorAnswered) {
	if e.Round != t.round || t.closed > 0 {
		return
	}

	made := answer{vendor: e.Vendor, outcome: e.Outcome, detail: e.Detail, elapsed: milliseconds(e.ElapsedMS), quotes: e.Quotes}

	if at := slices.IndexFunc(t.answers, func(a answer) bool { return a.vendor == e.Vendor }); at >= 0 {
		t.answers[at] = made
	} else {
		t.answers = append(t.answers, made)
	}
}

// close makes it the round that was published: what the snapshot says of its vendors counts.
func (t *timeline) close(s *messages.Snapshot) {
	heard := make(map[messages.Vendor]answer, len(t.answers))

	if t.round == s.Round {
		for _, a := range t.answers {
			heard[a.vendor] = a
		}
	}

	*t = timeline{round: s.Round, since: t.since, deadline: s.Deadline, asked: len(s.Vendors), closed: max(s.Elapsed, time.Millisecond)}

	for i, listing := range s.Roster.Listings() {
		report := &s.Vendors[i]
		made := answer{vendor: listing.Vendor, outcome: report.Outcome, detail: report.Detail, elapsed: report.Latency, quotes: report.Usable}

		if before := heard[listing.Vendor]; before.elapsed > 0 && report.Outcome != messages.OutcomeTimeout {
			made.elapsed = before.elapsed // since the round began, which is what a waterfall shows
		}

		t.answers = append(t.answers, made)
	}
}

// sorted are the answers as they came, and then those that never did.
func (t *timeline) sorted() []answer {
	all := slices.Clone(t.answers)
	slices.SortStableFunc(all, func(x, y answer) int {
		if (x.elapsed == 0) != (y.elapsed == 0) {
			return cmp.Compare(y.elapsed, x.elapsed) // what never came is last
		}

		return cmp.Compare(x.elapsed, y.elapsed)
	})

	return all
}

// passed is how long the round is open, or was.
func (t *timeline) passed(now time.Time) time.Duration {
	if t.closed > 0 {
		return t.closed
	}

	return min(max(0, now.Sub(t.since)), 2*t.deadline) // a machine that slept shows no hours
}
