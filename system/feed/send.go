package feed

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"net/url"
	"time"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/feed/client"
	"github.com/rollcall-go/rollcall/system/feed/reading"
	"github.com/rollcall-go/rollcall/system/secret"
)

// asked says where a request went: by the vendor's own URL, and really.
type asked struct{ own, real *url.URL }

// request sends what a batch asks for to the first server that answers.
func (s *Source) request(ctx context.Context, b *batch, at cursor, body *bytes.Buffer) (client.Answer, asked, *messages.Failure) {
	if b.prepared != nil {
		s.spend(b.targets)

		answer, failure := s.send(b.prepared.WithContext(ctx), b.endpoint, nil, body)

		return answer, asked{}, failure
	}

	d, failure := s.draft(ctx, b, at)
	if failure != nil {
		return client.Answer{}, asked{}, failure
	}

	var (
		first  *messages.Failure
		answer client.Answer
		target *url.URL
	)

	for i, start := 0, s.servers.first(time.Now()); ; i++ {
		server := (start + i) % len(s.servers.origins)

		body.Reset()
		answer, target, failure = s.attempt(ctx, d, server, body)

		if failure == nil || !isServerFault(failure, answer.Status) {
			s.servers.worked(server, time.Now())

			return answer, asked{d.url, target}, failure
		}

		if first == nil {
			first = failure
		}

		if d.direct || i+1 == len(s.servers.origins) || ctx.Err() != nil {
			return answer, asked{d.url, target}, first
		}
	}
}

// attempt sends a request to one server, and once more with a new token if the vendor did not accept the one it knew.
func (s *Source) attempt(ctx context.Context, d *draft, server int, body *bytes.Buffer) (client.Answer, *url.URL, *messages.Failure) {
	for try := 0; ; try++ {
		request, failure := s.address(ctx, d, server)
		if failure != nil {
			return client.Answer{}, d.url, failure
		}

		s.spend(d.targets)

		answer, failure := s.send(request, d.endpoint, d.payload, body)

		if try > 0 || failure == nil || answer.Status != http.StatusUnauthorized || !s.credentials.Renew(ctx, request) {
			return answer, request.URL, failure
		}

		body.Reset()
	}
}

// send sends one request and says what its status means.
func (s *Source) send(request *http.Request, e *endpoint, payload []byte, body *bytes.Buffer) (client.Answer, *messages.Failure) {
	answer, err := s.exchange(request, payload, body)
	if err != nil {
		return answer, asFailure(err)
	}

	s.meter.note(answer.Header, time.Now())

	if answer.OK() {
		return answer, nil
	}

	ctx := request.Context()

	failure := e.reader.Refused(ctx, reading.Answer{Status: answer.Status, Header: answer.Header, Body: body.Bytes()})
	if failure == nil {
		failure = answer.Failure(time.Now())
	}

	s.addWait(failure, answer)

	return answer, failure
}

// addWait adds the vendor's own wish to a failure about its budget, where the rule that found it has none.
func (s *Source) addWait(failure *messages.Failure, answer client.Answer) {
	if failure == nil || failure.RetryAfter != 0 || failure.Final {
		return
	}

	now := time.Now()

	switch failure.Outcome {
	case messages.OutcomeRateLimited, messages.OutcomeQuota:
		if failure.RetryAfter = answer.RetryAfter(now); failure.RetryAfter == 0 {
			failure.RetryAfter = s.meter.read(now).Reset
		}
	case messages.OutcomeUnavailable:
		failure.RetryAfter = answer.RetryAfter(now)
	default: // it has nothing to do with how often we ask
	}
}

// hideToken masks an access token that the vendor quotes: the other secrets are known beforehand, and masked in what is shown.
func (s *Source) hideToken(request *http.Request, body *bytes.Buffer) {
	if s.credentials.tokens == nil || isTokenRequest(request) {
		return
	}

	_, token, _ := bytes.Cut([]byte(request.Header.Get("Authorization")), []byte(" "))
	if len(token) < minToken || !bytes.Contains(body.Bytes(), token) {
		return
	}

	masked := bytes.ReplaceAll(body.Bytes(), token, []byte(secret.Mask))

	body.Reset()
	body.Write(masked)
}

// minToken is the shortest access token, in bytes, that is masked. A shorter one protects nothing and would mask ordinary words.
const minToken = 6

// asFailure returns the failure that an error is.
func asFailure(err error) *messages.Failure {
	var failure *messages.Failure
	if !errors.As(err, &failure) {
		return messages.NewFailure(messages.OutcomeMalformed, "the answer cannot be read")
	}

	return failure
}
