// Package verdict judges quotes: which price may be used, and why one may not. Whoever answers FetchQuotes judges with it, so that a vendor
// that is polled and one that pushes are measured the same way.
package verdict

import (
	"fmt"
	"time"

	"github.com/rollcall-go/rollcall/messages"
)

// DefaultMaxSkew is how far ahead an honest vendor's clock may be.
const DefaultMaxSkew = 5 * time.Second

// implausible is an age that no live quote has: times of 1970 are a vendor's zero, or seconds read as milliseconds.
const implausible = 10 * 365 * 24 * time.Hour

// Limits say which times make a quote unusable.
type Limits struct {
	MaxAge  time.Duration // older quotes are stale; 0 means never
	MaxSkew time.Duration // quotes further ahead are from the future; 0 means DefaultMaxSkew
}

// Judge knows one vendor's listing and its limits. It never changes, so that any goroutine may use it.
type Judge struct {
	vendor      messages.Vendor
	instruments []messages.Instrument
	positions   map[messages.Instrument]int
	limits      Limits
}

// Tally counts verdicts.
type Tally struct {
	Usable   int
	Readable int // quotes that could be read: usable, or refused for their time or market only
}

// New returns a judge of a vendor's instruments, which nobody may change any more.
func New(vendor messages.Vendor, instruments []messages.Instrument, limits Limits) *Judge {
	if limits.MaxSkew <= 0 {
		limits.MaxSkew = DefaultMaxSkew
	}

	j := &Judge{
		vendor:      vendor,
		instruments: instruments,
		positions:   make(map[messages.Instrument]int, len(instruments)),
		limits:      limits,
	}

	for i, instrument := range instruments {
		j.positions[instrument] = i
	}

	return j
}

// Position returns an instrument's place in the listing, and false if nobody asked for it.
func (j *Judge) Position(instrument messages.Instrument) (int, bool) {
	at, asked := j.positions[instrument]

	return at, asked
}

// Answer turns what a source returned, requested and received at the given times, into exactly one judged quote per instrument of the
// listing, in its order. The result is new and never changed again.
func (j *Judge) Answer(returned []messages.Quote, requested, received time.Time) ([]messages.Quote, Tally) {
	quotes := j.align(returned)

	var t Tally

	for i := range quotes {
		q := &quotes[i]
		q.Vendor, q.RequestedAt, q.ReceivedAt = j.vendor, requested, received

		if q.Instrument == "" {
			q.Instrument = j.instruments[i]
			q.Outcome = messages.OutcomeMissingSymbol
		} else {
			q.Outcome, q.Detail = j.Outcome(q, received)
		}

		t.Count(q.Outcome)
	}

	return quotes, t
}

// align puts each quote at its instrument's place; places that stay empty have no Instrument.
func (j *Judge) align(returned []messages.Quote) []messages.Quote {
	quotes := make([]messages.Quote, len(j.instruments))

	for i := range returned {
		q := &returned[i]

		at, asked := j.positions[q.Instrument]
		if !asked {
			continue
		}

		if quotes[at].Instrument == "" || q.VendorTime.After(quotes[at].VendorTime) {
			quotes[at] = *q
		}
	}

	return quotes
}

// Outcome judges one quote as it stands now; the quote itself was received at its ReceivedAt, which may be long ago. What the source has
// said about it is kept.
func (j *Judge) Outcome(q *messages.Quote, now time.Time) (outcome messages.Outcome, detail string) {
	if q.Outcome != "" && q.Outcome != messages.OutcomeOK {
		return marked(q)
	}

	if detail := wrongPrice(q); detail != "" {
		return messages.OutcomeInvalidPrice, detail
	}

	if outcome, detail := j.wrongTime(q, now); detail != "" {
		return outcome, detail
	}

	if q.Detail != "" {
		return messages.OutcomeOK, messages.CleanDetail(q.Detail)
	}

	return messages.OutcomeOK, ""
}

// marked keeps the outcome that the source has given a quote.
func marked(q *messages.Quote) (outcome messages.Outcome, detail string) {
	if !q.Outcome.Valid() {
		return messages.OutcomeMalformed, messages.CleanDetail("source says " + string(q.Outcome))
	}

	return q.Outcome, messages.CleanDetail(q.Detail)
}

// wrongPrice says what is wrong with a price. A source that knows its bid and ask to come from different moments says so by FlagCrossed, and
// one whose instrument may cost nothing or less by FlagSigned.
func wrongPrice(q *messages.Quote) string {
	switch {
	case q.Price.IsZero():
		return "no price"
	case len(q.Price.Text()) > messages.MaxPriceText:
		return "price is too long"
	case q.Price.Sign() <= 0 && q.Flags&messages.FlagSigned == 0:
		return "price " + q.Price.Text() + " is not positive"
	case q.Bid.IsZero() || q.Ask.IsZero() || q.Flags&messages.FlagCrossed != 0:
		return ""
	case q.Bid.Compare(q.Ask) > 0:
		return messages.CleanDetail("bid " + q.Bid.Text() + " is above ask " + q.Ask.Text())
	default:
		return ""
	}
}

// wrongTime compares wall clocks: the vendor's with ours. A quote without a vendor time ages from its receipt.
func (j *Judge) wrongTime(q *messages.Quote, now time.Time) (outcome messages.Outcome, detail string) {
	age := now.Sub(q.AsOf())

	switch ahead := q.VendorTime.Sub(q.ReceivedAt); {
	case age >= implausible:
		return messages.OutcomeInvalidTime, "vendor time " + q.VendorTime.UTC().Format(time.RFC3339)
	case ahead > j.limits.MaxSkew:
		return messages.OutcomeFuture, fmt.Sprintf("%s ahead, at most %s", rounded(ahead), j.limits.MaxSkew)
	case j.limits.MaxAge > 0 && age > j.limits.MaxAge:
		return messages.OutcomeStale, fmt.Sprintf("%s old, at most %s", rounded(age), j.limits.MaxAge)
	default:
		return messages.OutcomeOK, ""
	}
}

// Count adds one verdict.
func (t *Tally) Count(outcome messages.Outcome) {
	switch outcome {
	case messages.OutcomeOK:
		t.Usable++
		t.Readable++
	case messages.OutcomeMissingSymbol, messages.OutcomeInvalidPrice, messages.OutcomeInvalidTime, messages.OutcomeMalformed,
		messages.OutcomeUnknownSymbol:
	default:
		t.Readable++
	}
}

// rounded makes a duration fit for people: whole milliseconds.
func rounded(d time.Duration) time.Duration { return d.Round(time.Millisecond) }
