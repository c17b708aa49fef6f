package feed

import (
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/feed/spec"
)

// Limits of what a vendor may say about its budget.
const (
	maxAllowance = 1_000_000_000
	maxReset     = 31 * 24 * time.Hour
	// epochSeconds is where numbers of seconds begin to be a time rather than a wait: 2001-09-09.
	epochSeconds = 1_000_000_000
)

// meter keeps what the last answer said about the budget.
type meter struct {
	headers spec.RateHeaders

	mutex sync.Mutex
	last  messages.Allowance
	until time.Time // when the window begins anew; zero if unknown
}

// isOn reports whether the vendor says anything about its budget.
func (m *meter) isOn() bool {
	return m.headers.Remaining != "" || m.headers.Used != "" || m.headers.Reset != ""
}

// note reads the headers of an answer, whatever its status. An answer that says nothing leaves what was said before.
func (m *meter) note(header http.Header, now time.Time) {
	if !m.isOn() {
		return
	}

	remaining, has := count(header.Get(m.headers.Remaining))
	used, usedUp := count(header.Get(m.headers.Used))

	if !has && usedUp && m.headers.Limit > 0 {
		remaining, has = max(m.headers.Limit-used, 0), true
	}

	reset := untilReset(header.Get(m.headers.Reset), now)

	if !has && !usedUp && reset == 0 {
		return
	}

	m.mutex.Lock()
	defer m.mutex.Unlock()

	m.last, m.until = messages.Allowance{Known: has, Remaining: remaining, Used: used}, time.Time{}
	if reset > 0 {
		m.until = now.Add(reset)
	}
}

// read returns what is known now. After the window has begun anew nothing is known.
func (m *meter) read(now time.Time) messages.Allowance {
	m.mutex.Lock()
	defer m.mutex.Unlock()

	known := m.last

	switch {
	case m.until.IsZero():
	case m.until.After(now):
		known.Reset = m.until.Sub(now)
	default:
		return messages.Allowance{}
	}

	return known
}

// count reads a whole number, or the first of several.
func count(text string) (n int, ok bool) {
	text = strings.TrimSpace(text)
	if end := strings.IndexAny(text, ",; ."); end >= 0 {
		text = text[:end]
	}

	n, err := strconv.Atoi(text)
	if err != nil || n < 0 {
		return 0, false
	}

	return min(n, maxAllowance), true
}

// untilReset reads epoch seconds, seconds from now, or a date.
func untilReset(text string, now time.Time) time.Duration {
	if at, err := http.ParseTime(strings.TrimSpace(text)); err == nil {
		return min(max(at.Sub(now), 0), maxReset)
	}

	seconds, ok := count(text)

	switch {
	case !ok:
		return 0
	case seconds < epochSeconds:
		return min(time.Duration(seconds)*time.Second, maxReset)
	}

	whole, err := strconv.ParseInt(strings.TrimSpace(text), 10, 64)
	if err != nil {
		return 0
	}

	return min(max(time.Unix(min(whole, 1<<40), 0).Sub(now), 0), maxReset)
}
