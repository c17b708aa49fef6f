package coordinator_test

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/datadriven"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/actors/coordinator"
	"github.com/rollcall-go/rollcall/messages"
)

func TestScheduleConversation(t *testing.T) {
	datadriven.RunTest(t, "testdata/schedule.txt", func(t *testing.T, d *datadriven.TestData) string {
		t.Helper()

		var (
			talk  coordinator.ScheduleTalk
			lines []string
		)

		for line := range strings.Lines(d.Input) {
			words := strings.Fields(line)
			switch words[0] {
			case "start":
				lines = append(lines, talk.Start(durationArg(t, words, "every"), durationArg(t, words, "deadline"), durationArg(t, words, "at")))
			case "tick":
				lines = append(lines, talk.Tick(durationArg(t, words, "late"), durationArg(t, words, "step")))
			case "reset":
				lines = append(lines, talk.Reset(durationArg(t, words, "every"), durationArg(t, words, "deadline"), durationArg(t, words, "after")))
			default:
				require.Fail(t, "unknown command", line)
			}
		}

		return strings.Join(lines, "\n") + "\n"
	})
}

func TestReleaseConversation(t *testing.T) { // S08: what a hung disk may and may not do
	datadriven.RunTest(t, "testdata/release.txt", func(t *testing.T, d *datadriven.TestData) string {
		t.Helper()

		var mode string

		credit := coordinator.DefaultCredit
		d.ScanArgs(t, "mode", &mode)
		d.MaybeScanArgs(t, "credit", &credit)

		talk := coordinator.NewReleaseTalk(coordinator.Durability(mode), 250*time.Millisecond, credit)

		var out strings.Builder

		for line := range strings.Lines(d.Input) {
			words := strings.Fields(line)
			round, _ := strconv.Atoi(wordArg(words, "round"))
			out.WriteString("> " + strings.Join(words, " ") + "\n")
			out.WriteString(talk.Do(words[0], messages.Round(round), durationArg(t, words, "at")))
		}

		return out.String()
	})
}

func TestRoundConversation(t *testing.T) { // V07: an answer never counts for another round
	roster, err := messages.NewRoster([]messages.Listing{
		{Vendor: "alpha", Class: "equities", Instruments: []messages.Instrument{"AAPL", "MSFT"}},
		{Vendor: "beta", Class: "equities", Instruments: []messages.Instrument{"AAPL"}},
		{Vendor: "gamma", Class: "forex", Instruments: []messages.Instrument{"EUR/USD"}},
	})
	require.NoError(t, err)

	for _, file := range []string{"testdata/round.txt", "testdata/reconfigure.txt", "testdata/checks.txt"} {
		datadriven.RunTest(t, file, func(t *testing.T, d *datadriven.TestData) string { return converse(t, roster, d) })
	}
}

func converse(t *testing.T, roster *messages.Roster, d *datadriven.TestData) string {
	t.Helper()

	var carry string

	d.MaybeScanArgs(t, "carry", &carry)

	var checks []coordinator.Checks
	if d.HasArg("checks") {
		all := coordinator.Checks{Jump: coordinator.Million / 2, Outlier: coordinator.Million / 10, Confirm: 2, Stuck: 3}
		checks = slices.Repeat([]coordinator.Checks{all}, len(roster.Listings()))
	}

	talk := coordinator.NewRoundTalk(roster, durationArg(t, []string{"", "carry=" + carry}, "carry"), checks...)

	var out strings.Builder

	for line := range strings.Lines(d.Input) {
		words := strings.Fields(line)
		out.WriteString("> " + strings.Join(words, " ") + "\n")
		out.WriteString(roundLine(t, talk, words))
	}

	return out.String()
}

func roundLine(t *testing.T, talk *coordinator.RoundTalk, words []string) string {
	t.Helper()

	at := durationArg(t, words, "at")
	number, _ := strconv.Atoi(wordArg(words, "round"))
	round := messages.Round(number)

	switch words[0] {
	case "begin":
		return talk.Begin(at) + "\n"
	case "quotes":
		return talk.Tell(at, &messages.QuotesFetched{
			Vendor: messages.Vendor(words[1]), Round: round, Quotes: quoteArgs(t, talk, words, at), Latency: at, Attempts: 1,
			Failure: heldArg(words), Feed: feedArg(t, words),
		}) + "\n"
	case "fails":
		return talk.Tell(at, &messages.FetchFailed{
			Vendor: messages.Vendor(words[1]), Round: round, Attempts: 2, Feed: feedArg(t, words),
			Failure: messages.Failure{Outcome: messages.Outcome(words[2]), Detail: wordArg(words, "detail")},
		}) + "\n"
	case "state":
		return talk.Tell(at, &messages.VendorStateChanged{
			Vendor: messages.Vendor(words[1]), State: messages.VendorState(words[2]), Restarts: 1, Detail: wordArg(words, "detail"),
		}) + "\n"
	case "adopt":
		return adoptLine(t, talk, words)
	case "close":
		snapshot, accepted := talk.Close(at, messages.OutcomeTimeout, "no answer within 2s")
		require.NoError(t, CheckInvariants(snapshot))

		return describe(snapshot) + accepted + talk.Facts(snapshot)
	}

	return "unknown command\n"
}

// adoptLine reads words such as alpha=AAPL,MSFT, with a star behind the name of a vendor that has another fetcher, and changes the roster.
func adoptLine(t *testing.T, talk *coordinator.RoundTalk, words []string) string {
	t.Helper()

	var (
		listings []messages.Listing
		other    []messages.Vendor
	)

	for _, word := range words[1:] {
		name, list, _ := strings.Cut(word, "=")
		if name == "carry" {
			continue
		}

		listing := messages.Listing{Vendor: messages.Vendor(strings.TrimSuffix(name, "*")), Class: "any"}
		if strings.HasSuffix(name, "*") {
			other = append(other, listing.Vendor)
		}

		for instrument := range strings.SplitSeq(list, ",") {
			listing.Instruments = append(listing.Instruments, messages.Instrument(instrument))
		}

		listings = append(listings, listing)
	}

	roster, err := messages.NewRoster(listings)
	require.NoError(t, err)

	return talk.Adopt(roster, durationArg(t, words, "carry"), other...) + "\n"
}

// quoteArgs reads words such as AAPL=185.20 (a price) and MSFT=stale (an outcome) as a vendor's quotes.
func quoteArgs(t *testing.T, talk *coordinator.RoundTalk, words []string, at time.Duration) []messages.Quote {
	t.Helper()

	var quotes []messages.Quote

	for _, word := range words[2:] {
		name, value, _ := strings.Cut(word, "=")
		if name == "at" || name == "round" || name == "held" || name == "every" {
			continue
		}

		quote := messages.Quote{Instrument: messages.Instrument(name), Vendor: messages.Vendor(words[1]), ReceivedAt: talk.At(at)}

		price, err := messages.ParsePrice(value)
		if err == nil {
			quote.Price, quote.Outcome = price, messages.OutcomeOK
		} else {
			quote.Outcome = messages.Outcome(value)
		}

		quotes = append(quotes, quote)
	}

	return quotes
}

// heldArg reads held=timeout: the quotes are held because asking failed.
func heldArg(words []string) *messages.Failure {
	outcome := wordArg(words, "held")
	if outcome == "" {
		return nil
	}

	return messages.NewFailure(messages.Outcome(outcome), "no luck")
}

// feedArg reads every=1m: the vendor has a budget.
func feedArg(t *testing.T, words []string) *messages.FeedStatus {
	t.Helper()

	every := durationArg(t, words, "every")
	if every == 0 {
		return nil
	}

	return &messages.FeedStatus{Budget: &messages.BudgetStatus{Every: every}}
}

func describe(s *messages.Snapshot) string {
	var out strings.Builder

	fmt.Fprintf(&out, "round %d %s, elapsed %s\n", s.Round, s.Status, s.Elapsed)

	for i, entry := range s.Roster.Entries() {
		r := &s.Instruments[i]
		fmt.Fprintf(&out, "  %s: %s %s age %s used %d of %d\n", entry.Instrument, r.Status, r.Price, r.Age, r.Used, len(entry.Sources))
	}

	for i, listing := range s.Roster.Listings() {
		r := &s.Vendors[i]
		fmt.Fprintf(&out, "  %s: %s %q usable %d attempts %d %s restarts %d",
			listing.Vendor, r.Outcome, r.Detail, r.Usable, r.Attempts, r.State, r.Restarts)

		if r.Feed != nil {
			fmt.Fprintf(&out, " every %s", r.Feed.Budget.Every)
		}

		out.WriteString("\n")
	}

	return out.String()
}

func wordArg(words []string, key string) string {
	for _, word := range words[1:] {
		if value, ok := strings.CutPrefix(word, key+"="); ok {
			return value
		}
	}

	return ""
}

func durationArg(t *testing.T, words []string, key string) time.Duration {
	t.Helper()

	text := wordArg(words, key)
	if text == "" {
		return 0
	}

	d, err := time.ParseDuration(text)
	require.NoError(t, err)

	return d
}
