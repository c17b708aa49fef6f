// Package params reads what a request asks for: its query, the page it is at, and the forms of the answer that it takes. Whatever a client sends,
// the outcome is a value within its bounds or a Mistake that names the parameter.
package params

import (
	"cmp"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/gateway/hub"
)

// Limits of a page.
const (
	DefaultLimit = 100
	MaxLimit     = 10_000
)

// Mistake is a parameter that cannot be meant.
type Mistake struct{ Field, Detail string }

// Params are the parameters of one request. The first mistake stays; what is read after it is of no use.
type Params struct {
	values  url.Values
	mistake *Mistake
}

// Of reads the query of a request. A parameter that is not among the known ones is a mistake.
func Of(r *http.Request, known ...string) *Params {
	values, err := url.ParseQuery(r.URL.RawQuery)
	p := &Params{values: values}

	if err != nil {
		p.fault("query", "is not well-formed: write %, & and ; as %25, %26 and %3B")
	}

	for name := range values {
		switch {
		case slices.Contains(known, name):
		case len(known) == 0:
			p.fault(name, "is unknown; this resource has no parameters")
		default:
			p.fault(name, "is unknown; there are "+strings.Join(known, ", "))
		}
	}

	return p
}

// Mistake is the first mistake; nil if there is none.
func (p *Params) Mistake() *Mistake { return p.mistake }

// Refuse notes a mistake that only the reader of several parameters can see.
func (p *Params) Refuse(field, detail string) { p.fault(field, detail) }

func (p *Params) fault(field, detail string) {
	if p.mistake == nil {
		field = messages.CleanDetail(field)
		p.mistake = &Mistake{Field: field, Detail: cmp.Or(field, "a parameter without a name") + " " + detail}
	}
}

// Has reports whether a parameter is there.
func (p *Params) Has(name string) bool { return p.values.Has(name) }

// Text is the value of a parameter that may be given once; empty where it is not there.
func (p *Params) Text(name string) string {
	values := p.values[name]

	switch {
	case len(values) == 0:
		return ""
	case len(values) > 1:
		p.fault(name, "may be given only once")
	case values[0] == "":
		p.fault(name, "is empty")
	}

	return values[0]
}

// Time is an instant in RFC 3339; the zero time where it is not there. What it returns has nanoseconds since 1970 that fit 64 bits.
func (p *Params) Time(name string) time.Time {
	text := p.Text(name)
	if text == "" {
		return time.Time{}
	}

	at, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		p.fault(name, "must be a time such as 2026-11-21T06:00:00Z; write the + of an offset as %2B")

		return time.Time{}
	}

	const first, last = 1970, 2261

	if year := at.UTC().Year(); year < first || year > last {
		p.fault(name, "must be in a year from 1970 to 2261")
	}

	return at
}

// Span reads the times from and to.
func (p *Params) Span() (from, to time.Time) {
	from, to = p.Time("from"), p.Time("to")
	if !from.IsZero() && !to.IsZero() && !from.Before(to) {
		p.fault("to", "must be after from")
	}

	return from, to
}

// Round is the number of a round; 0 where it is not there.
func (p *Params) Round(name string) messages.Round {
	text := p.Text(name)
	if text == "" {
		return 0
	}

	round, ok := ParseRound(text)
	if !ok {
		p.fault(name, "must be the number of a round, such as 42")
	}

	return round
}

// ParseRound reads the number of a round.
func ParseRound(text string) (messages.Round, bool) {
	number, err := strconv.ParseUint(text, 10, 63)

	return messages.Round(number), err == nil && number <= math.MaxInt64
}

// Limit is how many rows a page has at most.
func (p *Params) Limit() int {
	text := p.Text("limit")
	if text == "" {
		return DefaultLimit
	}

	limit, err := strconv.Atoi(text)
	if err != nil || limit < 1 || limit > MaxLimit {
		p.fault("limit", "must be a number from 1 to "+strconv.Itoa(MaxLimit))
	}

	return limit
}

// Duration is a duration of at most so much; 0 where it is not there.
func (p *Params) Duration(name string, most time.Duration) time.Duration {
	text := p.Text(name)
	if text == "" {
		return 0
	}

	length, err := time.ParseDuration(text)
	if err != nil || length < 0 || length > most {
		p.fault(name, "must be a duration of at most "+strconv.FormatFloat(most.Seconds(), 'f', -1, 64)+"s, such as 30s")
	}

	return length
}

// OneOf is one of some words; empty where it is not there.
func (p *Params) OneOf(name string, words ...string) string {
	text := p.Text(name)
	if text != "" && !slices.Contains(words, text) {
		p.fault(name, "must be one of "+strings.Join(words, ", "))
	}

	return text
}

// Flag is true or false; false where it is not there.
func (p *Params) Flag(name string) bool { return p.OneOf(name, "true", "false") == "true" }

// Words are several of some words, with commas or repeated; none where it is not there.
func (p *Params) Words(name string, words ...string) []string {
	var list []string

	for _, value := range p.values[name] {
		for word := range strings.SplitSeq(value, ",") {
			if !slices.Contains(words, word) {
				p.fault(name, "must be a list of "+strings.Join(words, ", "))
			}

			list = append(list, word)
		}
	}

	return list
}

// Names are any names, with commas or repeated; none where it is not there.
func (p *Params) Names(name string) []string {
	var list []string

	for _, value := range p.values[name] {
		for one := range strings.SplitSeq(value, ",") {
			if one == "" {
				p.fault(name, "holds an empty name")
			}

			list = append(list, one)
		}
	}

	return list
}

// Selection reads instruments, classes and vendors.
func (p *Params) Selection() messages.Selection {
	selection, field, err := hub.ParseSelection(p.values)
	if err != nil {
		p.fault(field, "holds an empty name")
	}

	return selection
}
