package main

import (
	"context"
	"encoding/json"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/system/config"
)

func TestPlainStreamKeepsTheNewestOfEachProduct(t *testing.T) {
	t.Parallel()

	dir := t.TempDir()
	p := newPlainStream(t.Context(), &streamTask{Streams: 2, Port: exchangeHere(t), Rate: 20_000, Every: 20 * time.Millisecond}, dir)

	var r streamRound

	for r.usable < 2*products {
		var err error

		r, err = p.next(t.Context())
		require.NoError(t, err)
	}

	assert.GreaterOrEqual(t, r.messages, uint64(2*products))
	assert.GreaterOrEqual(t, r.ready.Sub(r.started), time.Duration(0))

	again, err := p.next(t.Context())
	require.NoError(t, err)
	assert.Greater(t, again.number, r.number)
	assert.Greater(t, again.messages, r.messages)

	text, err := os.ReadFile(filepath.Join(dir, "snapshot.json"))
	require.NoError(t, err)

	var kept []map[string]map[string]any

	require.NoError(t, json.Unmarshal(text, &kept))
	require.Len(t, kept, 2)
	require.Len(t, kept[1], products)
	assert.Contains(t, kept[1]["PRD-0099"], "price")
	require.NoError(t, p.stop(context.WithoutCancel(t.Context())))
}

// TestPlainStreamSaysWhenItsVendorFails: figures of a program that has stopped reading must not be taken.
func TestPlainStreamSaysWhenItsVendorFails(t *testing.T) {
	t.Parallel()

	server := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(server.Close)

	address, ok := server.Listener.Addr().(*net.TCPAddr)
	require.True(t, ok)

	p := newPlainStream(t.Context(), &streamTask{Streams: 1, Port: address.Port, Rate: 1000, Every: time.Minute}, t.TempDir())
	_, err := p.next(t.Context())
	require.ErrorContains(t, err, "404")
	require.ErrorContains(t, p.stop(t.Context()), "404")
}

// TestConfigurationsAreRight: what is measured is what an operator would write, without a warning.
func TestConfigurationsAreRight(t *testing.T) {
	t.Parallel()

	for _, program := range []string{programPaths, programJQ} {
		task := &streamTask{
			Program: program, Streams: 2, Rate: 1000, Port: 80, Polled: 3, Vendors: fleetPlace{Port: 81}, Every: time.Second, Deadline: 500 * time.Millisecond,
		}

		cfg, err := config.Parse([]byte(task.configuration("/tmp/data")), "bench.yaml", nil)
		require.NoError(t, err)
		assert.Empty(t, cfg.Warnings)
		require.Len(t, cfg.Vendors, 5)
		assert.Len(t, cfg.Vendors[1].Feed.Symbols, products)
		assert.Equal(t, "ws://127.0.0.1:80/tickers?rate=500", cfg.Vendors[1].Feed.Stream.URL)
		assert.Equal(t, program == programJQ, cfg.Vendors[0].Feed.Stream.Parse.JQ != "")
		assert.Equal(t, "http://127.1.0.2:81/quotes/2", cfg.Vendors[4].Feed.URL)
	}
}

// TestOverrunIsByTheSchedule: a round that begins late is late, even if it takes no longer than it may.
func TestOverrunIsByTheSchedule(t *testing.T) {
	t.Parallel()

	at := func(ms int) time.Time { return time.UnixMilli(int64(1_000_000 + ms)) }
	rounds := []streamRound{
		{number: 7, started: at(1), ready: at(251)},
		{number: 8, started: at(500), ready: at(750)},
		{number: 9, started: at(1030), ready: at(1283)},
	}

	task := &streamTask{Program: programPaths, Every: 500 * time.Millisecond, Deadline: 250 * time.Millisecond}
	assert.Equal(t, []time.Duration{0, 33 * time.Millisecond}, task.overruns(rounds))

	task.Program = programPlain
	assert.Equal(t, []time.Duration{250 * time.Millisecond, 283 * time.Millisecond}, task.overruns(rounds))
}

func TestCostsAreDividedByTheMessagesBetween(t *testing.T) {
	t.Parallel()

	began := time.Now()
	first := streamRound{started: began, messages: 100, updates: 90, conflated: 10, dropped: 1}
	last := streamRound{started: began.Add(2 * time.Second), messages: 1100, updates: 1090, conflated: 510, dropped: 3}

	var s streamSample

	s.costs(first, last, usage{cpu: time.Second, allocs: 500, bytes: 1000}, usage{cpu: 2 * time.Second, allocs: 10_500, bytes: 51_000})

	assert.InDelta(t, 500.0, s.PerSecond, 1e-9)
	assert.InDelta(t, 1000.0, s.CPU, 1e-9)
	assert.InDelta(t, 0.5, s.Cores, 1e-9)
	assert.InDelta(t, 10.0, s.Allocs, 1e-9)
	assert.InDelta(t, 50.0, s.Bytes, 1e-9)
	assert.Equal(t, []uint64{1000, 500, 2}, []uint64{s.Updates, s.Conflated, s.Dropped})
}
