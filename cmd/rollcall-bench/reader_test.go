package main

import (
	"bufio"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/system/api"
)

// hear lets a reader take events, and returns what it counted.
func hear(events ...heard) readersSample {
	c := &audience{task: &readersTask{}}
	c.first.Add(1)

	r := newReader(c, 1)
	for _, e := range events {
		r.take(e)
	}

	return r.had
}

// TestReadersNoticeWhatBreaksThePromise: a contract that nobody checks holds always.
func TestReadersNoticeWhatBreaksThePromise(t *testing.T) {
	t.Parallel()

	whole := func(round uint64) heard { return heard{kind: api.EventSnapshot, round: round, size: 10} }
	change := func(since, round uint64) heard { return heard{kind: api.EventChanges, since: since, round: round} }
	skip := func(count uint64) heard { return heard{kind: api.EventSkipped, count: count} }

	sound := hear(whole(3), whole(4), heard{kind: api.EventHeartbeat}, change(4, 5), skip(2), whole(8), heard{kind: api.EventReset}, whole(20), whole(21))
	assert.Equal(t, readersSample{Events: 6, Bytes: 50, Resets: 1, Skipped: 2, Told: 1}, sound)

	assert.Equal(t, int64(1), hear(whole(3), whole(5)).Gaps)
	assert.Equal(t, int64(1), hear(whole(3), skip(1), whole(6)).Gaps, "more is missing than was said")
	assert.Equal(t, int64(1), hear(whole(3), skip(9), whole(6)).Gaps, "less is missing than was said")
	assert.Equal(t, int64(1), hear(whole(3), change(2, 4)).Gaps, "changes to another round")
	assert.Equal(t, int64(1), hear(whole(3), whole(3)).Duplicates)
	assert.Equal(t, int64(1), hear(whole(3), whole(2)).Duplicates)
}

func TestReadersFindWhatTheyLookAt(t *testing.T) {
	t.Parallel()

	long := strings.Repeat("x", 40<<10) // longer than what is read at a time
	s := &sseSource{in: bufio.NewReaderSize(strings.NewReader("retry: 2000\n\n"+
		"id: 7\nevent: changes\ndata: {\"round\":7,\"since\":6,\"published_at\":\"2026-11-21T10:00:00.250Z\",\"x\":\""+long+"\"}\n\n"+
		"event: skipped\ndata: {\"from\":8,\"to\":9,\"count\":2}\n\n"), 16<<10)}

	e, err := s.next()
	require.NoError(t, err)
	assert.Equal(t, api.EventChanges, e.kind)
	assert.Equal(t, uint64(7), e.round)
	assert.Equal(t, uint64(6), e.since)
	assert.Equal(t, time.Date(2026, 11, 21, 10, 0, 0, 250_000_000, time.UTC), e.published)
	assert.Greater(t, e.size, len(long))

	e, err = s.next()
	require.NoError(t, err)
	assert.Equal(t, api.EventSkipped, e.kind)
	assert.Equal(t, uint64(2), e.count)

	_, err = s.next()
	require.Error(t, err)
}

// TestBareWritesAreEventsOfTheSameSize: otherwise something else is compared.
func TestBareWritesAreEventsOfTheSameSize(t *testing.T) {
	t.Parallel()

	at := time.Date(2026, 11, 21, 10, 0, 0, 123_456_789, time.UTC)

	for _, size := range []int{leastBare, 1000, 100_000} {
		frame := bareFrame(5, size, at)
		assert.Len(t, frame, size)

		e, err := (&sseSource{in: bufio.NewReader(strings.NewReader(string(frame)))}).next()
		require.NoError(t, err)
		assert.Equal(t, uint64(5), e.round)
		assert.Equal(t, at, e.published)
		assert.Equal(t, size, e.size)
	}
}
