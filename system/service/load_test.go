package service_test

import (
	"fmt"
	"maps"
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/config"
	"github.com/rollcall-go/rollcall/system/service"
	"github.com/rollcall-go/rollcall/system/sim"
)

// usage is what a process could leak.
type usage struct {
	goroutines, descriptors int
	resident                int64 // bytes
}

func used(t *testing.T) usage {
	t.Helper()

	open, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Skip("descriptors can be counted on Linux only")
	}

	return usage{goroutines: runtime.NumGoroutine(), descriptors: len(open), resident: residentBytes(t)}
}

// residentBytes is the memory of this process that is in RAM.
// processorTime is what this process has used of all processors.
func processorTime(t *testing.T) time.Duration {
	t.Helper()

	var usage syscall.Rusage

	require.NoError(t, syscall.Getrusage(syscall.RUSAGE_SELF, &usage))

	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

func residentBytes(t *testing.T) int64 {
	t.Helper()

	data, err := os.ReadFile("/proc/self/statm")
	require.NoError(t, err)

	pages, err := strconv.ParseInt(strings.Fields(string(data))[1], 10, 64)
	require.NoError(t, err)

	return pages * int64(os.Getpagesize())
}

// G3: every fault there is, in as many vendors at once, four rounds long. The process lives, takes little memory, and within ten seconds of
// the end of the faults has all vendors back (G4) and neither goroutines nor descriptors more than before.
func TestAllFaultsAtOnceLeaveNothingBehind(t *testing.T) {
	p := plan{vendors: []string{"healthy"}, every: 3 * time.Second, deadline: 1500 * time.Millisecond * slower, onDemand: true}
	p.every *= slower
	ill := make(map[string]sim.Fault)

	for i, test := range faultCases() {
		name := fmt.Sprintf("v%d", i)
		fault := mustFault(t, test.fault)

		if test.rests { // the vendor would be left alone for longer than this test has
			fault = mustFault(t, "status=503")
		}

		p.vendors, ill[name] = append(p.vendors, name), fault
	}

	r := newRig(t, p)

	allBack(t, r, time.Now().Add(patience))

	before := used(t)

	for name, fault := range ill {
		require.NoError(t, r.sim.SetFault(name, fault))
	}

	for range 4 {
		r.take(t)
	}

	worst := used(t)

	for name := range ill {
		require.NoError(t, r.sim.ClearFaults(name))
	}

	end := time.Now().Add(10 * time.Second)
	allBack(t, r, end)
	assert.Eventually(t, func() bool {
		now := used(t)

		return now.goroutines <= before.goroutines+5 && now.descriptors <= before.descriptors+5
	}, time.Until(end), 50*time.Millisecond, "before %+v", before)

	if !raced {
		// The simulator and its bombs are in this process too.
		assert.LessOrEqual(t, worst.resident-before.resident, int64(2*64<<20))
	}
}

// RELIABILITY 2.8, V02: of 250 vendors 20 % crash in each poll, 10 % hang and 10 % send bombs. The healthy ones are good in 99.5 % of the rounds.
func TestHealthyVendorsDoNotNoticeTheOthers(t *testing.T) {
	if testing.Short() {
		t.Skip("takes fifteen seconds")
	}

	vendors, rounds := 250, 12
	if raced {
		vendors = 50
	}

	var on atomic.Bool

	on.Store(true)

	p := plan{every: time.Second, deadline: 800 * time.Millisecond, faults: make(map[string]string)}

	var crash []messages.Vendor

	for i := range vendors {
		name := fmt.Sprintf("v%d", i)
		p.vendors = append(p.vendors, name)

		switch i % 10 {
		case 0, 1:
			crash = append(crash, messages.Vendor(name))
		case 2:
			p.faults[name] = "hang"
		case 3:
			p.faults[name] = "gzip-bomb"
		}
	}

	p.wrap = crashing(&on, crash...)
	r := newRig(t, p)
	sub := r.watch(t)
	asked, answered := 0, 0
	restarts := make(map[string]int)

	for range rounds {
		s := r.next(t, sub)

		for i, name := range p.vendors {
			report := &s.Vendors[i]
			restarts[name] = report.Restarts

			if i%10 > 3 {
				asked++

				if report.Outcome == messages.OutcomeOK {
					answered++
				}
			} else {
				assert.NotEqual(t, messages.OutcomeOK, report.Outcome)
			}
		}
	}

	assert.GreaterOrEqual(t, float64(answered), 0.995*float64(asked), "%d of %d", answered, asked)
	assert.LessOrEqual(t, slices.Max(slices.Collect(maps.Values(restarts))), 6)
}

// C09: ten thousand vendors with a hundred thousand symbols start within 5 s of a processor's time, whatever else the machine does meanwhile,
// and in 512 MB once what was read of the configuration is given back, as the binary does.
func TestTenThousandVendorsStart(t *testing.T) {
	if testing.Short() || raced {
		t.Skip("takes long under the race detector")
	}

	const vendors, symbols = 10_000, 10

	var b strings.Builder

	fmt.Fprintf(&b, "data: %q\nvendors:\n", t.TempDir()+"/data")

	for i := range vendors {
		fmt.Fprintf(&b, "  v%d: {class: c, url: \"http://127.0.0.1:9/v%d?symbols={symbols}\", symbols: [", i, i)

		for j := range symbols {
			fmt.Fprintf(&b, "S%d, ", i*symbols+j)
		}

		b.WriteString("], parse: {rows: quotes, key: symbol, price: price}, client: {allow_private: true}}\n")
	}

	begun, worked := time.Now(), processorTime(t)

	cfg, err := config.Parse([]byte(b.String()), "rollcall.yaml", environment)
	require.NoError(t, err)

	parsed := time.Since(begun)

	s, err := service.Open(t.Context(), cfg, service.Options{OnDemand: true})
	require.NoError(t, err)
	require.NoError(t, s.Start(t.Context()))

	started, worked := time.Since(begun), processorTime(t)-worked
	peak := residentBytes(t)

	debug.FreeOSMemory()
	assert.Less(t, worked, 5*time.Second)
	assert.Less(t, residentBytes(t), int64(512<<20))
	t.Logf("parsed in %s, started in %s, %s of work, %d MB, then %d MB", parsed, started, worked, peak>>20, residentBytes(t)>>20)
	require.NoError(t, stopped(t, s))
}
