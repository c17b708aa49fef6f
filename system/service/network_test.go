package service_test

import (
	"context"
	"crypto/tls"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/sim"
)

const quotesPath = "/v1/ill/quotes?symbols={symbols}"

// connecting are addresses at which no answer can be had, and what a snapshot says of them.
func connecting(t *testing.T) (urls map[string]string, want map[string]messages.Outcome) {
	t.Helper()

	urls, want = make(map[string]string), make(map[string]messages.Outcome)
	add := func(name, scheme, address string, outcome messages.Outcome) {
		urls[name], want[name] = scheme+"://"+address+quotesPath, outcome
	}

	for _, kind := range sim.TrapKinds() {
		address := trap(t, kind)
		add("tls-"+string(kind), "https", address, messages.OutcomeTLS) // N18

		switch kind {
		case sim.TrapSilent, sim.TrapDeaf:
			add(string(kind), "http", address, messages.OutcomeTimeout) // N01
		case sim.TrapGarbage:
			add(string(kind), "http", address, messages.OutcomeMalformed) // N13
		case sim.TrapReset, sim.TrapClose:
			add(string(kind), "http", address, messages.OutcomeReset) // N06
		case sim.TrapPlainHTTP:
			add(string(kind), "http", address, messages.OutcomeHTTPStatus)
		}
	}

	add("refused", "http", closedPort(t), messages.OutcomeRefused) // N20
	add("full", "http", fullPort(t), messages.OutcomeTimeout)      // N20

	return urls, want
}

func trap(t *testing.T, kind sim.TrapKind) string {
	t.Helper()

	trap, err := sim.StartTrap(context.WithoutCancel(t.Context()), kind)
	require.NoError(t, err)
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), patience)
		defer cancel()
		assert.NoError(t, trap.Stop(ctx))
	})

	return trap.Address()
}

// closedPort is an address where nobody listens.
func closedPort(t *testing.T) string {
	t.Helper()

	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, listener.Close())

	return listener.Addr().String()
}

// fullPort is an address whose accept queue is full, so that connecting hangs.
func fullPort(t *testing.T) string {
	t.Helper()

	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM, 0)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, syscall.Close(fd)) })
	require.NoError(t, syscall.Bind(fd, &syscall.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}))
	require.NoError(t, syscall.Listen(fd, 0))

	name, err := syscall.Getsockname(fd)
	require.NoError(t, err)

	bound, is := name.(*syscall.SockaddrInet4)
	require.True(t, is)

	address := net.JoinHostPort("127.0.0.1", strconv.Itoa(bound.Port))

	for range 3 {
		conn, err := (&net.Dialer{Timeout: 100 * time.Millisecond}).DialContext(t.Context(), "tcp", address)
		if err == nil {
			t.Cleanup(func() { _ = conn.Close() })
		}
	}

	return address
}

// N01 N06 N13 N18 N20: what goes wrong before there is an answer.
func TestVendorsThatCannotBeReached(t *testing.T) {
	t.Parallel()

	urls, want := connecting(t)
	p := plan{
		vendors: []string{"healthy"}, urls: urls, every: 2 * time.Second, deadline: time.Second, onDemand: true,
		settings: map[string]string{
			"full": "    client: {allow_private: true, dial_timeout: 300ms}\n",
			// Where the handshake may take as long as the round, the round's end comes first and says timeout.
			"tls-silent": "    client: {allow_private: true, tls_timeout: 300ms}\n",
			"tls-deaf":   "    client: {allow_private: true, tls_timeout: 300ms}\n",
		},
	}

	for name := range urls {
		p.vendors = append(p.vendors, name)
	}

	r := newRig(t, p)

	for range 3 {
		s := r.take(t)
		good(t, s, "healthy")

		for name := range urls {
			assert.Equal(t, want[name], outcome(t, s, name), name)
		}
	}
}

// N18: certificates that are not to be trusted, and versions of TLS that are too old. The handshake ends well below 2 s.
func TestBadCertificatesAreRefused(t *testing.T) {
	t.Parallel()

	authority, err := sim.NewAuthority()
	require.NoError(t, err)

	trusted := filepath.Join(t.TempDir(), "ca.pem")
	require.NoError(t, os.WriteFile(trusted, authority.PEM(), 0o600))

	p := plan{
		vendors: []string{"healthy"}, urls: make(map[string]string), settings: make(map[string]string),
		every: 2 * time.Second, deadline: time.Second, onDemand: true,
	}
	add := func(name string, flaw sim.Flaw, trusts string, newest uint16) {
		config, err := authority.Config(flaw)
		require.NoError(t, err)

		config.MaxVersion = newest
		p.vendors, p.urls[name] = append(p.vendors, name), secure(t, config).VendorURL("ill")
		p.settings[name] = "    client: {allow_private: true" + trusts + "}\n"
	}
	trusts := ", ca_file: " + trusted

	for _, flaw := range sim.Flaws() {
		add(string(flaw), flaw, trusts, 0)
	}

	add("unknown", sim.FlawNone, "", 0)
	add("tls10", sim.FlawNone, trusts, tls.VersionTLS10)
	add("tls11", sim.FlawNone, trusts, tls.VersionTLS11)

	s := newRig(t, p).take(t)
	good(t, s, "healthy")

	for _, name := range p.vendors[1:] {
		report, _ := s.Vendor(messages.Vendor(name))
		if name == string(sim.FlawNone) {
			assert.Equal(t, messages.OutcomeMissingSymbol, report.Outcome, "the answer was read; its symbols are another vendor's")

			continue
		}

		assert.Equal(t, messages.OutcomeTLS, report.Outcome, "%s: %s", name, report.Detail)
		assert.NotEmpty(t, report.Detail, "the reason is given")
	}
}

func secure(t *testing.T, config *tls.Config) *sim.Server {
	t.Helper()

	server, err := sim.Start(context.WithoutCancel(t.Context()), sim.Settings{
		TLS: config, Vendors: []sim.Vendor{{Name: "ill", Instruments: []sim.Instrument{{Symbol: "X", Start: "1.5"}}}},
	})
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, server.Stop(context.WithoutCancel(t.Context()))) })

	return server
}

// N05: an answer at 0.95 of the deadline is used in its round. A machine that is busy may miss one of three.
func TestAnswerJustBeforeTheDeadline(t *testing.T) {
	t.Parallel()

	r := newRig(t, plan{
		vendors: []string{"slow"}, faults: map[string]string{"slow": "latency=1900ms"}, every: 3 * time.Second, deadline: 2 * time.Second, onDemand: true,
	})

	var s *messages.Snapshot

	for range 3 {
		if s = r.take(t); outcome(t, s, "slow") == messages.OutcomeOK {
			break
		}
	}

	good(t, s, "slow")
}

// N15: the vendor's wish to be left alone holds whatever the schedule says; afterwards it is asked again within two rounds.
func TestRetryAfterIsObeyed(t *testing.T) {
	t.Parallel()

	for fault, least := range map[string]time.Duration{
		"rate-limited=2s":      2 * time.Second,
		"rate-limited-date=3s": 2 * time.Second, // dates have whole seconds
	} {
		t.Run(fault, func(t *testing.T) {
			t.Parallel()

			const every = 200 * time.Millisecond

			r := newRig(t, plan{vendors: []string{"ill", "healthy"}, faults: map[string]string{"ill": fault + " first=1"}, every: every, deadline: every})
			sub := r.watch(t)
			s := r.until(t, sub, func(s *messages.Snapshot) bool { return outcome(t, s, "ill") == messages.OutcomeOK })

			requests := r.sim.Requests("ill")
			require.GreaterOrEqual(t, len(requests), 2)

			pause := requests[1].At.Sub(requests[0].At)
			assert.GreaterOrEqual(t, pause, least-10*time.Millisecond, "no request before that time")
			assert.LessOrEqual(t, s.PublishedAt.Sub(requests[0].At), 3*time.Second+2*every+slack, "G4")
		})
	}
}

// N14 N16: refused credentials silence us for a minute, and are an event once; a redirect is never followed.
func TestRequestsThatAreNotMade(t *testing.T) {
	t.Parallel()

	const rounds = 4

	r := newRig(t, plan{
		vendors: []string{"auth", "loop", "chain"}, faults: map[string]string{"auth": "status=401", "loop": "redirect-loop", "chain": "redirect-chain"},
		every: time.Second, deadline: time.Second, onDemand: true,
	})

	for range rounds {
		s := r.take(t)
		assert.Equal(t, messages.OutcomeAuth, outcome(t, s, "auth"))
	}

	assert.Len(t, r.sim.Requests("auth"), 1)
	assert.Len(t, r.sim.Requests("loop"), rounds)
	assert.Len(t, r.sim.Requests("chain"), rounds)
	assert.Equal(t, 1, strings.Count(r.log.String(), `"msg":"vendor is left alone"`))
}
