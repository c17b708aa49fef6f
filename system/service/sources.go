package service

import (
	"errors"
	"fmt"

	"github.com/rollcall-go/rollcall/actors"
	"github.com/rollcall-go/rollcall/actors/coordinator"
	"github.com/rollcall-go/rollcall/actors/fetcher"
	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system"
	"github.com/rollcall-go/rollcall/system/config"
	"github.com/rollcall-go/rollcall/system/feed"
)

// sources compiles every vendor's definition; all mistakes are returned, joined.
func sources(cfg *config.Config, wrap func(messages.Vendor, fetcher.Source) fetcher.Source) ([]system.Vendor, error) {
	var errs []error

	vendors := make([]system.Vendor, 0, len(cfg.Vendors))

	for i := range cfg.Vendors {
		v := &cfg.Vendors[i]

		compiled, err := feed.New(v.Feed)
		if err != nil {
			errs = append(errs, fmt.Errorf("vendor %s: %w", v.Name, err))

			continue
		}

		var source fetcher.Source = compiled
		if wrap != nil {
			source = wrap(v.Name, source)
		}

		vendors = append(vendors, vendor(v, source))
	}

	return vendors, errors.Join(errs...)
}

func vendor(v *config.Vendor, source fetcher.Source) system.Vendor {
	listing := v.Listing()

	return system.Vendor{
		Name:        v.Name,
		Class:       v.Class,
		Instruments: listing.Instruments,
		Source:      source,
		Deadline:    v.Deadline,
		Retry: fetcher.Retry{
			Attempts: v.Retry.Attempts,
			Backoff:  actors.Backoff{Base: v.Retry.Backoff, Max: v.Retry.MaxBackoff},
		},
		Rate:    fetcher.Rate{Requests: v.Limits.Requests, Per: v.Limits.Per, Burst: v.Limits.Burst},
		MaxAge:  v.MaxAge,
		MaxSkew: v.MaxSkew,
	}
}

func durability(d config.Durability) coordinator.Durability {
	if d == config.DurabilityRelaxed {
		return coordinator.Relaxed
	}

	return coordinator.Strict
}
