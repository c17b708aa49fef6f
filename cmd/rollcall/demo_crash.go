package main

import (
	"context"
	"fmt"
	"sync/atomic"

	"github.com/rollcall-go/rollcall/actors/fetcher"
	"github.com/rollcall-go/rollcall/messages"
)

// crashAt is the fetch in which the source of 'demo --crash' panics: late enough to be seen working first.
const crashAt = 2

// crashOnce makes one vendor's source panic in its second fetch, as a bug in a source would.
func crashOnce(vendor messages.Vendor) func(messages.Vendor, fetcher.Source) fetcher.Source {
	return func(name messages.Vendor, source fetcher.Source) fetcher.Source {
		if name != vendor {
			return source
		}

		return &crashing{Source: source}
	}
}

type crashing struct {
	fetcher.Source

	fetches atomic.Int32
}

// Fetch implements fetcher.Source.
func (c *crashing) Fetch(ctx context.Context, instruments []messages.Instrument) ([]messages.Quote, error) {
	if c.fetches.Add(1) == crashAt {
		panic("asked for by --crash")
	}

	quotes, err := c.Source.Fetch(ctx, instruments)
	if err != nil {
		return nil, fmt.Errorf("crashing source: %w", err)
	}

	return quotes, nil
}

// eventLine is what a terminal shows of an event while a round is open.
func eventLine(event messages.Event) string {
	switch e := event.(type) {
	case *messages.RoundStarted:
		return fmt.Sprintf("  round %d: %d vendors asked, deadline %s\n", e.Round, e.Asked, e.Deadline)
	case *messages.VendorAnswered:
		return fmt.Sprintf("  %6s  %-12s %s\n", seconds(e.Elapsed), e.Vendor, answerText(e))
	case *messages.VendorStateChanged:
		return fmt.Sprintf("          %-12s %s: %s\n", e.Vendor, e.State, e.Detail)
	default:
		return ""
	}
}

func answerText(e *messages.VendorAnswered) string {
	if e.Detail == "" {
		return fmt.Sprintf("%s, %s", e.Outcome, count(e.Usable, "quote"))
	}

	return fmt.Sprintf("%s: %s", e.Outcome, e.Detail)
}
