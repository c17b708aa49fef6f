package feed

import (
	"net"

	"github.com/rollcall-go/rollcall/messages"
)

// NewWithResolver is New with a resolver of the test's own.
func NewWithResolver(d Definition, resolver *net.Resolver) (*Source, error) {
	return newSource(d, resolver)
}

// Refuses says why the address policy refuses an address; empty if it does not.
func Refuses(address string, allowPrivate bool) string {
	policy := newAddressPolicy(allowPrivate)

	var blocked *blockedError
	if err := policy.control(nil, "tcp", net.JoinHostPort(address, "80"), nil); err != nil { //nolint:staticcheck // the context is not used
		blocked, _ = err.(*blockedError) //nolint:errorlint // nothing wraps it here
	}

	if blocked == nil {
		return ""
	}

	return blocked.reason
}

// Decoder reads answers without a network.
type Decoder struct {
	decoder *decoder
	symbols []Symbol
	index   map[string]int
}

// NewDecoder compiles the reading half of a definition.
func NewDecoder(d Definition) *Decoder {
	t, _ := parseTemplate(d.URL)
	p, problems := compile(d.Parse, t.single)

	if len(problems) > 0 {
		panic(problems[0])
	}

	index := make(map[string]int, len(d.Symbols))
	for i, symbol := range d.Symbols {
		index[symbol.VendorSymbol] = i
	}

	return &Decoder{newDecoder().aimed(p, newVeil(d.Headers, t)), d.Symbols, index}
}

// Decode reads one answer.
func (d *Decoder) Decode(body []byte) ([]messages.Quote, error) {
	if failure := d.decoder.decode(body, d.index); failure != nil {
		return nil, failure
	}

	quotes := make([]messages.Quote, len(d.symbols))
	for i, symbol := range d.symbols {
		quotes[i] = d.decoder.quote(symbol.Instrument, &d.decoder.cells[i])
	}

	return quotes, nil
}

// CheckPath says what is wrong with a path; empty if nothing is.
func CheckPath(text string) string {
	_, problem := parsePath(text)

	return problem
}

// RenderTemplate returns the URL for a batch, or what is wrong with the template.
func RenderTemplate(text string, symbols []string) (string, []FieldError) {
	t, problems := parseTemplate(text)
	if len(problems) > 0 {
		return "", problems
	}

	return t.render(symbols), nil
}
