package reading

import (
	"time"

	"github.com/rollcall-go/rollcall/messages"
)

// Words of Rule.Retry beside durations.
const (
	retryNextMinute = "next_minute"
	retryNextHour   = "next_hour"
	retryNextDay    = "next_day"
	retryNextMonth  = "next_month"
	retryNever      = "never"
	retryReconnect  = "reconnect"
)

// maxRetry is the longest time that a rule can name.
const maxRetry = 366 * 24 * time.Hour

// retry is when a vendor may be asked again after a failure.
type retry struct {
	word string
	wait time.Duration // where there is no word
}

// readRetry reads a word or a duration.
func readRetry(text string) (r retry, ok bool) {
	switch text {
	case "", retryNextMinute, retryNextHour, retryNextDay, retryNextMonth, retryNever, retryReconnect:
		return retry{word: text}, true
	}

	wait, err := time.ParseDuration(text)

	return retry{wait: wait}, err == nil && wait > 0 && wait <= maxRetry
}

// apply says so in a failure.
func (r retry) apply(failure *messages.Failure, now time.Time) {
	now = now.UTC()

	var next time.Time

	switch r.word {
	case retryNextMinute:
		next = now.Truncate(time.Minute).Add(time.Minute)
	case retryNextHour:
		next = now.Truncate(time.Hour).Add(time.Hour)
	case retryNextDay:
		next = time.Date(now.Year(), now.Month(), now.Day()+1, 0, 0, 0, 0, time.UTC)
	case retryNextMonth:
		next = time.Date(now.Year(), now.Month()+1, 1, 0, 0, 0, 0, time.UTC)
	case retryNever:
		failure.Final = true

		return
	default:
		failure.RetryAfter = r.wait

		return
	}

	failure.RetryAfter = next.Sub(now)
}
