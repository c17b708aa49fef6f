package feed

import (
	"bytes"
	"context"
	"net/url"
	"strconv"
	"sync/atomic"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/feed/client"
	"github.com/rollcall-go/rollcall/system/feed/spec"
	"github.com/rollcall-go/rollcall/system/feed/template"
	"github.com/rollcall-go/rollcall/system/internal/expr"
	"github.com/rollcall-go/rollcall/system/internal/tree"
)

const (
	defaultPages = 10
	maxPages     = 1000
)

// pages says how an answer goes on.
type pages struct {
	next        *expr.Program // nil where pages are counted
	size, first int
	max         int
	byPage      bool // what next gives is for {page}, not a URL
	tree        tree.Options

	last atomic.Int32 // pages of the newest answer
}

// compilePages checks a Pages; nil where there are none.
func compilePages(prefix string, e spec.Endpoint, uses template.Places) (*pages, []spec.FieldError) {
	s := e.Pages
	if s == (spec.Pages{}) {
		return nil, nil
	}

	var problems []spec.FieldError

	refuse := func(field, problem, suggestion string) {
		problems = append(problems, spec.FieldError{Field: prefix + field, Problem: problem, Suggestion: suggestion})
	}

	p := &pages{
		size: s.Size, first: s.First, max: s.Max, byPage: uses&template.Page != 0,
		tree: tree.Options{Format: e.Parse.Format, Charset: e.Parse.Charset, CSV: e.Parse.CSV, AnyCase: e.Parse.AnyCase},
	}
	if p.max == 0 {
		p.max = defaultPages
	}

	switch {
	case (s.Next == "") == (s.Size == 0):
		refuse("next", "does not say how an answer goes on", "give one of next and size")
	case s.Next != "":
		var err error
		if p.next, err = expr.Compile(s.Next); err != nil {
			refuse("next", err.Error(), "")
		}
	case s.Size < 0:
		refuse("size", "is negative", "")
	case uses&(template.Page|template.Offset) == 0:
		refuse("size", "needs {page} or {offset} in the request", "")
	}

	if p.max < 0 || p.max > maxPages {
		refuse("max", "is outside 1 … "+strconv.Itoa(maxPages), "")
	}

	if p.first < 0 {
		refuse("first", "is negative", "")
	}

	return p, problems
}

// start is the first page's value of {page}.
func (p *pages) start() string {
	if p.next != nil && p.first == 0 {
		return ""
	}

	return strconv.Itoa(p.first)
}

// cursor is where the reading of pages stands.
type cursor struct {
	page   string
	offset int
	url    *url.URL // of the next page; nil where the templates make it
	direct bool     // the URL says which server
}

// askPages reads one page after the other until every instrument is found or there is no further page. A page's failure is that of the batch,
// because what it would have held is not known.
func (s *Source) askPages(ctx context.Context, b *batch, quotes []messages.Quote) *messages.Failure {
	p, at := b.endpoint.pages, cursor{page: b.endpoint.pages.start()}
	found, slots := b.slots(quotes), make([]messages.Quote, len(b.symbols))

	defer b.collect(quotes, found)

	body := borrowBody()
	defer giveBackBody(body)

	for n := 1; ; n++ {
		body.Reset()

		answer, from, failure := s.request(ctx, b, at, body)
		if failure != nil {
			return failure
		}

		if failure := s.read(ctx, b, answer, body, slots); failure != nil {
			return failure
		}

		missing := merge(found, slots, n == 1)
		p.last.Store(int32(n))

		if missing == 0 || n == p.max {
			return nil
		}

		following, more, failure := s.follow(ctx, b, at, n, from, answer, body)
		if failure != nil || !more {
			return failure
		}

		at = following
	}
}

// merge adds the quotes of one page to those found before and returns how many are missing still.
func merge(found, page []messages.Quote, first bool) (missing int) {
	for i := range found {
		if first || (found[i].Outcome == messages.OutcomeMissingSymbol && page[i].Outcome != messages.OutcomeMissingSymbol) {
			found[i] = page[i]
		}

		if found[i].Outcome == messages.OutcomeMissingSymbol {
			missing++
		}
	}

	return missing
}

// follow says where the next page is, if there is one. The n-th has just been read.
func (s *Source) follow(
	ctx context.Context, b *batch, at cursor, n int, from asked, answer client.Answer, body *bytes.Buffer,
) (following cursor, more bool, failure *messages.Failure) {
	p := b.endpoint.pages

	document, err := tree.Parse(body.Bytes(), p.tree)
	if err != nil {
		return at, false, messages.NewFailure(messages.OutcomeMalformed, "the page cannot be read")
	}

	vars := answerVars(b, answer.Status, answer.Header, body.Bytes())

	if p.next == nil {
		rows, err := b.endpoint.reader.Count(ctx, document, vars)
		if err != nil {
			return at, false, messages.NewFailure(messages.OutcomeMalformed, "the rows of the page cannot be counted")
		}

		return cursor{page: strconv.Itoa(p.first + n), offset: n * p.size}, rows >= p.size, nil
	}

	value, has, err := p.next.First(ctx, document, vars)
	if err != nil {
		return at, false, messages.NewFailure(messages.OutcomeMalformed, "pages.next fails on this answer")
	}

	text, err := expr.Encode(value)
	if err != nil {
		return at, false, messages.NewFailure(messages.OutcomeMalformed, "pages.next gives nothing that can be sent")
	}

	if !has || len(text) == 0 || string(text) == "false" {
		return at, false, nil
	}

	if p.byPage {
		return cursor{page: string(text)}, string(text) != at.page, nil
	}

	following, failure = s.nextURL(b, from, string(text))

	return following, failure == nil && following.url.String() != from.own.String(), failure
}

// nextURL resolves the URL of a next page. It must be of the vendor's own host or of the one that was asked, because our credentials are sent
// with it.
func (s *Source) nextURL(b *batch, from asked, text string) (cursor, *messages.Failure) {
	refuse := func(why string) (cursor, *messages.Failure) {
		return cursor{}, messages.NewFailure(messages.OutcomeRedirect, "the next page "+why)
	}

	if len(text) > maxRequestURL {
		return refuse("has no usable URL")
	}

	next, err := from.own.Parse(text)
	if err != nil || client.URLProblem(next, "http", "https") != "" {
		return refuse("has no usable URL")
	}

	next.Fragment, next.RawFragment = "", ""

	switch {
	case client.SameOrigin(b.endpoint.request.Template().Origin(), next):
		return cursor{url: next}, nil
	case client.SameOrigin(from.real, next):
		return cursor{url: next, direct: true}, nil
	default:
		return refuse("is of another host, port or scheme")
	}
}
