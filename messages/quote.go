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
	RequestedAt time.Time // when the request was sent
	ReceivedAt  time.Time // when the answer was complete
	Outcome     Outcome   // OutcomeOK, or why the price may not be used
	Detail      string    // for people; at most MaxDetail bytes
}

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
