package feed_test

import (
	"crypto/tls"
	"fmt"
	"net/http"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/feed"
	"github.com/rollcall-go/rollcall/system/feed/spec"
	"github.com/rollcall-go/rollcall/system/secret"
)

func TestTrace(t *testing.T) {
	t.Parallel()

	url, _ := vendor(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Echo", r.Header.Get("X-Key"))
		says(`{"X":{"p":2.0},"you sent":`+strconv.Quote(r.Header.Get("X-Key"))+`}`)(w, r)
	})
	d := keyed("X")
	d.URL, d.Secrets = url+"/a%2Fb?s={symbols}&k={secret.k}", secrets("k", `s3"cret/1`)
	d.Headers, d.Body = secrets("X-Key", "{secret.k}"), `{key: $secret.k, symbols: $symbols}`
	s := compiled(t, d)

	var trace feed.Trace

	for range 2 {
		_, err := s.Fetch(feed.WithTrace(t.Context(), &trace), []messages.Instrument{"X"})
		require.NoError(t, err)
	}

	_, err := s.Fetch(t.Context(), []messages.Instrument{"X"})
	require.NoError(t, err)

	seen := trace.Exchanges()
	require.Len(t, seen, 2)

	first, second := seen[0], seen[1]
	assert.Equal(t, http.MethodPost, first.Method)
	assert.Equal(t, url+"/a%2Fb?s=X&k=******", first.URL)
	assert.JSONEq(t, `{"key":"******","symbols":["X"]}`, first.Payload)
	assert.Contains(t, first.Header, "X-Key: ******")
	assert.Contains(t, first.Header, "Content-Type: application/json")
	assert.Contains(t, first.AnswerHeader, "X-Echo: ******")
	assert.Equal(t, http.StatusOK, first.Status)
	assert.Contains(t, string(first.Answer), `"p":2.0`)
	assert.Positive(t, first.Size)
	assert.Positive(t, first.Connect)
	assert.Positive(t, first.Wait)
	assert.Zero(t, first.TLS)
	assert.Equal(t, "http://"+first.Address, url)
	assert.False(t, first.Reused)
	assert.True(t, second.Reused)
	assert.Zero(t, second.Connect)
	assert.NotContains(t, fmt.Sprintf("%+v %+v", *first, *second), "cret/1", "X05")
}

func TestTraceOfFailures(t *testing.T) {
	t.Parallel()

	ours := newAuthority(t)
	good := secure(t, &tls.Config{Certificates: []tls.Certificate{ours.issue(t, "127.0.0.1", 0)}})
	d := keyed("X")
	d.URL, d.Client.CAFile = good.URL+"/q?s={symbols}", ours.file

	var trace feed.Trace

	_, err := compiled(t, d).Fetch(feed.WithTrace(t.Context(), &trace), []messages.Instrument{"X"})
	require.NoError(t, err)
	assert.Positive(t, trace.Exchanges()[0].TLS)

	d.Client.CAFile = ""
	_, err = compiled(t, d).Fetch(feed.WithTrace(t.Context(), &trace), []messages.Instrument{"X"})
	require.Error(t, err)
	assert.Contains(t, trace.Exchanges()[1].Failure, "unknown authority")
	assert.Zero(t, trace.Exchanges()[1].Status)
}

// X05: neither a token nor a signature is in what people see.
func TestTraceHidesTokensAndSignatures(t *testing.T) {
	t.Parallel()

	v := newTokenVendor(t, 3600)
	d := v.definition()

	var trace feed.Trace

	_, err := compiled(t, d).Fetch(feed.WithTrace(t.Context(), &trace), instruments(d))
	require.NoError(t, err)
	require.Len(t, trace.Exchanges(), 2)

	for _, e := range trace.Exchanges() {
		assert.NotContains(t, fmt.Sprintf("%+v %s", *e, e.Answer), "token-1")
	}

	d = keyed("X")
	d.URL = v.url + "/q?s={symbols}"
	d.Auth.HMAC = spec.HMAC{Key: secret.New("k"), Message: secret.New("x"), Query: "sign"}

	_, _ = compiled(t, d).Fetch(feed.WithTrace(t.Context(), &trace), instruments(d))
	assert.Equal(t, v.url+"/q?s=X&sign=******", trace.Exchanges()[2].URL)
}
