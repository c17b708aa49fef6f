package sim

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/rollcall-go/rollcall/system/example"
)

// wire is a connection over which a script is played.
type wire interface {
	say(ctx context.Context, message *example.Step) error
	heard() <-chan string      // the client's messages, closed when it has gone; nil where it cannot speak
	gone() <-chan struct{}     // closed when the client has gone
	quiet(on bool)             // answers no pings while on
	end(code int, text string) // closes in order, or cuts where the code is 0
}

// performance is a script being played.
type performance struct {
	score
	manner

	vendor *vendor
	wire   wire
}

// How a performance ends, besides its context.
var (
	errGone  = errors.New("the client has gone")
	errEnded = errors.New("the script has ended the connection")
)

// perform plays a vendor's script on a connection until the client goes, the context ends or the script closes it.
func (v *vendor) perform(ctx context.Context, w wire, m manner) {
	p := performance{score: newScore(v.play.Script), manner: m, vendor: v, wire: w}

	if m.change != nil {
		p.tail = m.change(p.tail)
	}

	if m.lives > 0 {
		var cancel context.CancelFunc

		ctx, cancel = context.WithTimeout(ctx, m.lives)
		defer cancel()
	}

	v.count(func(c *Played) { c.Connections++ })
	w.quiet(m.unheard)

	if err := p.run(ctx); m.lives > 0 && errors.Is(err, context.DeadlineExceeded) {
		w.end(m.code, "simulated")
	}
}

// run plays everything once, and then what is repeated, if anything is. It returns why it ended.
func (p *performance) run(ctx context.Context) error {
	if p.mute {
		return p.listen(ctx, nil, func(string) error { return nil })
	}

	for _, steps := range [][]example.Step{p.opening, p.tail} {
		for i := range steps {
			if err := p.step(ctx, &steps[i]); err != nil {
				return err
			}
		}
	}

	p.vendor.count(func(c *Played) { c.Complete++ })

	return p.linger(ctx)
}

func (p *performance) step(ctx context.Context, s *example.Step) error {
	switch {
	case s.Client != "":
		return p.await(ctx, s)
	case s.Silent > 0:
		p.wire.quiet(true)
		defer p.wire.quiet(p.unheard)

		return p.rest(ctx, s.Silent)
	case s.Close > 0:
		p.wire.end(s.Close, s.Reason)

		return errEnded
	default:
		return p.wire.say(ctx, s)
	}
}

// errHeard ends listening: what was waited for has come.
var errHeard = errors.New("heard")

// await waits for a message of the client's. Beats in between are answered, anything else is a problem.
func (p *performance) await(ctx context.Context, s *example.Step) error {
	if p.wire.heard() == nil {
		return nil // nobody can speak on a line stream
	}

	late, stop := after(s.Within)
	defer stop()

	err := p.listen(ctx, late, func(message string) error {
		if same(s.Client, message) {
			return errHeard
		}

		return p.beaten(ctx, message, "; expected "+clip(s.Client))
	})

	switch {
	case errors.Is(err, errHeard):
		return nil
	case errors.Is(err, errLate):
		p.vendor.problem(fmt.Sprintf("nothing came within %s; expected %s", s.Within, clip(s.Client)))
		p.wire.end(policyViolation, "too late")

		return errEnded
	case errors.Is(err, errGone):
		p.vendor.problem("the client went; expected " + clip(s.Client))
	}

	return err
}

// policyViolation is the close code of a vendor that has waited long enough.
const policyViolation = 1008

// beaten answers a message if it is a beat; otherwise it is a problem.
func (p *performance) beaten(ctx context.Context, message, expected string) error {
	b, is := p.beat(message)
	if !is {
		p.vendor.problem("unexpected " + clip(message) + expected)

		return nil
	}

	p.vendor.count(func(c *Played) { c.Beats++ })

	if p.unheard || b.reply == nil {
		return nil
	}

	return p.wire.say(ctx, b.reply)
}

// linger keeps the connection open after the end: beats are answered, messages repeated.
func (p *performance) linger(ctx context.Context) error {
	hear := func(message string) error { return p.beaten(ctx, message, "; the script is over") }

	for {
		again, stop := after(p.vendor.play.Repeat)

		if p.flood {
			ready := make(chan time.Time)
			close(ready)

			again = ready
		}

		err := p.listen(ctx, again, hear)
		stop()

		if !errors.Is(err, errLate) {
			return err
		}

		for i := range p.tail {
			if s := &p.tail[i]; s.Server != "" {
				if err := p.wire.say(ctx, s); err != nil {
					return err
				}
			}
		}
	}
}

// errLate ends listening: the time is over.
var errLate = errors.New("the time is over")

// listen hands each message that comes to hear, until hear returns an error, the time is over, the client goes or the context ends. It returns
// which. What the client said before it went is heard first.
func (p *performance) listen(ctx context.Context, over <-chan time.Time, hear func(message string) error) error {
	messages := p.wire.heard()

	for {
		select {
		case message, open := <-messages:
			if !open {
				return orElse(ctx.Err(), errGone)
			}

			if err := hear(message); err != nil {
				return err
			}
		case <-over:
			return errLate
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// rest waits, and hears nothing meanwhile.
func (p *performance) rest(ctx context.Context, d time.Duration) error {
	over, stop := after(d)
	defer stop()

	select {
	case <-over:
		return nil
	case <-p.wire.gone():
		return errGone
	case <-ctx.Done():
		return ctx.Err()
	}
}

// after returns a channel on which the time comes; for no duration it never does.
func after(d time.Duration) (over <-chan time.Time, stop func() bool) {
	if d <= 0 {
		return nil, func() bool { return true }
	}

	timer := time.NewTimer(d)

	return timer.C, timer.Stop
}
