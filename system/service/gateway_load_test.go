package service_test

import (
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/config"
	"github.com/rollcall-go/rollcall/system/gateway/hub"
)

// crowded serves streams to so many.
func crowded(readers int) func(*config.Config) {
	return func(cfg *config.Config) {
		cfg.HTTP = config.HTTP{Listen: "127.0.0.1:0", MaxConnections: 2*readers + 100}
	}
}

// readersHere is how many readers there may be, with their ends of the connections in this process, where so many are wished for.
func readersHere(t *testing.T, wished int) int {
	t.Helper()

	var limit syscall.Rlimit

	require.NoError(t, syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit))

	return min(wished, int(limit.Cur/4))
}

// A03: two thousand subscribe, by both protocols, and reset the connection at once, some before they have had anything. Nothing is left of them.
func TestTwoThousandSubscribeAndReset(t *testing.T) { //nolint:paralleltest // it counts what the process has
	const subscribers = 2000

	r := newRig(t, plan{
		vendors: []string{"forex"}, every: 100 * time.Millisecond * slower, deadline: 100 * time.Millisecond * slower, adjust: crowded(500),
	})
	r.next(t, r.watch(t))

	steady := &stream{address: r.Addr().String(), kind: "/v1/stream"}
	require.ErrorIs(t, steady.listen(t.Context(), endless, func(messages.Round) bool { return true }), errEnough)

	before := used(t)

	var all errgroup.Group

	all.SetLimit(64)

	for i := range subscribers {
		all.Go(func() error {
			conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", r.Addr().String())
			if err != nil {
				return err
			}
			defer reset(conn)

			request := "GET /v1/stream?mode=changes&events=true HTTP/1.1\r\nHost: localhost\r\n\r\n"
			if i%2 == 0 {
				request = "GET /v1/ws HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n" +
					"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
			}

			if _, err := io.WriteString(conn, request); err != nil {
				return err
			}

			if i%3 == 0 {
				return nil
			}

			_, err = conn.Read(make([]byte, 1+rand.IntN(4096)))

			return err
		})
	}

	require.NoError(t, all.Wait())

	var now usage

	assert.Eventually(t, func() bool {
		now = used(t)

		return now.goroutines <= before.goroutines+5 && now.descriptors <= before.descriptors+5
	}, 10*time.Second*slower, 50*time.Millisecond, "before %+v, now %+v", before, &now)

	if !raced {
		assert.Less(t, now.resident-before.resident, int64(64<<20))
	}

	again := steady.last
	require.ErrorIs(t, steady.listen(t.Context(), endless, func(last messages.Round) bool { return last > again+1 }), errEnough)
	assert.Empty(t, steady.resets, "who stayed goes on where it was")
}

// A04: a thousand subscribers are cut at random points, most often within an event, and go on from what they have. Each gets every round, in order,
// once.
func TestThousandSubscribersThatComeBack(t *testing.T) { //nolint:paralleltest // it takes all there is of the machine
	if testing.Short() {
		t.Skip("takes ten seconds")
	}

	readers, rounds, every := readersHere(t, 1000), messages.Round(25), 200*time.Millisecond
	if raced {
		readers, rounds, every = min(readers, 200), 12, time.Second
	}

	r := newRig(t, plan{vendors: []string{"forex", "metals", "stocks"}, every: every, deadline: every, adjust: crowded(readers)})
	sub := r.watch(t)
	first := r.next(t, sub)
	end := first.Round + rounds

	var (
		all        errgroup.Group
		cuts, told atomic.Int64
	)

	for i := range readers {
		all.Go(func() error {
			s := &stream{address: r.Addr().String(), kind: []string{"/v1/stream", "/v1/stream?mode=changes"}[i%2]}

			for s.last < end {
				cutAfter := int64(rand.IntN(60_000))

				err := s.listen(t.Context(), cutAfter, func(last messages.Round) bool { return last >= end })
				if err != nil && !errors.Is(err, errEnough) {
					return fmt.Errorf("reader %d: %w", i, err)
				}

				s.cuts++

				if err := pause(t.Context(), time.Duration(rand.IntN(int(every)))); err != nil {
					return err
				}
			}

			cuts.Add(int64(s.cuts))
			told.Add(int64(s.skipped))

			if len(s.resets) > 0 {
				return fmt.Errorf("reader %d: %w: %v", i, errContract, s.resets)
			}

			return nil
		})
	}

	r.until(t, sub, func(s *messages.Snapshot) bool { return s.Round >= end }) // which checks that rounds are on time

	require.NoError(t, all.Wait())
	assert.Greater(t, cuts.Load(), int64(readers))
	t.Logf("%d readers, %d connections, %d rounds were left out and said to be", readers, cuts.Load(), told.Load())
}

// A04: a round that is not kept, because it never was or was before the service started, gets an explicit reset. Whoever has the last one before
// the start goes on without.
func TestSubscribersBeyondWhatIsKept(t *testing.T) {
	t.Parallel()

	p := plan{vendors: []string{"forex"}, every: 100 * time.Millisecond * slower, deadline: 100 * time.Millisecond * slower, adjust: crowded(10)}
	one := func(messages.Round) bool { return true }

	r := newRig(t, p)
	r.until(t, r.watch(t), func(s *messages.Snapshot) bool { return s.Round >= 5 })

	ahead := &stream{address: r.Addr().String(), kind: "/v1/stream", last: 1_000_000}
	require.ErrorIs(t, ahead.listen(t.Context(), endless, one), errEnough)
	require.Len(t, ahead.resets, 1)
	assert.Equal(t, messages.Round(1), ahead.resets[0].Oldest)

	r.end(t)

	last := stored(t, r.dir).Round
	p.dir = r.dir
	again := newRig(t, p)
	again.next(t, again.watch(t))

	long := &stream{address: again.Addr().String(), kind: "/v1/stream?mode=changes", last: last - 2}
	require.ErrorIs(t, long.listen(t.Context(), endless, one), errEnough)
	require.Len(t, long.resets, 1)
	assert.Greater(t, long.resets[0].Oldest, last)

	exact := &stream{address: again.Addr().String(), kind: "/v1/stream", last: last}
	require.ErrorIs(t, exact.listen(t.Context(), endless, one), errEnough)
	assert.Empty(t, exact.resets)
}

// A10: readers that never read are cut. Until then they delay neither a round nor another reader; one that pauses and goes on gets the newest and is
// told what it missed.
func TestReadersThatNeverRead(t *testing.T) { //nolint:paralleltest // it counts what the process has
	if testing.Short() {
		t.Skip("takes fifteen seconds")
	}

	const idlers = 50

	every := 100 * time.Millisecond
	if raced {
		every = 250 * time.Millisecond
	}

	p := plan{every: every, deadline: every, adjust: crowded(idlers)}
	for i := range 60 { // so that a round fills the buffers of a connection soon
		p.vendors = append(p.vendors, fmt.Sprintf("v%02d", i))
	}

	r := newRig(t, p)
	sub := r.watch(t)
	r.next(t, sub)

	before := used(t)
	idle := make([]net.Conn, idlers)

	for i := range idle {
		conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", r.Addr().String())
		require.NoError(t, err)
		t.Cleanup(func() { _ = conn.Close() })

		_, err = io.WriteString(conn, "GET /v1/stream HTTP/1.1\r\nHost: localhost\r\n\r\n")
		require.NoError(t, err)

		idle[i] = conn
	}

	var (
		all          errgroup.Group
		over         atomic.Bool
		prompt, slow = &stream{address: r.Addr().String(), kind: "/v1/stream"}, &stream{address: r.Addr().String(), kind: "/v1/stream"}
	)

	all.Go(func() error {
		return prompt.listen(t.Context(), endless, func(messages.Round) bool { return over.Load() })
	})
	all.Go(func() error {
		paused := 0

		return slow.listen(t.Context(), endless, func(messages.Round) bool {
			paused++
			if paused == 1 { // long enough to fill its buffers, and to be more rounds behind than anyone may
				_ = pause(t.Context(), 7*time.Second) // only early where the test is over
			}

			return over.Load()
		})
	})

	const filled = 6 * time.Second // by then what is not read waits

	for end := time.Now().Add(filled + hub.DefaultWriteLimit); time.Now().Before(end); {
		r.next(t, sub) // which checks that rounds are on time
	}

	if !raced {
		assert.Less(t, used(t).resident-before.resident, int64(64<<20))
	}

	for i, conn := range idle {
		require.NoError(t, conn.SetReadDeadline(time.Now().Add(5*time.Second)))

		_, err := io.Copy(io.Discard, conn)
		require.NotErrorIs(t, err, os.ErrDeadlineExceeded, "reader %d is still served", i)
	}

	over.Store(true)
	require.ErrorIs(t, all.Wait(), errEnough)
	assert.Zero(t, prompt.skipped, "who reads gets every round")

	if !raced { // the rounds are too few, and vendors too slow, to be as far behind
		assert.Positive(t, slow.skipped, "who was behind was told")
	}
}
