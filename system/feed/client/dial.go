package client

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http/httptrace"
	"os"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/rollcall-go/rollcall/system/feed/spec"
)

// maxCAFile is the longest file of certificate authorities, in bytes.
const maxCAFile = 4 << 20

// stage is how far the newest connection has come. It tells why nothing had come when a deadline passed.
type stage int32

const (
	stageOpen stage = iota // connected, or not dialling
	stageResolving
	stageConnecting
	stageShaking
)

// dialer makes connections whose addresses obey the policy.
type dialer struct {
	net        net.Dialer
	policy     *addressPolicy
	tls        *tls.Config
	tlsTimeout time.Duration
	stage      atomic.Int32
}

func newDialer(settings spec.ClientSettings, resolver *net.Resolver) (*dialer, error) {
	roots, err := readRoots(settings.CAFile)
	if err != nil {
		return nil, err
	}

	d := &dialer{
		// A proxy is chosen by the operator and usually stands in the private network; the vendor's own address is then the proxy's business.
		policy:     newAddressPolicy(settings.AllowPrivate || settings.Proxy != ""),
		tlsTimeout: settings.TLSTimeout,
		tls: &tls.Config{
			MinVersion:         tls.VersionTLS12,
			RootCAs:            roots,
			ClientSessionCache: tls.NewLRUClientSessionCache(4),
		},
	}
	d.net = net.Dialer{Timeout: settings.DialTimeout, Resolver: boundResolver(resolver, settings.DialTimeout), ControlContext: d.control}

	return d, nil
}

func (d *dialer) control(ctx context.Context, network, address string, conn syscall.RawConn) error {
	d.stage.Store(int32(stageConnecting))

	return d.policy.control(ctx, network, address, conn)
}

// dial connects; the timeout covers resolving too.
func (d *dialer) dial(ctx context.Context, network, address string) (net.Conn, error) {
	d.stage.Store(int32(stageResolving))
	defer d.stage.Store(int32(stageOpen))

	conn, err := d.net.DialContext(ctx, network, address)
	if err != nil {
		return nil, d.explain(err)
	}

	return conn, nil
}

// handshakeError is a TLS handshake that did not succeed, whatever the cause.
type handshakeError struct{ err error }

func (e *handshakeError) Error() string { return "tls handshake: " + e.err.Error() }
func (e *handshakeError) Unwrap() error { return e.err }

// dialTLS connects and shakes hands. It never falls back to anything else.
func (d *dialer) dialTLS(ctx context.Context, network, address string) (net.Conn, error) {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, fmt.Errorf("address: %w", err)
	}

	raw, err := d.dial(ctx, network, address)
	if err != nil {
		return nil, err
	}

	d.stage.Store(int32(stageShaking))
	defer d.stage.Store(int32(stageOpen))

	config := d.tls.Clone()
	config.ServerName = host
	conn := tls.Client(raw, config)

	limited, cancel := context.WithTimeout(ctx, d.tlsTimeout)
	defer cancel()

	if err := shake(limited, conn); err != nil {
		return nil, errors.Join(&handshakeError{err}, ignoreClosed(raw.Close()))
	}

	return conn, nil
}

// shake tells a trace in the context of the handshake, as net/http does where it dials itself.
func shake(ctx context.Context, conn *tls.Conn) error {
	trace := httptrace.ContextClientTrace(ctx)
	if trace != nil && trace.TLSHandshakeStart != nil {
		trace.TLSHandshakeStart()
	}

	err := conn.HandshakeContext(ctx)

	if trace != nil && trace.TLSHandshakeDone != nil {
		trace.TLSHandshakeDone(conn.ConnectionState(), err)
	}

	return err //nolint:wrapcheck // the caller wraps it
}

func ignoreClosed(err error) error {
	if errors.Is(err, net.ErrClosed) {
		return nil
	}

	return err
}

// errDescriptors is a lack of file descriptors in this process or on this machine.
var errDescriptors = errors.New("no free file descriptors")

// explain tells a lack of descriptors from a name that does not exist: without descriptors Go cannot read its resolver's files and reports
// "no such host".
func (d *dialer) explain(err error) error {
	var lookup *net.DNSError

	scarce := errors.Is(err, syscall.EMFILE) || errors.Is(err, syscall.ENFILE)
	if !scarce && errors.As(err, &lookup) {
		probe, probeErr := os.Open(os.DevNull)
		if probeErr == nil {
			probeErr = probe.Close()
		}

		scarce = errors.Is(probeErr, syscall.EMFILE) || errors.Is(probeErr, syscall.ENFILE)
	}

	if scarce {
		return errDescriptors
	}

	return err
}

// readRoots returns the certificate authorities of a PEM file; nil, meaning the system's, if no file is named.
func readRoots(file string) (*x509.CertPool, error) {
	if file == "" {
		return nil, nil //nolint:nilnil // a nil pool is how crypto/tls spells the system's
	}

	info, err := os.Stat(file)
	if err != nil {
		return nil, fmt.Errorf("certificate authorities: %w", err)
	}

	if !info.Mode().IsRegular() || info.Size() > maxCAFile {
		return nil, fmt.Errorf("certificate authorities: %s is not a file of at most %d bytes", file, maxCAFile)
	}

	text, err := os.ReadFile(file) //nolint:gosec // the operator names the file
	if err != nil {
		return nil, fmt.Errorf("certificate authorities: %w", err)
	}

	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(text) {
		return nil, fmt.Errorf("certificate authorities: %s holds no PEM certificates", file)
	}

	return roots, nil
}
