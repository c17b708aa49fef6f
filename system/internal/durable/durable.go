package durable

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"
)

// ErrMoved says that the directory's path no longer names the directory that was opened: it was renamed, removed or unmounted.
var ErrMoved = errors.New("directory was moved, removed or unmounted")

// File is a file that is being written.
type File interface {
	io.WriteCloser
	Sync() error
}

// FS is one flat directory. Names have no separators.
type FS interface {
	// Verify returns an error that wraps ErrMoved unless the directory is still where it was when it was opened.
	Verify() error
	// Create makes a new file for writing. It fails with fs.ErrExist if there is anything of that name, a dangling link included.
	Create(name string, mode fs.FileMode) (File, error)
	// Rename replaces to with from, atomically; to is never followed.
	Rename(from, to string) error
	// Remove removes a file, a link or an empty directory.
	Remove(name string) error
	// Lstat describes a name without following it.
	Lstat(name string) (fs.FileInfo, error)
	// Names lists the directory.
	Names() ([]string, error)
	// Sync makes creations, renames and removals durable.
	Sync() error
}

// WriteFile replaces the file called name, durably and atomically; see the package comment for the steps. A directory that stands in the
// way is removed if it is empty and moved aside if it is not.
func WriteFile(fsys FS, name string, data []byte, mode fs.FileMode) error {
	if err := fsys.Verify(); err != nil {
		return fmt.Errorf("replacing %s: %w", name, err)
	}

	temporary := temporaryPrefix(name) + strings.ToLower(rand.Text())

	if err := replace(fsys, temporary, name, data, mode); err != nil {
		_ = fsys.Remove(temporary) // best effort: what stays behind is removed by the next RemoveTemporaries

		return fmt.Errorf("replacing %s: %w", name, err)
	}

	if err := fsys.Sync(); err != nil {
		return fmt.Errorf("replacing %s: %w", name, err)
	}

	return nil
}

// RemoveTemporaries removes the temporary files that crashed writers of name left behind, and returns how many there were.
func RemoveTemporaries(fsys FS, name string) (int, error) {
	names, err := fsys.Names()
	if err != nil {
		return 0, fmt.Errorf("temporary files of %s: %w", name, err)
	}

	var (
		removed int
		errs    []error
	)

	for _, candidate := range names {
		if !strings.HasPrefix(candidate, temporaryPrefix(name)) {
			continue
		}

		if err := fsys.Remove(candidate); err != nil {
			errs = append(errs, fmt.Errorf("temporary file %s: %w", candidate, err))

			continue
		}

		removed++
	}

	return removed, errors.Join(errs...)
}

func temporaryPrefix(name string) string { return "." + name + ".tmp-" }

// replace does everything up to the rename.
func replace(fsys FS, temporary, name string, data []byte, mode fs.FileMode) error {
	file, err := fsys.Create(temporary, mode)
	if err != nil {
		return err
	}

	if err := fill(file, data); err != nil {
		return errors.Join(err, file.Close())
	}

	if err := file.Close(); err != nil {
		return err
	}

	if err := clearWay(fsys, name); err != nil {
		return err
	}

	return fsys.Rename(temporary, name)
}

func fill(file File, data []byte) error {
	n, err := file.Write(data)
	if err != nil {
		return err
	}

	if n < len(data) {
		return io.ErrShortWrite
	}

	return file.Sync()
}

// clearWay moves a directory called name out of the way: a file cannot be renamed over it.
func clearWay(fsys FS, name string) error {
	info, err := fsys.Lstat(name)
	if err != nil || !info.IsDir() {
		return nil //nolint:nilerr // nothing of that name is the usual first time; any real trouble shows in the rename
	}

	if fsys.Remove(name) == nil {
		return nil
	}

	return fsys.Rename(name, name+".aside-"+strings.ToLower(rand.Text()))
}
