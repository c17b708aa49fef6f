package feed_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/feed"
	"github.com/rollcall-go/rollcall/system/feed/spec"
	"github.com/rollcall-go/rollcall/system/feed/streaming"
	"github.com/rollcall-go/rollcall/system/secret"
)

// pusher is a vendor that pushes to those it accepts, and closes with what they authorized themselves by.
type pusher struct {
	url     string       // http://…
	tokens  atomic.Int32 // access tokens given out
	refused atomic.Int32
}

func newPusher(t *testing.T, accepts func(p *pusher, r *http.Request) bool) *pusher {
	t.Helper()

	p := new(pusher)
	p.url = server(t, func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Path == "/token":
			w.Header().Set("Content-Type", "application/json")
			_ = json.NewEncoder(w).Encode(map[string]any{"access_token": "token-" + itoa(int(p.tokens.Add(1))), "token_type": "bearer", "expires_in": 3600})
		case !accepts(p, r):
			p.refused.Add(1)
			w.WriteHeader(http.StatusUnauthorized)
			_, _ = io.WriteString(w, "not with "+r.Header.Get("Authorization"))
		case r.URL.Path == "/boot":
			_, _ = io.WriteString(w, `{"token":"abc"}`)
		default:
			push(t, w, r)
		}
	}).URL

	return p
}

// push sends one price and quotes the caller's credentials, as some vendors do.
func push(t *testing.T, w http.ResponseWriter, r *http.Request) {
	t.Helper()

	conn, err := websocket.Accept(w, r, nil)
	if err != nil {
		t.Error(err)

		return
	}

	said, _ := json.Marshal(map[string]string{"key": "X", "price": "1.25", "caller": r.Header.Get("Authorization")}) // it is text

	if err := conn.Write(r.Context(), websocket.MessageText, said); err != nil {
		t.Error(err)
	}

	_ = conn.Close(websocket.StatusNormalClosure, "bye "+r.Header.Get("Authorization")) // the other side may be first
}

// definition is of a vendor that only pushes.
func (p *pusher) definition(auth spec.Auth) feed.Definition {
	return feed.Definition{
		Symbols: []feed.Symbol{{Instrument: "X"}}, Client: feed.ClientSettings{AllowPrivate: true}, Auth: auth,
		Secrets: secrets("id", "me", "key", "s3cret"),
		Stream: spec.Stream{
			URL: "ws" + strings.TrimPrefix(p.url, "http") + "/feed?x=1", Parse: feed.Parse{Key: "key", Price: "price"},
			Headers: map[string]secret.Secret{"X-Time": secret.New("{now:unix_ns}"), "X-Nonce": secret.New("{nonce}")},
		},
	}
}

// heard is what came of one connection.
type heard struct {
	prices []string
	frames []string
	ended  *messages.Failure
}

// listenTo connects once.
func listenTo(t *testing.T, d feed.Definition, beside *feed.Source) (h heard) {
	t.Helper()

	frames := make(chan string, 16)
	stream, err := feed.NewStream(d, beside, streaming.WithObserver(func(_ string, _ time.Time, frame []byte) { frames <- string(frame) }))
	require.NoError(t, err)

	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()

	err = stream.Stream(ctx, []messages.Instrument{"X"}, func(u messages.StreamUpdate) {
		for i := range u.Quotes {
			h.prices = append(h.prices, u.Quotes[i].Price.Text())
		}
	})
	require.ErrorAs(t, err, &h.ended)
	close(frames)

	for frame := range frames {
		h.frames = append(h.frames, frame)
	}

	return h
}

func TestStreamsAreAuthorized(t *testing.T) {
	t.Parallel()

	sign := func(r *http.Request) string {
		mac := hmac.New(sha256.New, []byte("s3cret"))
		_, _ = io.WriteString(mac, r.Header.Get("X-Time")+r.Header.Get("X-Nonce")+r.Method+"/feed?x=1")

		return hex.EncodeToString(mac.Sum(nil))
	}
	signed := spec.HMAC{Key: secret.New("{secret.key}"), Message: secret.New("{now:unix_ns}{nonce}{method}{target}")}
	inHeader, inQuery := signed, signed
	inHeader.Header, inQuery.Query = "X-Sign", "sign"

	header := func(want string) func(*pusher, *http.Request) bool {
		return func(_ *pusher, r *http.Request) bool { return r.Header.Get("Authorization") == want }
	}

	cases := map[string]struct {
		auth    func(p *pusher) spec.Auth
		accepts func(p *pusher, r *http.Request) bool
	}{
		"bearer": {
			func(*pusher) spec.Auth { return spec.Auth{Bearer: secret.New("{secret.key}")} }, header("Bearer s3cret"),
		},
		"basic": {
			func(*pusher) spec.Auth {
				return spec.Auth{Basic: spec.Basic{User: secret.New("{secret.id}"), Password: secret.New("{secret.key}")}}
			}, header("Basic bWU6czNjcmV0"),
		},
		"oauth2": {
			func(p *pusher) spec.Auth {
				return spec.Auth{OAuth2: spec.OAuth2{TokenURL: p.url + "/token", ID: secret.New("{secret.id}"), Secret: secret.New("{secret.key}")}}
			}, header("Bearer token-1"),
		},
		"hmac in a header": {
			func(*pusher) spec.Auth { return spec.Auth{HMAC: inHeader} },
			func(_ *pusher, r *http.Request) bool { return r.Header.Get("X-Sign") == sign(r) },
		},
		"hmac in the query": {
			func(*pusher) spec.Auth { return spec.Auth{HMAC: inQuery} },
			func(_ *pusher, r *http.Request) bool { return r.URL.Query().Get("sign") == sign(r) },
		},
	}

	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			p := newPusher(t, c.accepts)
			h := listenTo(t, p.definition(c.auth(p)), nil)
			assert.Equal(t, messages.OutcomeDisconnected, h.ended.Outcome, h.ended.Detail)
			assert.Equal(t, []string{"1.25"}, h.prices)

			for _, text := range append(h.frames, h.ended.Detail) { // X05: the vendor quotes them
				for _, hidden := range []string{"s3cret", "bWU6czNjcmV0", "token-1"} {
					assert.NotContains(t, text, hidden)
				}
			}

			d := p.definition(spec.Auth{})
			assert.Equal(t, messages.OutcomeAuth, listenTo(t, d, nil).ended.Outcome, "without them")
		})
	}
}

// A token that the vendor has withdrawn is replaced within the same attempt; one that it never accepts is not asked for again and again.
func TestStreamsRenewAccessTokens(t *testing.T) {
	t.Parallel()

	for wanted, outcome := range map[string]messages.Outcome{"Bearer token-2": messages.OutcomeDisconnected, "Bearer none": messages.OutcomeAuth} {
		p := newPusher(t, func(_ *pusher, r *http.Request) bool { return r.Header.Get("Authorization") == wanted })
		d := p.definition(spec.Auth{OAuth2: spec.OAuth2{TokenURL: p.url + "/token", ID: secret.New("{secret.id}"), Secret: secret.New("{secret.key}")}})
		d.Errors = []spec.Rule{{Status: http.StatusUnauthorized, Outcome: string(messages.OutcomeAuth), Detail: "$text"}}

		h := listenTo(t, d, nil)
		assert.Equal(t, outcome, h.ended.Outcome, h.ended.Detail)
		assert.NotContains(t, h.ended.Detail, "token-")
		assert.EqualValues(t, 2, p.tokens.Load())
	}
}

// The request before each connection is authorized too, and a vendor that is polled as well gets the same token.
func TestBootstrapAndPollUseTheSameToken(t *testing.T) {
	t.Parallel()

	p := newPusher(t, func(_ *pusher, r *http.Request) bool { return r.Header.Get("Authorization") == "Bearer token-1" })
	d := p.definition(spec.Auth{OAuth2: spec.OAuth2{TokenURL: p.url + "/token", ID: secret.New("{secret.id}"), Secret: secret.New("{secret.key}")}})
	d.Stream.Bootstrap = spec.Bootstrap{URL: p.url + "/boot", Take: "{token: .token}"}
	d.Stream.URL += "&t={boot.token}"
	d.Endpoint = feed.Endpoint{URL: p.url + "/boot", Parse: feed.Parse{Price: "token"}}

	source, err := feed.New(d)
	require.NoError(t, err)
	t.Cleanup(source.Close)

	_, err = source.Fetch(t.Context(), []messages.Instrument{"X"})
	require.NoError(t, err)

	h := listenTo(t, d, source)
	assert.Equal(t, []string{"1.25"}, h.prices)
	assert.EqualValues(t, 1, p.tokens.Load())
	assert.Zero(t, p.refused.Load())
}

func TestNewStreamListsMistakes(t *testing.T) {
	t.Parallel()

	d := newPusher(t, func(*pusher, *http.Request) bool { return false }).definition(spec.Auth{
		Bearer: secret.New("{secret.none}"), Basic: spec.Basic{User: secret.New("u")},
	})
	d.At = "://"

	_, err := feed.NewStream(d, nil)
	require.Error(t, err)

	var mistake feed.FieldError

	require.ErrorAs(t, err, &mistake)
	assert.Equal(t, "auth.bearer", mistake.Field)
	assert.Contains(t, err.Error(), "several ways")
	assert.Contains(t, err.Error(), "at")
}
