package listen

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"syscall"
	"time"

	"github.com/sirupsen/logrus"
	logrusslog "github.com/sirupsen/logrus/hooks/slog"

	"github.com/rollcall-go/rollcall/system/logs"
)

// Door is a listener and the HTTP/1.1 server behind it. One connection is one client's: there is no HTTP/2, whose many requests in one connection
// the limits here would not see. Its methods may be called from any goroutine.
type Door struct {
	tcp      *net.TCPListener
	secured  *tls.Config // nil for plain HTTP
	crowd    *crowd
	patience time.Duration // with one write
	server   *http.Server
	cut      context.CancelFunc // ends the context of every request
	refusals chan struct{}
	answer   []byte
}

// Stats are the connections of a door.
type Stats struct {
	Open    int
	Limit   int
	Refused uint64 // told that there is no room, since the start
	Evicted uint64 // closed without a request to make room, since the start
}

// Open takes the address and serves nobody yet: who connects waits. Serve or Close comes next.
func Open(ctx context.Context, settings Settings, handler http.Handler) (*Door, error) {
	log := logs.OrSilent(settings.Log)

	limit, err := settings.Connections()
	if err != nil {
		return nil, err
	}

	d := &Door{crowd: newCrowd(limit), patience: cmp.Or(settings.WriteTimeout, DefaultWriteTimeout), refusals: make(chan struct{}, maxRefusals), answer: refusal()}

	if settings.TLS.Cert != "" {
		files, err := openCertificate(settings.TLS, log)
		if err != nil {
			return nil, err
		}

		d.secured = files.server()
	}

	if d.tcp, err = bind(ctx, &settings); err != nil {
		return nil, err
	}

	base, cut := context.WithCancel(context.WithoutCancel(ctx))
	d.server, d.cut = newServer(handler, d.crowd, log), cut
	d.server.BaseContext = func(net.Listener) context.Context { return base }

	return d, nil
}

// bind takes the address; the error names it.
func bind(ctx context.Context, settings *Settings) (*net.TCPListener, error) {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", settings.Address)
	if settings.OtherPort && errors.Is(err, syscall.EADDRINUSE) {
		host, _, _ := net.SplitHostPort(settings.Address) // it could be tried, so it is one
		listener, err = new(net.ListenConfig).Listen(ctx, "tcp", net.JoinHostPort(host, "0"))
	}

	if failed, is := errors.AsType[*net.OpError](err); is {
		err = failed.Err // the operation and the address are said here
	}

	if err != nil {
		return nil, fmt.Errorf("listen on %s: %w", settings.Address, err)
	}

	tcp, is := listener.(*net.TCPListener)
	if !is {
		return nil, errors.Join(fmt.Errorf("listen on %s: not TCP", settings.Address), listener.Close())
	}

	if err := settings.check(tcp.Addr()); err != nil {
		return nil, errors.Join(fmt.Errorf("listen on %w", err), tcp.Close())
	}

	return tcp, nil
}

func newServer(handler http.Handler, crowd *crowd, log *logrus.Entry) *http.Server {
	var protocols http.Protocols

	protocols.SetHTTP1(true)

	return &http.Server{
		Handler:                      handler,
		Protocols:                    &protocols,
		DisableGeneralOptionsHandler: true,
		ReadHeaderTimeout:            HeaderTimeout,
		IdleTimeout:                  IdleTimeout,
		MaxHeaderBytes:               MaxHeader,
		ErrorLog:                     slog.NewLogLogger(logrusslog.NewHandler(log.Logger, nil), slog.LevelDebug),
		ConnState: func(seen net.Conn, state http.ConnState) {
			one := below(seen)

			switch {
			case one == nil:
			case state == http.StateActive:
				crowd.busy(one)
			case state == http.StateIdle:
				crowd.idle(one)
			default: // new ones are idle, others are gone, or somebody else's who closes them
			}
		},
	}
}

// Serve lets clients in until Close or Shutdown; then it returns nil.
func (d *Door) Serve() error {
	var listener net.Listener = entrance{d}
	if d.secured != nil {
		listener = tls.NewListener(listener, d.secured)
	}

	if err := d.server.Serve(listener); !errors.Is(err, http.ErrServerClosed) && !errors.Is(err, net.ErrClosed) {
		return fmt.Errorf("serving on %s: %w", d.tcp.Addr(), err)
	}

	return nil
}

// Addr is where clients connect.
func (d *Door) Addr() net.Addr { return d.tcp.Addr() }

// Stats are the connections now.
func (d *Door) Stats() Stats {
	d.crowd.mu.Lock()
	defer d.crowd.mu.Unlock()

	return Stats{Open: d.crowd.open, Limit: d.crowd.limit, Refused: d.crowd.refused, Evicted: d.crowd.evicted}
}

// Close lets nobody in any more. Requests that are open go on, and are the last of their connections.
func (d *Door) Close() error {
	d.server.SetKeepAlivesEnabled(false)

	if err := d.tcp.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
		return fmt.Errorf("stop listening on %s: %w", d.tcp.Addr(), err)
	}

	return nil
}

// Cut ends the context of every request that is open, and of those to come.
func (d *Door) Cut() { d.cut() }

// Shutdown waits for requests that are open until ctx ends; then it closes every connection that is still the server's.
func (d *Door) Shutdown(ctx context.Context) error {
	defer d.cut()

	err := d.Close()

	d.crowd.dismiss() // who has sent nothing would be waited for

	if late := d.server.Shutdown(ctx); late == nil || errors.Is(late, net.ErrClosed) {
		return err
	}

	if cut := d.server.Close(); cut != nil && !errors.Is(cut, net.ErrClosed) {
		err = errors.Join(err, fmt.Errorf("closing connections: %w", cut))
	}

	return err
}

// entrance is the listener that the server sees.
type entrance struct{ door *Door }

// Accept implements net.Listener: the next connection for which there is room.
func (e entrance) Accept() (net.Conn, error) {
	for {
		tcp, err := e.door.tcp.AcceptTCP()
		if err != nil {
			return nil, err
		}

		_ = tcp.SetWriteBuffer(sendBuffer) // the system's own bound holds where this one does not

		if one := (&conn{Conn: tcp, tcp: tcp, patience: e.door.patience, crowd: e.door.crowd}); e.door.crowd.enter(one) {
			return one, nil
		}

		e.door.turnAway(tcp)
	}
}

// Close implements net.Listener.
func (e entrance) Close() error { return e.door.tcp.Close() }

// Addr implements net.Listener.
func (e entrance) Addr() net.Addr { return e.door.tcp.Addr() }

// turnAway tells a client that there is no room, if that can be said in plain HTTP and not too many are being told.
func (d *Door) turnAway(tcp *net.TCPConn) {
	if d.secured == nil {
		select {
		case d.refusals <- struct{}{}:
			go func() {
				defer func() { <-d.refusals }()

				refuse(tcp, d.answer)
			}()

			return
		default:
		}
	}

	_ = tcp.Close() // it is the client's to notice
}
