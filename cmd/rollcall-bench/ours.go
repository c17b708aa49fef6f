package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system"
	"github.com/rollcall-go/rollcall/system/config"
	"github.com/rollcall-go/rollcall/system/feed"
	"github.com/rollcall-go/rollcall/system/service"
)

// whole is Rollcall as the binary runs it, with everything it keeps on disk. It is durable before a snapshot is published.
type whole struct{ service *service.Service }

func newWhole(ctx context.Context, t *clientTask, dir string) (*whole, error) {
	cfg := &config.Config{
		Deadline: t.Deadline, Data: dir, Durability: config.DurabilityStrict, MaxInFlight: t.Vendors,
		Vendors: make([]config.Vendor, t.Vendors),
	}

	for i := range cfg.Vendors {
		cfg.Vendors[i] = config.Vendor{Name: vendorName(i), Class: "bench", Feed: definition(t, i)}
	}

	s, err := service.Open(ctx, cfg, service.Options{OnDemand: true})
	if err != nil {
		return nil, err
	}

	if err := s.Start(ctx); err != nil {
		return nil, errors.Join(err, s.Stop(ctx))
	}

	return &whole{service: s}, nil
}

// round implements program.
func (w *whole) round(ctx context.Context) (result, error) {
	snapshot, err := w.service.System().Snapshot(ctx)
	if err != nil {
		return result{}, err
	}

	r := result{ready: snapshot.PublishedAt, usable: usable(snapshot)}
	if snapshot.Durable {
		r.kept = time.Now()
	}

	return r, nil
}

// stop implements program.
func (w *whole) stop(ctx context.Context) error { return w.service.Stop(ctx) }

// inMemory is Rollcall without a store and without an audit log.
type inMemory struct{ system *system.System }

func newInMemory(ctx context.Context, t *clientTask) (*inMemory, error) {
	settings, err := settingsInMemory(t) //nolint:contextcheck // a source gets its context when it is asked
	if err != nil {
		return nil, err
	}

	s, err := system.New(settings)
	if err != nil {
		return nil, err
	}

	return &inMemory{system: s}, s.Start(ctx)
}

func settingsInMemory(t *clientTask) (system.Settings, error) {
	settings := system.Settings{Deadline: t.Deadline, MaxInFlight: t.Vendors, Vendors: make([]system.Vendor, t.Vendors)}

	for i := range settings.Vendors {
		described := definition(t, i)

		source, err := feed.New(described)
		if err != nil {
			return settings, fmt.Errorf("vendor %d: %w", i, err)
		}

		vendor := system.Vendor{Name: vendorName(i), Class: "bench", Source: source}
		for _, symbol := range described.Symbols {
			vendor.Instruments = append(vendor.Instruments, symbol.Instrument)
		}

		settings.Vendors[i] = vendor
	}

	return settings, nil
}

// round implements program. The snapshot counts as complete when the caller has it.
func (m *inMemory) round(ctx context.Context) (result, error) {
	snapshot, err := m.system.Snapshot(ctx)
	if err != nil {
		return result{}, err
	}

	return result{ready: time.Now(), usable: usable(snapshot)}, nil
}

// stop implements program.
func (m *inMemory) stop(ctx context.Context) error { return m.system.Stop(ctx) }

func vendorName(i int) messages.Vendor { return messages.Vendor("v" + strconv.Itoa(i)) }

// definition is how a vendor is asked. Its instruments are its own.
func definition(t *clientTask, vendor int) feed.Definition {
	d := feed.Definition{
		Endpoint: feed.Endpoint{
			URL:   vendorURL(vendor, t.Place.Port),
			Parse: feed.Parse{Rows: "quotes", Key: "symbol", Price: "price"},
		},
		Client: feed.ClientSettings{AllowPrivate: true},
	}

	if t.Program == programJQ {
		d.Parse = feed.Parse{JQ: ".quotes[] | {key: .symbol, price}"}
	}

	for i := range t.Symbols {
		instrument := messages.Instrument(string(vendorName(vendor)) + "/" + symbolName(i))
		d.Symbols = append(d.Symbols, feed.Symbol{Instrument: instrument, VendorSymbol: symbolName(i)})
	}

	return d
}

func usable(snapshot *messages.Snapshot) int {
	n := 0
	for i := range snapshot.Vendors {
		n += snapshot.Vendors[i].Usable
	}

	return n
}
