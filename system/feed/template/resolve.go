package template

import (
	"strconv"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/feed/spec"
)

// maxSymbols is how many instruments one vendor may have.
const maxSymbols = 100_000

// Resolve returns the definition's symbols with VendorSymbol and Key filled in, in their order, and every mistake in them: names that cannot
// be sent, instruments listed twice, and instruments that answers could not tell apart.
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
		definition: d, naming: naming, matching: matching, problems: append(problems, mistakes...),
		requests: make(map[string]*Request, 1+len(d.Endpoints)), seen: make(map[messages.Instrument]bool, len(d.Symbols)), keys: make(map[string]bool, len(d.Symbols)),
	}

	symbols := make([]spec.Symbol, len(d.Symbols))
	for i, symbol := range d.Symbols {
		symbols[i] = r.resolve("symbols["+strconv.Itoa(i)+"]", symbol)
	}

	return symbols, r.problems
}

// resolver fills in symbols and remembers what was there before.
type resolver struct {
	definition       spec.Definition
	naming, matching *Template
	requests         map[string]*Request // by endpoint
	seen             map[messages.Instrument]bool
	keys             map[string]bool // of one request: endpoint, group, key
	problems         []spec.FieldError
}

func (r *resolver) refuse(field, problem, suggestion string) {
	r.problems = append(r.problems, spec.FieldError{Field: field, Problem: problem, Suggestion: suggestion})
}

// resolve fills in one symbol. Only its first mistake is listed, because the others usually follow from it.
func (r *resolver) resolve(field string, symbol spec.Symbol) spec.Symbol {
	symbol.VendorSymbol = r.fill(field, r.naming, &symbol, symbol.VendorSymbol, string(symbol.Instrument))
	symbol.Key = r.fill(field, r.matching, &symbol, symbol.Key, symbol.VendorSymbol)

	if problem := symbolProblem(symbol); problem != "" {
		r.refuse(field, problem, "")

		return symbol
	}

	if r.seen[symbol.Instrument] {
		r.refuse(field, "lists an instrument twice", "remove one of them")
	}

	r.seen[symbol.Instrument] = true

	request, known := r.request(symbol.Endpoint)

	switch problem := request.Problem(&symbol); {
	case !known:
		r.refuse(field, "names an endpoint that is not there", "list it under endpoints")
	case problem != "":
		r.refuse(field, problem, "")
	default:
		r.unique(field, request, &symbol)
	}

	return symbol
}

// fill returns what is configured, or what the template makes, or else what is left.
func (r *resolver) fill(field string, t *Template, symbol *spec.Symbol, configured, otherwise string) string {
	switch problem := t.Problem(symbol); {
	case configured != "":
		return configured
	case t.IsEmpty():
		return otherwise
	case problem != "":
		r.refuse(field, problem, "")

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

// unique sees that answers tell an instrument from the others: by its key among those of one request, by symbol and key where each has a request
// of its own, and by its key alone in a stream.
func (r *resolver) unique(field string, request *Request, symbol *spec.Symbol) {
	own := ""
	if request.uses&Own != 0 {
		own = symbol.VendorSymbol
	}

	places := []string{strconv.Quote(symbol.Endpoint) + strconv.Quote(own) + strconv.Quote(symbol.Key) + request.Group(symbol)}
	if r.definition.Stream.URL != "" {
		places = append(places, "stream "+symbol.Key)
	}

	for _, place := range places {
		if r.keys[place] {
			r.refuse(field, "uses a vendor symbol twice", "map each instrument to a symbol of its own, or give them keys that differ")

			break
		}
	}

	for _, place := range places {
		r.keys[place] = true
	}
}
