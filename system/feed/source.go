package feed

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync/atomic"
	"time"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/feed/client"
	"github.com/rollcall-go/rollcall/system/feed/reading"
	"github.com/rollcall-go/rollcall/system/secret"
)

// fallbackTimeout bounds a fetch whose context has no deadline.
const fallbackTimeout = 30 * time.Second

// Source asks one vendor for quotes, as its definition says. Its methods may be called from several goroutines.
type Source struct {
	client      *client.Client
	planner     *planner
	whole       *plan // of all symbols
	credentials *credentials
	secrets     map[string]secret.Secret
	servers     *servers
	at          *origin // nil for the vendor itself
	meter       meter
	symbols     *symbolList // nil where the vendor lists none
	credits     int
	perSymbol   bool
	nonce       atomic.Int64
	spent       atomic.Int64 // credits that nobody has asked about yet
	veil        reading.Veil
	hidden      string // the query parameter of a signature
}

// New compiles a definition. Its error lists every mistake, without secrets; it also fails if the file of certificate authorities cannot
// be read.
func New(definition Definition) (*Source, error) { return newSource(definition, nil) }

func newSource(definition Definition, resolver *net.Resolver) (*Source, error) {
	c, problems := compile(definition)
	if len(problems) > 0 {
		mistakes := make([]error, len(problems))
		for i, problem := range problems {
			mistakes[i] = problem
		}

		return nil, fmt.Errorf("vendor definition: %w", errors.Join(mistakes...))
	}

	asking, err := client.New(definition.Client, client.WithResolver(resolver))
	if err != nil {
		return nil, fmt.Errorf("vendor client: %w", err)
	}

	s := &Source{
		client: asking, planner: c.planner, whole: c.whole, credentials: c.credentials, secrets: definition.Secrets,
		servers: newServers(c.standIns), at: c.at, meter: meter{headers: definition.RateHeaders}, symbols: c.listing,
		credits: max(definition.Credits, 1), perSymbol: definition.CreditsPer == creditsPerSymbol, veil: c.veil, hidden: definition.Auth.HMAC.Query,
	}

	if s.credentials.tokens != nil {
		s.credentials.tokens.connect(definition.Secrets, c.at, s.askToken)
	}

	s.prepare(s.whole)

	return s, nil
}

// Close closes idle connections. The source can still be used.
func (s *Source) Close() { s.client.Close() }

// Cost returns how many units of the vendor's budget a fetch of the instruments is expected to take: credits for each request, or for each symbol
// of one. Where answers have pages, it counts as many as the newest answer had.
func (s *Source) Cost(instruments []messages.Instrument) int {
	credits := 0

	for _, b := range s.planned(instruments, time.Now()).batches {
		requests := 1
		if b.endpoint.pages != nil {
			requests = max(int(b.endpoint.pages.last.Load()), 1)
		}

		credits += requests * s.price(b.targets)
	}

	return credits
}

// price is how many credits one request takes. One that is about no symbols, such as that for an access token, takes as many as a single one.
func (s *Source) price(targets *reading.Targets) int {
	if s.perSymbol && targets != nil {
		return s.credits * targets.Keys()
	}

	return s.credits
}

// Spent returns how many credits were taken since it was last asked: by all requests that were sent, also those to servers that stood in, for
// further pages, and for access tokens.
func (s *Source) Spent() int { return int(s.spent.Swap(0)) }

// spend notes a request that is about to be sent.
func (s *Source) spend(targets *reading.Targets) { s.spent.Add(int64(s.price(targets))) }

// Allowance returns what the vendor's newest answer said about the budget; nothing once its window is over.
func (s *Source) Allowance() messages.Allowance { return s.meter.read(time.Now()) }

// planned returns the batches for a list of instruments: those made beforehand where nothing is in doubt.
func (s *Source) planned(instruments []messages.Instrument, now time.Time) *plan {
	if s.planner.doubts.none() && s.planner.isWhole(instruments) {
		return s.whole
	}

	made := s.planner.plan(instruments, now)
	s.prepare(made)

	return made
}

// prepare makes the requests of those batches that are the same in every round.
func (s *Source) prepare(made *plan) {
	if s.credentials.changes() || len(s.servers.origins) > 1 {
		return
	}

	for _, b := range made.batches {
		if b.endpoint.changes() {
			continue
		}

		draft, failure := s.draft(context.Background(), b, cursor{})
		if failure != nil {
			continue // it fails again, and is reported, when it is to be sent
		}

		if request, failure := s.address(context.Background(), draft, 0); failure == nil {
			b.prepared = request
		}
	}
}

// Fetch asks for the instruments and returns exactly one quote for each, in their order, or a *messages.Failure if the vendor gave none.
//
// Requests are sent one after the other, because a vendor has one request in flight; the context bounds them together. Where one of several
// fails by its own contents (http_status, redirect, too_large, malformed, unknown_symbol, bad_request, not_entitled), its symbols carry the
// failure and the next is sent; where the vendor cannot be reached or time is up, all remaining symbols carry it. Rate limits, quotas and refused
// credentials fail the fetch at once, so that the vendor's wish to be left alone is not lost.
func (s *Source) Fetch(ctx context.Context, instruments []messages.Instrument) ([]messages.Quote, error) {
	if _, bounded := ctx.Deadline(); !bounded {
		limited, cancel := context.WithTimeout(ctx, fallbackTimeout)
		defer cancel()

		ctx = limited
	}

	quotes := make([]messages.Quote, len(instruments))
	planned := s.planned(instruments, time.Now()) //nolint:contextcheck // requests get their context when they are sent

	planned.fill(quotes)

	if failure := s.askAll(ctx, planned.batches, quotes); failure != nil {
		return nil, failure
	}

	return quotes, nil
}

// askAll fills in the quotes of all batches. It fails if no request was answered, or the vendor wants to be left alone.
func (s *Source) askAll(ctx context.Context, batches []*batch, quotes []messages.Quote) *messages.Failure {
	var first *messages.Failure

	answered := len(batches) == 0

	for i, b := range batches {
		failure := s.ask(ctx, b, quotes)
		s.doubt(b, failure)

		switch {
		case failure == nil:
			answered = true

			continue
		case isAboutTheKey(failure):
			return failure
		case first == nil:
			first = failure
		}

		if !isOwnFault(failure.Outcome) {
			for _, rest := range batches[i:] {
				rest.fail(quotes, failure)
			}

			break
		}

		b.fail(quotes, failure)
	}

	if !answered {
		return first
	}

	return nil
}

// doubt looks for the bad symbol of a batch that was refused because of one. Such a failure is never final: the others are asked for again.
func (s *Source) doubt(b *batch, failure *messages.Failure) {
	switch {
	case failure == nil:
		s.planner.doubts.accepted(b.symbols)
	case failure.Outcome == messages.OutcomeUnknownSymbol && len(s.planner.symbols) > 1:
		failure.Final = false
		s.planner.doubts.refused(b.symbols, failure.Detail, time.Now())
	}
}

// isAboutTheKey reports whether the vendor wants to be left alone: whatever else is asked would fare alike, and may make things worse.
func isAboutTheKey(failure *messages.Failure) bool {
	switch failure.Outcome {
	case messages.OutcomeRateLimited, messages.OutcomeQuota, messages.OutcomeAuth:
		return true
	default:
		return failure.RetryAfter > 0
	}
}

// isOwnFault reports whether another request to the same vendor may fare better.
func isOwnFault(outcome messages.Outcome) bool {
	switch outcome {
	case messages.OutcomeHTTPStatus, messages.OutcomeRedirect, messages.OutcomeTooLarge, messages.OutcomeMalformed,
		messages.OutcomeUnknownSymbol, messages.OutcomeBadRequest, messages.OutcomeNotEntitled:
		return true
	default:
		return false
	}
}
