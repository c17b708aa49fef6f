package hub_test

import (
	"encoding/json"
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/api"
	"github.com/rollcall-go/rollcall/system/gateway/hub"
)

func TestAReaderGetsTheNewestAndThenEveryRound(t *testing.T) {
	t.Parallel()

	s := newStage(t, hub.Options{})
	s.publish(1, 3)

	l := s.open("")

	for round := messages.Round(3); round <= 6; round++ {
		e := l.next()
		assert.Equal(t, api.EventSnapshot, e.kind)
		assert.Equal(t, round, e.id)

		snapshot, err := messages.ParseSnapshot([]byte(e.data))
		require.NoError(t, err)
		assert.Equal(t, round, snapshot.Round)

		s.publish(round+1, round+1)
	}
}

// A04: a reader that comes back goes on where it was; what is not kept any more is said so.
func TestAReaderThatComesBack(t *testing.T) {
	t.Parallel()

	s := newStage(t, hub.Options{Rounds: 5})
	s.publish(1, 10)

	l := s.open("", "Last-Event-ID", "7")
	for _, round := range []messages.Round{8, 9, 10} {
		assert.Equal(t, round, l.next().id)
	}

	l = s.open("?after=2")
	e := l.next()
	assert.Equal(t, api.EventReset, e.kind)
	assert.JSONEq(t, `{"requested":2,"oldest":6,"newest":10}`, e.data)
	assert.Equal(t, messages.Round(10), l.next().id)

	l = s.open("?after=99") // of another data directory
	assert.Equal(t, api.EventReset, l.next().kind)
	assert.Equal(t, messages.Round(10), l.next().id)

	l = s.open("?after=10") // nothing was missed
	s.publish(11, 11)
	assert.Equal(t, messages.Round(11), l.next().id)
	assert.Equal(t, uint64(2), s.Stats().Resets)
}

// A reader that stands still gets the newest and is told what it missed; it holds back neither a round nor another reader.
func TestAStalledReaderIsConflatedAndTold(t *testing.T) {
	t.Parallel()

	s := newStage(t, hub.Options{Behind: 4, WriteLimit: time.Minute})
	slow, fast := s.open(""), s.open("")

	const rounds = 60_000 // more than the sockets' buffers hold

	go func() {
		for round := range messages.Round(rounds) {
			s.deliver(&messages.Delivered{Snapshot: s.snapshot(round + 1)})
		}
	}()

	last := messages.Round(0)
	for last < rounds {
		last = expect(t, fast, last)
	}

	last = 0
	for last < rounds {
		last = expect(t, slow, last)
	}

	assert.Positive(t, s.Stats().Skipped)
}

// expect reads one round and checks that what lies between it and the one before was said to be missing.
func expect(t *testing.T, l *listener, last messages.Round) messages.Round {
	t.Helper()

	e := l.next()
	missing := uint64(0)

	if e.kind == api.EventSkipped {
		var skipped api.Skipped

		require.NoError(t, json.Unmarshal([]byte(e.data), &skipped))
		assert.Equal(t, last+1, skipped.From)
		assert.Equal(t, skipped.Count, uint64(skipped.To-skipped.From)+1)
		missing, e = skipped.Count, l.next()
	}

	require.Equal(t, api.EventSnapshot, e.kind)

	if last > 0 {
		require.Equal(t, uint64(last)+missing+1, uint64(e.id))
	}

	return e.id
}

func TestAReaderThatNeverReadsIsCut(t *testing.T) {
	t.Parallel()

	s := newStage(t, hub.Options{WriteLimit: 50 * time.Millisecond})
	s.open("")

	for round := messages.Round(1); s.Stats().Cut == 0; round++ {
		s.publish(round, round)
	}

	require.Eventually(t, func() bool { return s.Stats().SSE == 0 }, 10*time.Second, time.Millisecond)
}

func TestChangesAddUpToTheSnapshot(t *testing.T) {
	t.Parallel()

	s := newStage(t, hub.Options{})
	s.publish(1, 1)

	l := s.open("?mode=changes")
	require.Equal(t, api.EventSnapshot, l.next().kind)

	s.publish(2, 2)

	var changes api.Changes

	e := l.next()
	require.Equal(t, api.EventChanges, e.kind)
	require.NoError(t, json.Unmarshal([]byte(e.data), &changes))
	assert.Equal(t, messages.Round(1), changes.Since)
	assert.Equal(t, messages.Round(2), changes.Round)
	assert.Contains(t, string(changes.Instruments["EUR/USD"]), "1.0002")
	assert.NotContains(t, changes.Instruments, "GBP/USD", "nothing of it has changed")
	assert.Empty(t, changes.Vendors)

	l = s.open("?mode=changes&after=1") // it has the round before
	assert.Equal(t, api.EventChanges, l.next().kind)
}

// Vendor licences: who may not see a vendor sees nothing of it, whatever is asked for.
func TestEntitlementsHoldInStreams(t *testing.T) {
	t.Parallel()

	s := newStage(t, hub.Options{
		Selection: func(*http.Request) messages.Selection { return messages.Selection{Vendors: []messages.Vendor{"free"}} },
	})
	s.publish(1, 1)

	for _, query := range []string{"", "?vendors=licensed", "?vendors=licensed,free&events=true", "?mode=changes&events=true"} {
		l := s.open(query)
		first := l.next()

		s.deliver(&messages.Delivered{Event: &messages.VendorAnswered{Round: 2, Vendor: "licensed", Detail: "secret", Outcome: messages.OutcomeOK}})

		round := s.Latest().Round() + 1
		s.publish(round, round)

		second := l.next()
		assert.Equal(t, round, second.id, query)
		assert.NotContains(t, first.data+second.data, "licensed", query)
		assert.NotContains(t, first.data+second.data, `"1.0`, query)
	}
}

func TestEventsAreAskedForOnlyAsLongAsSomebodyListens(t *testing.T) {
	t.Parallel()

	s := newStage(t, hub.Options{})
	s.publish(1, 1)
	require.Equal(t, 1, s.subscriptions())

	l := s.open("?events=true")
	require.Equal(t, api.EventSnapshot, l.next().kind)
	require.Eventually(t, func() bool { return s.subscriptions() == 2 }, 10*time.Second, time.Millisecond)
	s.publish(2, 2)
	require.Equal(t, messages.Round(2), l.next().id)

	s.deliver(&messages.Delivered{Event: &messages.VendorAnswered{Round: 3, Vendor: "free", Outcome: messages.OutcomeTimeout, Elapsed: time.Second}})

	e := l.next()
	assert.Equal(t, api.EventAnswer, e.kind)
	assert.JSONEq(t, `{"round":3,"vendor":"free","outcome":"timeout","elapsed_ms":1000,"quotes":0}`, e.data)

	l.close()
	require.Eventually(t, func() bool { s.publish(s.Latest().Round()+1, s.Latest().Round()+1); return s.subscriptions() == 3 },
		10*time.Second, time.Millisecond)
}

func TestEverybodySharesWhatIsMadeOnce(t *testing.T) {
	t.Parallel()

	s := newStage(t, hub.Options{})
	s.publish(1, 1)

	entry, some := s.Latest(), hub.NewLens(messages.Selection{Vendors: []messages.Vendor{"free"}})

	for _, coding := range []hub.Coding{hub.Identity, hub.Gzip, hub.Zstd} {
		for _, lens := range []hub.Lens{{}, some} {
			a, b := entry.Compressed(lens, coding), entry.Compressed(lens, coding)
			assert.Same(t, &a[0], &b[0], coding)
		}
	}

	assert.Same(t, &entry.Snapshot().Encoded()[0], &entry.JSON(hub.Lens{})[0], "the store's bytes are served")
}

func TestTheEndIsSaid(t *testing.T) {
	t.Parallel()

	s := newStage(t, hub.Options{Heartbeat: time.Millisecond})
	l := s.open("")

	beat, err := l.read()
	for beat.kind == "" { // the first says how soon to come back
		require.NoError(t, err)

		beat, err = l.read()
	}

	require.NoError(t, err)
	assert.Equal(t, api.EventHeartbeat, beat.kind)

	s.Bye()
	assert.Equal(t, api.EventBye, l.next().kind)

	_, err = l.read()
	require.ErrorIs(t, err, io.EOF)
	status, _, _ := s.answer("")
	assert.Equal(t, http.StatusServiceUnavailable, status)
}

// A06: what cannot be meant is named.
func TestParametersThatCannotBeMeant(t *testing.T) {
	t.Parallel()

	s := newStage(t, hub.Options{Streams: 1})

	for query, field := range map[string]string{
		"?mode=some": "mode", "?events=perhaps": "events", "?after=-1": "after", "?after=x": "after", "?instruments=A,,B": "instruments",
		"?token=x": "token", "?after=99999999999999999999": "after", "?%zz": "query", "?a;b": "query",
		"?mode=full&mode=changes": "mode", "?after=1&after=2": "after",
	} {
		status, _, body := s.answer(query)
		assert.Equal(t, http.StatusBadRequest, status, query)
		assert.Contains(t, body, `"field":"`+field+`"`, query)
	}

	s.open("")
	status, header, _ := s.answer("")
	assert.Equal(t, http.StatusServiceUnavailable, status)
	assert.NotEmpty(t, header.Get("Retry-After"))
	assert.Equal(t, uint64(1), s.Stats().TurnedAway)
}

func TestRecentRoundsOfAVendor(t *testing.T) {
	t.Parallel()

	s := newStage(t, hub.Options{})
	s.publish(1, 5)

	recent := s.Recent("licensed", 2)
	require.Len(t, recent, 2)
	assert.Equal(t, messages.Round(5), recent[0].Round)
	assert.Equal(t, int64(5), *recent[0].LatencyMS)
	assert.Equal(t, messages.OutcomePartial, recent[0].Outcome)
	assert.Nil(t, s.Recent("free", 1)[0].LatencyMS)
	assert.Empty(t, s.Recent("nobody", 9))
}

func TestWaitEndsWithTheCaller(t *testing.T) {
	t.Parallel()

	s := newStage(t, hub.Options{})
	s.publish(1, 1)

	entry, err := s.Wait(t.Context(), 0)
	require.NoError(t, err)
	assert.Equal(t, messages.Round(1), entry.Round())

	s.Bye()

	_, err = s.Wait(t.Context(), 1)
	require.ErrorIs(t, err, hub.ErrClosed)
	assert.Contains(t, string(entry.JSON(hub.Lens{})), `"round":1`)
}
