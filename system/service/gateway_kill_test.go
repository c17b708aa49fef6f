package service_test

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"os"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/api"
	"github.com/rollcall-go/rollcall/system/client"
)

// serves makes the victim serve its API, at the same address in each of its lives.
func (v *victim) serves(t *testing.T) (address string) {
	t.Helper()

	free, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, free.Close())

	text, err := os.ReadFile(v.config)
	require.NoError(t, err)

	text = fmt.Appendf(text, "http: {listen: %q}\n", free.Addr())
	require.NoError(t, os.WriteFile(v.config, text, 0o600))

	return free.Addr().String()
}

// witness is a client that listens to one service over all of its lives.
type witness struct {
	mu     sync.Mutex
	last   messages.Round
	lives  int // connections, but for those that brought nothing
	resets int
	byes   int
	wrong  []string
	wake   chan struct{}
}

func (w *witness) listen(ctx context.Context, sub *client.Subscription) {
	for {
		e, err := sub.Next(ctx)
		if err != nil {
			return
		}

		w.take(&e)
	}
}

// take checks that rounds grow by one unless it is said why not.
func (w *witness) take(e *client.Event) {
	w.mu.Lock()
	defer w.mu.Unlock()

	switch e.Type {
	case api.EventReset:
		w.resets++
		w.last = 0
	case api.EventSkipped:
		w.last += messages.Round(e.Skipped.Count)
	case api.EventSnapshot:
		if w.last > 0 && e.Round != w.last+1 {
			w.wrong = append(w.wrong, fmt.Sprintf("round %d after %d", e.Round, w.last))
		}

		if w.last == 0 {
			w.lives++
		}

		w.last = e.Round
	case api.EventBye:
		w.byes++
	default:
	}

	select {
	case w.wake <- struct{}{}:
	default:
	}
}

// until waits for something to be so.
func (w *witness) until(t *testing.T, is func() bool) {
	t.Helper()

	limit := time.NewTimer(2 * patience)
	defer limit.Stop()

	for {
		w.mu.Lock()
		so := is()
		w.mu.Unlock()

		if so {
			return
		}

		select {
		case <-w.wake:
		case <-limit.C:
			require.Fail(t, "the client has waited for too long")
		}
	}
}

// A04 O01: the service is killed again and again while a client listens. The client comes back by itself, and what it does not get it is told of: each
// life begins with a reset. SIGTERM in the end: it is told so, and the exit is orderly and in time.
func TestAClientOutlivesKills(t *testing.T) {
	t.Parallel()

	const kills = 3

	v := newVictim(t)
	caller, err := client.New("http://" + v.serves(t))
	require.NoError(t, err)

	sub, err := caller.Subscribe(client.StreamOptions{})
	require.NoError(t, err)
	t.Cleanup(sub.Close)

	w := &witness{wake: make(chan struct{}, 1)}

	go w.listen(t.Context(), sub)

	for life := range kills + 1 {
		cmd := v.command(t.Context())
		out, err := cmd.StdoutPipe()
		require.NoError(t, err)
		require.NoError(t, cmd.Start())

		var told string

		drained := make(chan struct{})

		go func() {
			defer close(drained)

			for lines := bufio.NewScanner(out); lines.Scan(); {
				told = lines.Text()
			}
		}()

		w.until(t, func() bool { return w.lives == life+1 })

		how := syscall.SIGKILL
		if life == kills {
			how = syscall.SIGTERM
		}

		begun := time.Now()

		require.NoError(t, cmd.Process.Signal(how))
		<-drained

		_ = cmd.Wait() // that it was killed is no news

		if life == kills {
			assert.Equal(t, exits+"0", told)
			assert.Less(t, time.Since(begun), 10*time.Second)
			w.until(t, func() bool { return w.byes == 1 })
		}
	}

	assert.Empty(t, w.wrong)
	assert.Equal(t, kills, w.resets)
	verified(t, v.dir)
}
