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
	"github.com/rollcall-go/rollcall/system/feed/spec"
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
func (b *bootstrap) ask(ctx context.Context, s *Stream, symbols []spec.Symbol, g *group) (map[string]any, *messages.Failure) {
	ctx, cancel := context.WithTimeout(ctx, connectWithin)
	defer cancel()

	vars := expr.Vars{Symbols: g.symbols, Keys: g.keys, Instruments: g.objects}

	request, failure := b.request(ctx, s, symbols, vars)
	if failure != nil {
		return nil, failure
	}

	var body bytes.Buffer

	answer, err := s.client.Do(request, &body)
	if err != nil {
		return nil, asFailure(err)
	}

	return b.read(ctx, s, answer, body.Bytes(), vars)
}

// request makes the request with its body and its credentials.
func (b *bootstrap) request(ctx context.Context, s *Stream, symbols []spec.Symbol, vars expr.Vars) (*http.Request, *messages.Failure) {
	request, err := b.address.make(ctx, symbols, nil, time.Now())
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

	if err := s.authorize(ctx, request, body); err != nil {
		return nil, asFailure(err)
	}

	return request, nil
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
func (b *bootstrap) read(ctx context.Context, s *Stream, answer client.Answer, body []byte, vars expr.Vars) (map[string]any, *messages.Failure) {
	if !answer.OK() {
		if failure := s.plan.reader.Refused(ctx, reading.Answer{Status: answer.Status, Header: answer.Header, Body: body}); failure != nil {
			return nil, failure
		}

		return nil, answer.Failure(time.Now())
	}

	document, err := tree.Parse(body, tree.Options{})
	if err != nil {
		return nil, messages.NewFailure(messages.OutcomeMalformed, "the bootstrap's answer is not JSON")
	}

	vars.Status, vars.Text, vars.Headers = answer.Status, string(body), lowered(answer.Header)

	match, err := s.plan.reader.Match(ctx, document, &vars)
	if err == nil && match != nil && match.Failure != nil && !match.Warning {
		return nil, match.Failure
	}

	value, found, err := b.take.First(ctx, document, &vars)
	taken, isObject := value.(map[string]any)

	if err != nil || !found || !isObject {
		return nil, messages.NewFailure(messages.OutcomeMalformed, "stream.bootstrap.take gives no object")
	}

	return taken, nil
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
