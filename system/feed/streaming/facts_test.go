package streaming_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/catalog"
	"github.com/rollcall-go/rollcall/system/example"
	"github.com/rollcall-go/rollcall/system/feed/spec"
	"github.com/rollcall-go/rollcall/system/feed/streaming"
	"github.com/rollcall-go/rollcall/system/secret"
)

// TestTheFacts plays every recorded conversation with the shipped vendors that push over a real connection.
func TestTheFacts(t *testing.T) {
	t.Parallel()

	played := 0

	for _, name := range catalog.Names() {
		entry, err := catalog.Load(name)
		require.NoError(t, err)

		definition := definitionOf(t, string(entry.Text))
		if definition.Stream.URL == "" {
			continue
		}

		definition.Secrets = map[string]secret.Secret{}
		for name, value := range entry.TestSecrets() {
			definition.Secrets[name] = secret.New(value)
		}

		for _, e := range entry.Examples {
			if slices.ContainsFunc(e.Script, func(s example.Step) bool { return s.Silent > 0 }) {
				continue // that a stream is silent is found by whoever owns the connection
			}

			played++

			t.Run(name+"/"+e.Name, func(t *testing.T) {
				t.Parallel()
				rehearse(t, definition, rehearsal(e))
			})
		}
	}

	assert.GreaterOrEqual(t, played, 20)
}

// rehearsal is an example that a server plays.
type rehearsal example.Example

func rehearse(t *testing.T, definition spec.Definition, e rehearsal) {
	t.Helper()

	// Nobody waits for 20 seconds.
	definition.Stream.Ping.Every = min(definition.Stream.Ping.Every, 300*time.Millisecond)
	definition.Stream.Ping.Idle = min(definition.Stream.Ping.Idle, 300*time.Millisecond)
	definition.Client.AllowPrivate = true
	definition.At = e.server(t, strings.HasPrefix(definition.Stream.URL, "http"))

	stream, err := streaming.New(definition)
	require.NoError(t, err)

	var symbols []messages.Instrument
	for _, name := range e.Instruments {
		symbols = append(symbols, messages.Instrument(name))
	}

	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()

	var failure *messages.Failure

	l := newListener()
	require.ErrorAs(t, stream.Stream(ctx, symbols, l.deliver), &failure)

	wanted := messages.Outcome(e.Outcome)
	if wanted == "" {
		wanted = messages.OutcomeDisconnected // the script is over
	}

	assert.Equal(t, wanted, failure.Outcome, failure.Detail)
	assert.Equal(t, len(e.Expect) > 0, l.total().Ready)

	for _, x := range e.Expect {
		quote, has := l.quote(messages.Instrument(x.Instrument))
		require.True(t, has, "no quote of %s", x.Instrument)
		compare(t, x, quote)
	}
}

// server plays the vendor and returns the URL that stands in for it.
func (e rehearsal) server(t *testing.T, lines bool) string {
	t.Helper()

	return server(t, func(w http.ResponseWriter, r *http.Request) {
		switch {
		case len(e.Answers) > 0:
			for name, value := range e.Answers[0].Headers {
				w.Header().Set(name, value)
			}

			w.WriteHeader(e.Answers[0].Status)
			_, _ = w.Write([]byte(e.Answers[0].Body))
		case lines:
			e.serveLines(t, w)
		default:
			conn, err := websocket.Accept(w, r, nil)
			if assert.NoError(t, err) {
				e.serve(r.Context(), t, conn)
			}
		}
	})
}

func (e rehearsal) serveLines(t *testing.T, w http.ResponseWriter) {
	t.Helper()

	for _, s := range e.Script {
		_, err := fmt.Fprintln(w, s.Server)
		assert.NoError(t, err)
		assert.NoError(t, http.NewResponseController(w).Flush())
	}
}

// serve plays the vendor. The vendor's last words are followed by its closing the connection.
func (e rehearsal) serve(ctx context.Context, t *testing.T, conn *websocket.Conn) {
	t.Helper()

	for _, s := range e.Script {
		if s.Server != "" {
			say(ctx, t, conn, s.Server)

			continue
		}

		if heard := hear(ctx, t, conn); strings.HasPrefix(s.Client, "{") {
			assert.JSONEq(t, s.Client, heard)
		} else {
			assert.Equal(t, s.Client, heard)
		}
	}

	_ = conn.Close(websocket.StatusNormalClosure, "") // the other side may be first
}

func compare(t *testing.T, x example.Quote, q messages.Quote) {
	t.Helper()

	var more messages.More
	if q.More != nil {
		more = *q.More
	}

	assert.Equal(t, messages.OutcomeOK, q.Outcome, q.Detail)
	assert.Equal(t, x.Price, q.Price.Text())
	assert.Equal(t, x.Bid, q.Bid.Text())
	assert.Equal(t, x.Ask, q.Ask.Text())
	assert.ElementsMatch(t, x.Flags, q.Flags.Words())
	assert.True(t, x.Time.Equal(q.VendorTime), "%s, not %s", q.VendorTime, x.Time)
	assert.WithinDuration(t, time.Now(), q.ReceivedAt, patience)

	for wanted, is := range map[string]string{x.Mid: more.Mid.Text(), x.Unit: more.Unit, strconv.FormatUint(x.Sequence, 10): strconv.FormatUint(more.Sequence, 10)} {
		if wanted != "" && wanted != "0" {
			assert.Equal(t, wanted, is)
		}
	}
}
