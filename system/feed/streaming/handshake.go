package streaming

import (
	"context"
	"time"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/internal/expr"
)

// advance moves through login and subscription as far as a message leads; it is nil when the connection has just been opened.
func (s *session) advance(ctx context.Context, now time.Time, document any) {
	for s.out.end == nil && s.step(ctx, now, document) {
	}
}

// moved advances and reports whether the message led anywhere.
func (s *session) moved(ctx context.Context, now time.Time, document any) bool {
	phase, settled := s.phase, s.acks.settled
	s.advance(ctx, now, document)

	return s.phase != phase || s.acks.settled != settled
}

// step goes one phase further and reports whether it did.
func (s *session) step(ctx context.Context, now time.Time, document any) bool {
	switch s.phase {
	case phaseGreeting:
		return s.login(ctx, document)
	case phaseLogin:
		if !s.says(ctx, s.plan.login.done, document) {
			return false
		}

		s.welcome(now)

		return true
	case phaseWelcome:
		return s.begin(ctx, now, document)
	case phaseSubscribing:
		s.acknowledge(ctx, document)

		return s.settle()
	default:
		return false
	}
}

// login sends the login where it is time. The message that asks for it is not what accepts it.
func (s *session) login(ctx context.Context, document any) bool {
	l := &s.plan.login

	switch {
	case l.send == nil:
		s.phase = phaseWelcome

		return true
	case l.after != nil && !s.says(ctx, l.after, document):
		return false
	}

	s.send(ctx, "login.send", l.send, document)
	s.phase = phaseLogin

	return l.done == nil
}

// welcome is what comes after the login.
func (s *session) welcome(now time.Time) {
	s.phase = phaseWelcome
	s.dueBy = now.Add(s.plan.subscribe.within)
	s.out.reached = append(s.out.reached, PhaseLogin)
}

// begin starts to subscribe where it is time. Where nothing is subscribed to by message, the connection is ready.
func (s *session) begin(ctx context.Context, now time.Time, document any) bool {
	p := &s.plan.subscribe

	switch {
	case p.send == nil:
		s.ready()

		return false
	case p.after != nil && !s.says(ctx, p.after, document):
		return false
	}

	s.phase, s.pinged = phaseSubscribing, now
	s.subscribe(ctx, now, document)

	return false
}

func (s *session) ready() {
	if s.plan.subscribe.send != nil {
		s.out.reached = append(s.out.reached, PhaseSubscribe)
	}

	s.phase = phaseReady
	s.dueBy, s.more = time.Time{}, time.Time{}
}

// subscribe sends the next subscription message, or all that are left where no pause is asked for.
func (s *session) subscribe(ctx context.Context, now time.Time, document any) {
	p, g := &s.plan.subscribe, s.group
	all := s.sendVars

	for s.next < len(g.orders) && s.out.end == nil {
		until := len(g.orders)
		if p.perMessage > 0 {
			until = min(until, s.next+p.perMessage)
		}

		part := g.varsOf(s.next, until)
		s.sendVars.Symbols, s.sendVars.Keys, s.sendVars.Instruments = part.Symbols, part.Keys, part.Instruments
		s.send(ctx, "subscribe.send", p.send, document)
		s.next = until

		if p.pause > 0 {
			break
		}
	}

	s.sendVars.Symbols, s.sendVars.Keys, s.sendVars.Instruments = all.Symbols, all.Keys, all.Instruments

	if s.next < len(g.orders) {
		s.more, s.dueBy = now.Add(p.pause), time.Time{}

		return
	}

	s.more, s.dueBy = time.Time{}, now.Add(p.within)
	s.settle()
}

// acknowledge counts what a message acknowledges.
func (s *session) acknowledge(ctx context.Context, document any) {
	done := s.plan.subscribe.done
	if done == nil || document == nil {
		return
	}

	value, found, err := done.First(ctx, document, &s.readVars)
	if err == nil && found {
		s.acks.take(value, s.next)
	}
}

// settle makes the connection ready once everything is sent and acknowledged.
func (s *session) settle() bool {
	if s.phase != phaseSubscribing || s.next < len(s.group.orders) || s.plan.subscribe.done != nil && !s.acks.complete() {
		return false
	}

	s.ready()

	return true
}

// settleForLess makes the connection ready without the orders that the vendor has not acknowledged, where it has named others: one symbol that it
// does not know, and says nothing about, must not cost the rest. It reports whether that is possible.
func (s *session) settleForLess(now time.Time) bool {
	if s.phase != phaseSubscribing || !s.acks.someNamed() {
		return false
	}

	failure := messages.NewFailure(messages.OutcomeMissingSymbol, "the vendor did not acknowledge the subscription within "+s.plan.subscribe.within.String())

	for at := range s.group.symbols {
		if !s.acks.named[s.group.order(at)] && !s.book.pages[at].known {
			s.pending.Quotes = append(s.pending.Quotes, s.without(at, failure, now))
		}
	}

	s.ready()

	return true
}

// says reports whether an expression is true of a message. No expression is true of everything, and an expression that fails, as most do on
// messages they are not made for, is not true.
func (s *session) says(ctx context.Context, program *expr.Program, document any) bool {
	if program == nil {
		return true
	}

	if document == nil {
		return false
	}

	yes, err := program.True(ctx, document, &s.readVars)

	return err == nil && yes
}
