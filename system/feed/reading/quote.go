package reading

import (
	"errors"

	"github.com/shopspring/decimal"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/feed/spec"
)

// terms are how the numbers and times of all rows are to be understood.
type terms struct {
	numbers notation
	clock   clock
	scale   string
	invert  bool
	digits  int
	timed   bool // rows have a time, so that a row without it is not right
}

// Quote judges one row of a stream: its numbers, its time, its conversion. A quote that can be used has outcome ok; any other one says why not.
func (r *Reader) Quote(target spec.Symbol, row Row) messages.Quote {
	return r.judge(&target, &row.Fields)
}

// polled judges one row of a polled answer. A price that paths lead to and that is null or empty is a fault there, whatever stands around it: the
// vendor names its price, and has lost it. A stream's message may well leave it out, and an expression says null for what it did not find.
func (r *Reader) polled(target *spec.Symbol, f *Fields) messages.Quote {
	if _, err := f.Price.scalar(); r.query == nil && (errors.Is(err, errNull) || errors.Is(err, errEmpty)) {
		return r.refuse(messages.Quote{Instrument: target.Instrument}, messages.OutcomeInvalidPrice, "price "+err.Error())
	}

	return r.judge(target, f)
}

// judge is Quote without copies.
func (r *Reader) judge(target *spec.Symbol, f *Fields) messages.Quote {
	q := messages.Quote{Instrument: target.Instrument, Outcome: messages.OutcomeOK, Flags: f.Flags}

	if f.Failure != nil {
		q.Flags, q.Outcome, q.Detail = 0, f.Failure.Outcome, f.Failure.Detail

		return q
	}

	mid, outcome, detail := r.prices(&q, target, f)
	if outcome != messages.OutcomeOK {
		q.Price, q.Bid, q.Ask = messages.Price{}, messages.Price{}, messages.Price{}

		return r.refuse(q, outcome, detail)
	}

	if detail = r.more(&q, target, f, mid); detail != "" {
		return r.refuse(q, messages.OutcomeMalformed, detail)
	}

	if detail = r.stamp(&q, f.Time); detail != "" {
		return r.refuse(q, messages.OutcomeInvalidTime, detail)
	}

	return q
}

func (r *Reader) refuse(q messages.Quote, outcome messages.Outcome, detail string) messages.Quote {
	q.Outcome, q.Detail, q.Flags = outcome, r.veil.Clean(detail), 0

	return q
}

// prices fills in the quote's price, bid and ask. Without a price of its own the quote gets the vendor's middle, or else the exact middle of bid
// and ask. It returns the vendor's middle.
func (r *Reader) prices(q *messages.Quote, target *spec.Symbol, f *Fields) (mid messages.Price, outcome messages.Outcome, detail string) {
	c, err := r.conversion(target, f)
	if err != nil {
		return mid, messages.OutcomeInvalidPrice, "price " + err.Error()
	}

	if q.Price, err = r.price(f.Price, target.Signed, &c); err != nil {
		return mid, messages.OutcomeInvalidPrice, "price " + f.Price.shown(r.veil) + ": " + err.Error()
	}

	if q.Bid, err = r.price(f.Bid, target.Signed, &c); err != nil {
		return mid, messages.OutcomeInvalidPrice, "bid " + f.Bid.shown(r.veil) + ": " + err.Error()
	}

	if q.Ask, err = r.price(f.Ask, target.Signed, &c); err != nil {
		return mid, messages.OutcomeInvalidPrice, "ask " + f.Ask.shown(r.veil) + ": " + err.Error()
	}

	if mid, err = r.price(f.Mid, target.Signed, &c); err != nil {
		return mid, messages.OutcomeInvalidPrice, "mid " + f.Mid.shown(r.veil) + ": " + err.Error()
	}

	if c.invert {
		q.Bid, q.Ask = q.Ask, q.Bid
	}

	if c.changes() {
		q.Flags |= messages.FlagConverted
	}

	if !q.Bid.IsZero() && !q.Ask.IsZero() && q.Bid.Compare(q.Ask) > 0 {
		if !f.Merged {
			return mid, messages.OutcomeInvalidPrice, "bid " + q.Bid.Text() + " is above ask " + q.Ask.Text()
		}

		q.Flags |= messages.FlagCrossed
	}

	if q.Price.IsZero() && !middle(q, mid) {
		outcome, detail = r.without(f)

		return mid, outcome, detail
	}

	if target.Signed && q.Price.Sign() <= 0 {
		q.Flags |= messages.FlagSigned
	}

	return mid, messages.OutcomeOK, ""
}

// middle makes a price of what stands around it, and reports whether there is anything.
func middle(q *messages.Quote, mid messages.Price) bool {
	switch {
	case !mid.IsZero():
		q.Price = mid
	case !q.Bid.IsZero() && !q.Ask.IsZero():
		exact, err := messages.ParseDecimal(q.Bid.Decimal().Add(q.Ask.Decimal()).Mul(decimal.New(5, -1)).String())
		if err != nil {
			return false // it has more digits than a price may have
		}

		q.Price = exact
	default:
		return false
	}

	q.Flags |= messages.FlagMid

	return true
}

// without says what a row without any price is: one that has a price which is null or empty is not right, one that lacks it has none.
func (r *Reader) without(f *Fields) (outcome messages.Outcome, detail string) {
	_, err := r.terms.numbers.read(f.Price)

	switch {
	case errors.Is(err, errNull), errors.Is(err, errEmpty):
		return messages.OutcomeInvalidPrice, "price " + err.Error()
	case errors.Is(err, errNone):
		return messages.OutcomeMissingSymbol, "the vendor has no price: " + f.Price.shown(r.veil)
	case f.Bid.Carried() || f.Ask.Carried():
		return messages.OutcomeMissingSymbol, "there is no price, and not both bid and ask"
	default:
		return messages.OutcomeMissingSymbol, "price is missing in the symbol's row"
	}
}

// price reads and converts one number; it is zero where the vendor has none. Only signed instruments may have one that is not positive.
func (r *Reader) price(v Value, signed bool, c *conversion) (messages.Price, error) {
	if v.kind == kindAbsent {
		return messages.Price{}, nil
	}

	price, err := r.terms.numbers.read(v)

	switch {
	case err == nil:
	case isNone(err):
		return messages.Price{}, nil
	default:
		return messages.Price{}, err
	}

	if !signed {
		switch price.Sign() {
		case 0:
			return messages.Price{}, messages.ErrPriceZero
		case -1:
			return messages.Price{}, messages.ErrPriceNegative
		}
	}

	if !c.changes() {
		return price, nil
	}

	return c.apply(price)
}
