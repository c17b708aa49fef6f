package fetcher

import (
	"slices"
	"time"

	"github.com/rollcall-go/rollcall/messages"
)

// longestPause bounds what a vendor may say about its budget, so that a mistake of its costs one request a day and not the vendor.
const longestPause = 24 * time.Hour

// BudgetState is what of a budget must outlive a restart of the program, or a change of its settings. It can be written as JSON.
type BudgetState struct {
	Key    string      `json:"key"`
	Spends []Spend     `json:"spends,omitempty"` // within the longest window, oldest first
	Pause  *PauseState `json:"pause,omitempty"`  // nil if the vendor has not asked for one
}

// Spend is credits that count as spent at a time.
type Spend struct {
	At      time.Time `json:"at"`
	Credits int       `json:"credits"`
}

// PauseState is a vendor's wish that nobody uses the key.
type PauseState struct {
	Until   time.Time        `json:"until"`
	Outcome messages.Outcome `json:"outcome"`
	Detail  string           `json:"detail,omitempty"`
}

// Watch has a function called whenever more may have to outlive a restart: something is being spent, or the vendor wants a pause. It must not block and
// not use the budget. It is called from any goroutine; nil ends it.
func (b *Budget) Watch(changed func()) {
	b.lock.Lock()
	defer b.lock.Unlock()

	b.changed = changed
}

func (b *Budget) tell() {
	if b.changed != nil {
		b.changed()
	}
}

// State returns what must outlive a restart. Requests that are under way count as spent. There are some hundred spends at most.
func (b *Budget) State(now time.Time) BudgetState {
	b.lock.Lock()
	defer b.lock.Unlock()

	b.expire(now)

	state := BudgetState{Key: b.settings.Key}

	if b.paused != nil {
		state.Pause = &PauseState{Until: b.paused.until, Outcome: b.paused.reason.Outcome, Detail: b.paused.reason.Detail}
	}

	if len(b.ledgers) == 0 {
		return state
	}

	longest := &b.ledgers[len(b.ledgers)-1]
	longest.forget(now)

	for _, s := range longest.spends {
		state.Spends = append(state.Spends, Spend{At: s.last, Credits: s.credits})
	}

	for _, r := range b.rooms {
		state.Spends = append(state.Spends, Spend{At: now, Credits: r.cost})
	}

	return state
}

// Restore puts back what State has returned of an earlier budget, of whatever windows; it is called before the budget is used. A clock that has been set back
// meanwhile makes nothing last longer than from now, and what no budget can have said means nothing.
func (b *Budget) Restore(state BudgetState, now time.Time) {
	b.lock.Lock()
	defer b.lock.Unlock()

	spends := slices.DeleteFunc(slices.Clone(state.Spends), func(s Spend) bool { return s.Credits <= 0 })
	slices.SortStableFunc(spends, func(x, y Spend) int { return x.At.Compare(y.At) })

	for i := range b.ledgers {
		l := &b.ledgers[i]

		for _, s := range spends {
			l.record(earlier(s.At, now), min(s.Credits, l.Credits))
		}

		l.forget(now)
	}

	if p := state.Pause; p != nil && p.Until.After(now) && p.Outcome.Valid() {
		b.paused = &pause{
			until: earlier(p.Until, now.Add(longestPause)), reason: *messages.NewFailure(p.Outcome, p.Detail),
		}
	}
}
