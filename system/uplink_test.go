package system_test

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sirupsen/logrus"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system"
)

// line is our own uplink: every vendor is behind it. While it is cut, requests hang, or are refused at once, and streams are silent.
type line struct {
	refuses bool // at once, as where there is no route
	cut     atomic.Bool

	mu     sync.Mutex
	back   time.Time            // when it came back
	firsts map[string]time.Time // each vendor's first request or connection since then
}

func (l *line) restore() {
	l.mu.Lock()
	defer l.mu.Unlock()

	l.back, l.firsts = time.Now(), make(map[string]time.Time)
	l.cut.Store(false)
}

// carry sends a request of a vendor's, and returns once it has arrived.
func (l *line) carry(ctx context.Context, vendor string) error {
	if l.cut.Load() && l.refuses {
		return messages.NewFailure(messages.OutcomeRefused, "no route to the host")
	}

	if l.cut.Load() {
		<-ctx.Done()

		return messages.NewFailure(messages.OutcomeTimeout, "no answer")
	}

	l.mu.Lock()
	defer l.mu.Unlock()

	if _, known := l.firsts[vendor]; !known && l.firsts != nil {
		l.firsts[vendor] = time.Now()
	}

	return nil
}

// polled is a vendor behind the line that answers after a latency.
func (l *line) polled(name string, latency time.Duration) system.Vendor {
	return vendor(name, func(ctx context.Context, instruments []messages.Instrument) ([]messages.Quote, error) {
		if err := l.carry(ctx, name); err != nil {
			return nil, err
		}

		return answer("185.20", latency)(ctx, instruments)
	})
}

// pushed is a vendor behind the line that says something each second. Its connections do not outlive a cut: they only fall silent.
func (l *line) pushed(name string) system.Vendor {
	return streaming(name, &quiet{line: l, name: name})
}

type quiet struct {
	line *line
	name string
}

// Stream implements streamer.Stream.
func (p *quiet) Stream(ctx context.Context, instruments []messages.Instrument, deliver func(messages.StreamUpdate)) error {
	dialing, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()

	if err := p.line.carry(dialing, p.name); err != nil {
		return err
	}

	for ready := true; ; ready = false {
		said, err := quotes("185.20", instruments)
		if err != nil {
			return err
		}

		deliver(messages.StreamUpdate{Ready: ready, Messages: 1, Quotes: said})

		select {
		case <-time.After(time.Second):
		case <-ctx.Done():
			return ctx.Err()
		}

		if p.line.cut.Load() {
			<-ctx.Done()

			return ctx.Err()
		}
	}
}

// uplinkCase is one way in which our uplink goes and comes back.
type uplinkCase struct {
	every, deadline time.Duration
	refuses         bool
	phase           time.Duration // of the return, within the interval
	streams         int           // of a hundred vendors
}

// N22: our uplink is cut for a minute. Snapshots go on, all flagged; everybody is back within ten seconds; requests are spread over a
// second at least; and there is one line of log, and one record, at the beginning and at the end.
func TestUplinkIsCut(t *testing.T) {
	t.Parallel()

	for _, c := range []uplinkCase{
		{every: 5 * time.Second, deadline: 2 * time.Second},
		{every: 5 * time.Second, deadline: 2 * time.Second, phase: 100 * time.Millisecond},
		{every: 5 * time.Second, deadline: 2 * time.Second, phase: time.Second, refuses: true},
		{every: 5 * time.Second, deadline: 2 * time.Second, phase: 2100 * time.Millisecond, streams: 30},
		{every: 5 * time.Second, deadline: 5 * time.Second, phase: 4900 * time.Millisecond},
		{every: 4 * time.Second, deadline: 2 * time.Second, phase: 100 * time.Millisecond},
		{every: time.Second, deadline: time.Second, phase: 500 * time.Millisecond, refuses: true},
		{every: time.Second, deadline: 800 * time.Millisecond, phase: 900 * time.Millisecond, streams: 100},
	} {
		t.Run(fmt.Sprintf("%+v", c), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) { cutUplink(t, c) })
		})
	}
}

func cutUplink(t *testing.T, c uplinkCase) {
	t.Helper()

	const count = 100

	uplink := &line{refuses: c.refuses}
	vendors := make([]system.Vendor, count)

	for i := range vendors {
		if i < c.streams {
			vendors[i] = uplink.pushed(fmt.Sprintf("s%d", i))
		} else {
			vendors[i] = uplink.polled(fmt.Sprintf("p%d", i), time.Duration(100+i)*time.Millisecond)
		}
	}

	var lines bytes.Buffer

	log, record := logrus.New(), &facts{}
	log.SetOutput(&lines)

	s := start(t, system.Settings{
		Every: c.every, Deadline: c.deadline, Vendors: vendors, Log: logrus.NewEntry(log), Record: record,
	})

	sub, err := s.Subscribe(system.SubscribeOptions{})
	require.NoError(t, err)

	for range 3 {
		next(t, sub)
	}

	uplink.cut.Store(true)
	outage(t, s, sub, c)
	time.Sleep(time.Until(time.Now().Truncate(c.every).Add(c.every + c.phase)))
	uplink.restore()
	returned(t, sub, uplink, count)

	status, err := s.Status(t.Context())
	require.NoError(t, err)
	assert.Equal(t, messages.UplinkStatus{Vendors: count}, status.Uplink)
	stop(t, s)
	told(t, lines.String(), record)
}

// N22: vendors that need most of the time for an answer are not kept from answering by being asked in turn, also if nobody knows yet that they do.
func TestSlowVendorsComeBack(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		uplink := &line{}
		uplink.cut.Store(true)

		vendors := make([]system.Vendor, 20)
		for i := range vendors {
			vendors[i] = uplink.polled(fmt.Sprintf("p%d", i), 1800*time.Millisecond)
		}

		s := start(t, every(vendors...))

		time.Sleep(30 * time.Second)
		uplink.restore()
		time.Sleep(time.Minute)

		snapshot, err := s.Snapshot(t.Context())
		require.NoError(t, err)
		assert.Equal(t, map[messages.Outcome]int{messages.OutcomeOK: len(vendors)}, outcomesOf(snapshot))

		status, err := s.Status(t.Context())
		require.NoError(t, err)
		assert.False(t, status.Uplink.Down)
	})
}

// outage watches a minute without our uplink.
func outage(t *testing.T, s *system.System, sub *system.Subscription, c uplinkCase) {
	t.Helper()

	began := time.Now()
	previous := next(t, sub)

	for time.Since(began) < time.Minute {
		snapshot := next(t, sub)
		require.Equal(t, previous.Round+1, snapshot.Round)
		require.LessOrEqual(t, snapshot.Elapsed, c.deadline)

		if time.Since(began) > 35*time.Second { // a stream is silent for half a minute before it is given up
			for i := range snapshot.Vendors {
				require.NotEqual(t, messages.OutcomeOK, snapshot.Vendors[i].Outcome)
			}
		}

		previous = snapshot
	}

	status, err := s.Status(t.Context())
	require.NoError(t, err)
	assert.True(t, status.Uplink.Down)
	assert.Equal(t, len(status.Vendors), status.Uplink.Failing)
}

// returned waits for everybody.
func returned(t *testing.T, sub *system.Subscription, uplink *line, count int) {
	t.Helper()

	for well := false; !well; {
		snapshot := next(t, sub)
		well = !slices.ContainsFunc(snapshot.Vendors, func(r messages.VendorReport) bool { return r.Outcome != messages.OutcomeOK })
		require.LessOrEqual(t, snapshot.PublishedAt.Sub(uplink.back), 10*time.Second, "not everybody is back: %v", outcomesOf(snapshot))
	}

	uplink.mu.Lock()
	defer uplink.mu.Unlock()

	var times []time.Time
	for _, at := range uplink.firsts {
		times = append(times, at)
	}

	slices.SortFunc(times, time.Time.Compare)
	require.Len(t, times, count)
	assert.GreaterOrEqual(t, times[count-1].Sub(times[0]), time.Second, "the herd thunders")

	for i := count / 3; i < count; i++ {
		require.Positive(t, times[i].Sub(times[i-count/3]), "a third of all in the same moment")
	}

	t.Logf("first after %s, last after %s", times[0].Sub(uplink.back), times[count-1].Sub(uplink.back))
}

func outcomesOf(snapshot *messages.Snapshot) map[messages.Outcome]int {
	outcomes := make(map[messages.Outcome]int)
	for i := range snapshot.Vendors {
		outcomes[snapshot.Vendors[i].Outcome]++
	}

	return outcomes
}

// told looks at what people and the record were told.
func told(t *testing.T, lines string, record *facts) {
	t.Helper()
	assert.Equal(t, 1, strings.Count(lines, "most vendors fail at once"))
	assert.Equal(t, 1, strings.Count(lines, "most vendors can be reached again"))
	assert.Zero(t, strings.Count(lines, "vendor is left alone"))

	systemic := record.of(messages.FactSystemic)
	require.Len(t, systemic, 2)
	assert.Equal(t, "began", systemic[0].Fields[0].Value)
	assert.Equal(t, "ended", systemic[1].Fields[0].Value)
}
