package system

import (
	"context"
	"fmt"

	"github.com/rollcall-go/rollcall/actors"
	"github.com/rollcall-go/rollcall/actors/core"
	"github.com/rollcall-go/rollcall/messages"
)

// Status is how a system is doing.
type Status struct {
	Rounds  messages.RoundsDescribed
	Vendors []messages.VendorStatus // in configured order
	Uplink  messages.UplinkStatus   // ours, as far as the vendors' failures tell
	Record  messages.RecordDescribed
	Readers messages.SubscribersDescribed // who subscribed, with what waits for them
	Actors  []core.ChildStatus            // the core actors, in spawning order
}

// Status asks every core actor how it is doing.
func (s *System) Status(ctx context.Context) (*Status, error) {
	host, err := s.actorSystem()
	if err != nil {
		return nil, err
	}

	children, err := actors.Ask[*core.ChildrenDescribed](ctx, host,
		actors.NewRef[core.Message](s.pids.Root), core.Message(&core.DescribeChildren{}))
	if err != nil {
		return nil, fmt.Errorf("status of the actors: %w", err)
	}

	rounds, err := actors.Ask[*messages.RoundsDescribed](ctx, host,
		ref[messages.CoordinatorMessage](&s.pids, coordinatorName), messages.CoordinatorMessage(&messages.DescribeRounds{}))
	if err != nil {
		return nil, fmt.Errorf("status of the rounds: %w", err)
	}

	vendors, err := actors.Ask[*messages.VendorsDescribed](ctx, host,
		ref[messages.VendorsMessage](&s.pids, vendorsName), messages.VendorsMessage(&messages.DescribeVendors{}))
	if err != nil {
		return nil, fmt.Errorf("status of the vendors: %w", err)
	}

	record, err := actors.Ask[*messages.RecordDescribed](ctx, host,
		ref[messages.AuditorMessage](&s.pids, auditorName), messages.AuditorMessage(&messages.DescribeRecord{}))
	if err != nil {
		return nil, fmt.Errorf("status of the record: %w", err)
	}

	readers, err := actors.Ask[*messages.SubscribersDescribed](ctx, host,
		ref[messages.PublisherMessage](&s.pids, publisherName), messages.PublisherMessage(&messages.DescribeSubscribers{}))
	if err != nil {
		return nil, fmt.Errorf("status of the subscribers: %w", err)
	}

	return &Status{
		Rounds: *rounds, Vendors: vendors.Vendors, Uplink: vendors.Uplink, Record: *record, Readers: *readers, Actors: children.Children,
	}, nil
}
