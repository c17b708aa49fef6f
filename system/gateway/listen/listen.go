// Package listen is the door: where clients connect, over what, for how long they may keep it waiting, and how many there may be at once.
//
// Every connection is bounded in time and in memory: a header must be there within HeaderTimeout, a connection without a request is closed after
// IdleTimeout, each write must be taken within the write timeout, and the kernel keeps at most sendBuffer of what a client does not read. When there
// are as many connections as there may be, the one that has been without a request for longest makes room; if each of them is
// busy, who comes is told so. Files that vendors and the store need are never spent on clients.
package listen

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"time"

	"github.com/sirupsen/logrus"
)

// Limits of each connection.
const (
	HeaderTimeout = 5 * time.Second // for the handshake, and again for a request's header
	IdleTimeout   = time.Minute     // between requests
	MaxHeader     = 32 << 10        // bytes

	sendBuffer = 128 << 10 // bytes that the kernel keeps for a client; Linux takes twice as much
)

// What holds where Settings do not say.
const (
	DefaultMaxConnections = 1024
	DefaultWriteTimeout   = 30 * time.Second
)

// Errors of Open.
var (
	ErrExposed = errors.New("is not loopback: whoever serves other machines needs tokens, or certificates of its clients")
	ErrFiles   = errors.New("the limit of open files leaves none for clients")
)

// Settings say where and how the gateway listens.
type Settings struct {
	Address        string // host:port; port 0 picks one
	OtherPort      bool   // where the port is taken, any other
	TLS            TLS
	MaxConnections int           // at once; DefaultMaxConnections if 0
	Reserved       int           // open files that others in this process need
	WriteTimeout   time.Duration // for one write, where the handler sets no deadline; DefaultWriteTimeout if 0
	Guarded        bool          // callers are known by tokens: an address that is not loopback may be listened on
	Log            *logrus.Entry
}

// TLS names the files of a certificate. They are read again when they change.
type TLS struct {
	Cert, Key string // PEM; empty for plain HTTP
	ClientCA  string // PEM; who connects needs a certificate signed by one of these; empty if anybody may
}

// Loopback reports whether an address can be reached from this machine only. It asks no name server: a name that is not localhost is not.
func Loopback(address string) bool {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return false
	}

	if strings.EqualFold(host, "localhost") {
		return true
	}

	ip, err := netip.ParseAddr(host)

	return err == nil && ip.IsLoopback()
}

// check refuses to serve other machines without knowing who asks.
func (s *Settings) check(bound net.Addr) error {
	tcp, is := bound.(*net.TCPAddr)

	if s.Guarded || s.TLS.ClientCA != "" || is && tcp.IP.IsLoopback() {
		return nil
	}

	return fmt.Errorf("%s %w", s.Address, ErrExposed)
}

// Connections is how many connections there may be: what is wished for, and no more than there are files for.
func (s *Settings) Connections() (int, error) {
	wished := s.MaxConnections
	if wished <= 0 {
		wished = DefaultMaxConnections
	}

	limit, known := openFiles()
	if !known {
		return wished, nil
	}

	left := limit - s.Reserved - maxRefusals - 1 // and the listener
	if left < 1 {
		return 0, fmt.Errorf("%w: there may be %d, and %d are reserved; raise it (ulimit -n)", ErrFiles, limit, s.Reserved)
	}

	return min(wished, left), nil
}
