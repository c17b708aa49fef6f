package client

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/api"
)

// SnapshotQuery says which snapshot is wanted.
type SnapshotQuery struct {
	Selection messages.Selection // what of it; the zero Selection is everything
	After     messages.Round     // with Wait: a later round than this
	Wait      time.Duration      // how long to wait for a later one, a minute at most; 0 answers with the newest at once
}

// Snapshot is the newest snapshot. With Wait it is the first that is later than After; the error is ErrNothingNew if none came.
func (c *Client) Snapshot(ctx context.Context, q SnapshotQuery) (*messages.Snapshot, error) {
	query := make(url.Values)
	addSelection(query, &q.Selection)

	if q.Wait > 0 {
		query.Set("wait", q.Wait.String())
		query.Set("after", strconv.FormatUint(uint64(q.After), 10))
	}

	found, err := c.snapshot(ctx, request{method: http.MethodGet, path: "/v1/snapshot", query: query, wait: q.Wait})
	if err == nil && q.Wait > 0 && found.Round <= q.After {
		return nil, ErrNothingNew
	}

	return found, err
}

// Round is the stored snapshot of a round.
func (c *Client) Round(ctx context.Context, round messages.Round) (*messages.Snapshot, error) {
	return c.snapshot(ctx, request{method: http.MethodGet, path: "/v1/snapshots/" + strconv.FormatUint(uint64(round), 10)})
}

// TakeSnapshot has a round made now, or joins the one that is open, and returns its snapshot. It needs the role admin.
func (c *Client) TakeSnapshot(ctx context.Context) (*messages.Snapshot, error) {
	return c.snapshot(ctx, request{method: http.MethodPost, path: "/v1/snapshot"})
}

func (c *Client) snapshot(ctx context.Context, r request) (*messages.Snapshot, error) {
	body, err := c.send(ctx, r)
	if err != nil {
		return nil, err
	}

	found, err := messages.ParseSnapshot(body)
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w: %w", r.method, r.path, ErrMalformed, err)
	}

	return found, nil
}

// RoundsQuery selects stored rounds.
type RoundsQuery struct {
	Page

	Status messages.SnapshotStatus // empty for any
}

// Rounds are stored rounds without their contents, newest first.
func (c *Client) Rounds(ctx context.Context, q RoundsQuery) (*api.Rounds, error) {
	query := make(url.Values)
	q.add(query)
	addText(query, "status", string(q.Status))

	return read[api.Rounds](ctx, c, "/v1/snapshots", query)
}

// Instruments are all of them as the newest snapshot has them, sorted by name.
func (c *Client) Instruments(ctx context.Context) ([]api.Instrument, error) {
	found, err := read[api.Instruments](ctx, c, "/v1/instruments", nil)
	if err != nil {
		return nil, err
	}

	return found.Instruments, nil
}

// InstrumentQuery says how much of an instrument's series is wanted.
type InstrumentQuery struct {
	Page

	Sources bool // each point with what every vendor said
}

// Instrument is one instrument: as it is now, where that comes from, and how it went, newest first.
func (c *Client) Instrument(ctx context.Context, name messages.Instrument, q InstrumentQuery) (*api.InstrumentDetail, error) {
	query := make(url.Values)
	q.add(query)

	if q.Sources {
		query.Set("sources", "true")
	}

	return read[api.InstrumentDetail](ctx, c, "/v1/instruments/"+url.PathEscape(string(name)), query)
}
