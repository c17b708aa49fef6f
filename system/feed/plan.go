package feed

import (
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/feed/reading"
	"github.com/rollcall-go/rollcall/system/feed/spec"
)

// batch is what one request, or the pages of one, ask for. It does not change.
type batch struct {
	endpoint  *endpoint
	symbols   []spec.Symbol // a part of the planner's where they stand together there
	first     int           // where the quotes go: from here on
	positions []int         // or here, where they do not follow one another
	targets   *reading.Targets
	prepared  *http.Request // nil where it has to be made anew each time
	memory    *memory       // nil unless the endpoint is asked conditionally
}

// slots returns where the quotes of the batch are read into; collect puts them into their places.
func (b *batch) slots(quotes []messages.Quote) []messages.Quote {
	if b.positions == nil {
		end := b.first + len(b.symbols)

		return quotes[b.first:end:end]
	}

	return make([]messages.Quote, len(b.positions))
}

func (b *batch) collect(quotes, slots []messages.Quote) {
	for i, at := range b.positions {
		quotes[at] = slots[i]
	}
}

// fail gives every quote of the batch the failure's outcome.
func (b *batch) fail(quotes []messages.Quote, failure *messages.Failure) {
	slots := b.slots(quotes)
	for i := range slots {
		slots[i] = messages.Quote{Instrument: b.symbols[i].Instrument, Outcome: failure.Outcome, Detail: failure.Detail}
	}

	b.collect(quotes, slots)
}

// maxMemories is how many answers of a vendor that is asked conditionally are remembered.
const maxMemories = 4096

// planner puts instruments into batches.
type planner struct {
	symbols   []spec.Symbol // resolved
	index     func() map[messages.Instrument]int
	endpoints map[string]*endpoint
	doubts    doubts

	mutex    sync.Mutex
	memories map[string]*memory
}

func newPlanner(symbols []spec.Symbol, endpoints map[string]*endpoint) *planner {
	return &planner{symbols: symbols, endpoints: endpoints, index: sync.OnceValue(func() map[messages.Instrument]int {
		index := make(map[messages.Instrument]int, len(symbols))
		for i := range symbols {
			index[symbols[i].Instrument] = i
		}

		return index
	})}
}

// find returns where an instrument stands among the symbols. Most lists that are asked for are the whole one, which needs no index.
func (p *planner) find(instrument messages.Instrument, guess int) (at int, known bool) {
	if guess < len(p.symbols) && p.symbols[guess].Instrument == instrument {
		return guess, true
	}

	at, known = p.index()[instrument]

	return at, known
}

// isWhole reports whether a list of instruments is that of all symbols.
func (p *planner) isWhole(instruments []messages.Instrument) bool {
	return slices.EqualFunc(p.symbols, instruments, func(symbol spec.Symbol, instrument messages.Instrument) bool {
		return symbol.Instrument == instrument
	})
}

// plan is a list of batches, and the instruments that nobody is asked for.
type plan struct {
	batches []*batch
	left    []messages.Quote // with their outcomes
	at      []int            // where those go
}

// plan groups instruments by endpoint, by what their requests must have in common, and by doubts; and cuts the groups to size. Instruments of one
// vendor symbol stand together, and so does one that is listed twice.
func (p *planner) plan(instruments []messages.Instrument, now time.Time) *plan {
	made, desk := new(plan), newDesk()

	for at, instrument := range instruments {
		symbol, known := p.find(instrument, at)
		if !known {
			made.leave(at, instrument, messages.OutcomeMissingSymbol, "the vendor's definition does not list it")

			continue
		}

		e, polled := p.endpoints[p.symbols[symbol].Endpoint]
		if !polled {
			made.leave(at, instrument, messages.OutcomeMissingSymbol, "the vendor pushes it and is not asked for it")

			continue
		}

		piece, detail, out := p.doubts.piece(instrument, now)
		if out {
			made.leave(at, instrument, messages.OutcomeUnknownSymbol, detail)

			continue
		}

		f := desk.folder(drawer{e, e.request.Group(&p.symbols[symbol]), piece}, p.symbols[symbol].Key)
		f.slips = append(f.slips, slip{symbol, at})
	}

	made.batches = make([]*batch, len(desk.folders))
	for i, f := range desk.folders {
		made.batches[i] = p.batch(f)
	}

	return made
}

// batch makes a batch of a folder. It shares the planner's symbols where it can: a vendor's whole list is usually one request.
func (p *planner) batch(f *folder) *batch {
	first := f.slips[0]
	b := &batch{endpoint: f.endpoint, first: first.at}

	if end := first.symbol + len(f.slips); follow(f.slips, func(s slip) int { return s.symbol }) {
		b.symbols = p.symbols[first.symbol:end:end]
	} else {
		b.symbols = make([]spec.Symbol, len(f.slips))
		for i, s := range f.slips {
			b.symbols[i] = p.symbols[s.symbol]
		}
	}

	if !follow(f.slips, func(s slip) int { return s.at }) {
		b.positions = make([]int, len(f.slips))
		for i, s := range f.slips {
			b.positions[i] = s.at
		}
	}

	b.targets, b.memory = reading.NewTargets(b.symbols), p.remember(b)

	return b
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

	for i := range b.symbols {
		name.WriteByte(0)
		name.WriteString(string(b.symbols[i].Instrument))
	}

	p.mutex.Lock()
	defer p.mutex.Unlock()

	known := p.memories[name.String()]
	if known == nil {
		if p.memories == nil || len(p.memories) >= maxMemories {
			p.memories = make(map[string]*memory)
		}

		known = new(memory)
		p.memories[name.String()] = known
	}

	return known
}
