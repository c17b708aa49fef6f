package durable_test

import (
	"errors"
	"fmt"
	"io/fs"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/system/internal/durable"
	"github.com/rollcall-go/rollcall/system/internal/durable/durabletest"
)

const (
	oldContents = "the whole old contents"
	newContents = "the whole new contents"
)

var errPower = errors.New("power is lost")

// The power goes before every step, and after the last. Whatever reached the disk, the file is the whole old or the whole new one, and it is
// the new one if the write was acknowledged.
func TestWriteFileSurvivesLossOfPower(t *testing.T) { // S01 S02
	checked := 0

	for step := 1; step <= 8; step++ {
		t.Run(fmt.Sprintf("before step %d", step), func(t *testing.T) {
			disk := durabletest.NewVolatile()
			faulty := durabletest.New(disk, nil)
			require.NoError(t, durable.WriteFile(faulty, name, []byte(oldContents), 0o640))

			faulty.Inject(durabletest.Fault{Step: step, Err: errPower, Crash: true})

			err := durable.WriteFile(faulty, name, []byte(newContents), 0o640)
			if step <= 7 {
				require.ErrorIs(t, err, errPower)
			} else {
				require.NoError(t, err)
			}

			for _, state := range disk.States() {
				checked++

				if err == nil {
					assert.Equal(t, newContents, state[name])
				} else {
					assert.Contains(t, []string{oldContents, newContents}, state[name])
				}
			}
		})
	}

	t.Logf("%d states", checked)
}

// lazy is a file system whose syncs do nothing: the model must tell the difference.
type lazy struct {
	durable.FS
	files, directory bool
}

func (l lazy) Create(name string, mode fs.FileMode) (durable.File, error) {
	file, err := l.FS.Create(name, mode)
	if l.files {
		file = lazyFile{file}
	}

	return file, err
}

func (l lazy) Sync() error {
	if l.directory {
		return nil
	}

	return l.FS.Sync()
}

type lazyFile struct{ durable.File }

func (lazyFile) Sync() error { return nil }

func TestLossOfPowerShowsMissingSyncs(t *testing.T) {
	for _, c := range []lazy{{files: true}, {directory: true}} {
		disk := durabletest.NewVolatile()
		require.NoError(t, durable.WriteFile(disk, name, []byte(oldContents), 0o640))

		c.FS = disk
		require.NoError(t, durable.WriteFile(c, name, []byte(newContents), 0o640))

		lost := 0

		for _, state := range disk.States() {
			if state[name] != newContents {
				lost++
			}
		}

		assert.Positive(t, lost, "files lazy: %t, directory lazy: %t", c.files, c.directory)
	}
}
