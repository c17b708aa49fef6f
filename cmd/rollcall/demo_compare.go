package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/sirupsen/logrus"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system"
	"github.com/rollcall-go/rollcall/system/feed"
	"github.com/rollcall-go/rollcall/system/sim"
)

// way is one measured way of asking the same vendors.
type way struct {
	name    string
	elapsed time.Duration
	prices  int
	total   int
	missing string
}

// slowVendor is the one that the comparison degrades, and slowLatency how far.
const (
	slowVendor  = "forex"
	slowLatency = 3500 * time.Millisecond
)

// runCompare measures three ways on this machine, now, over real HTTP.
func (a *app) runCompare(ctx context.Context, server *sim.Server, vendors []sim.Vendor, log *logrus.Entry) error {
	cfg, err := demoConfig(server, vendors, a.data)
	if err != nil {
		return err
	}

	listed := make([]system.Vendor, 0, len(cfg.Vendors))

	for i := range cfg.Vendors {
		source, err := feed.New(cfg.Vendors[i].Feed) //nolint:contextcheck // it compiles a definition and asks nobody
		if err != nil {
			return fmt.Errorf("vendor %s: %w", cfg.Vendors[i].Name, err)
		}

		listing := cfg.Vendors[i].Listing()
		listed = append(listed, system.Vendor{
			Name: listing.Vendor, Class: listing.Class, Instruments: listing.Instruments, Source: source,
		})
	}

	err = a.compareWays(ctx, server, listed, log)
	if err != nil && ctx.Err() != nil {
		return errInterrupted
	}

	return err
}

func (a *app) compareWays(ctx context.Context, server *sim.Server, listed []system.Vendor, log *logrus.Entry) error {
	sequential, err := askInTurn(ctx, listed)
	if err != nil {
		return err
	}

	const unbounded = 10 * time.Second

	concurrent, err := askTogether(ctx, "all at once", listed, unbounded, log)
	if err != nil {
		return err
	}

	if err := server.SetLatency(slowVendor, slowLatency, 0); err != nil {
		return fmt.Errorf("comparison: %w", err)
	}

	bounded, err := askTogether(ctx, fmt.Sprintf("all at once, %s takes %s, deadline %s", slowVendor, slowLatency, demoDeadline), listed,
		demoDeadline, log)
	if err != nil {
		return err
	}

	return a.printWays(sequential, concurrent, bounded)
}

// askInTurn asks one vendor after the other, as a simple script would.
func askInTurn(ctx context.Context, vendors []system.Vendor) (way, error) {
	w := way{name: "one after another"}
	started := time.Now()

	for i := range vendors {
		quotes, err := vendors[i].Source.Fetch(ctx, vendors[i].Instruments)
		if err != nil {
			return w, fmt.Errorf("vendor %s: %w", vendors[i].Name, err)
		}

		w.prices += len(quotes)
		w.total += len(vendors[i].Instruments)
	}

	w.elapsed = time.Since(started)

	return w, nil
}

// askTogether takes one snapshot with real actors.
func askTogether(ctx context.Context, name string, vendors []system.Vendor, deadline time.Duration, log *logrus.Entry) (way, error) {
	s, err := system.New(system.Settings{Vendors: vendors, Deadline: deadline, Log: log})
	if err != nil {
		return way{}, fmt.Errorf("comparison: %w", err)
	}

	if err := s.Start(ctx); err != nil {
		return way{}, fmt.Errorf("comparison: %w", err)
	}

	snapshot, err := s.Snapshot(ctx)
	if err = errors.Join(err, stop(ctx, s)); err != nil {
		return way{}, fmt.Errorf("comparison: %w", err)
	}

	missing := snapshot.Missing()

	return way{
		name:    name,
		elapsed: snapshot.Elapsed,
		prices:  len(snapshot.Instruments) - len(missing),
		total:   len(snapshot.Instruments),
		missing: reasons(snapshot),
	}, nil
}

func reasons(s *messages.Snapshot) string {
	var parts []string

	for i, listing := range s.Roster.Listings() {
		if outcome := s.Vendors[i].Outcome; outcome != messages.OutcomeOK {
			parts = append(parts, fmt.Sprintf("%s %s", listing.Vendor, outcome))
		}
	}

	return strings.Join(parts, ", ")
}

func (a *app) printWays(ways ...way) error {
	t := &table{colour: a.wantsColour(a.out)}
	t.header("HOW THE VENDORS ARE ASKED", ">TIME", ">PRICES", "WITHOUT")

	for _, w := range ways {
		t.row(
			cell{text: w.name},
			cell{text: seconds(w.elapsed), style: bold, right: true},
			cell{text: fmt.Sprintf("%d of %d", w.prices, w.total), right: true},
			cell{text: w.missing, style: yellow},
		)
	}

	return t.write(a.out)
}
