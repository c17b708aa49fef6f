package streaming

import (
	"strconv"
	"time"

	"github.com/rollcall-go/rollcall/system/feed/spec"
)

// Limits of a definition. They are far above what vendors need and keep mistakes cheap.
const (
	maxTimes    = 24 * time.Hour
	maxSilence  = time.Hour
	minSilence  = time.Second
	minInterval = 100 * time.Millisecond // between pings
	maxAgeLimit = 7 * 24 * time.Hour
	minAge      = 10 * time.Second
	maxCount    = 100_000
	minFrame    = 1 << 10
	maxFrames   = 64 << 20
	maxTexts    = 64 // replies, and texts to ignore
)

// checkLimits finds numbers and times that cannot be meant.
func checkLimits(c *compiler, st *spec.Stream) {
	times := []struct {
		field         string
		value         time.Duration
		least, utmost time.Duration
	}{
		{"login.within", st.Login.Within, minInterval, maxSilence},
		{"subscribe.within", st.Subscribe.Within, minInterval, maxSilence},
		{"subscribe.pause", st.Subscribe.Pause, 0, maxSilence},
		{"ping.every", st.Ping.Every, minInterval, maxTimes},
		{"ping.idle", st.Ping.Idle, minInterval, maxTimes},
		{"silence", st.Silence, minSilence, maxSilence},
		{"max_age", st.MaxAge, minAge, maxAgeLimit},
	}

	for _, limit := range times {
		if limit.value != 0 && (limit.value < limit.least || limit.value > limit.utmost) {
			c.add(limit.field, "is outside "+limit.least.String()+" … "+limit.utmost.String(), "leave it out for the default")
		}
	}

	counts := []struct {
		field         string
		value         int64
		least, utmost int64
	}{
		{"subscribe.per_message", int64(st.Subscribe.PerMessage), 1, maxCount},
		{"subscribe.per_connection", int64(st.Subscribe.PerConnection), 1, maxCount},
		{"max_frame", st.MaxFrame, minFrame, maxFrames},
	}

	for _, limit := range counts {
		if limit.value != 0 && (limit.value < limit.least || limit.value > limit.utmost) {
			c.add(limit.field, "is outside "+strconv.FormatInt(limit.least, 10)+" … "+strconv.FormatInt(limit.utmost, 10), "leave it out for the default")
		}
	}

	if !(st.Thin <= 1) { // nor is NaN
		c.add("thin", "is above 1", "it is a share, such as 0.1; negative means never")
	}

	if len(st.Replies) > maxTexts {
		c.add("replies", "has more than "+strconv.Itoa(maxTexts)+" entries", "")
	}

	if len(st.Ignore) > maxTexts {
		c.add("ignore", "has more than "+strconv.Itoa(maxTexts)+" entries", "")
	}
}
