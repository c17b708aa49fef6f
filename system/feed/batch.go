package feed

import (
	"context"
	"errors"
	"net/http"

	"github.com/rollcall-go/rollcall/messages"
)

// maxRequestURL is the longest URL that is sent, in bytes. Servers refuse much longer ones.
const maxRequestURL = 16 << 10

// batch is one prepared request and whose quotes its answer holds.
type batch struct {
	request     *http.Request
	index       map[string]int // vendor symbol → its place in the slices below
	names       []string       // vendor symbols
	instruments []messages.Instrument
	positions   []int // where the quotes go
}

// fail gives every quote of the batch the failure's outcome.
func (b *batch) fail(quotes []messages.Quote, failure *messages.Failure) {
	for i, at := range b.positions {
		quotes[at] = messages.Quote{Instrument: b.instruments[i], Outcome: failure.Outcome, Detail: failure.Detail}
	}
}

// planner turns lists of instruments into prepared requests.
type planner struct {
	method   string
	header   http.Header // shared by all requests, never changed
	template template
	size     int // symbols of one request; 0 is no limit
	symbols  map[messages.Instrument]string
}

func newPlanner(definition Definition, t template) *planner {
	p := &planner{
		method:   definition.Method,
		header:   http.Header{"Accept": {"application/json"}, "User-Agent": {"rollcall"}},
		template: t,
		size:     batchSize(definition.Batch, t),
		symbols:  make(map[messages.Instrument]string, len(definition.Symbols)),
	}

	for name, value := range definition.Headers {
		p.header.Set(name, value.Reveal())
	}

	p.header.Set("Accept-Encoding", "gzip")

	for _, symbol := range definition.Symbols {
		p.symbols[symbol.Instrument] = symbol.VendorSymbol
	}

	return p
}

// batchSize returns how many symbols one request asks for; 0 is no limit.
func batchSize(configured int, t template) int {
	switch {
	case t.single:
		return 1
	case !t.batch:
		return 0 // the URL names no symbols: one answer holds them all
	default:
		return configured
	}
}

// plan prepares the requests for a list of instruments. Those that the definition does not know are left out; one that is listed twice is
// asked for twice.
func (p *planner) plan(instruments []messages.Instrument) ([]batch, error) {
	var batches []batch

	for at, instrument := range instruments {
		name, known := p.symbols[instrument]
		if !known {
			continue
		}

		if len(batches) == 0 || !batches[len(batches)-1].hasRoom(p.size, name) {
			batches = append(batches, batch{index: make(map[string]int)})
		}

		last := &batches[len(batches)-1]
		last.index[name] = len(last.names)
		last.names = append(last.names, name)
		last.instruments, last.positions = append(last.instruments, instrument), append(last.positions, at)
	}

	for i := range batches {
		var err error
		if batches[i].request, err = prepare(p.method, p.template.render(batches[i].names), p.header); err != nil {
			return nil, err
		}
	}

	return batches, nil
}

// hasRoom reports whether the batch may ask for one more symbol.
func (b *batch) hasRoom(size int, name string) bool {
	_, twice := b.index[name]

	return !twice && (size == 0 || len(b.names) < size)
}

// markUnknown fills in the quotes of instruments that the definition does not know.
func (p *planner) markUnknown(quotes []messages.Quote, instruments []messages.Instrument) {
	for i, instrument := range instruments {
		if _, known := p.symbols[instrument]; !known {
			quotes[i] = messages.Quote{
				Instrument: instrument, Outcome: messages.OutcomeMissingSymbol, Detail: "the vendor's definition does not list it",
			}
		}
	}
}

// errRequest does not wrap its cause, which would quote the URL.
var errRequest = errors.New("request: the symbols make no usable URL")

// prepare makes what is the same in every round.
func prepare(method, target string, header http.Header) (*http.Request, error) {
	request, err := http.NewRequestWithContext(context.Background(), method, target, http.NoBody)
	if err != nil {
		return nil, errRequest
	}

	request.Header = header

	return request, nil
}
