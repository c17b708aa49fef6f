package feed

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"time"

	"github.com/rollcall-go/rollcall/messages"
)

// fallbackTimeout bounds a fetch whose context has no deadline.
const fallbackTimeout = 30 * time.Second

// Source asks one vendor for quotes, as its definition says. Its methods may be called from several goroutines.
type Source struct {
	client  *Client
	planner *planner
	listing []messages.Instrument
	batches []batch // of the whole listing
	program *program
	veil    veil
}

// New compiles a definition. Its error lists every mistake, without secrets; it also fails if the file of certificate authorities cannot
// be read.
func New(definition Definition) (*Source, error) { return newSource(definition, nil) }

func newSource(definition Definition, resolver *net.Resolver) (*Source, error) {
	if problems := Check(definition); len(problems) > 0 {
		mistakes := make([]error, len(problems))
		for i, problem := range problems {
			mistakes[i] = problem
		}

		return nil, fmt.Errorf("vendor definition: %w", errors.Join(mistakes...))
	}

	client, err := newClient(definition.Client, resolver)
	if err != nil {
		return nil, fmt.Errorf("vendor client: %w", err)
	}

	t, _ := parseTemplate(definition.URL)       // Check has found no problem
	p, _ := compile(definition.Parse, t.single) // nor here

	s := &Source{client: client, planner: newPlanner(definition, t), program: p, veil: newVeil(definition.Headers, t)}

	for _, symbol := range definition.Symbols {
		s.listing = append(s.listing, symbol.Instrument)
	}

	s.batches, err = s.planner.plan(s.listing)
	if err != nil {
		return nil, err
	}

	return s, nil
}

// Close closes idle connections. The source can still be used.
func (s *Source) Close() { s.client.Close() }

// Fetch asks for the instruments and returns exactly one quote for each, in their order, or a *messages.Failure if the vendor gave none.
//
// Requests are sent one after the other, because a vendor has one request in flight; the context bounds them together. Where one of several
// fails by its own contents (http_status, redirect, too_large, malformed), its symbols carry the failure and the next is sent; where the vendor
// cannot be reached or time is up, all remaining symbols carry it. Rate limits and refused credentials fail the fetch at once, so that
// the vendor's wish to be left alone is not lost.
func (s *Source) Fetch(ctx context.Context, instruments []messages.Instrument) ([]messages.Quote, error) {
	if _, bounded := ctx.Deadline(); !bounded {
		limited, cancel := context.WithTimeout(ctx, fallbackTimeout)
		defer cancel()

		ctx = limited
	}

	quotes, batches := make([]messages.Quote, len(instruments)), s.batches

	if !slices.Equal(instruments, s.listing) {
		var err error
		batches, err = s.planner.plan(instruments) //nolint:contextcheck // requests get their context when they are sent
		if err != nil {
			return nil, err
		}

		s.planner.markUnknown(quotes, instruments)
	}

	if failure := s.askAll(ctx, batches, quotes); failure != nil {
		return nil, failure
	}

	return quotes, nil
}

// askAll fills in the quotes of all batches. It fails if no request was answered, or the vendor wants to be left alone.
func (s *Source) askAll(ctx context.Context, batches []batch, quotes []messages.Quote) *messages.Failure {
	var first *messages.Failure

	answered := len(batches) == 0

	for i := range batches {
		failure := s.ask(ctx, &batches[i], quotes)

		switch {
		case failure == nil:
			answered = true

			continue
		case failure.Outcome == messages.OutcomeRateLimited || failure.Outcome == messages.OutcomeAuth || failure.RetryAfter > 0:
			return failure
		case first == nil:
			first = failure
		}

		if !isOwnFault(failure.Outcome) {
			for j := range batches[i:] {
				batches[i+j].fail(quotes, failure)
			}

			break
		}

		batches[i].fail(quotes, failure)
	}

	if !answered {
		return first
	}

	return nil
}

// isOwnFault reports whether another request to the same vendor may fare better.
func isOwnFault(outcome messages.Outcome) bool {
	switch outcome {
	case messages.OutcomeHTTPStatus, messages.OutcomeRedirect, messages.OutcomeTooLarge, messages.OutcomeMalformed:
		return true
	default:
		return false
	}
}

// ask sends one request and fills in its quotes.
func (s *Source) ask(ctx context.Context, b *batch, quotes []messages.Quote) *messages.Failure {
	body := borrowBody()
	defer giveBackBody(body)

	if err := s.client.Do(b.request.WithContext(ctx), body); err != nil {
		var failure *messages.Failure
		if !errors.As(err, &failure) {
			failure = messages.NewFailure(messages.OutcomeMalformed, "the answer cannot be read")
		}

		return failure
	}

	d := borrowDecoder()
	defer giveBackDecoder(d, body.Len())

	if failure := d.aimed(s.program, s.veil).decode(body.Bytes(), b.index); failure != nil {
		return failure
	}

	for i, at := range b.positions {
		quotes[at] = d.quote(b.instruments[i], &d.cells[i])
	}

	return nil
}
