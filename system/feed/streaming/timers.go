package streaming

import (
	"context"
	"time"

	"github.com/rollcall-go/rollcall/messages"
)

// timers does what is due.
func (s *session) timers(ctx context.Context, now time.Time) {
	switch {
	case s.out.end != nil:
		return
	case due(s.dueBy, now) && !s.settleForLess(now):
		s.failf(messages.OutcomeTimeout, s.awaited())

		return
	case due(s.pongBy, now):
		s.failf(messages.OutcomeStalled, "the vendor does not answer our ping")

		return
	case due(s.silentBy(), now):
		s.silent()

		return
	}

	if due(s.more, now) {
		s.subscribe(ctx, now, nil)
	}

	if due(s.pingAt(), now) {
		s.ping(ctx, now)
	}
}

// awaited says what did not come in time.
func (s *session) awaited() string {
	switch s.phase {
	case phaseGreeting:
		return "the vendor did not ask for the login within " + s.plan.login.within.String()
	case phaseLogin:
		return "the vendor did not answer the login within " + s.plan.login.within.String()
	case phaseWelcome:
		return "the vendor did not ask for the subscription within " + s.plan.subscribe.within.String()
	default:
		return "the vendor did not acknowledge all subscriptions within " + s.plan.subscribe.within.String() + ": " + s.acks.missing()
	}
}

// pingAt is when the next ping is to be sent; zero for never. Before the login is accepted no vendor expects any.
func (s *session) pingAt() time.Time {
	p := s.beat

	switch {
	case s.phase < phaseSubscribing:
		return time.Time{}
	case p.every > 0:
		return s.pinged.Add(p.every)
	case p.idle > 0 && s.heard.After(s.pinged):
		return s.heard.Add(p.idle)
	case p.idle > 0:
		return s.pinged.Add(p.idle)
	default:
		return time.Time{}
	}
}

func (s *session) ping(ctx context.Context, now time.Time) {
	s.pinged = now

	if s.plan.ping.send != nil {
		s.send(ctx, "ping.send", s.plan.ping.send, nil)

		return
	}

	s.out.ping = true

	if s.pongBy.IsZero() {
		s.pongBy = now.Add(min(pongWithin, s.plan.silence))
	}
}
