package system_test

import (
	"bytes"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system"
	"github.com/rollcall-go/rollcall/system/logs"
)

// parcel is a message with something in it that nobody may read.
type parcel struct{ Token string }

// V10: a hundred thousand messages to nobody cost a few log lines, without what was in the messages, and no round.
func TestAStormOfDeadLetters(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var (
			mu  sync.Mutex
			out bytes.Buffer
		)

		log, err := logs.New(logs.Options{Level: "debug", Out: writerFunc(func(p []byte) (int, error) {
			mu.Lock()
			defer mu.Unlock()

			return out.Write(p)
		})})
		require.NoError(t, err)

		s := start(t, system.Settings{Log: log, Vendors: []system.Vendor{vendor("forex", answer("1.5", 0))}})
		nobody := s.Host().NewLocalPID("nobody")

		for range 100_000 {
			s.Host().Root.Send(nobody, &parcel{Token: "canary-8b1f"})
		}

		snapshot, err := s.Snapshot(t.Context())
		require.NoError(t, err)
		assert.Equal(t, messages.SnapshotComplete, snapshot.Status)

		time.Sleep(2 * time.Second) // virtual; until the throttle has said how many it left out

		mu.Lock()
		defer mu.Unlock()

		assert.Contains(t, out.String(), "system_test.parcel", "a dead letter is worth a line")
		assert.NotContains(t, out.String(), "canary-8b1f")
		assert.LessOrEqual(t, strings.Count(out.String(), "[DeadLetter]"), logs.DefaultPerMinute)
	})
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }
