package main

import (
	"context"
	"encoding/json"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// fleetHere plays vendors in this process and returns their port, and the control of them.
func fleetHere(t *testing.T, vendors, symbols int) (int, *remote) {
	t.Helper()

	var config net.ListenConfig

	data, err := config.Listen(t.Context(), "tcp4", ":0")
	require.NoError(t, err)

	control, err := config.Listen(t.Context(), "tcp4", "127.0.0.1:0")
	require.NoError(t, err)

	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)

	go func() { ended <- newFleet(vendors, symbols, 0).run(ctx, data, control) }()

	t.Cleanup(func() {
		cancel()
		require.NoError(t, <-ended)
	})

	address, ok := data.Addr().(*net.TCPAddr)
	require.True(t, ok)

	return address.Port, newRemote(control.Addr().String())
}

func plainHere(t *testing.T, vendors, port int, deadline time.Duration) (p *plain, dir string) {
	t.Helper()

	urls := make([]string, vendors)
	for i := range urls {
		urls[i] = vendorURL(i, port)
	}

	dir = t.TempDir()
	p = newPlain(urls, deadline, dir)

	t.Cleanup(func() { require.NoError(t, p.stop(context.Background())) })

	return p, dir
}

func TestPlainProgramAsksEveryVendorAndKeepsTheSnapshot(t *testing.T) {
	t.Parallel()

	port, _ := fleetHere(t, 300, 3) // more than one byte of an address
	p, dir := plainHere(t, 300, port, 10*time.Second)

	for range 2 {
		r, err := p.round(t.Context())
		require.NoError(t, err)
		assert.Equal(t, 900, r.usable)
		assert.True(t, r.kept.IsZero(), "it does not sync, so it promises nothing")
	}

	text, err := os.ReadFile(filepath.Join(dir, "snapshot.json"))
	require.NoError(t, err)

	var kept plainSnapshot

	require.NoError(t, json.Unmarshal(text, &kept))
	require.Len(t, kept.Prices, 300)
	assert.Equal(t, map[string]float64{"S0": 100, "S1": 101.01, "S2": 102.02}, kept.Prices[299])
	assert.Empty(t, kept.Errors)
}

// TestHangingVendorsTakeTurns: each round has as many as the share says, and others the next time.
func TestHangingVendorsTakeTurns(t *testing.T) {
	t.Parallel()

	f := newFleet(10, 1, 0)
	f.set(mode{Hang: 5})

	var failed []int

	for range 5 {
		round := 0

		for vendor := range 10 {
			if f.hangs(vendor, f.asked[vendor].Add(1)) {
				failed = append(failed, vendor)
				round++
			}
		}

		assert.Equal(t, 2, round)
	}

	assert.ElementsMatch(t, []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, failed)

	f.set(mode{})
	assert.False(t, f.hangs(4, 1))
}

// TestPricesMoveInTurn: as many in each round, and each back again later.
func TestPricesMoveInTurn(t *testing.T) {
	t.Parallel()

	f := newFleet(30, 1, 10)

	for round := int64(1); round < 40; round++ {
		moved := 0

		for vendor := range 30 {
			if f.turn(vendor, round) != f.turn(vendor, round-1) {
				moved++
			}
		}

		assert.Equal(t, 3, moved)
	}

	assert.Zero(t, newFleet(30, 1, 0).turn(29, 999))
}

func TestPlainProgramGivesUpWhoHangs(t *testing.T) {
	t.Parallel()

	port, control := fleetHere(t, 2, 1)
	require.NoError(t, control.set(t.Context(), mode{Hang: 2}))

	p, dir := plainHere(t, 2, port, time.Second)

	r, err := p.round(t.Context())
	require.NoError(t, err)
	assert.Equal(t, 1, r.usable)

	text, err := os.ReadFile(filepath.Join(dir, "snapshot.json"))
	require.NoError(t, err)

	var kept plainSnapshot

	require.NoError(t, json.Unmarshal(text, &kept))
	require.Len(t, kept.Errors, 1)
	assert.Contains(t, kept.Errors[1], "deadline exceeded")
}

func TestVendorsSayHowLongTheyReallyHeldAnAnswer(t *testing.T) {
	t.Parallel()

	port, control := fleetHere(t, 3, 1)
	require.NoError(t, control.set(t.Context(), mode{Hold: 10 * time.Millisecond}))

	p, _ := plainHere(t, 3, port, 10*time.Second)
	began := time.Now()

	r, err := p.round(t.Context())
	require.NoError(t, err)

	held, err := control.longest(t.Context())
	require.NoError(t, err)
	assert.GreaterOrEqual(t, held, 10*time.Millisecond)
	assert.LessOrEqual(t, held, r.ready.Sub(began), "they cannot have held it longer than the round lasted")

	again, err := control.longest(t.Context())
	require.NoError(t, err)
	assert.Zero(t, again, "asking forgets")
}

func TestVendorsRefuseWhatIsNoRequestForQuotes(t *testing.T) {
	t.Parallel()

	f := newFleet(3, 1, 0)

	for _, request := range []string{"GET / HTTP/1.1\r\n\r\n", "GET /quotes/3 HTTP/1.1\r\n\r\n", "GET /quotes/-1 HTTP/1.1\r\n\r\n", "POST /quotes/1 x"} {
		_, err := f.vendorOf([]byte(request))
		require.ErrorIs(t, err, errRequest, request)
	}

	vendor, err := f.vendorOf([]byte("GET /quotes/2 HTTP/1.1\r\nHost: x\r\n\r\n"))
	require.NoError(t, err)
	assert.Equal(t, 2, vendor)
}

// TestEveryVendorHasItsOwnHost: connections are kept per host, and one host for all would compare something else.
func TestEveryVendorHasItsOwnHost(t *testing.T) {
	t.Parallel()

	seen := make(map[string]bool, maxVendors)

	for i := range maxVendors {
		url := vendorURL(i, 80)
		require.False(t, seen[url], url)

		seen[url] = true
	}

	assert.Equal(t, "http://127.1.0.0:80/quotes/0", vendorURL(0, 80))
	assert.Equal(t, "http://127.2.134.159:80/quotes/"+strconv.Itoa(maxVendors-1), vendorURL(maxVendors-1, 80))
}
