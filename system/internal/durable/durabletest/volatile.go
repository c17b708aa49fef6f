package durabletest

import (
	"bytes"
	"io/fs"
	"maps"
	"slices"
	"time"

	"github.com/rollcall-go/rollcall/system/internal/durable"
)

// Volatile is a directory in memory that can lose its power. What was not synced may or may not be on disk afterwards: each change of the
// directory on its own, and each file's contents not at all, half or whole.
type Volatile struct {
	names   map[string]*inode // as a running program sees it
	synced  map[string]*inode // as of the last Sync of the directory
	changes []change          // since then
}

var _ durable.FS = (*Volatile)(nil)

// change is one creation, rename or removal.
type change func(map[string]*inode)

type inode struct{ data, synced []byte }

// NewVolatile returns an empty directory.
func NewVolatile() *Volatile {
	return &Volatile{names: map[string]*inode{}, synced: map[string]*inode{}}
}

func (v *Volatile) apply(c change) {
	c(v.names)
	v.changes = append(v.changes, c)
}

// States returns every directory that may be found when the power is back: contents by name.
func (v *Volatile) States() []map[string]string {
	var states []map[string]string

	for subset := range 1 << len(v.changes) {
		names := maps.Clone(v.synced)

		for i, c := range v.changes {
			if subset&(1<<i) != 0 {
				c(names)
			}
		}

		states = append(states, contents(names)...)
	}

	return states
}

// contents returns every combination of what the files may hold.
func contents(names map[string]*inode) []map[string]string {
	states := []map[string]string{{}}

	for _, name := range slices.Sorted(maps.Keys(names)) {
		var next []map[string]string

		for _, data := range names[name].afterCrash() {
			for _, state := range states {
				with := maps.Clone(state)
				with[name] = data
				next = append(next, with)
			}
		}

		states = next
	}

	return states
}

func (i *inode) afterCrash() []string {
	if bytes.Equal(i.data, i.synced) {
		return []string{string(i.data)}
	}

	return []string{string(i.synced), string(i.data[:len(i.data)/2]), string(i.data)}
}

// Verify implements durable.FS.
func (v *Volatile) Verify() error { return nil }

// Create implements durable.FS.
func (v *Volatile) Create(name string, _ fs.FileMode) (durable.File, error) {
	if _, exists := v.names[name]; exists {
		return nil, fs.ErrExist
	}

	node := &inode{}
	v.apply(func(names map[string]*inode) { names[name] = node })

	return (*volatileFile)(node), nil
}

// Rename implements durable.FS.
func (v *Volatile) Rename(from, to string) error {
	node, exists := v.names[from]
	if !exists {
		return fs.ErrNotExist
	}

	v.apply(func(names map[string]*inode) {
		delete(names, from)
		names[to] = node
	})

	return nil
}

// Remove implements durable.FS.
func (v *Volatile) Remove(name string) error {
	if _, exists := v.names[name]; !exists {
		return fs.ErrNotExist
	}

	v.apply(func(names map[string]*inode) { delete(names, name) })

	return nil
}

// Lstat implements durable.FS.
func (v *Volatile) Lstat(name string) (fs.FileInfo, error) {
	node, exists := v.names[name]
	if !exists {
		return nil, fs.ErrNotExist
	}

	return fileInfo{name: name, size: int64(len(node.data))}, nil
}

// Names implements durable.FS.
func (v *Volatile) Names() ([]string, error) { return slices.Sorted(maps.Keys(v.names)), nil }

// Sync implements durable.FS.
func (v *Volatile) Sync() error {
	v.synced, v.changes = maps.Clone(v.names), nil

	return nil
}

type volatileFile inode

func (f *volatileFile) Write(data []byte) (int, error) {
	f.data = append(f.data, data...)

	return len(data), nil
}

func (f *volatileFile) Sync() error {
	f.synced = slices.Clone(f.data)

	return nil
}

func (f *volatileFile) Close() error { return nil }

// fileInfo describes a regular file.
type fileInfo struct {
	name string
	size int64
}

func (i fileInfo) Name() string     { return i.name }
func (i fileInfo) Size() int64      { return i.size }
func (fileInfo) Mode() fs.FileMode  { return 0o640 }
func (fileInfo) ModTime() time.Time { return time.Time{} }
func (fileInfo) IsDir() bool        { return false }
func (fileInfo) Sys() any           { return nil }
