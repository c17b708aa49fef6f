package publisher_test

import (
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/datadriven"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/rollcall-go/rollcall/actors/publisher"
	"github.com/rollcall-go/rollcall/messages"
)

// TestConversations plays the files in testdata against the core. The state is checked after every line.
func TestConversations(t *testing.T) {
	datadriven.Walk(t, "testdata/conversations", func(t *testing.T, path string) {
		core := publisher.NewCore(publisher.Settings{MaxQueue: 4})

		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			lines := play(t, core, d)
			require.NoError(t, core.Check())

			if len(lines) == 0 {
				return "nothing\n"
			}

			return strings.Join(lines, "\n") + "\n"
		})
	})
}

// play performs one command: `<command> [name] [argument=value …]`.
func play(t *testing.T, core *publisher.Core, d *datadriven.TestData) []string {
	name := ""
	if len(d.CmdArgs) > 0 {
		name = d.CmdArgs[0].Key
	}

	switch d.Cmd {
	case "subscribe":
		return core.Subscribe(name, asked(t, d))
	case "unsubscribe":
		return core.Unsubscribe(name)
	case "take":
		return core.Take(name)
	case "terminated":
		return core.Terminated(name)
	case "due":
		var sequence uint64

		d.ScanArgs(t, "delivery", &sequence)

		return core.Due(name, sequence)
	case "snapshot":
		var round uint64

		d.ScanArgs(t, "round", &round)

		return core.Publish(&messages.Snapshot{Round: messages.Round(round)})
	case "answered":
		return core.PublishEvent(&messages.VendorAnswered{Vendor: messages.Vendor(name), Outcome: messages.OutcomeOK})
	case "queues":
		return core.Queues()
	case "restart":
		return core.Resume()
	case "stop":
		return core.Stop()
	default:
		t.Fatalf("unknown command %q", d.Cmd)

		return nil
	}
}

func asked(t *testing.T, d *datadriven.TestData) *messages.Subscribe {
	t.Helper()

	subscribe := &messages.Subscribe{Events: d.HasArg("events")}
	d.MaybeScanArgs(t, "queue", &subscribe.Queue)

	if d.HasArg("timeout") {
		var text string

		d.ScanArgs(t, "timeout", &text)

		timeout, err := time.ParseDuration(text)
		require.NoError(t, err)

		subscribe.Timeout = timeout
	}

	return subscribe
}

// TestNothingIsLostUncounted plays random conversations with one subscriber: rounds and events come in order and once, and whatever is
// not delivered is counted.
func TestNothingIsLostUncounted(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		core := publisher.NewCore(publisher.Settings{})
		queue := rapid.IntRange(1, 5).Draw(t, "queue")
		wantsEvents := rapid.Bool().Draw(t, "events")
		core.Subscribe("ann", &messages.Subscribe{Queue: queue, Events: wantsEvents})

		a := account{t: t}

		var rounds, events messages.Round

		for _, step := range rapid.SliceOfN(rapid.SampledFrom([]string{"snapshot", "event", "take", "again"}), 1, 60).Draw(t, "steps") {
			switch step {
			case "snapshot":
				rounds++
				a.enter(core.PublishDelivered("ann", &messages.Snapshot{Round: rounds}))
			case "again": // the newest round once more
				if rounds > 0 {
					require.Nil(t, core.PublishDelivered("ann", &messages.Snapshot{Round: rounds}))
				}
			case "event":
				events++
				a.enter(core.PublishEventDelivered("ann", &messages.RoundStarted{Round: events}))
			case "take":
				a.enter(core.TakeDelivered("ann"))
			}

			require.NoError(t, core.Check())
		}

		for next := core.TakeDelivered("ann"); next != nil; next = core.TakeDelivered("ann") {
			a.enter(next)
		}

		untoldRounds, untoldEvents := core.Untold("ann")
		require.Zero(t, untoldRounds, "the newest snapshot is never dropped")
		require.EqualValues(t, rounds, a.rounds)

		if wantsEvents {
			require.EqualValues(t, events, a.events+untoldEvents)
		} else {
			require.Zero(t, a.events)
		}

		require.Equal(t, rounds, a.lastRound, "the newest snapshot arrives")
	})
}

// account adds up what one subscriber was given and told.
type account struct {
	t                    *rapid.T
	rounds, events       uint64 // delivered or counted as skipped
	lastRound, lastEvent messages.Round
}

func (a *account) enter(d *messages.Delivered) {
	if d == nil {
		return
	}

	a.rounds += d.SkippedRounds
	a.events += d.SkippedEvents

	if d.Snapshot != nil {
		a.rounds++

		require.Greater(a.t, d.Snapshot.Round, a.lastRound, "rounds strictly increase")
		require.EqualValues(a.t, a.rounds, d.Snapshot.Round, "the rounds skipped before this one are told with it or before")
		a.lastRound = d.Snapshot.Round
	}

	if event, ok := d.Event.(*messages.RoundStarted); ok {
		a.events++

		require.Greater(a.t, event.Round, a.lastEvent, "events come in order")
		require.EqualValues(a.t, a.events, event.Round, "the events skipped before this one are told with it or before")
		a.lastEvent = event.Round
	}
}

// TestStopTellsTheLastRound checks the same sum where the queue is cut short by the end.
func TestStopTellsTheLastRound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		core := publisher.NewCore(publisher.Settings{})
		core.Subscribe("ann", &messages.Subscribe{Queue: rapid.IntRange(1, 5).Draw(t, "queue"), Events: true})

		a := account{t: t}
		published := messages.Round(rapid.IntRange(2, 20).Draw(t, "rounds"))

		for round := messages.Round(1); round <= published; round++ {
			a.enter(core.PublishDelivered("ann", &messages.Snapshot{Round: round}))

			if rapid.Bool().Draw(t, "event") {
				core.PublishEvent(&messages.VendorAnswered{})
			}
		}

		a.enter(core.StopDelivered("ann"))
		require.Equal(t, published, a.lastRound)
		require.EqualValues(t, published, a.rounds)
	})
}

// TestOneMessageForAll shows that a fan-out makes no copies: subscribers that keep up share one message.
func TestOneMessageForAll(t *testing.T) {
	core := publisher.NewCore(publisher.Settings{})
	core.Subscribe("ann", &messages.Subscribe{})
	core.Subscribe("bob", &messages.Subscribe{})
	core.Subscribe("cid", &messages.Subscribe{Queue: 1})

	first := &messages.Snapshot{Round: 1}
	core.Publish(first)
	core.Publish(&messages.Snapshot{Round: 2})

	third := &messages.Snapshot{Round: 3}
	core.Publish(third)

	assert.Same(t, core.TakeDelivered("ann"), core.TakeDelivered("bob"), "the same message, not an equal one")

	slow := core.TakeDelivered("cid")
	assert.Same(t, third, slow.Snapshot)
	assert.EqualValues(t, 1, slow.SkippedRounds)
	assert.Zero(t, core.TakeDelivered("ann").SkippedRounds, "what one subscriber missed is not told to another")
}

// TestFanOutAllocatesNothingPerSubscriber holds the core to the cost of one message per round.
func TestFanOutAllocatesNothingPerSubscriber(t *testing.T) {
	const subscribers = 1000

	fan := publisher.NewFan(subscribers)
	fan.Round() // grows the queues

	assert.LessOrEqual(t, testing.AllocsPerRun(10, fan.Round), 4.0)
}
