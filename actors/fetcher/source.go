package fetcher

import (
	"context"

	"github.com/rollcall-go/rollcall/messages"
)

// Source is the port behind which a vendor stands.
//
// Fetch asks the vendor for the instruments, which it must not change, and returns what the vendor said:
//
//   - It returns soon after ctx ends. Until it has returned, the vendor is not asked again.
//   - Quotes come in any order. What was not asked for is dropped; what is missing becomes OutcomeMissingSymbol; of two quotes of one
//     instrument the one with the newer vendor time counts.
//   - A quote has a Price, or an Outcome and a Detail that say why it has none. No price is ever computed from Bid and Ask here: a source
//     that wants the middle says so itself.
//   - An error that wraps *messages.Failure says why there are no quotes. The detail of an OutcomeHTTPStatus failure begins with the
//     status, as in "503 Service Unavailable"; one that begins with 4 is not tried again within the round. A context error becomes
//     OutcomeTimeout or OutcomeCancelled, any other error OutcomeMalformed.
//   - Failures of an outcome that does not heal soon (OutcomeQuota, OutcomeNotEntitled, OutcomeBadRequest, OutcomeUnknownSymbol) are not
//     tried again within the round. OutcomeRateLimited and OutcomeQuota pause the whole budget for the RetryAfter.
//   - A panic is a bug: it restarts the fetcher under supervision.
//
// Fetch is called from changing goroutines, one call at a time.
type Source interface {
	Fetch(ctx context.Context, instruments []messages.Instrument) ([]messages.Quote, error)
}

// Costed is a Source that knows what a call takes from the budget. Others take one credit.
type Costed interface {
	// Cost is how many credits one Fetch of the instruments is expected to take, a retry as much again. It is asked before each call, also while an
	// earlier one has not returned yet.
	Cost(instruments []messages.Instrument) int
}

// Metered is a Source that knows afterwards what a call has taken: less than its Cost where not all was asked, more where a token had to be
// fetched, or another server stood in.
type Metered interface {
	// Spent is how many credits were taken since it was last asked. It is asked once after each Fetch, on the same goroutine.
	Spent() int
}

// Informed is a Source whose vendor says how much of the budget is left.
type Informed interface {
	// Allowance is what the answers to the last Fetch have said. It is asked once after each Fetch, on the same goroutine.
	Allowance() messages.Allowance
}
