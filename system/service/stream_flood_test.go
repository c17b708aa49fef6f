package service_test

import (
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/sim"
)

// N24 N25 G3: vendors that send without end, whatever it is, as fast as it is read: prices over a WebSocket and in lines, pings, fragments, a frame of
// 2^40 bytes, a line without an end. Memory stays small, prices are conflated to the newest, the others do not notice, and nothing is
// left behind.
func TestFloodsAreBounded(t *testing.T) { //nolint:paralleltest // it measures the process
	p := plan{
		vendors: []string{"healthy"}, every: time.Second, deadline: 500 * time.Millisecond, onDemand: true,
		faults: map[string]string{}, plays: map[string]*sim.Play{}, defined: map[string]string{},
	}
	add := func(name, fault string, definition func(string) string) {
		p.vendors = append(p.vendors, name)
		p.faults[name], p.plays[name], p.defined[name] = fault, talkative(name, time.Millisecond), definition(name)
	}

	add("flood", "ws-flood", socketVendor)
	add("pings", "ws-pingflood", socketVendor)
	add("fragments", "ws-fragments", socketVendor)
	add("huge", "ws-huge", socketVendor)
	add("lines", "ws-flood", linesVendor)
	add("endless", "endless", linesVendor)
	p.plays["lines"].Script, p.plays["endless"].Script = p.plays["lines"].Script[2:], p.plays["endless"].Script[2:]

	before := used(t)
	r := newRig(t, p)
	worst := before

	var s *messages.Snapshot

	for end := time.Now().Add(3 * time.Second); time.Now().Before(end); {
		s = r.take(t)
		good(t, s, "healthy")

		now := used(t)
		worst.resident, worst.goroutines = max(worst.resident, now.resident), max(worst.goroutines, now.goroutines)
	}

	for _, name := range []string{"flood", "lines"} {
		good(t, s, name)

		stream := streamOf(t, s, name)
		assert.Greater(t, stream.Messages, uint64(1000), name)
		assert.Positive(t, stream.Conflated, "%s: %+v", name, stream)
		assert.Equal(t, uint64(1), stream.Connects, "%s: a flood is no reason to hang up", name)
	}

	for _, name := range []string{"pings", "fragments", "huge", "endless"} {
		report, _ := s.Vendor(messages.Vendor(name))
		assert.Zero(t, report.Usable, name)
	}

	if !raced {
		assert.LessOrEqual(t, worst.resident-before.resident, int64(64<<20), "the simulator is in this process too")
	}

	assert.LessOrEqual(t, worst.goroutines-before.goroutines, 300)
	r.end(t)
	require.NoError(t, r.sim.Stop(t.Context()))
	assert.Eventually(t, func() bool {
		now := used(t)

		return now.goroutines <= before.goroutines+5 && now.descriptors <= before.descriptors+5
	}, 10*time.Second, 50*time.Millisecond, "before %+v", before)
	t.Logf("%d MB more, %d goroutines", (worst.resident-before.resident)>>20, runtime.NumGoroutine())
}
