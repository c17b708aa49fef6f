package gateway

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/api"
	"github.com/rollcall-go/rollcall/system/gateway/params"
	"github.com/rollcall-go/rollcall/system/gateway/problem"
)

// How much may be behind before the data is not ready.
const (
	lateIntervals = 3 // of the schedule, without a new snapshot
	lateRounds    = 3 // that are closed and not on disk
)

// facts are what being ready depends on.
type facts struct {
	now      time.Time
	draining bool
	latest   *messages.Snapshot // the newest; nil before the first
	status   *Status            // nil with err
	err      error              // of asking for the status
}

// unready says why the data is not ready, in words that name no vendor and no instrument; nothing if it is ready.
func unready(f facts) []string {
	reasons := []string{}
	add := func(reason string) { reasons = append(reasons, reason) }

	if f.draining {
		add(stopping)
	}

	switch {
	case errors.Is(f.err, ErrStopped):
		add("the rounds do not run")
	case f.err != nil:
		add("the service does not say how it is")
	}

	if f.latest == nil {
		add(noSnapshot)
	} else if reason := failing(f.latest); reason != "" {
		add(reason)
	}

	if f.status == nil {
		return reasons
	}

	if age := f.age(); age > lateIntervals*f.status.Every {
		add(fmt.Sprintf("the newest snapshot is %s old: more than %d intervals of %s", age.Round(time.Millisecond), lateIntervals, f.status.Every))
	}

	if behind := f.behind(); behind >= lateRounds {
		add(fmt.Sprintf("the last %d rounds are not on disk", behind))
	}

	if f.status.Record.LastErr != "" {
		add("the audit log cannot be written")
	}

	return reasons
}

// age is that of the newest snapshot; 0 where its age does not count.
func (f *facts) age() time.Duration {
	if f.latest == nil || f.status.Every == 0 {
		return 0
	}

	return f.now.Sub(f.latest.PublishedAt)
}

// behind is how many rounds are closed and not on disk, where they should be before they are published.
func (f *facts) behind() messages.Round {
	rounds := &f.status.Rounds
	if f.status.Durability != "strict" {
		return 0
	}

	return rounds.Round - min(rounds.Round, max(rounds.DurableRound, rounds.Round-min(rounds.Round, messages.Round(rounds.Rounds))))
}

// failing says how all vendors have failed in a round; nothing if one of them has not. A closed market is no failure.
func failing(s *messages.Snapshot) string {
	counts := make(map[messages.Outcome]int)

	for i := range s.Vendors {
		switch outcome := s.Vendors[i].Outcome; outcome {
		case messages.OutcomeOK, messages.OutcomePartial, messages.OutcomeClosed:
			return ""
		default:
			counts[outcome]++
		}
	}

	words := make([]string, 0, len(counts))
	for _, outcome := range slices.Sorted(maps.Keys(counts)) {
		words = append(words, fmt.Sprintf("%d %s", counts[outcome], outcome))
	}

	return "every vendor fails: " + strings.Join(words, ", ")
}

// Unready says why the data is not ready, given how the system is doing and what asking for that has failed with, if it has; nothing if it is ready.
func (g *Gateway) Unready(status *Status, err error) []string {
	return unready(facts{now: time.Now(), draining: g.draining.Load(), latest: g.options.Rounds.Latest(), status: status, err: err})
}

// readyz answers 200 if there is data that may be relied on, and 503 with every reason if not.
func (g *Gateway) readyz(w http.ResponseWriter, r *http.Request) {
	if mistaken(w, r, params.Of(r)) {
		return
	}

	status, err := g.options.Rounds.Status(r.Context())

	reasons := g.Unready(status, err)
	if len(reasons) == 0 {
		send(w, "text/plain; charset=utf-8", []byte("ready\n"))

		return
	}

	w.Header().Set("Retry-After", "1")
	problem.Write(w, api.Problem{
		Status: http.StatusServiceUnavailable, Type: "/problems/not-ready", Title: "Not ready",
		Detail: strings.Join(reasons, "; "), Reasons: reasons,
	})
}
