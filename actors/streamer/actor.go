package streamer

import (
	"context"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/sirupsen/logrus"

	"github.com/rollcall-go/rollcall/actors"
	"github.com/rollcall-go/rollcall/actors/internal/verdict"
	"github.com/rollcall-go/rollcall/messages"
)

// Props returns the props of one vendor's streamer. Fallback, nil for none, is a fetcher of the same vendor: it is asked while the stream
// cannot answer, and needs to tell nobody that it has recovered. The props hold what outlives a restart, so they are for one actor at
// a time; it may be spawned from them again once it has stopped.
func Props(settings Settings, stream Stream, fallback *actor.Props, vendors actors.Ref[messages.VendorsMessage]) *actor.Props {
	settings = settings.withDefaults()
	judge := verdict.New(settings.Vendor, settings.Instruments, settings.Verdict)
	memory := newMemory(&settings)

	return actor.PropsFromProducer(actors.Guard(func() actor.Actor {
		s := &streamer{
			settings: &settings,
			stream:   stream,
			fallback: fallback,
			vendors:  vendors,
			judge:    judge,
			board:    newSwitchboard(&settings, judge, memory, fallback != nil),
		}
		s.SupervisorStrategy = actors.Supervise(s.failed)

		return s
	}), actors.Mailbox())
}

// fallbackName is the name of the fallback's actor below the streamer's.
const fallbackName = "poll"

// streamer is the shell around the switchboard, and the supervisor of its fallback.
type streamer struct {
	actor.SupervisorStrategy

	settings *Settings
	stream   Stream
	fallback *actor.Props
	vendors  actors.Ref[messages.VendorsMessage]
	judge    *verdict.Judge
	board    *switchboard

	self    actor.Context
	poller  actors.Ref[messages.FetcherMessage]
	wires   []*wire // connections that are wanted, oldest first
	buffer  []messages.Quote
	timer   actors.Timer
	closing bool
}

// wire is what the shell has of a connection.
type wire struct {
	number uint64
	drop   context.CancelFunc
	inbox  *inbox
}

// Receive implements actor.Actor.
func (s *streamer) Receive(c actor.Context) {
	switch message := c.Message().(type) {
	case *actor.Started:
		s.start(c)
	case *actor.Stopping:
		s.close(c, messages.OutcomeCancelled, "streamer stops")
	case *actor.Restarting:
		s.close(c, messages.OutcomeCrashed, "streamer is restarted")
	case *actor.Terminated:
		s.terminated()
	case messages.FetcherMessage:
		s.handle(c, message)
	case *messages.QuotesFetched:
		s.perform(c, s.board.polled(message, time.Now()))
	case *messages.FetchFailed:
		s.perform(c, s.board.pollFailed(message, time.Now()))
	case ownMessage:
		s.handleOwn(c, message)
	}
}

func (s *streamer) handle(c actor.Context, message messages.FetcherMessage) {
	switch message := message.(type) {
	case *messages.FetchQuotes:
		s.fetch(c, message)
	case *messages.CapBackoff:
		s.uplink(c, message)
	}
}

func (s *streamer) handleOwn(c actor.Context, message ownMessage) {
	switch message := message.(type) {
	case *heard:
		s.listen(c, message.number)
	case *ended:
		s.hangUp(c, message)
	case *panicked:
		s.perform(c, s.board.panicked(message.number, message.panic, time.Now()))
	case *fallbackPanicked:
		s.perform(c, s.board.fallbackPanicked(message.panic, time.Now()))
	case *due:
		s.listenToAll(c)
		s.perform(c, s.board.due(time.Now()))
	}
}

func (s *streamer) start(c actor.Context) {
	s.self = c

	if s.fallback != nil {
		pid, err := c.SpawnNamed(s.fallback, fallbackName)
		if err != nil {
			panic(err)
		}

		s.poller = actors.NewRef[messages.FetcherMessage](pid)
	}

	s.perform(c, s.board.start(time.Now()))
}

func (s *streamer) close(c actor.Context, outcome messages.Outcome, detail string) {
	s.closing = true
	s.perform(c, s.board.close(outcome, detail, time.Now()))
	s.timer.Stop()
}

// failed is called in our turn when the fallback has panicked. It waits, suspended; it will be spawned anew with us.
func (s *streamer) failed(failure *actors.Failed) {
	if !s.closing {
		s.self.Send(s.self.Self(), &fallbackPanicked{panic: failure.Panic})
	}
}

// terminated is told when the fallback has stopped; it never stops by itself unless something is wrong.
func (s *streamer) terminated() {
	if !s.closing {
		panic(&actors.Panic{Value: "fallback stopped unexpectedly", Message: "none"})
	}
}

// fetch takes what is in the inboxes first: a round gets the newest there is, and after a pause nobody is called silent who has spoken.
func (s *streamer) fetch(c actor.Context, message *messages.FetchQuotes) {
	if message == nil {
		return
	}

	s.listenToAll(c)
	s.perform(c, s.board.fetch(message, c.Sender(), time.Now()))
}

// uplink takes what the supervisor says about our own uplink; the fallback is told as well.
func (s *streamer) uplink(c actor.Context, message *messages.CapBackoff) {
	if message != nil {
		s.poller.Tell(c, message)
		s.perform(c, s.board.uplink(message, time.Now()))
	}
}

// report goes with a sender: the supervisor does not listen to a streamer that has been replaced.
func (s *streamer) report(c actor.Context, reached bool) {
	if reached {
		s.vendors.Request(c, &messages.VendorReachable{Vendor: s.settings.Vendor})
	} else {
		s.vendors.Request(c, &messages.VendorUnreachable{Vendor: s.settings.Vendor})
	}
}

func (s *streamer) listen(c actor.Context, number uint64) {
	for _, w := range s.wires {
		if w.number == number {
			s.take(c, w)

			return
		}
	}
}

func (s *streamer) listenToAll(c actor.Context) {
	for _, w := range append([]*wire(nil), s.wires...) { // performing what one has said may cut another
		s.take(c, w)
	}
}

func (s *streamer) take(c actor.Context, w *wire) {
	news := w.inbox.take(s.buffer[:0])
	s.buffer = news.quotes

	if !news.heard.IsZero() {
		s.perform(c, s.board.heard(w.number, &news, time.Now()))
	}
}

// hangUp takes the end of a connection. Its last words came before.
func (s *streamer) hangUp(c actor.Context, message *ended) {
	s.forget(message.number)
	s.perform(c, s.board.ended(message.number, message.err, time.Now()))
}

func (s *streamer) perform(c actor.Context, effects []effect) {
	for _, e := range effects {
		switch e := e.(type) {
		case connect:
			s.connect(c, e)
		case cut:
			s.forget(e.number)
		case wake:
			s.timer.Stop()
			s.timer = actors.After(c, e.after, &due{})
		case poll:
			s.poller.Request(c, e.message)
		case answer:
			s.answer(c, e)
		case recovered:
			s.vendors.Tell(c, &messages.FetcherRecovered{Vendor: s.settings.Vendor, Settled: e.settled})
		case report:
			s.report(c, e.reached)
		case noteUp, noteDown, noteThin, noteBusy:
			s.note(e)
		case crash:
			panic(e.panic)
		}
	}
}

func (s *streamer) connect(c actor.Context, e connect) {
	ctx, cancel := context.WithCancel(context.Background())
	w := &wire{number: e.number, drop: cancel, inbox: newInbox(s.judge, s.settings.Verdict.MaxSkew, e.from, e.to)}
	s.wires = append(s.wires, w)

	root, self, news := c.ActorSystem().Root, c.Self(), &heard{number: e.number}
	deliver := func(update messages.StreamUpdate) {
		if w.inbox.put(&update, time.Now()) {
			root.Send(self, news)
		}
	}
	instruments := s.settings.Instruments[e.from:e.to:e.to]

	actors.Go(c, "stream",
		func() any { return &ended{number: e.number, err: s.stream.Stream(ctx, instruments, deliver)} },
		func(p *actors.Panic) any { return &panicked{number: e.number, panic: p} })
}

// forget cuts a connection, or clears away after its end.
func (s *streamer) forget(number uint64) {
	for i, w := range s.wires {
		if w.number == number {
			w.inbox.close()
			w.drop()
			s.wires = append(s.wires[:i:i], s.wires[i+1:]...)

			return
		}
	}
}

func (s *streamer) answer(c actor.Context, e answer) {
	if e.to != nil {
		c.Send(e.to, e.message)
	}

	if s.settings.Log.Logger.IsLevelEnabled(logrus.DebugLevel) {
		s.settings.Log.WithFields(summary(e.message)).Debug("round answered")
	}
}
