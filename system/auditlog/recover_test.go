package auditlog_test

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/auditlog"
)

const last = "audit-00000003.jsonl"

func TestTornTailIsCut(t *testing.T) { // S05
	t.Parallel()

	for name, torn := range map[string]string{
		"one byte":          "{",
		"half a line":       `{"seq":21,"at":"2026-11-21T06:00:`,
		"zeros":             string(make([]byte, 5000)),
		"random bytes":      "\xde\xad\xbe\xef",
		"longer than lines": string(bytes.Repeat([]byte("x"), 3<<20)),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			dir, _ := makeRecord(t)
			before := verified(t, dir)
			appendTo(t, filepath.Join(dir, last), torn)

			report := verified(t, dir) // a warning: it may be being written
			assert.Equal(t, last, report.TornFile)
			assert.Equal(t, int64(len(torn)), report.TornBytes)
			assert.Equal(t, before.Entries, report.Entries)
			assert.Len(t, report.Warnings(), 1)

			log, recovery := open(t, dir, 2400)
			assert.Equal(t, auditlog.Recovery{File: last, CutBytes: int64(len(torn))}, recovery)
			assert.Equal(t, before.Head, log.Head())
			assert.Zero(t, verified(t, dir).TornBytes)

			add(t, log, facts(19, 19))
			assert.Equal(t, numbers(1, 19), rounds(t, dir))
			verified(t, dir)
		})
	}
}

func appendTo(t *testing.T, name, text string) {
	t.Helper()

	f, err := os.OpenFile(name, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o600)
	require.NoError(t, err)
	_, err = f.WriteString(text)
	require.NoError(t, err)
	require.NoError(t, f.Close())
}

// TestDamageIsNeverCut: anything but a torn tail leaves the segment as it is, and a new one names it and says why. What follows is one
// chain with what was intact; the damage stays an error.
func TestDamageIsNeverCut(t *testing.T) { // S05
	t.Parallel()

	for name, change := range map[string]func(record){
		"byte in the middle": func(r record) { r[last][2][20] ^= 1 },
		"last line":          func(r record) { r[last][len(r[last])-1] = []byte("garbage") },
		"line deleted":       func(r record) { r[last] = slices.Delete(r[last], 2, 3) },
		"wrong first line":   func(r record) { r[last] = r[last][1:] },
		"all of it":          func(r record) { r[last] = [][]byte{[]byte("garbage"), []byte("and more")} },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			dir, r := makeRecord(t)
			change(r)
			r.write(t, dir)
			appendTo(t, filepath.Join(dir, last), "torn as well")

			before, err := os.ReadFile(filepath.Join(dir, last))
			require.NoError(t, err)

			log, recovery := open(t, dir, 2400)
			assert.Equal(t, last, recovery.File)
			assert.NotEmpty(t, recovery.Damage)
			assert.Zero(t, recovery.CutBytes)
			assert.False(t, recovery.Clean())
			add(t, log, facts(100, 101))
			add(t, log, facts(102, 102))
			require.NoError(t, log.Close())

			after, err := os.ReadFile(filepath.Join(dir, last))
			require.NoError(t, err)
			assert.Equal(t, before, after)

			report, err := auditlog.Verify(dir)
			require.NoError(t, err)
			require.False(t, report.OK())
			assert.Equal(t, last, report.First.File)
			assert.Equal(t, log.Head(), report.Head)

			_, recovery = open(t, dir, 2400)
			assert.True(t, recovery.Clean(), "the new segment is sound")

			header := segmentEntry(t, dir, 4)
			assert.Equal(t, "recovery", header.Field("reason"))
			assert.Equal(t, last, header.Field("previous"))
			assert.NotEmpty(t, header.Field("detail"))
		})
	}
}

// segmentEntry returns the n-th segment's first entry.
func segmentEntry(t *testing.T, dir string, n int) auditlog.Entry {
	t.Helper()

	kinds := []messages.FactKind{auditlog.KindSegment}
	for entry, err := range auditlog.Read(dir, auditlog.Filter{Kinds: kinds}) {
		if err != nil {
			continue
		}

		if entry.Field("file") == "audit-0000000"+string(rune('0'+n))+".jsonl" {
			return entry
		}
	}

	t.Fatal("there is no such segment")

	return auditlog.Entry{}
}

// TestSegmentThatWasNeverCompletedIsWrittenAgain: the program was killed while it started a segment.
func TestSegmentThatWasNeverCompletedIsWrittenAgain(t *testing.T) { // S01
	t.Parallel()

	for name, text := range map[string]string{"empty": "", "torn": `{"seq":22,"at"`} {
		for _, first := range []bool{false, true} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()

				dir, n := t.TempDir(), 0

				if first {
					appendTo(t, filepath.Join(dir, "audit-00000001.jsonl"), text)
				} else {
					dir, _ = makeRecord(t)
					n = 18
					appendTo(t, filepath.Join(dir, "audit-00000004.jsonl"), text)
				}

				verified(t, dir)
				log, recovery := open(t, dir, 2400)
				assert.Equal(t, int64(len(text)), recovery.CutBytes)
				assert.Empty(t, recovery.Damage)
				add(t, log, facts(n+1, n+1))
				verified(t, dir)
				assert.Equal(t, numbers(1, n+1), rounds(t, dir))
			})
		}
	}
}

func TestMissingSegmentsDoNotStopTheLog(t *testing.T) {
	t.Parallel()

	dir, r := makeRecord(t)
	clear(r)
	r.write(t, dir)
	appendTo(t, filepath.Join(dir, "audit-00000005.jsonl"), "")

	log, recovery := open(t, dir, 0)
	assert.Equal(t, "audit-00000004.jsonl", recovery.File)
	assert.Contains(t, recovery.Damage, "missing")
	add(t, log, facts(1, 1))

	report, err := auditlog.Verify(dir)
	require.NoError(t, err)
	assert.Equal(t, "audit-00000001.jsonl: segment is missing (4 in a row)", report.First.String())
	assert.Equal(t, uint64(1), report.Bad)
}

// TestAppendingToAnAbandonedTailIsTold: bytes behind the declared end of a failed segment are not read, but counted.
func TestAppendingToAnAbandonedTailIsTold(t *testing.T) { // S02
	t.Parallel()

	dir := t.TempDir()
	seam := &faulty{Directory: seam(t, dir), path: dir, at: 6, mode: failed} // the second append's fsync
	log, _, err := auditlog.OpenIn(seam, auditlog.Options{})
	require.NoError(t, err)
	add(t, log, facts(1, 2))
	add(t, log, facts(3, 4))
	require.NoError(t, log.Close())
	require.True(t, seam.wrong)

	report := verified(t, dir)
	assert.Equal(t, 2, report.Segments)
	assert.NotZero(t, report.AbandonedBytes)
	assert.Len(t, report.Warnings(), 1)
	assert.Equal(t, numbers(1, 4), rounds(t, dir))
	assert.Equal(t, "failure", func() string { e := segmentEntry(t, dir, 2); return e.Field("reason") }())
}

func TestOpeningALargeLogIsQuick(t *testing.T) { // S05: start ≤ 2 s
	t.Parallel()

	if testing.Short() || raceEnabled {
		t.Skip("measures a full segment of 64 MB: not with -short, and not under the race detector")
	}

	dir := t.TempDir()
	log, _ := open(t, dir, 0)
	batch := facts(1, 10_000)

	for range 19 { // just below 64 MB
		add(t, log, batch)
	}

	require.NoError(t, log.Close())
	appendTo(t, filepath.Join(dir, "audit-00000001.jsonl"), "torn")

	started := time.Now()
	_, recovery := open(t, dir, 0)

	assert.Less(t, time.Since(started), 2*time.Second)
	assert.Equal(t, int64(4), recovery.CutBytes)
}
