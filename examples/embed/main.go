// Command embed shows Rollcall inside a larger program: a system of its own, one snapshot on demand, then a subscription to the schedule.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system"
)

func main() {
	if err := run(context.Background(), os.Stdout); err != nil {
		_, _ = fmt.Fprintln(os.Stderr, err)

		os.Exit(1)
	}
}

// desk is a source that lives in this program: a trading desk's own marks.
type desk map[messages.Instrument]string

// Fetch implements fetcher.Source.
func (d desk) Fetch(_ context.Context, instruments []messages.Instrument) ([]messages.Quote, error) {
	quotes := make([]messages.Quote, 0, len(instruments))

	for _, instrument := range instruments {
		price, err := messages.ParsePrice(d[instrument])
		if err != nil {
			quotes = append(quotes, messages.Quote{Instrument: instrument, Outcome: messages.OutcomeInvalidPrice, Detail: err.Error()})

			continue
		}

		quotes = append(quotes, messages.Quote{Instrument: instrument, Price: price, Outcome: messages.OutcomeOK})
	}

	return quotes, nil
}

func run(ctx context.Context, out io.Writer) (err error) {
	s, err := system.New(system.Settings{
		Every:    100 * time.Millisecond,
		Deadline: 50 * time.Millisecond,
		Vendors: []system.Vendor{{
			Name: "desk", Class: "rates", Instruments: []messages.Instrument{"EUR-10Y", "USD-10Y"},
			Source: desk{"EUR-10Y": "2.465", "USD-10Y": "4.120"},
		}},
	})
	if err != nil {
		return fmt.Errorf("embed: %w", err)
	}

	if err := s.Start(ctx); err != nil {
		return fmt.Errorf("embed: %w", err)
	}

	defer func() { err = errors.Join(err, s.Stop(context.WithoutCancel(ctx))) }()

	snapshot, err := s.Snapshot(ctx) // a round now, or the one in flight
	if err != nil {
		return fmt.Errorf("embed: %w", err)
	}

	price, _ := snapshot.Price("USD-10Y")
	if _, err := fmt.Fprintf(out, "%s: USD-10Y %s\n", snapshot.Status, price.Price); err != nil {
		return fmt.Errorf("embed: %w", err)
	}

	sub, err := s.Subscribe(system.SubscribeOptions{})
	if err != nil {
		return fmt.Errorf("embed: %w", err)
	}

	defer sub.Close()

	for range 3 {
		delivered, err := sub.Next(ctx)
		if err != nil {
			return fmt.Errorf("embed: %w", err)
		}

		if _, err := fmt.Fprintf(out, "a round: %s\n", delivered.Snapshot.Status); err != nil {
			return fmt.Errorf("embed: %w", err)
		}
	}

	return nil
}
