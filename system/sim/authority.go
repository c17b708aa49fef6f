package sim

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"time"
)

// Flaw is what is wrong with a certificate.
type Flaw string

// The flaws.
const (
	FlawNone        Flaw = "none"          // valid for loopback, issued by the authority
	FlawExpired     Flaw = "expired"       // its time is over
	FlawNotYetValid Flaw = "not-yet-valid" // its time has not come
	FlawWrongHost   Flaw = "wrong-host"    // made out to another host
	FlawSelfSigned  Flaw = "self-signed"   // issued by itself
)

// Flaws returns every flaw, in the order of the constants.
func Flaws() []Flaw {
	return []Flaw{FlawNone, FlawExpired, FlawNotYetValid, FlawWrongHost, FlawSelfSigned}
}

// Authority is a certificate authority for tests. Nobody trusts it who is not given its PEM.
type Authority struct {
	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
}

// NewAuthority makes an authority with a key of its own.
func NewAuthority() (*Authority, error) {
	key, err := newKey()
	if err != nil {
		return nil, err
	}

	template := template("Simulated authority", time.Now())
	template.IsCA, template.BasicConstraintsValid, template.KeyUsage = true, true, x509.KeyUsageCertSign

	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return nil, fmt.Errorf("authority certificate: %w", err)
	}

	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, fmt.Errorf("authority certificate: %w", err)
	}

	return &Authority{certificate: certificate, key: key}, nil
}

// PEM returns the authority's certificate, for a client's list of trusted authorities.
func (a *Authority) PEM() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.certificate.Raw})
}

// Pool returns a pool that trusts the authority alone.
func (a *Authority) Pool() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(a.certificate)

	return pool
}

// Config returns the settings of a TLS server with a new certificate that has the flaw. The server takes every version from TLS 1.0; set
// MaxVersion to make it one that knows no better.
func (a *Authority) Config(flaw Flaw) (*tls.Config, error) {
	key, err := newKey()
	if err != nil {
		return nil, err
	}

	subject, issuer, signer := template("Simulated vendor", time.Now()), a.certificate, a.key
	subject.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	subject.IPAddresses, subject.DNSNames = []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback}, []string{"localhost"}

	switch flaw {
	case FlawNone:
	case FlawExpired:
		subject.NotAfter = time.Now().Add(-time.Minute)
	case FlawNotYetValid:
		subject.NotBefore = time.Now().Add(time.Hour)
	case FlawWrongHost:
		subject.IPAddresses, subject.DNSNames = nil, []string{"elsewhere.example"}
	case FlawSelfSigned:
		issuer, signer = subject, key
	default:
		return nil, fmt.Errorf("unknown flaw %q", string(flaw))
	}

	der, err := x509.CreateCertificate(rand.Reader, subject, issuer, key.Public(), signer)
	if err != nil {
		return nil, fmt.Errorf("vendor certificate: %w", err)
	}

	return &tls.Config{ //nolint:gosec // a simulator must be able to be as old as the oldest vendor
		MinVersion:   tls.VersionTLS10,
		Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}},
	}, nil
}

func newKey() (*ecdsa.PrivateKey, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("private key: %w", err)
	}

	return key, nil
}

// template is a certificate that is valid from an hour ago for a day.
func template(name string, now time.Time) *x509.Certificate {
	return &x509.Certificate{
		SerialNumber: big.NewInt(now.UnixNano()),
		Subject:      pkix.Name{CommonName: name},
		NotBefore:    now.Add(-time.Hour),
		NotAfter:     now.Add(24 * time.Hour),
		KeyUsage:     x509.KeyUsageDigitalSignature,
	}
}
