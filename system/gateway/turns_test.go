package gateway_test

import (
	"context"
	"net/http"
	"runtime"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/api"
	"github.com/rollcall-go/rollcall/system/gateway"
)

// crowded is a history and a record that count who reads them at the same time. What they read takes as long as another goroutine has something to do.
type crowded struct {
	gateway.History
	gateway.Record

	reading, most *atomic.Int64
}

func (c crowded) read() {
	now := c.reading.Add(1)
	defer c.reading.Add(-1)

	for most := c.most.Load(); now > most && !c.most.CompareAndSwap(most, now); most = c.most.Load() {
	}

	for range 100 {
		runtime.Gosched()
	}
}

func (c crowded) Snapshot(ctx context.Context, round messages.Round) (*messages.Snapshot, error) {
	c.read()

	return c.History.Snapshot(ctx, round)
}

func (c crowded) Rounds(ctx context.Context, query gateway.RoundsQuery) ([]api.RoundSummary, error) {
	c.read()

	return c.History.Rounds(ctx, query)
}

func (c crowded) Series(ctx context.Context, instrument messages.Instrument, query gateway.RoundsQuery) ([]api.Point, error) {
	c.read()

	return c.History.Series(ctx, instrument, query)
}

func (c crowded) Entries(ctx context.Context, query gateway.RecordQuery) ([]api.AuditEntry, error) {
	c.read()

	return c.Record.Entries(ctx, query)
}

// A07 A08: however many ask for the past, no more read it at a time than half of the processors, and everybody gets an answer.
func TestThePastIsReadInTurns(t *testing.T) {
	t.Parallel()

	const clients, each = 16, 20

	for _, path := range []string{"/v1/snapshots", "/v1/snapshots/1", "/v1/instruments/EUR%2FUSD?sources=true", "/v1/audit"} {
		t.Run(path, func(t *testing.T) {
			t.Parallel()

			c := crowded{reading: new(atomic.Int64), most: new(atomic.Int64)}
			s := newStage(t, 3, func(o *gateway.Options) {
				c.History, c.Record = o.History, o.Record
				o.History, o.Record = c, c
			})

			var all errgroup.Group

			for range clients {
				all.Go(func() error {
					for range each {
						assert.Equal(t, http.StatusOK, s.ask(t, publicToken, http.MethodGet, path).StatusCode)
					}

					return nil
				})
			}

			require.NoError(t, all.Wait())
			assert.Positive(t, c.most.Load())
			assert.LessOrEqual(t, c.most.Load(), int64(max(1, runtime.GOMAXPROCS(0)/2)))
		})
	}
}
