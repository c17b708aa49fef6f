package sim

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/sirupsen/logrus"
	logrusslog "github.com/sirupsen/logrus/hooks/slog"

	"github.com/rollcall-go/rollcall/system/logs"
)

// ErrUnknownVendor is in the error of every method that is told a vendor's name the simulator does not play.
var ErrUnknownVendor = errors.New("unknown vendor")

// Server is a running simulator. Its methods may be called from any goroutine.
type Server struct {
	address string
	scheme  string
	http    *http.Server
	vendors map[string]*vendor
	log     *logrus.Entry
	cancel  context.CancelFunc // ends every exchange
	done    chan struct{}      // closed when nothing runs any more

	mu      sync.Mutex
	stopped bool
	running sync.WaitGroup // exchanges; none is added once stopped
}

// Start listens and serves until Stop is called or ctx ends. The error names the address, or every mistake in the settings.
func Start(ctx context.Context, settings Settings) (*Server, error) {
	vendors, err := settings.compile() //nolint:contextcheck // it makes the faults' actions and runs none
	if err != nil {
		return nil, fmt.Errorf("simulator: %w", err)
	}

	address := orElse(settings.Listen, DefaultListen)

	var config net.ListenConfig

	listener, err := config.Listen(ctx, "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("simulator: listen on %s: %w", address, err)
	}

	s := &Server{
		address: listener.Addr().String(), scheme: "http", vendors: vendors, log: logs.OrSilent(settings.Log), done: make(chan struct{}),
	}

	for name, v := range vendors {
		v.log = s.log.WithField("vendor", name)
	}

	if settings.TLS != nil {
		listener, s.scheme = tls.NewListener(listener, onlyHTTP1(settings.TLS)), "https"
	}

	s.serve(ctx, listener)

	return s, nil
}

// onlyHTTP1 keeps clients from choosing HTTP/2, whose connections cannot be misused one by one.
func onlyHTTP1(config *tls.Config) *tls.Config {
	config = config.Clone()
	config.NextProtos = []string{"http/1.1"}

	return config
}

func (s *Server) serve(ctx context.Context, listener net.Listener) {
	base, cancel := context.WithCancel(ctx)
	s.cancel = cancel

	routes := http.NewServeMux()
	routes.HandleFunc("/v1/{vendor}/quotes", s.quotes)

	s.http = &http.Server{
		Handler:           s.playing(routes),
		BaseContext:       func(net.Listener) context.Context { return base },
		ReadHeaderTimeout: 10 * time.Second,
		MaxHeaderBytes:    64 << 10,
		ErrorLog:          slog.NewLogLogger(logrusslog.NewHandler(s.log.Logger, nil), slog.LevelDebug),
	}

	unwatch := context.AfterFunc(ctx, s.shut)

	go func() {
		defer close(s.done)
		defer unwatch()

		if err := s.http.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			s.log.WithError(err).Error("simulator no longer accepts connections")
		}

		s.shut()
		s.running.Wait()
	}()
}

// quotes answers one request to a vendor.
func (s *Server) quotes(w http.ResponseWriter, r *http.Request) {
	v := s.vendors[r.PathValue("vendor")]
	if v == nil {
		setHeader(w, "Content-Type", jsonType)
		w.WriteHeader(http.StatusNotFound)
		_, _ = w.Write([]byte(`{"error":"unknown vendor"}`)) // a client that is gone needs no answer

		return
	}

	s.exchange(v, w, r, "") //nolint:contextcheck // an exchange takes the context from its request
}

// playing hands requests below the name of a vendor that plays to it, untouched, and others to the routes.
func (s *Server) playing(routes http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		head, rest, below := strings.Cut(strings.TrimPrefix(r.URL.EscapedPath(), "/"), "/")
		name, err := url.PathUnescape(head)

		v := s.vendors[name]
		if err != nil || v == nil || v.play == nil {
			routes.ServeHTTP(w, r)

			return
		}

		if below {
			rest = "/" + rest
		}

		if r.URL.RawQuery != "" {
			rest += "?" + r.URL.RawQuery
		}

		s.exchange(v, w, r, rest) //nolint:contextcheck // as above
	})
}

// exchange answers one request; target is what a vendor that plays is asked for.
func (s *Server) exchange(v *vendor, w http.ResponseWriter, r *http.Request, target string) {
	if !s.enter() {
		panic(http.ErrAbortHandler) // net/http's way to cut a connection
	}

	defer s.running.Done()

	x := v.begin(w, r, time.Now())
	x.target = target

	defer func() { v.end(x.record, time.Now()) }()

	s.log.WithFields(logrus.Fields{"vendor": v.name, "path": x.record.Path, "faults": x.record.Faults}).Debug("simulated vendor asked")
	x.run()
}

// enter counts an exchange, unless the simulator has stopped.
func (s *Server) enter() bool {
	s.mu.Lock()
	defer s.mu.Unlock()

	if s.stopped {
		return false
	}

	s.running.Add(1)

	return true
}

// shut lets no exchange begin and cuts those that run.
func (s *Server) shut() {
	s.mu.Lock()
	s.stopped = true
	s.mu.Unlock()

	s.cancel()
	_ = s.http.Close() // its error is the listener's, which is closed either way
}

// Stop cuts all connections and waits until nothing runs any more, or for ctx. It may be called more than once.
func (s *Server) Stop(ctx context.Context) error {
	s.shut()

	select {
	case <-s.done:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("stop simulator: %w", context.Cause(ctx))
	}
}

// Done is closed when the simulator has stopped and nothing runs any more.
func (s *Server) Done() <-chan struct{} { return s.done }

// Address returns the host:port the simulator listens on.
func (s *Server) Address() string { return s.address }

// URL returns the simulator's base URL, without a slash at its end.
func (s *Server) URL() string { return s.scheme + "://" + s.address }

// VendorURL returns the template of a vendor's URL: {symbols} stands for the symbols, escaped and joined by commas. Of a vendor that plays it
// is what stands before the path and in place of the vendor's own scheme and host: the "at" of a configuration.
func (s *Server) VendorURL(name string) string {
	if v := s.vendors[name]; v != nil && v.play != nil {
		return s.URL() + "/" + url.PathEscape(name)
	}

	return s.URL() + "/v1/" + url.PathEscape(name) + "/quotes?symbols={symbols}"
}

// SetFault replaces a vendor's faults; their counts and windows begin now. An invalid fault changes nothing.
func (s *Server) SetFault(vendor string, faults ...Fault) error {
	v, err := s.find(vendor)
	if err != nil {
		return err
	}

	return v.setFaults(faults, time.Now())
}

// ClearFaults makes a vendor well again. Exchanges that have begun end as they began.
func (s *Server) ClearFaults(vendor string) error { return s.SetFault(vendor) }

// SetLatency changes how long a vendor takes from its next request on.
func (s *Server) SetLatency(vendor string, latency, jitter time.Duration) error {
	v, err := s.find(vendor)
	if err != nil {
		return err
	}

	return v.setLatency(latency, jitter)
}

// Requests returns the vendor's newest requests, at most MaxRequests, oldest first; nil for a vendor that does not exist.
func (s *Server) Requests(vendor string) []Request {
	v, err := s.find(vendor)
	if err != nil {
		return nil
	}

	return v.requests()
}

// Await returns when a vendor has had at least n requests since the start, or with an error when ctx ends.
func (s *Server) Await(ctx context.Context, vendor string, n int) error {
	v, err := s.find(vendor)
	if err != nil {
		return err
	}

	return v.await(ctx, n)
}

func (s *Server) find(name string) (*vendor, error) {
	if v := s.vendors[name]; v != nil {
		return v, nil
	}

	return nil, fmt.Errorf("%w %q", ErrUnknownVendor, name)
}
