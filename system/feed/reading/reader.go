// Package reading turns vendors' answers into quotes: it finds the rows of an answer, by paths or by an expression, judges their numbers and
// times, and tells by error rules what went wrong. Polls and streams read alike.
//
// Answers that need nothing but paths into JSON are read in one pass, without building anything (decoder). All others become a tree first
// (package tree), in which the same paths lead to the same values (walker), or in which an expression finds the rows (query).
package reading

import (
	"context"
	"net/http"
	"strings"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/internal/expr"
	"github.com/rollcall-go/rollcall/system/internal/tree"
)

// Answer is what a vendor answered.
type Answer struct {
	Status int // the HTTP status, or the code of a WebSocket's end; 0: a stream's message
	Header http.Header
	Body   []byte
}

// Reader reads the answers of one endpoint, or the messages of one stream. It never changes and may be used by several goroutines.
type Reader struct {
	batch, single *program      // for answers about several instruments, and about one; both unused where there is a query
	query         *expr.Program // nil: rows are found by paths
	rules         []rule
	terms         terms
	tree          tree.Options
	choose        string
	veil          Veil
	direct        bool // answers need no tree
	needsText     bool // an expression uses $text
	needsHeaders  bool
}

// Read fills in the quotes, one for each target in its order, from an answer with a status of 2xx. A failure says that the answer as a whole is
// of no use; the quotes mean nothing then.
func (r *Reader) Read(ctx context.Context, a Answer, t *Targets, quotes []messages.Quote) *messages.Failure {
	if r.direct && !r.suspects(a) {
		return r.readDirectly(a.Body, t, quotes)
	}

	document, problem := tree.Parse(a.Body, r.tree)
	subject := r.subject(a, t, document, problem)

	refused, failure := r.examine(ctx, subject, t)
	if failure != nil {
		return failure
	}

	if problem == nil {
		problem = r.reported(document)
	}

	if problem == nil {
		problem = r.readTree(ctx, document, subject.vars, t, quotes)
	}

	if problem != nil && (refused == nil || !refused.all()) {
		return messages.NewFailure(messages.OutcomeMalformed, r.veil.Mask(problem.Error()))
	}

	refused.fill(t, quotes)

	return nil
}

// suspects reports whether a rule may fit, so that the document is needed.
func (r *Reader) suspects(a Answer) bool {
	for i := range r.rules {
		if r.rules[i].mayFit(a.Status, a.Body) {
			return true
		}
	}

	return false
}

// subject returns what rules are asked about. Where the body is not what was configured, a vendor may still say why in JSON.
func (r *Reader) subject(a Answer, t *Targets, document any, problem error) *subject {
	s := &subject{status: a.Status, raw: a.Body, document: document, vars: r.vars(a, t)}

	if (problem != nil || a.Status >= http.StatusMultipleChoices) && r.tree.Format != "" && r.tree.Format != "json" || r.tree.Format == "csv" {
		if body := strings.TrimSpace(string(a.Body[:min(len(a.Body), maxWordsBytes)])); strings.HasPrefix(body, "{") {
			if said, err := tree.Parse(a.Body, tree.Options{AnyCase: true}); err == nil {
				s.document = said
			}
		}
	}

	return s
}

// vars returns the variables of expressions over an answer. Those that cost something are there only if they are used.
func (r *Reader) vars(a Answer, t *Targets) *expr.Vars {
	vars := &expr.Vars{}
	if t != nil {
		*vars = *t.Vars()
	}

	vars.Status = a.Status

	if r.needsText {
		vars.Text = strings.ToValidUTF8(string(a.Body), "\ufffd")
	}

	if r.needsHeaders {
		vars.Headers = make(map[string]string, len(a.Header))
		for name, values := range a.Header {
			vars.Headers[strings.ToLower(name)] = strings.Join(values, ", ")
		}
	}

	return vars
}

// readDirectly reads an answer in one pass. An answer about one instrument may be its row, or have it behind its key.
func (r *Reader) readDirectly(body []byte, t *Targets, quotes []messages.Quote) *messages.Failure {
	d := borrowDecoder()
	defer giveBackDecoder(d, len(body))

	first := r.batch
	if t.Keys() == 1 {
		first = r.single
	}

	failure := d.aimed(first, r.veil).decode(body, t)
	if failure == nil {
		r.directQuotes(d, t, quotes)
	}

	if t.Keys() != 1 || r.batch.layout != layoutKeyed || d.cells[0].twice || (failure != nil && d.refusal == "") || (failure == nil && quotes[0].Outcome != messages.OutcomeMissingSymbol) {
		return failure
	}

	if d.aimed(r.batch, r.veil).decode(body, t) == nil && d.cells[0].found {
		if fields := d.fields(&d.cells[0]); !isEmpty(&fields) || failure != nil {
			r.directQuotes(d, t, quotes)

			return nil
		}
	}

	return failure
}

func (r *Reader) directQuotes(d *decoder, t *Targets, quotes []messages.Quote) {
	for i := range t.symbols {
		quotes[i] = r.directQuote(d, t, i)
	}
}

func (r *Reader) directQuote(d *decoder, t *Targets, i int) messages.Quote {
	switch found := &d.cells[t.shared(i)]; {
	case !found.found:
		return r.absent(t, i)
	case found.twice:
		return r.ambiguous(t, i)
	default:
		fields := d.fields(found)

		return r.polled(&t.symbols[i], &fields)
	}
}

func (r *Reader) absent(t *Targets, i int) messages.Quote {
	return r.refuse(messages.Quote{Instrument: t.symbols[i].Instrument}, messages.OutcomeMissingSymbol, "not in the answer")
}

func (r *Reader) ambiguous(t *Targets, i int) messages.Quote {
	return r.refuse(messages.Quote{Instrument: t.symbols[i].Instrument}, messages.OutcomeMalformed, "the answer has several rows for this symbol")
}
