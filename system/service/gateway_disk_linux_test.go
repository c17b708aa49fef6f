package service_test

import (
	"io"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/rollcall-go/rollcall/messages"
)

// standing is what a service says of itself.
type standing struct {
	Ready   int    // status of /readyz
	Reasons string // of not being ready
	Durable bool   // the newest snapshot
}

// ask asks for it; before anybody answers, it is zero.
func (s *standing) ask(t *testing.T, address string) {
	t.Helper()

	var ready []byte

	*s = standing{}
	s.Ready, ready = fetched(t, "http://"+address+"/readyz")

	if s.Ready != http.StatusOK {
		s.Reasons = string(ready)
	}

	status, newest := fetched(t, "http://"+address+"/v1/snapshot")
	if status != http.StatusOK {
		return
	}

	snapshot, err := messages.ParseSnapshot(newest)
	require.NoError(t, err)

	s.Durable = snapshot.Durable
}

// fetched is the answer at a URL; 0 where nobody answers.
func fetched(t *testing.T, url string) (int, []byte) {
	t.Helper()

	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, http.NoBody)
	require.NoError(t, err)

	response, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		return 0, nil
	}

	body, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())

	return response.StatusCode, body
}

// S03: no file may grow any more. The API goes on and says that rounds are not durable and why the service is not ready; once there is room again, so
// is the service.
func TestNoRoomOnDiskIsSaid(t *testing.T) {
	t.Parallel()

	v := newVictim(t)
	address := v.serves(t)

	cmd := v.command(t.Context())
	require.NoError(t, cmd.Start())

	var is standing

	become := func(what string, so func() bool) {
		t.Helper()
		require.Eventually(t, func() bool {
			is.ask(t, address)

			return so()
		}, patience, 20*time.Millisecond, "%s: %+v", what, &is)
	}
	well := func() bool { return is.Ready == http.StatusOK && is.Durable }

	become("at the start", well)

	var room unix.Rlimit

	require.NoError(t, unix.Prlimit(cmd.Process.Pid, unix.RLIMIT_FSIZE, nil, &room))
	require.NoError(t, unix.Prlimit(cmd.Process.Pid, unix.RLIMIT_FSIZE, &unix.Rlimit{Cur: 1, Max: room.Max}, nil))
	become("without room", func() bool {
		return is.Ready == http.StatusServiceUnavailable && !is.Durable && strings.Contains(is.Reasons, "rounds are not on disk")
	})

	require.NoError(t, unix.Prlimit(cmd.Process.Pid, unix.RLIMIT_FSIZE, &room, nil))
	become("with room again", well)

	require.NoError(t, cmd.Process.Signal(syscall.SIGTERM))
	require.NoError(t, cmd.Wait())
	verified(t, v.dir)
}
