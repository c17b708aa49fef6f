package logs

import (
	"fmt"
	"sync"
	"time"

	"github.com/sirupsen/logrus"
)

// limiter is a formatter that gives no bytes for a line beyond the limit of its kind. The first line of the next minute says how many were
// left out.
type limiter struct {
	inner logrus.Formatter
	limit int
	now   func() time.Time

	mu    sync.Mutex
	kinds map[kind]*window
}

// kind is what makes two lines alike. Every part comes from our code or from the configuration, so that the number of kinds is bounded.
type kind struct{ message, actor, vendor, outcome string }

type window struct {
	start   time.Time
	written int
	omitted int
}

// maxKinds bounds the memory of the limiter whatever is logged.
const maxKinds = 50_000

// Format implements logrus.Formatter.
func (l *limiter) Format(entry *logrus.Entry) ([]byte, error) {
	omitted, ok := l.admit(kindOf(entry))
	if !ok {
		return nil, nil
	}

	if omitted > 0 {
		counted := entry.WithField("omitted_lines", omitted)
		counted.Message, counted.Level, counted.Time = entry.Message, entry.Level, entry.Time
		entry = counted
	}

	line, err := render(l.inner, entry)
	if err != nil {
		return nil, fmt.Errorf("log line: %w", err)
	}

	return line, nil
}

// admit reports whether a line may be written and how many of its kind were left out before it.
func (l *limiter) admit(k kind) (int, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()

	now := l.now()

	w := l.kinds[k]
	if w == nil {
		if len(l.kinds) >= maxKinds {
			clear(l.kinds)
		}

		w = &window{start: now}
		l.kinds[k] = w
	}

	omitted := 0
	if now.Sub(w.start) >= time.Minute {
		omitted = w.omitted
		*w = window{start: now}
	}

	if w.written >= l.limit {
		w.omitted++

		return 0, false
	}

	w.written++

	return omitted, true
}

func kindOf(entry *logrus.Entry) kind {
	return kind{
		message: entry.Message,
		actor:   fieldText(entry, "actor"),
		vendor:  fieldText(entry, "vendor"),
		outcome: fieldText(entry, "outcome"),
	}
}

func fieldText(entry *logrus.Entry, name string) string {
	value, ok := entry.Data[name]
	if !ok {
		return ""
	}

	if text, isText := value.(string); isText {
		return text
	}

	return fmt.Sprint(value)
}
