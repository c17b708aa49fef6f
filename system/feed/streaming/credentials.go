package streaming

import (
	"bytes"
	"context"
	"net/http"
	"strings"

	"github.com/rollcall-go/rollcall/system/feed/template"
	"github.com/rollcall-go/rollcall/system/secret"
)

// Credentials authorize the requests that open connections, and those of the bootstrap. Their methods may be called from several goroutines.
type Credentials interface {
	// Authorize adds credentials to a request. It gets the body, and the values that the request's templates were filled in with, so that a
	// signature is made over the same time and nonce. Its error ends the attempt; it should be a *messages.Failure.
	Authorize(ctx context.Context, request *http.Request, body []byte, values *template.Values) error
	// Renew is told that the vendor did not accept a request, and reports whether the same request with other credentials may fare better.
	Renew(ctx context.Context, request *http.Request) bool
}

// anonymous are the credentials of vendors that want none.
type anonymous struct{}

// Authorize implements Credentials.
func (anonymous) Authorize(context.Context, *http.Request, []byte, *template.Values) error {
	return nil
}

// Renew implements Credentials.
func (anonymous) Renew(context.Context, *http.Request) bool { return false }

// minToken is the shortest credential, in bytes, that is concealed. A shorter one protects nothing and would mask ordinary words.
const minToken = 6

// concealment masks the credential of one connection where the vendor quotes it: an access token is not known when the definition is compiled.
// Nil masks nothing.
type concealment []byte

// concealed masks what a request carries as its Authorization.
func concealed(request *http.Request) concealment {
	_, token, _ := strings.Cut(request.Header.Get("Authorization"), " ")
	if len(token) < minToken {
		return nil
	}

	return concealment(token)
}

// bytes returns the text with the credential masked; the text itself where it does not hold it.
func (c concealment) bytes(text []byte) []byte {
	if len(c) == 0 || !bytes.Contains(text, c) {
		return text
	}

	return bytes.ReplaceAll(text, c, []byte(secret.Mask))
}
