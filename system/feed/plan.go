package feed

import (
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/feed/reading"
	"github.com/rollcall-go/rollcall/system/feed/spec"
)

// batch is what one request, or the pages of one, ask for. It does not change.
type batch struct {
	endpoint    *endpoint
	symbols     []spec.Symbol
	instruments []messages.Instrument
	positions   []int // where the quotes go
	adjoining   bool  // the positions follow one another
	targets     *reading.Targets
	prepared    *http.Request // nil where it has to be made anew each time
	memory      *memory       // nil unless the endpoint is asked conditionally
}

// slots returns where the quotes of the batch are read into; collect puts them into their places.
func (b *batch) slots(quotes []messages.Quote) []messages.Quote {
	if b.adjoining {
		first, end := b.positions[0], b.positions[0]+len(b.positions)

		return quotes[first:end:end]
	}

	return make([]messages.Quote, len(b.positions))
}

func (b *batch) collect(quotes, slots []messages.Quote) {
	if b.adjoining {
		return
	}

	for i, at := range b.positions {
		quotes[at] = slots[i]
	}
}

// fail gives every quote of the batch the failure's outcome.
func (b *batch) fail(quotes []messages.Quote, failure *messages.Failure) {
	for i, at := range b.positions {
		quotes[at] = messages.Quote{Instrument: b.instruments[i], Outcome: failure.Outcome, Detail: failure.Detail}
	}
}

// maxMemories is how many answers of a vendor that is asked conditionally are remembered.
const maxMemories = 4096

// planner puts instruments into batches.
type planner struct {
	symbols   map[messages.Instrument]*spec.Symbol
	endpoints map[string]*endpoint
	doubts    *doubts

	mutex    sync.Mutex
	memories map[string]*memory
}

func newPlanner(symbols []spec.Symbol, endpoints map[string]*endpoint) *planner {
	p := &planner{
		symbols: make(map[messages.Instrument]*spec.Symbol, len(symbols)), endpoints: endpoints,
		doubts: newDoubts(), memories: make(map[string]*memory),
	}

	for i := range symbols {
		p.symbols[symbols[i].Instrument] = &symbols[i]
	}

	return p
}

// plan is a list of batches, and the instruments that nobody is asked for.
type plan struct {
	batches []*batch
	left    []messages.Quote // with their outcomes
	at      []int            // where those go
}

// drawer is where instruments of one kind are gathered.
type drawer struct {
	endpoint *endpoint
	group    string
	piece    int
}

// open is a batch that is being filled.
type open struct {
	*batch

	keys map[string]bool
}

// plan groups instruments by endpoint, by what their requests must have in common, and by doubts; and cuts the groups to size. One that is
// listed twice is asked for twice.
func (p *planner) plan(instruments []messages.Instrument, now time.Time) *plan {
	made, filling := new(plan), make(map[drawer]*open)

	for at, instrument := range instruments {
		symbol, known := p.symbols[instrument]
		if !known {
			made.leave(at, instrument, messages.OutcomeMissingSymbol, "the vendor's definition does not list it")

			continue
		}

		e, polled := p.endpoints[symbol.Endpoint]
		if !polled {
			made.leave(at, instrument, messages.OutcomeMissingSymbol, "the vendor pushes it and is not asked for it")

			continue
		}

		piece, detail, out := p.doubts.piece(instrument, now)
		if out {
			made.leave(at, instrument, messages.OutcomeUnknownSymbol, detail)

			continue
		}

		place := drawer{e, e.request.Group(symbol), piece}

		b := filling[place]
		if b == nil || (e.size != 0 && len(b.symbols) >= e.size) || b.keys[symbol.Key] {
			b = &open{&batch{endpoint: e, adjoining: true}, make(map[string]bool)}
			filling[place] = b
			made.batches = append(made.batches, b.batch)
		}

		b.keys[symbol.Key] = true
		b.add(symbol, at)
	}

	for _, b := range made.batches {
		b.targets = reading.NewTargets(b.symbols)
		b.memory = p.remember(b)
	}

	return made
}

func (b *batch) add(symbol *spec.Symbol, at int) {
	if n := len(b.positions); n > 0 && b.positions[n-1]+1 != at {
		b.adjoining = false
	}

	b.symbols, b.instruments, b.positions = append(b.symbols, *symbol), append(b.instruments, symbol.Instrument), append(b.positions, at)
}

func (p *plan) leave(at int, instrument messages.Instrument, outcome messages.Outcome, detail string) {
	p.left = append(p.left, messages.Quote{Instrument: instrument, Outcome: outcome, Detail: detail})
	p.at = append(p.at, at)
}

// fill puts the quotes of those nobody is asked for into their places.
func (p *plan) fill(quotes []messages.Quote) {
	for i, at := range p.at {
		quotes[at] = p.left[i]
	}
}

// remember returns the memory of the batch's last answer: the same one for the same instruments.
func (p *planner) remember(b *batch) *memory {
	if !b.endpoint.conditional {
		return nil
	}

	var name strings.Builder

	name.WriteString(b.endpoint.name)

	for _, instrument := range b.instruments {
		name.WriteByte(0)
		name.WriteString(string(instrument))
	}

	p.mutex.Lock()
	defer p.mutex.Unlock()

	known := p.memories[name.String()]
	if known == nil {
		if len(p.memories) >= maxMemories {
			clear(p.memories)
		}

		known = new(memory)
		p.memories[name.String()] = known
	}

	return known
}
