package sim_test

import (
	"bufio"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/system/example"
	"github.com/rollcall-go/rollcall/system/sim"
)

// pushCases covers every fault of vendors that push: N23, N24, N25, N26.
func pushCases() []wireCase {
	return []wireCase{
		{"ws-silent", func(t *testing.T, r *rig) {
			c := r.call(t)
			c.send("go")
			require.NoError(t, c.Ping(c.CloseRead(t.Context())), "open, and nothing but pongs")
			assert.Zero(t, r.Played(played).Complete)
			assert.Empty(t, r.Problems(played))
		}},
		{"ws-drop=30ms", func(t *testing.T, r *rig) {
			err := readAll(r.call(t))
			assert.Equal(t, websocket.StatusCode(-1), websocket.CloseStatus(err), "cut, not closed: %v", err)
		}},
		{"ws-close=1012 delay=30ms", func(t *testing.T, r *rig) {
			err := readAll(r.call(t))
			assert.Equal(t, websocket.StatusServiceRestart, websocket.CloseStatus(err))
		}},
		{"ws-flood", func(t *testing.T, r *rig) {
			c := r.call(t)
			c.send("go")

			for range 1000 {
				for _, want := range []string{"1", "2", "3"} {
					require.Equal(t, want, c.next())
				}
			}

			c.send("ping")
			require.Eventually(t, func() bool { return c.next() == "pong" }, patience, time.Nanosecond)
		}},
		{"ws-nopong", func(t *testing.T, r *rig) {
			c := r.call(t)
			c.send("ping")
			c.send("go")
			assert.Equal(t, "1", c.next(), "plays, without an answer to the beat")

			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
			defer cancel()

			reading := make(chan error, 1)

			go func() {
				reading <- readAll(c)
			}()

			require.ErrorIs(t, c.Ping(ctx), context.DeadlineExceeded)
			require.NoError(t, c.CloseNow())
			require.Error(t, <-reading)
		}},
		{"ws-duplicate", says("1", "1", "2", "2", "3", "3")},
		{"ws-reorder", says("2", "1", "3")},
		{"ws-gap", says("1", "3")},
		{"ws-reject", handshakeFails("503")},
		{"ws-reject=401 body=no", handshakeFails("401")},
		{"ws-badaccept", handshakeFails("Sec-WebSocket-Accept")},
		{"ws-huge", declares(1 << 40)},
		{"ws-huge=5GB", declares(5e9)},
		{"ws-negative", declares(1 << 63)},
		{"ws-fragments", func(t *testing.T, r *rig) {
			c := r.call(t)
			_, err := c.receive()
			require.ErrorContains(t, err, "limit")
		}},
		{"ws-pingflood", func(t *testing.T, r *rig) {
			frames := r.raw(t)
			for range 10_000 {
				head, err := frames.Peek(2)
				require.NoError(t, err)
				require.Equal(t, []byte{0x89, 100}, head)

				_, err = frames.Discard(102)
				require.NoError(t, err)
			}
		}},
		{"ws-drip=10us", says("1", "2", "pong", "3")},
		{"ws-garbage=500", func(t *testing.T, r *rig) {
			_, err := r.call(t).receive()
			require.Error(t, err)
		}},
	}
}

func TestPushFaultsDoWhatTheySay(t *testing.T) {
	covered := make(map[sim.Kind]bool)

	for _, c := range pushCases() {
		fault, err := sim.ParseFault(c.fault)
		require.NoError(t, err, c.fault)

		covered[fault.Kind] = true

		t.Run(c.fault, func(t *testing.T) {
			c.check(t, newPlay(t, sim.Play{Script: []example.Step{
				{Client: "go"}, {Server: "1"}, {Server: "2"}, {Client: "ping", Idle: time.Second}, {Server: "pong"}, {Server: "3"},
			}}, fault))
		})
	}

	for _, kind := range sim.Kinds() {
		assert.Equal(t, kind.Pushed(), covered[kind], "%s", kind)
	}
}

func says(want ...string) check {
	return func(t *testing.T, r *rig) {
		c := r.call(t)
		c.send("go")

		for _, text := range want {
			assert.Equal(t, text, c.next())
		}
	}
}

func handshakeFails(why string) check {
	return func(t *testing.T, r *rig) {
		_, err := r.open(t)
		require.ErrorContains(t, err, why)
	}
}

func declares(size uint64) check {
	return func(t *testing.T, r *rig) {
		frames := r.raw(t)
		head := make([]byte, 10)
		_, err := io.ReadFull(frames, head)
		require.NoError(t, err)
		assert.Equal(t, []byte{0x81, 127}, head[:2])
		assert.Equal(t, size, binary.BigEndian.Uint64(head[2:]))

		_, err = r.call(t).receive()
		require.Error(t, err)
	}
}

// raw opens a WebSocket by hand and returns what comes after the handshake.
func (r *rig) raw(t *testing.T) *bufio.Reader {
	t.Helper()

	var dialer net.Dialer

	conn, err := dialer.DialContext(t.Context(), "tcp", r.Address())
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	require.NoError(t, conn.SetDeadline(time.Now().Add(patience)))

	_, err = fmt.Fprint(conn, "GET /played%20one HTTP/1.1\r\nHost: v\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"+
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
	require.NoError(t, err)

	reader := bufio.NewReader(conn)

	for line := ""; line != "\r\n"; {
		line, err = reader.ReadString('\n')
		require.NoError(t, err)
	}

	return reader
}

// readAll reads until the connection ends.
func readAll(c caller) error {
	for {
		if _, err := c.receive(); err != nil {
			return err
		}
	}
}

// The faults of HTTP happen to the handshake: N23.
func TestHandshakesHaveTheFaultsOfHTTP(t *testing.T) {
	for fault, want := range map[string]string{"status=500": "500", "html-status=502": "502", "reset": "", "empty": "200", "redirect=/x": "302"} {
		parsed, err := sim.ParseFault(fault)
		require.NoError(t, err)
		handshakeFails(want)(t, newPlay(t, sim.Play{Script: []example.Step{{Server: "1"}}}, parsed))
	}
}

func TestFaultsOfConnectionsHaveConditions(t *testing.T) { // N23
	r := newPlay(t, sim.Play{Script: []example.Step{{Server: "1"}}}, sim.Fault{Kind: sim.WSReject, First: 1})
	_, err := r.open(t)
	require.ErrorContains(t, err, "503")
	assert.Equal(t, "1", r.call(t).next())
	assert.Equal(t, []sim.Kind{sim.WSReject}, r.Requests(played)[0].Faults)
}
