package streaming_test

import (
	"context"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/feed/streaming"
)

// watched connects once and returns what an observer is told of how the connection came about.
func watched(t *testing.T, definition string) (asked, phases []string) {
	t.Helper()

	var mutex sync.Mutex

	stream, err := streaming.New(definitionOf(t, definition), streaming.WithCredentials(credentials{token: "topsecret"}),
		streaming.WithObserver(func(direction string, _ time.Time, frame []byte) {
			mutex.Lock()
			defer mutex.Unlock()

			switch direction {
			case streaming.Asked:
				asked = append(asked, string(frame))
			case streaming.Reached:
				phases = append(phases, string(frame))
			}
		}))
	require.NoError(t, err)

	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()

	require.ErrorContains(t, stream.Stream(ctx, []messages.Instrument{"A"}, func(messages.StreamUpdate) {}), "disconnected")

	return asked, phases
}

// What a bootstrap gave is not shown, and each phase comes once.
func TestPhasesOfAWebSocket(t *testing.T) {
	t.Parallel()

	var own string

	own = server(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/token" {
			_, err := io.WriteString(w, `{"url":"ws`+strings.TrimPrefix(own, "http")+`/hidden-path","token":"hidden-token"}`)
			assert.NoError(t, err)

			return
		}

		conn, err := websocket.Accept(w, r, nil)
		if !assert.NoError(t, err) {
			return
		}

		hear(r.Context(), t, conn)
		say(r.Context(), t, conn, `{"in":true}`)
		hear(r.Context(), t, conn)
		say(r.Context(), t, conn, `{"ordered":true}`)
		say(r.Context(), t, conn, `{"key":"a","price":1}`)
		say(r.Context(), t, conn, `{"key":"a","price":2}`)

		_ = conn.Close(websocket.StatusNormalClosure, "") // the other side may be first
	})

	asked, phases := watched(t, `
symbols: {A: {symbol: a}}
client: {allow_private: true}
stream:
  bootstrap: {url: `+own+`/token, take: .}
  url: '{boot.url}?token={boot.token}'
  headers: {X-Version: "1"}
  login: {send: '{login: 1}', done: .in}
  subscribe: {send: '{subscribe: $symbols}', done: '.ordered // empty'}
  parse: {key: key, price: price}
`)
	assert.Equal(t, []string{"GET ws" + strings.TrimPrefix(own, "http") + "/******", "with Authorization, X-Version"}, asked)
	assert.Equal(t, []string{
		streaming.PhaseBootstrap, streaming.PhaseDial, streaming.PhaseUpgrade, streaming.PhaseLogin, streaming.PhaseSubscribe, streaming.PhaseFirstQuote,
	}, phases)
}

func TestPhasesOfLines(t *testing.T) {
	t.Parallel()

	url := server(t, func(w http.ResponseWriter, _ *http.Request) { send(t, w, `{"key":"a","price":1}`+"\n") })

	_, phases := watched(t, strings.Replace(lined, "  headers: {Authorization: \"Bearer {secret.token}\"}\n", "", 1)+url)
	assert.True(t, slices.Equal([]string{streaming.PhaseDial, streaming.PhaseUpgrade, streaming.PhaseFirstQuote}, phases), phases)
}
