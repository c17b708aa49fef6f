package streaming

import (
	"context"
	"strconv"
	"time"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/internal/expr"
)

// Names in what stream.heartbeat gives.
const (
	beatPing    = "ping"
	beatSilence = "silence"
)

// heartbeat is how often we ping on one connection and how long it may be silent: as the definition says, until the vendor says otherwise.
type heartbeat struct {
	every, idle time.Duration // of pings; at most one is not 0
	silence     time.Duration // 0: only whoever owns the connection watches it
}

// listen asks what the vendor has said about the heartbeat so far. Values that make no sense leave it as it was; the others are kept within the
// limits that definitions have, so that no vendor makes us ping without end.
func (s *session) listen(ctx context.Context) {
	if s.plan.heartbeat == nil {
		return
	}

	value, found, err := s.plan.heartbeat.First(ctx, nil, &s.readVars)
	said, isObject := value.(map[string]any)

	if err != nil || !found || !isObject {
		return // it has not been said yet
	}

	if every, given := seconds(said[beatPing]); given {
		every = min(max(every, minInterval), maxTimes)

		if s.beat.idle > 0 {
			s.beat.idle = every
		} else {
			s.beat.every = every
		}
	}

	if silence, given := seconds(said[beatSilence]); given {
		s.beat.silence = min(max(silence, minSilence), s.plan.silence)
	}
}

// seconds reads a positive number of seconds.
func seconds(value any) (time.Duration, bool) {
	text, err := expr.Encode(value)
	if err != nil {
		return 0, false
	}

	number, err := strconv.ParseFloat(string(text), 64)
	if err != nil || !(number > 0) { // nor is NaN
		return 0, false
	}

	return time.Duration(min(number, maxTimes.Seconds()) * float64(time.Second)), true
}

// silentBy is when the connection counts as dead by what the vendor has said; zero for never.
func (s *session) silentBy() time.Time {
	if s.beat.silence == 0 {
		return time.Time{}
	}

	return s.heard.Add(s.beat.silence)
}

// silent ends the connection.
func (s *session) silent() {
	s.failf(messages.OutcomeStalled, "nothing came for "+s.beat.silence.String()+", which the vendor says is too long")
}
