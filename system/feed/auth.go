package feed

import (
	"context"
	"encoding/base64"
	"net/http"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/feed/spec"
	"github.com/rollcall-go/rollcall/system/feed/template"
	"github.com/rollcall-go/rollcall/system/secret"
)

// credentials authorize requests. The zero value lets them go as they are.
type credentials struct {
	bearer         *template.Template
	user, password *template.Template
	tokens         *tokens
	signer         *signer
}

// compileAuth checks an Auth.
func compileAuth(auth spec.Auth, secrets map[string]secret.Secret) (*credentials, []spec.FieldError) {
	c := new(credentials)
	scope := template.Scope{Allowed: template.Anywhere, Secrets: secrets}

	var problems []spec.FieldError

	compile := func(field string, text secret.Secret) *template.Template {
		if text.IsZero() {
			problems = append(problems, spec.FieldError{Field: "auth." + field, Problem: "is missing"})
		}

		t, mistakes := template.Compile("auth."+field, text.Reveal(), scope)
		problems = append(problems, mistakes...)

		return t
	}

	given := 0

	if !auth.Bearer.IsZero() {
		given++
		c.bearer = compile("bearer", auth.Bearer)
	}

	if !auth.Basic.User.IsZero() || !auth.Basic.Password.IsZero() {
		given++
		c.user = compile("basic.user", auth.Basic.User)
		c.password, _ = template.Compile("", "", scope)

		if !auth.Basic.Password.IsZero() { // some vendors want a key as user and nothing more
			c.password = compile("basic.password", auth.Basic.Password)
		}
	}

	if hasOAuth2(auth.OAuth2) {
		given++
		c.tokens = newTokens(auth.OAuth2, compile("oauth2.client_id", auth.OAuth2.ID), compile("oauth2.client_secret", auth.OAuth2.Secret))
		problems = append(problems, checkTokenURL(auth.OAuth2.TokenURL)...)
	}

	if hasHMAC(auth.HMAC) {
		given++

		var mistakes []spec.FieldError

		c.signer, mistakes = compileHMAC(auth.HMAC, secrets)
		problems = append(problems, mistakes...)
	}

	if given > 1 {
		problems = append(problems, spec.FieldError{Field: "auth", Problem: "authorizes in several ways", Suggestion: "keep one of bearer, basic, oauth2 and hmac"})
	}

	return c, problems
}

// any reports whether requests are authorized at all.
func (c *credentials) any() bool { return *c != credentials{} }

// changes reports whether requests are authorized in another way each time.
func (c *credentials) changes() bool {
	uses := template.Places(0)

	for _, t := range []*template.Template{c.bearer, c.user, c.password} {
		if t != nil {
			uses |= t.Uses()
		}
	}

	return c.tokens != nil || c.signer != nil || uses&template.Changing != 0
}

// Authorize implements streaming.Credentials, and serves polls as well: it authorizes a request, whose headers are its own. The error is a
// *messages.Failure.
func (c *credentials) Authorize(ctx context.Context, request *http.Request, payload []byte, v *template.Values) error {
	switch {
	case c.bearer != nil:
		token, err := c.bearer.Render(v)
		if err != nil || !template.IsHeaderValue(token) {
			return unsendable("the token cannot be sent in a header")
		}

		request.Header.Set("Authorization", "Bearer "+token)
	case c.user != nil:
		user, err := c.user.Render(v)
		if err != nil {
			return unsendable(err.Error())
		}

		password, err := c.password.Render(v)
		if err != nil {
			return unsendable(err.Error())
		}

		request.Header.Set("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(user+":"+password)))
	case c.tokens != nil:
		return c.tokens.apply(ctx, request)
	case c.signer != nil:
		return c.signer.apply(request, payload, v)
	}

	return nil
}

// Renew implements streaming.Credentials: of credentials only access tokens can be renewed.
func (c *credentials) Renew(ctx context.Context, request *http.Request) bool {
	return c.tokens != nil && c.tokens.drop(ctx, request.Header.Get("Authorization"))
}

// unsendable is a request that could not be made from the definition.
func unsendable(why string) *messages.Failure {
	return messages.NewFailure(messages.OutcomeBadRequest, "not sent: "+why)
}
