package feed_test

import (
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/feed"
	"github.com/rollcall-go/rollcall/system/feed/spec"
)

func TestAllowance(t *testing.T) {
	t.Parallel()

	names := spec.RateHeaders{Remaining: "x-left", Used: "x-used", Reset: "x-reset"}

	cases := map[string]struct {
		names  spec.RateHeaders
		header map[string]string
		want   messages.Allowance
	}{
		"all":              {names, map[string]string{"X-Left": "57", "X-Used": "3", "X-Reset": "60"}, messages.Allowance{Known: true, Remaining: 57, Used: 3, Reset: time.Minute}},
		"epoch seconds":    {names, map[string]string{"X-Left": "0", "X-Reset": "unix"}, messages.Allowance{Known: true, Reset: time.Minute}},
		"a date":           {names, map[string]string{"X-Left": "1", "X-Reset": "date"}, messages.Allowance{Known: true, Remaining: 1, Reset: time.Minute}},
		"used of a limit":  {spec.RateHeaders{Used: "X-Used", Limit: 6000}, map[string]string{"X-Used": "44"}, messages.Allowance{Known: true, Remaining: 5956, Used: 44}},
		"used beyond it":   {spec.RateHeaders{Used: "X-Used", Limit: 40}, map[string]string{"X-Used": "44"}, messages.Allowance{Known: true, Used: 44}},
		"used of nothing":  {spec.RateHeaders{Used: "X-Used"}, map[string]string{"X-Used": "44"}, messages.Allowance{Used: 44}},
		"the first number": {names, map[string]string{"X-Left": " 98, 98;window=60"}, messages.Allowance{Known: true, Remaining: 98}},
		"not configured":   {spec.RateHeaders{}, map[string]string{"X-Left": "57"}, messages.Allowance{}},
		"nothing said":     {names, nil, messages.Allowance{}},
		"nonsense":         {names, map[string]string{"X-Left": "-1", "X-Used": "many", "X-Reset": "soon"}, messages.Allowance{}},
		"in the past":      {names, map[string]string{"X-Left": "5", "X-Reset": "1000000001"}, messages.Allowance{Known: true, Remaining: 5}},
		"for ever":         {names, map[string]string{"X-Left": "99999999999", "X-Reset": "99999999999999999"}, messages.Allowance{Known: true, Remaining: 1_000_000_000, Reset: 31 * 24 * time.Hour}},
		"overflow":         {names, map[string]string{"X-Left": "99999999999999999999", "X-Reset": "99999999999999999999"}, messages.Allowance{}},
	}

	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			url, _ := vendor(t, func(w http.ResponseWriter, _ *http.Request) {
				inAMinute := time.Now().Add(time.Minute)
				written := map[string]string{"unix": itoa(int(inAMinute.Unix())), "date": inAMinute.UTC().Format(http.TimeFormat)}

				for name, value := range c.header {
					if at, ok := written[value]; ok {
						value = at
					}

					w.Header().Set(name, value)
				}

				_, _ = io.WriteString(w, `{"X":{"p":1}}`)
			})
			d := keyed("X")
			d.URL, d.RateHeaders = url+"/{symbols}", c.names
			s := compiled(t, d)
			assert.Zero(t, s.Allowance())

			_, err := all(t, s, d)
			require.NoError(t, err)

			got := s.Allowance()
			assert.InDelta(t, c.want.Reset, got.Reset, float64(2*time.Second))
			got.Reset = c.want.Reset
			assert.Equal(t, c.want, got)
		})
	}
}

// A vendor that says when its budget is full again, and no Retry-After, is left alone until then.
func TestResetIsAWish(t *testing.T) { // N15
	t.Parallel()

	url, _ := vendor(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X-Reset", "30")
		w.WriteHeader(http.StatusTooManyRequests)
	})
	d := keyed("X")
	d.URL, d.RateHeaders.Reset = url+"/{symbols}", "X-Reset"
	_, err := all(t, compiled(t, d), d)

	var failure *messages.Failure

	require.ErrorAs(t, err, &failure)
	assert.InDelta(t, 30*time.Second, failure.RetryAfter, float64(2*time.Second))
}

func TestBudgetsThatAreRefused(t *testing.T) {
	t.Parallel()

	d := keyed("X")
	d.Credits, d.CreditsPer, d.RateHeaders = -1, "minute", spec.RateHeaders{Remaining: "bad name", Limit: -1}

	var fields []string
	for _, problem := range feed.Check(d) {
		fields = append(fields, problem.Field)
	}

	assert.Equal(t, []string{"credits", "credits_per", "rate_headers.limit", "rate_headers.remaining"}, fields)
}
