package hub

import (
	"math"
	"slices"
	"time"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/api"
)

// Bounds of what is remembered of each vendor beyond the rounds themselves: 8 bytes a vendor and round.
const (
	maxRecentRounds = 720
	maxRecentCells  = 1 << 20
)

// recent is how each vendor fared lately, oldest first.
type recent struct {
	rounds []recentRound
	cells  int
}

type recentRound struct {
	round    messages.Round
	at       time.Time
	deadline time.Duration
	roster   *messages.Roster
	cells    []cell // by listing
}

// cell is one vendor in one round.
type cell struct {
	latency uint32 // microseconds; 0 where it did not answer
	outcome uint8  // position in messages.Outcomes
}

func (r *recent) add(s *messages.Snapshot) {
	words := messages.Outcomes()
	added := recentRound{round: s.Round, at: s.PublishedAt, deadline: s.Deadline, roster: s.Roster, cells: make([]cell, len(s.Vendors))}

	for i := range s.Vendors {
		added.cells[i] = cell{
			latency: uint32(min(s.Vendors[i].Latency.Microseconds(), math.MaxUint32)), //nolint:gosec // bounded, and never negative
			outcome: uint8(max(0, slices.Index(words, s.Vendors[i].Outcome))),         //nolint:gosec // there are fewer than 256 outcomes
		}
	}

	r.rounds = append(r.rounds, added)
	r.cells += len(added.cells)

	drop := 0
	for ; len(r.rounds)-drop > maxRecentRounds || (r.cells > maxRecentCells && len(r.rounds)-drop > 1); drop++ {
		r.cells -= len(r.rounds[drop].cells)
	}

	r.rounds = slices.Delete(r.rounds, 0, drop)
}

// of is how a vendor fared, newest first, in at most so many rounds.
func (r *recent) of(vendor messages.Vendor, limit int) []api.VendorRound {
	words := messages.Outcomes()
	found := []api.VendorRound{}

	for i := len(r.rounds) - 1; i >= 0 && len(found) < limit; i-- {
		round := &r.rounds[i]

		at, known := round.roster.Vendor(vendor)
		if !known {
			continue
		}

		fared := api.VendorRound{
			Round: round.round, At: millis(round.at), Outcome: words[round.cells[at].outcome], DeadlineMS: round.deadline.Milliseconds(),
		}

		if latency := round.cells[at].latency; latency > 0 {
			ms := int64(latency) / 1000
			fared.LatencyMS = &ms
		}

		found = append(found, fared)
	}

	return found
}

// Recent is how a vendor fared lately, newest first, in at most so many rounds.
func (h *Hub) Recent(vendor messages.Vendor, limit int) []api.VendorRound {
	h.mu.Lock()
	defer h.mu.Unlock()

	return h.recent.of(vendor, limit)
}
