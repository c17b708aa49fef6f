package publisher_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/actors"
	"github.com/rollcall-go/rollcall/actors/publisher"
	"github.com/rollcall-go/rollcall/messages"
)

func TestSlowSubscriberIsConflatedAndTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t)
		slow, fast := s.join("slow", nil), s.join("fast", s.takeAtOnce)

		s.from(slow, &messages.Subscribe{Queue: 2, Timeout: time.Hour})
		s.from(fast, &messages.Subscribe{Queue: 2})

		for round := messages.Round(1); round <= 6; round++ {
			s.publish(round)
		}

		assert.Equal(t, "subscribed 1", slow.story())
		assert.Equal(t, "subscribed 1 2 3 4 5 6", fast.story(), "one subscriber never delays another")

		s.from(slow, &messages.TakeNext{})
		assert.Equal(t, "subscribed 1 6(-4,-0)", slow.story())
		s.end(slow, fast)
	})
}

func TestSubscriberThatDoesNotTakeIsCut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t)
		stuck, fast := s.join("stuck", nil), s.join("fast", s.takeAtOnce)

		s.from(stuck, &messages.Subscribe{Timeout: 10 * time.Second, Events: true})
		s.from(fast, &messages.Subscribe{Timeout: 10 * time.Second})
		time.Sleep(time.Hour)
		synctest.Wait()
		assert.Equal(t, "subscribed", stuck.story(), "who was given nothing is not slow")

		s.publish(1)
		time.Sleep(10*time.Second - time.Millisecond)
		s.from(stuck, &messages.TakeNext{})
		s.publish(2)
		time.Sleep(10*time.Second - time.Millisecond)
		synctest.Wait()
		assert.Equal(t, "subscribed 1 2", stuck.story(), "each delivery has its own time")

		time.Sleep(time.Millisecond)
		synctest.Wait()
		s.publish(3)
		assert.Equal(t, "subscribed 1 2 ended: delivery not taken within 10s", stuck.story())
		assert.Equal(t, "subscribed 1 2 3", fast.story())
		assert.Equal(t, "events=true events=false", s.coordinator.story())

		s.from(stuck, &messages.TakeNext{})
		s.from(stuck, &messages.Subscribe{})
		assert.Equal(t, "subscribed 1 2 ended: delivery not taken within 10s subscribed 3", stuck.story(), "and may come back")
		s.end(stuck, fast)
	})
}

// TestDeadSubscriberAmongAThousand: who terminates without a word is forgotten, and the others notice nothing.
func TestDeadSubscriberAmongAThousand(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const count = 1000

		s := newStage(t)

		deadLetters := 0
		heard := s.system.EventStream.Subscribe(func(event any) {
			if letter, ok := event.(*actor.DeadLetterEvent); ok {
				if _, ours := letter.Message.(messages.SubscriberMessage); ours {
					deadLetters++
				}
			}
		})

		var members []*recorder

		for i := range count {
			member := s.join(fmt.Sprint("member-", i), s.takeAtOnce)
			members = append(members, member)
			s.system.Root.RequestWithCustomSender(s.publisher.PID(), &messages.Subscribe{Events: i == 500}, member.pid)
		}

		synctest.Wait()
		s.publish(1)
		require.NoError(t, actors.StopWait(t.Context(), s.system, members[500].pid))
		synctest.Wait()
		s.publish(2)
		s.publish(3)

		assert.Zero(t, deadLetters, "nothing is sent to the dead")
		assert.Equal(t, "subscribed 1", members[500].story())
		assert.Equal(t, "events=true events=false", s.coordinator.story())

		for i, member := range members {
			if i != 500 {
				require.Equal(t, "subscribed 1 2 3", member.story(), "member %d", i)
			}
		}

		s.system.EventStream.Unsubscribe(heard)
		s.end(members...)
	})
}

func TestSubscriberThatIsDeadBeforeItIsWatchedIsForgotten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t)
		ghost := s.join("ghost", nil)
		require.NoError(t, actors.StopWait(t.Context(), s.system, ghost.pid))
		s.from(ghost, &messages.Subscribe{Events: true})
		assert.Equal(t, "events=true events=false", s.coordinator.story())
		s.end()
	})
}

func TestSubscribersSurviveARestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t)
		ann, bob, cid := s.join("ann", nil), s.join("bob", s.takeAtOnce), s.join("cid", s.takeAtOnce)

		s.from(ann, &messages.Subscribe{Events: true, Timeout: 10 * time.Second})
		s.from(bob, &messages.Subscribe{})
		s.publish(1)
		time.Sleep(4 * time.Second)
		s.logs.arm("subscribed")
		s.from(cid, &messages.Subscribe{})
		s.publish(2) // waits in the mailbox
		assert.Equal(t, "subscribed 1", bob.story())

		time.Sleep(time.Second)
		synctest.Wait()
		assert.Equal(t, "subscribed 1 2", bob.story())
		assert.Equal(t, "subscribed 1 2", cid.story())
		assert.Equal(t, "events=true events=true", s.coordinator.story(), "the coordinator is told again")

		time.Sleep(9 * time.Second)
		synctest.Wait()
		assert.Equal(t, "subscribed 1", ann.story(), "its time starts anew with the restart")

		time.Sleep(time.Second)
		synctest.Wait()
		assert.Equal(t, "subscribed 1 ended: delivery not taken within 10s", ann.story())
		s.end(ann, bob, cid)
	})
}

func TestStopDrainsToEverySubscriber(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t)
		slow, fast := s.join("slow", nil), s.join("fast", s.takeAtOnce)
		s.from(slow, &messages.Subscribe{})
		s.from(fast, &messages.Subscribe{})

		for round := messages.Round(1); round <= 3; round++ {
			s.publisher.Tell(s.system.Root, &messages.PublishSnapshot{Snapshot: &messages.Snapshot{Round: round}})
		}

		require.NoError(t, actors.PoisonWait(t.Context(), s.system, s.publisher.PID()))
		synctest.Wait()
		assert.Equal(t, "subscribed 1 ended with 3(-1,-0)", slow.story())
		assert.Contains(t, []string{
			"subscribed 1 2 3 ended", "subscribed 1 2 ended with 3", "subscribed 1 ended with 3(-1,-0)", // as fast as it may be
		}, fast.story())

		s.end(slow, fast)
	})
}

func TestUnsubscribe(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t)
		ann := s.join("ann", nil)
		s.from(ann, &messages.Subscribe{Events: true})
		s.from(ann, &messages.Subscribe{Events: true})
		s.from(ann, &messages.Unsubscribe{})
		s.publish(1)
		time.Sleep(time.Hour)
		synctest.Wait()
		assert.Equal(t, "subscribed subscribed ended", ann.story())
		assert.Equal(t, "events=true events=false", s.coordinator.story())
		s.end(ann)
	})
}

func TestEventsGoToThoseWhoWantThem(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t)
		plain, curious := s.join("plain", s.takeAtOnce), s.join("curious", s.takeAtOnce)
		s.from(plain, &messages.Subscribe{})
		s.from(curious, &messages.Subscribe{Events: true})

		for _, event := range []messages.Event{&messages.RoundStarted{}, &messages.VendorAnswered{}, &messages.VendorStateChanged{}} {
			s.publisher.Tell(s.system.Root, &messages.PublishEvent{Event: event})
		}

		synctest.Wait()
		s.publish(1)
		assert.Equal(t, "subscribed 1", plain.story())
		assert.Equal(t, "subscribed event event event 1", curious.story())
		s.end(plain, curious)
	})
}

// TestStrangeMessagesAreIgnored sends what nobody should.
func TestStrangeMessagesAreIgnored(t *testing.T) { // V09
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t)
		ann := s.join("ann", s.takeAtOnce)
		s.from(ann, &messages.Subscribe{Events: true})

		failures := 0
		heard := s.system.EventStream.Subscribe(func(event any) {
			if _, ok := event.(*actor.SupervisorEvent); ok {
				failures++
			}
		})

		for _, strange := range []any{
			nil, "text", 42,
			struct{}{},
			strings.Repeat("x", 10<<20), &messages.SubscriptionEnded{},
			(*messages.Subscribe)(nil), (*messages.TakeNext)(nil), (*messages.PublishSnapshot)(nil), (*messages.PublishEvent)(nil),
			&messages.PublishSnapshot{}, &messages.PublishEvent{}, &messages.PublishEvent{Event: (*messages.RoundStarted)(nil)},
			&messages.PublishEvent{Event: (*messages.VendorAnswered)(nil)},
			&messages.PublishEvent{Event: (*messages.VendorStateChanged)(nil)},
		} {
			s.system.Root.Send(s.publisher.PID(), strange)
			s.system.Root.RequestWithCustomSender(s.publisher.PID(), strange, ann.pid)
		}

		for _, fromNobody := range []any{&messages.Subscribe{}, &messages.TakeNext{}, &messages.Unsubscribe{}} {
			s.system.Root.Send(s.publisher.PID(), fromNobody)
		}

		synctest.Wait()
		s.publish(1)
		assert.Zero(t, failures, "nothing panics")
		assert.Equal(t, "subscribed 1", ann.story())
		s.system.EventStream.Unsubscribe(heard)
		s.end(ann)
	})
}

func TestSettingsZeroValueIsReady(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		system := quiet()
		pid := system.Root.Spawn(publisher.Props(publisher.Settings{}, actors.Ref[messages.CoordinatorMessage]{}))
		subscribed, err := actors.Ask[*messages.Subscribed](t.Context(), system,
			actors.NewRef[messages.PublisherMessage](pid), messages.PublisherMessage(&messages.Subscribe{Events: true}))
		require.NoError(t, err)
		assert.NotNil(t, subscribed)
		require.NoError(t, actors.StopWait(t.Context(), system, pid))
		time.Sleep(2 * time.Second) // the library's goroutine for dead letters
	})
}

// Who listens, what waits for them, and who was cut, is told to whoever asks.
func TestDescribesItsSubscribers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t)
		slow, fast := s.join("slow", nil), s.join("fast", s.takeAtOnce)
		described := func() messages.SubscribersDescribed {
			answer, err := actors.Ask[*messages.SubscribersDescribed](t.Context(), s.system,
				s.publisher, messages.PublisherMessage(&messages.DescribeSubscribers{}))
			require.NoError(t, err)

			return *answer
		}

		assert.Equal(t, messages.SubscribersDescribed{}, described())

		s.from(slow, &messages.Subscribe{Timeout: time.Minute})
		s.from(fast, &messages.Subscribe{Timeout: time.Minute})

		for round := messages.Round(1); round <= 4; round++ {
			s.publish(round)
		}

		assert.Equal(t, messages.SubscribersDescribed{Subscribers: 2, Queued: 3, Deepest: 3}, described(), "one is delivered")

		time.Sleep(time.Minute)
		synctest.Wait()
		assert.Equal(t, messages.SubscribersDescribed{Subscribers: 1, Cut: 1}, described())
		s.end(slow, fast)
	})
}
