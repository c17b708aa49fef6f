package fetcher_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/datadriven"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/rollcall-go/rollcall/actors/fetcher"
	"github.com/rollcall-go/rollcall/messages"
)

// TestPlan plans vendors, one a line: "name budget=key windows=25/24h,5/1m cost=2 every=1h".
func TestPlan(t *testing.T) {
	t.Parallel()

	datadriven.RunTest(t, "testdata/plan.txt", func(t *testing.T, d *datadriven.TestData) string {
		t.Helper()

		var (
			entries []fetcher.Entry
			out     strings.Builder
		)

		for line := range strings.Lines(d.Input) {
			entries = append(entries, entryIn(t, strings.Fields(line)))
		}

		for _, s := range fetcher.Plan(duration(t, d, "interval"), entries) {
			fmt.Fprintf(&out, "%s every=%s after-failure=%s stretched=%t never=%t: %s\n",
				s.Vendor, s.Every, s.AfterFailure, s.Stretched, s.Never, s.Reason)
		}

		return out.String()
	})
}

func entryIn(t *testing.T, words []string) fetcher.Entry {
	t.Helper()

	entry := fetcher.Entry{Vendor: messages.Vendor(words[0])}

	for _, word := range words[1:] {
		var err error

		key, value, _ := strings.Cut(word, "=")

		switch key {
		case "budget":
			entry.Budget.Key = value
		case "windows":
			entry.Budget.Windows = windowsIn(t, value)
		case "cost":
			entry.Cost, err = strconv.Atoi(value)
		case "every":
			entry.Every, err = time.ParseDuration(value)
		default:
			t.Fatalf("unknown word %q", word)
		}

		require.NoError(t, err)
	}

	return entry
}

// windowsIn reads 25/24h,5/1m.
func windowsIn(t *testing.T, text string) []fetcher.Window {
	t.Helper()

	var list []fetcher.Window

	for word := range strings.SplitSeq(text, ",") {
		credits, per, _ := strings.Cut(word, "/")

		n, err := strconv.Atoi(credits)
		require.NoError(t, err)

		length, err := time.ParseDuration(per)
		require.NoError(t, err)

		list = append(list, fetcher.Window{Credits: n, Per: length})
	}

	return list
}

// TestPlansFit: vendors that are asked as planned are never refused by their budget, whatever the budget is.
func TestPlansFit(t *testing.T) {
	t.Parallel()

	rapid.Check(t, func(t *rapid.T) {
		const interval = 5 * time.Second

		settings := fetcher.BudgetSettings{Key: "k", Windows: []fetcher.Window{{
			Credits: rapid.IntRange(1, 400).Draw(t, "credits"), Per: time.Duration(rapid.IntRange(1, 60).Draw(t, "minutes")) * time.Minute,
		}}}
		settings.Burst = settings.Windows[0].Credits

		entries := make([]fetcher.Entry, rapid.IntRange(1, 4).Draw(t, "vendors"))
		total := 0

		for i := range entries {
			entries[i] = fetcher.Entry{
				Budget: settings, Cost: rapid.IntRange(1, 5).Draw(t, "cost"), Every: time.Duration(rapid.IntRange(0, 300).Draw(t, "every")) * time.Second,
			}
			total += entries[i].Cost
		}

		if total > settings.Windows[0].Credits {
			t.Skip("vendors take turns")
		}

		budget, next := fetcher.NewBudget(settings), make([]time.Duration, len(entries))
		plan := fetcher.Plan(interval, entries)

		for at := time.Duration(0); at < 3*time.Hour; at += interval {
			for i := range entries {
				if at < next[i] {
					continue
				}

				require.True(t, budget.Spend(noon.Add(at), entries[i].Cost), "vendor %d at %s: %s", i, at, plan[i].Reason)
				next[i] = at + max(plan[i].Every, interval)
			}
		}
	})
}

// TestPlanIsTight: no vendor could be asked more often. The example is a free plan.
func TestPlanIsTight(t *testing.T) {
	t.Parallel()

	settings := fetcher.BudgetSettings{Key: "k", Windows: []fetcher.Window{{Credits: 25, Per: 24 * time.Hour}}}
	plan := fetcher.Plan(5*time.Second, []fetcher.Entry{{Budget: settings}})
	require.Len(t, plan, 1)
	assert.Equal(t, 57*time.Minute+40*time.Second, plan[0].Every, "24h ÷ 25 is 57m36s")
	assert.True(t, plan[0].Stretched)
}
