package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/config"
	"github.com/rollcall-go/rollcall/system/feed"
	"github.com/rollcall-go/rollcall/system/feed/streaming"
)

// watch shows what an observer of a stream sees, and measures its phases.
type watch struct {
	app   *app
	raw   bool
	begun time.Time

	mutex  sync.Mutex
	since  time.Time // when the last phase was over
	phases []string
}

// observe is called from several goroutines.
func (w *watch) observe(direction string, at time.Time, frame []byte) {
	w.mutex.Lock()
	defer w.mutex.Unlock()

	switch direction {
	case streaming.Reached:
		w.phases = append(w.phases, string(frame)+" "+milliseconds(at.Sub(w.since)))
		w.since = at

		return
	case streaming.Asked:
		_, _ = fmt.Fprintln(w.app.out, printable(string(frame)))

		return
	case streaming.Sent:
	default:
		if !w.raw {
			return
		}
	}

	_, _ = fmt.Fprintln(w.app.out, printable(fmt.Sprintf("%8s %-8s %s", milliseconds(at.Sub(w.begun)), direction, frame)))
}

// summary is how long each phase took.
func (w *watch) summary() {
	w.mutex.Lock()
	defer w.mutex.Unlock()

	if len(w.phases) > 0 {
		_, _ = fmt.Fprintln(w.app.out, strings.Join(w.phases, ", "))
	}
}

// probeStream listens until every instrument has been heard of or time is up.
func (a *app) probeStream(ctx context.Context, p *probing, vendor *config.Vendor) ([]messages.Quote, error) {
	begun := time.Now()
	w := &watch{app: a, raw: p.raw, begun: begun, since: begun}

	stream, err := feed.NewStream(vendor.Feed, nil, streaming.WithObserver(w.observe))
	if err != nil {
		return nil, usageError("%w", err)
	}

	listing := vendor.Listing().Instruments
	newest := make(map[messages.Instrument]messages.Quote, len(listing))

	ctx, done := context.WithCancel(ctx)
	defer done()

	err = stream.Stream(ctx, listing, func(update messages.StreamUpdate) {
		for i := range update.Quotes {
			newest[update.Quotes[i].Instrument] = update.Quotes[i]
		}

		if len(newest) == len(listing) && !p.raw {
			done()
		}
	})

	if ctx.Err() != nil {
		err = nil // we ended it
	}

	w.summary()

	return completed(listing, newest, messages.NewFailure(messages.OutcomeMissingSymbol, "nothing came within "+p.within.String()), err), err
}

// completed is one quote for each instrument. Those of which nothing was heard carry why: how the connection ended, or that time is up.
func completed(
	listing []messages.Instrument, newest map[messages.Instrument]messages.Quote, why *messages.Failure, ended error,
) []messages.Quote {
	quotes := make([]messages.Quote, 0, len(listing))
	_ = errors.As(ended, &why)

	for _, instrument := range listing {
		quote, heard := newest[instrument]
		if !heard {
			quote = messages.Quote{Instrument: instrument, Outcome: why.Outcome, Detail: why.Detail}
		}

		quotes = append(quotes, quote)
	}

	return quotes
}
