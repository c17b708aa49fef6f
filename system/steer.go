package system

import (
	"context"
	"errors"
	"fmt"

	"github.com/rollcall-go/rollcall/actors"
	"github.com/rollcall-go/rollcall/messages"
)

// Errors of steering a vendor.
var (
	ErrUnknownVendor = errors.New("no such vendor")
	ErrPaused        = errors.New("vendor is paused")
)

// Pause has a vendor left alone until Resume: its fetcher is stopped, its outcome is messages.OutcomePaused. Reloads keep it paused as long as
// there is a vendor of that name. By says who wants it, for the record. Pausing what is paused does nothing.
func (s *System) Pause(ctx context.Context, vendor messages.Vendor, by string) error {
	return s.steer(ctx, vendor, &messages.PauseVendor{Vendor: vendor, By: by})
}

// Resume ends a pause; the vendor starts as if it had never crashed. Resuming what is not paused does nothing.
func (s *System) Resume(ctx context.Context, vendor messages.Vendor, by string) error {
	return s.steer(ctx, vendor, &messages.ResumeVendor{Vendor: vendor, By: by})
}

// Restart starts a vendor's fetcher anew at once, also out of back-off and quarantine, as if it had never crashed. A paused vendor is not
// restarted: ErrPaused.
func (s *System) Restart(ctx context.Context, vendor messages.Vendor, by string) error {
	return s.steer(ctx, vendor, &messages.RestartVendor{Vendor: vendor, By: by})
}

func (s *System) steer(ctx context.Context, vendor messages.Vendor, message messages.VendorsMessage) error {
	host, err := s.actorSystem()
	if err != nil {
		return err
	}

	steered, err := actors.Ask[*messages.VendorSteered](ctx, host, ref[messages.VendorsMessage](&s.pids, vendorsName), message)
	if err != nil {
		return fmt.Errorf("vendor %s: %w", vendor, err)
	}

	switch steered.Refusal {
	case messages.RefusedUnknown:
		return fmt.Errorf("vendor %q: %w", vendor, ErrUnknownVendor)
	case messages.RefusedPaused:
		return fmt.Errorf("vendor %q: %w", vendor, ErrPaused)
	}

	return nil
}
