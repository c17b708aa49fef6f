package auditlog

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
)

// directory is the seam to the file system: what the log does to its files, and nothing else.
type directory interface {
	// Check reports an error if the directory's name no longer leads to it: it was moved, replaced or unmounted.
	Check() error
	// List returns the names of everything in the directory.
	List() ([]string, error)
	// Read opens a file for reading and tells its size in bytes.
	Read(name string) (io.ReadCloser, int64, error)
	// Write opens a file for writing, creates it if it is not there, and tells its size.
	Write(name string) (file, int64, error)
	// Sync makes the creation of files durable.
	Sync() error
	Close() error
}

// file is a segment that is open for writing.
type file interface {
	io.WriterAt
	Truncate(size int64) error
	Sync() error
	Close() error
}

// rooted is a real directory. Links that lead out of it are not followed.
type rooted struct{ root *os.Root }

// errMoved means that what is written would not be found again under the directory's name.
var errMoved = errors.New("is not the directory that was opened")

// openDirectory opens a directory that exists.
func openDirectory(name string) (rooted, error) {
	root, err := os.OpenRoot(name)
	if err != nil {
		return rooted{}, fmt.Errorf("audit directory: %w", err)
	}

	return rooted{root: root}, nil
}

// Check implements directory.
func (d rooted) Check() error {
	opened, err := d.root.Stat(".")
	if err != nil {
		return fmt.Errorf("audit directory: %w", err)
	}

	named, err := os.Stat(d.root.Name())
	if err != nil {
		return fmt.Errorf("audit directory: %w", err)
	}

	if !os.SameFile(opened, named) {
		return fmt.Errorf("audit directory: %s %w", d.root.Name(), errMoved)
	}

	return nil
}

// List implements directory.
func (d rooted) List() ([]string, error) {
	entries, err := fs.ReadDir(d.root.FS(), ".")
	if err != nil {
		return nil, fmt.Errorf("audit directory: %w", err)
	}

	names := make([]string, len(entries))
	for i, entry := range entries {
		names[i] = entry.Name()
	}

	return names, nil
}

// Read implements directory.
func (d rooted) Read(name string) (io.ReadCloser, int64, error) {
	f, err := d.root.Open(name)
	if err != nil {
		return nil, 0, fmt.Errorf("audit segment: %w", err)
	}

	return sized(f)
}

// Write implements directory.
func (d rooted) Write(name string) (file, int64, error) {
	f, err := d.root.OpenFile(name, os.O_WRONLY|os.O_CREATE, 0o640)
	if err != nil {
		return nil, 0, fmt.Errorf("audit segment: %w", err)
	}

	return sized(f)
}

// Sync implements directory.
func (d rooted) Sync() error {
	if runtime.GOOS == "windows" { // has no such thing
		return nil
	}

	f, err := d.root.Open(".")
	if err != nil {
		return fmt.Errorf("audit directory: %w", err)
	}

	return errors.Join(f.Sync(), f.Close())
}

// makeDirectory creates a directory and its parents, and makes its name durable.
func makeDirectory(name string) error {
	if err := os.MkdirAll(name, 0o750); err != nil {
		return fmt.Errorf("audit directory: %w", err)
	}

	parent, err := openDirectory(filepath.Dir(name))
	if err != nil {
		return err
	}

	return errors.Join(parent.Sync(), parent.Close())
}

// Close implements directory.
func (d rooted) Close() error { return d.root.Close() }

// sized adds a file's size; a directory or a device in a segment's place is an error.
func sized(f *os.File) (*os.File, int64, error) {
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = errors.New("not a regular file")
	}

	if err != nil {
		return nil, 0, errors.Join(fmt.Errorf("audit segment %s: %w", f.Name(), err), f.Close())
	}

	return f, info.Size(), nil
}
