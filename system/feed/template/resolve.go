package template

import (
	"strconv"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/feed/spec"
)

// maxSymbols is how many instruments one vendor may have.
const maxSymbols = 100_000

// Resolve returns the definition's symbols with VendorSymbol and Key filled in, in their order, and every mistake in them: names that cannot
// be sent, instruments listed twice, and vendor symbols that answers could not tell apart.
func Resolve(d spec.Definition) ([]spec.Symbol, []spec.FieldError) {
	switch {
	case len(d.Symbols) == 0:
		return nil, []spec.FieldError{{Field: "symbols", Problem: "is empty", Suggestion: "list at least one instrument"}}
	case len(d.Symbols) > maxSymbols:
		return nil, []spec.FieldError{{Field: "symbols", Problem: "has more than " + strconv.Itoa(maxSymbols) + " symbols", Suggestion: "split it into several vendors"}}
	}

	named := Instrument | Base | Quote | With
	naming, problems := Compile("naming", d.Naming, Scope{Allowed: named})
	matching, mistakes := Compile("matching", d.Matching, Scope{Allowed: named | Symbol})

	r := resolver{
		definition: &d, naming: naming, matching: matching, problems: append(problems, mistakes...), requests: make(map[string]*Request, 1+len(d.Endpoints)),
		seen: make(map[messages.Instrument]bool, len(d.Symbols)), polled: make(map[place]string, len(d.Symbols)), streamed: make(map[string]source),
	}

	symbols := make([]spec.Symbol, len(d.Symbols))
	for i := range symbols {
		symbols[i] = r.resolve(i, d.Symbols[i])
	}

	return symbols, r.problems
}

// place is what tells vendor symbols apart in a poll.
type place struct{ endpoint, group, key string }

// source is what instruments that share a key in a stream must have in common.
type source struct{ endpoint, group, symbol string }

// resolver fills in symbols and remembers what was there before.
type resolver struct {
	definition       *spec.Definition
	naming, matching *Template
	requests         map[string]*Request // by endpoint
	seen             map[messages.Instrument]bool
	polled           map[place]string  // vendor symbols
	streamed         map[string]source // by key
	problems         []spec.FieldError
}

func (r *resolver) refuse(at int, problem, suggestion string) {
	r.problems = append(r.problems, spec.FieldError{Field: "symbols[" + strconv.Itoa(at) + "]", Problem: problem, Suggestion: suggestion})
}

// resolve fills in one symbol. Only its first mistake is listed, because the others usually follow from it.
func (r *resolver) resolve(at int, symbol spec.Symbol) spec.Symbol {
	symbol.VendorSymbol = r.fill(at, r.naming, &symbol, symbol.VendorSymbol, string(symbol.Instrument))
	symbol.Key = r.fill(at, r.matching, &symbol, symbol.Key, symbol.VendorSymbol)

	if problem := symbolProblem(symbol); problem != "" {
		r.refuse(at, problem, "")

		return symbol
	}

	if r.seen[symbol.Instrument] {
		r.refuse(at, "lists an instrument twice", "remove one of them")
	}

	r.seen[symbol.Instrument] = true

	request, known := r.request(symbol.Endpoint)

	switch problem := request.Problem(&symbol); {
	case !known:
		r.refuse(at, "names an endpoint that is not there", "list it under endpoints")
	case problem != "":
		r.refuse(at, problem, "")
	default:
		r.unique(at, request, &symbol)
	}

	return symbol
}

// fill returns what is configured, or what the template makes, or else what is left.
func (r *resolver) fill(at int, t *Template, symbol *spec.Symbol, configured, otherwise string) string {
	switch problem := t.Problem(symbol); {
	case configured != "":
		return configured
	case t.IsEmpty():
		return otherwise
	case problem != "":
		r.refuse(at, problem, "")

		return otherwise
	}

	text, err := t.Render(&Values{Targets: []spec.Symbol{*symbol}})
	if err != nil {
		return otherwise // cannot be: nothing is missing
	}

	return text
}

// request returns the templates of an endpoint. Its mistakes are listed where the endpoint is checked.
func (r *resolver) request(endpoint string) (request *Request, known bool) {
	if request, known = r.requests[endpoint]; known {
		return request, true
	}

	e := r.definition.Endpoint
	if endpoint != "" {
		if e, known = r.definition.Endpoints[endpoint]; !known {
			return &Request{url: new(Template)}, false
		}
	}

	request, _ = CompileRequest(RequestText{URL: e.URL, Schemes: []string{"http", "https"}, Query: e.Query, Headers: e.Headers},
		Scope{Allowed: ^Places(0), Secrets: r.definition.Secrets})
	r.requests[endpoint] = request

	return request, true
}

// unique sees that answers tell vendor symbols apart: by the key among those of one request, and in a stream by the key alone. What is said about
// one vendor symbol may be for several instruments; a stream cannot know which of several requests it would belong to.
func (r *resolver) unique(at int, request *Request, symbol *spec.Symbol) {
	group := request.Group(symbol)
	polled, streamed := place{symbol.Endpoint, group, symbol.Key}, source{symbol.Endpoint, group, symbol.VendorSymbol}

	other, taken := r.polled[polled]
	pushed, pushing := r.streamed[symbol.Key]

	if taken && other != symbol.VendorSymbol || pushing && pushed != streamed {
		r.refuse(at, "has the key of another vendor symbol", "give them keys that differ")
	}

	r.polled[polled] = symbol.VendorSymbol

	if r.definition.Stream.URL != "" {
		r.streamed[symbol.Key] = streamed
	}
}
