package service_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/store"
)

// victim is a service in a child process that is killed and started again on the same data directory.
type victim struct {
	config string
	dir    string
	acked  []messages.Round // acknowledged since the last check
	last   messages.Round   // the last acknowledged round of all lives
}

// newVictim writes the configuration of a service with fast rounds.
func newVictim(t *testing.T) *victim {
	t.Helper()

	p := plan{vendors: []string{"a", "b"}, every: 20 * time.Millisecond, deadline: 20 * time.Millisecond}
	r := &rig{plan: p, dir: filepath.Join(t.TempDir(), "data"), sim: simulate(t, p)}
	v := &victim{config: filepath.Join(t.TempDir(), "rollcall.yaml"), dir: r.dir}
	require.NoError(t, os.WriteFile(v.config, []byte(r.text()), 0o600))

	return v
}

// command is the child process, not yet started.
func (v *victim) command(ctx context.Context) *exec.Cmd {
	cmd := exec.CommandContext(ctx, os.Args[0])
	cmd.Env = append(os.Environ(), childConfig+"="+v.config)
	cmd.Stderr = os.Stderr

	return cmd
}

// live starts the service, kills it some time after its first acknowledged round, and takes down every round that was acknowledged.
func (v *victim) live(t *testing.T, after time.Duration) {
	t.Helper()

	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()

	cmd := v.command(ctx)
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)

	begun := time.Now()

	require.NoError(t, cmd.Start())

	var timer *time.Timer

	for lines := bufio.NewScanner(out); lines.Scan(); {
		number, durable := strings.CutPrefix(lines.Text(), acknowledged)
		if !durable {
			continue
		}

		round, err := strconv.ParseUint(number, 10, 64)
		require.NoError(t, err)

		if timer == nil {
			assert.Less(t, time.Since(begun), 2*time.Second*slower, "ready in 2 s")
			timer = time.AfterFunc(after, func() { _ = cmd.Process.Kill() })
		}

		assert.Greater(t, messages.Round(round), v.last, "rounds grow, also from one life to the next")
		v.acked, v.last = append(v.acked, messages.Round(round)), messages.Round(round)
	}

	require.NotNil(t, timer, "the service acknowledged no round")

	var killed *exec.ExitError

	require.ErrorAs(t, cmd.Wait(), &killed)
}

// check looks at what a kill left behind.
func (v *victim) check(t *testing.T) {
	t.Helper()

	s := stored(t, v.dir)
	require.NotNil(t, s)
	assert.GreaterOrEqual(t, s.Round, v.last, "snapshot.json is not older than the last acknowledged round")
	verified(t, v.dir)

	reader, err := store.OpenHistory(t.Context(), v.dir)
	require.NoError(t, err)

	kept := make(map[messages.Round]bool)

	for row, err := range reader.Rounds(t.Context(), store.Query{FromRound: v.acked[0]}) {
		require.NoError(t, err)
		assert.False(t, kept[row.Round], "round %d is there twice", row.Round)

		kept[row.Round] = true
		v.last = max(v.last, row.Round) // a round that was written and not acknowledged is not used again either
	}

	require.NoError(t, reader.Close())

	for _, round := range v.acked {
		assert.True(t, kept[round], "round %d was acknowledged and is lost", round)
	}

	v.acked = nil
}

// poll reads the snapshot again and again until stop is closed. The error says that it was not whole, or that its round went back.
func (v *victim) poll(stop <-chan struct{}) error {
	ticker := time.NewTicker(500 * time.Microsecond)
	defer ticker.Stop()

	var last messages.Round

	for {
		select {
		case <-stop:
			return nil
		case <-ticker.C:
		}

		data, err := os.ReadFile(filepath.Join(v.dir, store.SnapshotName))
		if errors.Is(err, os.ErrNotExist) && last == 0 {
			continue
		}

		if err != nil {
			return err
		}

		s, err := messages.ParseSnapshot(data)
		if err != nil {
			return fmt.Errorf("torn snapshot %q: %w", data, err)
		}

		if s.Round < last {
			return fmt.Errorf("round %d after round %d", s.Round, last)
		}

		last = s.Round
	}
}

// kills is how often the service is killed.
func kills() int {
	switch {
	case testing.Short():
		return 20
	case raced:
		return 40
	default:
		return 200
	}
}

// S01 S11: killed at any moment, the service loses nothing it has acknowledged, tears nothing, uses no number twice, and is back at once.
func TestKilledAtAnyMomentNothingAcknowledgedIsLost(t *testing.T) {
	v := newVictim(t)
	stop := make(chan struct{})

	read := make(chan error, 1)

	go func() { read <- v.poll(stop) }()

	defer func() {
		close(stop)
		assert.NoError(t, <-read)
	}()

	for range kills() {
		v.live(t, time.Duration(rand.Int64N(int64(100*time.Millisecond))))
		v.check(t)

		if t.Failed() {
			return
		}
	}
}
