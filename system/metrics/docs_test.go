package metrics_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	dto "github.com/prometheus/client_model/go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/metrics"
)

var update = flag.Bool("update", false, "rewrite the table of docs/metrics.md")

const (
	docsFile   = "../../docs/metrics.md"
	tableBegin = "<!-- metrics: written by go test ./system/metrics -update -->\n"
	tableEnd   = "<!-- end of metrics -->\n"
	alertsDir  = "../../docs/alerts"
	dashboard  = "../../docs/grafana/rollcall.json"
)

// complete is a stage where every metric has a series.
func complete(t *testing.T) *stage {
	t.Helper()

	s := newStage(t, listing("polls", "A"), listing("pushes", "A"))
	s.state = &metrics.State{
		Vendors: []messages.VendorStatus{{Vendor: "polls", State: messages.VendorRunning}}, Actors: []metrics.Actor{{Name: "writer"}}, Traces: &metrics.Traces{},
	}
	s.Request("/v1/snapshot", "GET", 200, time.Millisecond)

	round := s.round(t, 1)
	round.Elapsed = round.Deadline
	round.Vendors[0].Feed = &messages.FeedStatus{Budget: &messages.BudgetStatus{Key: "k", Remaining: 3}}
	round.Vendors[1].Feed = &messages.FeedStatus{Stream: &messages.StreamStatus{State: messages.StreamLive}}
	s.Observe(round, 0)

	return s
}

// What is shown is what Reference lists, with the same types, labels and words, and the other way round.
func TestReferenceIsWhatIsShown(t *testing.T) {
	t.Parallel()

	shown := complete(t).scrape(t)
	maps.DeleteFunc(shown, func(name string, _ *dto.MetricFamily) bool {
		return strings.HasPrefix(name, "go_") || strings.HasPrefix(name, "process_")
	})

	for _, m := range metrics.Reference() {
		family := shown[m.Name]
		if !assert.NotNil(t, family, "%s is not shown", m.Name) {
			continue
		}

		assert.Equal(t, m.Help, family.GetHelp())
		assert.Equal(t, string(m.Type), strings.ToLower(family.GetType().String()), m.Name)

		for _, series := range family.GetMetric() {
			labels := []string{}
			for _, pair := range series.GetLabel() {
				labels = append(labels, pair.GetName())
			}

			assert.ElementsMatch(t, m.Labels, labels, m.Name)
		}

		delete(shown, m.Name)
	}

	assert.Empty(t, slices.Collect(maps.Keys(shown)), "shown, and not in the reference")
}

// docs/metrics.md lists every metric as the program knows it.
func TestDocumentationHasEveryMetric(t *testing.T) {
	t.Parallel()

	text, err := os.ReadFile(docsFile)
	require.NoError(t, err)

	before, rest, ok := strings.Cut(string(text), tableBegin)
	require.True(t, ok)

	_, after, ok := strings.Cut(rest, tableEnd)
	require.True(t, ok)

	var table strings.Builder

	table.WriteString("\n| metric | type | labels | meaning |\n|---|---|---|---|\n")

	for _, m := range metrics.Reference() {
		labels := ""
		if len(m.Labels) > 0 {
			labels = "`" + strings.Join(m.Labels, "`, `") + "`"
		}

		fmt.Fprintf(&table, "| `%s` | %s | %s | %s |\n", m.Name, m.Type, labels, m.Help)
	}

	want := before + tableBegin + table.String() + "\n" + tableEnd + after
	if *update {
		require.NoError(t, os.WriteFile(docsFile, []byte(want), 0o600))
	} else {
		assert.Equal(t, want, string(text), "run with -update")
	}
}

// The dashboard and the alerts use metrics that exist, labels that these have, and words that mean something.
func TestDashboardAndAlertsUseWhatExists(t *testing.T) {
	t.Parallel()

	shown := complete(t).scrape(t)
	name := regexp.MustCompile(`\b(?:rollcall|go|process)_[a-z0-9_]+`)
	suffix := regexp.MustCompile(`_(bucket|sum|count)$`)
	used := regexp.MustCompile(`\b(rollcall_[a-z0-9_]+)\{([^{}]*)\}`)
	label := regexp.MustCompile(`([a-z_]+)(?:=~|!~|!=|=)\\?"([^"\\]*)`)
	exported := []string{"instance", "job"} // which Prometheus adds

	for _, file := range []string{dashboard, filepath.Join(alertsDir, "rollcall.rules.yaml"), filepath.Join(alertsDir, "rollcall.rules.test.yaml")} {
		text, err := os.ReadFile(file)
		require.NoError(t, err)

		found := 0

		for _, metric := range name.FindAllString(string(text), -1) {
			family := shown[metric]
			if base := suffix.ReplaceAllString(metric, ""); family == nil && shown[base].GetType() == dto.MetricType_HISTOGRAM {
				family = shown[base]
			}

			assert.NotNil(t, family, "%s: %s", filepath.Base(file), metric)

			found++
		}

		assert.Greater(t, found, 10, "%s was not understood", file)

		for _, use := range used.FindAllStringSubmatch(string(text), -1) {
			labels := exported
			for _, m := range metrics.Reference() {
				if m.Name == suffix.ReplaceAllString(use[1], "") || m.Name == use[1] {
					labels = slices.Concat(labels, m.Labels)
				}
			}

			for _, pair := range label.FindAllStringSubmatch(use[2], -1) {
				assert.Contains(t, labels, pair[1], "%s: %s", filepath.Base(file), use[0])

				if pair[1] == "code" {
					for word := range strings.SplitSeq(pair[2], "|") {
						assert.True(t, messages.Outcome(word).Valid(), "%s: %s", use[0], word)
					}
				}
			}
		}
	}
}

// The dashboard is one that can be imported: every panel has a title and an expression, and none lies on another.
func TestDashboardIsSound(t *testing.T) {
	t.Parallel()

	type place struct{ H, W, X, Y int }

	var board struct {
		UID    string
		Panels []struct {
			ID      int
			Type    string
			Title   string
			GridPos place
			Targets []struct{ Expr string }
		}
	}

	text, err := os.ReadFile(dashboard)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(text, &board))
	assert.Equal(t, "rollcall", board.UID)
	assert.Greater(t, len(board.Panels), 40)

	taken, ids := make(map[[2]int]string), make(map[int]bool)

	for _, panel := range board.Panels {
		assert.False(t, ids[panel.ID], panel.ID)
		ids[panel.ID] = true

		assert.NotEmpty(t, panel.Title)
		assert.LessOrEqual(t, panel.GridPos.X+panel.GridPos.W, 24, panel.Title)
		assert.True(t, panel.Type == "row" || len(panel.Targets) > 0, panel.Title)

		for x := range panel.GridPos.W {
			for y := range panel.GridPos.H {
				cell := [2]int{panel.GridPos.X + x, panel.GridPos.Y + y}
				assert.Empty(t, taken[cell], "%s lies on it", panel.Title)
				taken[cell] = panel.Title
			}
		}
	}
}

// promtool runs it in a directory; the test is skipped where there is none.
func promtool(t *testing.T, dir string, input []byte, arguments ...string) string {
	t.Helper()

	path, err := exec.LookPath("promtool")
	if err != nil {
		t.Skip("promtool is not installed (Debian package prometheus)")
	}

	command := exec.CommandContext(t.Context(), path, arguments...)
	command.Dir, command.Stdin = dir, bytes.NewReader(input)

	said, err := command.CombinedOutput()
	require.NoError(t, err, "%s", said)

	return string(said)
}

func TestPromtoolAcceptsTheMetrics(t *testing.T) {
	t.Parallel()

	assert.Empty(t, promtool(t, ".", complete(t).ask(t, "").Body.Bytes(), "check", "metrics"))
}

func TestPromtoolAcceptsTheAlerts(t *testing.T) {
	t.Parallel()

	assert.Contains(t, promtool(t, alertsDir, nil, "check", "rules", "rollcall.rules.yaml"), "SUCCESS")
	assert.Contains(t, promtool(t, alertsDir, nil, "test", "rules", "rollcall.rules.test.yaml"), "SUCCESS")
}

// Each expression of the dashboard is one that Prometheus understands.
func TestPromtoolAcceptsTheDashboard(t *testing.T) {
	t.Parallel()

	text, err := os.ReadFile(dashboard)
	require.NoError(t, err)

	var rules strings.Builder

	rules.WriteString("groups: [{name: dashboard, rules: [\n")

	variables := strings.NewReplacer("$__rate_interval", "1m", "$job", ".*", "$instance", ".*", "$vendor", ".*")
	for i, expression := range regexp.MustCompile(`"expr": "((?:[^"\\]|\\.)*)"`).FindAllSubmatch(text, -1) {
		fmt.Fprintf(&rules, "{record: %q, expr: \"%s\"},\n", fmt.Sprintf("dashboard:expression:%d", i), variables.Replace(string(expression[1])))
	}

	rules.WriteString("]}]\n")

	file := filepath.Join(t.TempDir(), "dashboard.yaml")
	require.NoError(t, os.WriteFile(file, []byte(rules.String()), 0o600))
	assert.Contains(t, promtool(t, ".", nil, "check", "rules", file), "SUCCESS")
}
