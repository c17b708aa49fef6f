package client_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/feed/client"
	"github.com/rollcall-go/rollcall/system/feed/spec"
)

func itoa(n int) string { return strconv.Itoa(n) }

const (
	soon     = 200 * time.Millisecond // a short deadline
	plenty   = 5 * time.Second        // a deadline that nothing here should need
	headers  = "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"
	chunked  = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
	unframed = "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"
)

func TestSilenceIsCutOffAtTheDeadline(t *testing.T) { // N01, N02, N03, N04, N08
	t.Parallel()

	cases := map[string]func(v *raw, conn net.Conn){
		"N01 no answer":    func(_ *raw, conn net.Conn) { hold(conn) },
		"N02 headers only": func(v *raw, conn net.Conn) { v.write(conn, headers); hold(conn) },
		"N02 half a body":  func(v *raw, conn net.Conn) { v.write(conn, headers+good); hold(conn) },
		"N03 slow body":    func(v *raw, conn net.Conn) { v.write(conn, headers); v.forever(conn, " ", 10*time.Millisecond) },
		"N04 slow headers": func(v *raw, conn net.Conn) {
			v.write(conn, "HTTP/1.1 200 OK\r\nX: ")
			v.forever(conn, "a", 10*time.Millisecond)
		},
		"N08 endless slow body": func(v *raw, conn net.Conn) {
			v.write(conn, chunked)
			v.forever(conn, "1\r\n \r\n", 10*time.Millisecond)
		},
	}

	for name, serve := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			closed := make(chan time.Time, 1)
			v := listen(t, func(v *raw, conn net.Conn) {
				if readRequest(conn) {
					serve(v, conn)
					closed <- time.Now()
				}
			})

			fails(t, source(t, "http://"+v.address), messages.OutcomeTimeout, soon, soon)

			select {
			case <-closed: // the client has closed its end
			case <-time.After(time.Second):
				assert.Fail(t, "the connection stays open")
			}
		})
	}
}

func TestAnswerJustBeforeTheDeadlineCounts(t *testing.T) { // N05
	t.Parallel()

	v := listen(t, func(v *raw, conn net.Conn) {
		if readRequest(conn) {
			<-time.After(475 * time.Millisecond)
			v.write(conn, wholeAnswer)
			hold(conn)
		}
	})

	_, err, _ := fetch(t, source(t, "http://"+v.address), time.Second)
	require.NoError(t, err)
}

func TestCutConnections(t *testing.T) { // N06
	t.Parallel()

	reset := func(conn net.Conn) {
		if tcp, ok := conn.(*net.TCPConn); ok {
			_ = tcp.SetLinger(0)
		}
	}
	cases := map[string]func(v *raw, conn net.Conn){
		"reset":          func(_ *raw, conn net.Conn) { reset(conn) },
		"end":            func(*raw, net.Conn) {},
		"half body":      func(v *raw, conn net.Conn) { v.write(conn, headers+good) },
		"half chunks":    func(v *raw, conn net.Conn) { v.write(conn, chunked+"14\r\n"+good+"\r\n") },
		"reset mid-body": func(v *raw, conn net.Conn) { v.write(conn, headers+good); reset(conn) },
		"gzip, half body": func(v *raw, conn net.Conn) {
			v.write(conn, strings.Replace(headers, "\r\n\r\n", "\r\nContent-Encoding: gzip\r\n\r\n", 1)+pack(good))
		},
	}

	for name, serve := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			v := listen(t, func(v *raw, conn net.Conn) {
				if readRequest(conn) {
					serve(v, conn)
				}
			})
			fails(t, source(t, "http://"+v.address), messages.OutcomeReset, plenty, time.Second)
		})
	}
}

func pack(text string) string {
	var b bytes.Buffer

	w := gzip.NewWriter(&b)
	_, _ = io.WriteString(w, text)
	_ = w.Close()

	return b.String()
}

func TestEndlessBodyIsCutOff(t *testing.T) { // N07
	t.Parallel()

	for name, start := range map[string]string{"plain": unframed, "chunked": chunked + "ffffffff\r\n"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			v := listen(t, func(v *raw, conn net.Conn) {
				if readRequest(conn) {
					_ = conn.(*net.TCPConn).SetWriteBuffer(64 << 10) //nolint:forcetypeassert,errcheck // it is TCP
					v.write(conn, start)
					v.forever(conn, strings.Repeat(" ", 4096), 0)
				}
			})
			failure := fails(t, source(t, "http://"+v.address), messages.OutcomeTooLarge, plenty, 500*time.Millisecond)
			assert.Contains(t, failure.Detail, "client.max_wire")
			assert.LessOrEqual(t, v.sent.Load(), int64(8<<20), "one megabyte is read, the rest is what the kernel buffers")
		})
	}
}

func TestHugeContentLengthIsRefusedAtOnce(t *testing.T) { // N09
	t.Parallel()

	for _, encoding := range []string{"", "Content-Encoding: gzip\r\n"} {
		v := listen(t, func(v *raw, conn net.Conn) {
			reply("HTTP/1.1 200 OK\r\n"+encoding+"Content-Length: 1099511627776\r\n\r\n")(v, conn)
			hold(conn)
		})
		fails(t, source(t, "http://"+v.address), messages.OutcomeTooLarge, plenty, soon)
	}
}

func TestBombs(t *testing.T) { // N10
	t.Parallel()

	var bomb bytes.Buffer

	w := gzip.NewWriter(&bomb)
	zeros := make([]byte, 1<<20)

	for range 64 { // 64 MB in 64 kB
		_, _ = w.Write(zeros)
	}

	require.NoError(t, w.Close())
	require.Less(t, bomb.Len(), 1<<20)

	t.Run("gzip", func(t *testing.T) {
		t.Parallel()

		v := listen(t, reply("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: "+itoa(bomb.Len())+"\r\n\r\n"+bomb.String()))
		fails(t, source(t, "http://"+v.address), messages.OutcomeTooLarge, plenty, 300*time.Millisecond)
	})
	t.Run("one long string", func(t *testing.T) {
		t.Parallel()

		v := listen(t, func(v *raw, conn net.Conn) {
			if readRequest(conn) {
				v.write(conn, unframed+`{"X":{"p":"`)
				v.forever(conn, strings.Repeat("1", 64<<10), 0)
			}
		})
		fails(t, source(t, "http://"+v.address), messages.OutcomeTooLarge, plenty, 300*time.Millisecond)
	})
}

func TestEncodings(t *testing.T) { // N11
	t.Parallel()

	packed := pack(good)
	cases := []struct {
		name, encoding, body string
		want                 messages.Outcome
	}{
		{"good gzip", "gzip", packed, messages.OutcomeOK},
		{"old name", "x-gzip", packed, messages.OutcomeOK},
		{"two members", "GZIP", pack(`{"X":`) + pack(`{"p":"185.20"}}`), messages.OutcomeOK},
		{"identity", "identity", good, messages.OutcomeOK},
		{"corrupt", "gzip", packed[:20] + "XXXX" + packed[24:], messages.OutcomeMalformed},
		{"wrong checksum", "gzip", packed[:len(packed)-8] + "12345678", messages.OutcomeMalformed},
		{"cut", "gzip", packed[:len(packed)-6], messages.OutcomeMalformed},
		{"gzip that is plain", "gzip", good, messages.OutcomeMalformed},
		{"empty", "gzip", "", messages.OutcomeMalformed},
		{"unknown", "br", good, messages.OutcomeMalformed},
		{"twice", "gzip, gzip", pack(packed), messages.OutcomeMalformed},
	}

	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()

			s := server(t, func(w http.ResponseWriter, r *http.Request) {
				assert.Equal(t, "gzip", r.Header.Get("Accept-Encoding"))
				w.Header()["Content-Encoding"] = nil

				if c.encoding != "" {
					w.Header().Set("Content-Encoding", c.encoding)
				}

				_, _ = io.WriteString(w, c.body)
			})

			if c.want == messages.OutcomeOK {
				succeeds(t, source(t, s.URL))
			} else {
				fails(t, source(t, s.URL), c.want, plenty, time.Second)
			}
		})
	}
}

func server(t *testing.T, handler http.HandlerFunc) *httptest.Server {
	t.Helper()

	s := httptest.NewServer(handler)
	t.Cleanup(s.Close)

	return s
}

func TestHeaderBombs(t *testing.T) { // N12
	t.Parallel()

	cases := map[string]func(v *raw, conn net.Conn){
		"one long header": func(v *raw, conn net.Conn) {
			v.write(conn, "HTTP/1.1 200 OK\r\nX: ")
			v.forever(conn, strings.Repeat("a", 4096), 0)
		},
		"many headers": func(v *raw, conn net.Conn) {
			v.write(conn, "HTTP/1.1 200 OK\r\n")
			v.forever(conn, strings.Repeat("X: a\r\n", 100), 0)
		},
		"endless 103s": func(v *raw, conn net.Conn) {
			v.forever(conn, strings.Repeat("HTTP/1.1 103 Early Hints\r\n\r\n", 10), 0)
		},
	}

	for name, serve := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			v := listen(t, func(v *raw, conn net.Conn) {
				if readRequest(conn) {
					serve(v, conn)
				}
			})
			fails(t, source(t, "http://"+v.address), messages.OutcomeTooLarge, plenty, time.Second)
		})
	}
}

func TestBrokenHTTPIsRefusedAndItsConnectionDropped(t *testing.T) { // N13
	t.Parallel()

	cases := map[string]struct {
		text string
		want messages.Outcome
	}{
		"status line":            {"HTTQ/9.9 yes\r\n\r\n", messages.OutcomeMalformed},
		"half headers":           {"HTTP/1.1 200 OK\r\nConte", messages.OutcomeMalformed},
		"status code":            {"HTTP/1.1 2x0 OK\r\n\r\n", messages.OutcomeMalformed},
		"HTTP 0.9":               {good + "\r\n\r\n", messages.OutcomeMalformed},
		"two lengths":            {"HTTP/1.1 200 OK\r\nContent-Length: 20\r\nContent-Length: 5\r\n\r\n" + good, messages.OutcomeMalformed},
		"negative length":        {"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n" + good, messages.OutcomeMalformed},
		"bad chunk":              {chunked + "zz\r\n" + good + "\r\n0\r\n\r\n", messages.OutcomeMalformed},
		"more than was promised": {wholeAnswer + good, messages.OutcomeOK},
	}

	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			v := listen(t, func(v *raw, conn net.Conn) {
				reply(c.text)(v, conn)

				if name != "half headers" {
					hold(conn)
				}
			})
			s := source(t, "http://"+v.address)

			for round := range 2 {
				if c.want == messages.OutcomeOK {
					succeeds(t, s)
				} else {
					fails(t, s, c.want, plenty, time.Second)
				}

				assert.EqualValues(t, round+1, v.accepted.Load(), "each request has a connection of its own")
			}
		})
	}
}

func TestConnecting(t *testing.T) { // N20
	t.Parallel()

	t.Run("refused", func(t *testing.T) {
		t.Parallel()

		listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
		require.NoError(t, err)
		require.NoError(t, listener.Close())
		fails(t, source(t, "http://"+listener.Addr().String()), messages.OutcomeRefused, plenty, soon)
	})
	t.Run("full accept queue", func(t *testing.T) {
		t.Parallel()

		fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM, 0)
		require.NoError(t, err)
		t.Cleanup(func() { _ = syscall.Close(fd) })
		require.NoError(t, syscall.Bind(fd, &syscall.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}))
		require.NoError(t, syscall.Listen(fd, 0))

		name, err := syscall.Getsockname(fd)
		require.NoError(t, err)

		address := "127.0.0.1:" + itoa(name.(*syscall.SockaddrInet4).Port) //nolint:forcetypeassert,errcheck // it is IPv4

		for range 3 { // nobody accepts, so these fill the queue
			conn, err := (&net.Dialer{Timeout: 200 * time.Millisecond}).DialContext(t.Context(), "tcp", address)
			if err == nil {
				t.Cleanup(func() { _ = conn.Close() })
			}
		}

		s := source(t, "http://"+address, func(d *spec.ClientSettings) { d.DialTimeout = 300 * time.Millisecond })
		fails(t, s, messages.OutcomeTimeout, plenty, 400*time.Millisecond)
	})
}

func TestBlockedAddresses(t *testing.T) { // N17
	t.Parallel()

	var asked atomic.Int32

	s := server(t, func(http.ResponseWriter, *http.Request) { asked.Add(1) })
	fails(t, source(t, s.URL, func(d *spec.ClientSettings) { d.AllowPrivate = false }), messages.OutcomeBlockedAddress, plenty, soon)
	assert.Zero(t, asked.Load())

	always := []string{
		"0.0.0.0", "::", "169.254.169.254", "169.254.1.1", "fe80::1", "fd00:ec2::254", "224.0.0.1", "ff02::1", "255.255.255.255",
		"::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe", "100.100.100.200", "fe80::1%eth0",
	}
	private := []string{
		"127.0.0.1", "::1", "10.0.0.1", "172.16.0.1", "192.168.0.1", "fc00::1", "100.64.0.1", "::ffff:127.0.0.1", "64:ff9b::7f00:1", "0.1.2.3", "240.0.0.1",
	}

	for _, address := range always {
		assert.NotEmpty(t, client.Refuses(address, true), address)
		assert.NotEmpty(t, client.Refuses(address, false), address)
	}

	for _, address := range private {
		assert.Empty(t, client.Refuses(address, true), address)
		assert.NotEmpty(t, client.Refuses(address, false), address)
	}

	for _, address := range []string{"93.184.216.34", "2606:2800:220:1::1", "64:ff9b::5db8:d822"} {
		assert.Empty(t, client.Refuses(address, false), address)
	}
}
