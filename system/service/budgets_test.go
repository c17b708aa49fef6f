package service_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/example"
	"github.com/rollcall-go/rollcall/system/service"
	"github.com/rollcall-go/rollcall/system/sim"
)

// call is a request as the vendor saw it.
type call struct {
	at      time.Time
	credits int
	limited bool // it was answered by 429
}

// calls are all requests of some vendors, oldest first.
func (r *rig) calls(credits map[string]int) []call {
	var all []call

	for name, each := range credits {
		for _, request := range r.sim.Requests(name) {
			at := len(all)
			for at > 0 && all[at-1].at.After(request.At) {
				at--
			}

			made := call{at: request.At, credits: each, limited: slices.Contains(request.Faults, sim.RateLimited)}
			all = append(all[:at], append([]call{made}, all[at:]...)...)
		}
	}

	return all
}

// most is the greatest sum of credits in any span of a length.
func most(calls []call, per time.Duration) int {
	worst := 0

	for i := range calls {
		sum := 0

		for j := i; j < len(calls) && calls[j].at.Sub(calls[i].at) < per; j++ {
			sum += calls[j].credits
		}

		worst = max(worst, sum)
	}

	return worst
}

// N15: two vendor entries with one key would make many requests a second, as the schedule and retries want it. Together they never spend more than the key has in a second, in five and in a
// minute, by the vendor's own clock; a 429 with Retry-After to one of them silences both; and the snapshot says how often each is asked.
func TestTwoEntriesOfOneKeyNeverExceedIt(t *testing.T) {
	t.Parallel()

	const (
		every  = 400 * time.Millisecond
		pause  = 2 * time.Second
		uneven = 200 * time.Millisecond // how much nearer to one another requests may arrive than they were sent
		limits = "    limits: {requests: 10, per: 5s, per_second: 4, per_minute: 200, key: shared}\n    retry: {attempts: 5, backoff: 10ms}\n"
	)

	r := newRig(t, plan{
		vendors: []string{"cheap", "dear", "healthy"}, every: every, deadline: every,
		faults:   map[string]string{"dear": "rate-limited=2s every=3", "cheap": "status=503 chance=0.7"}, // which is asked again and again
		settings: map[string]string{"cheap": limits, "dear": limits + "    credits: 2\n"},
	})
	end := time.Now().Add(9 * time.Second)

	var paused, stretched bool

	r.until(t, r.watch(t), func(s *messages.Snapshot) bool {
		for _, name := range []messages.Vendor{"cheap", "dear"} {
			report, _ := s.Vendor(name)
			if report.Feed == nil { // the round did not wait for it
				continue
			}

			require.NotNil(t, report.Feed.Budget)
			assert.Equal(t, "shared", report.Feed.Budget.Key)

			stretched = stretched || report.Feed.Budget.Every > every
			paused = paused || report.Feed.Budget.PausedUntil.After(s.StartedAt)
		}

		return time.Now().After(end)
	})

	calls := r.calls(map[string]int{"cheap": 1, "dear": 2})
	assert.LessOrEqual(t, most(calls, time.Second-uneven), 4)
	assert.LessOrEqual(t, most(calls, 5*time.Second-uneven), 10)
	assert.LessOrEqual(t, most(calls, time.Minute-uneven), 200)
	assert.Greater(t, len(calls), 5, "and what there is, is used")
	assert.True(t, stretched)
	assert.True(t, paused)

	limited := 0

	for i := range calls {
		if !calls[i].limited {
			continue
		}

		limited++

		for _, later := range calls[i+1:] {
			if after := later.at.Sub(calls[i].at); after > uneven { // until then it may have been under way
				assert.GreaterOrEqual(t, after, pause-10*time.Millisecond)

				break
			}
		}
	}

	assert.Positive(t, limited)

	running, err := service.ReadRunning(r.dir)
	require.NoError(t, err)

	said, err := service.Compare(running, r.configuration(t))
	require.NoError(t, err)
	assert.Contains(t, said.Vendors[0].Stretched, "budget shared allows 10 in 5s")
	assert.Contains(t, said.Vendors[1].Stretched, "a turn takes 3")
	assert.Empty(t, said.Vendors[2].Stretched)
}

// N15: the same for a vendor whose answers say what is left: its word counts for everybody with the key.
func TestTheVendorsWordIsForAllOfTheKey(t *testing.T) {
	t.Parallel()

	const (
		said   = `{"quotes":[{"symbol":"a.A","price":1},{"symbol":"b.A","price":1}]}`
		shared = "    class: test\n    url: \"https://quotes.example.com/v1\"\n    parse: {rows: quotes, key: symbol, price: price}\n" +
			"    rate_headers: {remaining: X-Left, reset: X-Reset}\n    limits: {per_minute: 600, key: shared}\n"
	)

	p := plan{
		vendors: []string{"a", "b"}, every: 200 * time.Millisecond, deadline: 200 * time.Millisecond,
		plays: map[string]*sim.Play{}, defined: map[string]string{},
	}

	for _, name := range p.vendors {
		p.plays[name] = &sim.Play{Answers: []example.Answer{{Headers: map[string]string{"X-Left": "0", "X-Reset": "60"}, Body: said}}}
		p.defined[name] = shared + "    symbols: [" + name + ".A]\n"
	}

	r := newRig(t, p)
	sub := r.watch(t)
	r.until(t, sub, func(s *messages.Snapshot) bool { return s.Round > 10 })
	assert.LessOrEqual(t, len(r.sim.Requests("a"))+len(r.sim.Requests("b")), 2, "one answer said that nothing is left; one more may have been under way")
}
