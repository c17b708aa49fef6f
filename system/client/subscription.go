package client

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/rollcall-go/rollcall/messages"
)

// Mode is how much of each round travels.
type Mode string

// The modes.
const (
	ModeFull    Mode = ""        // each round is an EventSnapshot
	ModeChanges Mode = "changes" // after a first EventSnapshot, each round is an EventChanges where that suffices
	// ModeApplied travels like ModeChanges, and each round is an EventSnapshot all the same: the changes are applied here. Times and ages of what
	// did not change are those of its last change. It begins with a whole snapshot: After does not apply.
	ModeApplied Mode = "applied"
)

// DefaultSilence is how long a stream may be silent before it is taken for dead: three of the service's heartbeats.
const DefaultSilence = 45 * time.Second

// StreamOptions say what a subscription is for. The zero options are each round as a whole, from the newest on.
type StreamOptions struct {
	Selection   messages.Selection // what of each round; the zero Selection is everything
	Mode        Mode
	Events      bool           // rounds starting, vendors answering and changing state as well
	After       messages.Round // the last round that is known; 0 for none
	Connections bool           // EventConnected and EventLost as well
	Silence     time.Duration  // DefaultSilence if 0

	most time.Duration // the longest delay before coming back; mostReturn if 0
}

// ErrClosed is what Next returns once Close was called.
var ErrClosed = errors.New("the subscription is closed")

// Subscription is a stream that goes on over lost connections. Next is used by one goroutine at a time; Close may be called from any.
//
// What is not read stays with the service, which then leaves rounds out and says so: nothing piles up here.
type Subscription struct {
	events chan Event
	cancel context.CancelFunc
	done   chan struct{} // closed when err is set and nothing runs any more
	err    error
	close  func()
}

// Subscribe begins to listen. It does not wait for the connection: what goes wrong is told by Next.
func (c *Client) Subscribe(options StreamOptions) (*Subscription, error) {
	switch options.Mode {
	case ModeFull, ModeChanges, ModeApplied:
	default:
		return nil, errors.New("mode of the stream: use full, changes or applied")
	}

	if options.Silence == 0 {
		options.Silence = DefaultSilence
	}

	if options.most == 0 {
		options.most = mostReturn
	}

	if options.Mode == ModeApplied {
		options.After = 0
	}

	ctx, cancel := context.WithCancel(context.Background())
	s := &Subscription{events: make(chan Event), cancel: cancel, done: make(chan struct{})}
	s.close = sync.OnceFunc(func() {
		cancel()
		<-s.done
	})

	go func() {
		defer close(s.done)
		defer cancel()

		l := &listener{client: c, options: options, last: options.After, first: firstReturn}
		s.err = l.run(ctx, s.events)
	}()

	return s, nil
}

// Next waits for the next event. The error is that of ctx, after which Next may be called again, or the end: an *Error if the service does not let us
// listen, ErrMalformed or ErrTooLarge if it cannot be understood, ErrClosed after Close.
func (s *Subscription) Next(ctx context.Context) (Event, error) {
	select {
	case e := <-s.events:
		return e, nil
	case <-s.done:
		return Event{}, s.err
	case <-ctx.Done():
		return Event{}, ctx.Err()
	}
}

// Close ends the subscription; closing it twice does nothing.
func (s *Subscription) Close() { s.close() }
