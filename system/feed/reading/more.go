package reading

import (
	"errors"
	"strconv"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/feed/spec"
)

// maxWord is the longest currency or unit that is kept, in bytes.
const maxWord = 32

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
		kept := m
		q.More = &kept
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
