package client_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/api"
	"github.com/rollcall-go/rollcall/system/client"
	"github.com/rollcall-go/rollcall/system/gateway/access"
	"github.com/rollcall-go/rollcall/system/secret"
)

// Whatever connections do, also in the middle of an event, each round comes once and in order (A04).
func TestRoundsComeOnceAndInOrderOverCutConnections(t *testing.T) {
	t.Parallel()

	for _, mode := range []client.Mode{client.ModeFull, client.ModeChanges, client.ModeApplied} {
		t.Run("mode "+string(mode), func(t *testing.T) {
			t.Parallel()

			s := newStage(t)
			g, _ := s.serve("127.0.0.1:0")
			random := rand.New(rand.NewPCG(1, 2))
			p := newProxy(t, g.Addr().String(), false, func(connection int) int {
				if connection > 6 {
					return 0
				}

				return 700 + random.IntN(6000)
			})

			s.publish(1, 1)

			l := listenTo(t, clientOf(t, p.Addr()), client.Hurried(client.StreamOptions{Mode: mode}, 20*time.Millisecond))
			require.Equal(t, messages.Round(1), l.event().Round)

			const last = 60

			for round := messages.Round(2); round <= last; round++ {
				if round%10 == 2 { // a reader that is further behind gets the newest only
					s.publish(round, min(last, round+9))
				}

				e := l.event()
				require.Equal(t, round, e.Round, "%+v", e)

				if mode == client.ModeChanges {
					continue
				}

				require.Equal(t, api.EventSnapshot, e.Type)

				want, known := s.snapshot(round).Price("GBP/USD")
				require.True(t, known)

				got, known := e.Snapshot.Price("GBP/USD")
				require.True(t, known)
				assert.Equal(t, want, got)
			}

			assert.Greater(t, p.connections(), 3, "nothing was cut")
		})
	}
}

func TestAppliedChangesAreTheSnapshot(t *testing.T) {
	t.Parallel()

	s := newStage(t)
	g, _ := s.serve("127.0.0.1:0")
	s.publish(1, 1)

	whole := listenTo(t, clientOf(t, g.Addr()), client.StreamOptions{})
	applied := listenTo(t, clientOf(t, g.Addr()), client.StreamOptions{Mode: client.ModeApplied, Selection: messages.Selection{Classes: []string{"fx"}}})

	for round := messages.Round(1); round < 10; round++ {
		if round > 1 {
			s.publish(round, round)
		}

		want, got := whole.event().Snapshot, applied.event().Snapshot

		assert.Equal(t, want.Round, got.Round)
		assert.Equal(t, want.Status, got.Status)
		assert.Equal(t, want.PublishedAt, got.PublishedAt)
		assert.Equal(t, want.StartedAt, got.StartedAt)
		assert.Equal(t, want.Missing(), got.Missing())
		assert.Equal(t, want.Instruments, got.Instruments)
		assert.Equal(t, want.Vendors[0].Outcome, got.Vendors[0].Outcome)
		assert.Equal(t, want.Roster.Listings(), got.Roster.Listings())
	}
}

// A service that goes says so; when it comes back, the stream goes on with what it has, and says what it could not keep.
func TestGoesOnWhenTheServiceComesBack(t *testing.T) {
	t.Parallel()

	s := newStage(t)
	g, stop := s.serve("127.0.0.1:0")
	s.publish(1, 2)

	l := listenTo(t, clientOf(t, g.Addr()), client.Hurried(client.StreamOptions{Connections: true}, 20*time.Millisecond))
	assert.Equal(t, client.EventConnected, l.event().Type)
	assert.Equal(t, messages.Round(2), l.event().Round)

	stop()

	bye := l.event()
	require.Equal(t, api.EventBye, bye.Type)
	assert.Equal(t, "the service is stopping", bye.Bye.Reason)
	require.Equal(t, client.EventLost, l.event().Type)

	s.publish(3, 5) // while nobody serves
	s.serve(g.Addr().String())

	e := l.event()
	for e.Type == client.EventLost {
		e = l.event()
	}

	assert.Equal(t, client.EventConnected, e.Type)

	reset := l.event()
	require.Equal(t, api.EventReset, reset.Type)
	assert.Equal(t, &api.Reset{Requested: 2, Oldest: 5, Newest: 5}, reset.Reset)
	assert.Equal(t, messages.Round(5), l.event().Round)
}

func TestASilentConnectionIsReplaced(t *testing.T) {
	t.Parallel()

	s := newStage(t)
	g, _ := s.serve("127.0.0.1:0")
	s.publish(1, 1)

	p := newProxy(t, g.Addr().String(), true, func(connection int) int {
		if connection == 1 {
			return 900 // the header and a part of the first round
		}

		return 0
	})
	l := listenTo(t, clientOf(t, p.Addr()), client.Hurried(
		client.StreamOptions{Connections: true, Silence: 300 * time.Millisecond}, 20*time.Millisecond))

	assert.Equal(t, client.EventConnected, l.event().Type)

	lost := l.event()
	require.Equal(t, client.EventLost, lost.Type)
	require.EqualError(t, lost.Lost.Err, "the stream fell silent")
	assert.Equal(t, client.EventConnected, l.event().Type)
	assert.Equal(t, messages.Round(1), l.event().Round)
}

// A reader that is slow is no reason to cut: what waits for it is not silence.
func TestASlowReaderIsToldWhatItMissed(t *testing.T) {
	t.Parallel()

	s := newStage(t)
	g, _ := s.serve("127.0.0.1:0")
	s.publish(1, 1)

	l := listenTo(t, clientOf(t, g.Addr()), client.StreamOptions{Connections: true})
	assert.Equal(t, client.EventConnected, l.event().Type)
	assert.Equal(t, messages.Round(1), l.event().Round)

	const last = 4000 // more than what fits into the buffers between

	s.publish(2, last)

	newest, err := clientOf(t, g.Addr()).Snapshot(t.Context(), client.SnapshotQuery{After: last - 1, Wait: 10 * time.Second})
	require.NoError(t, err)
	require.Equal(t, messages.Round(last), newest.Round)

	have, skipped := messages.Round(1), uint64(0)
	for have < last {
		e := l.event()

		switch e.Type {
		case api.EventSkipped:
			assert.Equal(t, have+1, e.Skipped.From)
			have, skipped = e.Skipped.To, skipped+e.Skipped.Count
		case api.EventSnapshot:
			require.Equal(t, have+1, e.Round, "neither sent nor said to be missing")
			have = e.Round
		default:
			require.Fail(t, "not expected", "%+v", e)
		}
	}

	assert.Equal(t, g.Streams().Skipped, skipped)
}

func TestEventsComeWhereTheyAreWanted(t *testing.T) {
	t.Parallel()

	s := newStage(t)
	g, _ := s.serve("127.0.0.1:0")
	l := listenTo(t, clientOf(t, g.Addr()), client.StreamOptions{Events: true})

	require.Eventually(t, s.listened, 10*time.Second, time.Millisecond)
	s.publish(1, 1)
	assert.Equal(t, messages.Round(1), l.event().Round)

	at := time.Unix(1_800_000_002, 0).UTC()
	for _, e := range []messages.Event{
		&messages.RoundStarted{Round: 2, At: at, Deadline: time.Second, Asked: 2},
		&messages.VendorAnswered{Round: 2, Vendor: "free", Outcome: messages.OutcomeOK, Elapsed: 7 * time.Millisecond, Usable: 1},
		&messages.VendorStateChanged{Vendor: "licensed", State: messages.VendorBackoff, Restarts: 1, Detail: "crashed", At: at},
	} {
		s.deliver(&messages.Delivered{Event: e})
	}

	assert.Equal(t, &api.RoundStarted{Round: 2, At: at, DeadlineMS: 1000, Asked: 2}, l.event().Started)
	assert.Equal(t, &api.VendorAnswered{Round: 2, Vendor: "free", Outcome: "ok", ElapsedMS: 7, Quotes: 1}, l.event().Answered)
	assert.Equal(t, &api.VendorChanged{Vendor: "licensed", State: "backoff", Restarts: 1, Detail: "crashed", At: at}, l.event().Vendor)
}

func TestOnlyWhatIsSelectedComes(t *testing.T) {
	t.Parallel()

	s := newStage(t)
	g, _ := s.serve("127.0.0.1:0", access.Token{
		Name: "desk", Value: secret.New("the-token-of-the-desk"), Role: access.RoleRead, Selection: messages.Selection{Vendors: []messages.Vendor{"free"}},
	})
	s.publish(1, 1)

	c := clientOf(t, g.Addr(), client.WithToken(secret.New("the-token-of-the-desk")))
	l := listenTo(t, c, client.StreamOptions{Selection: messages.Selection{Instruments: []messages.Instrument{"EUR/USD"}}})

	got := l.event().Snapshot
	require.Len(t, got.Vendors, 1)
	assert.Equal(t, "2.0000", got.Instruments[0].Price.Text())
}

// What cannot get better ends the subscription, and says why.
func TestSomeAnswersEndTheSubscription(t *testing.T) {
	t.Parallel()

	s := newStage(t)
	g, _ := s.serve("127.0.0.1:0", access.Token{Name: "desk", Value: secret.New("the-token-of-the-desk"), Role: access.RoleRead})

	err := listenTo(t, clientOf(t, g.Addr(), client.WithToken(secret.New("a-wrong-token-of-some-length"))), client.StreamOptions{}).failure()
	assert.Equal(t, http.StatusUnauthorized, client.Status(err))
	assert.NotContains(t, err.Error(), "a-wrong-token")

	for name, c := range map[string]struct {
		kind, body string
		want       error
	}{
		"a page":       {"text/html", "<html>", client.ErrMalformed},
		"not JSON":     {"text/event-stream", "event: snapshot\ndata: {\n\n", client.ErrMalformed},
		"no snapshot":  {"text/event-stream", "event: snapshot\ndata: {\"schema\":\"other\"}\n\n", client.ErrMalformed},
		"a long event": {"text/event-stream", fmt.Sprintf("event: snapshot\ndata: %0100000d\n\n", 1), client.ErrTooLarge},
	} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", c.kind)
			_, _ = w.Write([]byte(c.body))
		}))
		t.Cleanup(server.Close)

		err := listenTo(t, clientOf(t, server.Listener.Addr(), client.WithMaxAnswer(64<<10)), client.StreamOptions{}).failure()
		require.ErrorIs(t, err, c.want, name)
	}
}

// Who is asked to wait does: neither sooner than Retry-After, nor sooner than the stream says.
func TestComesBackNoSoonerThanItIsAskedTo(t *testing.T) {
	t.Parallel()

	var asked atomic.Int64

	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		switch asked.Add(1) {
		case 1:
			w.Header().Set("Retry-After", "1")
			w.WriteHeader(http.StatusServiceUnavailable)
		default:
			w.Header().Set("Content-Type", "text/event-stream")
			_, _ = w.Write([]byte("retry: 20000\n\nevent: later\ndata: {}\n\n"))
		}
	}))
	t.Cleanup(server.Close)

	begun := time.Now()
	l := listenTo(t, clientOf(t, server.Listener.Addr()), client.StreamOptions{Connections: true})

	assert.GreaterOrEqual(t, l.event().Lost.Again, time.Second)
	assert.Equal(t, client.EventConnected, l.event().Type)
	assert.GreaterOrEqual(t, time.Since(begun), time.Second)
	assert.GreaterOrEqual(t, l.event().Lost.Again, 10*time.Second)
}

func TestCloseEndsASubscription(t *testing.T) {
	t.Parallel()

	s := newStage(t)
	g, _ := s.serve("127.0.0.1:0")
	l := listenTo(t, clientOf(t, g.Addr()), client.StreamOptions{})

	ctx, cancel := context.WithCancel(t.Context())
	cancel()

	_, err := l.Next(ctx)
	require.ErrorIs(t, err, context.Canceled)

	s.publish(1, 1)
	assert.Equal(t, messages.Round(1), l.event().Round, "a Next that was given up loses nothing")

	l.Close()
	l.Close()
	require.ErrorIs(t, l.failure(), client.ErrClosed)
}
