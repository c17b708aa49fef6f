package sim_test

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"context"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/system/example"
	"github.com/rollcall-go/rollcall/system/sim"
)

// caller is a WebSocket client.
type caller struct {
	*websocket.Conn

	t *testing.T
}

func (r *rig) open(t *testing.T) (*websocket.Conn, error) {
	t.Helper()

	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()

	conn, response, err := websocket.Dial(ctx, r.VendorURL(played), &websocket.DialOptions{HTTPClient: r.client})
	if response != nil && response.Body != nil {
		_ = response.Body.Close() // the library has read it
	}

	return conn, err
}

func (r *rig) call(t *testing.T) caller {
	t.Helper()

	conn, err := r.open(t)
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.CloseNow() })
	conn.SetReadLimit(1 << 20)

	return caller{conn, t}
}

func (c caller) send(text string) {
	c.t.Helper()
	require.NoError(c.t, c.Write(c.t.Context(), websocket.MessageText, []byte(text)))
}

// next is the next message.
func (c caller) next() string {
	c.t.Helper()

	text, err := c.receive()
	require.NoError(c.t, err)

	return text
}

func (c caller) receive() (string, error) {
	ctx, cancel := context.WithTimeout(c.t.Context(), patience)
	defer cancel()

	_, data, err := c.Read(ctx)

	return string(data), err
}

func login() []example.Step {
	return []example.Step{
		{Server: `{"type":"welcome"}`},
		{Client: `{"op":"auth","key":"KEY"}`, Within: 5 * time.Second},
		{Server: "accepted"},
		{Client: `{"op":"subscribe","args":["A","B"]}`},
		{Server: "A 1"},
		{Client: "ping", Idle: 25 * time.Second},
		{Server: "pong"},
		{Client: "beat", Every: 20 * time.Second},
		{Server: "B 2"},
		{Server: "C 3"},
	}
}

func TestScriptsArePlayedOnEachConnection(t *testing.T) {
	r := newPlay(t, sim.Play{Script: login()})

	for range 2 {
		c := r.call(t)
		assert.JSONEq(t, `{"type":"welcome"}`, c.next())
		c.send(` {"key": "KEY", "op": "auth"} `)
		assert.Equal(t, "accepted", c.next())
		c.send("ping")
		assert.Equal(t, "pong", c.next(), "a beat is answered whenever it comes")
		c.send(`{"op":"subscribe","args":["A","B"]}`)
		assert.Equal(t, "A 1", c.next())
		assert.Equal(t, "C 3", c.next(), "B 2 is the answer to a beat")
		c.send("beat")
		assert.Equal(t, "B 2", c.next())
		c.send("ping")
		assert.Equal(t, "pong", c.next(), "the connection stays open")
		require.NoError(t, c.Close(websocket.StatusNormalClosure, ""))
	}

	assert.Empty(t, r.Problems(played))
	assert.Equal(t, sim.Played{Connections: 2, Complete: 2, Beats: 6}, r.Played(played))
	assert.Len(t, r.Requests(played), 2)
}

func TestWrongMessagesAreProblems(t *testing.T) {
	r := newPlay(t, sim.Play{Script: login()})
	c := r.call(t)
	c.next()
	c.send(`{"op":"auth","key":"WRONG"}`)
	c.send(`{"op":"auth","key":"KEY"}`)
	assert.Equal(t, "accepted", c.next())
	c.send(`{"op":"subscribe","args":["B","A"]}`)
	require.NoError(t, c.Close(websocket.StatusNormalClosure, ""))

	want := []string{
		`unexpected {"op":"auth","key":"WRONG"}; expected {"op":"auth","key":"KEY"}`,
		`unexpected {"op":"subscribe","args":["B","A"]}; expected {"op":"subscribe","args":["A","B"]}`,
		`the client went; expected {"op":"subscribe","args":["A","B"]}`,
	}
	require.Eventually(t, func() bool { return len(r.Problems(played)) == len(want) }, patience, time.Millisecond)
	assert.Equal(t, want, r.Problems(played))
	assert.Equal(t, sim.Played{Connections: 1}, r.Played(played))
}

func TestSomeValuesMayBeAny(t *testing.T) {
	r := newPlay(t, sim.Play{Script: []example.Step{{Client: `{"op":"auth","at":"*","args":[{"sign":"*"},1]}`}, {Server: "accepted"}}})
	c := r.call(t)

	for _, wrong := range []string{
		`{"op":"auth","args":[{"sign":"x"},1]}`, `{"op":"auth","at":1,"args":[{"sign":"x"},2]}`, `{"op":"auth","at":1,"args":[{"sign":"x"},1],"more":1}`, `"*"`,
	} {
		c.send(wrong)
	}

	c.send(`{"args":[{"sign":{"a":[2]}},1],"at":1795187045,"op":"auth"}`)
	assert.Equal(t, "accepted", c.next())
	assert.Len(t, r.Problems(played), 4)
}

func TestTooLateIsAProblem(t *testing.T) {
	r := newPlay(t, sim.Play{Script: []example.Step{{Client: "hello", Within: time.Millisecond}, {Server: "never"}}})

	_, err := r.call(t).receive()
	assert.Equal(t, websocket.StatusPolicyViolation, websocket.CloseStatus(err))
	require.Eventually(t, func() bool { return len(r.Problems(played)) == 1 }, patience, time.Millisecond)
	assert.Equal(t, []string{"nothing came within 1ms; expected hello"}, r.Problems(played))
}

func TestMessagesAfterTheScriptAreProblems(t *testing.T) {
	r := newPlay(t, sim.Play{Script: []example.Step{{Server: "a"}}})
	c := r.call(t)
	c.next()
	c.send("what else")
	require.Eventually(t, func() bool { return len(r.Problems(played)) == 1 }, patience, time.Millisecond)
	assert.Equal(t, []string{"unexpected what else; the script is over"}, r.Problems(played))
}

func TestProblemsAreBounded(t *testing.T) {
	r := newPlay(t, sim.Play{Script: []example.Step{{Server: "a"}, {Client: "end"}, {Server: "over"}}})
	c := r.call(t)
	c.next()

	for range 300 {
		c.send("x")
	}

	c.send("end")
	assert.Equal(t, "over", c.next())
	assert.Len(t, r.Problems(played), 100)
}

func TestSilenceAndClosing(t *testing.T) {
	r := newPlay(t, sim.Play{Script: []example.Step{
		{Server: "before"}, {Silent: 200 * time.Millisecond}, {Server: "after"}, {Close: 4001, Reason: "that is all"},
	}})
	c := r.call(t)
	assert.Equal(t, "before", c.next())

	begin := time.Now()
	ctx, cancel := context.WithTimeout(t.Context(), patience)

	defer cancel()

	ponged := make(chan time.Duration, 1)

	go func() {
		if c.Ping(ctx) != nil {
			ponged <- patience

			return
		}

		ponged <- time.Since(begin)
	}()

	assert.Equal(t, "after", c.next())
	assert.GreaterOrEqual(t, time.Since(begin), 150*time.Millisecond)

	_, err := c.receive()

	var closed websocket.CloseError

	require.ErrorAs(t, err, &closed)
	assert.Equal(t, websocket.CloseError{Code: 4001, Reason: "that is all"}, closed)
	assert.GreaterOrEqual(t, <-ponged, 150*time.Millisecond, "silent means no pong either")
}

func TestRepeatedMessagesAreThoseAfterTheClientsLast(t *testing.T) {
	r := newPlay(t, sim.Play{Script: []example.Step{{Server: "hi"}, {Client: "go"}, {Server: "1"}, {Server: "2"}}, Repeat: time.Millisecond})
	c := r.call(t)
	assert.Equal(t, "hi", c.next())
	c.send("go")

	for range 5 {
		assert.Equal(t, "1", c.next())
		assert.Equal(t, "2", c.next())
	}

	require.NoError(t, c.Ping(c.CloseRead(t.Context())), "pings are answered")
}

func TestPackedMessages(t *testing.T) {
	r := newPlay(t, sim.Play{Script: []example.Step{
		{Server: "a", Packed: "gzip"}, {Server: "a", Packed: "deflate"}, {Server: "a", Packed: "zlib"}, {Server: "a"},
	}})
	c := r.call(t)

	for _, open := range []func(io.Reader) (io.Reader, error){
		func(r io.Reader) (io.Reader, error) { return gzip.NewReader(r) },
		func(r io.Reader) (io.Reader, error) { return flate.NewReader(r), nil },
		func(r io.Reader) (io.Reader, error) { return zlib.NewReader(r) },
		func(r io.Reader) (io.Reader, error) { return r, nil },
	} {
		kind, data, err := c.Read(t.Context())
		require.NoError(t, err)

		reader, err := open(bytes.NewReader(data))
		require.NoError(t, err)

		text, err := io.ReadAll(reader)
		require.NoError(t, err)
		assert.Equal(t, "a", string(text))
		assert.Equal(t, string(data) == "a", kind == websocket.MessageText)
	}
}

func TestAnUpgradeWithoutScriptGetsAnAnswer(t *testing.T) {
	r := newPlay(t, sim.Play{Answers: []example.Answer{{Status: 401, Body: "no"}}})
	_, err := r.open(t)
	require.ErrorContains(t, err, "401")
}

func TestARequestWithoutUpgradeIsToldAtFirst(t *testing.T) {
	r := newPlay(t, sim.Play{Answers: []example.Answer{{For: "token", Body: `{"token":"T"}`}}, Script: []example.Step{{Server: "a"}}})
	_, body := r.get(t, r.VendorURL(played)+"/token")
	assert.JSONEq(t, `{"token":"T"}`, body)
	assert.Equal(t, "a", r.call(t).next())
}

func TestStopEndsScripts(t *testing.T) {
	for _, step := range []example.Step{{Client: "never"}, {Silent: time.Hour}, {Server: strings.Repeat("x", 1<<20)}} {
		r := newPlay(t, sim.Play{Script: []example.Step{{Server: "a"}, step}, Repeat: time.Nanosecond})
		r.call(t).next()

		ctx, cancel := context.WithTimeout(t.Context(), patience)
		require.NoError(t, r.Stop(ctx))
		cancel()
		assert.Empty(t, r.Problems(played))
	}
}
