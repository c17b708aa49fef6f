package feed

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/feed/client"
	"github.com/rollcall-go/rollcall/system/feed/reading"
	"github.com/rollcall-go/rollcall/system/feed/template"
	"github.com/rollcall-go/rollcall/system/internal/expr"
	"github.com/rollcall-go/rollcall/system/secret"
)

// maxRequestURL is the longest URL that is sent, in bytes. Servers refuse much longer ones.
const maxRequestURL = 16 << 10

// maxPayload is the longest body that is sent, in bytes.
const maxPayload = 1 << 20

// ask sends the request of a batch, or those of its pages, and fills in its quotes.
func (s *Source) ask(ctx context.Context, b *batch, quotes []messages.Quote) *messages.Failure {
	if b.endpoint.pages != nil {
		return s.askPages(ctx, b, quotes)
	}

	body := borrowBody()
	defer giveBackBody(body)

	answer, _, failure := s.request(ctx, b, cursor{}, body)
	slots := b.slots(quotes)

	switch {
	case failure != nil:
		if answer.Status != http.StatusNotModified || b.memory == nil || !b.memory.recall(slots) {
			return failure
		}
	default:
		if failure := s.read(ctx, b, answer, body, slots); failure != nil {
			return failure
		}

		if b.memory != nil {
			b.memory.keep(answer, slots)
		}
	}

	b.collect(quotes, slots)

	return nil
}

// read makes quotes of an answer.
func (s *Source) read(ctx context.Context, b *batch, answer client.Answer, body *bytes.Buffer, slots []messages.Quote) *messages.Failure {
	failure := b.endpoint.reader.Read(ctx, reading.Answer{Status: answer.Status, Header: answer.Header, Body: body.Bytes()}, b.targets, slots)
	s.addWait(failure, answer)

	return failure
}

// draft is a request before a server is chosen for it.
type draft struct {
	endpoint *endpoint
	url      *url.URL // the vendor's own
	direct   bool     // the URL says which server
	header   http.Header
	payload  []byte
	values   *template.Values
}

// asked says where a request went: by the vendor's own URL, and really.
type asked struct{ own, real *url.URL }

// draft fills in the templates of a batch's request.
func (s *Source) draft(ctx context.Context, b *batch, at cursor) (*draft, *messages.Failure) {
	now := time.Now()
	d := &draft{
		endpoint: b.endpoint, url: at.url, direct: at.direct, header: b.endpoint.header.Clone(),
		values: &template.Values{Targets: b.symbols, Secrets: s.secrets, Now: now, Nonce: s.nextNonce(now), Page: at.page, Offset: at.offset},
	}

	if d.url == nil {
		text, err := b.endpoint.request.URL(d.values)
		if err == nil && len(text) <= maxRequestURL {
			d.url, err = url.Parse(text)
		}

		if err != nil || d.url == nil { // the error of url.Parse quotes the URL
			return nil, unsendable("the symbols make no usable URL")
		}
	}

	if err := b.endpoint.request.Header(d.values, d.header); err != nil {
		return nil, unsendable(err.Error())
	}

	if b.memory != nil {
		b.memory.ask(d.header)
	}

	if b.endpoint.body == nil {
		return d, nil
	}

	payload, has, err := b.endpoint.body.First(ctx, nil, requestVars(b.symbols, s.secrets))
	if err != nil || !has {
		return nil, unsendable("the expression of the body gives nothing")
	}

	if d.payload, err = expr.Encode(payload); err != nil || len(d.payload) > maxPayload {
		return nil, unsendable("the expression of the body gives nothing that can be sent")
	}

	return d, nil
}

// nextNonce returns a number that is larger than every one before it.
func (s *Source) nextNonce(now time.Time) string {
	for {
		last := s.nonce.Load()
		next := max(now.UnixNano(), last+1)

		if s.nonce.CompareAndSwap(last, next) {
			return strconv.FormatInt(next, 10)
		}
	}
}

// address makes the request to one of the servers, authorized.
func (s *Source) address(ctx context.Context, d *draft, server int) (*http.Request, *messages.Failure) {
	target := d.url

	switch {
	case d.direct:
	case s.at != nil:
		target = s.at.apply(target)
	default:
		target = s.servers.origins[server].apply(target)
	}

	request, err := http.NewRequestWithContext(ctx, d.endpoint.method, target.String(), bytes.NewReader(d.payload))
	if err != nil {
		return nil, unsendable("the symbols make no usable URL")
	}

	request.Header = d.header.Clone()

	if err := s.credentials.apply(ctx, request, d.payload, d.values); err != nil {
		return nil, asFailure(err)
	}

	return request, nil
}

// request sends what a batch asks for to the first server that answers.
func (s *Source) request(ctx context.Context, b *batch, at cursor, body *bytes.Buffer) (client.Answer, asked, *messages.Failure) {
	if b.prepared != nil {
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

		answer, failure := s.send(request, d.endpoint, d.payload, body)

		if try > 0 || failure == nil || answer.Status != http.StatusUnauthorized || s.credentials.tokens == nil ||
			!s.credentials.tokens.drop(ctx, request.Header.Get("Authorization")) {
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
