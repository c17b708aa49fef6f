package durable

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Dir is a real directory, held by a descriptor. Whatever happens to its path, nothing is ever written to another directory.
type Dir struct {
	root *os.Root
	path string
	info fs.FileInfo
}

var _ FS = (*Dir)(nil)

// OpenDir opens an existing directory. The caller closes it.
func OpenDir(path string) (*Dir, error) {
	absolute, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("directory %s: %w", path, err)
	}

	root, err := os.OpenRoot(absolute)
	if err != nil {
		return nil, fmt.Errorf("directory %s: %w", absolute, err)
	}

	info, err := root.Stat(".")
	if err != nil {
		return nil, errors.Join(fmt.Errorf("directory %s: %w", absolute, err), root.Close())
	}

	return &Dir{root: root, path: absolute, info: info}, nil
}

// Path returns the absolute path the directory was opened by.
func (d *Dir) Path() string { return d.path }

// Root returns the directory for reading; it is closed by Close.
func (d *Dir) Root() *os.Root { return d.root }

// Close closes the directory.
func (d *Dir) Close() error { return d.root.Close() }

// Verify implements FS by comparing device and inode.
func (d *Dir) Verify() error {
	now, err := os.Stat(d.path)
	if err != nil {
		return fmt.Errorf("directory %s: %w: %w", d.path, ErrMoved, err)
	}

	if !os.SameFile(now, d.info) {
		return fmt.Errorf("directory %s: %w", d.path, ErrMoved)
	}

	return nil
}

// Create implements FS.
func (d *Dir) Create(name string, mode fs.FileMode) (File, error) {
	file, err := d.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return nil, err
	}

	return file, nil
}

// Rename implements FS.
func (d *Dir) Rename(from, to string) error { return d.root.Rename(from, to) }

// Remove implements FS.
func (d *Dir) Remove(name string) error { return d.root.Remove(name) }

// Lstat implements FS.
func (d *Dir) Lstat(name string) (fs.FileInfo, error) { return d.root.Lstat(name) }

// Names implements FS.
func (d *Dir) Names() ([]string, error) {
	directory, err := d.root.Open(".")
	if err != nil {
		return nil, err
	}

	names, err := directory.Readdirnames(-1)

	return names, errors.Join(err, directory.Close())
}

// Sync implements FS, on a new descriptor each time.
func (d *Dir) Sync() error {
	directory, err := d.root.Open(".")
	if err != nil {
		return err
	}

	return errors.Join(directory.Sync(), directory.Close())
}
