package service_test

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/auditlog"
	"github.com/rollcall-go/rollcall/system/config"
	"github.com/rollcall-go/rollcall/system/service"
	"github.com/rollcall-go/rollcall/system/sim"
)

// market is a service whose vendors all have the same two instruments, AAPL at about 185 and MSFT at about 402. Rounds are held on demand.
type market struct {
	*service.Service

	sim     *sim.Server
	dir     string
	vendors []string
	lines   []string // of the configuration, beside its checks and vendors
}

// newMarket gives the vendors v1, v2 … the checks. Further lines of the configuration are taken as they are.
func newMarket(t *testing.T, vendors int, checks string, lines ...string) *market {
	t.Helper()

	m := &market{dir: filepath.Join(t.TempDir(), "data"), lines: lines}
	settings := sim.Settings{Seed: 1}

	for i := range vendors {
		m.vendors = append(m.vendors, fmt.Sprintf("v%d", i+1))
		settings.Vendors = append(settings.Vendors, sim.Vendor{
			Name: m.vendors[i], Walk: "200ppm",
			Instruments: []sim.Instrument{{Symbol: "AAPL", Start: "185.50"}, {Symbol: "MSFT", Start: "402.10"}},
		})
	}

	var err error

	m.sim, err = sim.Start(context.WithoutCancel(t.Context()), settings)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, m.sim.Stop(context.WithoutCancel(t.Context()))) })

	m.Service, err = service.Open(t.Context(), m.config(t, checks), service.Options{OnDemand: true})
	require.NoError(t, err)
	require.NoError(t, m.Start(t.Context()))
	t.Cleanup(func() {
		require.NoError(t, stopped(t, m.Service))
		verified(t, m.dir)
	})

	return m
}

func (m *market) config(t *testing.T, checks string) *config.Config {
	t.Helper()

	var b strings.Builder

	fmt.Fprintf(&b, "every: 30s\ndeadline: 10s\ncarry: 10m\ndata: %q\n", m.dir)

	if checks != "" {
		fmt.Fprintf(&b, "checks: %s\n", checks)
	}

	for _, line := range m.lines {
		b.WriteString(line + "\n")
	}

	b.WriteString("vendors:\n")

	for _, vendor := range m.vendors {
		fmt.Fprintf(&b, "  %s:\n    class: test\n    url: %q\n    symbols: [AAPL, MSFT]\n", vendor, m.sim.VendorURL(vendor))
		b.WriteString("    parse: {rows: quotes, key: symbol, price: price, bid: bid, ask: ask, time: time}\n    client: {allow_private: true}\n")
	}

	c, err := config.Parse([]byte(b.String()), "rollcall.yaml", environment)
	require.NoError(t, err)

	return c
}

// goes sets a vendor's faults.
func (m *market) goes(t *testing.T, vendor string, faults ...sim.Fault) {
	t.Helper()
	require.NoError(t, m.sim.SetFault(vendor, faults...))
}

// The prices of AAPL, as they should be and in other units.
const (
	usual      = `^185\.`
	hundredOf  = `^185[0-9][0-9]\.`
	fiftyTimes = `^92[0-9][0-9]\.`
)

// round runs a round.
func (m *market) round(t *testing.T) *messages.Snapshot {
	t.Helper()

	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()

	s, err := m.System().Snapshot(ctx)
	require.NoError(t, err)

	return s
}

// take runs a round and checks how each vendor fared in it, what AAPL is worth, and that all of it is on disk.
func (m *market) take(t *testing.T, status messages.InstrumentStatus, worth string, outcomes ...messages.Outcome) *messages.Snapshot {
	t.Helper()

	s := m.round(t)

	for i, vendor := range m.vendors {
		assert.Equal(t, outcomes[i], outcome(t, s, vendor), "round %d: %s: %s", s.Round, vendor, s.Vendors[i].Detail)
		shown(t, s.Vendors[i].Detail)

		if outcomes[i] != messages.OutcomeOK {
			assert.Equal(t, 0, s.Vendors[i].Usable)
		}
	}

	price, _ := s.Price("AAPL")
	assert.Equal(t, status, price.Status, "round %d", s.Round)
	assert.Regexp(t, worth, price.Price.Text(), "round %d", s.Round)

	if s.Durable {
		assert.Equal(t, string(s.Encoded()), string(stored(t, m.dir).Encoded()))
	}

	return s
}

// accepted are the records of prices that were believed at last.
func (m *market) accepted(t *testing.T) []auditlog.Entry {
	t.Helper()
	require.NoError(t, stopped(t, m.Service))

	return entries(t, m.dir, messages.FactAccepted)
}

// P12: ten times too high, once in five answers. Nothing is configured: that is the default.
func TestSpikes(t *testing.T) {
	t.Parallel()

	m := newMarket(t, 1, "")
	m.goes(t, "v1", sim.Fault{Kind: sim.Spike, Size: 10, Every: 5})

	for i := range 15 {
		if (i+1)%5 != 0 {
			m.take(t, messages.InstrumentGood, usual, messages.OutcomeOK)

			continue
		}

		s := m.take(t, messages.InstrumentCarried, usual, messages.OutcomeJump)
		assert.Equal(t, messages.OutcomeJump, s.Vendors[0].Quotes[0].Outcome)
		assert.Regexp(t, `^185[0-9]\.[0-9]+ is [0-9]+% from 185\.[0-9]+; at most 400%; round 1 of 3$`, s.Vendors[0].Quotes[0].Detail)
	}

	assert.Empty(t, m.accepted(t))
}

// P12: the unit changes. The third round in a row is believed, and recorded.
func TestUnitChanges(t *testing.T) {
	t.Parallel()

	m := newMarket(t, 1, "")
	m.take(t, messages.InstrumentGood, usual, messages.OutcomeOK)
	m.goes(t, "v1", sim.Fault{Kind: sim.Spike, Size: 100})
	m.take(t, messages.InstrumentCarried, usual, messages.OutcomeJump)
	m.take(t, messages.InstrumentCarried, usual, messages.OutcomeJump)

	s := m.take(t, messages.InstrumentGood, hundredOf, messages.OutcomeOK)
	m.take(t, messages.InstrumentGood, hundredOf, messages.OutcomeOK)

	found := m.accepted(t)
	require.Len(t, found, 2, "one for each instrument")
	assert.Equal(t, messages.Vendor("v1"), found[0].Vendor)
	assert.Equal(t, s.Round, found[0].Round)
	assert.Equal(t, messages.Field{Name: "instrument", Value: "AAPL"}, found[0].Fields[0])
	assert.Regexp(t, `^185\.[0-9]+$`, found[0].Fields[1].Value)
	assert.Equal(t, messages.Field{Name: "new", Value: s.Instruments[0].Price.Text()}, found[0].Fields[2])
	assert.Equal(t, messages.Field{Name: "why", Value: "3 rounds in a row"}, found[0].Fields[3])
}

// P12: one of three changes its unit. The others' price is published, however long it goes on; when they follow, they are believed at once.
func TestUnitChangesAtOneOfThree(t *testing.T) {
	t.Parallel()

	m := newMarket(t, 3, "")
	ok := messages.OutcomeOK
	m.take(t, messages.InstrumentGood, usual, ok, ok, ok)
	m.goes(t, "v1", sim.Fault{Kind: sim.Spike, Size: 100})

	for range 5 {
		m.take(t, messages.InstrumentDegraded, usual, messages.OutcomeOutlier, ok, ok)
	}

	m.goes(t, "v2", sim.Fault{Kind: sim.Spike, Size: 100})
	m.goes(t, "v3", sim.Fault{Kind: sim.Spike, Size: 100})

	s := m.take(t, messages.InstrumentGood, hundredOf, ok, ok, ok)

	found := m.accepted(t)
	require.Len(t, found, 6, "each instrument at each vendor")

	for i := range found {
		assert.Equal(t, s.Round, found[i].Round)
		assert.Equal(t, messages.Field{Name: "why", Value: "3 of 3 vendors agree"}, found[i].Fields[3])
	}
}

// P12: of two vendors, the one that leaves the published price is not believed, whichever is preferred.
func TestUnitChangesAtOneOfTwo(t *testing.T) {
	t.Parallel()

	m := newMarket(t, 2, "")
	ok := messages.OutcomeOK
	m.take(t, messages.InstrumentGood, usual, ok, ok)
	m.goes(t, "v1", sim.Fault{Kind: sim.Spike, Size: 100})

	for range 5 {
		s := m.take(t, messages.InstrumentDegraded, usual, messages.OutcomeJump, ok)
		assert.Contains(t, s.Vendors[0].Detail, "another vendor contradicts")
	}

	m.goes(t, "v1")
	m.take(t, messages.InstrumentGood, usual, ok, ok)
	assert.Empty(t, m.accepted(t))
}

// P13: the prices stand still while their times go on. By default that is nobody's fault.
func TestFrozenPrices(t *testing.T) {
	t.Parallel()

	for checks, fourth := range map[string]messages.Outcome{"": messages.OutcomeOK, "{stuck: 3}": messages.OutcomeStuck} {
		t.Run(checks, func(t *testing.T) {
			t.Parallel()

			m := newMarket(t, 1, checks)
			m.goes(t, "v1", sim.Fault{Kind: sim.Freeze})

			for range 3 {
				m.take(t, messages.InstrumentGood, usual, messages.OutcomeOK)
				require.NoError(t, pass(t, 2*time.Millisecond), "the simulator's times are of milliseconds")
			}

			status := messages.InstrumentGood
			if fourth != messages.OutcomeOK {
				status = messages.InstrumentCarried
			}

			for range 3 {
				m.take(t, status, usual, fourth)
				require.NoError(t, pass(t, 2*time.Millisecond))
			}

			m.goes(t, "v1")
			require.Eventually(t, func() bool { return outcome(t, m.round(t), "v1") == messages.OutcomeOK }, patience, time.Millisecond,
				"as soon as both prices have moved")
		})
	}
}

// pass waits on purpose.
func pass(t *testing.T, d time.Duration) error {
	t.Helper()

	timer := time.NewTimer(d)
	defer timer.Stop()

	select {
	case <-timer.C:
		return nil
	case <-t.Context().Done():
		return t.Context().Err()
	}
}

// P14: two prices that change places are both refused: against what they were, or against the other vendors.
func TestSwappedPrices(t *testing.T) {
	t.Parallel()

	t.Run("one vendor", func(t *testing.T) {
		t.Parallel()

		m := newMarket(t, 1, "{jump: 50%}")
		m.take(t, messages.InstrumentGood, usual, messages.OutcomeOK)
		m.goes(t, "v1", sim.Fault{Kind: sim.Swap})

		s := m.take(t, messages.InstrumentCarried, usual, messages.OutcomeJump)
		for _, quote := range s.Vendors[0].Quotes {
			assert.Equal(t, messages.OutcomeJump, quote.Outcome)
		}

		m.goes(t, "v1")
		m.take(t, messages.InstrumentGood, usual, messages.OutcomeOK)
	})

	t.Run("three vendors", func(t *testing.T) {
		t.Parallel()

		m := newMarket(t, 3, "")
		m.goes(t, "v2", sim.Fault{Kind: sim.Swap})

		s := m.take(t, messages.InstrumentDegraded, usual, messages.OutcomeOK, messages.OutcomeOutlier, messages.OutcomeOK)
		for _, quote := range s.Vendors[1].Quotes {
			assert.Equal(t, messages.OutcomeOutlier, quote.Outcome)
		}
	})
}

// Other checks hold from the next round on, and no fetcher is touched for them. P12.
func TestChecksAreReloaded(t *testing.T) {
	t.Parallel()

	m := newMarket(t, 1, "{jump: 100000%}")
	m.take(t, messages.InstrumentGood, usual, messages.OutcomeOK)
	m.goes(t, "v1", sim.Fault{Kind: sim.Spike, Size: 100})
	m.take(t, messages.InstrumentGood, hundredOf, messages.OutcomeOK)

	before, err := service.ReadRunning(m.dir)
	require.NoError(t, err)

	next := m.config(t, "{jump: 20%, confirm: 1000}")
	next.Vendors[0].Checks.Within = time.Hour

	plan, err := service.Compare(before, next)
	require.NoError(t, err)
	assert.Equal(t, []service.VendorPlan{{Vendor: "v1", Action: service.Keeps, Keys: []string{"checks.within"}}}, plan.Vendors)
	assert.Equal(t, []service.Change{{Key: "checks.confirm", From: "3", To: "1000"}, {Key: "checks.jump", From: "100000%", To: "20%"}}, plan.Rounds)
	assert.True(t, plan.Reload())

	difference, err := m.Reload(t.Context(), next)
	require.NoError(t, err)
	assert.Equal(t, []messages.Vendor{"v1"}, difference.Kept)
	assert.True(t, difference.Rounds)

	m.goes(t, "v1", sim.Fault{Kind: sim.Spike, Size: 50})
	m.take(t, messages.InstrumentCarried, hundredOf, messages.OutcomeJump)

	difference, err = m.Reload(t.Context(), m.config(t, "{jump: 0%}"))
	require.NoError(t, err)
	assert.Equal(t, []messages.Vendor{"v1"}, difference.Kept)
	m.take(t, messages.InstrumentGood, fiftyTimes, messages.OutcomeOK)
}
