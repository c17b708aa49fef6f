package publisher_test

import (
	"strconv"
	"sync"
	"testing"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/actors"
	"github.com/rollcall-go/rollcall/actors/publisher"
	"github.com/rollcall-go/rollcall/messages"
)

// BenchmarkFanOut hands one snapshot to a thousand subscribers and waits until each has it and has asked for the next.
func BenchmarkFanOut(b *testing.B) {
	const subscribers = 1000

	system := quiet()
	pid := system.Root.Spawn(publisher.Props(publisher.Settings{}, actors.Ref[messages.CoordinatorMessage]{}))

	var (
		ready, got sync.WaitGroup
		members    []*actor.PID
	)

	ready.Add(subscribers)

	for range subscribers {
		members = append(members, system.Root.Spawn(actor.PropsFromFunc(func(ctx actor.Context) {
			switch ctx.Message().(type) {
			case *actor.Started:
				ctx.Request(pid, &messages.Subscribe{})
			case *messages.Subscribed:
				ready.Done()
			case *messages.Delivered:
				ctx.Request(pid, &messages.TakeNext{})
				got.Done()
			}
		})))
	}

	ready.Wait()
	b.ReportAllocs()

	var round messages.Round

	for b.Loop() {
		round++

		got.Add(subscribers)
		system.Root.Send(pid, &messages.PublishSnapshot{Snapshot: &messages.Snapshot{Round: round}})
		got.Wait()
	}

	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*subscribers), "ns/subscriber")

	for _, member := range append(members, pid) {
		require.NoError(b, actors.StopWait(b.Context(), system, member))
	}
}

// BenchmarkFan is the core's part of it.
func BenchmarkFan(b *testing.B) {
	for _, subscribers := range []int{10, 1000} {
		b.Run(strconv.Itoa(subscribers), func(b *testing.B) {
			fan := publisher.NewFan(subscribers)

			b.ReportAllocs()

			for b.Loop() {
				fan.Round()
			}
		})
	}
}
