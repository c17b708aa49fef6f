package fetcher_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/datadriven"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/actors/fetcher"
	"github.com/rollcall-go/rollcall/messages"
)

// TestBudget is a set of conversations with budgets. Each command happens at t= (since the start); a request is called by its name.
func TestBudget(t *testing.T) {
	t.Parallel()

	datadriven.Walk(t, "testdata/budget", func(t *testing.T, path string) {
		t.Helper()

		talk := &budgetTalk{rooms: make(map[string]*fetcher.Room)}
		datadriven.RunTest(t, path, talk.command)
	})
}

type budgetTalk struct {
	settings fetcher.BudgetSettings
	budget   *fetcher.Budget
	rooms    map[string]*fetcher.Room
	now      time.Time
}

func (b *budgetTalk) command(t *testing.T, d *datadriven.TestData) string {
	t.Helper()

	b.now = noon.Add(duration(t, d, "t"))
	name, cost := "", 1

	if len(d.CmdArgs) > 0 {
		name = d.CmdArgs[0].Key
	}

	d.MaybeScanArgs(t, "cost", &cost)

	switch d.Cmd {
	case "new":
		b.settings = budgetSettings(t, d)
		b.budget = fetcher.NewBudget(b.settings)
	case "reserve":
		room, wait, refusal := b.budget.Reserve(b.now, b.now.Add(duration(t, d, "within")), cost)
		b.rooms[name] = room

		return waitText(wait, refusal)
	case "confirm":
		return waitText(b.budget.Confirm(b.rooms[name], b.now, b.now.Add(duration(t, d, "within"))))
	case "send":
		return fmt.Sprintf("sent %t\n", b.budget.Send(b.rooms[name], b.now))
	case "settle":
		took := -1
		d.MaybeScanArgs(t, "took", &took)
		b.budget.SettleFor(b.rooms[name], b.now, took, allowance(t, d))
	case "cancel":
		b.budget.Cancel(b.rooms[name])
	case "pause":
		b.budget.Pause(b.now.Add(duration(t, d, "for")), messages.NewFailure(messages.OutcomeQuota, "429"))
	case "restart":
		return b.restart(t)
	default:
		t.Fatalf("unknown command %s", d.Cmd)
	}

	return b.status()
}

// restart saves the budget, and makes a new one that is restored.
func (b *budgetTalk) restart(t *testing.T) string {
	t.Helper()

	saved, err := json.Marshal(b.budget.State(b.now))
	require.NoError(t, err)

	var state fetcher.BudgetState
	require.NoError(t, json.Unmarshal(saved, &state))

	b.budget = fetcher.NewBudget(b.settings)
	b.budget.Restore(state, b.now)

	return string(saved) + "\n" + b.status()
}

func (b *budgetTalk) status() string {
	status := b.budget.Status(b.now)

	text := fmt.Sprintf("left %d", status.Remaining)
	if !status.PausedUntil.IsZero() {
		text += " paused until " + status.PausedUntil.Sub(noon).String()
	}

	return text + "\n"
}

func waitText(wait time.Duration, refusal *messages.Failure) string {
	if refusal != nil {
		return refusal.Error() + "\n"
	}

	return fmt.Sprintf("wait %s\n", wait)
}

// budgetSettings reads key=k windows=25/24h,5/1m burst=1.
func budgetSettings(t *testing.T, d *datadriven.TestData) fetcher.BudgetSettings {
	t.Helper()

	var settings fetcher.BudgetSettings

	d.MaybeScanArgs(t, "key", &settings.Key)
	d.MaybeScanArgs(t, "burst", &settings.Burst)

	for i := range d.CmdArgs {
		if d.CmdArgs[i].Key == "windows" {
			settings.Windows = windowsIn(t, strings.Join(d.CmdArgs[i].Vals, ","))
		}
	}

	return settings
}

// allowance reads left=3 used=7 reset=60s.
func allowance(t *testing.T, d *datadriven.TestData) messages.Allowance {
	t.Helper()

	says := messages.Allowance{Known: d.HasArg("left"), Reset: duration(t, d, "reset")}
	d.MaybeScanArgs(t, "left", &says.Remaining)
	d.MaybeScanArgs(t, "used", &says.Used)

	return says
}
