package auditlog_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/actors/auditor"
	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/auditlog"
)

var _ auditor.Log = (*auditlog.Log)(nil)

var epoch = time.Date(2026, 11, 21, 6, 0, 0, 0, time.UTC)

// facts returns the facts numbered from … to.
func facts(from, to int) []*messages.RecordFact {
	var all []*messages.RecordFact

	for n := from; n <= to; n++ {
		all = append(all, &messages.RecordFact{
			At:     epoch.Add(time.Duration(n) * time.Second),
			Kind:   messages.FactOutcome,
			Round:  messages.Round(n),
			Vendor: "forex",
			Fields: []messages.Field{{Name: "n", Value: strconv.Itoa(n)}, {Name: "outcome", Value: "timeout"}},
		})
	}

	return all
}

func open(t *testing.T, dir string, size int64) (*auditlog.Log, auditlog.Recovery) {
	t.Helper()

	log, recovery, err := auditlog.Open(auditlog.Options{Dir: dir, SegmentSize: size})
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, log.Close()) })

	return log, recovery
}

func add(t *testing.T, log *auditlog.Log, facts []*messages.RecordFact) {
	t.Helper()
	require.NoError(t, log.Append(t.Context(), facts))
}

// rounds returns the rounds of the facts in the record, in order.
func rounds(t *testing.T, dir string) []int {
	t.Helper()

	var all []int

	for entry, err := range auditlog.Read(dir, auditlog.Filter{Kinds: []messages.FactKind{messages.FactOutcome}}) {
		require.NoError(t, err)

		all = append(all, int(entry.Round))
	}

	return all
}

func numbers(from, to int) []int {
	var all []int
	for n := from; n <= to; n++ {
		all = append(all, n)
	}

	return all
}

func verified(t *testing.T, dir string) auditlog.Report {
	t.Helper()

	report, err := auditlog.Verify(dir)
	require.NoError(t, err)
	require.True(t, report.OK(), "%v", report.First)

	return report
}

func TestEntriesAreSpelledAsDocumented(t *testing.T) {
	t.Parallel()

	dir := t.TempDir()
	log, recovery := open(t, dir, 0)
	assert.True(t, recovery.Clean())
	add(t, log, facts(1, 2))

	text, err := os.ReadFile(filepath.Join(dir, "audit-00000001.jsonl"))
	require.NoError(t, err)

	lines := strings.Split(string(text), "\n")
	require.Len(t, lines, 4)
	assert.Empty(t, lines[3])
	assert.Regexp(t, `^\{"seq":1,"at":"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z","kind":"segment","round":0,"vendor":"",`+
		`"data":\{"file":"audit-00000001.jsonl","reason":"first","previous":"","end":"0","detail":""\},`+
		`"prev":"0{64}","hash":"[0-9a-f]{64}"\}$`, lines[0])
	assert.Regexp(t, `^\{"seq":2,"at":"2026-11-21T06:00:01\.000000000Z","kind":"outcome","round":1,"vendor":"forex",`+
		`"data":\{"n":"1","outcome":"timeout"\},"prev":"[0-9a-f]{64}","hash":"[0-9a-f]{64}"\}$`, lines[1])

	info, err := os.Stat(filepath.Join(dir, "audit-00000001.jsonl"))
	require.NoError(t, err)
	assert.Zero(t, info.Mode().Perm()&^0o640) // X09
}

func TestReopenContinuesTheChain(t *testing.T) {
	t.Parallel()

	dir := filepath.Join(t.TempDir(), "data", "audit")

	for n := 1; n <= 5; n++ {
		log, recovery, err := auditlog.Open(auditlog.Options{Dir: dir})
		require.NoError(t, err)
		assert.True(t, recovery.Clean())
		add(t, log, facts(n, n))
		head := log.Head()
		require.NoError(t, log.Close())
		require.NoError(t, log.Close())
		require.ErrorIs(t, log.Append(t.Context(), facts(9, 9)), auditlog.ErrClosed)

		report := verified(t, dir)
		assert.Equal(t, head, report.Head)
		assert.Equal(t, uint64(n+1), report.Entries)
	}

	assert.Equal(t, numbers(1, 5), rounds(t, dir))
}

func TestSegmentsRotateBySize(t *testing.T) {
	t.Parallel()

	dir := t.TempDir()
	log, _ := open(t, dir, 2000)

	for n := 1; n <= 40; n += 2 {
		add(t, log, facts(n, n+1))
	}

	report := verified(t, dir)
	assert.Greater(t, report.Segments, 5)
	assert.Equal(t, uint64(40+report.Segments), report.Entries)
	assert.Equal(t, numbers(1, 40), rounds(t, dir))

	files, err := filepath.Glob(filepath.Join(dir, "*"))
	require.NoError(t, err)
	require.Len(t, files, report.Segments)

	for _, name := range files {
		info, err := os.Stat(name)
		require.NoError(t, err)
		assert.LessOrEqual(t, info.Size(), int64(2000))
	}

	add(t, log, facts(41, 80)) // larger than a segment: it gets one of its own
	assert.Equal(t, numbers(1, 80), rounds(t, dir))
	verified(t, dir)
}

func TestAnyFactCanBeWritten(t *testing.T) { // P17, V09
	t.Parallel()

	dir := t.TempDir()
	log, _ := open(t, dir, 0)

	var many []messages.Field
	for n := range 100 {
		many = append(many, messages.Field{Name: fmt.Sprintf("f%d", n), Value: strings.Repeat("\x00", 10_000)})
	}

	hostile := "a\r\n\x1b[31m\"\\</script>\u202e\u2028\xff\u0085'; DROP TABLE"
	batch := []*messages.RecordFact{
		nil,
		{},
		{At: time.Date(12345, 1, 1, 0, 0, 0, 0, time.UTC), Kind: "Bad Kind"},
		{At: time.Date(-5, 1, 1, 0, 0, 0, 0, time.UTC), Kind: auditlog.KindSegment},
		{Kind: auditlog.KindHead, Vendor: messages.Vendor(strings.Repeat("v", 1000))},
		{Kind: "outcome", Vendor: messages.Vendor(hostile), Fields: []messages.Field{{Name: hostile, Value: hostile}}},
		{Kind: "outcome", Fields: []messages.Field{{Name: "a", Value: "1"}, {Name: "a", Value: "2"}, {Name: "a_2"}, {Name: "a"}}},
		{Kind: "outcome", Fields: []messages.Field{{Name: "big", Value: strings.Repeat("é", 5<<20)}}},
		{Kind: "outcome", Fields: many},
	}
	add(t, log, batch)
	verified(t, dir)

	var all []auditlog.Entry

	for entry, err := range auditlog.Read(dir, auditlog.Filter{FromSeq: 2}) {
		require.NoError(t, err)

		all = append(all, entry)
	}

	require.Len(t, all, 8)
	assert.Equal(t, auditlog.KindUnknown, all[0].Kind)
	assert.Equal(t, "Bad Kind", all[1].Field("kind"))
	assert.Equal(t, 9999, all[1].At.Year())
	assert.Equal(t, "segment", all[2].Field("kind"))
	assert.Equal(t, auditlog.KindUnknown, all[3].Kind)
	assert.Len(t, all[3].Vendor, auditlog.MaxVendor)
	assert.Equal(t, strings.ToValidUTF8(hostile, "\ufffd"), all[4].Fields[0].Value)
	assert.Equal(t, []messages.Field{{Name: "a", Value: "1"}, {Name: "a_2", Value: "2"}, {Name: "a_2_2"}, {Name: "a_3"}}, all[5].Fields)
	assert.Len(t, all[6].Field("big"), auditlog.MaxValue-1) // cut before a character of two bytes
	assert.Equal(t, "36", all[7].Field("fields_dropped"))

	text, err := os.ReadFile(filepath.Join(dir, "audit-00000001.jsonl"))
	require.NoError(t, err)

	for _, r := range string(text) {
		if r != '\n' && (r < ' ' || r >= 0x7f && r < 0xa0 || r == 0x202e || r == 0x2028) {
			t.Fatalf("control character %U stands in the file", r)
		}
	}
}

func TestCancelledAppendWritesNothing(t *testing.T) {
	t.Parallel()

	dir := t.TempDir()
	log, _ := open(t, dir, 0)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, log.Append(ctx, facts(1, 1)), context.Canceled)
	require.NoError(t, log.Append(t.Context(), nil))
	assert.Equal(t, auditlog.Head{}, log.Head())
	assert.Zero(t, verified(t, dir).Entries)
}

func TestMovedDirectoryIsAnError(t *testing.T) { // S07
	t.Parallel()

	dir := filepath.Join(t.TempDir(), "audit")
	log, _ := open(t, dir, 0)
	add(t, log, facts(1, 1))

	require.NoError(t, os.Rename(dir, dir+"-moved"))
	require.Error(t, log.Append(t.Context(), facts(2, 2)))
	require.NoError(t, os.Mkdir(dir, 0o750))
	require.ErrorContains(t, log.Append(t.Context(), facts(2, 2)), "is not the directory that was opened")
	require.NoError(t, os.Remove(dir))
	require.NoError(t, os.Rename(dir+"-moved", dir))
	add(t, log, facts(2, 2))
	assert.Equal(t, []int{1, 2}, rounds(t, dir))
	verified(t, dir)
}

func TestForeignSegmentIsNotOverwritten(t *testing.T) { // C08
	t.Parallel()

	dir := t.TempDir()
	log, _ := open(t, dir, 600)
	add(t, log, facts(1, 1))

	foreign := filepath.Join(dir, "audit-00000002.jsonl")
	require.NoError(t, os.WriteFile(foreign, []byte("mine\n"), 0o600))
	require.ErrorContains(t, log.Append(t.Context(), facts(2, 3)), "not written by this log")
	require.NoError(t, os.Remove(foreign))
	add(t, log, facts(2, 3))
	assert.Equal(t, numbers(1, 3), rounds(t, dir))
}

func TestLinkOutOfTheDirectoryIsNotFollowed(t *testing.T) { // S06
	t.Parallel()

	dir, outside := t.TempDir(), filepath.Join(t.TempDir(), "victim")
	require.NoError(t, os.WriteFile(outside, nil, 0o600))
	require.NoError(t, os.Symlink(outside, filepath.Join(dir, "audit-00000001.jsonl")))

	_, _, err := auditlog.Open(auditlog.Options{Dir: dir})
	require.Error(t, err)

	require.NoError(t, os.Remove(filepath.Join(dir, "audit-00000001.jsonl")))
	require.NoError(t, os.Mkdir(filepath.Join(dir, "audit-00000001.jsonl"), 0o750))
	_, _, err = auditlog.Open(auditlog.Options{Dir: dir})
	require.ErrorContains(t, err, "not a regular file")

	_, _, err = auditlog.Open(auditlog.Options{Dir: outside})
	require.Error(t, err) // C07: a file in the directory's place
}

func TestReadersOfALiveLogSeeNoDamage(t *testing.T) {
	t.Parallel()

	dir := t.TempDir()
	log, _ := open(t, dir, 4000)
	add(t, log, facts(1, 1))

	var group sync.WaitGroup

	done := make(chan struct{})

	group.Go(func() {
		defer close(done)

		for n := 2; n <= 400; n += 3 {
			assert.NoError(t, log.Append(t.Context(), facts(n, n+2)))
		}
	})

	for reading := true; reading; {
		select {
		case <-done:
			reading = false
		default:
		}

		before := log.Head().Seq
		report := verified(t, dir)
		assert.GreaterOrEqual(t, report.Entries, before)
	}

	group.Wait()
	assert.Equal(t, numbers(1, 400), rounds(t, dir))
}
