package fetcher

import (
	"cmp"
	"slices"
	"sync"
	"time"

	"github.com/rollcall-go/rollcall/messages"
)

// BudgetSettings say what the key of a vendor may spend. No windows mean no bounds of our own; what the vendor says still counts.
type BudgetSettings struct {
	// Key names the budget where people see it; it is not the credential. Empty for the budget of one vendor alone.
	Key string
	// Windows hold all at once.
	Windows []Window
	// Burst is how many credits may follow one another without a pause, in the shortest window. 0 means 1 (requests are spaced evenly) where
	// that window is a minute or shorter, and all of its credits where it is longer: a daily allowance is spread by the schedule instead.
	Burst int
}

// evenly is the longest window over which requests are spaced where nothing is said about bursts.
const evenly = time.Minute

// Budget is what a vendor's key may spend, shared by all fetchers whose vendors use the key. It never lets more be spent than its windows
// allow, in no span of their length. A cost is the number of credits that a request takes; what is set aside and not sent is given back.
// The vendor's own word counts where it is stricter. Its methods may be called from any goroutine.
type Budget struct {
	settings BudgetSettings

	lock    sync.Mutex
	ledgers []ledger  // the shortest window first
	rooms   []*room   // set aside or under way, in the order in which they were reserved
	even    time.Time // requests are spaced evenly up to here
	paused  *pause    // nil if the vendor has not asked for one
	told    *told     // nil if the vendor has not said what is left
	changed func()    // nil if nobody wants to know
}

// pause is a vendor's wish that nobody uses the key.
type pause struct {
	until  time.Time
	reason messages.Failure
}

// told is what the vendor has said to be left, less what is set aside or under way and what was sent since.
type told struct {
	left  int
	until time.Time
}

// NewBudget returns a budget of which nothing has been spent. Windows without credits or without a length are left out.
func NewBudget(settings BudgetSettings) *Budget {
	b := &Budget{settings: settings}

	for _, w := range settings.Windows {
		if w.bounds() {
			b.ledgers = append(b.ledgers, ledger{Window: w})
		}
	}

	slices.SortStableFunc(b.ledgers, func(x, y ledger) int { return cmp.Compare(x.Per, y.Per) })

	if len(b.ledgers) > 0 && settings.Burst <= 0 {
		b.settings.Burst = 1
		if shortest := b.ledgers[0].Window; shortest.Per > evenly {
			b.settings.Burst = shortest.Credits
		}
	}

	return b
}

// Pause keeps everyone from using the key until a time because of a failure. A shorter pause than the one that holds changes nothing.
func (b *Budget) Pause(until time.Time, reason *messages.Failure) {
	b.lock.Lock()
	defer b.lock.Unlock()

	if b.paused == nil || until.After(b.paused.until) {
		b.paused = &pause{until: until, reason: *reason}
		b.tell()
	}
}

// heed takes a failure that pauses the key for some time. A vendor that limits without saying for how long gets the shortest window, and a
// minute at most.
func (b *Budget) heed(f *messages.Failure, pause time.Duration, now time.Time) {
	if shortest := b.shortest(); pause <= 0 && f.Outcome == messages.OutcomeRateLimited && shortest != nil {
		pause = min(shortest.Per, time.Minute)
	}

	if pause > 0 {
		b.Pause(now.Add(pause), f)
	}
}

// bounded reports whether there is something to say about the budget.
func (b *Budget) bounded(now time.Time) bool {
	b.lock.Lock()
	defer b.lock.Unlock()

	b.expire(now)

	return !b.boundless()
}

// Status is how the budget stands. Every is for the vendor to say.
func (b *Budget) Status(now time.Time) messages.BudgetStatus {
	b.lock.Lock()
	defer b.lock.Unlock()

	b.expire(now)

	status := messages.BudgetStatus{Key: b.settings.Key, Remaining: -1}
	if b.paused != nil {
		status.PausedUntil = b.paused.until
	}

	left := func(n int) {
		if n = max(n, 0); status.Remaining < 0 || n < status.Remaining {
			status.Remaining = n
		}
	}

	for i := range b.ledgers {
		left(b.ledgers[i].Credits - b.ledgers[i].used(now) - b.reserved())
	}

	if b.told != nil {
		left(b.told.left)
	}

	return status
}

// boundless reports whether nothing has to be counted: nobody shares the budget, and nothing bounds it.
func (b *Budget) boundless() bool {
	return b.settings.Key == "" && len(b.ledgers) == 0 && b.paused == nil && b.told == nil
}

// expire forgets what no longer holds.
func (b *Budget) expire(now time.Time) {
	if b.paused != nil && !now.Before(b.paused.until) {
		b.paused = nil
	}

	if b.told != nil && !now.Before(b.told.until) {
		b.told = nil
	}
}

// reserved is the cost of all that is set aside or under way.
func (b *Budget) reserved() int {
	sum := 0
	for _, r := range b.rooms {
		sum += r.cost
	}

	return sum
}

// believe takes the vendor's word for what is left. Others' requests that are under way may not be counted in it yet.
func (b *Budget) believe(says messages.Allowance, now time.Time) {
	left, window, ok := b.left(says)
	if !ok {
		return
	}

	reset := says.Reset
	if reset <= 0 {
		reset = window
	}

	if reset > 0 {
		b.told = &told{left: left - b.reserved(), until: now.Add(min(reset, longestPause))}
	}
}

// left reads an allowance: how many credits are left, and the length of the window that this is probably about, 0 if none fits. It is the
// shortest one that is big enough for the numbers.
func (b *Budget) left(says messages.Allowance) (left int, window time.Duration, ok bool) {
	if !says.Known && says.Used <= 0 {
		return 0, 0, false
	}

	remaining, used := max(says.Remaining, 0), max(says.Used, 0)

	for i := range b.ledgers {
		l := &b.ledgers[i]

		switch {
		case says.Known && remaining <= l.Credits:
			return remaining, l.Per, true
		case !says.Known && used <= l.Credits:
			return l.Credits - used, l.Per, true
		}
	}

	return remaining, 0, says.Known
}
