package fetcher

import (
	"fmt"
	"time"

	"github.com/rollcall-go/rollcall/messages"
)

// implausible is an age that no live quote has: times of 1970 are a vendor's zero, or seconds read as milliseconds.
const implausible = 10 * 365 * 24 * time.Hour

// judge turns what a source returned into exactly one judged quote per instrument of the listing, in its order.
type judge struct {
	vendor      messages.Vendor
	instruments []messages.Instrument
	positions   map[messages.Instrument]int
	verdict     Verdict
}

// tally counts a verdict.
type tally struct {
	usable   int
	readable int // quotes that could be read: usable, or refused for their time or market only
}

func newJudge(s *Settings) *judge {
	j := &judge{
		vendor:      s.Vendor,
		instruments: s.Instruments,
		positions:   make(map[messages.Instrument]int, len(s.Instruments)),
		verdict:     s.Verdict,
	}

	for i, instrument := range s.Instruments {
		j.positions[instrument] = i
	}

	return j
}

// judge aligns and judges quotes that were requested and received at the given times. The result is new and never changed again.
func (j *judge) judge(returned []messages.Quote, requested, received time.Time) ([]messages.Quote, tally) {
	quotes := j.align(returned)

	var t tally

	for i := range quotes {
		q := &quotes[i]
		q.Vendor, q.RequestedAt, q.ReceivedAt = j.vendor, requested, received

		if q.Instrument == "" {
			q.Instrument = j.instruments[i]
			q.Outcome = messages.OutcomeMissingSymbol
		} else {
			q.Outcome, q.Detail = j.outcome(q)
		}

		t.count(q.Outcome)
	}

	return quotes, t
}

// align puts each quote at its instrument's place; places that stay empty have no Instrument.
func (j *judge) align(returned []messages.Quote) []messages.Quote {
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

func (j *judge) outcome(q *messages.Quote) (messages.Outcome, string) {
	if q.Outcome != "" && q.Outcome != messages.OutcomeOK {
		return marked(q)
	}

	if detail := wrongPrice(q); detail != "" {
		return messages.OutcomeInvalidPrice, detail
	}

	if outcome, detail := j.wrongTime(q); detail != "" {
		return outcome, detail
	}

	if q.Detail != "" {
		return messages.OutcomeOK, messages.CleanDetail(q.Detail)
	}

	return messages.OutcomeOK, ""
}

// marked keeps the outcome that the source has given a quote.
func marked(q *messages.Quote) (messages.Outcome, string) {
	if !q.Outcome.Valid() {
		return messages.OutcomeMalformed, messages.CleanDetail("source says " + string(q.Outcome))
	}

	return q.Outcome, messages.CleanDetail(q.Detail)
}

func wrongPrice(q *messages.Quote) string {
	switch {
	case q.Price.IsZero():
		return "no price"
	case len(q.Price.Text()) > messages.MaxPriceText:
		return "price is too long"
	case q.Price.Sign() <= 0:
		return "price " + q.Price.Text() + " is not positive"
	case q.Bid.IsZero() || q.Ask.IsZero():
		return ""
	case q.Bid.Compare(q.Ask) > 0:
		return messages.CleanDetail("bid " + q.Bid.Text() + " is above ask " + q.Ask.Text())
	default:
		return ""
	}
}

// wrongTime compares wall clocks: the vendor's with ours.
func (j *judge) wrongTime(q *messages.Quote) (outcome messages.Outcome, detail string) {
	if q.VendorTime.IsZero() {
		return messages.OutcomeOK, ""
	}

	age, ahead := q.ReceivedAt.Sub(q.VendorTime), q.VendorTime.Sub(q.ReceivedAt)

	switch {
	case age >= implausible:
		return messages.OutcomeInvalidTime, "vendor time " + q.VendorTime.UTC().Format(time.RFC3339)
	case ahead > j.verdict.MaxSkew:
		return messages.OutcomeFuture, fmt.Sprintf("%s ahead, at most %s", rounded(ahead), j.verdict.MaxSkew)
	case j.verdict.MaxAge > 0 && age > j.verdict.MaxAge:
		return messages.OutcomeStale, fmt.Sprintf("%s old, at most %s", rounded(age), j.verdict.MaxAge)
	default:
		return messages.OutcomeOK, ""
	}
}

func (t *tally) count(outcome messages.Outcome) {
	switch outcome {
	case messages.OutcomeOK:
		t.usable++
		t.readable++
	case messages.OutcomeMissingSymbol, messages.OutcomeInvalidPrice, messages.OutcomeInvalidTime, messages.OutcomeMalformed:
	default:
		t.readable++
	}
}
