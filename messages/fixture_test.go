package messages_test

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"github.com/rollcall-go/rollcall/messages"
)

var started = time.Date(2026, 11, 21, 6, 0, 0, 0, time.UTC)

func mustPrice(text string) messages.Price {
	price, err := messages.ParseDecimal(text)
	if err != nil {
		panic(err)
	}

	return price
}

func mustRoster(listings ...messages.Listing) *messages.Roster {
	roster, err := messages.NewRoster(listings)
	if err != nil {
		panic(err)
	}

	return roster
}

// example is a snapshot with one of everything: a price, a carried price, a vendor that gave no quotes, one that gave half of them.
func example() *messages.Snapshot {
	received := started.Add(812 * time.Millisecond)

	return &messages.Snapshot{
		Round: 42, Status: messages.SnapshotPartial, Durable: true,
		StartedAt: started, PublishedAt: started.Add(2001 * time.Millisecond),
		Elapsed: 2001 * time.Millisecond, Deadline: 2 * time.Second,
		Roster: mustRoster(
			messages.Listing{Vendor: "forex", Class: "forex", Instruments: []messages.Instrument{"USD/JPY", "EUR/USD"}},
			messages.Listing{Vendor: "equities", Class: "equities", Instruments: []messages.Instrument{"MSFT", "AAPL"}},
		),
		Vendors: []messages.VendorReport{
			{
				Outcome: messages.OutcomeTimeout, Detail: "no answer within 2s", Attempts: 1, State: messages.VendorRunning,
			},
			{
				Outcome: messages.OutcomePartial, Latency: 811*time.Millisecond + 999*time.Microsecond, Attempts: 2, Usable: 1,
				State: messages.VendorProbing, Restarts: 3,
				Quotes: []messages.Quote{
					{
						Instrument: "MSFT", Vendor: "equities", RequestedAt: started, ReceivedAt: received,
						Outcome: messages.OutcomeMissingSymbol, Detail: `no value at "MSFT"`,
					},
					{
						Instrument: "AAPL", Vendor: "equities", Price: mustPrice("185.20"), Bid: mustPrice("185.19"), Ask: mustPrice("185.210"),
						VendorTime: received.Add(-12 * time.Millisecond), RequestedAt: started, ReceivedAt: received, Outcome: messages.OutcomeOK,
						Flags: messages.FlagHeld | messages.FlagConverted,
						More: &messages.More{
							Mid: mustPrice("185.200"), Size: mustPrice("100"), Volume: mustPrice("1e6"), Currency: "USD", Unit: "share",
							Sequence: 91827364050,
						},
					},
				},
				Feed: &messages.FeedStatus{
					Stream: &messages.StreamStatus{
						State: messages.StreamThin, AliveAge: 1500 * time.Millisecond, Connections: 2, Connects: 3, Messages: 1000, Updates: 900,
						Conflated: 800, Dropped: 1, Gaps: 2,
					},
					Budget: &messages.BudgetStatus{
						Key: "nasdaq", Every: time.Minute, Remaining: 17, PausedUntil: started.Add(time.Hour),
					},
				},
			},
		},
		Instruments: []messages.InstrumentReport{
			{Status: messages.InstrumentGood, Price: mustPrice("185.20"), Age: 1201 * time.Millisecond, Used: 1},
			{Status: messages.InstrumentInsufficient},
			{Status: messages.InstrumentCarried, Price: mustPrice("410.0"), Age: 6 * time.Second},
			{Status: messages.InstrumentInsufficient},
		},
	}
}

// hostile are names that break something somewhere. P17.
var hostile = []string{
	"", " ", "AAPL", "EUR/USD", "<script>alert(1)</script>", "</script>", "a\r\nX: y", "\x1b[31m", "=cmd|' /C calc'!A0", `a",b="c`, `\`, `\u0022`,
	"data: x\n\nevent: y", "'; DROP TABLE prices;--", "../../etc/passwd", "__proto__", "constructor", "*.>", "\u2028\u2029", "\u202egnp", "\x00",
	"\x7f", "𝄞", "\ufffd", "\ufeff", "é", "e\u0301", "{{.}}", "${HOME}", "%s%n", strings.Repeat("x", 5000), "schema", "null",
}

func names() *rapid.Generator[string] {
	return rapid.OneOf(rapid.SampledFrom(hostile), rapid.String())
}

// priceTexts are prices as vendors write them.
func priceTexts() *rapid.Generator[string] {
	return rapid.OneOf(
		rapid.StringMatching(`(0|[1-9][0-9]{0,12})\.[0-9]{1,12}`),
		rapid.StringMatching(`-?[1-9][0-9]{0,20}`),
		rapid.StringMatching(`[1-9]\.[0-9]{1,8}[eE][+-]?[1-9]`),
	)
}

// snapshots generates snapshots as the program makes them, except that everything in them is hostile.
func snapshots() *rapid.Generator[*messages.Snapshot] {
	return rapid.Custom(func(t *rapid.T) *messages.Snapshot {
		vendors := rapid.SliceOfNDistinct(names(), 0, 4, rapid.ID[string]).Draw(t, "vendors")
		classes := rapid.SliceOfNDistinct(names(), 2, 2, rapid.ID[string]).Draw(t, "classes")
		instruments := rapid.SliceOfNDistinct(names(), 2, 8, rapid.ID[string]).Draw(t, "instruments")

		var listings []messages.Listing

		for _, vendor := range vendors {
			class := rapid.IntRange(0, 2).Draw(t, "class") // the last one is both
			listing := messages.Listing{Vendor: messages.Vendor(vendor)}

			for i, instrument := range instruments { // every other instrument belongs to the class
				if (i%2 == class || class == 2) && (len(listing.Instruments) == 0 || rapid.Bool().Draw(t, "listed")) {
					listing.Add(messages.Instrument(instrument), classes[i%2])
				}
			}

			listings = append(listings, listing)
		}

		return fill(t, mustRoster(listings...))
	})
}

func fill(t *rapid.T, roster *messages.Roster) *messages.Snapshot {
	duration := func(name string) time.Duration {
		return time.Duration(rapid.Int64Range(0, int64(time.Hour)).Draw(t, name))
	}
	s := &messages.Snapshot{
		Round:     messages.Round(rapid.Uint64Range(1, 1<<62).Draw(t, "round")),
		Status:    rapid.SampledFrom([]messages.SnapshotStatus{"complete", "partial", "empty"}).Draw(t, "status"),
		Durable:   rapid.Bool().Draw(t, "durable"),
		StartedAt: started.Add(duration("started")), PublishedAt: started.Add(duration("published")),
		Elapsed: duration("elapsed"), Deadline: duration("deadline"), Roster: roster,
	}

	for _, listing := range roster.Listings() {
		report := messages.VendorReport{
			Outcome: rapid.SampledFrom(messages.Outcomes()).Draw(t, "outcome"), Detail: rapid.String().Draw(t, "detail"),
			Latency: rapid.SampledFrom([]time.Duration{0, 1, duration("latency")}).Draw(t, "latency"), Attempts: rapid.IntRange(0, 9).Draw(t, "attempts"),
			Usable: rapid.IntRange(0, len(listing.Instruments)).Draw(t, "usable"), Restarts: rapid.IntRange(0, 9).Draw(t, "restarts"),
			State: rapid.SampledFrom([]messages.VendorState{"running", "backoff", "quarantined", "probing", "paused"}).Draw(t, "state"),
		}

		if rapid.Bool().Draw(t, "answered") {
			for _, instrument := range listing.Instruments {
				report.Quotes = append(report.Quotes, quote(t, listing.Vendor, instrument))
			}
		}

		if rapid.Bool().Draw(t, "feed") {
			report.Feed = feed(t)
		}

		s.Vendors = append(s.Vendors, report)
	}

	for _, entry := range roster.Entries() {
		report := messages.InstrumentReport{
			Status: rapid.SampledFrom([]messages.InstrumentStatus{"good", "degraded", "carried", "closed", "insufficient"}).Draw(t, "verdict"),
			Used:   rapid.IntRange(0, len(entry.Sources)).Draw(t, "used"),
		}

		if rapid.Bool().Draw(t, "priced") {
			report.Age = duration("age")
			report.Price = mustPrice(priceTexts().Draw(t, "price"))

			if rapid.Bool().Draw(t, "computed") {
				report.Price = messages.NewPrice(report.Price.Decimal().Add(mustPrice(priceTexts().Draw(t, "other")).Decimal()).
					Div(decimal.NewFromInt(2)))
			}
		}

		s.Instruments = append(s.Instruments, report)
	}

	return s
}

func quote(t *rapid.T, vendor messages.Vendor, instrument messages.Instrument) messages.Quote {
	q := messages.Quote{
		Instrument: instrument, Vendor: vendor,
		Outcome: rapid.SampledFrom(messages.Outcomes()).Draw(t, "outcome"), Detail: rapid.String().Draw(t, "detail"),
		RequestedAt: started, ReceivedAt: started.Add(time.Duration(rapid.Int64Range(0, int64(time.Hour)).Draw(t, "received"))),
	}

	if rapid.Bool().Draw(t, "priced") {
		q.Price = mustPrice(priceTexts().Draw(t, "price"))
	}

	if rapid.Bool().Draw(t, "two-sided") {
		q.Bid, q.Ask = mustPrice(priceTexts().Draw(t, "bid")), mustPrice(priceTexts().Draw(t, "ask"))
	}

	if rapid.Bool().Draw(t, "flagged") {
		q.Flags = messages.Flags(rapid.Uint16().Draw(t, "flags")) // some without a word
	}

	if rapid.Bool().Draw(t, "more") {
		q.More = more(t)
	}

	if rapid.Bool().Draw(t, "timed") { // any time that a vendor may claim
		q.VendorTime = time.Unix(rapid.Int64Range(-1<<40, 1<<40).Draw(t, "vendor time"), rapid.Int64Range(0, 1e9).Draw(t, "nanoseconds"))
	}

	return q
}

func more(t *rapid.T) *messages.More {
	m := &messages.More{
		Currency: names().Draw(t, "currency"), Unit: names().Draw(t, "unit"), Sequence: rapid.Uint64().Draw(t, "sequence"),
	}

	for _, price := range []*messages.Price{&m.Mid, &m.Size, &m.Volume} {
		if rapid.Bool().Draw(t, "said") {
			*price = mustPrice(rapid.OneOf(rapid.Just("0"), priceTexts()).Draw(t, "number"))
		}
	}

	return m
}

func feed(t *rapid.T) *messages.FeedStatus {
	feed := &messages.FeedStatus{}
	counter := rapid.OneOf(rapid.Just(uint64(0)), rapid.Uint64())

	if rapid.Bool().Draw(t, "stream") {
		feed.Stream = &messages.StreamStatus{
			State:    rapid.SampledFrom([]messages.StreamState{"connecting", "live", "thin", "polled"}).Draw(t, "stream state"),
			AliveAge: time.Duration(rapid.Int64Range(-1e9, 1e15).Draw(t, "alive")), Connections: rapid.IntRange(0, 99).Draw(t, "connections"),
			Connects: counter.Draw(t, "connects"), Messages: counter.Draw(t, "messages"), Updates: counter.Draw(t, "updates"),
			Conflated: counter.Draw(t, "conflated"), Dropped: counter.Draw(t, "dropped"), Gaps: counter.Draw(t, "gaps"),
		}
	}

	if rapid.Bool().Draw(t, "budget") {
		feed.Budget = &messages.BudgetStatus{
			Key: names().Draw(t, "key"), Every: time.Duration(rapid.Int64Range(0, 1e15).Draw(t, "every")),
			Remaining: rapid.IntRange(-1, 1e9).Draw(t, "remaining"),
		}
		if rapid.Bool().Draw(t, "paused") {
			feed.Budget.PausedUntil = started.Add(time.Duration(rapid.Int64Range(0, 1e15).Draw(t, "until")))
		}
	}

	return feed
}

// wide is a snapshot of many instruments at three vendors, each of which has a third of them.
func wide(instruments int) *messages.Snapshot {
	listings := make([]messages.Listing, 3)
	reports := make([]messages.VendorReport, 3)

	for v := range listings {
		vendor := messages.Vendor(fmt.Sprintf("vendor-%d", v))
		listings[v] = messages.Listing{Vendor: vendor, Class: fmt.Sprintf("class-%d", v)}

		for i := range instruments / 3 {
			name := messages.Instrument(fmt.Sprintf("SYM-%d-%05d", v, i))
			listings[v].Instruments = append(listings[v].Instruments, name)
			reports[v].Quotes = append(reports[v].Quotes, messages.Quote{
				Instrument: name, Vendor: vendor, Price: mustPrice("185.20"), VendorTime: started, RequestedAt: started,
				ReceivedAt: started.Add(time.Second), Outcome: messages.OutcomeOK,
			})
		}

		reports[v].Outcome, reports[v].State, reports[v].Usable = messages.OutcomeOK, messages.VendorRunning, instruments/3
		reports[v].Latency, reports[v].Attempts = time.Second, 1
	}

	return &messages.Snapshot{
		Round: 1, Status: messages.SnapshotComplete, StartedAt: started, PublishedAt: started.Add(time.Second),
		Elapsed: time.Second, Deadline: 2 * time.Second, Roster: mustRoster(listings...), Vendors: reports,
		Instruments: slices.Repeat([]messages.InstrumentReport{
			{Status: messages.InstrumentGood, Price: mustPrice("185.20"), Age: time.Second, Used: 1},
		}, instruments/3*3),
	}
}
