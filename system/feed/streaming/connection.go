package streaming

import (
	"context"
	"sync"
	"time"

	"github.com/rollcall-go/rollcall/messages"
)

const (
	// keptBuffer is the largest buffer that is used for another message, in bytes.
	keptBuffer = 64 << 10
	// readAhead is how many messages may wait while one is dealt with. Beyond that nothing is read, and the vendor has to wait.
	readAhead = 2
)

// received is a message as it came, or why none will come any more.
type received struct {
	data    []byte
	binary  bool
	at      time.Time
	failure *messages.Failure
}

// connection drives the session of one open wire. Its loop runs in the caller's goroutine; one goroutine reads and one writes, so that a vendor
// that does not read cannot keep us from reading.
type connection struct {
	wire    wire
	session *session
	observe func(direction string, at time.Time, frame []byte)
	deliver func(messages.StreamUpdate)

	incoming chan received
	free     chan []byte
	outgoing chan []byte
	pings    chan struct{}
	broken   chan struct{} // closed when writing has failed
	life     <-chan struct{}

	timer *time.Timer
	armed time.Time // zero while the timer is not running
}

// run ends with the connection; nothing that it started is left then.
func (c *connection) run(ctx context.Context) *messages.Failure {
	working, stop := context.WithCancel(ctx)

	var workers sync.WaitGroup

	workers.Go(func() { c.readAll(working) })
	workers.Go(func() { c.writeAll(working) })
	workers.Go(func() { c.pingAll(working) })

	c.timer = time.NewTimer(time.Hour)
	c.timer.Stop()

	defer c.timer.Stop()

	failure := c.loop(ctx)

	if out := c.session.over(time.Now()); out.told {
		c.deliver(out.update)
	}

	c.wire.close(failure.Outcome)
	stop()
	workers.Wait()

	return failure
}

func (c *connection) loop(ctx context.Context) *messages.Failure {
	failure := c.apply(ctx, c.session.open(ctx, time.Now()))

	for failure == nil {
		select {
		case <-ctx.Done():
			return closedByUs()
		case in := <-c.incoming:
			failure = c.take(ctx, in)
		case <-c.life:
			failure = c.apply(ctx, c.session.life(time.Now()))
		case <-c.timer.C:
			c.armed = time.Time{}
			failure = c.apply(ctx, c.session.tick(ctx, time.Now()))
		case <-c.broken:
			failure = c.cut(ctx)
		}
	}

	return failure
}

// cut is what writing that has failed comes to: what the vendor has said before it hung up still counts, its reason above all.
func (c *connection) cut(ctx context.Context) *messages.Failure {
	patience := time.NewTimer(closeWithin)
	defer patience.Stop()

	for {
		select {
		case in := <-c.incoming:
			if failure := c.take(ctx, in); failure != nil {
				return failure
			}
		case <-patience.C:
			return messages.NewFailure(messages.OutcomeDisconnected, "the vendor does not read what we send")
		case <-ctx.Done():
			return closedByUs()
		}
	}
}

func closedByUs() *messages.Failure {
	return messages.NewFailure(messages.OutcomeCancelled, "the connection was closed by us")
}

func (c *connection) take(ctx context.Context, in received) *messages.Failure {
	if in.failure != nil {
		return in.failure
	}

	c.observe(Received, in.at, c.session.hidden.bytes(in.data))
	out := c.session.message(ctx, in.at, in.data, in.binary)

	if cap(in.data) <= keptBuffer {
		select {
		case c.free <- in.data[:0]:
		default:
		}
	}

	return c.apply(ctx, out)
}

// apply does what the session wants. It returns why the connection is over; nil while it goes on.
func (c *connection) apply(ctx context.Context, out output) *messages.Failure {
	if out.told {
		c.deliver(out.update)
	}

	for _, phase := range out.reached {
		c.observe(Reached, time.Now(), []byte(phase))
	}

	if out.note != "" {
		c.observe(Noted, time.Now(), []byte(out.note))
	}

	for _, text := range out.send {
		select {
		case c.outgoing <- text:
		case <-c.broken:
			return out.end // the loop finds out why
		case <-ctx.Done():
			return closedByUs()
		}
	}

	if out.ping {
		select {
		case c.pings <- struct{}{}:
		default: // the one before waits for its pong
		}
	}

	c.arm(out.wake)

	return out.end
}

// arm makes the timer run. One that runs out early does no harm, so it is set back only for something earlier.
func (c *connection) arm(wake time.Time) {
	if wake.IsZero() || !c.armed.IsZero() && !wake.Before(c.armed) {
		return
	}

	c.armed = wake
	c.timer.Reset(time.Until(wake))
}
