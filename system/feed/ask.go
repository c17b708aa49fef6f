package feed

import (
	"bytes"
	"context"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/feed/client"
	"github.com/rollcall-go/rollcall/system/feed/reading"
	"github.com/rollcall-go/rollcall/system/feed/template"
	"github.com/rollcall-go/rollcall/system/internal/expr"
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
	targets  *reading.Targets // nil for a request that is about none
	url      *url.URL         // the vendor's own
	direct   bool             // the URL says which server
	header   http.Header      // the endpoint's own where there is nothing to add
	payload  []byte
	values   *template.Values
}

// draft fills in the templates of a batch's request.
func (s *Source) draft(ctx context.Context, b *batch, at cursor) (*draft, *messages.Failure) {
	now := time.Now()
	d := &draft{
		endpoint: b.endpoint, targets: b.targets, url: at.url, direct: at.direct, header: b.endpoint.header,
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

	if b.memory != nil || b.endpoint.request.HasHeaders() {
		d.header = d.header.Clone()
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

	payload, has, err := b.endpoint.body.First(ctx, nil, requestVars(b.targets, s.secrets))
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

	if request.Header = d.header; s.credentials.any() {
		request.Header = d.header.Clone()
	}

	if err := s.credentials.Authorize(ctx, request, d.payload, d.values); err != nil {
		return nil, asFailure(err)
	}

	return request, nil
}
