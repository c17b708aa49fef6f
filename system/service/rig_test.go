package service_test

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/actors/fetcher"
	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system"
	"github.com/rollcall-go/rollcall/system/auditlog"
	"github.com/rollcall-go/rollcall/system/config"
	"github.com/rollcall-go/rollcall/system/logs"
	"github.com/rollcall-go/rollcall/system/service"
	"github.com/rollcall-go/rollcall/system/sim"
	"github.com/rollcall-go/rollcall/system/store"
)

// The secrets that every vendor is asked with. They are searched for afterwards, as they are and in pieces of what could be made of them.
const (
	queryCanary  = "canaryQ7f3a91"
	headerCanary = "canaryH52c8de"
)

// slack is how much later than its deadline a round may end here. The promise is 50 ms at the 99th percentile and 250 ms at most, and the
// benchmark measures it; a machine that compiles and runs other tests at the same time gets twice that, and more under the race detector.
const slack = slower * 500 * time.Millisecond

// plan is what a rig is made of. A vendor's settings are lines of its YAML, by name.
type plan struct {
	vendors   []string
	faults    map[string]string // vendor → fault, as sim.ParseFault reads it
	urls      map[string]string // vendor → URL, where it is not the simulator's
	settings  map[string]string
	plays     map[string]*sim.Play // vendor → what it plays, where its prices do not walk
	simulated []string             // vendors that the simulator has and the configuration has not yet
	defined   map[string]string    // vendor → the lines of its definition, where it is another one; the address is added
	adjust    func(*config.Config) // changes what the text cannot say; may be nil
	every     time.Duration
	deadline  time.Duration
	onDemand  bool
	wrap      func(messages.Vendor, fetcher.Source) fetcher.Source
	dir       string // of the data; its own if empty
}

// rig is a service that runs on real files and asks simulated vendors over real HTTP.
type rig struct {
	*service.Service

	sim   *sim.Server
	plan  plan
	dir   string
	log   *recorder
	ended bool
}

func newRig(t *testing.T, p plan) *rig {
	t.Helper()

	r := &rig{plan: p, dir: cmp.Or(p.dir, filepath.Join(t.TempDir(), "data")), log: &recorder{}}
	r.sim = simulate(t, p)

	cfg := r.configuration(t)

	log, err := logs.New(logs.Options{Level: "debug", Format: "json", Out: r.log})
	require.NoError(t, err)

	r.Service, err = service.Open(t.Context(), cfg, service.Options{Log: log, OnDemand: p.onDemand, Wrap: p.wrap})
	require.NoError(t, err)
	require.NoError(t, r.Start(t.Context()))
	t.Cleanup(func() { r.end(t) })

	return r
}

func simulate(t *testing.T, p plan) *sim.Server {
	t.Helper()

	settings := sim.Settings{Seed: 1}

	for _, name := range slices.Concat(p.vendors, p.simulated) {
		v := sim.Vendor{Name: name, Walk: "200ppm", Play: p.plays[name]}
		if v.Play != nil {
			v.Walk = ""
		}

		for _, instrument := range instruments(name) {
			if v.Play != nil {
				break
			}

			v.Instruments = append(v.Instruments, sim.Instrument{Symbol: string(instrument), Start: "185.20"})
		}

		if text, ill := p.faults[name]; ill {
			v.Faults = []sim.Fault{mustFault(t, text)}
		}

		settings.Vendors = append(settings.Vendors, v)
	}

	server, err := sim.Start(context.WithoutCancel(t.Context()), settings)
	require.NoError(t, err)
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), patience)
		defer cancel()
		assert.NoError(t, server.Stop(ctx))
	})

	return server
}

func mustFault(t *testing.T, text string) sim.Fault {
	t.Helper()

	fault, err := sim.ParseFault(text)
	require.NoError(t, err)

	return fault
}

func instruments(vendor string) []messages.Instrument {
	return []messages.Instrument{messages.Instrument(vendor + ".A"), messages.Instrument(vendor + ".B"), messages.Instrument(vendor + ".C")}
}

// environment is where the configuration finds its secrets.
func environment(name string) (string, bool) {
	value, known := map[string]string{"QUERY": queryCanary, "HEADER": headerCanary}[name]

	return value, known
}

// text is the configuration file.
func (r *rig) text() string {
	var b strings.Builder

	fmt.Fprintf(&b, "every: %s\ndeadline: %s\ndata: %q\nvendors:\n", r.plan.every, r.plan.deadline, r.dir)

	for _, name := range r.plan.vendors {
		url := r.sim.VendorURL(name)
		if other, elsewhere := r.plan.urls[name]; elsewhere {
			url = other
		}

		if lines, other := r.plan.defined[name]; other {
			fmt.Fprintf(&b, "  %s:\n    at: %q\n    client: {allow_private: true}\n%s%s", name, url, lines, r.plan.settings[name])

			continue
		}

		fmt.Fprintf(&b, "  %s:\n    class: test\n    url: \"%s&key=${QUERY}\"\n", name, url)
		fmt.Fprintf(&b, "    headers: {Authorization: \"Bearer ${HEADER}\", X-Key: \"${HEADER}\"}\n")
		fmt.Fprintf(&b, "    symbols: [%s.A, %s.B, %s.C]\n", name, name, name)
		b.WriteString("    parse: {rows: quotes, key: symbol, price: price, bid: bid, ask: ask, time: time}\n    max_age: 1m\n")

		if !strings.Contains(r.plan.settings[name], "client:") {
			b.WriteString("    client: {allow_private: true}\n")
		}

		b.WriteString(r.plan.settings[name])
	}

	return b.String()
}

// end stops the service, which must be orderly, and checks what every test leaves behind: a sound record and no secret anywhere.
func (r *rig) end(t *testing.T) {
	t.Helper()

	if r.ended {
		return
	}

	r.ended = true

	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), patience)
	defer cancel()

	require.NoError(t, r.Stop(ctx))
	verified(t, r.dir)
	r.log.nowhere(t, r.dir, queryCanary, headerCanary)
	r.log.sparing(t)
}

// verified checks the audit log below a data directory.
func verified(t *testing.T, dir string) {
	t.Helper()

	report, err := auditlog.Verify(filepath.Join(dir, service.AuditDir))
	require.NoError(t, err)
	assert.True(t, report.OK(), "%v", report.First)
}

// take runs one round on demand.
func (r *rig) take(t *testing.T) *messages.Snapshot {
	t.Helper()

	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()

	s, err := r.System().Snapshot(ctx)
	require.NoError(t, err)
	r.sound(t, s)

	return s
}

// watch subscribes for the time of the test.
func (r *rig) watch(t *testing.T) *system.Subscription {
	t.Helper()

	sub, err := r.System().Subscribe(system.SubscribeOptions{Queue: 1000})
	require.NoError(t, err)
	t.Cleanup(sub.Close)

	return sub
}

// next returns the next snapshot.
func (r *rig) next(t *testing.T, sub *system.Subscription) *messages.Snapshot {
	t.Helper()

	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()

	for {
		delivered, err := sub.Next(ctx)
		require.NoError(t, err)

		if delivered.Snapshot != nil {
			r.sound(t, delivered.Snapshot)

			return delivered.Snapshot
		}
	}
}

// until returns the first snapshot that fulfils a condition.
func (r *rig) until(t *testing.T, sub *system.Subscription, fulfilled func(*messages.Snapshot) bool) *messages.Snapshot {
	t.Helper()

	for end := time.Now().Add(patience); time.Now().Before(end); {
		if s := r.next(t, sub); fulfilled(s) {
			return s
		}
	}

	require.Fail(t, "no such snapshot in time")

	return nil
}

// sound checks what holds for every snapshot whatever goes wrong. G1, G2.
func (r *rig) sound(t *testing.T, s *messages.Snapshot) {
	t.Helper()
	assert.LessOrEqual(t, s.Elapsed, s.Deadline+slack, "G1 round %d", s.Round)

	for i, listing := range s.Roster.Listings() {
		report := &s.Vendors[i]
		assert.True(t, report.Outcome.Valid(), "G2 %s: outcome %q", listing.Vendor, report.Outcome)
		shown(t, report.Detail)

		for j := range report.Quotes {
			shown(t, report.Quotes[j].Detail)
		}
	}

	for i, entry := range s.Roster.Entries() {
		usable := slices.ContainsFunc(entry.Sources, func(at messages.SourceRef) bool { q := s.Source(at); return q.Usable() })
		status := s.Instruments[i].Status
		good := status == messages.InstrumentGood || status == messages.InstrumentDegraded && len(entry.Sources) > 1
		assert.Equal(t, usable, good, "G2 %s is %s", entry.Instrument, status)
	}
}

// shown checks that a detail is fit to be shown to people.
func shown(t *testing.T, detail string) {
	t.Helper()
	assert.LessOrEqual(t, len(detail), messages.MaxDetail, "G2")
	assert.NotContains(t, detail, queryCanary, "G2")
	assert.NotContains(t, detail, headerCanary, "G2")

	for _, char := range detail {
		assert.True(t, unicode.IsGraphic(char), "G2 %U in %q", char, detail)
	}
}

// outcome is how a vendor fared in a snapshot.
func outcome(t *testing.T, s *messages.Snapshot, vendor string) messages.Outcome {
	t.Helper()

	report, known := s.Vendor(messages.Vendor(vendor))
	require.True(t, known)

	return report.Outcome
}

// good checks that a vendor is in a snapshot with everything it is asked for.
func good(t *testing.T, s *messages.Snapshot, vendor string) {
	t.Helper()

	report, known := s.Vendor(messages.Vendor(vendor))
	require.True(t, known)
	assert.Equal(t, messages.OutcomeOK, report.Outcome, "round %d: %s: %s", s.Round, vendor, report.Detail)

	for _, instrument := range instruments(vendor) {
		price, _ := s.Price(instrument)
		assert.Equal(t, messages.InstrumentGood, price.Status, "round %d: %s", s.Round, instrument)
	}
}

// stored reads the snapshot of a data directory; nil where there is none.
func stored(t *testing.T, dir string) *messages.Snapshot {
	t.Helper()

	data, err := os.ReadFile(filepath.Join(dir, store.SnapshotName))
	if os.IsNotExist(err) {
		return nil
	}

	require.NoError(t, err)

	s, err := messages.ParseSnapshot(data)
	require.NoError(t, err)

	return s
}
