package testkit

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/rollcall-go/rollcall/actors/fetcher"
	"github.com/rollcall-go/rollcall/actors/streamer"
	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system"
)

// floodSize is how many times a flood says what is said once, and how many quotes it has that nobody asked for.
const floodSize = 1000

// over puts the faults of a vendor between it and the system.
func (s *script) over(v *system.Vendor, began time.Time) {
	w := weather{began: began}

	for i := range s.faults {
		if s.faults[i].vendor == v.Name {
			w.faults = append(w.faults, s.faults[i])
		}
	}

	if len(w.faults) == 0 {
		return
	}

	if v.Source != nil {
		v.Source = source{Source: v.Source, weather: w}
	}

	if v.Stream != nil {
		v.Stream = stream{vendor: v.Stream, weather: w}
	}
}

// weather is what goes wrong at one vendor, and when.
type weather struct {
	began  time.Time
	faults []fault
}

// now is what goes wrong at this moment: the first that does.
func (w weather) now() fault {
	since := time.Since(w.began)

	for _, f := range w.faults {
		if since >= f.from && (f.to == 0 || since < f.to) {
			return f
		}
	}

	return fault{}
}

// strike fails or panics, where the fault is of that kind.
func (f fault) strike() error {
	switch f.kind {
	case fail:
		return f.failure
	case panics:
		panic("scripted")
	default:
		return nil
	}
}

// source is a polled vendor with weather.
type source struct {
	fetcher.Source

	weather weather
}

// Fetch implements fetcher.Source.
func (s source) Fetch(ctx context.Context, instruments []messages.Instrument) ([]messages.Quote, error) {
	f := s.weather.now()

	switch f.kind {
	case hang:
		<-ctx.Done()

		return nil, ctx.Err()
	case fail, panics:
		return nil, f.strike()
	case silent:
		return nil, nil
	case late:
		if err := wait(ctx, f.delay); err != nil {
			return nil, err
		}
	default:
	}

	quotes, err := s.Source.Fetch(ctx, instruments)
	if f.kind == flood {
		quotes = flooded(quotes)
	}

	return quotes, err
}

// Cost implements fetcher.Costed, whether the vendor does or not.
func (s source) Cost(instruments []messages.Instrument) int {
	if costed, is := s.Source.(fetcher.Costed); is {
		return costed.Cost(instruments)
	}

	return 1
}

// Allowance implements fetcher.Informed, whether the vendor does or not.
func (s source) Allowance() messages.Allowance {
	if informed, is := s.Source.(fetcher.Informed); is {
		return informed.Allowance()
	}

	return messages.Allowance{}
}

// stream is a vendor that pushes, with weather.
type stream struct {
	vendor  streamer.Stream
	weather weather
}

// Stream implements streamer.Stream.
func (s stream) Stream(ctx context.Context, instruments []messages.Instrument, deliver func(messages.StreamUpdate)) error {
	f := s.weather.now()

	switch f.kind {
	case hang:
		<-ctx.Done()

		return ctx.Err()
	case fail, panics:
		return f.strike()
	case late:
		if err := wait(ctx, f.delay); err != nil {
			return err
		}
	default:
	}

	ctx, cut := context.WithCancelCause(ctx)
	defer cut(nil)

	if next, comes := s.weather.nextStrike(); comes {
		timer := time.AfterFunc(time.Until(s.weather.began.Add(next.from)), func() { cut(lightning{next}) })
		defer timer.Stop()
	}

	err := s.vendor.Stream(ctx, instruments, func(u messages.StreamUpdate) { s.weather.pass(ctx, u, deliver) })

	if struck, is := errors.AsType[lightning](context.Cause(ctx)); is {
		return struck.strike()
	}

	return err
}

// lightning is why a connection ends that a fault has cut.
type lightning struct{ fault }

// Error implements error.
func (l lightning) Error() string { return "cut by " + string(l.kind) }

// nextStrike is the next fault to begin that ends connections.
func (w weather) nextStrike() (next fault, comes bool) {
	since := time.Since(w.began)

	for _, f := range w.faults {
		if (f.kind == fail || f.kind == panics) && f.from > since && (!comes || f.from < next.from) {
			next, comes = f, true
		}
	}

	return next, comes
}

// pass delivers what a vendor says, as the weather lets it.
func (w weather) pass(ctx context.Context, u messages.StreamUpdate, deliver func(messages.StreamUpdate)) {
	f := w.now()

	switch {
	case f.kind == hang, f.kind == silent && !u.Ready:
		return
	case f.kind == silent:
		u.Quotes = nil
	case f.kind == late && wait(ctx, f.delay) != nil:
		return
	case f.kind == flood:
		u.Quotes = flooded(u.Quotes)
	default:
	}

	deliver(u)
}

// flooded is far more than was asked for.
func flooded(quotes []messages.Quote) []messages.Quote {
	many := make([]messages.Quote, 0, floodSize*(len(quotes)+1))

	for i := range floodSize {
		many = append(many, quotes...)

		if len(quotes) > 0 {
			unasked := quotes[0]
			unasked.Instrument = messages.Instrument(fmt.Sprintf("FLOOD/%d", i))
			many = append(many, unasked)
		}
	}

	return many
}

// wait returns after a while, or with the error of the context that ended first.
func wait(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()

	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
