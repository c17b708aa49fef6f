package client_test

import (
	"context"
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/api"
	"github.com/rollcall-go/rollcall/system/client"
	"github.com/rollcall-go/rollcall/system/config"
	"github.com/rollcall-go/rollcall/system/secret"
	"github.com/rollcall-go/rollcall/system/service"
	"github.com/rollcall-go/rollcall/system/sim"
)

// newService is a whole service with the demonstration's vendors, quick ones, one token that may do all and one that sees forex only.
func newService(t *testing.T) *service.Service {
	t.Helper()

	vendors := sim.Default()
	for i := range vendors {
		vendors[i].Latency = 5 * time.Millisecond
	}

	server, err := sim.Start(context.WithoutCancel(t.Context()), sim.Settings{Seed: 1, Vendors: vendors})
	require.NoError(t, err)

	var text strings.Builder

	fmt.Fprintf(&text, "every: 300ms\ndeadline: 250ms\ndata: %q\n", filepath.Join(t.TempDir(), "data"))
	text.WriteString("http:\n  listen: 127.0.0.1:0\n  tokens:\n    boss: {token: the-token-of-the-boss, role: admin}\n")
	text.WriteString("    desk: {token: the-token-of-the-desk, role: read, classes: [forex]}\nvendors:\n")

	for i := range vendors {
		var symbols []string
		for _, instrument := range vendors[i].Instruments {
			symbols = append(symbols, instrument.Symbol)
		}

		fmt.Fprintf(&text, "  %s:\n    class: %s\n    url: %q\n    symbols: [%s]\n    client: {allow_private: true}\n",
			vendors[i].Name, vendors[i].Class, server.VendorURL(vendors[i].Name), strings.Join(symbols, ", "))
		text.WriteString("    parse: {rows: quotes, key: symbol, price: price, bid: bid, ask: ask, time: time}\n")
	}

	cfg, err := config.Parse([]byte(text.String()), "client.yaml", func(string) (string, bool) { return "", false })
	require.NoError(t, err)

	s, err := service.Open(t.Context(), cfg, service.Options{Version: "test"})
	require.NoError(t, err)
	require.NoError(t, s.Start(t.Context()))

	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), 20*time.Second)
		defer cancel()

		assert.NoError(t, s.Stop(ctx))
		assert.NoError(t, server.Stop(ctx))
	})

	return s
}

// What the client understands is what the service says.
func TestAgainstTheService(t *testing.T) {
	t.Parallel()

	s, ctx := newService(t), t.Context()
	c := clientOf(t, s.Addr(), client.WithToken(secret.New("the-token-of-the-boss")))

	first, err := c.Snapshot(ctx, client.SnapshotQuery{Wait: 20 * time.Second})
	require.NoError(t, err)
	require.NoError(t, c.Ready(ctx))

	next, err := c.Snapshot(ctx, client.SnapshotQuery{After: first.Round, Wait: 20 * time.Second})
	require.NoError(t, err)
	assert.Equal(t, first.Round+1, next.Round)
	assert.Len(t, next.Instruments, 9)

	_, err = c.Snapshot(ctx, client.SnapshotQuery{After: next.Round + 1000, Wait: time.Millisecond})
	require.ErrorIs(t, err, client.ErrNothingNew)

	taken, err := c.TakeSnapshot(ctx)
	require.NoError(t, err)
	assert.Greater(t, taken.Round, next.Round)

	stored, err := c.Round(ctx, first.Round)
	require.NoError(t, err)
	assert.Equal(t, first.Instruments, stored.Instruments)

	rounds, err := c.Rounds(ctx, client.RoundsQuery{Page: client.Page{Limit: 1}})
	require.NoError(t, err)
	require.Len(t, rounds.Rounds, 1)

	older, err := c.Rounds(ctx, client.RoundsQuery{Page: client.Page{Limit: 1, Cursor: rounds.Next}})
	require.NoError(t, err)
	assert.Equal(t, rounds.Rounds[0].Round-1, older.Rounds[0].Round)

	instruments, err := c.Instruments(ctx)
	require.NoError(t, err)
	assert.Len(t, instruments, 9)

	instrument, err := c.Instrument(ctx, "EUR/USD", client.InstrumentQuery{Page: client.Page{Limit: 2}, Sources: true})
	require.NoError(t, err)
	assert.Equal(t, messages.Instrument("EUR/USD"), instrument.Instrument.Instrument)
	assert.Len(t, instrument.Series, 2)
	assert.Equal(t, messages.Vendor("forex"), instrument.Sources[0].Vendor)

	_, err = c.Round(ctx, 1_000_000)
	assert.Equal(t, http.StatusNotFound, client.Status(err))

	status, err := c.Status(ctx)
	require.NoError(t, err)
	assert.Equal(t, "admin", status.Role)
	assert.Equal(t, int64(300), status.EveryMS)

	tree, err := c.Tree(ctx)
	require.NoError(t, err)
	assert.NotEmpty(t, tree.Children)
}

func TestSteersTheService(t *testing.T) {
	t.Parallel()

	s, ctx := newService(t), t.Context()
	c := clientOf(t, s.Addr(), client.WithToken(secret.New("the-token-of-the-boss")))
	l := listenTo(t, c, client.StreamOptions{Events: true})

	for e := l.event(); e.Type != api.EventSnapshot; {
		e = l.event()
	}

	paused, err := c.Pause(ctx, "forex")
	require.NoError(t, err)
	assert.Equal(t, messages.VendorPaused, paused.State)

	_, err = c.Restart(ctx, "forex")
	assert.Equal(t, http.StatusConflict, client.Status(err))

	var changed *api.VendorChanged
	for changed == nil {
		changed = l.event().Vendor
	}

	assert.Equal(t, messages.VendorPaused, changed.State)

	_, err = c.Resume(ctx, "forex")
	require.NoError(t, err)

	restarted, err := c.Restart(ctx, "forex")
	require.NoError(t, err)
	assert.Equal(t, messages.VendorRunning, restarted.State)

	vendor, err := c.Vendor(ctx, "forex")
	require.NoError(t, err)
	assert.NotEmpty(t, vendor.Recent)

	require.EventuallyWithT(t, func(t *assert.CollectT) {
		audit, err := c.Audit(ctx, client.AuditQuery{Kinds: []messages.FactKind{messages.FactPaused, messages.FactResumed}, Vendor: "forex"})
		if assert.NoError(t, err) && assert.Len(t, audit.Entries, 2) {
			assert.Equal(t, messages.FactResumed, audit.Entries[0].Kind)
			assert.Equal(t, "boss", audit.Entries[0].Data["by"])
		}
	}, 20*time.Second, 20*time.Millisecond)
}

// Who may see a part only sees nothing of the rest, and steers nothing.
func TestAnEntitledReaderOfTheService(t *testing.T) {
	t.Parallel()

	s, ctx := newService(t), t.Context()
	c := clientOf(t, s.Addr(), client.WithToken(secret.New("the-token-of-the-desk")))

	seen, err := c.Snapshot(ctx, client.SnapshotQuery{Wait: 20 * time.Second})
	require.NoError(t, err)
	assert.Len(t, seen.Instruments, 3)

	vendors, err := c.Vendors(ctx)
	require.NoError(t, err)
	assert.Len(t, vendors, 1)

	_, err = c.Pause(ctx, "forex")
	require.EqualError(t, err, "POST /v1/vendors/forex/pause: 403 Forbidden: this needs the role admin")

	_, err = c.Vendor(ctx, "equities")
	assert.Equal(t, http.StatusNotFound, client.Status(err))

	l := listenTo(t, c, client.StreamOptions{Mode: client.ModeApplied})
	for range 3 {
		assert.Len(t, l.event().Snapshot.Instruments, 3)
	}
}
