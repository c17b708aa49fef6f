// Package durabletest injects faults below package durable, for tests.
package durabletest

import (
	"io/fs"
	"sync"

	"github.com/rollcall-go/rollcall/system/internal/durable"
)

// Mode is what goes wrong at the step that was chosen.
type Mode int

// The modes.
const (
	Fail  Mode = iota // the operation is not done and an error is returned
	Done              // the operation is done and an error is returned all the same
	Short             // a write writes half and returns an error; any other operation fails
)

// Fault is one fault: the operation numbered Step, counted from 1 over all operations, goes wrong with Err.
type Fault struct {
	Step  int
	Mode  Mode
	Err   error
	Crash bool // from then on nothing is done any more: the process is dead
}

// Faulty is a file system with at most one fault.
type Faulty struct {
	inner  durable.FS
	before func(operation string)

	mu    sync.Mutex
	fault Fault
	steps []string
	dead  bool
}

var _ durable.FS = (*Faulty)(nil)

// New wraps a file system. If before is not nil it is called at the start of every operation, with its name.
func New(inner durable.FS, before func(operation string)) *Faulty {
	return &Faulty{inner: inner, before: before}
}

// Inject arms a fault and counts steps from 1 again. The zero Fault disarms.
func (f *Faulty) Inject(fault Fault) {
	f.mu.Lock()
	defer f.mu.Unlock()

	f.fault, f.steps, f.dead = fault, nil, false
}

// Steps returns the operations since the last Inject, in order.
func (f *Faulty) Steps() []string {
	f.mu.Lock()
	defer f.mu.Unlock()

	return append([]string(nil), f.steps...)
}

// do runs one operation, or makes it fail.
func (f *Faulty) do(operation string, run, short func() error) error {
	if f.before != nil {
		f.before(operation)
	}

	mode, err := f.next(operation)

	switch {
	case err == nil:
		return run()
	case mode == Done:
		_ = run()
	case mode == Short && short != nil:
		_ = short()
	}

	return err
}

func (f *Faulty) next(operation string) (Mode, error) {
	f.mu.Lock()
	defer f.mu.Unlock()

	if f.dead {
		return Fail, f.fault.Err
	}

	f.steps = append(f.steps, operation)

	if len(f.steps) != f.fault.Step {
		return Fail, nil
	}

	f.dead = f.fault.Crash

	return f.fault.Mode, f.fault.Err
}

// Verify implements durable.FS.
func (f *Faulty) Verify() error { return f.do("verify", f.inner.Verify, nil) }

// Create implements durable.FS.
func (f *Faulty) Create(name string, mode fs.FileMode) (durable.File, error) {
	var file durable.File

	err := f.do("create", func() error {
		created, err := f.inner.Create(name, mode)
		file = created

		return err
	}, nil)
	if err != nil {
		if file != nil {
			_ = file.Close()
		}

		return nil, err
	}

	return &faultyFile{fs: f, inner: file}, nil
}

// Rename implements durable.FS.
func (f *Faulty) Rename(from, to string) error {
	return f.do("rename", func() error { return f.inner.Rename(from, to) }, nil)
}

// Remove implements durable.FS.
func (f *Faulty) Remove(name string) error {
	return f.do("remove", func() error { return f.inner.Remove(name) }, nil)
}

// Lstat implements durable.FS; it never fails by injection.
func (f *Faulty) Lstat(name string) (fs.FileInfo, error) { return f.inner.Lstat(name) }

// Names implements durable.FS; it never fails by injection.
func (f *Faulty) Names() ([]string, error) { return f.inner.Names() }

// Sync implements durable.FS.
func (f *Faulty) Sync() error { return f.do("sync directory", f.inner.Sync, nil) }

type faultyFile struct {
	fs    *Faulty
	inner durable.File
}

func (f *faultyFile) Write(data []byte) (int, error) {
	n := 0
	err := f.fs.do("write", func() error {
		written, err := f.inner.Write(data)
		n = written

		return err
	}, func() error {
		written, err := f.inner.Write(data[:len(data)/2])
		n = written

		return err
	})

	return n, err
}

func (f *faultyFile) Sync() error { return f.fs.do("sync file", f.inner.Sync, nil) }

func (f *faultyFile) Close() error { return f.fs.do("close", f.inner.Close, nil) }
