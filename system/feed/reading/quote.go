package reading

import (
	"errors"
	"strconv"

	"github.com/shopspring/decimal"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/feed/spec"
)

// maxWord is the longest currency or unit that is kept, in bytes.
const maxWord = 32

// terms are how the numbers and times of all rows are to be understood.
type terms struct {
	numbers notation
	clock   clock
	scale   string
	invert  bool
	digits  int
	timed   bool // rows have a time, so that a row without it is not right
}

// Quote judges one row: its numbers, its time, its conversion. A quote that can be used has outcome ok; any other one says why not.
func (r *Reader) Quote(target spec.Symbol, row Row) messages.Quote {
	return r.judge(&target, &row.Fields)
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

	for _, number := range [...]struct {
		name  string
		value Value
		into  *messages.Price
	}{{"price", f.Price, &q.Price}, {"bid", f.Bid, &q.Bid}, {"ask", f.Ask, &q.Ask}, {"mid", f.Mid, &mid}} {
		*number.into, err = r.price(number.value, target.Signed, &c)
		if err != nil && !isNone(err) {
			return mid, messages.OutcomeInvalidPrice, number.name + " " + number.value.shown(r.veil) + ": " + err.Error()
		}
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
	} else {
		outcome = messages.OutcomeOK
	}

	return mid, outcome, detail
}

// middle makes a price of what stands around it, and reports whether there is anything.
func middle(q *messages.Quote, mid messages.Price) bool {
	switch {
	case !mid.IsZero():
		q.Price = mid
	case !q.Bid.IsZero() && !q.Ask.IsZero():
		q.Price = messages.NewPrice(q.Bid.Decimal().Add(q.Ask.Decimal()).Mul(decimal.New(5, -1)))
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

// price reads and converts one number. Only signed instruments may have one that is not positive.
func (r *Reader) price(v Value, signed bool, c *conversion) (messages.Price, error) {
	if v.kind == kindAbsent {
		return messages.Price{}, errAbsent
	}

	price, err := r.terms.numbers.read(v)
	if err != nil {
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

// conversion returns how the numbers of a row are converted: as the instrument says, or else as the definition does.
func (r *Reader) conversion(target *spec.Symbol, f *Fields) (conversion, error) {
	c := conversion{invert: target.Invert || r.terms.invert, digits: defaultDigits}

	switch {
	case target.Digits > 0:
		c.digits = int32(min(target.Digits, maxDigits)) //nolint:gosec // it is small
	case r.terms.digits > 0:
		c.digits = int32(r.terms.digits) //nolint:gosec // Compile has checked it
	}

	if f.Per.Carried() {
		number, err := r.terms.numbers.read(f.Per)
		if err != nil || number.Sign() <= 0 {
			return c, errNoAmount
		}

		per := number.Decimal()

		if !per.Equal(decimal.New(1, 0)) {
			c.per = &per
		}
	}

	scale := target.Scale
	if scale == "" {
		scale = r.terms.scale
	}

	if scale != "" && scale != "1" {
		number, err := messages.ParsePrice(scale)
		if err != nil {
			return c, errNoFactor
		}

		factor := number.Decimal()

		c.scale = &factor
	}

	return c, nil
}

// more fills in what goes with the price. What cannot be read is left out, but for a sequence number, which tells old from new. It returns
// what is wrong; empty if nothing is.
func (r *Reader) more(q *messages.Quote, target *spec.Symbol, f *Fields, mid messages.Price) (problem string) {
	m := messages.More{Mid: mid, Currency: target.Currency, Unit: target.Unit}

	if word := word(f.Currency); word != "" {
		m.Currency = word
	}

	if word := word(f.Unit); word != "" {
		m.Unit = word
	}

	if f.Size.Carried() {
		m.Size, _ = r.terms.numbers.read(f.Size)
	}

	if f.Volume.Carried() {
		m.Volume, _ = r.terms.numbers.read(f.Volume)
	}

	if text, err := f.Sequence.scalar(); err == nil {
		if m.Sequence, err = strconv.ParseUint(text, 10, 64); err != nil {
			return "sequence " + f.Sequence.shown(r.veil) + " is not a whole number"
		}
	} else if !isNone(err) {
		return "sequence " + err.Error()
	}

	if m != (messages.More{}) {
		q.More = &m
	}

	return ""
}

// word returns a currency or a unit; empty for anything that is not a word fit to be shown.
func word(v Value) string {
	if v.kind != kindText || len(v.text) > maxWord || messages.CleanDetail(v.text) != v.text {
		return ""
	}

	return v.text
}

// stamp fills in the vendor's time. It returns what is wrong with it; empty if nothing is.
func (r *Reader) stamp(q *messages.Quote, v Value) (problem string) {
	text, err := v.scalar()

	switch {
	case errors.Is(err, errNull), errors.Is(err, errAbsent) && !r.terms.timed, errors.Is(err, errEmpty) && !r.terms.timed:
		q.Flags |= messages.FlagUntimed

		return ""
	case err != nil:
		return "time " + err.Error()
	}

	at, err := r.terms.clock.parse(text)
	if err != nil {
		return "time " + err.Error()
	}

	q.VendorTime = at

	if r.terms.clock.daily {
		q.Flags |= messages.FlagDay
	}

	return ""
}
