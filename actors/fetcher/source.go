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
//   - A panic is a bug: it restarts the fetcher under supervision.
//
// Fetch is called from changing goroutines, one call at a time.
type Source interface {
	Fetch(ctx context.Context, instruments []messages.Instrument) ([]messages.Quote, error)
}
