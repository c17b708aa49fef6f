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
