//go:build !race

package dashboard_test

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sirupsen/logrus"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/actors/fetcher"
	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/config"
	"github.com/rollcall-go/rollcall/system/service"
	"github.com/rollcall-go/rollcall/system/sim"
)

// patience is how long a test waits for what must happen; everything but a fault takes a fraction of it.
const patience = 40 * time.Second

// plan is what a stage is made of. Zero values have defaults.
type plan struct {
	vendors  []sim.Vendor
	every    time.Duration
	deadline time.Duration
	listen   string
	dir      string
	http     string // further lines of the http block
}

// stage is a whole service that asks simulated vendors over real HTTP.
type stage struct {
	*service.Service

	sim   *sim.Server
	url   string
	crash atomic.Bool // while set, the vendor crypto panics
	ended bool
}

// desk are vendors as somebody may have them: two for forex, so that one alone is not enough.
func desk() []sim.Vendor {
	instruments := func(pairs ...string) []sim.Instrument {
		var list []sim.Instrument
		for i := 0; i < len(pairs); i += 2 {
			list = append(list, sim.Instrument{Symbol: pairs[i], Start: pairs[i+1]})
		}

		return list
	}

	return []sim.Vendor{
		{Name: "equities", Class: "equities", Walk: "200ppm", Latency: 60 * time.Millisecond, Instruments: instruments("AAPL", "185.20", "MSFT", "412.90", "NVDA", "138.07")},
		{Name: "metals", Class: "commodities", Walk: "200ppm", Latency: 45 * time.Millisecond, Instruments: instruments("GOLD", "2647.78", "SILVER", "31.142")},
		{Name: "fixing", Class: "forex", Walk: "40ppm", Latency: 90 * time.Millisecond, Instruments: instruments("EUR/USD", "1.08421", "USD/JPY", "154.310")},
		{Name: "interbank", Class: "forex", Walk: "40ppm", Latency: 30 * time.Millisecond, Instruments: instruments("EUR/USD", "1.08423", "GBP/USD", "1.26914")},
		{Name: "crypto", Class: "crypto", Walk: "300ppm", Latency: 20 * time.Millisecond, Instruments: instruments("BTC/USD", "97412.5", "ETH/USD", "3391.22")},
	}
}

// newStage starts a service; it stops with the test, or before with end.
func newStage(t *testing.T, p plan) *stage {
	t.Helper()

	if p.vendors == nil {
		p.vendors = desk()
	}

	if p.every == 0 {
		p.every, p.deadline = 500*time.Millisecond, 400*time.Millisecond
	}

	if p.listen == "" {
		p.listen = "127.0.0.1:0"
	}

	if p.dir == "" {
		p.dir = filepath.Join(t.TempDir(), "data")
	}

	server, err := sim.Start(context.WithoutCancel(t.Context()), sim.Settings{Vendors: p.vendors, Seed: 1})
	require.NoError(t, err)

	s := &stage{sim: server}

	cfg, err := config.Parse([]byte(text(t, p.reader(server))), "test", func(string) (string, bool) { return "", false })
	require.NoError(t, err)

	log := logrus.New()
	log.SetOutput(t.Output())
	log.SetLevel(logrus.ErrorLevel)

	s.Service, err = service.Open(t.Context(), cfg, service.Options{Log: logrus.NewEntry(log), Version: "test", Wrap: s.wrap})
	require.NoError(t, err)
	require.NoError(t, s.Start(context.WithoutCancel(t.Context())))

	s.url = "http://" + s.Addr().String()
	t.Cleanup(func() { s.end(t) })

	return s
}

// end stops the service and its vendors.
func (s *stage) end(t *testing.T) {
	t.Helper()

	if s.ended {
		return
	}

	s.ended = true

	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), patience)
	defer cancel()

	assert.NoError(t, s.Stop(ctx))
	assert.NoError(t, s.sim.Stop(ctx))
}

// reader is the configuration file.
func (p *plan) reader(server *sim.Server) *strings.Reader {
	var b strings.Builder

	fmt.Fprintf(&b, "every: %s\ndeadline: %s\ndata: %q\nhttp:\n  listen: %q\n%svendors:\n", p.every, p.deadline, p.dir, p.listen, p.http)

	for i := range p.vendors {
		v := &p.vendors[i]
		fmt.Fprintf(&b, "  %s:\n    class: %q\n    url: %q\n    symbols:\n", v.Name, v.Class, strings.TrimSuffix(server.VendorURL(v.Name), "?symbols={symbols}"))

		for _, instrument := range v.Instruments {
			fmt.Fprintf(&b, "      - %q\n", instrument.Symbol)
		}

		b.WriteString("    parse: {rows: quotes, key: symbol, price: price, bid: bid, ask: ask, time: time}\n    client: {allow_private: true}\n")
	}

	return strings.NewReader(b.String())
}

// wrap has the vendor crypto panic while it is told to.
func (s *stage) wrap(name messages.Vendor, inner fetcher.Source) fetcher.Source {
	if name != "crypto" {
		return inner
	}

	return source(func(ctx context.Context, instruments []messages.Instrument) ([]messages.Quote, error) {
		if s.crash.Load() {
			panic("index out of range <img src=x onerror=alert(5)>")
		}

		return inner.Fetch(ctx, instruments)
	})
}

type source func(context.Context, []messages.Instrument) ([]messages.Quote, error)

// Fetch implements fetcher.Source.
func (f source) Fetch(ctx context.Context, instruments []messages.Instrument) ([]messages.Quote, error) {
	return f(ctx, instruments)
}
