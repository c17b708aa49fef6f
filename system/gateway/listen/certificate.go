package listen

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/sirupsen/logrus"
)

// lookEvery is how often the files of a certificate are looked at: when somebody connects, and no more often than this.
const lookEvery = time.Second

// certificate is what the files say, read again when they change. A change that cannot be used changes nothing, and is logged.
type certificate struct {
	files TLS
	log   *logrus.Entry

	mu     sync.Mutex
	config *tls.Config
	seen   []os.FileInfo
	looked time.Time
}

// openCertificate reads the files; the error names the one that is wrong.
func openCertificate(files TLS, log *logrus.Entry) (*certificate, error) {
	c := &certificate{files: files, log: log, looked: time.Now()}

	var err error
	if c.seen, err = files.stat(); err != nil {
		return nil, err
	}

	if c.config, err = files.load(); err != nil {
		return nil, err
	}

	const othersRead = 0o044
	if c.seen[1].Mode().Perm()&othersRead != 0 {
		log.WithField("file", files.Key).Warn("others than its owner may read the key")
	}

	return c, nil
}

// server is the configuration of a listener that always has the newest certificate.
func (c *certificate) server() *tls.Config {
	return &tls.Config{
		MinVersion:         tls.VersionTLS12,
		GetConfigForClient: func(*tls.ClientHelloInfo) (*tls.Config, error) { return c.current(time.Now()), nil },
	}
}

func (c *certificate) current(now time.Time) *tls.Config {
	c.mu.Lock()
	defer c.mu.Unlock()

	if now.Sub(c.looked) < lookEvery {
		return c.config
	}

	c.looked = now

	seen, err := c.files.stat()
	if err == nil && slices.EqualFunc(seen, c.seen, unchanged) {
		return c.config
	}

	var next *tls.Config
	if err == nil {
		next, err = c.files.load()
	}

	if err != nil {
		c.log.WithError(err).Error("the certificate cannot be read again; the one before stays")

		return c.config
	}

	c.config, c.seen = next, seen
	c.log.WithField("file", c.files.Cert).Info("the certificate was read again")

	return c.config
}

func unchanged(a, b os.FileInfo) bool {
	return os.SameFile(a, b) && a.ModTime().Equal(b.ModTime()) && a.Size() == b.Size()
}

// stat looks at the files: certificate, key, and authorities if there are any.
func (f *TLS) stat() ([]os.FileInfo, error) {
	names := []string{f.Cert, f.Key}
	if f.ClientCA != "" {
		names = append(names, f.ClientCA)
	}

	found := make([]os.FileInfo, len(names))

	for i, name := range names {
		info, err := os.Stat(name)
		if err != nil {
			return nil, fmt.Errorf("tls: %w", err)
		}

		found[i] = info
	}

	return found, nil
}

// load reads the files.
func (f *TLS) load() (*tls.Config, error) {
	pair, err := tls.LoadX509KeyPair(f.Cert, f.Key)
	if err != nil {
		return nil, fmt.Errorf("tls: %s and %s: %w", f.Cert, f.Key, err)
	}

	config := &tls.Config{MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{pair}, NextProtos: []string{"http/1.1"}}
	if f.ClientCA == "" {
		return config, nil
	}

	text, err := os.ReadFile(f.ClientCA)
	if err != nil {
		return nil, fmt.Errorf("tls: %w", err)
	}

	config.ClientAuth, config.ClientCAs = tls.RequireAndVerifyClientCert, x509.NewCertPool()
	if !config.ClientCAs.AppendCertsFromPEM(text) {
		return nil, fmt.Errorf("tls: %s: %w", f.ClientCA, errNoCertificate)
	}

	return config, nil
}

var errNoCertificate = errors.New("holds no certificate in PEM")
