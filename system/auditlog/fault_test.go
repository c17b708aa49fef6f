package auditlog_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/auditlog"
)

// How a step can go wrong.
const (
	failed     = "failed"          // nothing happened
	short      = "short"           // a write stopped in the middle; any other step as failed
	failedDone = "failed but done" // it happened, and was reported as an error
	failedLost = "failed and lost" // an fsync that failed and left zeros behind, as a kernel may
)

var errInjected = errors.New("injected fault")

// faulty is a real directory in which one step, counted from 1, goes wrong.
type faulty struct {
	auditlog.Directory
	path   string
	at     int // the step that goes wrong; 0 for none
	mode   string
	steps  int
	record []string
	wrong  bool // it has happened
}

// step counts one step and reports whether it is the one.
func (d *faulty) step(what string) bool {
	d.steps++
	d.record = append(d.record, what)

	if d.steps == d.at {
		d.wrong = true

		return true
	}

	return false
}

func (d *faulty) Write(name string) (auditlog.File, int64, error) {
	wrong := d.step("create")
	if wrong && d.mode != failedDone {
		return nil, 0, errInjected
	}

	f, size, err := d.Directory.Write(name)
	if wrong && err == nil {
		return nil, 0, errors.Join(errInjected, f.Close())
	}

	return &faultyFile{File: f, dir: d, path: filepath.Join(d.path, name), synced: size}, size, err
}

func (d *faulty) Sync() error {
	if d.step("sync directory") {
		return errInjected
	}

	return d.Directory.Sync()
}

type faultyFile struct {
	auditlog.File
	dir    *faulty
	path   string
	synced int64 // bytes that were there at the last fsync
}

func (f *faultyFile) WriteAt(p []byte, offset int64) (int, error) {
	if !f.dir.step("write") {
		return f.File.WriteAt(p, offset)
	}

	n := 0

	switch f.dir.mode {
	case short:
		n = len(p) / 2
	case failedDone:
		n = len(p)
	}

	if _, err := f.File.WriteAt(p[:n], offset); err != nil {
		return 0, err
	}

	return n, errInjected
}

func (f *faultyFile) Truncate(size int64) error {
	if !f.dir.step("truncate") {
		return f.File.Truncate(size)
	}

	if f.dir.mode == failedDone {
		return errors.Join(errInjected, f.File.Truncate(size))
	}

	return errInjected
}

func (f *faultyFile) Sync() error {
	if !f.dir.step("sync") {
		info, err := os.Stat(f.path)
		if err == nil {
			f.synced = info.Size()
		}

		return errors.Join(err, f.File.Sync())
	}

	if f.dir.mode == failedLost {
		info, err := os.Stat(f.path)
		if err != nil {
			return err
		}

		_, err = f.File.WriteAt(make([]byte, max(0, info.Size()-f.synced)), f.synced)

		return errors.Join(errInjected, err)
	}

	return errInjected
}

func (f *faultyFile) Close() error {
	wrong := f.dir.step("close")
	err := f.File.Close()

	if wrong {
		return errInjected
	}

	return err
}

// play appends batches like the auditor does: a batch that failed comes again, joined by the next. It returns the acknowledged rounds. If
// crash is set, it stops right after the fault, as a killed program does.
func play(t *testing.T, dir *faulty, crash bool) []int {
	t.Helper()

	log, _, err := auditlog.OpenIn(dir, auditlog.Options{SegmentSize: 2500})
	if err != nil {
		require.ErrorIs(t, err, errInjected)

		return nil
	}

	var (
		acknowledged []int
		pending      []*messages.RecordFact
	)

	for n := 100; n < 130 || len(pending) > 0 && n < 142; n += 3 {
		if n < 130 {
			pending = append(pending, facts(n, n+2)...)
		}

		before := dir.wrong

		if err := log.Append(t.Context(), pending); err == nil {
			if dir.wrong && !before {
				require.NotEqual(t, "sync directory", dir.record[dir.at-1], "acknowledged in a file that may have no name after a crash")
			}

			for _, fact := range pending {
				acknowledged = append(acknowledged, int(fact.Round))
			}

			pending = nil
		} else {
			require.ErrorIs(t, err, errInjected)
		}

		if crash && dir.wrong {
			return acknowledged
		}
	}

	require.Empty(t, pending, "a fault may not keep the log from going on")

	if err := log.Close(); err != nil {
		require.ErrorIs(t, err, errInjected)
	}

	return acknowledged
}

// prepare makes a record that ends in a torn line, so that opening it takes every step too.
func prepare(t *testing.T, path string) {
	t.Helper()

	log, _, err := auditlog.Open(auditlog.Options{Dir: path, SegmentSize: 2500})
	require.NoError(t, err)
	require.NoError(t, log.Append(t.Context(), facts(1, 4)))
	require.NoError(t, log.Close())

	f, err := os.OpenFile(filepath.Join(path, "audit-00000001.jsonl"), os.O_WRONLY|os.O_APPEND, 0)
	require.NoError(t, err)
	_, err = f.WriteString(`{"seq":6,"at":"20`)
	require.NoError(t, err)
	require.NoError(t, f.Close())
}

// TestEveryStepMayFail // S02, S03, S04, S05: every step × {failed, short, failed but done, failed and lost} × {goes on, is killed}. Opened
// again, the log verifies, takes more, and holds every acknowledged entry exactly once and in order.
func TestEveryStepMayFail(t *testing.T) {
	t.Parallel()

	clean := &faulty{path: t.TempDir()}
	prepare(t, clean.path)
	clean.Directory = seam(t, clean.path)
	require.Equal(t, numbers(100, 129), play(t, clean, false))
	require.Subset(t, clean.record, []string{"create", "write", "sync", "truncate", "sync directory", "close"})

	for at := 1; at <= clean.steps; at++ {
		for _, mode := range []string{failed, short, failedDone, failedLost} {
			for _, crash := range []bool{false, true} {
				t.Run(fmt.Sprintf("%d %s %s crash=%t", at, clean.record[at-1], mode, crash), func(t *testing.T) {
					t.Parallel()
					stepFails(t, at, mode, crash)
				})
			}
		}
	}
}

func stepFails(t *testing.T, at int, mode string, crash bool) {
	t.Helper()

	path := t.TempDir()
	prepare(t, path)

	dir := &faulty{Directory: seam(t, path), path: path, at: at, mode: mode}
	acknowledged := append(numbers(1, 4), play(t, dir, crash)...)
	require.True(t, dir.wrong)
	checkHolds(t, path, acknowledged, crash)

	log, recovery, err := auditlog.Open(auditlog.Options{Dir: path, SegmentSize: 2500})
	require.NoError(t, err)
	assert.Empty(t, recovery.Damage)
	require.NoError(t, log.Append(t.Context(), facts(900, 910)))
	require.NoError(t, log.Append(t.Context(), facts(911, 911)))
	require.NoError(t, log.Close())

	checkHolds(t, path, append(acknowledged, numbers(900, 911)...), crash)

	report := verified(t, path)
	assert.Empty(t, report.TornFile)
}

// checkHolds asserts that the record verifies and holds the acknowledged entries once and in order. After a crash it may hold more: entries
// that were on their way.
func checkHolds(t *testing.T, path string, acknowledged []int, crash bool) {
	t.Helper()
	verified(t, path)

	held := rounds(t, path)
	if !crash {
		require.Equal(t, acknowledged, held)

		return
	}

	require.True(t, slices.IsSorted(held), "%v", held)
	require.Len(t, slices.Compact(slices.Clone(held)), len(held), "twice: %v", held)
	require.Subset(t, held, acknowledged)
}

func seam(t *testing.T, path string) auditlog.Directory {
	t.Helper()

	dir, err := auditlog.OpenDirectory(path)
	require.NoError(t, err)

	return dir
}

// TestPairsOfFaults: a second fault while the log deals with the first.
func TestPairsOfFaults(t *testing.T) { // S02, S03
	t.Parallel()

	for at := 1; at <= 24; at++ {
		for after := 1; after <= 6; after++ {
			path := t.TempDir()
			prepare(t, path)

			dir := &twice{faulty: faulty{Directory: seam(t, path), path: path, at: at, mode: failedDone}, after: after}
			dir.Directory = &relay{Directory: dir.Directory, dir: dir}
			acknowledged := append(numbers(1, 4), play(t, &dir.faulty, false)...)
			checkHolds(t, path, acknowledged, false)
		}
	}
}

// twice arms a second fault so many steps after the first.
type twice struct {
	faulty
	after int
	armed bool
}

// relay looks, before each append, whether the first fault has happened.
type relay struct {
	auditlog.Directory
	dir *twice
}

func (r *relay) Check() error {
	if r.dir.wrong && !r.dir.armed {
		r.dir.armed = true
		r.dir.at = r.dir.steps + r.dir.after
		r.dir.mode = short
	}

	return r.Directory.Check()
}
