package streaming

import (
	"context"
	"time"

	"github.com/rollcall-go/rollcall/messages"
)

// scopeSymbol is the scope of a rule that concerns single instruments; all others end the connection.
const scopeSymbol = "symbol"

// refused asks the error rules. It reports whether the message is dealt with.
func (s *session) refused(ctx context.Context, now time.Time, document any) bool {
	match, err := s.plan.reader.Match(ctx, document, &s.readVars)

	switch {
	case err != nil || match == nil || match.Warning || match.Failure == nil:
		return false // a rule that fails is one that does not fit
	case match.Scope != scopeSymbol:
		s.fail(match.Failure)

		return true
	}

	for _, at := range s.concerned(match.Keys) {
		s.acks.settle(at)
		s.pending.Quotes = append(s.pending.Quotes, s.without(at, match.Failure, now))
	}

	s.settle()

	return true
}

// concerned returns the positions of the instruments with the keys; all of them where no key is given.
func (s *session) concerned(keys []string) []int {
	if len(keys) == 0 {
		keys = s.group.vars.Keys
	}

	var all []int

	seen := make(map[int]bool)

	for _, key := range keys {
		for _, at := range s.group.named(key) {
			if !seen[at] {
				seen[at], all = true, append(all, at)
			}
		}
	}

	return all
}

// without is the quote of an instrument that the vendor does not serve.
func (s *session) without(at int, failure *messages.Failure, now time.Time) messages.Quote {
	return messages.Quote{
		Instrument: s.group.targets.Symbol(at).Instrument,
		Outcome:    failure.Outcome,
		Detail:     failure.Detail,
		ReceivedAt: now,
		Flags:      messages.FlagStreamed,
	}
}
