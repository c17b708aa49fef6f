package service

import (
	"context"
	"maps"
	"net"
	"path/filepath"
	"slices"
	"time"

	"github.com/rollcall-go/rollcall/messages"
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
		Metrics: s.watch.metrics.Handler(),
		Observe: s.watch.handled,
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

// drainGateway lets nobody new in.
func (s *Service) drainGateway() error {
	if s.gateway == nil {
		return nil
	}

	return s.gateway.Drain()
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
