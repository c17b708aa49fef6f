package store

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/gofrs/flock"

	"github.com/rollcall-go/rollcall/system/internal/durable"
)

// Modes of what the program creates; the umask may take more away.
const (
	directoryMode = 0o750
	fileMode      = 0o640
)

// lockName is the file in the data directory that is locked.
const lockName = "lock"

// ErrLocked says that another program uses the data directory.
var ErrLocked = errors.New("data directory is in use")

// PrepareDir makes the data directory if it does not exist and proves that files can be written there. The error names the path and the
// system's reason.
func PrepareDir(path string) error {
	if err := os.MkdirAll(path, directoryMode); err != nil {
		return fmt.Errorf("data directory %s: %w", path, err)
	}

	dir, err := durable.OpenDir(path)
	if err != nil {
		return fmt.Errorf("data directory: %w", err)
	}

	if err := errors.Join(probe(dir), dir.Close()); err != nil {
		return fmt.Errorf("data directory %s is not writable: %w", path, err)
	}

	return nil
}

// probe writes a file durably, and removes it.
func probe(dir *durable.Dir) error {
	const name = ".rollcall-probe"

	if err := durable.WriteFile(dir, name, nil, fileMode); err != nil {
		return err
	}

	return dir.Remove(name)
}

// DirLock is a lock on a data directory. The system releases it when the process ends, however it ends.
type DirLock struct{ lock *flock.Flock }

// Lock locks an existing data directory for this program. If another program holds it, the error wraps ErrLocked and names the directory
// and, where known, the other's process id.
func Lock(path string) (*DirLock, error) {
	file := filepath.Join(path, lockName)
	lock := flock.New(file, flock.SetFlag(os.O_CREATE|os.O_RDWR), flock.SetPermissions(fileMode))

	locked, err := lock.TryLock()
	if err != nil {
		return nil, fmt.Errorf("locking data directory %s: %w", path, err)
	}

	if !locked {
		return nil, fmt.Errorf("%w: %s%s", ErrLocked, path, holder(path))
	}

	if err := writeHolder(path); err != nil {
		return nil, errors.Join(fmt.Errorf("locking data directory %s: %w", path, err), lock.Close())
	}

	return &DirLock{lock: lock}, nil
}

// Release gives the directory free. The lock file stays: removing it would let two programs lock two files of the same name.
func (l *DirLock) Release() error {
	if err := l.lock.Close(); err != nil {
		return fmt.Errorf("releasing %s: %w", l.lock.Path(), err)
	}

	return nil
}

// holder says who holds the lock, as a suffix for an error; empty if nobody knows.
func holder(path string) string {
	root, err := os.OpenRoot(path)
	if err != nil {
		return ""
	}

	text, err := root.ReadFile(lockName)
	if err = errors.Join(err, root.Close()); err != nil {
		return ""
	}

	pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		return ""
	}

	return ", by process " + strconv.Itoa(pid)
}

func writeHolder(path string) error {
	root, err := os.OpenRoot(path)
	if err != nil {
		return err
	}

	return errors.Join(root.WriteFile(lockName, []byte(strconv.Itoa(os.Getpid())+"\n"), fileMode), root.Close())
}
