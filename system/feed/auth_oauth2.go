package feed

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/feed/client"
	"github.com/rollcall-go/rollcall/system/feed/spec"
	"github.com/rollcall-go/rollcall/system/feed/template"
	"github.com/rollcall-go/rollcall/system/secret"
)

// tokens gets access tokens and keeps the newest until it expires. One is fetched at a time, within the fetch that needs it.
type tokens struct {
	settings spec.OAuth2
	id, key  *template.Template
	secrets  map[string]secret.Secret
	ask      func(request *http.Request, body *bytes.Buffer) (client.Answer, error) // set when the source is made
	tokenURL string                                                                 // where it really is

	turn  chan struct{} // holds one; who has taken it may touch token
	token *oauth2.Token
}

func hasOAuth2(o spec.OAuth2) bool {
	return o.TokenURL != "" || !o.ID.IsZero() || !o.Secret.IsZero() || len(o.Scopes) > 0 || len(o.Params) > 0 || o.InBody
}

func newTokens(settings spec.OAuth2, id, key *template.Template) *tokens {
	t := &tokens{settings: settings, id: id, key: key, turn: make(chan struct{}, 1)}
	t.turn <- struct{}{}

	return t
}

func checkTokenURL(text string) []spec.FieldError {
	_, problems := template.CompileURL("auth.oauth2.token_url", text, template.Scope{}, "http", "https")

	return problems
}

// connect says how tokens are asked for.
func (t *tokens) connect(secrets map[string]secret.Secret, at *origin, ask func(*http.Request, *bytes.Buffer) (client.Answer, error)) {
	t.secrets, t.ask = secrets, ask

	if u, err := url.Parse(t.settings.TokenURL); err == nil { // it was checked
		t.tokenURL = at.apply(u).String()
	}
}

// apply puts a token into a request's headers.
func (t *tokens) apply(ctx context.Context, request *http.Request) error {
	token, err := t.get(ctx)
	if err != nil {
		return err
	}

	if !template.IsHeaderValue(token.Type() + " " + token.AccessToken) {
		return messages.NewFailure(messages.OutcomeMalformed, "the token cannot be sent in a header")
	}

	token.SetAuthHeader(request)

	return nil
}

// get returns a token that is valid, and asks for one if there is none.
func (t *tokens) get(ctx context.Context) (*oauth2.Token, error) {
	select {
	case <-t.turn:
		defer func() { t.turn <- struct{}{} }()
	case <-ctx.Done():
		if errors.Is(ctx.Err(), context.Canceled) {
			return nil, messages.NewFailure(messages.OutcomeCancelled, "the request was cancelled")
		}

		return nil, messages.NewFailure(messages.OutcomeTimeout, "no access token before the deadline")
	}

	if t.token.Valid() {
		return t.token, nil
	}

	v := &template.Values{Secrets: t.secrets, Now: time.Now()}

	id, err := t.id.Render(v)
	if err != nil {
		return nil, unsendable(err.Error())
	}

	key, err := t.key.Render(v)
	if err != nil {
		return nil, unsendable(err.Error())
	}

	config := clientcredentials.Config{
		ClientID: id, ClientSecret: key, TokenURL: t.tokenURL, Scopes: t.settings.Scopes, EndpointParams: url.Values{}, AuthStyle: oauth2.AuthStyleInHeader,
	}
	if t.settings.InBody {
		config.AuthStyle = oauth2.AuthStyleInParams
	}

	for name, value := range t.settings.Params {
		config.EndpointParams.Set(name, value)
	}

	fresh, err := config.Token(context.WithValue(ctx, oauth2.HTTPClient, &http.Client{Transport: tokenTransport(t.ask)}))
	if err != nil {
		return nil, tokenFailure(err)
	}

	t.token = fresh

	return fresh, nil
}

// drop forgets a token that the vendor did not accept, and reports whether it was still the newest. It does not wait for another fetch.
func (t *tokens) drop(ctx context.Context, header string) bool {
	select {
	case <-t.turn:
		defer func() { t.turn <- struct{}{} }()
	case <-ctx.Done():
		return false
	}

	if t.token == nil || !strings.HasSuffix(header, " "+t.token.AccessToken) {
		return t.token != nil
	}

	t.token = nil

	return true
}

// tokenTransport lets the library ask over our client.
type tokenTransport func(request *http.Request, body *bytes.Buffer) (client.Answer, error)

// RoundTrip implements http.RoundTripper.
func (ask tokenTransport) RoundTrip(request *http.Request) (*http.Response, error) {
	var body bytes.Buffer

	request = request.Clone(request.Context())
	request.Header.Set("Accept", "application/json")
	request.Header.Set("Accept-Encoding", "gzip")
	request.Header.Set("User-Agent", "rollcall")

	answer, err := ask(request, &body)
	if err != nil {
		return nil, err
	}

	return &http.Response{
		StatusCode: answer.Status, Status: http.StatusText(answer.Status), Header: answer.Header, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Body: io.NopCloser(&body), ContentLength: int64(body.Len()), Request: request,
	}, nil
}

// tokenFailure maps the library's errors. Their texts quote what the vendor said and are not shown.
func tokenFailure(err error) *messages.Failure {
	var (
		failure *messages.Failure
		refused *oauth2.RetrieveError
	)

	switch {
	case errors.As(err, &failure):
		return failure
	case !errors.As(err, &refused) || refused.Response == nil:
		return messages.NewFailure(messages.OutcomeAuth, "the token endpoint gave no token that can be read")
	}

	answer := client.Answer{Status: refused.Response.StatusCode, Header: refused.Response.Header}
	known := answer.Failure(time.Now())

	if known == nil || (known.Outcome == messages.OutcomeHTTPStatus && answer.Status < http.StatusInternalServerError) {
		known = messages.NewFailure(messages.OutcomeAuth, http.StatusText(answer.Status))
	}

	known.Detail = messages.CleanDetail("the token endpoint answers: " + known.Detail)

	return known
}
