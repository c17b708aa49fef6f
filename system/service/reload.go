package service

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system"
	"github.com/rollcall-go/rollcall/system/config"
)

// Reload makes the running service work by another configuration, and returns the difference. Vendors whose definition is the same keep their
// connections and what they have spent of their budgets; the others are compiled anew. See system.System.Reload for when it takes
// effect and what happens to rounds in flight. Whatever is wrong with the configuration changes nothing; what cannot change while running
// (data, durability, history, max_in_flight, where and how the API listens, and tracing) is an error that wraps system.ErrNeedsRestart and names it.
func (s *Service) Reload(ctx context.Context, cfg *config.Config) (*system.Difference, error) {
	select {
	case s.reloading <- struct{}{}:
		defer func() { <-s.reloading }()
	case <-ctx.Done():
		return nil, fmt.Errorf("waiting for another reload: %w", ctx.Err())
	}

	before := s.crew

	keys, err := needRestart(before.config, cfg)
	if err != nil {
		return nil, err
	}

	if len(keys) > 0 {
		return nil, fmt.Errorf("%s: %w", strings.Join(keys, ", "), system.ErrNeedsRestart)
	}

	next, err := assemble(cfg, before, s.options.Wrap) //nolint:contextcheck // requests get their context when they are sent
	if err != nil {
		return nil, err
	}

	if err := s.updateGateway(cfg); err != nil {
		next.closeBut(before)

		return nil, err
	}

	settings := system.Settings{Facts: []*messages.RecordFact{configured(next.digest(), s.options.Version)}}
	s.plan(&settings, next)

	s.spending.restore(next)

	difference, err := s.system.Reload(ctx, settings)
	if difference == nil { // nothing has changed
		next.closeBut(before)

		return nil, errors.Join(err, s.updateGateway(before.config))
	}

	s.crew = next
	s.spending.follow(next)
	s.inForce.Store(cfg)
	before.closeBut(next)
	s.note()

	return difference, err
}

// needRestart names the keys that differ and cannot change while running.
func needRestart(from, to *config.Config) ([]string, error) {
	_, restart, err := compareRounds(from.EffectiveRounds(), to.EffectiveRounds())

	keys := make([]string, len(restart))
	for i := range restart {
		keys[i] = restart[i].Key
	}

	return keys, err
}
