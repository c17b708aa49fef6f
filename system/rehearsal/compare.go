package rehearsal

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/example"
)

// compareOutcome compares how the vendor fared. Where an example only lists quotes, it follows from them.
func compareOutcome(e *example.Example, report *messages.VendorReport) []string {
	want := messages.Outcome(e.Outcome)
	if want == "" {
		want = following(e)
	}

	if want == "" || report.Outcome == want || e.Outcome != "" && allHave(report.Quotes, want) {
		return nil
	}

	return []string{fmt.Sprintf("vendor: %s (%s), want %s", report.Outcome, report.Detail, want)}
}

// allHave reports whether a failure that concerns all that was asked for is said of each instrument.
func allHave(quotes []messages.Quote, outcome messages.Outcome) bool {
	return len(quotes) > 0 && !slices.ContainsFunc(quotes, func(q messages.Quote) bool { return q.Outcome != outcome })
}

// following is the outcome that follows from the quotes expected; empty where none is usable.
func following(e *example.Example) messages.Outcome {
	usable := 0

	for i := range e.Expect {
		if e.Expect[i].Outcome == "" {
			usable++
		}
	}

	switch {
	case usable == 0:
		return ""
	case usable < len(e.Instruments):
		return messages.OutcomePartial
	default:
		return messages.OutcomeOK
	}
}

// compareQuote compares what the only vendor of a snapshot says of an instrument.
func compareQuote(want *example.Quote, snapshot *messages.Snapshot) []string {
	i, found := snapshot.Roster.Instrument(messages.Instrument(want.Instrument))
	if !found {
		return []string{want.Instrument + ": was not asked for"}
	}

	got := snapshot.Source(snapshot.Roster.Entries()[i].Sources[0])

	return differences(want, &got)
}

// differences compares one quote with what is expected of it. What is not expected of price, bid, ask, time and flags must not be there; of
// the rest, only what is expected counts.
func differences(want *example.Quote, got *messages.Quote) []string {
	switch {
	case want.Outcome != "" && string(got.Outcome) == want.Outcome && !got.Usable():
		return nil
	case want.Outcome != "":
		return []string{fmt.Sprintf("%s: %s %s (%s), want %s", want.Instrument, got.Outcome, got.Price, got.Detail, want.Outcome)}
	case !got.Usable():
		return []string{fmt.Sprintf("%s: %s (%s), want a price", want.Instrument, got.Outcome, got.Detail)}
	}

	c := comparison{instrument: want.Instrument}
	c.exactly("price", got.Price.Text(), want.Price)
	c.exactly("bid", got.Bid.Text(), want.Bid)
	c.exactly("ask", got.Ask.Text(), want.Ask)
	c.exactly("time", stamp(got.VendorTime), stamp(want.Time))
	c.exactly("flags", words(got.Flags.Words()), words(want.Flags))

	more := messages.More{}
	if got.More != nil {
		more = *got.More
	}

	c.where(want.Mid != "", "mid", more.Mid.Text(), want.Mid)
	c.where(want.Size != "", "size", more.Size.Text(), want.Size)
	c.where(want.Volume != "", "volume", more.Volume.Text(), want.Volume)
	c.where(want.Currency != "", "currency", more.Currency, want.Currency)
	c.where(want.Unit != "", "unit", more.Unit, want.Unit)
	c.where(want.Sequence != 0, "sequence", strconv.FormatUint(more.Sequence, 10), strconv.FormatUint(want.Sequence, 10))

	return c.wrong
}

// comparison collects what is wrong with a quote.
type comparison struct {
	instrument string
	wrong      []string
}

func (c *comparison) exactly(what, got, want string) {
	if got != want {
		c.wrong = append(c.wrong, fmt.Sprintf("%s: %s is %q, want %q", c.instrument, what, got, want))
	}
}

func (c *comparison) where(wanted bool, what, got, want string) {
	if wanted {
		c.exactly(what, got, want)
	}
}

// stamp is a time as text; empty for none.
func stamp(at time.Time) string {
	if at.IsZero() {
		return ""
	}

	return at.UTC().Format(time.RFC3339Nano)
}

// words are flags in one order.
func words(flags []string) string {
	flags = slices.Clone(flags)
	slices.Sort(flags)

	return strings.Join(flags, " ")
}
