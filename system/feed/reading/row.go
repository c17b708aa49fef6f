package reading

import "github.com/rollcall-go/rollcall/messages"

// Row is what an answer, or a stream's message, says about one instrument.
type Row struct {
	// Key is the key of the instrument; empty for the one that was asked for.
	Key string
	Fields
}

// Fields are the values of a row.
type Fields struct {
	Price, Bid, Ask, Mid, Per, Size, Volume, Currency, Unit, Time, Sequence Value

	Flags   messages.Flags
	Failure *messages.Failure // the row's own error
	Merged  bool              // the fields come from several messages, so that bid may be above ask for the moment
}

// Over returns the fields, with those that f does not carry taken from older. Null is not carried; an empty text, or a zero that means that there
// is no value, is: the vendor says that what was there is gone. Flags and errors are of one message.
func (f Fields) Over(older Fields) Fields {
	mine, others := valuesOf(&f), valuesOf(&older)

	for i, value := range mine {
		if !value.Carried() {
			*value = *others[i]
		}
	}

	f.Merged = true

	return f
}

// isEmpty reports whether a row says nothing about any price.
func isEmpty(f *Fields) bool {
	return !f.Price.Carried() && !f.Bid.Carried() && !f.Ask.Carried() && !f.Mid.Carried() && f.Failure == nil
}

// valuesOf returns all values, in the order of the slots from slotPrice on.
func valuesOf(f *Fields) [slotError - slotPrice]*Value {
	return [...]*Value{&f.Price, &f.Bid, &f.Ask, &f.Mid, &f.Per, &f.Size, &f.Volume, &f.Currency, &f.Unit, &f.Sequence, &f.Time}
}
