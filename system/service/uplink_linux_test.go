package service_test

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/rollcall-go/rollcall/messages"
)

// inNamespace is the environment variable that says that the test binary runs in a network namespace of its own, whose only interface it may
// take down.
const inNamespace = "ROLLCALL_TEST_NETWORK"

// N22: the interface over which everybody is reached goes down, for real, and comes back.
func TestUplinkIsCutForReal(t *testing.T) {
	t.Parallel()

	if os.Getenv(inNamespace) == "" {
		inOwnNetwork(t)

		return
	}

	const (
		count  = 30
		every  = 500 * time.Millisecond
		outage = 12 * time.Second
	)

	loopback(t, true)

	vendors := make([]string, count)
	for i := range vendors {
		vendors[i] = fmt.Sprintf("v%02d", i)
	}

	r := newRig(t, plan{vendors: vendors, every: every, deadline: every - 50*time.Millisecond})
	sub := r.watch(t)
	r.until(t, sub, everybody)

	loopback(t, false)

	cut := time.Now()
	r.until(t, sub, nobody)

	for time.Since(cut) < outage {
		assert.True(t, nobody(r.next(t, sub)), "snapshots go on, and all are flagged")
	}

	status, err := r.System().Status(t.Context())
	require.NoError(t, err)
	assert.True(t, status.Uplink.Down)

	loopback(t, true)

	back := time.Now()
	first := r.until(t, sub, func(s *messages.Snapshot) bool { return !nobody(s) })
	last := r.until(t, sub, everybody)
	assert.LessOrEqual(t, last.PublishedAt.Sub(back), 10*time.Second)
	assert.GreaterOrEqual(t, last.StartedAt.Sub(first.StartedAt), time.Second, "everybody came back at once")

	r.end(t)

	recorded := entries(t, r.dir, messages.FactSystemic)
	require.Len(t, recorded, 2)
	assert.Equal(t, "began", recorded[0].Field("state"))
	assert.Equal(t, "ended", recorded[1].Field("state"))
}

// inOwnNetwork runs this test alone in a network namespace that nobody else is in.
func inOwnNetwork(t *testing.T) {
	t.Helper()

	if testing.Short() {
		t.Skip("takes half a minute")
	}

	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^"+t.Name()+"$", "-test.v")
	cmd.Env = append(os.Environ(), inNamespace+"=1")
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags:  syscall.CLONE_NEWUSER | syscall.CLONE_NEWNET,
		UidMappings: []syscall.SysProcIDMap{{HostID: os.Getuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{HostID: os.Getgid(), Size: 1}},
		Pdeathsig:   syscall.SIGKILL,
	}

	var out strings.Builder

	cmd.Stdout, cmd.Stderr = &out, &out

	if err := cmd.Start(); err != nil {
		t.Skipf("needs a network namespace of its own: %v", err)
	}

	assert.NoError(t, cmd.Wait(), "%s", &out)
}

// loopback takes the namespace's only interface up or down.
func loopback(t *testing.T, up bool) {
	t.Helper()

	socket, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	require.NoError(t, err)

	defer func() { assert.NoError(t, unix.Close(socket)) }()

	request, err := unix.NewIfreq("lo")
	require.NoError(t, err)

	if up {
		request.SetUint16(unix.IFF_UP)
	}

	require.NoError(t, unix.IoctlIfreq(socket, unix.SIOCSIFFLAGS, request))
}

func everybody(s *messages.Snapshot) bool { return well(s) == len(s.Vendors) }

func nobody(s *messages.Snapshot) bool { return well(s) == 0 }

// well is how many vendors are in a snapshot with everything they are asked for.
func well(s *messages.Snapshot) int {
	n := 0

	for i := range s.Vendors {
		if s.Vendors[i].Outcome == messages.OutcomeOK {
			n++
		}
	}

	return n
}
