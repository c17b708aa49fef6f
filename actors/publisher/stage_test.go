package publisher_test

import (
	"fmt"
	"io"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/sirupsen/logrus"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/actors"
	"github.com/rollcall-go/rollcall/actors/publisher"
	"github.com/rollcall-go/rollcall/messages"
)

// stage is an actor system with a publisher and a coordinator that writes down what it is told.
type stage struct {
	t           *testing.T
	system      *actor.ActorSystem
	publisher   actors.Ref[messages.PublisherMessage]
	coordinator *recorder
	logs        *panicHook
}

func quiet() *actor.ActorSystem {
	return actor.NewActorSystem(actor.WithLoggerFactory(func(*actor.ActorSystem) *slog.Logger {
		return slog.New(slog.DiscardHandler)
	}))
}

func newStage(t *testing.T) *stage {
	t.Helper()

	s := &stage{t: t, system: quiet(), logs: &panicHook{}}
	s.coordinator = s.join("coordinator", nil)

	logger := logrus.New()
	logger.SetOutput(io.Discard)
	logger.SetLevel(logrus.DebugLevel)
	logger.AddHook(s.logs)

	props := publisher.Props(publisher.Settings{Log: logrus.NewEntry(logger)},
		actors.NewRef[messages.CoordinatorMessage](s.coordinator.pid)).
		Configure(actor.WithGuardian(actors.RestartGuardian(actors.Backoff{Base: time.Second, Max: time.Second}, time.Minute)))

	pid, err := s.system.Root.SpawnNamed(props, "publisher")
	require.NoError(t, err)

	s.publisher = actors.NewRef[messages.PublisherMessage](pid)

	return s
}

// recorder is an actor that keeps what it receives, and answers each delivery with react.
type recorder struct {
	pid   *actor.PID
	mutex sync.Mutex
	heard []any
}

func (s *stage) join(name string, react func(actor.Context)) *recorder {
	s.t.Helper()

	r := &recorder{}
	pid, err := s.system.Root.SpawnNamed(actor.PropsFromFunc(func(ctx actor.Context) {
		switch message := ctx.Message().(type) {
		case messages.SubscriberMessage, messages.CoordinatorMessage:
			r.mutex.Lock()
			r.heard = append(r.heard, message)
			r.mutex.Unlock()
		}

		if _, ok := ctx.Message().(*messages.Delivered); ok && react != nil {
			react(ctx)
		}
	}), name)
	require.NoError(s.t, err)

	r.pid = pid

	return r
}

// takeAtOnce is a subscriber that keeps up.
func (s *stage) takeAtOnce(ctx actor.Context) { s.publisher.Request(ctx, &messages.TakeNext{}) }

// from sends to the publisher in somebody's name and waits until everything is quiet.
func (s *stage) from(r *recorder, message messages.PublisherMessage) {
	s.system.Root.RequestWithCustomSender(s.publisher.PID(), message, r.pid)
	synctest.Wait()
}

func (s *stage) publish(round messages.Round) {
	s.publisher.Tell(s.system.Root, &messages.PublishSnapshot{Snapshot: &messages.Snapshot{Round: round}})
	synctest.Wait()
}

// end stops everything that was started. After a dead letter the library keeps a goroutine for a second.
func (s *stage) end(members ...*recorder) {
	for _, pid := range append([]*actor.PID{s.publisher.PID(), s.coordinator.pid}, pids(members)...) {
		require.NoError(s.t, actors.StopWait(s.t.Context(), s.system, pid))
	}

	time.Sleep(2 * time.Second)
}

func pids(members []*recorder) []*actor.PID {
	var all []*actor.PID
	for _, member := range members {
		all = append(all, member.pid)
	}

	return all
}

// story is what was heard, in one line.
func (r *recorder) story() string {
	r.mutex.Lock()
	defer r.mutex.Unlock()

	var words []string

	for _, message := range r.heard {
		switch m := message.(type) {
		case *messages.Subscribed:
			words = append(words, "subscribed")
		case *messages.Delivered:
			words = append(words, delivery(m))
		case *messages.SubscriptionEnded:
			words = append(words, strings.TrimSuffix("ended: "+m.Reason, ": "))
			if m.Last != nil {
				words = append(words, "with "+delivery(m.Last))
			}
		case *messages.WatchEvents:
			words = append(words, fmt.Sprintf("events=%t", m.Wanted))
		}
	}

	return strings.Join(words, " ")
}

func delivery(d *messages.Delivered) string {
	what := "event"
	if d.Snapshot != nil {
		what = fmt.Sprint(d.Snapshot.Round)
	}

	if d.SkippedRounds+d.SkippedEvents > 0 {
		what += fmt.Sprintf("(-%d,-%d)", d.SkippedRounds, d.SkippedEvents)
	}

	return what
}

// panicHook makes the publisher panic when it logs the given message: once for each time it is armed.
type panicHook struct {
	mutex sync.Mutex
	at    string
}

func (h *panicHook) arm(message string) {
	h.mutex.Lock()
	defer h.mutex.Unlock()

	h.at = message
}

// Levels implements logrus.Hook.
func (h *panicHook) Levels() []logrus.Level { return logrus.AllLevels }

// Fire implements logrus.Hook.
func (h *panicHook) Fire(entry *logrus.Entry) error {
	h.mutex.Lock()
	defer h.mutex.Unlock()

	if h.at != "" && entry.Message == h.at {
		h.at = ""

		panic("planted")
	}

	return nil
}
