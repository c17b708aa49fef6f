package config

import (
	"slices"
	"time"
)

// Limits is a budget, in credits (a request takes one unless the definition says otherwise); the zero value means none. All that are given
// hold at once.
type Limits struct {
	Requests int           `yaml:"requests"` // so many …
	Per      time.Duration `yaml:"per"`      // … per this time
	Burst    int           `yaml:"burst"`    // so many of them at once
	// PerSecond to PerDay are how much may be spent in each such time; 0 means no limit.
	PerSecond int `yaml:"per_second"`
	PerMinute int `yaml:"per_minute"`
	PerHour   int `yaml:"per_hour"`
	PerDay    int `yaml:"per_day"`
	// Key names the budget, for vendors that share it; empty where host and credentials tell.
	Key string `yaml:"key"`
}

// Window is one limit of a budget.
type Window struct {
	Credits int           // so many may be spent …
	Per     time.Duration // … in any such time
	Burst   int           // so many of them at once; at most Credits
}

// Windows are the limits, the shortest time first; none where there are no limits.
func (l Limits) Windows() []Window {
	windows := []Window{
		{Credits: l.Requests, Per: l.Per, Burst: l.Burst},
		{Credits: l.PerSecond, Per: time.Second},
		{Credits: l.PerMinute, Per: time.Minute},
		{Credits: l.PerHour, Per: time.Hour},
		{Credits: l.PerDay, Per: time.Duration(day)},
	}

	return tightest(windows)
}

// tightest keeps, of the windows of the same length, the least of each limit, the shortest window first.
func tightest(windows []Window) []Window {
	least := make(map[time.Duration]Window, len(windows))

	for _, window := range windows {
		if window.Credits <= 0 || window.Per <= 0 {
			continue
		}

		if window.Burst <= 0 || window.Burst > window.Credits {
			window.Burst = window.Credits
		}

		if other, twice := least[window.Per]; twice {
			window.Credits, window.Burst = min(window.Credits, other.Credits), min(window.Burst, other.Burst)
		}

		least[window.Per] = window
	}

	kept := make([]Window, 0, len(least))
	for _, window := range least {
		kept = append(kept, window)
	}

	slices.SortFunc(kept, func(a, b Window) int { return int(min(1, max(-1, a.Per-b.Per))) })

	return kept
}
