package streamer_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/cockroachdb/datadriven"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/actors"
	"github.com/rollcall-go/rollcall/actors/streamer"
	"github.com/rollcall-go/rollcall/messages"
)

var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

// half makes every delay three quarters of its nominal length.
func half() float64 { return 0.5 }

// TestSwitchboard is a set of conversations with the switchboard. Each command happens at t= (since the start); its output is what is to be
// done. What time alone makes due before that is done first, and shown with its time.
func TestSwitchboard(t *testing.T) {
	t.Parallel()

	datadriven.Walk(t, "testdata/switchboard", func(t *testing.T, path string) {
		t.Helper()

		talk := &conversation{}
		datadriven.RunTest(t, path, talk.command)
	})
}

type conversation struct {
	core *streamer.Core
	now  time.Time
}

func (c *conversation) command(t *testing.T, d *datadriven.TestData) string {
	t.Helper()

	var lines []string

	if d.HasArg("t") {
		lines = c.wait(noon.Add(duration(t, d, "t")))
	}

	lines = append(lines, c.act(t, d)...)
	if len(lines) == 0 {
		return "-\n"
	}

	return strings.Join(lines, "\n") + "\n"
}

// wait lets time pass.
func (c *conversation) wait(until time.Time) []string {
	var lines []string

	for !c.core.Alarm().IsZero() && !c.core.Alarm().After(until) {
		c.now = c.core.Alarm()
		for _, line := range c.core.Due(c.now) {
			lines = append(lines, fmt.Sprintf("%s: %s", c.now.Sub(noon), line))
		}
	}

	c.now = until

	return lines
}

func (c *conversation) act(t *testing.T, d *datadriven.TestData) []string {
	t.Helper()

	switch d.Cmd {
	case "new":
		c.now = noon
		c.core = streamer.NewCore(settingsOf(t, d), d.HasArg("polls"))

		return c.core.Start(c.now)
	case "restart":
		return c.core.Start(c.now)
	case "hear":
		return c.core.Hear(number(t, d, "n"), c.updates(t, d), c.now)
	case "end":
		return c.core.Ended(number(t, d, "n"), errorOf(t, d), c.now)
	case "panic":
		return c.core.Panicked(number(t, d, "n"), &actors.Panic{Value: "index out of range"}, c.now)
	case "fallback-panic":
		return c.core.FallbackPanicked(&actors.Panic{Value: "nil map"}, c.now)
	case "fetch":
		message := &messages.FetchQuotes{Round: messages.Round(number(t, d, "round")), Deadline: c.now.Add(duration(t, d, "deadline"))}

		return c.core.Fetch(message, actor.NewPID("local", "coordinator"), c.now)
	case "polled":
		return c.core.Polled(c.polled(t, d), c.now)
	case "poll-failed":
		return c.core.PollFailed(&messages.FetchFailed{
			Round: messages.Round(number(t, d, "round")), Failure: *pollFailure(t, d), Attempts: 1,
		}, c.now)
	case "cap":
		return c.core.Cap(&messages.CapBackoff{Limit: duration(t, d, "limit")}, c.now)
	case "stop":
		return c.core.Close(c.now)
	case "wait":
		return nil
	default:
		t.Fatalf("unknown command %s", d.Cmd)

		return nil
	}
}

// pollFailure is how the fallback fails.
func pollFailure(t *testing.T, d *datadriven.TestData) *messages.Failure {
	t.Helper()

	outcome, detail := string(messages.OutcomeHTTPStatus), "503"
	d.MaybeScanArgs(t, "outcome", &outcome)
	d.MaybeScanArgs(t, "detail", &detail)

	return messages.NewFailure(messages.Outcome(outcome), detail)
}

// updates reads one update a line: "ready messages=2 gaps=1 A=1.5 B=1.5@3s C=closed", where @3s is the age of the vendor's time.
func (c *conversation) updates(t *testing.T, d *datadriven.TestData) []messages.StreamUpdate {
	t.Helper()

	var updates []messages.StreamUpdate

	for text := range strings.Lines(d.Input) {
		var update messages.StreamUpdate

		for word := range strings.FieldsSeq(text) {
			key, value, _ := strings.Cut(word, "=")

			switch key {
			case "alive":
			case "ready":
				update.Ready = true
			case "messages":
				update.Messages = uint64(len(value))
			case "gaps":
				update.Gaps = uint64(len(value))
			default:
				update.Quotes = append(update.Quotes, c.quote(t, key, value))
			}
		}

		updates = append(updates, update)
	}

	return updates
}

func (c *conversation) quote(t *testing.T, instrument, text string) messages.Quote {
	t.Helper()

	q := messages.Quote{Instrument: messages.Instrument(instrument)}

	text, age, timed := strings.Cut(text, "@")
	if timed {
		parsed, err := time.ParseDuration(age)
		require.NoError(t, err)

		q.VendorTime = c.now.Add(-parsed)
	}

	if messages.Outcome(text).Valid() {
		q.Outcome = messages.Outcome(text)

		return q
	}

	price, err := messages.ParsePrice(text)
	require.NoError(t, err)

	q.Price = price

	return q
}

// polled is a fetcher's answer: the listing in order, judged; what is not given is missing.
func (c *conversation) polled(t *testing.T, d *datadriven.TestData) *messages.QuotesFetched {
	t.Helper()

	message := &messages.QuotesFetched{Round: messages.Round(number(t, d, "round")), Latency: 80 * time.Millisecond, Attempts: 1}

	for _, instrument := range instrumentsOf(d) {
		q := messages.Quote{Instrument: instrument, Outcome: messages.OutcomeMissingSymbol}
		if d.HasArg(string(instrument)) {
			var text string

			d.ScanArgs(t, string(instrument), &text)
			q = c.quote(t, string(instrument), text)
			q.Outcome = messages.OutcomeOK
		}

		q.Vendor, q.RequestedAt, q.ReceivedAt = "v", c.now, c.now
		message.Quotes = append(message.Quotes, q)
	}

	return message
}

func settingsOf(t *testing.T, d *datadriven.TestData) streamer.Settings {
	t.Helper()

	settings := streamer.Settings{Vendor: "v", Instruments: instrumentsOf(d), Uniform: half}
	d.MaybeScanArgs(t, "shard", &settings.Connections.Shard)
	settings.Connections.MaxAge = duration(t, d, "max-age")
	settings.Deadline = duration(t, d, "own")
	settings.Verdict.MaxAge = duration(t, d, "stale")

	return settings
}

func instrumentsOf(d *datadriven.TestData) []messages.Instrument {
	if d.HasArg("three") {
		return []messages.Instrument{"A", "B", "C"}
	}

	return []messages.Instrument{"A", "B"}
}

func errorOf(t *testing.T, d *datadriven.TestData) error {
	t.Helper()

	var outcome, detail string
	if !d.MaybeScanArgs(t, "outcome", &outcome) {
		return nil
	}

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
