package auditlog_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/auditlog"
)

func TestReadSelects(t *testing.T) {
	t.Parallel()

	dir, _ := makeRecord(t)
	log, _ := open(t, dir, 2400)
	add(t, log, []*messages.RecordFact{
		{At: epoch.Add(time.Hour), Kind: messages.FactSnapshot, Round: 19},
		{At: epoch.Add(time.Hour), Kind: messages.FactOutcome, Round: 20, Vendor: "equities"},
	})

	at := func(n int) time.Time { return epoch.Add(time.Duration(n) * time.Second) }
	outcomes := []messages.FactKind{messages.FactOutcome}

	for name, want := range map[string]struct {
		filter auditlog.Filter
		rounds []int
	}{
		"kind":             {auditlog.Filter{Kinds: []messages.FactKind{messages.FactSnapshot}}, []int{19}},
		"two kinds":        {auditlog.Filter{Kinds: []messages.FactKind{"snapshot", "outcome"}, FromSeq: 17}, numbers(15, 20)},
		"vendor":           {auditlog.Filter{Vendor: "equities"}, []int{20}},
		"from":             {auditlog.Filter{From: at(17), Kinds: outcomes}, []int{17, 18, 20}},
		"to":               {auditlog.Filter{To: at(3), Kinds: outcomes}, []int{1, 2}},
		"from to":          {auditlog.Filter{From: at(7), To: at(12)}, numbers(7, 11)},
		"last":             {auditlog.Filter{Last: 3, Kinds: outcomes}, []int{17, 18, 20}},
		"last of a vendor": {auditlog.Filter{Last: 12, Vendor: "forex"}, numbers(7, 18)},
		"last of few":      {auditlog.Filter{Last: 100, Vendor: "forex"}, numbers(1, 18)},
		"last of none":     {auditlog.Filter{Last: 3, Vendor: "nobody"}, nil},
		"page":             {auditlog.Filter{Last: 3, BeforeSeq: 9, Kinds: outcomes}, numbers(5, 7)},
		"none":             {auditlog.Filter{FromSeq: 1000}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			var got []int

			for entry, err := range auditlog.Read(dir, want.filter) {
				require.NoError(t, err)

				got = append(got, int(entry.Round))
			}

			assert.Equal(t, want.rounds, got)
		})
	}
}

func TestReadStopsWhenAsked(t *testing.T) {
	t.Parallel()

	dir, _ := makeRecord(t)

	for _, filter := range []auditlog.Filter{{}, {Last: 10}} {
		count := 0

		for _, err := range auditlog.Read(dir, filter) {
			require.NoError(t, err)

			count++

			if count == 2 {
				break
			}
		}

		assert.Equal(t, 2, count)
	}
}

func TestReadGoesOnBehindDamage(t *testing.T) {
	t.Parallel()

	dir, r := makeRecord(t)
	r[middle][2] = []byte("garbage")
	r.write(t, dir)

	for _, filter := range []auditlog.Filter{{}, {Last: 100}} {
		errs, entries := 0, 0

		for _, err := range auditlog.Read(dir, filter) {
			if err == nil {
				entries++

				continue
			}

			errs++

			require.ErrorContains(t, err, middle+" line 3: not an audit entry")
		}

		assert.Equal(t, 1, errs)
		assert.Equal(t, 20, entries) // 18 facts and 3 segment entries, less one
	}
}

func TestReadOfNothing(t *testing.T) {
	t.Parallel()

	for entry, err := range auditlog.Read(t.TempDir(), auditlog.Filter{}) {
		t.Fatal("there is nothing to read", entry, err)
	}

	for _, err := range auditlog.Read("no such directory", auditlog.Filter{Last: 1}) {
		require.Error(t, err)
	}

	_, err := auditlog.Verify("no such directory")
	require.Error(t, err)
}

// A08: reading ends with its context, also where nothing matches.
func TestReadEndsWithItsContext(t *testing.T) {
	t.Parallel()

	dir, _ := makeRecord(t)

	for _, filter := range []auditlog.Filter{{Vendor: "nobody"}, {Vendor: "nobody", Last: 10}, {Last: 10}, {}} {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()

		var yielded []error

		for _, err := range auditlog.ReadContext(ctx, dir, filter) {
			yielded = append(yielded, err)
		}

		require.Len(t, yielded, 1)
		assert.ErrorIs(t, yielded[0], context.Canceled)
	}
}

// Pages that go back through all segments hold every entry once.
func TestPagesOfManySegments(t *testing.T) {
	t.Parallel()

	dir, _ := makeRecord(t)

	var want, got []uint64

	for entry, err := range auditlog.Read(dir, auditlog.Filter{}) {
		require.NoError(t, err)

		want = append(want, entry.Seq)
	}

	for before := uint64(0); before != 1; {
		var page []uint64

		for entry, err := range auditlog.Read(dir, auditlog.Filter{Last: 4, BeforeSeq: before}) {
			require.NoError(t, err)

			page = append(page, entry.Seq)
		}

		require.NotEmpty(t, page)

		before = page[0]
		got = append(page, got...)
	}

	assert.Equal(t, want, got)
}

// Pages from the end of a long segment hold every entry once, though no page reads all of it; a damaged line is named where it is met.
func TestPagesOfALongSegment(t *testing.T) {
	t.Parallel()

	const entries, page = 4000, 700

	dir := t.TempDir()
	log, _ := open(t, dir, 64<<20)

	facts := make([]*messages.RecordFact, entries)
	for i := range facts {
		facts[i] = &messages.RecordFact{
			At: epoch, Kind: messages.FactOutcome, Round: messages.Round(i + 1), Fields: []messages.Field{{Name: "detail", Value: strings.Repeat("x", 200)}},
		}
	}

	add(t, log, facts)
	require.NoError(t, log.Close())

	var got []uint64

	for before := uint64(0); before != 1; {
		var seqs []uint64

		for entry, err := range auditlog.Read(dir, auditlog.Filter{Last: page, BeforeSeq: before}) {
			require.NoError(t, err)

			seqs = append(seqs, entry.Seq)
		}

		require.NotEmpty(t, seqs)

		before = seqs[0]
		got = append(seqs, got...)
	}

	require.Len(t, got, entries+1) // and the segment's own
	assert.True(t, slices.IsSorted(got))

	path := filepath.Join(dir, "audit-00000001.jsonl")
	data, err := os.ReadFile(path)
	require.NoError(t, err)

	data[bytes.LastIndex(data, []byte("xxx"))] = 'y'
	require.NoError(t, os.WriteFile(path, data, 0o600))

	var errs []error

	for _, err := range auditlog.Read(dir, auditlog.Filter{Last: 10}) {
		if err != nil {
			errs = append(errs, err)
		}
	}

	require.Len(t, errs, 1)
	assert.ErrorContains(t, errs[0], "line 4001")
}
