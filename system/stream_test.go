package system_test

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/actors/streamer"
	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system"
	"github.com/rollcall-go/rollcall/system/testkit"
)

// exchange is a vendor that pushes: a stream written in Go. Its faults can be switched while it runs.
type exchange struct {
	price   string
	every   time.Duration // between updates; a second if 0
	refuses atomic.Bool   // new connections
	silent  atomic.Bool   // connections stay open and say nothing
	panics  atomic.Bool
	calls   atomic.Int32
	open    atomic.Int32
	cut     atomic.Pointer[chan struct{}] // closed: every connection ends
}

func pushing(price string) *exchange {
	e := &exchange{price: price}
	e.restore()

	return e
}

func (e *exchange) restore() { e.cut.Store(new(make(chan struct{}))) }

func (e *exchange) cutAll() { close(*e.cut.Swap(new(make(chan struct{})))) }

func (e *exchange) Stream(ctx context.Context, instruments []messages.Instrument, deliver func(messages.StreamUpdate)) error {
	e.calls.Add(1)

	if e.refuses.Load() {
		return messages.NewFailure(messages.OutcomeRefused, "connection refused")
	}

	e.open.Add(1)
	defer e.open.Add(-1)

	cut := *e.cut.Load()
	every := max(e.every, time.Second)

	for ready := true; ; ready = false {
		if e.panics.Load() {
			panic("index out of range")
		}

		if !e.silent.Load() {
			pushed, err := quotes(e.price, instruments)
			if err != nil {
				return err
			}

			deliver(messages.StreamUpdate{Ready: ready, Messages: 1, Quotes: pushed})
		}

		select {
		case <-time.After(every):
		case <-cut:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func streaming(name string, stream streamer.Stream) system.Vendor {
	v := vendor(name, nil)
	v.Source, v.Stream = nil, stream

	return v
}

// A single snapshot, taken before the connection is there, has the stream's first quotes.
func TestFirstSnapshotWaitsForTheStream(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := start(t, system.Settings{Vendors: []system.Vendor{
			streaming("crypto", pushing("64000.5")), vendor("forex", answer("1.08450", 100*time.Millisecond)),
		}})

		snapshot, err := s.Snapshot(t.Context())
		require.NoError(t, err)
		assert.Equal(t, messages.SnapshotComplete, snapshot.Status)

		price, _ := snapshot.Price("crypto/B")
		assert.Equal(t, "64000.5", price.Price.Text())

		time.Sleep(10 * time.Second)

		began := time.Now()
		snapshot, err = s.Snapshot(t.Context())
		require.NoError(t, err)
		assert.Equal(t, 100*time.Millisecond, time.Since(began), "only the polled vendor takes time")
		assert.Equal(t, messages.SnapshotComplete, snapshot.Status)
	})
}

// A connection that is cut, a vendor that refuses, and a connection that is open and dead: each has its outcome, and rounds stay on time.
func TestStreamFaultsHaveTheirOutcomes(t *testing.T) {
	t.Parallel()

	crypto := &exchange{price: "64000.5"}

	testkit.RunFile(t, "testdata/stream_faults.txt", func() system.Settings {
		crypto.restore()

		return system.Settings{Vendors: []system.Vendor{
			streaming("crypto", crypto), vendor("forex", answer("1.08450", 100*time.Millisecond)),
		}}
	})
	assert.Zero(t, crypto.open.Load())
}

// A vendor with a stream and a source is polled while the stream is down, and only then.
func TestFallbackToTheSourceAndBack(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		stream, source := pushing("2"), count(answer("1", 100*time.Millisecond))
		both := streaming("crypto", stream)
		both.Source = source
		s := start(t, system.Settings{Every: 5 * time.Second, Deadline: 2 * time.Second, Vendors: []system.Vendor{both}})
		price := func() string {
			synctest.Wait()

			report, _ := s.Latest().Price("crypto/A")

			return report.Price.Text()
		}

		time.Sleep(61 * time.Second)
		assert.Equal(t, "2", price())
		assert.LessOrEqual(t, source.fetches.Load(), int32(1), "once, at the start, at most")

		stream.refuses.Store(true)
		stream.cutAll()
		time.Sleep(time.Minute)
		assert.Equal(t, "1", price())

		asked := source.fetches.Load()
		assert.Greater(t, asked, int32(3))

		stream.refuses.Store(false)
		time.Sleep(2 * time.Minute)
		assert.Equal(t, "2", price())

		report, _ := s.Latest().Vendor("crypto")
		assert.Equal(t, messages.OutcomeOK, report.Outcome)
		assert.Zero(t, report.Restarts)
		assert.LessOrEqual(t, source.fetches.Load(), asked+13, "not any more once the stream is back")
	})
}

// O08: a panic in a stream, or in the source behind it, is a crash of its vendor like any other.
func TestStreamAndFallbackCrash(t *testing.T) {
	t.Parallel()

	for name, crash := range map[string]func(stream *exchange) (source sourceFunc){
		"stream": func(stream *exchange) sourceFunc {
			stream.panics.Store(true)

			return nil
		},
		"fallback": func(stream *exchange) sourceFunc {
			stream.refuses.Store(true)

			return crashing(1, 2)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				stream := pushing("2")
				crypto := streaming("crypto", stream)

				if source := crash(stream); source != nil {
					crypto.Source = source
				}

				s := start(t, system.Settings{Every: 5 * time.Second, Deadline: 2 * time.Second, Vendors: []system.Vendor{
					crypto, vendor("forex", answer("1.08450", 100*time.Millisecond)),
				}})

				time.Sleep(6 * time.Second)
				stream.panics.Store(false)

				first := s.Latest()
				forex, _ := first.Vendor("forex")
				assert.Equal(t, messages.OutcomeOK, forex.Outcome)

				time.Sleep(10 * time.Minute)

				last, _ := s.Latest().Vendor("crypto")
				assert.Equal(t, messages.OutcomeOK, last.Outcome)
				assert.Positive(t, last.Restarts)
				assert.Equal(t, messages.VendorRunning, last.State, "its supervisor was told that it has recovered")
			})
		})
	}
}

// 250 streams cut at once are back before the next round but one, and every round is on time.
func TestManyStreamsCutAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		venue := pushing("1.5")
		settings := system.Settings{Every: 5 * time.Second, Deadline: 2 * time.Second}

		for i := range 250 {
			settings.Vendors = append(settings.Vendors, streaming(fmt.Sprintf("v%03d", i), venue))
		}

		s := start(t, settings)

		sub, err := s.Subscribe(system.SubscribeOptions{})
		require.NoError(t, err)

		next(t, sub)

		for range 3 {
			venue.cutAll()

			for range 20 {
				snapshot := next(t, sub)
				assert.Equal(t, messages.SnapshotComplete, snapshot.Status)
				assert.Less(t, snapshot.Elapsed, 2*time.Second)
			}
		}

		assert.Equal(t, int32(250), venue.open.Load())
		assert.Equal(t, int32(4*250), venue.calls.Load())
	})
}

// A reload leaves the connection of a vendor that is the same alone, and cuts that of one that is gone.
func TestReloadKeepsConnections(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		stays, goes := pushing("1"), pushing("2")
		s := start(t, system.Settings{Every: 5 * time.Second, Deadline: 2 * time.Second, Vendors: []system.Vendor{
			streaming("stays", stays), streaming("goes", goes),
		}})

		time.Sleep(time.Minute)

		difference, err := s.Reload(t.Context(), system.Settings{
			Every: 5 * time.Second, Deadline: 2 * time.Second, Vendors: []system.Vendor{streaming("stays", stays)},
		})
		require.NoError(t, err)
		assert.Equal(t, "removed goes; kept 1", difference.String())
		synctest.Wait()
		assert.Equal(t, int32(1), stays.calls.Load())
		assert.Equal(t, int32(1), stays.open.Load())
		assert.Zero(t, goes.open.Load())

		changed := streaming("stays", stays)
		changed.Connections.Shard = 1
		_, err = s.Reload(t.Context(), system.Settings{Every: 5 * time.Second, Deadline: 2 * time.Second, Vendors: []system.Vendor{changed}})
		require.NoError(t, err)
		time.Sleep(time.Second)
		assert.Equal(t, int32(3), stays.open.Load(), "another way of connecting is another streamer")
	})
}
