package system_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system"
)

// moody is a vendor that fails at random, in every way a source can: it answers fast or slowly, hangs, errs, panics, answers garbage.
func moody(seed uint64) sourceFunc {
	random := rand.New(rand.NewPCG(seed, seed)) // repeatable on purpose; a fetcher has one request in flight

	return func(ctx context.Context, instruments []messages.Instrument) ([]messages.Quote, error) {
		switch mood := random.IntN(1000); {
		case mood < 900:
			return answer("185.20", time.Duration(random.IntN(1900))*time.Millisecond)(ctx, instruments)
		case mood < 940:
			return answer("185.20", 3500*time.Millisecond)(ctx, instruments)
		case mood < 960:
			return hang(ctx, instruments)
		case mood < 980:
			return nil, messages.NewFailure(messages.OutcomeHTTPStatus, "503 Service Unavailable")
		case mood < 990:
			return quotes("185.20", instruments[:1])
		case mood < 999:
			return nil, &messages.Failure{Outcome: messages.OutcomeRateLimited, RetryAfter: 30 * time.Second}
		default:
			panic("a bug in the source")
		}
	}
}

// 24 hours of rounds with 100 vendors failing at random: every round on the grid, none longer than its deadline, every number used once, every
// instrument accounted for.
func TestADayOfRounds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const (
			every    = 5 * time.Second
			deadline = 2 * time.Second
			count    = 100
		)

		rounds := 24 * time.Hour / every
		if testing.Short() || raced {
			rounds = time.Hour / every
		}

		vendors := make([]system.Vendor, count)
		for i := range vendors {
			vendors[i] = vendor(fmt.Sprintf("v%03d", i), moody(uint64(i)))
		}

		s := start(t, system.Settings{Every: every, Deadline: deadline, Vendors: vendors})

		sub, err := s.Subscribe(system.SubscribeOptions{})
		require.NoError(t, err)

		outcomes := make(map[messages.Outcome]int)
		previous := next(t, sub)

		for range int(rounds) {
			snapshot := next(t, sub)

			require.Equal(t, previous.Round+1, snapshot.Round)
			require.Zero(t, snapshot.StartedAt.UnixNano()%int64(every), "round %d is not on the grid", snapshot.Round)
			require.LessOrEqual(t, snapshot.Elapsed, deadline)
			require.Len(t, snapshot.Instruments, 3*count)

			for i := range snapshot.Vendors {
				outcomes[snapshot.Vendors[i].Outcome]++
			}

			previous = snapshot
		}

		status, err := s.Status(t.Context())
		require.NoError(t, err)
		assert.Zero(t, status.Rounds.MissedTicks)
		assert.Zero(t, status.Record.Dropped)

		for _, expected := range []messages.Outcome{
			messages.OutcomeOK, messages.OutcomePartial, messages.OutcomeTimeout, messages.OutcomeHTTPStatus, messages.OutcomeRateLimited,
			messages.OutcomeCrashed,
		} {
			assert.Positive(t, outcomes[expected], "the day had no %s", expected)
		}

		for i := range status.Vendors {
			assert.NotEqual(t, messages.VendorState(""), status.Vendors[i].State)
		}

		good := float64(outcomes[messages.OutcomeOK]) / float64(int(rounds)*count)
		assert.Greater(t, good, 0.5, "vendors that answer most of the time are used most of the time: %v", outcomes)
		t.Logf("%d rounds, outcomes %v", rounds, outcomes)
	})
}
