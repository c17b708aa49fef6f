package streaming

import (
	"context"
	"time"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/internal/expr"
)

// phase is how far a connection has come.
type phase uint8

const (
	phaseGreeting    phase = iota // the login waits for the vendor's greeting
	phaseLogin                    // the login was sent, and the vendor has not said that it accepts it
	phaseWelcome                  // the subscription waits for the vendor's greeting
	phaseSubscribing              // subscriptions are being sent, or not all of them are acknowledged
	phaseReady
)

const (
	// lifeEvery is how often a sign of life that brings no quotes is passed on at most.
	lifeEvery = 100 * time.Millisecond
	// pongWithin is how long the answer to a WebSocket ping may take, if the definition's silence is not shorter.
	pongWithin = 10 * time.Second
	// maxUnreadable is how many messages in a row may be unreadable before the connection is given up.
	maxUnreadable = 10
)

// session is the state of one connection, as a function of what comes and of the time. It does nothing itself: each method returns what is to
// be done. It is used by one goroutine.
type session struct {
	plan  *plan
	group *group
	book  *book

	counter counter
	quoted  bool // some instrument has had a quote
	gap     bool // messages are missing before the one that is being read

	hidden   concealment
	readVars expr.Vars // without secrets
	sendVars expr.Vars

	phase phase
	dueBy time.Time // when the vendor must have answered the login or the subscription
	acks  acks
	next  int       // the first instrument that is not subscribed to
	more  time.Time // when the next subscription message may be sent

	heard      time.Time // when something came last
	pinged     time.Time
	pongBy     time.Time // zero while no pong is awaited
	beat       heartbeat
	unpacker   unpacker
	unreadable int // messages in a row

	out     output
	pending messages.StreamUpdate // what nobody has been told yet
	alive   bool                  // something came that nobody has been told yet
	told    time.Time
}

func newSession(p *plan, g *group, boot map[string]any) *session {
	s := &session{plan: p, group: g, book: newBook(p, g), counter: newCounter(p), acks: newAcks(g), unpacker: unpacker{packing: p.frames, limit: p.maxFrame}}

	s.readVars = g.vars
	s.readVars.State, s.readVars.Boot = map[string]any{}, boot
	s.sendVars = s.readVars
	s.sendVars.Secret = p.secrets
	s.beat = heartbeat{every: p.ping.every, idle: p.ping.idle}

	return s
}

// open says that the connection is up.
func (s *session) open(ctx context.Context, now time.Time) output {
	s.out = output{}
	s.heard, s.pinged = now, now
	s.alive = true

	s.listen(ctx)

	if s.plan.login.send != nil {
		s.dueBy = now.Add(s.plan.login.within)
	} else {
		s.dueBy = now.Add(s.plan.subscribe.within)
	}

	s.advance(ctx, now, nil)

	return s.finish(now)
}

// message hands over one whole message as it came, and when it was complete. The data is not kept.
func (s *session) message(ctx context.Context, now time.Time, data []byte, binary bool) output {
	s.out = output{}
	s.sign(now)
	s.pending.Messages++

	s.read(ctx, now, data, binary)
	s.timers(ctx, now)

	return s.finish(now)
}

// life says that a frame came that is no message: a ping, or the answer to one.
func (s *session) life(now time.Time) output {
	s.out = output{}
	s.sign(now)

	return s.finish(now)
}

// tick says that it is now the time that was asked for, or later.
func (s *session) tick(ctx context.Context, now time.Time) output {
	s.out = output{}
	s.timers(ctx, now)

	return s.finish(now)
}

// over says that nothing more will come. What nobody has been told yet is told.
func (s *session) over(now time.Time) output {
	s.out = output{}
	s.told = time.Time{}

	return s.finish(now)
}

func (s *session) sign(now time.Time) {
	s.heard, s.alive = now, true
	s.pongBy = time.Time{}
}

// fail ends the connection; the first reason counts.
func (s *session) fail(failure *messages.Failure) {
	if s.out.end == nil {
		s.out.end = failure
	}
}

func (s *session) failf(outcome messages.Outcome, detail string) {
	s.fail(messages.NewFailure(outcome, s.plan.veil.Mask(detail)))
}

// send evaluates an expression and sends each of its outputs. None at all is no mistake: a reply may have nothing to say.
func (s *session) send(ctx context.Context, field string, program *expr.Program, input any) {
	s.sendVars.ID++

	outputs, err := program.All(ctx, input, &s.sendVars)
	if err != nil {
		s.refuseOwn(field) // the error may quote a part of a secret

		return
	}

	for _, value := range outputs {
		text, err := expr.Encode(value)

		switch {
		case err != nil:
			s.refuseOwn(field)
		case value != nil && len(text) > 0:
			s.out.send = append(s.out.send, text)
		}
	}
}

func (s *session) refuseOwn(field string) {
	s.failf(messages.OutcomeBadRequest, "stream."+field+" gives no message")
}

// finish decides what is told now.
func (s *session) finish(now time.Time) output {
	p := &s.pending
	news := len(p.Quotes) > 0 || p.Gaps > 0 || s.out.end != nil && p.Messages > 0
	ready := s.phase == phaseReady

	switch {
	case news, ready && !p.Ready, s.alive && !now.Before(s.told.Add(lifeEvery)):
		p.Ready = ready
		s.out.update, s.out.told = *p, true
		s.pending = messages.StreamUpdate{Ready: ready}
		s.told, s.alive = now, false
	}

	if s.out.end != nil {
		return s.out
	}

	var flush time.Time
	if s.alive {
		flush = s.told.Add(lifeEvery)
	}

	s.out.wake = earliest(s.dueBy, s.more, s.pingAt(), s.pongBy, s.silentBy(), flush)

	return s.out
}
