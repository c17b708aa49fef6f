// Package reading turns vendors' answers into quotes.
package reading

import (
	"context"
	"net/http"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/feed/spec"
	"github.com/rollcall-go/rollcall/system/internal/expr"
)

// Answer is what a vendor answered.
type Answer struct {
	Status int // 0: a stream's message
	Header http.Header
	Body   []byte
}

// Reader reads the answers of one endpoint, or the messages of one stream. It never changes and may be used by several goroutines.
type Reader struct {
	batch, single *program // for answers about several targets, and about one
	veil          Veil
}

// Match is the first error rule that fits a message.
type Match struct {
	Failure   *messages.Failure // nil for a warning
	Scope     string            // symbol, request or connection
	Keys      []string          // of scope symbol: which; none means all
	Reconnect bool              // the rule asks for a new connection
	Warning   bool              // the rule's outcome is ok
}

// Compile checks a Parse and its error rules and makes them ready.
func Compile(parse spec.Parse, rules []spec.Rule, veil Veil) (*Reader, []spec.FieldError) {
	_ = rules

	batch, problems := compile(parse, false)
	if len(problems) > 0 {
		return nil, problems
	}

	single, problems := compile(parse, true)
	if len(problems) > 0 {
		return nil, problems
	}

	return &Reader{batch: batch, single: single, veil: veil}, nil
}

// Read fills in the quotes, one for each target in its order, from an answer with a status of 2xx. A failure says that the answer as a whole is
// of no use.
func (r *Reader) Read(ctx context.Context, a Answer, t *Targets, quotes []messages.Quote) *messages.Failure {
	_ = ctx

	d := borrowDecoder()
	defer giveBackDecoder(d, len(a.Body))

	p := r.batch
	if t.alone {
		p = r.single
	}

	if failure := d.aimed(p, r.veil).decode(a.Body, t.index); failure != nil {
		return failure
	}

	for i := range t.symbols {
		quotes[i] = d.quote(t.symbols[i].Instrument, &d.cells[i])
	}

	return nil
}

// Refused says what an answer with a status outside 2xx means by the error rules; nil where none of them fits.
func (r *Reader) Refused(ctx context.Context, a Answer) *messages.Failure {
	_, _ = ctx, a

	return nil
}

// Rows returns the rows of one message of a stream.
func (r *Reader) Rows(ctx context.Context, document any, vars *expr.Vars) ([]Row, error) {
	_, _, _ = ctx, document, vars

	return nil, nil
}

// Quote judges one row.
func (r *Reader) Quote(target spec.Symbol, row Row) messages.Quote {
	_ = row

	return messages.Quote{Instrument: target.Instrument}
}

// Match returns the first error rule that fits a stream's message; nil where none does.
func (r *Reader) Match(ctx context.Context, document any, vars *expr.Vars) (*Match, error) {
	_, _, _ = ctx, document, vars

	return nil, nil //nolint:nilnil // no rule fits
}
