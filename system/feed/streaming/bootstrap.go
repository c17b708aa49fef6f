package streaming

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/feed/client"
	"github.com/rollcall-go/rollcall/system/feed/reading"
	"github.com/rollcall-go/rollcall/system/internal/expr"
	"github.com/rollcall-go/rollcall/system/internal/tree"
)

// bootstrap is the request before each connection.
type bootstrap struct {
	address *address
	body    *expr.Program
	take    *expr.Program
}

// ask sends the request and returns what is taken from its answer.
func (b *bootstrap) ask(ctx context.Context, o *opening) (map[string]any, *messages.Failure) {
	ctx, cancel := context.WithTimeout(ctx, connectWithin)
	defer cancel()

	vars := o.group.vars

	request, failure := b.request(ctx, o, vars)
	if failure != nil {
		return nil, failure
	}

	var body bytes.Buffer

	answer, err := o.stream.client.Do(request, &body)
	if err != nil {
		return nil, asFailure(err)
	}

	return b.read(ctx, o, answer, body.Bytes(), vars)
}

// request makes the request with its body and its credentials.
func (b *bootstrap) request(ctx context.Context, o *opening, vars expr.Vars) (*http.Request, *messages.Failure) {
	s := o.stream

	request, values, err := b.address.make(ctx, o.symbols, nil, s.nonce.next(time.Now()))
	if err != nil {
		return nil, messages.NewFailure(messages.OutcomeBadRequest, "bootstrap: "+s.plan.veil.Mask(err.Error()))
	}

	var body []byte

	if b.body != nil {
		var problem string

		vars.Secret = s.plan.secrets
		if body, problem = b.text(ctx, &vars); problem != "" {
			return nil, messages.NewFailure(messages.OutcomeBadRequest, problem)
		}

		request.Body, request.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))

		if request.Header.Get("Content-Type") == "" {
			request.Header.Set("Content-Type", "application/json")
		}
	}

	return request, o.authorize(ctx, request, body, values)
}

// text is the request's body; the problem quotes nothing, because secrets stand in it.
func (b *bootstrap) text(ctx context.Context, vars *expr.Vars) (text []byte, problem string) {
	value, found, err := b.body.First(ctx, nil, vars)
	if err != nil || !found {
		return nil, "stream.bootstrap.body gives nothing to send"
	}

	text, err = expr.Encode(value)
	if err != nil {
		return nil, "stream.bootstrap.body gives nothing that can be sent"
	}

	return text, ""
}

// read takes from an answer what the connection needs.
func (b *bootstrap) read(ctx context.Context, o *opening, answer client.Answer, body []byte, vars expr.Vars) (map[string]any, *messages.Failure) {
	reader := o.stream.plan.reader

	if !answer.OK() {
		if failure := reader.Refused(ctx, reading.Answer{Status: answer.Status, Header: answer.Header, Body: o.hidden.bytes(body)}); failure != nil {
			return nil, failure
		}

		return nil, answer.Failure(time.Now())
	}

	document, err := tree.Parse(body, tree.Options{})
	if err != nil {
		return nil, messages.NewFailure(messages.OutcomeMalformed, "the bootstrap's answer is not JSON")
	}

	vars.Status, vars.Text, vars.Headers = answer.Status, string(body), lowered(answer.Header)

	if failure := o.refused(ctx, document, body, vars); failure != nil {
		return nil, failure
	}

	value, found, err := b.take.First(ctx, document, &vars)
	taken, isObject := value.(map[string]any)

	if err != nil || !found || !isObject {
		return nil, messages.NewFailure(messages.OutcomeMalformed, "stream.bootstrap.take gives no object")
	}

	return taken, nil
}

// refused asks the error rules about a bootstrap's answer. They see it without our credential, which a detail may quote.
func (o *opening) refused(ctx context.Context, document any, body []byte, vars expr.Vars) *messages.Failure {
	if shown := o.hidden.bytes(body); !bytes.Equal(shown, body) {
		vars.Text = string(shown)

		document, _ = tree.Parse(shown, tree.Options{}) // it is as much a document as before
	}

	match, err := o.stream.plan.reader.Match(ctx, document, &vars)
	if err == nil && match != nil && !match.Warning {
		return match.Failure
	}

	return nil // a rule that fails is one that does not fit
}

// lowered returns headers by their lower-case names, as expressions see them.
func lowered(header http.Header) map[string]string {
	names := make(map[string]string, len(header))
	for name, values := range header {
		names[strings.ToLower(name)] = strings.Join(values, ", ")
	}

	return names
}

// asFailure returns the failure that an error is or wraps.
func asFailure(err error) *messages.Failure {
	if failure, is := errors.AsType[*messages.Failure](err); is {
		return failure
	}

	return messages.NewFailure(messages.OutcomeMalformed, fmt.Sprintf("an unexpected error of type %T", err))
}
