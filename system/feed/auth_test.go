package feed_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/feed"
	"github.com/rollcall-go/rollcall/system/feed/spec"
	"github.com/rollcall-go/rollcall/system/secret"
)

func TestSignatures(t *testing.T) {
	t.Parallel()

	// What is expected was made with: printf MESSAGE | openssl dgst -ALGORITHM -hmac KEY
	cases := map[string]struct {
		hmac spec.HMAC
		body string
		sent string // the request, and what was put into it
	}{
		"hex in a header": {
			spec.HMAC{Key: secret.New("{secret.k}"), Message: secret.New("{method}|{target}|{path}|{query}|{body}"), Header: "x-sign"},
			"",
			"GET /q%2Fr?s=X 8968309debfa64279ac6b5a399b2be7582f87a6e52d2aba962d40729f421fbd0",
		},
		"base64 in the query, key in base64": {
			spec.HMAC{Hash: "sha512", Key: secret.New("czNjcmV0"), KeyEncoding: "base64", Message: secret.New("{query}"), Encoding: "base64", Query: "signature"},
			"",
			"GET /q%2Fr?s=X&signature=8sqETEFkjkkZtYcgs%2FUxw6kszQ2ujXh0x3TCWG4Hh8nCODt8Z227fSK7mH0NdFHOJDIMi0yLGGXgp%2BGG8qZjiw%3D%3D",
		},
		"of a body, key in hex": {
			spec.HMAC{Hash: "sha1", Key: secret.New("733363726574"), KeyEncoding: "hex", Message: secret.New("{method}{body}"), Header: "X-Sign"},
			"$symbols",
			"POST /q%2Fr?s=X [\"X\"] 15fd222a400e03da596fa9e3f2afb7da4a9424de",
		},
	}

	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			url, j := vendor(t, says(`{"X":{"p":2.0}}`))
			d := keyed("X")
			d.URL, d.Secrets, d.Auth.HMAC, d.Body = url+"/q%2Fr?s={symbols}", secrets("k", "s3cret"), c.hmac, c.body
			s := compiled(t, d)

			for range 2 {
				_, err := all(t, s, d)
				require.NoError(t, err)

				sent := j.asked()[0]
				if sign := j.last().Get("X-Sign"); sign != "" {
					sent += " " + sign
				}

				assert.Equal(t, c.sent, sent)
			}
		})
	}
}

// tokenVendor gives out tokens t1, t2, … and accepts the newest one only.
type tokenVendor struct {
	*journal

	url     string
	given   atomic.Int32
	expires int
	refuse  atomic.Int32 // a status of the token endpoint
}

func newTokenVendor(t *testing.T, expires int) *tokenVendor {
	t.Helper()

	v := &tokenVendor{journal: new(journal), expires: expires}
	v.url = server(t, func(w http.ResponseWriter, r *http.Request) {
		body := v.note(r)

		switch {
		case r.URL.Path != "/token":
			if r.Header.Get("Authorization") != "Bearer token-"+itoa(int(v.given.Load())) {
				w.WriteHeader(http.StatusUnauthorized)
			}

			_, _ = io.WriteString(w, `{"X":{"p":"`+r.Header.Get("Authorization")+`"},"Y":{"p":2.0}}`)
		case v.refuse.Load() != 0:
			w.Header().Set("Retry-After", "7")
			w.WriteHeader(int(v.refuse.Load()))
			_, _ = io.WriteString(w, `{"error":"invalid_client","error_description":"`+body+`"}`)
		default:
			w.Header().Set("Content-Type", "application/json")
			_ = json.NewEncoder(w).Encode(map[string]any{
				"access_token": "token-" + itoa(int(v.given.Add(1))), "token_type": "bearer", "expires_in": v.expires,
			})
		}
	}).URL

	return v
}

func (v *tokenVendor) definition() feed.Definition {
	d := keyed("X", "Y")
	d.URL, d.Secrets = v.url+"/q?s={symbols}", secrets("id", "me", "key", "s3cret")
	d.Auth.OAuth2 = spec.OAuth2{TokenURL: v.url + "/token", ID: secret.New("{secret.id}"), Secret: secret.New("{secret.key}")}

	return d
}

func TestOAuth2(t *testing.T) {
	t.Parallel()

	t.Run("a token is used until it expires", func(t *testing.T) {
		t.Parallel()

		v := newTokenVendor(t, 3600)
		d := v.definition()
		d.Auth.OAuth2.Scopes, d.Auth.OAuth2.Params = []string{"a", "b"}, map[string]string{"audience": "quotes"}
		s := compiled(t, d)

		for range 3 {
			quotes, err := all(t, s, d)
			require.NoError(t, err)
			assert.True(t, quotes[1].Usable())
			assert.NotContains(t, quotes[0].Detail, "token-1", "X05: the vendor quotes the token")
		}

		assert.EqualValues(t, 1, v.given.Load())
		assert.Equal(t, "POST /token audience=quotes&grant_type=client_credentials&scope=a+b", v.asked()[0])
		assert.Equal(t, "Basic bWU6czNjcmV0", v.heads[0].Get("Authorization"))
	})
	t.Run("one that expires at once is asked for each time", func(t *testing.T) {
		t.Parallel()

		v := newTokenVendor(t, 1)
		d := v.definition()
		d.Auth.OAuth2.InBody = true
		s := compiled(t, d)

		for range 2 {
			_, err := all(t, s, d)
			require.NoError(t, err)
		}

		assert.EqualValues(t, 2, v.given.Load())
		assert.Equal(t, "POST /token client_id=me&client_secret=s3cret&grant_type=client_credentials", v.asked()[0])
		assert.Empty(t, v.heads[0].Get("Authorization"))
	})
	t.Run("one that is no longer accepted is replaced within the fetch", func(t *testing.T) {
		t.Parallel()

		v := newTokenVendor(t, 3600)
		d := v.definition()
		s := compiled(t, d)

		_, err := all(t, s, d)
		require.NoError(t, err)
		v.given.Add(1) // somebody else has asked for one

		_, err = all(t, s, d)
		require.NoError(t, err)
		assert.EqualValues(t, 3, v.given.Load())
		assert.Len(t, v.asked(), 5)
	})
	t.Run("fetches that overlap share one", func(t *testing.T) {
		t.Parallel()

		v := newTokenVendor(t, 3600)
		d := v.definition()
		s := compiled(t, d)
		done := make(chan error, 8)

		for range 8 {
			go func() {
				_, err := s.Fetch(t.Context(), instruments(d))
				done <- err
			}()
		}

		for range 8 {
			require.NoError(t, <-done)
		}

		assert.EqualValues(t, 1, v.given.Load())
	})
}

func TestTokenEndpointsThatFail(t *testing.T) {
	t.Parallel()

	for status, want := range map[int]messages.Outcome{
		400: messages.OutcomeAuth, 401: messages.OutcomeAuth, 403: messages.OutcomeAuth, 404: messages.OutcomeAuth,
		429: messages.OutcomeRateLimited, 500: messages.OutcomeHTTPStatus, 302: messages.OutcomeRedirect,
	} {
		v := newTokenVendor(t, 3600)
		v.refuse.Store(int32(status))
		d := v.definition()
		d.Auth.OAuth2.InBody = true
		_, err := all(t, compiled(t, d), d)
		assert.Equal(t, want, outcomeOf(t, err), status)
		assert.NotContains(t, err.Error(), "s3cret", "the endpoint quotes what it was sent")

		if status == http.StatusTooManyRequests {
			var failure *messages.Failure

			require.ErrorAs(t, err, &failure)
			assert.Equal(t, 7*time.Second, failure.RetryAfter)
		}
	}

	for _, token := range []string{``, `<html>`, `{}`, `{"access_token":""}`, `{"access_token":"a\r\nHost: x","token_type":"bearer"}`, `{"access_token":1}`} {
		url, _ := vendor(t, says(token))
		d := newTokenVendor(t, 1).definition()
		d.Auth.OAuth2.TokenURL = url + "/token"
		_, err := all(t, compiled(t, d), d)
		assert.Contains(t, []messages.Outcome{messages.OutcomeAuth, messages.OutcomeMalformed}, outcomeOf(t, err), token)
	}
}

func TestATokenThatDoesNotComeIsCutOffAtTheDeadline(t *testing.T) { // N01
	t.Parallel()

	hang := make(chan struct{})
	url, _ := vendor(t, func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-hang:
		case <-r.Context().Done():
		}
	})

	t.Cleanup(func() { close(hang) })

	d := newTokenVendor(t, 1).definition()
	d.Auth.OAuth2.TokenURL = url + "/token"
	s := compiled(t, d)

	ctx, cancel := context.WithTimeout(t.Context(), soon)
	defer cancel()

	begun := time.Now()
	_, err := s.Fetch(ctx, instruments(d))
	assert.Equal(t, messages.OutcomeTimeout, outcomeOf(t, err))
	assert.Less(t, time.Since(begun), soon+slack)
}

func TestCredentialsThatAreRefused(t *testing.T) {
	t.Parallel()

	cases := map[string]struct {
		auth  spec.Auth
		field string
	}{
		"two ways":          {spec.Auth{Bearer: secret.New("x"), Basic: spec.Basic{User: secret.New("x")}}, "auth"},
		"unknown secret":    {spec.Auth{Bearer: secret.New("{secret.nope}")}, "auth.bearer"},
		"no place here":     {spec.Auth{Bearer: secret.New("{symbol}")}, "auth.bearer"},
		"password alone":    {spec.Auth{Basic: spec.Basic{Password: secret.New("x")}}, "auth.basic.user"},
		"no token URL":      {spec.Auth{OAuth2: spec.OAuth2{ID: secret.New("x"), Secret: secret.New("y")}}, "auth.oauth2.token_url"},
		"bad token URL":     {spec.Auth{OAuth2: spec.OAuth2{TokenURL: "file:///x", ID: secret.New("x"), Secret: secret.New("y")}}, "auth.oauth2.token_url"},
		"no client":         {spec.Auth{OAuth2: spec.OAuth2{TokenURL: "https://h/", Secret: secret.New("y")}}, "auth.oauth2.client_id"},
		"unknown hash":      {spec.Auth{HMAC: spec.HMAC{Hash: "md5", Key: secret.New("k"), Message: secret.New("m"), Header: "X"}}, "auth.hmac.hash"},
		"no key":            {spec.Auth{HMAC: spec.HMAC{Message: secret.New("m"), Header: "X"}}, "auth.hmac.key"},
		"no message":        {spec.Auth{HMAC: spec.HMAC{Key: secret.New("k"), Header: "X"}}, "auth.hmac.message"},
		"nowhere":           {spec.Auth{HMAC: spec.HMAC{Key: secret.New("k"), Message: secret.New("m")}}, "auth.hmac"},
		"two places":        {spec.Auth{HMAC: spec.HMAC{Key: secret.New("k"), Message: secret.New("m"), Header: "X", Query: "q"}}, "auth.hmac"},
		"key not hex":       {spec.Auth{HMAC: spec.HMAC{Key: secret.New("xyz"), KeyEncoding: "hex", Message: secret.New("m"), Header: "X"}}, "auth.hmac.key_encoding"},
		"unknown encoding":  {spec.Auth{HMAC: spec.HMAC{Key: secret.New("k"), KeyEncoding: "rot13", Message: secret.New("m"), Header: "X"}}, "auth.hmac.key_encoding"},
		"unknown signature": {spec.Auth{HMAC: spec.HMAC{Key: secret.New("k"), Encoding: "rot13", Message: secret.New("m"), Header: "X"}}, "auth.hmac.encoding"},
		"the client's own":  {spec.Auth{HMAC: spec.HMAC{Key: secret.New("k"), Message: secret.New("m"), Header: "Host"}}, "auth.hmac.header"},
	}

	for name, c := range cases {
		d := keyed("X")
		d.Auth = c.auth
		problems := feed.Check(d)
		require.Len(t, problems, 1, name)
		assert.Equal(t, c.field, problems[0].Field, name)
	}
}
