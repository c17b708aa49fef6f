package fetcher

import (
	"fmt"
	"math"
	"sort"
	"time"

	"github.com/rollcall-go/rollcall/messages"
)

// soonest is how soon a vendor that failed is asked again, where its budget does not matter.
const soonest = time.Minute

// Entry is one vendor to be planned.
type Entry struct {
	Vendor messages.Vendor
	Budget BudgetSettings // entries with the same Key share it; the first one says what it is
	Cost   int            // credits that one poll takes; 0 means 1
	Every  time.Duration  // how often the vendor is to be asked; 0 means each round
}

// Schedule is how often a vendor is asked.
type Schedule struct {
	Vendor       messages.Vendor
	Every        time.Duration // for Settings; 0 means each round
	AfterFailure time.Duration // for Settings
	Reason       string        // for people, such as "every 57m40s: budget alpha allows 25 in 24h, a turn takes 1"
	Stretched    bool          // the budget does not allow what was wished for
	Never        bool          // one poll takes more than the budget ever allows; Reason says so
}

// Plan says how often each vendor can be asked so that all budgets hold, given how often rounds are held, in the order of the entries. Vendors
// of one budget are asked equally often, except those that are to be asked less often anyway, whose share goes to the others.
func Plan(interval time.Duration, entries []Entry) []Schedule {
	interval = max(interval, time.Millisecond)
	list := make([]Schedule, len(entries))

	for _, t := range turns(interval, entries) {
		for i := range t.entries {
			list[t.places[i]] = t.schedule(&t.entries[i])
		}
	}

	return list
}

// turn is a poll of each vendor that shares a budget.
type turn struct {
	interval time.Duration
	budget   BudgetSettings
	entries  []Entry
	places   []int         // where the entries stand in the plan
	least    time.Duration // the shortest time between two turns that all windows allow, in whole rounds
	tightest *Window       // the window that demands it; nil if none does
}

// turns groups the entries by budget. An entry without a key has a budget of its own.
func turns(interval time.Duration, entries []Entry) []*turn {
	var list []*turn

	shared := make(map[string]*turn)

	for i := range entries {
		key := entries[i].Budget.Key

		t := shared[key]
		if t == nil || key == "" {
			t = &turn{interval: interval, budget: entries[i].Budget}
			shared[key] = t
			list = append(list, t)
		}

		t.entries, t.places = append(t.entries, entries[i]), append(t.places, i)
	}

	for _, t := range list {
		t.least, t.tightest = t.demand()
	}

	return list
}

func (t *turn) schedule(entry *Entry) Schedule {
	wish := grid(entry.Every, t.interval)
	s := Schedule{Vendor: entry.Vendor, Every: max(wish, t.least), Stretched: t.least > max(wish, t.interval)}

	if s.Every <= t.interval {
		s.Every = 0
	}

	never := t.never(entry)

	switch {
	case never != nil:
		s.Never = true
		s.Reason = fmt.Sprintf("never: one poll takes %d, %s allows %s", entry.cost(), t.name(), never)
	case s.Stretched:
		s.Reason = fmt.Sprintf("every %s: %s allows %s, a turn takes %d", short(s.Every), t.name(), t.tightest, t.cost())
	case s.Every == 0:
		s.Reason = "each round"
	default:
		s.Reason = fmt.Sprintf("every %s, as configured", short(s.Every))
	}

	s.AfterFailure = min(s.Every, max(t.least, grid(soonest, t.interval)))

	return s
}

// never is the window that is smaller than one poll; nil if there is none.
func (t *turn) never(entry *Entry) *Window {
	for i := range t.budget.Windows {
		if w := &t.budget.Windows[i]; w.bounds() && entry.cost() > w.Credits {
			return w
		}
	}

	return nil
}

func (t *turn) name() string {
	if t.budget.Key == "" {
		return "own limit"
	}

	return "budget " + t.budget.Key
}

func (t *turn) cost() int {
	sum := 0
	for i := range t.entries {
		sum += t.entries[i].cost()
	}

	return sum
}

// demand is the shortest time between two turns that all windows allow, and the window that demands it.
func (t *turn) demand() (longest time.Duration, tightest *Window) {
	for i := range t.budget.Windows {
		w := &t.budget.Windows[i]
		if !w.bounds() {
			continue
		}

		if every := t.fit(w); every > longest {
			longest, tightest = every, w
		}
	}

	return longest, tightest
}

// fit is the shortest time between two turns that one window allows.
func (t *turn) fit(w *Window) time.Duration {
	enough := max(float64(w.Per), float64(t.cost())*float64(w.Per)/float64(w.Credits)) // an average that surely fits
	rounds := int(math.Ceil(enough/float64(t.interval))) + 1

	return time.Duration(1+sort.Search(rounds, func(n int) bool { return t.fits(w, time.Duration(n+1)*t.interval) })) * t.interval
}

// fits reports whether a window allows turns that follow one another after a time.
func (t *turn) fits(w *Window, every time.Duration) bool {
	polls, credits := t.spent(w, w.Per, every)
	if polls > coarse {
		_, credits = t.spent(w, w.Per+w.Per/coarse, every) // what the budget's memory rounds up
	}

	return credits <= float64(w.Credits)
}

// spent is what turns that follow one another after a time spend in a window, which may count a little longer than it is. As long as a window
// has room for a whole turn, polls are counted one by one, as the budget does; otherwise vendors wait for one another, and the average counts.
func (t *turn) spent(w *Window, per, every time.Duration) (polls, credits float64) {
	whole := t.cost() <= w.Credits

	for i := range t.entries {
		entry := &t.entries[i]

		n := float64(per) / float64(max(every, grid(entry.Every, t.interval)))
		if whole {
			n = math.Ceil(n)
		}

		polls += n
		credits += n * float64(entry.cost())
	}

	return polls, credits
}

func (e *Entry) cost() int { return max(e.Cost, 1) }

// grid rounds a time up to whole rounds.
func grid(d, interval time.Duration) time.Duration {
	if d <= 0 {
		return 0
	}

	return d + (interval-d%interval)%interval
}
