package client_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/feed/client"
	"github.com/rollcall-go/rollcall/system/feed/spec"
)

// TestMain sees that nothing is left running. An abandoned name lookup ends within its own limit (see boundResolver), so it is given that time.
func TestMain(m *testing.M) {
	code := m.Run()
	patience := time.Now().Add(10 * time.Second)

	for code == 0 {
		leaked := goleak.Find() // looks several times over about half a second
		if leaked == nil {
			break
		}

		if time.Now().After(patience) {
			_, _ = fmt.Fprintln(os.Stderr, leaked)
			code = 1
		}
	}

	os.Exit(code)
}

// slack is what a busy machine may add to a duration. The client itself adds about a millisecond.
const slack = 500 * time.Millisecond

// good is an answer.
const good = `{"X":{"p":"185.20"}}`

// wholeAnswer is the HTTP response with it.
const wholeAnswer = "HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n" + good

// raw is a vendor on a plain socket: it does to each connection exactly what a test wants.
type raw struct {
	address  string
	accepted atomic.Int32
	sent     atomic.Int64 // bytes that the client's side has taken
}

// listen runs serve on each connection. At the end of the test every connection is cut and awaited.
func listen(t *testing.T, serve func(v *raw, conn net.Conn)) *raw {
	t.Helper()

	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)

	v := &raw{address: listener.Addr().String()}

	var (
		work  sync.WaitGroup
		mutex sync.Mutex
		conns []net.Conn
	)

	work.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}

			v.accepted.Add(1)
			mutex.Lock()
			conns = append(conns, conn)
			mutex.Unlock()
			work.Go(func() {
				serve(v, conn)

				_ = conn.Close()
			})
		}
	})

	t.Cleanup(func() {
		_ = listener.Close()

		mutex.Lock()
		for _, conn := range conns {
			_ = conn.Close()
		}
		mutex.Unlock()
		work.Wait()
	})

	return v
}

// reply reads a request and writes the given text.
func reply(text string) func(*raw, net.Conn) {
	return func(v *raw, conn net.Conn) {
		if !readRequest(conn) {
			return
		}

		v.write(conn, text)
	}
}

func readRequest(conn net.Conn) bool {
	request, err := http.ReadRequest(bufio.NewReader(conn))
	if err != nil {
		return false
	}

	return request.Body.Close() == nil
}

func (v *raw) write(conn net.Conn, text string) bool {
	n, err := conn.Write([]byte(text))
	v.sent.Add(int64(n))

	return err == nil
}

// hold waits until the client closes its end.
func hold(conn net.Conn) {
	buffer := make([]byte, 512)
	for {
		if _, err := conn.Read(buffer); err != nil {
			return
		}
	}
}

// forever writes text again and again until the client closes, with a pause in between.
func (v *raw) forever(conn net.Conn, text string, pause time.Duration) {
	ticker := time.NewTicker(max(pause, time.Nanosecond))
	defer ticker.Stop()

	for v.write(conn, text) {
		if pause > 0 {
			<-ticker.C
		}
	}
}

// asker asks for one URL.
type asker struct {
	*client.Client

	url string
}

// source returns a client for an address, which may be private.
func source(t *testing.T, base string, change ...func(*spec.ClientSettings)) *asker {
	t.Helper()

	settings := spec.ClientSettings{AllowPrivate: true}
	for _, f := range change {
		f(&settings)
	}

	return resolving(t, base, settings)
}

// resolving is source with all settings given, and options.
func resolving(t *testing.T, base string, settings spec.ClientSettings, changes ...client.Option) *asker {
	t.Helper()

	c, err := client.New(settings, changes...)
	require.NoError(t, err)
	t.Cleanup(c.Close)

	return &asker{c, base + "/q?s=X"}
}

// ask returns the answer's body; a status outside 2xx is a failure.
func (a *asker) ask(ctx context.Context) (string, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, a.url, http.NoBody)
	if err != nil {
		return "", err
	}

	request.Header.Set("Accept-Encoding", "gzip")

	var body bytes.Buffer

	answer, err := a.Do(request, &body)
	if err != nil {
		return "", err
	}

	if failure := answer.Failure(time.Now()); failure != nil {
		return body.String(), failure
	}

	return body.String(), nil
}

// fetch asks within a deadline and returns how long that took.
func fetch(t *testing.T, s *asker, within time.Duration) (string, error, time.Duration) { //nolint:staticcheck // the duration is the test's, not the call's
	t.Helper()

	ctx, cancel := context.WithTimeout(t.Context(), within)
	defer cancel()

	begun := time.Now()
	body, err := s.ask(ctx)

	return body, err, time.Since(begun)
}

// fails asserts that a request ends with an outcome in time.
func fails(t *testing.T, s *asker, want messages.Outcome, deadline, atMost time.Duration) messages.Failure {
	t.Helper()

	_, err, took := fetch(t, s, deadline)

	var failure *messages.Failure

	require.ErrorAs(t, err, &failure)
	assert.Equal(t, want, failure.Outcome, failure.Detail)
	assert.NotEmpty(t, failure.Detail)
	assert.LessOrEqual(t, took, atMost+slack)

	return *failure
}

func succeeds(t *testing.T, s *asker) {
	t.Helper()

	body, err, _ := fetch(t, s, 5*time.Second)
	require.NoError(t, err)
	assert.Equal(t, good, body, "to the byte") //nolint:testifylint // it is bytes here, not JSON
}

func outcomeOf(t *testing.T, err error) messages.Outcome {
	t.Helper()

	var failure *messages.Failure

	require.ErrorAs(t, err, &failure)

	return failure.Outcome
}
