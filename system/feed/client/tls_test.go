package client_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/feed/client"
	"github.com/rollcall-go/rollcall/system/feed/spec"
)

// authority is a certificate authority of a test's own.
type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
	file string // PEM
}

func newAuthority(t *testing.T) authority {
	t.Helper()

	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)

	wanted := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test"}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), KeyUsage: x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, wanted, wanted, key.Public(), key)
	require.NoError(t, err)

	cert, err := x509.ParseCertificate(der)
	require.NoError(t, err)

	file := filepath.Join(t.TempDir(), "ca.pem")
	require.NoError(t, os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600))

	return authority{cert, key, file}
}

// issue makes a certificate for an address, valid for a time around now shifted by some.
func (a authority) issue(t *testing.T, address string, shift time.Duration) tls.Certificate {
	t.Helper()

	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)

	wanted := &x509.Certificate{
		SerialNumber: big.NewInt(2), IPAddresses: []net.IP{net.ParseIP(address)},
		NotBefore: time.Now().Add(shift - 30*time.Minute), NotAfter: time.Now().Add(shift + 30*time.Minute),
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, wanted, a.cert, key.Public(), a.key)
	require.NoError(t, err)

	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

func secure(t *testing.T, config *tls.Config) *httptest.Server {
	t.Helper()

	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, good) }))
	s.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	s.TLS = config
	s.StartTLS()
	t.Cleanup(s.Close)

	return s
}

func TestCertificates(t *testing.T) { // N18
	t.Parallel()

	ours, other := newAuthority(t), newAuthority(t)
	trust := func(d *spec.ClientSettings) { d.CAFile = ours.file }

	t.Run("good", func(t *testing.T) {
		t.Parallel()

		s := secure(t, &tls.Config{Certificates: []tls.Certificate{ours.issue(t, "127.0.0.1", 0)}})
		asker := source(t, s.URL, trust)
		succeeds(t, asker)
		asker.Close()
		succeeds(t, asker) // with a resumed session
	})

	cases := map[string]struct {
		config *tls.Config
		detail string
	}{
		"unknown authority": {&tls.Config{Certificates: []tls.Certificate{other.issue(t, "127.0.0.1", 0)}}, "unknown authority"},
		"self-signed":       {nil, "unknown authority"}, // httptest's own certificate
		"expired":           {&tls.Config{Certificates: []tls.Certificate{ours.issue(t, "127.0.0.1", -48*time.Hour)}}, "expired"},
		"not yet valid":     {&tls.Config{Certificates: []tls.Certificate{ours.issue(t, "127.0.0.1", 48*time.Hour)}}, "not valid yet"},
		"wrong host":        {&tls.Config{Certificates: []tls.Certificate{ours.issue(t, "127.0.0.9", 0)}}, "another host"},
		"TLS 1.0": {&tls.Config{
			Certificates: []tls.Certificate{ours.issue(t, "127.0.0.1", 0)}, MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS10,
		}, "version"},
		"TLS 1.1": {&tls.Config{
			Certificates: []tls.Certificate{ours.issue(t, "127.0.0.1", 0)}, MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11,
		}, "version"},
	}

	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			failure := fails(t, source(t, secure(t, c.config).URL, trust), messages.OutcomeTLS, plenty, 2*time.Second)
			assert.Contains(t, failure.Detail, c.detail)
		})
	}
}

func TestHandshakes(t *testing.T) { // N18
	t.Parallel()

	short := func(d *spec.ClientSettings) { d.TLSTimeout = soon }
	cases := map[string]struct {
		serve  func(v *raw, conn net.Conn)
		detail string
	}{
		"plain HTTP": {func(v *raw, conn net.Conn) { v.write(conn, wholeAnswer); hold(conn) }, "does not speak TLS"},
		"garbage":    {func(v *raw, conn net.Conn) { v.write(conn, "\x00\x01garbage garbage garbage"); hold(conn) }, "does not speak TLS"},
		"hang":       {func(_ *raw, conn net.Conn) { hold(conn) }, "client.tls_timeout"},
		"end":        {func(_ *raw, conn net.Conn) { _, _ = conn.Read(make([]byte, 4096)) }, "cut"},
	}

	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			v := listen(t, c.serve)
			failure := fails(t, source(t, "https://"+v.address, short), messages.OutcomeTLS, plenty, time.Second)
			assert.Contains(t, failure.Detail, c.detail)
			assert.EqualValues(t, 1, v.accepted.Load(), "no second attempt, and none in plain text")
		})
	}

	t.Run("hang beyond the deadline", func(t *testing.T) {
		t.Parallel()

		v := listen(t, func(_ *raw, conn net.Conn) { hold(conn) })
		fails(t, source(t, "https://"+v.address), messages.OutcomeTLS, time.Second, time.Second)
	})
}

func TestCAFile(t *testing.T) {
	t.Parallel()

	empty := filepath.Join(t.TempDir(), "empty.pem")
	require.NoError(t, os.WriteFile(empty, []byte("nothing"), 0o600))

	for _, file := range []string{empty, t.TempDir(), "/nowhere.pem"} {
		_, err := client.New(spec.ClientSettings{CAFile: file})
		require.ErrorContains(t, err, "certificate authorities")
		require.ErrorContains(t, err, file)
	}
}
