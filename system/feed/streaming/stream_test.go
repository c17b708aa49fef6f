package streaming_test

import (
	"context"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/feed/client"
	"github.com/rollcall-go/rollcall/system/feed/streaming"
)

func TestAContextThatEndsClosesTheConnectionNormally(t *testing.T) {
	t.Parallel()

	ctx, cancel := context.WithCancel(t.Context())
	code := make(chan websocket.StatusCode, 1)
	l := newListener()

	url := sockets(t, func(ctx context.Context, conn *websocket.Conn) {
		assert.JSONEq(t, `{"subscribe":["a","b"]}`, hear(ctx, t, conn))
		cancel()

		_, _, err := conn.Read(ctx)
		code <- websocket.CloseStatus(err)
	})

	failure := play(ctx, t, shape+url, l)
	assert.Equal(t, messages.OutcomeCancelled, failure.Outcome)
	assert.Equal(t, websocket.StatusNormalClosure, <-code)
	assert.True(t, l.total().Ready)
}

func TestAVendorThatDoesNotAnswerTheCloseIsCut(t *testing.T) {
	t.Parallel()

	ctx, cancel := context.WithCancel(t.Context())
	end := make(chan struct{})

	url := sockets(t, func(ctx context.Context, conn *websocket.Conn) {
		hear(ctx, t, conn)
		cancel()
		<-end // reads nothing any more
	})

	defer close(end)

	began := time.Now()
	failure := play(ctx, t, shape+url, newListener())
	assert.Equal(t, messages.OutcomeCancelled, failure.Outcome)
	assert.Less(t, time.Since(began), time.Second)
}

// N25: a vendor that does not read while it floods us cannot make us stop reading, nor keep us longer than we wait for a write.
func TestAFloodIsReadAtOurPace(t *testing.T) {
	t.Parallel()

	const flood = 20_000

	l := newListener()
	url := sockets(t, func(ctx context.Context, conn *websocket.Conn) {
		hear(ctx, t, conn)

		for range flood {
			say(ctx, t, conn, `{"key":"a","price":"1.25"}`)
		}

		assert.NoError(t, conn.Close(websocket.StatusNormalClosure, "enough"))
	})

	failure := play(t.Context(), t, shape+url, l)
	assert.Equal(t, messages.OutcomeDisconnected, failure.Outcome)
	assert.EqualValues(t, flood, l.total().Messages, "none is lost")
}

// N25: pings are answered by the library; they are signs of life, told at most ten times a second.
func TestPingsAreSignsOfLife(t *testing.T) {
	t.Parallel()

	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()

	l := newListener()
	url := sockets(t, func(ctx context.Context, conn *websocket.Conn) {
		hear(ctx, t, conn)

		closed := conn.CloseRead(ctx)
		for range 2000 {
			if err := conn.Ping(ctx); err != nil {
				t.Error(err)

				break
			}
		}

		cancel()
		<-closed.Done()
	})

	began := time.Now()
	assert.Equal(t, messages.OutcomeCancelled, play(ctx, t, shape+url, l).Outcome)

	l.mutex.Lock()
	defer l.mutex.Unlock()

	most := int(time.Since(began)/(100*time.Millisecond)) + 3
	assert.LessOrEqual(t, len(l.updates), most)
	assert.Zero(t, l.updates[len(l.updates)-1].Messages)
}

func TestOurPingsAreAnsweredByPongs(t *testing.T) {
	t.Parallel()

	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()

	var pings int

	url := "ws" + strings.TrimPrefix(server(t, func(w http.ResponseWriter, r *http.Request) {
		conn, err := websocket.Accept(w, r, &websocket.AcceptOptions{OnPingReceived: func(context.Context, []byte) bool {
			pings++

			if pings == 3 {
				cancel()
			}

			return true
		}})
		assert.NoError(t, err)

		hear(r.Context(), t, conn)
		hear(r.Context(), t, conn)
	}), "http")

	failure := play(ctx, t, strings.Replace(shape, "stream:\n", "stream:\n  ping: {every: 100ms}\n", 1)+url, newListener())
	assert.Equal(t, messages.OutcomeCancelled, failure.Outcome)
	assert.GreaterOrEqual(t, pings, 3)
}

func TestCloseFrames(t *testing.T) {
	t.Parallel()

	tests := map[websocket.StatusCode]messages.Outcome{
		websocket.StatusNormalClosure:   messages.OutcomeDisconnected,
		websocket.StatusGoingAway:       messages.OutcomeDisconnected,
		websocket.StatusPolicyViolation: messages.OutcomeDisconnected,
		websocket.StatusMessageTooBig:   messages.OutcomeTooLarge,
		websocket.StatusServiceRestart:  messages.OutcomeUnavailable,
		websocket.StatusTryAgainLater:   messages.OutcomeUnavailable, // N23
		4001:                            messages.OutcomeDisconnected,
	}

	for code, outcome := range tests {
		t.Run(code.String(), func(t *testing.T) {
			t.Parallel()

			url := sockets(t, func(ctx context.Context, conn *websocket.Conn) {
				hear(ctx, t, conn)
				assert.NoError(t, conn.Close(code, "so long \u202e"))
			})

			failure := play(t.Context(), t, shape+url, newListener())
			assert.Equal(t, outcome, failure.Outcome)
			assert.Contains(t, failure.Detail, "so long")
			assert.NotContains(t, failure.Detail, "\u202e")
		})
	}
}

// A close frame is asked like an answer: its code is the status, its reason the text.
func TestCloseFramesByRules(t *testing.T) {
	t.Parallel()

	with := strings.Replace(shape, "stream:\n", "stream:\n  errors: [{status: 4001, outcome: auth, retry: never}, {text: maintenance, outcome: unavailable, retry: 5m}]\n", 1)

	for reason, outcome := range map[string]messages.Outcome{"4001 bad key": messages.OutcomeAuth, "1001 Maintenance until noon": messages.OutcomeUnavailable} {
		code, text, _ := strings.Cut(reason, " ")
		url := sockets(t, func(ctx context.Context, conn *websocket.Conn) {
			hear(ctx, t, conn)

			number, err := strconv.Atoi(code)
			assert.NoError(t, err)
			assert.NoError(t, conn.Close(websocket.StatusCode(number), text))
		})

		failure := play(t.Context(), t, with+url, newListener())
		assert.Equal(t, outcome, failure.Outcome, failure.Detail)
		assert.Equal(t, outcome == messages.OutcomeAuth, failure.Final)
	}
}

func TestARequestIsAuthorizedAndMoved(t *testing.T) {
	t.Parallel()

	definition := definitionOf(t, strings.Replace(shape, "subscribe: {send: '{subscribe: $symbols}'}\n", "\n", 1)+"'wss://vendor.example/a%2Fb/{symbols}?x=1'")
	definition.At = server(t, func(w http.ResponseWriter, r *http.Request) {
		assert.Equal(t, "/sim/x/a%2Fb/a,b?x=1", r.URL.RequestURI())
		assert.Equal(t, "Bearer fresh", r.Header.Get("Authorization"))
		w.WriteHeader(http.StatusTeapot)
	}) + "/sim/x/"

	own, err := client.New(definition.Client)
	require.NoError(t, err)

	stream, err := streaming.New(definition, streaming.WithClient(own), streaming.WithCredentials(credentials{token: "fresh"}))
	require.NoError(t, err)
	require.ErrorContains(t, stream.Stream(t.Context(), []messages.Instrument{"A", "B"}, func(messages.StreamUpdate) {}), "418")

	stream, err = streaming.New(definition, streaming.WithCredentials(credentials{}))
	require.NoError(t, err)
	require.EqualError(t, stream.Stream(t.Context(), []messages.Instrument{"A"}, func(messages.StreamUpdate) {}), "auth: no token")
}

// N25: a vendor that sends and does not read is left, and what we owe it does not pile up.
func TestAVendorThatDoesNotReadIsLeft(t *testing.T) {
	t.Parallel()

	with := strings.Replace(shape, "stream:\n", "stream:\n  replies: [{when: .ping, send: '.ping'}]\n", 1)
	url := raw(t, func(conn net.Conn) {
		message := `{"ping":"` + strings.Repeat("x", 60_000) + `"}`
		packet := append([]byte{0x81, 126, byte(len(message) >> 8), byte(len(message) & 0xff)}, message...)

		for {
			if _, err := conn.Write(packet); err != nil {
				return
			}
		}
	})

	ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
	defer cancel()

	l := newListener()
	began := time.Now()
	assert.Equal(t, messages.OutcomeCancelled, play(ctx, t, with+url, l).Outcome)
	assert.Less(t, time.Since(began), 3*time.Second)
	assert.Less(t, l.total().Messages, uint64(2000), "it is not read any more")
}

func TestOneInstrumentInTheURLMeansOneConnection(t *testing.T) {
	t.Parallel()

	failure := play(t.Context(), t, shape+"'ws://127.0.0.1:9/{symbol}'", newListener())
	assert.Equal(t, messages.OutcomeBadRequest, failure.Outcome)
}

func TestAConnectionThatIsCutIsDisconnected(t *testing.T) {
	t.Parallel()

	url := sockets(t, func(ctx context.Context, conn *websocket.Conn) {
		hear(ctx, t, conn)
		assert.NoError(t, conn.CloseNow())
	})

	failure := play(t.Context(), t, shape+url, newListener())
	assert.Equal(t, messages.NewFailure(messages.OutcomeDisconnected, "the connection was cut"), failure)
}

func TestWhatTheDefinitionDoesNotListIsSaid(t *testing.T) {
	t.Parallel()

	l := newListener()
	failure := play(t.Context(), t, shape+"ws://127.0.0.1:9/feed", l, "C")
	assert.Equal(t, messages.OutcomeBadRequest, failure.Outcome)

	quote, _ := l.quote("C")
	assert.Equal(t, messages.OutcomeMissingSymbol, quote.Outcome)
}

func TestAnObserverSeesEverythingButSecrets(t *testing.T) {
	t.Parallel()

	url := sockets(t, func(ctx context.Context, conn *websocket.Conn) {
		assert.JSONEq(t, `{"login":"abcdefgh"}`, hear(ctx, t, conn))
		say(ctx, t, conn, `{"welcome":"abcdefgh"}`)
		assert.NoError(t, conn.Close(websocket.StatusNormalClosure, "key abcdefgh used twice"))
	})

	var (
		mutex sync.Mutex
		seen  []string
	)

	definition := definitionOf(t, `
secrets: {key: abcdefgh}
symbols: {A: {symbol: a}}
client: {allow_private: true}
stream:
  login: {send: '{login: $secret.key}', done: .welcome}
  parse: {key: key, price: price}
  url: '`+url+`?key={secret.key}'`)

	stream, err := streaming.New(definition, streaming.WithObserver(func(direction string, at time.Time, frame []byte) {
		mutex.Lock()
		defer mutex.Unlock()

		assert.WithinDuration(t, time.Now(), at, patience)
		seen = append(seen, direction+" "+string(frame))
	}))
	require.NoError(t, err)

	failure := stream.Stream(t.Context(), []messages.Instrument{"A"}, func(messages.StreamUpdate) {})
	require.EqualError(t, failure, "disconnected: the vendor closed the connection with 1000: key ****** used twice")
	assert.Equal(t, []string{
		"asked GET " + url + "?key=******", "reached dial", "reached upgrade",
		`sent {"login":"******"}`, `received {"welcome":"******"}`, "reached login",
	}, seen)
}
