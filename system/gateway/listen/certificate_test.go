package listen_test

import (
	"crypto/tls"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/sirupsen/logrus"
	logrustest "github.com/sirupsen/logrus/hooks/test"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/system/gateway/listen"
)

// files are where the tests keep certificates.
func files(t *testing.T) listen.TLS {
	t.Helper()

	dir := t.TempDir()

	return listen.TLS{Cert: filepath.Join(dir, "cert.pem"), Key: filepath.Join(dir, "key.pem")}
}

// handshake connects over TLS and makes one request; it returns what the server showed.
func handshake(t *testing.T, door *listen.Door, config *tls.Config) (tls.ConnectionState, error) {
	t.Helper()

	conn := tls.Client(dial(t, door), config)
	if err := conn.HandshakeContext(t.Context()); err != nil {
		return tls.ConnectionState{}, err
	}

	if _, err := conn.Write([]byte(request)); err != nil {
		return tls.ConnectionState{}, err
	}

	_, err := conn.Read(make([]byte, 1)) // TLS 1.3 tells a client only now that its certificate was refused

	return conn.ConnectionState(), err
}

func TestTLS(t *testing.T) {
	t.Parallel()

	ca, names := newAuthority(t), files(t)
	ca.issue(t, 7, "rollcall", names.Cert, names.Key)

	door := open(t, listen.Settings{TLS: names}, fine)

	state, err := handshake(t, door, &tls.Config{RootCAs: ca.pool(), ServerName: "127.0.0.1", NextProtos: []string{"h2", "http/1.1"}})
	require.NoError(t, err)
	assert.Equal(t, int64(7), state.PeerCertificates[0].SerialNumber.Int64())
	assert.Equal(t, "http/1.1", state.NegotiatedProtocol, "one connection is one client")

	_, err = handshake(t, door, &tls.Config{
		RootCAs: ca.pool(), ServerName: "127.0.0.1", MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11,
	})
	require.ErrorContains(t, err, "protocol version")

	response := say(t, dial(t, door), request)
	require.NotNil(t, response)
	assert.Equal(t, http.StatusBadRequest, response.status, "plain HTTP is not answered")
}

// A certificate that is replaced is used from then on, without a restart; one that is broken leaves the old one, and is logged.
func TestCertificatesAreReadAgain(t *testing.T) {
	t.Parallel()

	ca, names := newAuthority(t), files(t)
	ca.issue(t, 1, "rollcall", names.Cert, names.Key)

	log, hook := logrustest.NewNullLogger()
	door := open(t, listen.Settings{TLS: names, Log: logrus.NewEntry(log)}, fine)
	config := &tls.Config{RootCAs: ca.pool(), ServerName: "127.0.0.1"}
	serial := func() int64 {
		state, err := handshake(t, door, config)
		require.NoError(t, err)

		return state.PeerCertificates[0].SerialNumber.Int64()
	}

	assert.Equal(t, int64(1), serial())

	ca.issue(t, 2, "rollcall", names.Cert, names.Key)
	assert.Eventually(t, func() bool { return serial() == 2 }, patience, 100*time.Millisecond)

	require.NoError(t, os.WriteFile(names.Cert, []byte("-----BEGIN NONSENSE-----\n"), 0o600))
	assert.Eventually(t, func() bool {
		assert.Equal(t, int64(2), serial())

		last := hook.LastEntry()

		return last != nil && last.Message == "the certificate cannot be read again; the one before stays"
	}, patience, 100*time.Millisecond)

	require.NoError(t, os.Remove(names.Key))
	ca.issue(t, 3, "rollcall", names.Cert, names.Key)
	assert.Eventually(t, func() bool { return serial() == 3 }, patience, 100*time.Millisecond)
}

// RELIABILITY 5: where clients need certificates, nobody else connects; and that is guard enough to serve other machines.
func TestClientsNeedCertificates(t *testing.T) {
	t.Parallel()

	ca, names := newAuthority(t), files(t)
	ca.issue(t, 1, "rollcall", names.Cert, names.Key)

	dir := t.TempDir()
	clients := newAuthority(t)
	names.ClientCA = filepath.Join(dir, "clients.pem")
	clients.write(t, names.ClientCA)

	desk := clients.issue(t, 2, "desk", filepath.Join(dir, "desk.pem"), filepath.Join(dir, "desk.key"))
	stranger := newAuthority(t).issue(t, 3, "desk", filepath.Join(dir, "s.pem"), filepath.Join(dir, "s.key"))

	var seen string

	door := open(t, listen.Settings{Address: "0.0.0.0:0", TLS: names}, func(w http.ResponseWriter, r *http.Request) {
		seen = r.TLS.VerifiedChains[0][0].Subject.CommonName

		fine(w, r)
	})

	for name, config := range map[string]*tls.Config{"none": {}, "a stranger's": {Certificates: []tls.Certificate{stranger}}} {
		config.RootCAs, config.ServerName = ca.pool(), "127.0.0.1"
		_, err := handshake(t, door, config)
		require.Error(t, err, name)
	}

	_, err := handshake(t, door, &tls.Config{RootCAs: ca.pool(), ServerName: "127.0.0.1", Certificates: []tls.Certificate{desk}})
	require.NoError(t, err)
	assert.Equal(t, "desk", seen)
}

// What is wrong with the files is said before anything is listened on.
func TestFilesThatAreNoCertificate(t *testing.T) {
	t.Parallel()

	ca, names := newAuthority(t), files(t)

	_, err := listen.Open(t.Context(), listen.Settings{Address: "127.0.0.1:0", TLS: names}, http.HandlerFunc(fine))
	require.ErrorIs(t, err, os.ErrNotExist)
	require.ErrorContains(t, err, names.Cert)

	ca.issue(t, 1, "rollcall", names.Cert, names.Key)
	ca.issue(t, 2, "rollcall", names.Cert, filepath.Join(t.TempDir(), "other.pem"))

	_, err = listen.Open(t.Context(), listen.Settings{Address: "127.0.0.1:0", TLS: names}, http.HandlerFunc(fine))
	require.ErrorContains(t, err, "private key does not match public key")

	ca.issue(t, 1, "rollcall", names.Cert, names.Key)

	names.ClientCA = names.Key
	_, err = listen.Open(t.Context(), listen.Settings{Address: "127.0.0.1:0", TLS: names}, http.HandlerFunc(fine))
	require.ErrorContains(t, err, "holds no certificate in PEM")
}

// X09: a key that others may read is warned about; secrets in Kubernetes are, so it is not refused.
func TestKeysThatOthersReadAreWarnedAbout(t *testing.T) {
	t.Parallel()

	ca, names := newAuthority(t), files(t)
	ca.issue(t, 1, "rollcall", names.Cert, names.Key)
	require.NoError(t, os.Chmod(names.Key, 0o644))

	log, hook := logrustest.NewNullLogger()
	open(t, listen.Settings{TLS: names, Log: logrus.NewEntry(log)}, fine)
	require.NotNil(t, hook.LastEntry())
	assert.Equal(t, "others than its owner may read the key", hook.LastEntry().Message)
}

// A01: who makes room is known over TLS too: a request that is open is never the one to go.
func TestRoomIsMadeOverTLS(t *testing.T) {
	t.Parallel()

	ca, names := newAuthority(t), files(t)
	ca.issue(t, 1, "rollcall", names.Cert, names.Key)

	handler, entered, let := blocking()
	door := open(t, listen.Settings{TLS: names, MaxConnections: 2}, handler)
	config := &tls.Config{RootCAs: ca.pool(), ServerName: "127.0.0.1"}

	active := tls.Client(dial(t, door), config)
	_, err := active.Write([]byte(request))
	require.NoError(t, err)
	<-entered

	idle := dial(t, door)
	next := tls.Client(dial(t, door), config)
	_, err = next.Write([]byte(request))
	require.NoError(t, err)
	<-entered

	_, err = idle.Read(make([]byte, 1))
	require.Error(t, err)
	assert.Equal(t, uint64(1), door.Stats().Evicted)

	_, err = dial(t, door).Read(make([]byte, 1))
	require.Error(t, err, "there is no room, and no plain word to say so")
	assert.Equal(t, uint64(1), door.Stats().Refused)

	let()

	for _, conn := range []*tls.Conn{active, next} {
		answer := say(t, conn, "")
		require.NotNil(t, answer)
		assert.Equal(t, http.StatusOK, answer.status)
	}
}
