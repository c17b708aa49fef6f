package client

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/rollcall-go/rollcall/system/secret"
)

// Option changes how a client works.
type Option func(*settings) error

type settings struct {
	token     secret.Secret
	client    *http.Client // the caller's own; nil: one is made
	tls       *tls.Config  // nil: the system's authorities, no certificate
	agent     string
	patience  time.Duration
	attempts  int
	maxAnswer int64
}

// WithToken sends a bearer token with every request. Anybody between here and a service without TLS can read it.
func WithToken(token secret.Secret) Option {
	return func(s *settings) error {
		if strings.ContainsFunc(token.Reveal(), func(r rune) bool { return r <= ' ' || r > '~' }) {
			return errors.New("the token holds characters that no token has")
		}

		s.token = token

		return nil
	}
}

// WithHTTPClient uses the caller's client: its transport, cookies and so on. Redirects are not followed all the same. It goes with neither WithCA
// nor WithCertificate; its Timeout would end streams and must be 0.
func WithHTTPClient(client *http.Client) Option {
	return func(s *settings) error {
		if client == nil || client.Timeout != 0 {
			return errors.New("the HTTP client must be there and have no timeout of its own")
		}

		s.client = client

		return nil
	}
}

// WithCA trusts the authorities in PEM text, and no others.
func WithCA(pem []byte) Option {
	return func(s *settings) error {
		pool := x509.NewCertPool()
		if !pool.AppendCertsFromPEM(pem) {
			return errors.New("no certificate in the text that should name the authorities (PEM)")
		}

		s.secure().RootCAs = pool

		return nil
	}
}

// WithCertificate shows a certificate to a service that wants one.
func WithCertificate(certificate tls.Certificate) Option {
	return func(s *settings) error {
		s.secure().Certificates = []tls.Certificate{certificate}

		return nil
	}
}

// WithAgent names the program in the header User-Agent.
func WithAgent(agent string) Option {
	return func(s *settings) error {
		s.agent = agent

		return nil
	}
}

// WithPatience bounds one request; DefaultPatience otherwise.
func WithPatience(patience time.Duration) Option {
	return func(s *settings) error {
		if patience <= 0 {
			return errors.New("the patience for a request must be above 0")
		}

		s.patience = patience

		return nil
	}
}

// WithAttempts bounds how often a request is sent, the first time included; DefaultAttempts otherwise. Streams go on for ever.
func WithAttempts(attempts int) Option {
	return func(s *settings) error {
		if attempts < 1 {
			return errors.New("a request must be sent once at least")
		}

		s.attempts = attempts

		return nil
	}
}

// WithMaxAnswer bounds an answer and an event of a stream, in bytes; DefaultMaxAnswer otherwise.
func WithMaxAnswer(bytes int64) Option {
	return func(s *settings) error {
		if bytes < 1 {
			return errors.New("an answer must have a byte at least")
		}

		s.maxAnswer = bytes

		return nil
	}
}

func (s *settings) secure() *tls.Config {
	if s.tls == nil {
		s.tls = &tls.Config{MinVersion: tls.VersionTLS12}
	}

	return s.tls
}

// transport is the client that requests go through.
func (s *settings) transport() (*http.Client, error) {
	if s.client != nil && s.tls != nil {
		return nil, errors.New("an HTTP client of your own brings its own authorities and certificates")
	}

	made := &http.Client{}
	if s.client != nil {
		*made = *s.client
	} else if transport, is := http.DefaultTransport.(*http.Transport); is {
		transport = transport.Clone()
		transport.TLSClientConfig = s.tls
		made.Transport = transport
	}

	made.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

	return made, nil
}
