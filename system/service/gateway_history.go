package service

import (
	"context"
	"errors"
	"fmt"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/api"
	"github.com/rollcall-go/rollcall/system/gateway"
	"github.com/rollcall-go/rollcall/system/store"
)

// history is the gateway's port of what is stored.
type history struct{ store *store.Store }

// Snapshot implements gateway.History.
func (h *history) Snapshot(ctx context.Context, round messages.Round) (*messages.Snapshot, error) {
	snapshot, err := h.store.Snapshot(ctx, round)
	if errors.Is(err, store.ErrNoRound) {
		return nil, fmt.Errorf("%w: %w", gateway.ErrNoRound, err)
	}

	return snapshot, err
}

// Rounds implements gateway.History.
func (h *history) Rounds(ctx context.Context, query gateway.RoundsQuery) ([]api.RoundSummary, error) {
	selected, possible := stored(query)
	if !possible {
		return nil, nil
	}

	if query.Status != "" {
		selected.Limit = 0 // the store does not know the status of a round before it has read it
	}

	var found []api.RoundSummary

	for row, err := range h.store.Rounds(ctx, selected) {
		if err != nil {
			return nil, err
		}

		if query.Status != "" && row.Status != query.Status {
			continue
		}

		found = append(found, api.RoundSummary{
			Round: row.Round, Status: row.Status, StartedAt: row.StartedAt, PublishedAt: row.PublishedAt,
			ElapsedMS: row.Elapsed.Milliseconds(), DeadlineMS: row.Deadline.Milliseconds(), Vendors: row.Vendors, Instruments: row.Instruments,
		})

		if len(found) == query.Limit {
			break
		}
	}

	return found, nil
}

// Series implements gateway.History.
func (h *history) Series(ctx context.Context, instrument messages.Instrument, query gateway.RoundsQuery) ([]api.Point, error) {
	selected, possible := stored(query)
	if !possible {
		return nil, nil
	}

	selected.Instruments = []messages.Instrument{instrument}

	var points []api.Point

	for row, err := range h.store.History(ctx, selected) {
		if err != nil {
			return nil, err
		}

		point := api.Point{Round: row.Round, At: row.PublishedAt, Status: row.Status, Used: row.Used}

		if !row.Price.IsZero() {
			text, age := row.Price.Text(), row.Age.Milliseconds()
			point.Price, point.AgeMS = &text, &age
		}

		points = append(points, point)
	}

	return points, nil
}

// stored is a query in the store's words; false where nothing can match.
func stored(query gateway.RoundsQuery) (store.Query, bool) {
	selected := store.Query{From: query.From, To: query.To, Limit: query.Limit, Newest: true}

	if query.Before > 0 {
		selected.ToRound = query.Before - 1
	}

	return selected, query.Before != 1
}
