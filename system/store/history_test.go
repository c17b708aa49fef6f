package store_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/store"
)

// history returns the rows a query selects from a history opened for reading only.
func history(t *testing.T, dir string, query store.Query) []store.Row {
	t.Helper()

	r, err := store.OpenHistory(t.Context(), dir)
	require.NoError(t, err)

	defer func() { require.NoError(t, r.Close()) }()

	var list []store.Row

	for row, err := range r.History(t.Context(), query) {
		require.NoError(t, err)

		list = append(list, row)
	}

	return list
}

func roundsOf(list []store.Row) []messages.Round {
	var rounds []messages.Round
	for i := range list {
		rounds = append(rounds, list[i].Round)
	}

	return rounds
}

func TestHistoryIsReadWhileItIsWritten(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	roster := newRoster(t, 3, 4)
	persist(t, s, roster, 1, 2)

	list := history(t, dir, store.Query{})
	require.Len(t, list, 16)

	snapshot := newSnapshot(t, roster, 1)
	entry := roster.Entries()[1]
	assert.Equal(t, store.Row{
		Round: 1, StartedAt: snapshot.StartedAt, PublishedAt: snapshot.PublishedAt, Instrument: entry.Instrument, Class: "equities",
		Status: messages.InstrumentGood, Price: price(t, 1, 1), Age: time.Second, Used: 1, Expected: len(entry.Sources),
	}, list[1])
	assert.True(t, list[0].Price.IsZero())

	persist(t, s, roster, 3, 3)
	assert.Len(t, history(t, dir, store.Query{}), 24)
	require.NoError(t, s.Close())
	assert.Len(t, history(t, dir, store.Query{}), 24, "also when nobody runs")
}

func TestHistoryQueries(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	persist(t, s, newRoster(t, 3, 4), 1, 10)

	name := []messages.Instrument{"I00002"}
	at := func(round messages.Round) time.Time {
		return start.Add(time.Duration(round)*5*time.Second + time.Second) // when it was published
	}

	for what, c := range map[string]struct {
		query store.Query
		want  []messages.Round
	}{
		"instrument":        {store.Query{Instruments: name}, sequence(1, 10)},
		"nobody's":          {store.Query{Instruments: []messages.Instrument{"'; DROP TABLE rounds; --"}}, nil},
		"limit":             {store.Query{Instruments: name, Limit: 3}, sequence(1, 3)},
		"newest":            {store.Query{Instruments: name, Limit: 3, Newest: true}, []messages.Round{10, 9, 8}},
		"rounds":            {store.Query{Instruments: name, FromRound: 4, ToRound: 6}, sequence(4, 6)},
		"times":             {store.Query{Instruments: name, From: at(4), To: at(7)}, sequence(4, 6)},
		"from":              {store.Query{Instruments: name, From: at(9)}, sequence(9, 10)},
		"to":                {store.Query{Instruments: name, To: at(2)}, sequence(1, 1)},
		"times and rounds":  {store.Query{Instruments: name, From: at(4), ToRound: 5}, sequence(4, 5)},
		"before everything": {store.Query{To: start}, nil},
		"two":               {store.Query{Instruments: []messages.Instrument{"I00001", "I00002"}, ToRound: 1}, []messages.Round{1, 1}},
		"negative limit":    {store.Query{Instruments: name, Limit: -1}, sequence(1, 10)},
	} {
		t.Run(what, func(t *testing.T) { assert.Equal(t, c.want, roundsOf(history(t, dir, c.query))) })
	}
}

func TestHistoryHasPages(t *testing.T) { // A08
	dir := t.TempDir()
	s := open(t, dir)
	persist(t, s, newRoster(t, 2, 700), 1, 4)

	for _, newest := range []bool{false, true} {
		list := history(t, dir, store.Query{Newest: newest})
		require.Len(t, list, 2800)

		for i := 1; i < len(list); i++ {
			before, row := list[i-1], list[i]
			inOrder := before.Round < row.Round
			if newest {
				inOrder = before.Round > row.Round
			}

			require.True(t, inOrder || (before.Round == row.Round && before.Instrument < row.Instrument), "row %d", i)
		}

		assert.Len(t, history(t, dir, store.Query{Newest: newest, Limit: 1000}), 1000)
		assert.Len(t, history(t, dir, store.Query{Newest: newest, Limit: 2001}), 2001)
	}
}

func TestRoundsHavePages(t *testing.T) {
	s := open(t, t.TempDir())
	roster := newRoster(t, 1, 1)

	var batch []*messages.Snapshot
	for round := range messages.Round(2500) {
		batch = append(batch, newSnapshot(t, roster, round+1))
	}

	require.NoError(t, s.Persist(t.Context(), batch), "one transaction")
	assert.Equal(t, sequence(1, 2500), stored(t, s))

	count := 0
	for row, err := range s.Rounds(t.Context(), store.Query{Newest: true, Limit: 1500}) {
		require.NoError(t, err)
		assert.Equal(t, messages.Round(2500-count), row.Round)
		assert.Equal(t, 1, row.Vendors)
		assert.Equal(t, 1, row.Instruments)

		count++
	}

	assert.Equal(t, 1500, count)

	for row, err := range s.Rounds(t.Context(), store.Query{}) {
		require.NoError(t, err)
		assert.Equal(t, messages.Round(1), row.Round)

		break // a consumer may stop
	}
}

func TestHistoryCanBeCancelled(t *testing.T) { // A08
	s := open(t, t.TempDir())
	persist(t, s, newRoster(t, 2, 700), 1, 3)

	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()

	count := 0

	var last error

	for _, err := range s.History(ctx, store.Query{}) {
		if last = err; err == nil {
			count++
		}

		if count == 1 {
			cancel()
		}
	}

	require.ErrorIs(t, last, context.Canceled)
	assert.Equal(t, 1000, count, "the page that was read")
}

func TestHistoryThatIsNotThere(t *testing.T) {
	_, err := store.OpenHistory(t.Context(), t.TempDir())
	require.ErrorIs(t, err, store.ErrNoHistory)

	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, store.HistoryName), []byte("not a database at all, but long enough to be read as one"), 0o600))
	_, err = store.OpenHistory(t.Context(), dir)
	require.Error(t, err)

	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	assert.Len(t, entries, 1, "a reader repairs nothing")
}

func TestHistoryOfANewerVersionIsLeftAlone(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	require.NoError(t, s.Exec(t.Context(), "PRAGMA user_version = 999"))
	require.NoError(t, s.Close())

	_, err := store.Open(t.Context(), store.Options{Dir: dir})
	require.ErrorIs(t, err, store.ErrNewer)
	_, err = store.OpenHistory(t.Context(), dir)
	require.ErrorIs(t, err, store.ErrNewer)
}
