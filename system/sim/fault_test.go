package sim_test

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/rollcall-go/rollcall/system/sim"
)

func TestFaultIsDue(t *testing.T) { // N21
	const second = time.Second

	for _, c := range []struct {
		fault   string
		n       int
		elapsed time.Duration
		draw    float64
		want    bool
	}{
		{"hang", 1, 0, 0.99, true},
		{"hang first=2", 2, 0, 0, true},
		{"hang first=2", 3, 0, 0, false},
		{"hang every=3", 2, 0, 0, false},
		{"hang every=3", 3, 0, 0, true},
		{"hang every=3", 6, 0, 0, true},
		{"hang every=2 first=3", 4, 0, 0, false},
		{"hang chance=0.2", 1, 0, 0.19, true},
		{"hang chance=0.2", 1, 0, 0.2, false},
		{"hang chance=1", 1, 0, 0.999, true},
		{"hang after=10s", 1, 9 * second, 0, false},
		{"hang after=10s", 1, 10 * second, 0, true},
		{"hang for=10s", 1, 9 * second, 0, true},
		{"hang for=10s", 1, 10 * second, 0, false},
		{"hang after=5s for=10s", 1, 14 * second, 0, true},
		{"hang after=5s for=10s", 1, 15 * second, 0, false},
		{"flap=30s/10s", 1, 0, 0, false},
		{"flap=30s/10s", 1, 29 * second, 0, false},
		{"flap=30s/10s", 1, 30 * second, 0, true},
		{"flap=30s/10s", 1, 39 * second, 0, true},
		{"flap=30s/10s", 1, 40 * second, 0, false},
		{"flap=30s/10s", 1, 75 * second, 0, true},
		{"hang up=1s down=1s after=1s", 1, 2 * second, 0, true},
		{"hang up=1s down=1s after=1s", 1, second, 0, false},
	} {
		fault, err := sim.ParseFault(c.fault)
		require.NoError(t, err, c.fault)
		assert.Equal(t, c.want, fault.Due(c.n, c.elapsed, c.draw), "%s: request %d after %s, draw %g", c.fault, c.n, c.elapsed, c.draw)
	}
}

func TestFailsNTimesThenFine(t *testing.T) { // N21
	r := newRig(t, sim.Settings{Vendors: []sim.Vendor{vendorV(sim.Fault{Kind: sim.Status, Status: 502, First: 2})}})

	for _, want := range []int{502, 502, 200, 200} {
		response, _ := r.get(t, r.url())
		assert.Equal(t, want, response.StatusCode)
	}

	require.NoError(t, r.SetFault("v", sim.Fault{Kind: sim.Status, Every: 2}))

	for _, want := range []int{200, 500, 200, 500} {
		response, _ := r.get(t, r.url())
		assert.Equal(t, want, response.StatusCode)
	}

	require.Error(t, r.SetFault("v", sim.Fault{Kind: sim.Status, Status: 99}))
	require.NoError(t, r.ClearFaults("v"))

	response, _ := r.get(t, r.url())
	assert.Equal(t, 200, response.StatusCode)
}

func TestChanceHitsAboutAsOftenAsItSays(t *testing.T) {
	series := func() (hits []bool, total int) {
		r := newRig(t, sim.Settings{Seed: 3, Vendors: []sim.Vendor{vendorV(sim.Fault{Kind: sim.Stale, Chance: 0.3})}})

		for range 200 {
			r.get(t, r.url())
		}

		for _, request := range r.Requests("v") {
			hits = append(hits, len(request.Faults) > 0)
			total += len(request.Faults)
		}

		return hits, total
	}

	first, total := series()
	second, _ := series()

	assert.InDelta(t, 60, total, 25)
	assert.Equal(t, first, second, "the seed decides")
}

func TestInvalidFaultsAreRefused(t *testing.T) {
	for _, c := range []struct {
		fault sim.Fault
		want  string
	}{
		{sim.Fault{}, `unknown fault ""`},
		{sim.Fault{Kind: "hng"}, `unknown fault "hng"`},
		{sim.Fault{Kind: "header"}, "did you mean drip-headers or many-headers or huge-header"},
		{sim.Fault{Kind: sim.Status, Status: 199}, "between 200 and 599"},
		{sim.Fault{Kind: sim.Status, Status: 600}, "between 200 and 599"},
		{sim.Fault{Kind: sim.Hang, Status: 500}, "takes no status"},
		{sim.Fault{Kind: sim.Hang, Body: "x"}, "takes no body"},
		{sim.Fault{Kind: sim.Hang, Chance: 1.5}, "chance"},
		{sim.Fault{Kind: sim.Hang, Chance: -0.5}, "chance"},
		{sim.Fault{Kind: sim.Hang, Chance: math.NaN()}, "chance"},
		{sim.Fault{Kind: sim.Hang, Every: -1}, "negative"},
		{sim.Fault{Kind: sim.Stale, Delay: -1}, "negative"},
		{sim.Fault{Kind: sim.Hang, Up: 1}, "up and down"},
		{sim.Fault{Kind: sim.LongSymbol, Size: 1 << 40}, "size is above 64MiB"},
	} {
		require.ErrorContains(t, c.fault.Validate(), c.want)
	}
}

func TestEveryKindExplainsItself(t *testing.T) {
	seen := make(map[sim.Kind]bool)

	for _, kind := range sim.Kinds() {
		assert.False(t, seen[kind], "%s twice", kind)
		assert.NotEmpty(t, kind.Help(), kind)
		assert.NotContains(t, kind.Help(), "\n")

		seen[kind] = true

		fault, err := sim.ParseFault(kind.Usage())
		require.NoError(t, err, kind.Usage())
		assert.Equal(t, kind, fault.Kind)

		bare, err := sim.ParseFault(string(kind))
		require.NoError(t, err)
		assert.Equal(t, sim.Fault{Kind: kind}, bare)
	}

	assert.Empty(t, sim.Kind("nothing").Help())
	assert.Empty(t, sim.Kind("nothing").Usage())
	assert.Greater(t, len(seen), 70)
}

func TestParseFault(t *testing.T) {
	for text, want := range map[string]sim.Fault{
		"hang":                              {Kind: sim.Hang},
		"  hang  ":                          {Kind: sim.Hang},
		"status=503":                        {Kind: sim.Status, Status: 503},
		"status=503 first=3 body=busy":      {Kind: sim.Status, Status: 503, First: 3, Body: "busy"},
		"flap=30s/10s":                      {Kind: sim.Flap, Up: 30 * time.Second, Down: 10 * time.Second},
		"flap up=1s down=2s status=502":     {Kind: sim.Flap, Up: time.Second, Down: 2 * time.Second, Status: 502},
		"latency=2s chance=0.25":            {Kind: sim.Latency, Delay: 2 * time.Second, Chance: 0.25},
		"error-body=50MB":                   {Kind: sim.ErrorBody, Size: 50e6},
		"huge-length=1TiB":                  {Kind: sim.HugeLength, Size: 1 << 40},
		"rate-limited=90s every=2":          {Kind: sim.RateLimited, RetryAfter: 90 * time.Second, Every: 2},
		`body="{\"a\": 1}"`:                 {Kind: sim.Body, Body: `{"a": 1}`},
		`body={"a":1}`:                      {Kind: sim.Body, Body: `{"a":1}`},
		"price=+1":                          {Kind: sim.Price, Body: "+1"},
		"redirect=http://x/?a=b after=1m":   {Kind: sim.Redirect, Body: "http://x/?a=b", After: time.Minute},
		"hang after=1m for=30s":             {Kind: sim.Hang, After: time.Minute, For: 30 * time.Second},
		"stale=10m up=1s\tdown=1s":          {Kind: sim.Stale, Delay: 10 * time.Minute, Up: time.Second, Down: time.Second},
		"html-status status=502":            {Kind: sim.HTMLStatus, Status: 502},
		"redirect=http://user:p@h:1/%2f#ab": {Kind: sim.Redirect, Body: "http://user:p@h:1/%2f#ab"},
	} {
		got, err := sim.ParseFault(text)
		require.NoError(t, err, text)
		assert.Equal(t, want, got, text)
	}
}

func TestParseFaultSaysWhatIsWrong(t *testing.T) {
	for text, want := range map[string]string{
		"":                        "empty fault",
		"hung":                    `unknown fault "hung"`,
		"hang=1":                  "takes no value",
		"hang first":              "option first has no value",
		"hang first=":             "option first has no value",
		"hang first=x":            `"x" is not a whole number`,
		"hang first=1 first=2":    "set twice",
		"hang size=3":             "takes no size",
		"hang colour=red":         `unknown option "colour"`,
		"hang up/down=1s":         "is not two durations",
		"hang =1":                 "takes no value",
		"latency=fast":            `"fast" is not a duration`,
		"latency=-1s":             "negative",
		"flap=30s":                "is not two durations",
		"flap=30s/x":              "is not two durations",
		"error-body=5XB":          `"5XB" is not a size`,
		"error-body=9999TiB":      "size is above 1024TiB",
		"hang chance=often":       `"often" is not a number`,
		"hang chance=2":           "chance is not between 0 and 1",
		"status=1000":             "between 200 and 599",
		`body="no end`:            "a string has no end",
		`body="a"b`:               "text follows the end of a string",
		strings.Repeat("x", 1000): "…",
	} {
		_, err := sim.ParseFault(text)
		require.ErrorContains(t, err, want, text)
		assert.Less(t, len(err.Error()), 400)
	}
}

func TestFaultTextReadsBack(t *testing.T) {
	durations := rapid.Int64Range(0, int64(time.Hour))

	rapid.Check(t, func(t *rapid.T) {
		up := durations.Draw(t, "up")
		fault := sim.Fault{
			Kind:   rapid.SampledFrom(sim.Kinds()).Draw(t, "kind"),
			Chance: rapid.Float64Range(0, 1).Draw(t, "chance"),
			Every:  rapid.IntRange(0, 9).Draw(t, "every"), First: rapid.IntRange(0, 9).Draw(t, "first"),
			After: time.Duration(durations.Draw(t, "after")), For: time.Duration(durations.Draw(t, "for")),
			Up: time.Duration(up), Down: time.Duration(up) * 2,
			Status: rapid.IntRange(200, 599).Draw(t, "status"), Size: rapid.Int64Range(1, 1e6).Draw(t, "size"),
			Body: rapid.String().Draw(t, "body"), Delay: time.Duration(durations.Draw(t, "delay")),
		}

		for range 4 { // drop what the kind does not take
			problem := fault.Validate()
			if problem == nil {
				break
			}

			switch text := problem.Error(); {
			case strings.Contains(text, "takes no status"):
				fault.Status = 0
			case strings.Contains(text, "takes no size"):
				fault.Size = 0
			case strings.Contains(text, "takes no body"):
				fault.Body = ""
			default:
				fault.Delay = 0
			}
		}

		again, err := sim.ParseFault(fault.String())
		require.NoError(t, err, fault.String())
		require.Equal(t, fault, again)
	})
}

func FuzzParseFault(f *testing.F) {
	for _, kind := range sim.Kinds() {
		f.Add(kind.Usage() + " first=3")
	}

	f.Fuzz(func(t *testing.T, text string) {
		fault, err := sim.ParseFault(text)
		if err != nil {
			return
		}

		again, err := sim.ParseFault(fault.String())
		require.NoError(t, err, fault.String())
		require.Equal(t, fault, again)
	})
}
