package service_test

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// recorder keeps every byte that was logged.
type recorder struct {
	mu    sync.Mutex
	bytes bytes.Buffer
}

// Write implements io.Writer.
func (r *recorder) Write(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()

	return r.bytes.Write(p)
}

func (r *recorder) String() string {
	r.mu.Lock()
	defer r.mu.Unlock()

	return r.bytes.String()
}

// sparing checks that no line is long, and none of a vendor's kinds comes often. Each test takes less than the minute that this is about. G5.
func (r *recorder) sparing(t *testing.T) {
	t.Helper()

	const mostBytes, mostLines = 1024, 10

	count := make(map[[3]string]int)

	for line := range strings.Lines(r.String()) {
		var fields struct {
			Vendor  string `json:"vendor"`
			Outcome string `json:"outcome"`
			Message string `json:"msg"`
		}

		require.NoError(t, json.Unmarshal([]byte(line), &fields), "a log line is one JSON document: %s", line)
		assert.LessOrEqual(t, len(line), mostBytes, "%s", line)

		count[[3]string{fields.Vendor, fields.Outcome, fields.Message}]++
	}

	for kind, n := range count {
		if kind[0] != "" {
			assert.LessOrEqual(t, n, mostLines, "lines of %v", kind)
		}
	}
}

// nowhere checks that a text is in no log line and in no byte of any file below dir.
func (r *recorder) nowhere(t *testing.T, dir string, texts ...string) {
	t.Helper()

	for _, text := range texts {
		assert.NotContains(t, r.String(), text, "the log")
	}

	files := 0

	require.NoError(t, filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}

		data, err := os.ReadFile(path)
		files++

		for _, text := range texts {
			assert.False(t, bytes.Contains(data, []byte(text)), "%s holds %s", path, text)
		}

		return err
	}))
	assert.GreaterOrEqual(t, files, 3, "snapshot, history and audit log are there")
}
