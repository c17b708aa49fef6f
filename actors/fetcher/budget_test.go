package fetcher_test

import (
	"math"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/rollcall-go/rollcall/actors/fetcher"
	"github.com/rollcall-go/rollcall/messages"
)

// crowd is several fetchers that spend from one budget, each with at most one request, as a model: what they do is drawn, what they spend is
// written down.
type crowd struct {
	budget  *fetcher.Budget
	now     time.Time
	members []member
	sends   []time.Time // one for each request
	spent   []time.Time // one for each credit, at the moment of its call
	pauses  [][2]time.Time
}

type member struct {
	room *fetcher.Room
	cost int
	due  time.Time
	at   time.Time // when it begins, as far as it knows
	free bool      // it has begun, and waits for a slot
	sent time.Time // zero before
}

func (c *crowd) step(t *rapid.T) {
	c.now = c.now.Add(time.Duration(rapid.Int64Range(0, int64(3*time.Second)).Draw(t, "pass")))
	m := &c.members[rapid.IntRange(0, len(c.members)-1).Draw(t, "who")]

	switch {
	case rapid.IntRange(0, 19).Draw(t, "chance") == 0:
		until := c.now.Add(time.Duration(rapid.Int64Range(0, int64(20*time.Second)).Draw(t, "pause")))
		c.pauses = append(c.pauses, [2]time.Time{c.now, until})
		c.budget.Pause(until, messages.NewFailure(messages.OutcomeRateLimited, "429"))
	case m.room == nil:
		c.reserve(t, m)
	case !m.sent.IsZero():
		c.settle(t, m)
	case rapid.IntRange(0, 9).Draw(t, "overtaken") == 0:
		c.budget.Cancel(m.room)
		m.room = nil
	case c.now.Before(m.at): // it sleeps, and others come
	case !m.free && !c.begin(m):
	case rapid.Bool().Draw(t, "slot"):
		c.send(m)
	}
}

func (c *crowd) reserve(t *rapid.T, m *member) {
	due := c.now.Add(time.Duration(rapid.Int64Range(1, int64(30*time.Second)).Draw(t, "deadline")))
	*m = member{cost: rapid.IntRange(1, 3).Draw(t, "cost"), due: due}

	room, wait, refusal := c.budget.Reserve(c.now, due, m.cost)
	if refusal != nil {
		return
	}

	if !c.now.Add(wait).Before(due) && wait > 0 {
		t.Fatalf("waits until after its deadline")
	}

	m.room, m.at, m.free = room, c.now.Add(wait), wait == 0
}

// begin reports whether a request may begin whose time has come.
func (c *crowd) begin(m *member) bool {
	wait, refusal := c.budget.Confirm(m.room, c.now, m.due)

	switch {
	case refusal != nil:
		c.budget.Cancel(m.room)
		m.room = nil
	case wait > 0:
		m.at = c.now.Add(wait)
	default:
		m.free = true
	}

	return m.free
}

func (c *crowd) send(m *member) {
	if !c.budget.Send(m.room, c.now) {
		m.room = nil

		return
	}

	m.sent = c.now
	c.sends, c.spent = append(c.sends, c.now), append(c.spent, c.now)
}

// settle ends a request; its calls were made somewhere between its beginning and now, a single one at its beginning.
func (c *crowd) settle(t *rapid.T, m *member) {
	for range m.cost - 1 {
		c.spent = append(c.spent, m.sent.Add(time.Duration(rapid.Int64Range(0, int64(c.now.Sub(m.sent))).Draw(t, "call"))))
	}

	c.budget.Settle(m.room, c.now, messages.Allowance{})
	m.room = nil
}

// most is the greatest number of credits spent in any window of a length.
func (c *crowd) most(per time.Duration) int {
	most := 0

	for _, end := range c.spent {
		n := 0

		for _, at := range c.spent {
			if !at.After(end) && at.After(end.Add(-per)) {
				n++
			}
		}

		most = max(most, n)
	}

	return most
}

// TestNoWindowHoldsMore: whatever the pattern of requests, late timers and pauses included, no span of a window's length holds more than its
// credits, and nothing is sent in a pause (N15).
func TestNoWindowHoldsMore(t *testing.T) {
	t.Parallel()

	rapid.Check(t, func(t *rapid.T) {
		settings := fetcher.BudgetSettings{Key: "k", Burst: rapid.IntRange(0, 6).Draw(t, "burst")}

		for range rapid.IntRange(1, 3).Draw(t, "windows") {
			settings.Windows = append(settings.Windows, fetcher.Window{
				Credits: rapid.IntRange(3, 12).Draw(t, "credits"), Per: time.Duration(rapid.IntRange(1, 60).Draw(t, "seconds")) * time.Second,
			})
		}

		c := &crowd{budget: fetcher.NewBudget(settings), now: noon, members: make([]member, rapid.IntRange(1, 4).Draw(t, "members"))}

		for range rapid.IntRange(50, 300).Draw(t, "steps") {
			c.step(t)
		}

		for _, w := range settings.Windows {
			if most := c.most(w.Per); most > w.Credits {
				t.Fatalf("%d in %s, allowed %d", most, w.Per, w.Credits)
			}
		}

		c.quiet(t)
	})
}

// quiet checks that no request began in a pause.
func (c *crowd) quiet(t *rapid.T) {
	for _, pause := range c.pauses {
		for _, sent := range c.sends {
			if sent.After(pause[0]) && sent.Before(pause[1]) {
				t.Fatalf("sent at %s, paused from %s to %s", sent, pause[0], pause[1])
			}
		}
	}
}

// TestABudgetMovesOn: a crowd that only ever waits gets what there is; nothing is lost to those that gave up.
func TestABudgetMovesOn(t *testing.T) {
	t.Parallel()

	budget := fetcher.NewBudget(fetcher.BudgetSettings{Key: "k", Windows: []fetcher.Window{{Credits: 10, Per: time.Minute}}})
	now, sent := noon, 0

	for now.Before(noon.Add(time.Hour)) {
		room, wait, refusal := budget.Reserve(now, now.Add(time.Hour), 1)
		require.Nil(t, refusal)

		lost, _, refusal := budget.Reserve(now, now.Add(time.Hour), 1)
		require.Nil(t, refusal)
		budget.Cancel(lost)

		now = now.Add(wait)
		require.True(t, budget.Send(room, now))
		budget.Settle(room, now, messages.Allowance{})

		sent++
	}

	assert.InDelta(t, 600, sent, 1)
}

// TestABigBudgetIsSmall: what is kept of an allowance does not grow with it.
func TestABigBudgetIsSmall(t *testing.T) {
	t.Parallel()

	budget := fetcher.NewBudget(fetcher.BudgetSettings{
		Key: "k", Burst: 1_000_000, Windows: []fetcher.Window{{Credits: 100_000, Per: 4 * time.Hour}, {Credits: 1_000, Per: time.Minute}},
	})

	now, spent := noon, 0
	for ; now.Before(noon.Add(3 * time.Hour)); now = now.Add(time.Second) {
		if budget.Spend(now, 1) {
			spent++
		}
	}

	assert.Equal(t, 3*60*60, spent)
	assert.Less(t, budget.Memory(), 1500)
	assert.Equal(t, 1_000-59, budget.Status(now).Remaining, "of the minute, which has least")
	assert.Less(t, len(budget.State(now).Spends), 1000)
}

// TestARestartForgetsNothing: a program that is restarted all the time spends no more than one that is not.
func TestARestartForgetsNothing(t *testing.T) {
	t.Parallel()

	settings := fetcher.BudgetSettings{Key: "k", Windows: []fetcher.Window{{Credits: 25, Per: 24 * time.Hour}}}
	c := &crowd{budget: fetcher.NewBudget(settings)}

	for now := noon; now.Before(noon.Add(72 * time.Hour)); now = now.Add(10 * time.Minute) {
		if c.budget.Spend(now, 1) {
			c.spent = append(c.spent, now)
		}

		state := c.budget.State(now)
		c.budget = fetcher.NewBudget(settings)
		c.budget.Restore(state, now)
	}

	assert.Equal(t, 25, c.most(24*time.Hour))
	assert.Len(t, c.spent, 75)
}

// TestAClockThatWasSetBack: what a wrong clock wrote into the state bounds nobody for longer than from now.
func TestAClockThatWasSetBack(t *testing.T) {
	t.Parallel()

	budget := fetcher.NewBudget(fetcher.BudgetSettings{Key: "k", Windows: []fetcher.Window{{Credits: 1, Per: time.Hour}}})
	budget.Restore(fetcher.BudgetState{
		Spends: []fetcher.Spend{{At: noon.AddDate(10, 0, 0), Credits: 1}, {At: noon, Credits: -5}},
		Pause:  &fetcher.PauseState{Until: noon.AddDate(10, 0, 0), Outcome: messages.OutcomeQuota, Detail: "used up"},
	}, noon)

	assert.Equal(t, noon.Add(24*time.Hour), budget.Status(noon).PausedUntil)
	assert.False(t, budget.Spend(noon.Add(24*time.Hour-1), 1))
	assert.True(t, budget.Spend(noon.Add(24*time.Hour), 1))
}

// TestABudgetIsShared: many goroutines at once spend what there is, and no more.
func TestABudgetIsShared(t *testing.T) {
	t.Parallel()

	budget := fetcher.NewBudget(fetcher.BudgetSettings{Key: "k", Burst: 100, Windows: []fetcher.Window{{Credits: 100, Per: time.Hour}}})

	var (
		all  sync.WaitGroup
		lock sync.Mutex
		sent int
	)

	for range 8 {
		all.Go(func() {
			for range 50 {
				if budget.Spend(noon, 1) {
					lock.Lock()
					sent++
					lock.Unlock()
				}

				budget.Status(noon)
				budget.State(noon)
			}
		})
	}

	all.Wait()
	assert.Equal(t, 100, sent)
}

// TestWhoeverWatchesIsTold: of what was sent, settled and paused, and of nothing else; and what a state says beyond reason counts as reason has it.
func TestWhoeverWatchesIsTold(t *testing.T) {
	t.Parallel()

	budget := fetcher.NewBudget(fetcher.BudgetSettings{Key: "k", Windows: []fetcher.Window{{Credits: 3, Per: time.Hour}}})
	told := 0

	budget.Watch(func() { told++ })
	assert.Equal(t, 3, budget.Status(noon).Remaining)
	assert.Zero(t, told)
	require.True(t, budget.Spend(noon, 1))
	assert.Equal(t, 2, told, "sent and settled")
	budget.Pause(noon.Add(time.Minute), messages.NewFailure(messages.OutcomeRateLimited, "429"))
	budget.Pause(noon.Add(time.Second), messages.NewFailure(messages.OutcomeRateLimited, "429"))
	assert.Equal(t, 3, told, "a shorter pause changes nothing")
	budget.Watch(nil)
	assert.False(t, budget.Spend(noon, 1))

	fresh := fetcher.NewBudget(fetcher.BudgetSettings{Key: "k", Windows: []fetcher.Window{{Credits: 3, Per: time.Hour}}})
	fresh.Restore(fetcher.BudgetState{
		Spends: []fetcher.Spend{{At: noon, Credits: math.MaxInt}, {At: noon, Credits: math.MaxInt}, {At: noon.AddDate(-1, 0, 0), Credits: 1}},
		Pause:  &fetcher.PauseState{Until: noon.Add(time.Hour), Outcome: "<b>"},
	}, noon)
	assert.Zero(t, fresh.Status(noon).Remaining)
	assert.Zero(t, fresh.Status(noon).PausedUntil)
	assert.Equal(t, 3, fresh.Status(noon.Add(time.Hour)).Remaining)
}
