package sim_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"net"
	"net/http"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/system/sim"
)

// secureRig is a simulator with the flaw whose client trusts the authority.
func secureRig(t *testing.T, flaw sim.Flaw, change func(*tls.Config)) (*rig, *sim.Authority) {
	t.Helper()

	authority, err := sim.NewAuthority()
	require.NoError(t, err)

	config, err := authority.Config(flaw)
	require.NoError(t, err)

	if change != nil {
		change(config)
	}

	r := newRig(t, sim.Settings{TLS: config})

	pool := x509.NewCertPool()
	require.True(t, pool.AppendCertsFromPEM(authority.PEM()))

	r.client = &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}, DisableKeepAlives: true, ForceAttemptHTTP2: true}}

	return r, authority
}

func TestCertificatesHaveTheirFlaws(t *testing.T) { // N18
	want := map[sim.Flaw]string{
		sim.FlawNone:        "",
		sim.FlawExpired:     "certificate has expired",
		sim.FlawNotYetValid: "not yet valid",
		sim.FlawWrongHost:   "doesn't contain any IP SANs",
		sim.FlawSelfSigned:  "unknown authority",
	}

	for _, flaw := range sim.Flaws() {
		t.Run(string(flaw), func(t *testing.T) {
			r, _ := secureRig(t, flaw, nil)

			response, _, err := r.ask(t.Context(), r.url())
			if want[flaw] != "" {
				require.ErrorContains(t, err, want[flaw])

				return
			}

			require.NoError(t, err)
			assert.Equal(t, "HTTP/1.1", response.Proto)
		})
	}
}

func TestUnknownAuthorityAndFlaw(t *testing.T) { // N18
	r, authority := secureRig(t, sim.FlawNone, nil)
	stranger, err := sim.NewAuthority()
	require.NoError(t, err)

	r.client.Transport = &http.Transport{TLSClientConfig: &tls.Config{RootCAs: stranger.Pool()}}
	_, _, err = r.ask(t.Context(), r.url())
	require.ErrorContains(t, err, "unknown authority")

	_, err = authority.Config("dented")
	require.ErrorContains(t, err, `unknown flaw "dented"`)
}

func TestOldTLSIsRefusedByTheClient(t *testing.T) { // N18
	r, _ := secureRig(t, sim.FlawNone, func(config *tls.Config) { config.MaxVersion = tls.VersionTLS11 })

	_, _, err := r.ask(t.Context(), r.url())
	require.ErrorContains(t, err, "protocol version")
}

func TestFaultsWorkOverTLS(t *testing.T) { // N06, N13
	r, _ := secureRig(t, sim.FlawNone, nil)

	require.NoError(t, r.SetFault("v", sim.Fault{Kind: sim.Reset}))
	_, _, err := r.ask(t.Context(), r.url())
	require.ErrorIs(t, err, syscall.ECONNRESET)

	require.NoError(t, r.SetFault("v", sim.Fault{Kind: sim.BadStatusLine}))
	_, _, err = r.ask(t.Context(), r.url())
	require.ErrorContains(t, err, "malformed HTTP status code")
}

func TestTraps(t *testing.T) { // N01, N18
	handshake := map[sim.TrapKind]string{
		sim.TrapSilent: "timeout", sim.TrapDeaf: "timeout", sim.TrapGarbage: "does not look like a TLS handshake",
		sim.TrapPlainHTTP: "does not look like a TLS handshake", sim.TrapReset: "reset", sim.TrapClose: "EOF",
	}

	for _, kind := range sim.TrapKinds() {
		t.Run(string(kind), func(t *testing.T) {
			trap, err := sim.StartTrap(t.Context(), kind)
			require.NoError(t, err)

			var dialer net.Dialer

			conn, err := dialer.DialContext(t.Context(), "tcp", trap.Address())
			require.NoError(t, err)

			defer func() { _ = conn.Close() }()

			wait := patience
			if handshake[kind] == "timeout" {
				wait = 30 * time.Millisecond
			}

			require.NoError(t, conn.SetDeadline(time.Now().Add(wait)))
			require.ErrorContains(t, tls.Client(conn, &tls.Config{ServerName: "localhost"}).HandshakeContext(t.Context()), handshake[kind])

			idle, err := dialer.DialContext(t.Context(), "tcp", trap.Address())
			require.NoError(t, err)

			defer func() { _ = idle.Close() }()

			ctx, cancel := context.WithTimeout(t.Context(), patience)
			defer cancel()

			require.NoError(t, trap.Stop(ctx))

			_, err = io.ReadAll(idle)
			if err != nil { // a backlog that was never accepted is reset
				require.ErrorIs(t, err, syscall.ECONNRESET)
			}
		})
	}

	_, err := sim.StartTrap(t.Context(), "pit")
	require.ErrorContains(t, err, `unknown trap "pit"`)
}

func TestTrapStopGivesUpWithItsContext(t *testing.T) {
	trap, err := sim.StartTrap(t.Context(), sim.TrapDeaf)
	require.NoError(t, err)

	ctx, cancel := context.WithCancel(t.Context())
	cancel()

	if err := trap.Stop(ctx); err != nil { // it may also have been quick enough
		require.ErrorIs(t, err, context.Canceled)
	}
}
