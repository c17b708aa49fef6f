package messages

import "time"

// Quote is one vendor's price of one instrument, or the reason why there is none.
//
// A source fills Instrument, Price (and Bid, Ask, VendorTime where the vendor gives them), or Outcome and Detail for a symbol that has no
// usable value. The fetcher fills Vendor, RequestedAt and ReceivedAt, judges the quote and sets Outcome.
type Quote struct {
	Instrument  Instrument
	Vendor      Vendor
	Price       Price     // zero unless Outcome is OutcomeOK or a verdict on a readable price
	Bid, Ask    Price     // zero where the vendor gives none
	VendorTime  time.Time // the vendor's own time stamp; zero where it gives none
	RequestedAt time.Time // when the request was sent; when it was received for a quote that was pushed
	ReceivedAt  time.Time // when the answer was complete
	Outcome     Outcome   // OutcomeOK, or why the price may not be used
	Detail      string    // for people; at most MaxDetail bytes
	Flags       Flags     // what should be known about a price that may be used
	More        *More     // what else the vendor says; nil where it says nothing. Never changed once set
}

// More is what a vendor says beside price, bid, ask and time. Each field is zero where it says nothing.
type More struct {
	Mid      Price  // the vendor's own middle of bid and ask
	Size     Price  // of the last trade, in units of the instrument
	Volume   Price  // traded, over the vendor's own period
	Currency string // of the prices, such as USD
	Unit     string // of the instrument, such as troy_ounce
	Sequence uint64 // the vendor's own number of the message
}

// Flags is a set of Flag.
type Flags uint16

// Flag is something that should be known about a price that may be used.
type Flag = Flags

// The flags; the word behind each is its JSON value.
const (
	FlagMid          Flag = 1 << iota // mid: the vendor gives no price; it is the middle of bid and ask
	FlagUntimed                       // untimed: the vendor gives no time; the time of receipt counts
	FlagDay                           // day: the time is precise to the day
	FlagHeld                          // held: from an earlier round's answer, because the vendor is asked less often than rounds are held
	FlagStreamed                      // streamed: the vendor pushed it
	FlagCrossed                       // crossed: bid is above ask for the moment
	FlagGap                           // gap: messages before it were lost
	FlagNotTradeable                  // not_tradeable: the vendor says that nobody trades at it now
	FlagConverted                     // converted: scaled or inverted by us
	FlagUnchanged                     // unchanged: the vendor says that it has not changed since the last answer
	FlagSigned                        // signed: it is zero or negative, as prices of the instrument may be; without it, such a price is invalid
)

// Usable reports whether the quote's price may be published as good.
func (q *Quote) Usable() bool { return q.Outcome == OutcomeOK && !q.Price.IsZero() }

// AsOf is the time the price is from: the vendor's time, or the receive time where the vendor gives none. A vendor time that is ahead of
// the receive time counts as the receive time, so that no age is ever negative.
func (q *Quote) AsOf() time.Time {
	if q.VendorTime.IsZero() || q.VendorTime.After(q.ReceivedAt) {
		return q.ReceivedAt
	}

	return q.VendorTime
}
