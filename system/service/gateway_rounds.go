package service

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system"
	"github.com/rollcall-go/rollcall/system/config"
	"github.com/rollcall-go/rollcall/system/gateway"
)

// rounds is the gateway's port of the running system.
type rounds struct {
	service *Service
	since   time.Time
}

// Latest implements gateway.Rounds.
func (r *rounds) Latest() *messages.Snapshot { return r.service.system.Latest() }

// Roster implements gateway.Rounds.
func (r *rounds) Roster() *messages.Roster { return r.service.system.Roster() }

// Snapshot implements gateway.Rounds.
func (r *rounds) Snapshot(ctx context.Context) (*messages.Snapshot, error) {
	snapshot, err := r.service.system.Snapshot(ctx)

	return snapshot, ported(err)
}

// Subscribe implements gateway.Rounds.
func (r *rounds) Subscribe(events bool) (gateway.Subscription, error) {
	subscription, err := r.service.system.Subscribe(system.SubscribeOptions{Events: events})
	if err != nil {
		return nil, ported(err)
	}

	return subscription, nil
}

// Pause implements gateway.Rounds.
func (r *rounds) Pause(ctx context.Context, vendor messages.Vendor, by string) error {
	return ported(r.service.system.Pause(ctx, vendor, by))
}

// Resume implements gateway.Rounds.
func (r *rounds) Resume(ctx context.Context, vendor messages.Vendor, by string) error {
	return ported(r.service.system.Resume(ctx, vendor, by))
}

// Restart implements gateway.Rounds.
func (r *rounds) Restart(ctx context.Context, vendor messages.Vendor, by string) error {
	return ported(r.service.system.Restart(ctx, vendor, by))
}

// Status implements gateway.Rounds.
func (r *rounds) Status(ctx context.Context) (*gateway.Status, error) {
	found, err := r.service.system.Status(ctx)
	if err != nil {
		return nil, ported(err)
	}

	cfg := r.service.inForce.Load()
	status := &gateway.Status{
		StartedAt: r.since, Every: cfg.Every, Deadline: cfg.Deadline, Durability: string(cfg.Durability),
		Rounds: found.Rounds, Record: found.Record, Uplink: found.Uplink, Readers: found.Readers,
		Vendors: make([]gateway.VendorStatus, len(found.Vendors)), Core: make([]gateway.CoreStatus, len(found.Actors)),
	}

	if r.service.options.OnDemand {
		status.Every = 0
	}

	configured := make(map[messages.Vendor]*config.Vendor, len(cfg.Vendors))
	for i := range cfg.Vendors {
		configured[cfg.Vendors[i].Name] = &cfg.Vendors[i]
	}

	for i, vendor := range found.Vendors {
		status.Vendors[i] = gateway.VendorStatus{VendorStatus: vendor}
		if v := configured[vendor.Vendor]; v != nil { // a reload may be between the two
			status.Vendors[i].Class, status.Vendors[i].Transport = v.Class, transport(v)
		}
	}

	for i, child := range found.Actors {
		status.Core[i] = gateway.CoreStatus{Name: child.Name, Restarts: child.Restarts, Silent: child.Silent, Lag: child.Lag}
	}

	return status, nil
}

// ported makes the system's errors those of the port.
func ported(err error) error {
	for ours, theirs := range map[error]error{
		system.ErrUnknownVendor: gateway.ErrUnknownVendor,
		system.ErrPaused:        gateway.ErrPaused,
		system.ErrNotStarted:    gateway.ErrStopped,
	} {
		if errors.Is(err, ours) {
			return fmt.Errorf("%w: %w", theirs, err)
		}
	}

	return err
}

// transport says how quotes come from a vendor.
func transport(v *config.Vendor) string {
	pushes := v.Feed.Stream.URL != ""
	polled := v.Feed.URL != "" || len(v.Feed.Endpoints) > 0

	switch {
	case pushes && polled:
		return "stream+poll"
	case pushes:
		return "stream"
	default:
		return "poll"
	}
}
