package writer_test

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/cockroachdb/datadriven"
	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"

	"github.com/rollcall-go/rollcall/actors/writer"
	"github.com/rollcall-go/rollcall/messages"
)

// Conversations: `add ROUND… [asker=NAME]`, `persisted [error=TEXT]`, `panicked`, `identified [digest=TEXT]`, `abandon`.
func TestQueueConversations(t *testing.T) { // V04 S08
	datadriven.Walk(t, "testdata", func(t *testing.T, path string) {
		queue := writer.NewQueue(4)
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			return render(step(t, queue, d))
		})
	})
}

func step(t *testing.T, queue *writer.Queue, d *datadriven.TestData) []writer.Effect {
	t.Helper()

	asker, text, digest := "coordinator", "", ""
	d.MaybeScanArgs(t, "asker", &asker)
	d.MaybeScanArgs(t, "error", &text)
	d.MaybeScanArgs(t, "digest", &digest)

	switch d.Cmd {
	case "add":
		var effects []writer.Effect

		for line := range strings.FieldsSeq(d.Input) {
			round, err := strconv.ParseUint(line, 10, 64)
			if err != nil {
				d.Fatalf(t, "round: %v", err)
			}

			effects = append(effects, queue.Add(&messages.Snapshot{Round: messages.Round(round)}, actor.NewPID("", asker))...)
		}

		return effects
	case "persisted":
		if text == "" {
			return queue.Persisted(nil)
		}

		return queue.Persisted(errors.New(text))
	case "panicked":
		return queue.Panicked()
	case "identified":
		return queue.Identified(digest, time.Unix(0, 0))
	case "abandon":
		return queue.Abandon()
	default:
		d.Fatalf(t, "unknown command")

		return nil
	}
}

func render(effects []writer.Effect) string {
	var b strings.Builder

	for _, e := range effects {
		switch e := e.(type) {
		case writer.Persist:
			fmt.Fprintf(&b, "persist %v\n", rounds(e.Snapshots))
		case writer.Identify:
			fmt.Fprintf(&b, "identify %d\n", e.Snapshot.Round)
		case writer.Answer:
			fmt.Fprintf(&b, "answer %s %T%+v\n", e.To.Id, e.Message, e.Message)
		case writer.Record:
			fmt.Fprintf(&b, "record %s round %d %v\n", e.Fact.Kind, e.Fact.Round, e.Fact.Fields)
		}
	}

	if b.Len() == 0 {
		return "-\n"
	}

	return strings.NewReplacer("*messages.", "", "&", "").Replace(b.String())
}

func rounds(snapshots []*messages.Snapshot) []messages.Round {
	list := make([]messages.Round, 0, len(snapshots))
	for _, s := range snapshots {
		list = append(list, s.Round)
	}

	return list
}

// Whatever happens in whatever order: one write at a time, rounds in a batch strictly grow, and every request gets exactly one answer
// unless a newer request for the same round took its place.
func TestQueueAnswersEverythingOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		queue := writer.NewQueue(5)
		owed := map[messages.Round]bool{}
		busy, identifying := false, false

		take := func(effects []writer.Effect) {
			for _, e := range effects {
				switch e := e.(type) {
				case writer.Persist:
					assert.False(t, busy, "two writes at once")
					assert.IsIncreasing(t, append([]messages.Round{0}, rounds(e.Snapshots)...))

					busy = true
				case writer.Identify:
					busy, identifying = true, true
				case writer.Answer:
					round := answered(e.Message)
					assert.True(t, owed[round], "round %d was answered without being asked", round)
					delete(owed, round)
				case writer.Record:
				}
			}
		}

		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			switch action := rapid.SampledFrom([]string{"add", "ok", "error", "panic"}).Draw(t, "action"); {
			case action == "add":
				round := messages.Round(rapid.Uint64Range(1, 20).Draw(t, "round"))
				owed[round] = true
				take(queue.Add(&messages.Snapshot{Round: round}, nil))
			case identifying:
				busy, identifying = false, false
				take(queue.Identified("", time.Time{}))
			case busy && action == "panic":
				busy = false
				take(queue.Panicked())
			case busy:
				busy = false
				take(queue.Persisted(map[string]error{"error": errors.New("disk full")}[action]))
			}
		}

		take(queue.Abandon())
		assert.Empty(t, owed)
	})
}

func answered(message any) messages.Round {
	switch message := message.(type) {
	case *messages.SnapshotPersisted:
		return message.Round
	case *messages.PersistFailed:
		return message.Round
	default:
		return 0
	}
}
