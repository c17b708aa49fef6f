package service

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net"
	"path/filepath"
	"slices"
	"time"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system"
	"github.com/rollcall-go/rollcall/system/config"
	"github.com/rollcall-go/rollcall/system/gateway"
	"github.com/rollcall-go/rollcall/system/gateway/access"
	"github.com/rollcall-go/rollcall/system/gateway/listen"
)

// openGateway makes the gateway; none where nobody listens.
func (s *Service) openGateway(cfg *config.Config) error {
	address := cfg.HTTP.Address()
	if address == "" {
		return nil
	}

	served, err := gateway.New(gateway.Options{
		Rounds:  &rounds{service: s, since: time.Now().UTC()},
		History: &history{store: s.store},
		Record:  newRecord(filepath.Join(cfg.Data, AuditDir)),
		Listen: listen.Settings{
			Address: address, MaxConnections: cfg.HTTP.MaxConnections, Reserved: reserved(cfg), OtherPort: s.options.OtherPort,
			TLS: listen.TLS{Cert: cfg.HTTP.TLS.Cert, Key: cfg.HTTP.TLS.Key, ClientCA: cfg.HTTP.TLS.ClientCA},
		},
		Access:  accessSettings(&cfg.HTTP),
		Version: s.options.Version,
		Log:     s.options.Log.WithField("actor", "gateway"),
	})
	if err != nil {
		return err
	}

	s.gateway = served

	return nil
}

// reserved is how many open files the service itself needs: the data directory and the process, and for each vendor that is asked at the same
// moment the connection it has and one that replaces it.
func reserved(cfg *config.Config) int {
	const (
		process   = 48
		perVendor = 2
	)

	return process + perVendor*min(len(cfg.Vendors), cfg.MaxInFlight)
}

// accessSettings are who may ask.
func accessSettings(cfg *config.HTTP) access.Settings {
	settings := access.Settings{Hosts: cfg.Hosts}

	for _, name := range slices.Sorted(maps.Keys(cfg.Tokens)) {
		token := cfg.Tokens[name]
		settings.Tokens = append(settings.Tokens, access.Token{
			Name: name, Value: token.Value, Role: access.Role(token.Role),
			Selection: messages.Selection{Instruments: token.Instruments, Classes: token.Classes, Vendors: token.Vendors},
		})
	}

	return settings
}

// updateGateway lets those ask whom another configuration lets.
func (s *Service) updateGateway(cfg *config.Config) error {
	if s.gateway == nil {
		return nil
	}

	return s.gateway.Update(accessSettings(&cfg.HTTP))
}

// stopGateway ends what is still open.
func (s *Service) stopGateway(ctx context.Context) error {
	if s.gateway == nil {
		return nil
	}

	ctx, cancel := context.WithTimeout(ctx, closeWithin)
	defer cancel()

	return s.gateway.Stop(ctx)
}

// Addr is where the service listens; nil where it does not, and before Start.
func (s *Service) Addr() net.Addr {
	if s.gateway == nil {
		return nil
	}

	return s.gateway.Addr()
}

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
		Rounds: found.Rounds, Record: found.Record,
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
		status.Core[i] = gateway.CoreStatus{Name: child.Name, Restarts: child.Restarts, Silent: child.Silent}
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
