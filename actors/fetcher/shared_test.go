package fetcher_test

import (
	"context"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/actors"
	"github.com/rollcall-go/rollcall/actors/fetcher"
	"github.com/rollcall-go/rollcall/messages"
)

// vendor is a source that says what it costs and what is left, and notes when it is asked.
type vendor struct {
	cost int
	says messages.Allowance
	do   sourceFunc

	asked journal
}

// journal is a list of times that several goroutines add to.
type journal struct {
	mu    sync.Mutex
	times []time.Time
}

func (j *journal) note() {
	j.mu.Lock()
	defer j.mu.Unlock()

	j.times = append(j.times, time.Now())
}

func (j *journal) all() []time.Time {
	j.mu.Lock()
	defer j.mu.Unlock()

	return slices.Clone(j.times)
}

func (v *vendor) Fetch(ctx context.Context, instruments []messages.Instrument) ([]messages.Quote, error) {
	v.asked.note()

	return v.do(ctx, instruments)
}

func (v *vendor) Cost([]messages.Instrument) int { return v.cost }

func (v *vendor) Allowance() messages.Allowance { return v.says }

// fleet spawns fetchers of one source, and asks all of them.
func (b *bench) fleet(n int, settings fetcher.Settings, source fetcher.Source) (ask func(messages.Round), stop func()) {
	var pids []*actor.PID

	for range n {
		b.spawn(settings, source)
		pids = append(pids, b.fetcher)
	}

	ask = func(round messages.Round) {
		for _, b.fetcher = range pids {
			b.ask(round, 4*time.Second)
		}
	}

	stop = func() {
		for _, pid := range append(pids, b.probe) {
			require.NoError(b.t, actors.StopWait(b.t.Context(), b.system, pid))
		}

		synctest.Wait()
	}

	return ask, stop
}

// mostWithin is the greatest number of calls in any span of a length.
func mostWithin(calls []time.Time, per time.Duration) int {
	most := 0

	for first := range calls {
		n := 0
		for n+first < len(calls) && calls[first+n].Sub(calls[first]) < per {
			n++
		}

		most = max(most, n)
	}

	return most
}

// TestOneKeyOneBudget: three vendor entries with one key want 36 requests a minute; the key has 10, and the vendor limits them beyond that now
// and then. None is made too many, and none while it asks them to wait (N15).
func TestOneKeyOneBudget(t *testing.T) {
	t.Parallel()

	const rest = 20 * time.Second

	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)

		limited, source := &journal{}, &vendor{cost: 1}
		source.do = func(ctx context.Context, instruments []messages.Instrument) ([]messages.Quote, error) {
			if len(source.asked.all())%25 != 0 {
				return after(300*time.Millisecond, good)(ctx, instruments)
			}

			limited.note()

			failure := messages.NewFailure(messages.OutcomeRateLimited, "429 Too Many Requests")
			failure.RetryAfter = rest

			return nil, failure
		}

		budget := fetcher.NewBudget(fetcher.BudgetSettings{Key: "k", Burst: 4, Windows: []fetcher.Window{{Credits: 10, Per: time.Minute}}})
		ask, stop := b.fleet(3, fetcher.Settings{Budget: budget, Retry: fetcher.Retry{Attempts: 3}}, source)

		for round := range messages.Round(720) { // an hour
			ask(round + 1)
			time.Sleep(5 * time.Second)
		}

		answers := 0

		for _, message := range b.take() {
			if _, recovered := message.(*messages.FetcherRecovered); !recovered {
				answers++
			}
		}

		stop()

		assert.Equal(t, 3*720, answers, "every question has its answer")
		calls := source.asked.all()
		assert.LessOrEqual(t, mostWithin(calls, time.Minute), 10)
		assert.Greater(t, len(calls), 300, "and what there is, is used")
		require.Greater(t, len(limited.all()), 10)

		for _, at := range limited.all() {
			next, _ := slices.BinarySearchFunc(calls, at.Add(1), time.Time.Compare)
			if next < len(calls) {
				assert.GreaterOrEqual(t, calls[next].Sub(at), rest)
			}
		}
	})
}

// TestADayOnTwentyFive: a free plan of 25 requests a day, and rounds each 5 s. Every round has its price, with its true age, and the vendor is
// never asked too often.
func TestADayOnTwentyFive(t *testing.T) {
	t.Parallel()

	windows := []fetcher.Window{{Credits: 25, Per: 24 * time.Hour}}
	plan := fetcher.Plan(5*time.Second, []fetcher.Entry{{Budget: fetcher.BudgetSettings{Key: "k", Windows: windows}}})
	budget := fetcher.NewBudget(fetcher.BudgetSettings{Key: "k", Windows: windows})
	source := &vendor{cost: 1, do: after(200*time.Millisecond, good)}

	settings := fetcher.Settings{Budget: budget, Every: plan[0].Every, AfterFailure: plan[0].AfterFailure}
	run(t, settings, source, func(b *bench) {
		for round := range messages.Round(30 * 60 * 12) { // 30 hours
			b.ask(round+1, 4*time.Second)
			time.Sleep(5 * time.Second)

			fetched := only[*messages.QuotesFetched](b)
			require.Equal(t, 1, fetched.Usable)
			require.Nil(t, fetched.Failure)
			require.Equal(t, plan[0].Every, fetched.Feed.Budget.Every)

			age := time.Since(fetched.Quotes[0].AsOf())
			held := fetched.Quotes[0].Flags&messages.FlagHeld != 0
			require.Equal(t, fetched.Attempts == 0, held)
			require.Less(t, age, plan[0].Every+5*time.Second)
			require.Equal(t, age > 5*time.Second, held)
		}

		assert.Equal(t, 25, mostWithin(source.asked.all(), 24*time.Hour))
		assert.Len(t, source.asked.all(), 32)
	})
}

// TestACallHasItsPrice: a poll that takes 8 credits of 20 is made twice a minute.
func TestACallHasItsPrice(t *testing.T) {
	t.Parallel()

	budget := fetcher.NewBudget(fetcher.BudgetSettings{Key: "k", Burst: 20, Windows: []fetcher.Window{{Credits: 20, Per: time.Minute}}})
	source := &vendor{cost: 8, do: good}

	run(t, fetcher.Settings{Budget: budget}, source, func(b *bench) {
		for round := range messages.Round(24) {
			b.ask(round+1, 4*time.Second)
			time.Sleep(5 * time.Second)
		}

		assert.Len(t, source.asked.all(), 4)
		assert.Equal(t, 2, mostWithin(source.asked.all(), time.Minute))
	})
}

// metered is a vendor that says what its calls have taken.
type metered struct {
	*vendor

	took int
}

func (m metered) Spent() int { return m.took }

// TestACallCostsWhatItTook: two credits were expected; a token and a server that stood in made it six.
func TestACallCostsWhatItTook(t *testing.T) {
	t.Parallel()

	budget := fetcher.NewBudget(fetcher.BudgetSettings{Key: "k", Burst: 20, Windows: []fetcher.Window{{Credits: 20, Per: time.Minute}}})

	run(t, fetcher.Settings{Budget: budget}, metered{&vendor{cost: 2, do: good}, 6}, func(b *bench) {
		b.ask(1, 4*time.Second)
		time.Sleep(2 * time.Second)
		assert.Equal(t, 14, budget.Status(time.Now()).Remaining)
	})
}

// TestTheVendorsWordCounts: its headers say that nothing is left for half a minute.
func TestTheVendorsWordCounts(t *testing.T) {
	t.Parallel()

	source := &vendor{cost: 1, do: good, says: messages.Allowance{Known: true, Reset: 30 * time.Second}}

	run(t, fetcher.Settings{}, source, func(b *bench) {
		for round := range messages.Round(12) {
			b.ask(round+1, 4*time.Second)
			time.Sleep(5 * time.Second)
		}

		calls := source.asked.all()
		require.Len(t, calls, 2)
		assert.Equal(t, 30*time.Second, calls[1].Sub(calls[0]))
	})
}

// TestACrashSpendsWhatItSpent: a request whose source panics is spent, and its room is free again (O08).
func TestACrashSpendsWhatItSpent(t *testing.T) {
	t.Parallel()

	budget := fetcher.NewBudget(fetcher.BudgetSettings{Key: "k", Burst: 5, Windows: []fetcher.Window{{Credits: 5, Per: time.Minute}}})
	source := &vendor{cost: 2, do: func(context.Context, []messages.Instrument) ([]messages.Quote, error) { panic("index out of range") }}

	run(t, fetcher.Settings{Budget: budget}, source, func(b *bench) {
		b.ask(1, time.Second)
		time.Sleep(2 * time.Second)
		assert.Equal(t, 3, budget.Status(time.Now()).Remaining)

		source.do = good

		b.ask(2, time.Second)
		time.Sleep(59 * time.Second)
		assert.Equal(t, 3, budget.Status(time.Now()).Remaining, "the first one is over, the second is not")
		time.Sleep(time.Minute)
		assert.Equal(t, 5, budget.Status(time.Now()).Remaining)
	})
}

// TestStoppingGivesBack: a fetcher that is stopped while it waits for its turn leaves its turn to others.
func TestStoppingGivesBack(t *testing.T) {
	t.Parallel()

	budget := fetcher.NewBudget(fetcher.BudgetSettings{Key: "k", Windows: []fetcher.Window{{Credits: 6, Per: time.Minute}}})

	run(t, fetcher.Settings{Budget: budget}, sourceFunc(good), func(b *bench) {
		b.ask(1, time.Second)
		synctest.Wait()

		kept := b.fetcher

		b.spawn(fetcher.Settings{Budget: budget}, sourceFunc(good))
		b.ask(1, time.Minute)
		synctest.Wait()
		assert.Equal(t, 4, budget.Status(time.Now()).Remaining)

		require.NoError(t, actors.StopWait(b.t.Context(), b.system, b.fetcher))
		assert.Equal(t, 5, budget.Status(time.Now()).Remaining)

		b.fetcher = kept
	})
}
