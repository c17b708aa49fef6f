package reading

import (
	"context"
	"errors"
	"fmt"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/internal/expr"
	"github.com/rollcall-go/rollcall/system/internal/tree"
)

// Match is the first error rule that fits a stream's message.
type Match struct {
	Failure   *messages.Failure // nil for a warning
	Scope     string            // symbol, request or connection
	Keys      []string          // of scope symbol: which; none means all
	Reconnect bool              // the rule asks for a new connection
	Warning   bool              // the rule's outcome is ok
}

// Match returns the first error rule that fits a stream's message; nil where none does. A text is matched against vars.Text.
func (r *Reader) Match(ctx context.Context, document any, vars *expr.Vars) (*Match, error) {
	s := &subject{document: document, vars: vars}
	if vars != nil {
		s.status, s.raw = vars.Status, []byte(vars.Text)
	}

	for i := range r.rules {
		one := &r.rules[i]

		fits, err := one.fits(ctx, s)
		if err != nil {
			return nil, fmt.Errorf("errors[%d].when: %w", i, err)
		}

		if !fits {
			continue
		}

		if one.outcome == messages.OutcomeOK {
			return &Match{Scope: one.scope, Warning: true}, nil
		}

		match := &Match{Failure: one.failure(ctx, s, r.veil), Scope: one.scope, Reconnect: one.retry.word == retryReconnect}
		if match.Scope == "" {
			match.Scope = scopeConnection
		}

		if match.Scope == scopeSymbol {
			var concerns bool
			if match.Keys, concerns = one.keys(ctx, s); !concerns {
				continue
			}
		}

		return match, nil
	}

	if err := r.reported(document); err != nil {
		return &Match{Failure: messages.NewFailure(messages.OutcomeMalformed, r.veil.Mask(err.Error())), Scope: scopeConnection}, nil
	}

	return nil, nil //nolint:nilnil // no rule fits
}

// Refused says what an answer with a status outside 2xx, or the end of a WebSocket, means by the error rules; nil where none of them fits. There
// are no quotes to keep, so a rule's scope does not matter.
func (r *Reader) Refused(ctx context.Context, a Answer) *messages.Failure {
	if len(r.rules) == 0 {
		return nil
	}

	document, problem := tree.Parse(a.Body, r.tree)
	s := r.subject(a, nil, document, problem)

	for i := range r.rules {
		if fits, err := r.rules[i].fits(ctx, s); err != nil || !fits {
			continue
		}

		if r.rules[i].outcome == messages.OutcomeOK {
			return nil
		}

		return r.rules[i].failure(ctx, s, r.veil)
	}

	return nil
}

// refusals are the failures of single instruments.
type refusals struct {
	failures []*messages.Failure // by target; nil: none
	count    int
}

// all reports whether every instrument has failed.
func (r *refusals) all() bool { return r.count == len(r.failures) }

// fill puts the failures into the quotes.
func (r *refusals) fill(t *Targets, quotes []messages.Quote) {
	if r == nil {
		return
	}

	for i, failure := range r.failures {
		if failure != nil {
			quotes[i] = messages.Quote{Instrument: t.symbols[i].Instrument, Outcome: failure.Outcome, Detail: failure.Detail}
		}
	}
}

// examine asks the error rules about an answer. A failure is of the whole answer; refusals are nil where no instrument has failed by itself.
func (r *Reader) examine(ctx context.Context, s *subject, t *Targets) (*refusals, *messages.Failure) {
	var refused *refusals

	for i := range r.rules {
		one := &r.rules[i]

		fits, err := one.fits(ctx, s)

		switch {
		case err != nil:
			return nil, messages.NewFailure(messages.OutcomeMalformed, fmt.Sprintf("errors[%d].when: %v", i, expr.ErrLimit))
		case !fits:
			continue
		case one.outcome == messages.OutcomeOK:
			return refused, nil
		case one.scope != scopeSymbol:
			return nil, one.failure(ctx, s, r.veil)
		}

		if keys, concerns := one.keys(ctx, s); concerns {
			if refused == nil {
				refused = &refusals{failures: make([]*messages.Failure, t.Len())}
			}

			refused.take(t, keys, func(key string) *messages.Failure { return one.failure(ctx, s.about(key), r.veil) })
		}
	}

	return refused, nil
}

// take notes a failure of the instruments with some keys, or of all.
func (r *refusals) take(t *Targets, keys []string, failure func(key string) *messages.Failure) {
	if len(keys) == 0 {
		keys = t.Vars().Keys
	}

	for _, key := range keys {
		for at := range t.All(key) {
			if r.failures[at] == nil {
				r.failures[at] = failure(key)
				r.count++
			}
		}
	}
}

// reported returns the error that stands at the error path.
func (r *Reader) reported(document any) error {
	if r.batch == nil || len(r.batch.failure) == 0 {
		return nil
	}

	value, present := r.batch.failure.in(document, "")
	if !present || !isPresent(value) {
		return nil
	}

	return errors.New("the vendor reports: " + r.veil.Mask(wordsOf(value)))
}
