package fetcher_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/datadriven"
	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"

	"github.com/rollcall-go/rollcall/actors/fetcher"
	"github.com/rollcall-go/rollcall/messages"
)

// TestBreaker is a set of conversations: at each time polls go well or fail, and the output says what the vendor may expect.
func TestBreaker(t *testing.T) {
	t.Parallel()

	datadriven.Walk(t, "testdata/breaker", func(t *testing.T, path string) {
		t.Helper()

		var b *fetcher.Guarded

		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			t.Helper()

			now := noon.Add(duration(t, d, "t"))

			switch d.Cmd {
			case "new":
				b = fetcher.NewGuarded(fetcher.Breaker{}, half)
			case "ok":
				return polls(t, d, b, now, nil)
			case "fail":
				return polls(t, d, b, now, errorOf(t, d))
			case "cap":
				b.Cap(duration(t, d, "limit"), now)
			case "hold":
				b.Hold(now, failureIn(t, d))
			case "ask":
			default:
				t.Fatalf("unknown command %s", d.Cmd)
			}

			return refusal(b, now)
		})
	})
}

// polls makes n polls, a second apart, as far as they are allowed, and tells how it ended.
func polls(t *testing.T, d *datadriven.TestData, b *fetcher.Guarded, now time.Time, err error) string {
	t.Helper()

	n := 1
	d.MaybeScanArgs(t, "n", &n)

	var out strings.Builder

	for i := range n {
		at := now.Add(time.Duration(i) * time.Second)
		if b.Refusal(at) != nil {
			fmt.Fprintf(&out, "poll %d is not made\n", i+1)

			continue
		}

		switch {
		case err == nil:
			if b.Success(at) {
				out.WriteString("asked again\n")
			}
		case b.Excuse(at, at, failureIn(t, d)):
			out.WriteString("excused\n")
		case b.Failure(at, failureIn(t, d)):
			fmt.Fprintf(&out, "rests after poll %d\n", i+1)
		}
	}

	return out.String() + refusal(b, now.Add(time.Duration(n)*time.Second-1))
}

func refusal(b *fetcher.Guarded, now time.Time) string {
	if f := b.Refusal(now); f != nil {
		return f.Error() + "\n"
	}

	return "may be asked\n"
}

func failureIn(t *testing.T, d *datadriven.TestData) *messages.Failure {
	t.Helper()

	return fetcher.FailureOf(errorOf(t, d), 0)
}

// TestBreakerNeverChatters polls a vendor ten times a second that answers as it likes: whatever it does, it goes between being asked and
// being left alone six times a minute at most, and it is never given up (N21), also while our own uplink comes and goes (N22).
func TestBreakerNeverChatters(t *testing.T) {
	t.Parallel()

	rapid.Check(t, func(t *rapid.T) {
		b := fetcher.NewGuarded(fetcher.Breaker{}, always(rapid.Float64Range(0, 0.999).Draw(t, "jitter")))
		plan := rapid.SliceOfN(rapid.IntRange(0, 4), 1, 40).Draw(t, "plan")
		capped := rapid.SliceOfN(rapid.Bool(), 1, 20).Draw(t, "capped")

		var flips []time.Time

		for i := range 6000 {
			now := noon.Add(time.Duration(i) * 100 * time.Millisecond)

			if i%50 == 0 && capped[(i/50)%len(capped)] {
				b.Cap(4*time.Second, now)
			} else if i%50 == 0 {
				b.Cap(0, now)
			}

			if b.Refusal(now) != nil {
				continue
			}

			if poll(b, now, plan[(i/3)%len(plan)]) {
				flips = append(flips, now)
			}
		}

		for i := 6; i < len(flips); i++ {
			assert.GreaterOrEqual(t, flips[i].Sub(flips[i-6]), time.Minute, "change %d", i)
		}

		assert.Less(t, b.Until().Sub(noon), 6000*100*time.Millisecond+fetcher.DefaultRestMax+time.Minute)
	})
}

func always(value float64) func() float64 { return func() float64 { return value } }

// poll reports whether the vendor's standing changed.
func poll(b *fetcher.Guarded, now time.Time, answer int) bool {
	switch answer {
	case 0:
		return b.Failure(now, messages.NewFailure(messages.OutcomeHTTPStatus, "500"))
	case 1:
		return b.Failure(now, &messages.Failure{Outcome: messages.OutcomeRateLimited, RetryAfter: time.Second})
	case 2:
		f := messages.NewFailure(messages.OutcomeTimeout, "")

		return !b.Excuse(now, now, f) && b.Failure(now, f)
	default:
		return b.Success(now)
	}
}
