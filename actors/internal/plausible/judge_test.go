package plausible_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/datadriven"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/actors/internal/plausible"
	"github.com/rollcall-go/rollcall/messages"
)

var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

// talk is a conversation with a judge. Each line of a round is what one vendor says, in its listing's order:
//
//	round at=5s
//	  alpha A=185.20 B=1.5/1.4/1.6 held
//
// A price may come with bid and ask; "-" stands for a quote that cannot be used. The vendor's time is the round's unless age= says more.
type talk struct {
	t      *testing.T
	roster *messages.Roster
	judge  *plausible.Judge
	limits map[messages.Vendor]plausible.Limits
}

func TestConversations(t *testing.T) { // P12 P13 P14
	t.Parallel()

	for _, name := range []string{"jump", "confirm", "outlier", "stuck", "adopt"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			var c *talk

			datadriven.RunTest(t, "testdata/"+name+".txt", func(t *testing.T, d *datadriven.TestData) string {
				t.Helper()

				if d.Cmd == "judge" {
					c = &talk{t: t, limits: make(map[messages.Vendor]plausible.Limits)}
				}

				c.t = t

				switch d.Cmd {
				case "judge":
					c.enroll(d.Input)
					c.judge = plausible.New(c.roster, c.ordered())
				case "adopt":
					before := c.judge
					c.enroll(d.Input)
					c.judge = before.Adopt(c.roster, c.ordered())
				case "round":
					return c.round(d)
				default:
					require.Fail(t, "unknown command", d.Cmd)
				}

				return "ok\n"
			})
		})
	}
}

// enroll reads lines such as "alpha A,B jump=400% confirm=3".
func (c *talk) enroll(input string) {
	c.t.Helper()

	var listings []messages.Listing

	for line := range strings.Lines(input) {
		words := strings.Fields(line)
		listing := messages.Listing{Vendor: messages.Vendor(words[0]), Class: "any"}

		for name := range strings.SplitSeq(words[1], ",") {
			listing.Instruments = append(listing.Instruments, messages.Instrument(name))
		}

		listings = append(listings, listing)
		c.limits[listing.Vendor] = c.limitsIn(words[2:])
	}

	var err error

	c.roster, err = messages.NewRoster(listings)
	require.NoError(c.t, err)
}

func (c *talk) limitsIn(words []string) plausible.Limits {
	c.t.Helper()

	var l plausible.Limits

	for _, word := range words {
		key, value, _ := strings.Cut(word, "=")
		text, percent := strings.CutSuffix(value, "%")

		if key == "within" {
			l.Within = c.duration(value)

			continue
		}

		number, err := strconv.Atoi(text)
		require.NoError(c.t, err)

		if percent {
			number *= plausible.Million / 100
		}

		switch key {
		case "jump":
			l.Jump = int64(number)
		case "outlier":
			l.Outlier = int64(number)
		case "confirm":
			l.Confirm = number
		case "agree":
			l.Agree = number
		case "spread":
			l.Spread = number
		case "stuck":
			l.Stuck = number
		default:
			require.Fail(c.t, "unknown limit", word)
		}
	}

	return l
}

func (c *talk) ordered() []plausible.Limits {
	var limits []plausible.Limits
	for _, listing := range c.roster.Listings() {
		limits = append(limits, c.limits[listing.Vendor])
	}

	return limits
}

func (c *talk) duration(text string) time.Duration {
	c.t.Helper()

	d, err := time.ParseDuration(text)
	require.NoError(c.t, err)

	return d
}

func (c *talk) round(d *datadriven.TestData) string {
	c.t.Helper()

	var at string

	d.ScanArgs(c.t, "at", &at)

	reports := make([]messages.VendorReport, len(c.roster.Listings()))

	for line := range strings.Lines(d.Input) {
		words := strings.Fields(line)
		i, known := c.roster.Vendor(messages.Vendor(words[0]))
		require.True(c.t, known, words[0])

		reports[i].Quotes = c.quotes(&c.roster.Listings()[i], words[1:], noon.Add(c.duration(at)))
	}

	verdict := c.judge.Round(reports)

	var out strings.Builder

	for _, r := range verdict.Refused {
		listing := c.roster.Listings()[r.Source.Listing]
		fmt.Fprintf(&out, "%s %s %s: %s\n", listing.Vendor, listing.Instruments[r.Source.Position], r.Outcome, r.Detail)
		require.LessOrEqual(c.t, len(r.Detail), messages.MaxDetail)
	}

	for _, a := range verdict.Accepted {
		fmt.Fprintf(&out, "%s %s accepted: %s instead of %s, %s\n", a.Vendor, a.Instrument, a.New, a.Old, a.Why)
	}

	if out.Len() == 0 {
		return "nothing\n"
	}

	return out.String()
}

func (c *talk) quotes(listing *messages.Listing, words []string, at time.Time) []messages.Quote {
	c.t.Helper()

	quotes := make([]messages.Quote, len(listing.Instruments))
	for i, instrument := range listing.Instruments {
		quotes[i] = messages.Quote{Instrument: instrument, Vendor: listing.Vendor, Outcome: messages.OutcomeMissingSymbol}
	}

	received, vendorTime, flags := at, at, messages.Flags(0)

	for _, word := range words {
		name, value, _ := strings.Cut(word, "=")

		if flag, is := messages.ParseFlag(word); is {
			flags |= flag

			continue
		}

		switch name {
		case "age":
			vendorTime = at.Add(-c.duration(value))
		case "received":
			received = noon.Add(c.duration(value))
		default:
			for i := range quotes {
				if string(quotes[i].Instrument) == name && value != "-" {
					c.figures(&quotes[i], value)
				}
			}
		}
	}

	for i := range quotes {
		quotes[i].ReceivedAt, quotes[i].VendorTime, quotes[i].Flags = received, vendorTime, flags
	}

	return quotes
}

// figures reads price/bid/ask/size/volume, of which all but the first may be left out.
func (c *talk) figures(q *messages.Quote, text string) {
	c.t.Helper()

	q.Outcome, q.More = messages.OutcomeOK, &messages.More{}
	into := []*messages.Price{&q.Price, &q.Bid, &q.Ask, &q.More.Size, &q.More.Volume}

	for i, part := range strings.Split(text, "/") {
		price, err := messages.ParseDecimal(part)
		require.NoError(c.t, err)

		*into[i] = price
	}
}
