package messages

import "time"

// FetcherMessage is what a fetcher understands.
//
//sumtype:decl
type FetcherMessage interface{ fetcherMessage() }

// FetchQuotes asks a fetcher for its instruments. It is answered, to the sender, by exactly one QuotesFetched or FetchFailed with the
// same round; after the deadline the answer no longer counts but still comes.
type FetchQuotes struct {
	Round    Round
	Deadline time.Time // absolute, with a monotonic reading
}

func (*FetchQuotes) fetcherMessage() {}

// QuotesFetched answers FetchQuotes: the vendor answered in time and its answer could be read.
type QuotesFetched struct {
	Vendor   Vendor
	Round    Round
	Quotes   []Quote       // exactly one per instrument of the listing, in its order, each judged
	Usable   int           // quotes whose outcome is OutcomeOK
	Latency  time.Duration // from the last attempt's request to its complete answer
	Attempts int           // requests made; 0 where the quotes are held from an earlier answer
	Feed     *FeedStatus   // nil where the vendor neither pushes nor has a budget
	Failure  *Failure      // why the quotes are held although it was time to ask: that has failed; nil where it has not
}

// FetchFailed answers FetchQuotes: there are no quotes, and Failure says why.
type FetchFailed struct {
	Vendor   Vendor
	Round    Round
	Failure  Failure
	Latency  time.Duration // from the last attempt's request to its failure; 0 if nothing was sent
	Attempts int
	Feed     *FeedStatus // nil where the vendor neither pushes nor has a budget
}
