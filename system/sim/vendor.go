package sim

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"

	"github.com/sirupsen/logrus"
)

// vendor is one vendor at work. Prices, delays and draws have a random stream each, so that a fault changes no price.
type vendor struct {
	name    string
	symbols []string // in listing order
	play    *Play    // nil where prices walk
	log     *logrus.Entry

	mu              sync.Mutex
	latency, jitter time.Duration
	walkers         []*walker
	faults          []*armed
	journal         journal
	problems        []string
	played          Played
	steps           *rand.Rand
	delays          *rand.Rand
	draws           *rand.Rand
}

// armed is a fault that was set, with what its conditions need.
type armed struct {
	fault Fault
	entry entry
	since time.Time
	seen  int
}

func newVendor(settings Vendor, seed uint64) (*vendor, error) {
	if settings.Name == "" {
		return nil, errors.New("no name")
	}

	v := &vendor{
		name: settings.Name, play: settings.Play,
		steps: newRandom(seed, settings.Name, "steps"), delays: newRandom(seed, settings.Name, "delays"), draws: newRandom(seed, settings.Name, "draws"),
	}

	problems := []error{v.setLatency(settings.Latency, settings.Jitter), v.setFaults(settings.Faults, time.Now())}

	switch {
	case v.play == nil && len(settings.Instruments) == 0:
		problems = append(problems, errors.New("no instruments"))
	case v.play != nil && len(settings.Instruments) > 0:
		problems = append(problems, errors.New("instruments beside a play"))
	case v.play != nil:
		problems = append(problems, v.play.check())
	}

	for _, i := range settings.Instruments {
		w, err := newWalker(i.Start, orElse(i.Step, settings.Walk))

		switch {
		case i.Symbol == "":
			err = errors.New("no symbol")
		case v.index(i.Symbol) >= 0:
			err = errors.New("listed twice")
		}

		if err != nil {
			problems = append(problems, fmt.Errorf("instrument %q: %w", i.Symbol, err))

			continue
		}

		v.symbols, v.walkers = append(v.symbols, i.Symbol), append(v.walkers, w)
	}

	return v, errors.Join(problems...)
}

// newRandom returns a stream that depends on all its arguments.
func newRandom(seed uint64, name, purpose string) *rand.Rand {
	hash := fnv.New64a()
	_, _ = hash.Write([]byte(name + "\x00" + purpose))

	return rand.New(rand.NewPCG(seed, hash.Sum64())) //nolint:gosec // simulated prices must be repeatable, not secret
}

// index returns the place of a symbol in the listing, -1 if it is not listed.
func (v *vendor) index(symbol string) int {
	for i, s := range v.symbols {
		if s == symbol {
			return i
		}
	}

	return -1
}

func (v *vendor) setLatency(latency, jitter time.Duration) error {
	if latency < 0 || jitter < 0 {
		return errors.New("negative latency or jitter")
	}

	v.mu.Lock()
	defer v.mu.Unlock()

	v.latency, v.jitter = latency, jitter

	return nil
}

// setFaults replaces the faults, or reports all mistakes and leaves them alone.
func (v *vendor) setFaults(faults []Fault, now time.Time) error {
	next := make([]*armed, 0, len(faults))

	var problems []error

	for _, f := range faults {
		if err := f.Validate(); err != nil {
			problems = append(problems, err)

			continue
		}

		known, _ := lookup(f.Kind)

		if err := known.suits(v.play); err != nil {
			problems = append(problems, err)
		}

		next = append(next, &armed{fault: f.settled(known.initial), entry: known, since: now})
	}

	if err := errors.Join(problems...); err != nil {
		return err
	}

	v.mu.Lock()
	defer v.mu.Unlock()

	v.faults = next

	return nil
}

// begin takes note of a request and decides everything random about its answer.
func (v *vendor) begin(w http.ResponseWriter, r *http.Request, now time.Time) *exchange {
	v.mu.Lock()
	defer v.mu.Unlock()

	x := &exchange{w: w, r: r, vendor: v, delay: v.latency + v.upTo(v.jitter), seed: v.draws.Uint64()}
	frozen := false

	for _, a := range v.faults {
		a.seen++

		if !a.fault.due(a.seen, now.Sub(a.since), v.draws.Float64()) {
			continue
		}

		switch a.fault.Kind {
		case Latency:
			x.delay += a.fault.Delay
		case Jitter:
			x.delay += v.upTo(a.fault.Delay)
		case Freeze:
			frozen = true
		default:
		}

		x.hit = append(x.hit, a)
	}

	for _, walker := range v.walkers {
		if !frozen {
			walker.advance(v.steps)
		}

		price, bid, ask := walker.figures()
		x.quotes = append(x.quotes, quote{price: price, bid: bid, ask: ask})
	}

	x.record = v.journal.open(r, now, x.kinds())

	return x
}

// end notes that a request is over.
func (v *vendor) end(record *Request, now time.Time) {
	v.mu.Lock()
	defer v.mu.Unlock()

	record.Ended = now
}

// upTo draws a duration from [0, limit).
func (v *vendor) upTo(limit time.Duration) time.Duration {
	if limit <= 0 {
		return 0
	}

	return time.Duration(v.delays.Int64N(int64(limit)))
}

// await returns when n requests have come since the start.
func (v *vendor) await(ctx context.Context, n int) error {
	for {
		v.mu.Lock()
		total, changed := v.journal.total, v.journal.next()
		v.mu.Unlock()

		if total >= n {
			return nil
		}

		select {
		case <-changed:
		case <-ctx.Done():
			return fmt.Errorf("%d of %d requests: %w", total, n, context.Cause(ctx))
		}
	}
}

func (v *vendor) requests() []Request {
	v.mu.Lock()
	defer v.mu.Unlock()

	return v.journal.list()
}
