package fetcher_test

import (
	"strings"
	"testing"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/cockroachdb/datadriven"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/actors"
	"github.com/rollcall-go/rollcall/actors/fetcher"
	"github.com/rollcall-go/rollcall/messages"
)

var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

// half makes every delay three quarters of its nominal length.
func half() float64 { return 0.5 }

// TestPoller is a set of conversations with the poller. Each command happens at t= (since the start); its output is what is to be done.
func TestPoller(t *testing.T) {
	t.Parallel()

	datadriven.Walk(t, "testdata/poller", func(t *testing.T, path string) {
		t.Helper()

		talk := &conversation{}
		datadriven.RunTest(t, path, talk.command)
	})
}

type conversation struct {
	core *fetcher.Core
	now  time.Time
}

func (c *conversation) command(t *testing.T, d *datadriven.TestData) string {
	t.Helper()

	if d.HasArg("t") {
		c.now = noon.Add(duration(t, d, "t"))
	}

	var lines []string

	switch d.Cmd {
	case "new":
		c.now = noon
		c.core = fetcher.NewCore(pollerSettings(t, d), c.now)
		d.MaybeScanArgs(t, "cost", &c.core.Credits)
	case "fetch":
		message := &messages.FetchQuotes{Round: messages.Round(number(t, d, "round")), Deadline: c.now.Add(duration(t, d, "deadline"))}
		lines = c.core.Fetch(message, actor.NewPID("local", "coordinator"), c.now)
	case "quotes":
		lines = c.core.Done(number(t, d, "n"), quotesOf(t, d), nil, c.now.Add(-duration(t, d, "took")), c.now)
	case "error":
		lines = c.core.Done(number(t, d, "n"), nil, errorOf(t, d), c.now.Add(-duration(t, d, "took")), c.now)
	case "barred":
		lines = c.core.Barred(number(t, d, "n"), c.now)
	case "says":
		c.core.Says = allowance(t, d)
	case "pause":
		c.core.Budget().Pause(c.now.Add(duration(t, d, "for")), messages.NewFailure(messages.OutcomeRateLimited, "429 for another"))
	case "noslot":
		lines = c.core.Done(number(t, d, "n"), nil, nil, time.Time{}, c.now)
	case "panic":
		lines = c.core.Panicked(&actors.Panic{Value: "index out of range"}, c.now)
	case "wake":
		lines = c.core.Woken(number(t, d, "n"), c.now)
	case "cap":
		message := &messages.CapBackoff{Limit: duration(t, d, "limit")}
		d.MaybeScanArgs(t, "turn", &message.Turn)
		d.MaybeScanArgs(t, "of", &message.Turns)
		c.core.Cap(message, c.now)
	case "restart":
		c.core.Restart(c.now)
	case "stop":
		lines = c.core.Close(c.now)
	default:
		t.Fatalf("unknown command %s", d.Cmd)
	}

	if len(lines) == 0 {
		return "-\n"
	}

	return strings.Join(lines, "\n") + "\n"
}

func pollerSettings(t *testing.T, d *datadriven.TestData) fetcher.Settings {
	t.Helper()

	settings := fetcher.Settings{Vendor: "v", Instruments: []messages.Instrument{"A", "B"}, Uniform: half, Deadline: duration(t, d, "own")}
	d.MaybeScanArgs(t, "attempts", &settings.Retry.Attempts)
	d.MaybeScanArgs(t, "requests", &settings.Rate.Requests)
	d.MaybeScanArgs(t, "failures", &settings.Breaker.Failures)
	settings.Rate.Per = duration(t, d, "per")
	settings.Every, settings.AfterFailure = duration(t, d, "every"), duration(t, d, "after-failure")
	settings.Verdict.MaxAge = duration(t, d, "max-age")

	if d.HasArg("windows") {
		settings.Budget = fetcher.NewBudget(budgetSettings(t, d))
	}

	return settings
}

func quotesOf(t *testing.T, d *datadriven.TestData) []messages.Quote {
	t.Helper()

	price, err := messages.ParsePrice("1.5")
	require.NoError(t, err)

	var quotes []messages.Quote

	for _, instrument := range []messages.Instrument{"A", "B"} {
		if d.HasArg(string(instrument)) {
			quotes = append(quotes, messages.Quote{Instrument: instrument, Price: price})
		}
	}

	return quotes
}

func errorOf(t *testing.T, d *datadriven.TestData) error {
	t.Helper()

	var outcome, detail string

	d.ScanArgs(t, "outcome", &outcome)
	d.MaybeScanArgs(t, "detail", &detail)

	failure := messages.NewFailure(messages.Outcome(outcome), detail)
	failure.RetryAfter = duration(t, d, "after")
	failure.Final = d.HasArg("final")

	return failure
}

func duration(t *testing.T, d *datadriven.TestData, key string) time.Duration {
	t.Helper()

	var text string
	if !d.MaybeScanArgs(t, key, &text) {
		return 0
	}

	parsed, err := time.ParseDuration(text)
	require.NoError(t, err)

	return parsed
}

func number(t *testing.T, d *datadriven.TestData, key string) uint64 {
	t.Helper()

	var n uint64

	d.ScanArgs(t, key, &n)

	return n
}

// TestPollAllocations: what the poller itself adds to a good poll. The answer and its quotes outlive the poll; the rest is small change.
func TestPollAllocations(t *testing.T) {
	price, err := messages.ParsePrice("1.5")
	require.NoError(t, err)

	core := fetcher.NewCore(fetcher.Settings{Vendor: "v", Instruments: []messages.Instrument{"A"}}, noon)
	message := &messages.FetchQuotes{Round: 1, Deadline: noon.Add(time.Second)}
	quotes := []messages.Quote{{Instrument: "A", Price: price}}
	from := actor.NewPID("local", "coordinator")

	core.Poll(message, from, quotes, noon) // the first good fetch is announced

	allocations := testing.AllocsPerRun(100, func() {
		if core.Poll(message, from, quotes, noon) != 2 {
			t.Error("not answered")
		}
	})
	assert.LessOrEqual(t, allocations, 6.0)
}
