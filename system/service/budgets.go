package service

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/rollcall-go/rollcall/actors/fetcher"
	"github.com/rollcall-go/rollcall/system/config"
)

// budget is what the vendors with one key may spend.
type budget struct {
	settings fetcher.BudgetSettings
	shared   *fetcher.Budget
}

// budgets makes the budgets of a configuration, by name. One that was there before stays, with what was spent; where its limits are others now,
// what was spent is carried over.
func budgets(cfg *config.Config, before map[string]*budget) map[string]*budget {
	made := make(map[string]*budget)

	for _, wanted := range cfg.Budgets() {
		b := &budget{settings: budgetSettings(&wanted)}
		old := before[wanted.Name]

		switch {
		case old == nil:
			b.shared = fetcher.NewBudget(b.settings)
		case old.same(b):
			b = old
		default:
			now := time.Now()
			b.shared = fetcher.NewBudget(b.settings)
			b.shared.Restore(old.shared.State(now), now)
		}

		made[wanted.Name] = b
	}

	return made
}

func (b *budget) same(other *budget) bool {
	return b.settings.Burst == other.settings.Burst && slices.Equal(b.settings.Windows, other.settings.Windows)
}

func budgetSettings(wanted *config.Budget) fetcher.BudgetSettings {
	settings := fetcher.BudgetSettings{Key: wanted.Name}

	for i, window := range wanted.Windows {
		settings.Windows = append(settings.Windows, fetcher.Window{Credits: window.Credits, Per: window.Per})

		if i == 0 { // the shortest
			settings.Burst = window.Burst
		}
	}

	return settings
}

// String says what a budget allows, such as "8 in 1m0s, 800 in 24h0m0s, 1 at once".
func (b *budget) String() string {
	var text strings.Builder

	for _, window := range b.settings.Windows {
		fmt.Fprintf(&text, "%d in %s, ", window.Credits, window.Per)
	}

	fmt.Fprintf(&text, "%d at once", b.settings.Burst)

	return text.String()
}

// budgetOf says what a vendor of the configuration may spend, and how often it is asked; empty if it has no limits.
func (c *crew) budgetOf(i int) string {
	b := c.budgets[c.config.Vendors[i].Budget]
	if b == nil {
		return ""
	}

	return fmt.Sprintf("%s, asked every %s", b, c.schedules[i].Every)
}
