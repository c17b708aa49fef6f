package store

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/internal/durable"
)

// SnapshotName is the name of the newest snapshot in the data directory.
const SnapshotName = "snapshot.json"

// maxSnapshotFile is the most that is read of a snapshot.json at start, in bytes.
const maxSnapshotFile = 1 << 30

// newest is what snapshot.json ought to hold: one line, and durable, because whoever reads it there reads it from the disk.
type newest struct {
	round messages.Round // the highest round that was committed to the history, or found in the file at start
	data  []byte         // the round, encoded; nil once it is written
	file  []byte         // the file's contents, for the next time: they are large
}

// want makes a snapshot the one to write, unless a newer one waits or is there: after an error the file may already be the newer one, and
// must not go back.
func (n *newest) want(round messages.Round, data []byte) {
	if round > n.round {
		n.round, n.data = round, data
	}
}

// write brings the file up to date.
func (n *newest) write(fsys durable.FS) error {
	if n.data == nil {
		return nil
	}

	n.file = append(append(n.file[:0], n.data...), '\n')

	if err := durable.WriteFile(fsys, SnapshotName, n.file, fileMode); err != nil {
		return err
	}

	n.data = nil

	return nil
}

// roundOnFile returns the round of the snapshot.json that is there, 0 if there is none that can be read.
func roundOnFile(dir *durable.Dir) (round messages.Round, err error) {
	info, err := dir.Lstat(SnapshotName)
	if errors.Is(err, fs.ErrNotExist) || (err == nil && !info.Mode().IsRegular()) {
		return 0, nil
	}

	if err != nil {
		return 0, fmt.Errorf("%s: %w", SnapshotName, err)
	}

	file, err := dir.Root().Open(SnapshotName)
	if err != nil {
		return 0, fmt.Errorf("%s: %w", SnapshotName, err)
	}

	defer func() { err = errors.Join(err, file.Close()) }()

	var head struct {
		Schema string         `json:"schema"`
		Round  messages.Round `json:"round"`
	}

	err = json.NewDecoder(io.LimitReader(file, maxSnapshotFile)).Decode(&head)
	if err != nil || head.Schema != messages.SnapshotSchema {
		return 0, nil // somebody else's file says nothing about our rounds, and is replaced by the next one
	}

	return head.Round, nil
}
