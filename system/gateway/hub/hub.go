package hub

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/sirupsen/logrus"

	"github.com/rollcall-go/rollcall/messages"
)

// Subscription delivers what the system publishes; see the gateway's port.
type Subscription interface {
	Next(ctx context.Context) (*messages.Delivered, error)
	Close()
}

// Options are what a hub is made of. Zero values have defaults, but for Subscribe.
type Options struct {
	// Subscribe starts a subscription: the newest snapshot first, then each one, and events if they are wanted.
	Subscribe func(events bool) (Subscription, error)
	// Selection is what the sender of a request may see; nil: everybody sees everything.
	Selection func(*http.Request) messages.Selection

	Rounds     int           // how many rounds are kept for readers that come back; DefaultRounds if 0
	Bytes      int           // about how much memory they may take; DefaultBytes if 0
	Events     int           // how many events are kept; DefaultEvents if 0
	Behind     int           // how many rounds late a reader may be before it gets only the newest; DefaultBehind if 0
	Streams    int           // how many streams are served at once; DefaultStreams if 0
	Heartbeat  time.Duration // how long a stream is silent at most; DefaultHeartbeat if 0
	WriteLimit time.Duration // how long a reader may stand still; DefaultWriteLimit if 0

	Log *logrus.Entry
}

// The defaults.
const (
	DefaultRounds     = 1024
	DefaultBytes      = 64 << 20
	DefaultEvents     = 8192
	DefaultBehind     = 16
	DefaultStreams    = 4096
	DefaultHeartbeat  = 15 * time.Second
	DefaultWriteLimit = 10 * time.Second
)

// fresh is how many of the newest rounds keep what was made of them.
const fresh = 4

func (o Options) withDefaults() Options {
	for _, number := range []struct {
		value   *int
		instead int
	}{
		{&o.Rounds, DefaultRounds},
		{&o.Bytes, DefaultBytes},
		{&o.Events, DefaultEvents},
		{&o.Behind, DefaultBehind},
		{&o.Streams, DefaultStreams},
	} {
		if *number.value == 0 {
			*number.value = number.instead
		}
	}

	if o.Heartbeat == 0 {
		o.Heartbeat = DefaultHeartbeat
	}

	if o.WriteLimit == 0 {
		o.WriteLimit = DefaultWriteLimit
	}

	if o.Selection == nil {
		o.Selection = func(*http.Request) messages.Selection { return messages.Selection{} }
	}

	return o
}

// Hub is what all readers share. Its methods may be called from any goroutine.
type Hub struct {
	options Options
	views   views
	latest  atomic.Pointer[Entry]
	counts  counts

	mu        sync.Mutex
	journal   journal
	recent    recent
	published chan struct{} // closed when a round is published, and replaced
	happened  chan struct{} // the same, also when an event is
	listeners int           // streams that want events

	wanted  chan struct{} // holds one when the number of listeners went from or to zero
	closing chan struct{}
	close   func()
	cancel  context.CancelFunc
	done    chan struct{}
}

// New makes a hub that does nothing until Start.
func New(options Options) *Hub {
	options = options.withDefaults()
	h := &Hub{
		options:   options,
		journal:   journal{bounds: bounds{rounds: options.Rounds, bytes: options.Bytes, fresh: fresh, events: options.Events}},
		published: make(chan struct{}), happened: make(chan struct{}), wanted: make(chan struct{}, 1), closing: make(chan struct{}), done: make(chan struct{}),
	}
	h.close = sync.OnceFunc(func() { close(h.closing) })

	return h
}

// Start begins to listen to the system, which runs.
func (h *Hub) Start() {
	ctx, cancel := context.WithCancel(context.Background())
	h.cancel = cancel

	go h.follow(ctx)
}

// Bye ends every stream with a last word, and admits no more. It does not wait for them.
func (h *Hub) Bye() { h.close() }

// Close ends the hub.
func (h *Hub) Close() {
	h.close()

	if h.cancel != nil {
		h.cancel()
		<-h.done
	}
}

// Latest is the newest round; nil before the first.
func (h *Hub) Latest() *Entry { return h.latest.Load() }

// ErrClosed says that the hub ends.
var ErrClosed = errors.New("the service is stopping")

// Wait returns the newest round once it is after another. The error is that of ctx, or ErrClosed.
func (h *Hub) Wait(ctx context.Context, after messages.Round) (*Entry, error) {
	for {
		h.mu.Lock()
		published := h.published
		h.mu.Unlock()

		if e := h.latest.Load(); e != nil && e.Round() > after {
			return e, nil
		}

		select {
		case <-published:
		case <-h.closing:
			return nil, ErrClosed
		case <-ctx.Done():
			return nil, ctx.Err() //nolint:wrapcheck // the caller's own
		}
	}
}

// take publishes what was delivered.
func (h *Hub) take(d *messages.Delivered) {
	h.mu.Lock()
	defer h.mu.Unlock()

	if d.Event != nil {
		h.journal.note(d.Event, d.SkippedEvents)
	} else {
		e := h.journal.publish(d.Snapshot, d.SkippedRounds, &h.views)
		if e == nil {
			return
		}

		h.recent.add(e.snapshot)
		h.latest.Store(e)
		close(h.published)
		h.published = make(chan struct{})
	}

	close(h.happened)
	h.happened = make(chan struct{})
}
