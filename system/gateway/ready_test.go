package gateway //nolint:testpackage // readiness is a pure function of what only the gateway knows

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/rollcall-go/rollcall/messages"
)

// The readiness table: what is so, and what /readyz and /v1/status say of it.
func TestWhyTheDataIsNotReady(t *testing.T) {
	t.Parallel()

	now := time.Date(2026, 11, 21, 6, 0, 0, 0, time.UTC)
	snapshot := func(age time.Duration, outcomes ...messages.Outcome) *messages.Snapshot {
		s := &messages.Snapshot{Round: 42, PublishedAt: now.Add(-age)}
		for _, outcome := range outcomes {
			s.Vendors = append(s.Vendors, messages.VendorReport{Outcome: outcome})
		}

		return s
	}
	status := func(change func(*Status)) *Status {
		s := &Status{
			Every: 5 * time.Second, Durability: "strict",
			Rounds: messages.RoundsDescribed{Round: 42, DurableRound: 42, Rounds: 42}, Record: messages.RecordDescribed{Received: 9, Written: 3},
		}
		if change != nil {
			change(s)
		}

		return s
	}
	lag := func(durable messages.Round, rounds uint64, durability string) *Status {
		return status(func(s *Status) { s.Rounds.DurableRound, s.Rounds.Rounds, s.Durability = durable, rounds, durability })
	}
	fresh := snapshot(4*time.Second, messages.OutcomeOK, messages.OutcomeTimeout)

	for name, c := range map[string]struct {
		facts   facts
		reasons []string
	}{
		"all is well":   {facts{latest: fresh, status: status(nil)}, nil},
		"the beginning": {facts{status: status(nil)}, []string{"there is no snapshot yet"}},
		"the end":       {facts{draining: true, latest: fresh, status: status(nil)}, []string{"the service is stopping"}},
		"three intervals": {
			facts{latest: snapshot(15*time.Second, messages.OutcomeOK), status: status(nil)}, nil,
		},
		"more than three intervals": {
			facts{latest: snapshot(15001*time.Millisecond, messages.OutcomeOK), status: status(nil)},
			[]string{"the newest snapshot is 15.001s old: more than 3 intervals of 5s"},
		},
		"no schedule": {
			facts{latest: snapshot(time.Hour, messages.OutcomeOK), status: status(func(s *Status) { s.Every = 0 })}, nil,
		},
		"two rounds are being written":     {facts{latest: fresh, status: lag(40, 42, "strict")}, nil},
		"the disk is gone":                 {facts{latest: fresh, status: lag(39, 42, "strict")}, []string{"the last 3 rounds are not on disk"}},
		"the disk is gone, which may be":   {facts{latest: fresh, status: lag(0, 42, "relaxed")}, nil},
		"the first round after a restart":  {facts{latest: fresh, status: lag(0, 1, "strict")}, nil},
		"nothing written since a restart":  {facts{latest: fresh, status: lag(0, 3, "strict")}, []string{"the last 3 rounds are not on disk"}},
		"the record cannot be written":     {facts{latest: fresh, status: status(func(s *Status) { s.Record.LastErr = "no space left" })}, []string{"the audit log cannot be written"}},
		"one vendor's market is closed":    {facts{latest: snapshot(0, messages.OutcomeTimeout, messages.OutcomeClosed), status: status(nil)}, nil},
		"one vendor has a part":            {facts{latest: snapshot(0, messages.OutcomePartial, messages.OutcomeDNS), status: status(nil)}, nil},
		"the actors are silent":            {facts{latest: fresh, err: errors.New("timeout")}, []string{"the service does not say how it is"}},
		"the rounds have not been started": {facts{latest: nil, err: fmt.Errorf("%w: x", ErrStopped)}, []string{"the rounds do not run", "there is no snapshot yet"}},
		"every vendor fails": {
			facts{latest: snapshot(0, messages.OutcomeTimeout, messages.OutcomeDNS, messages.OutcomeTimeout), status: status(nil)},
			[]string{"every vendor fails: 1 dns, 2 timeout"},
		},
		"everything at once": {
			facts{draining: true, latest: snapshot(time.Minute, messages.OutcomePaused), status: status(func(s *Status) {
				s.Rounds.DurableRound, s.Record.LastErr = 2, "no space left"
			})},
			[]string{
				"the service is stopping", "every vendor fails: 1 paused", "the newest snapshot is 1m0s old: more than 3 intervals of 5s",
				"the last 40 rounds are not on disk", "the audit log cannot be written",
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			c.facts.now = now
			assert.Equal(t, append([]string{}, c.reasons...), unready(c.facts))
		})
	}
}
