package streaming

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/internal/expr"
)

// Names in what stream.counter gives.
const (
	countSeq      = "seq"
	countChannel  = "channel"
	countPrevious = "previous"
)

// numbered is what a message says about its place among the others.
type numbered struct {
	channel  string // what counts on its own; empty for the whole connection
	seq      uint64
	previous uint64 // the number before it, where linked
	linked   bool   // numbers need not rise by one
	anew     bool   // the vendor begins to count
}

// counter follows the numbers that a vendor gives its messages, by channel, whether or not they carry quotes.
type counter struct {
	gapless  bool
	silence  time.Duration
	channels map[string]*channel
}

// channel is what is known of one row of numbers.
type channel struct {
	last   uint64
	behind time.Time // since when every number is older than the last; zero while they are not
}

func newCounter(p *plan) counter {
	return counter{gapless: p.order == orderGapless, silence: p.silence, channels: make(map[string]*channel)}
}

// Errors of numbers, for people.
var (
	errNumber   = errors.New("stream.counter gives no number")
	errChannels = errors.New("stream.counter gives more than " + strconv.Itoa(maxRemembered) + " channels, or longer names than " + strconv.Itoa(maxMemory) + " bytes")
	errStuck    = errors.New("the vendor's sequence numbers went back and stay there: connecting anew")
)

// take says whether a message is news, and how many are missing before it; of numbers that need not rise by one, at least how many.
func (c *counter) take(m numbered, now time.Time) (lost uint64, fresh bool, err error) {
	known := c.channels[m.channel]

	switch {
	case known == nil && (len(c.channels) >= maxRemembered || len(m.channel) > maxMemory):
		return 0, false, errChannels
	case known == nil || m.anew:
		c.channels[m.channel] = &channel{last: m.seq}

		return 0, true, nil
	}

	lost, fresh = known.compare(m, c.gapless)

	switch {
	case fresh:
		known.last, known.behind = m.seq, time.Time{}
	case known.behind.IsZero():
		known.behind = now
	case now.Sub(known.behind) > c.silence:
		return 0, false, errStuck
	}

	return lost, fresh, nil
}

// compare is take for a row of numbers that has begun.
func (c *channel) compare(m numbered, gapless bool) (lost uint64, fresh bool) {
	switch {
	case !gapless:
		return 0, m.seq >= c.last
	case m.linked && m.previous == c.last:
		return 0, true
	case m.seq <= c.last:
		return 0, false
	case m.linked && m.previous > c.last:
		return 1, true
	case m.linked:
		return 0, true // it covers what we have and more
	default:
		return min(m.seq-c.last-1, maxSequenceGap), true
	}
}

// readNumbered reads what stream.counter gives: a number, or an object.
func readNumbered(value any) (numbered, error) {
	object, isObject := value.(map[string]any)
	if !isObject {
		seq, err := sequence(value)

		return numbered{seq: seq}, err
	}

	seq, err := sequence(object[countSeq])
	if err != nil {
		return numbered{}, err
	}

	m := numbered{seq: seq}

	if name := object[countChannel]; name != nil {
		text, err := expr.Encode(name)
		if err != nil {
			return numbered{}, errNumber
		}

		m.channel = string(text)
	}

	if previous := object[countPrevious]; previous != nil {
		text, err := expr.Encode(previous)
		if m.anew = err == nil && strings.HasPrefix(string(text), "-"); !m.anew {
			m.linked = true
			m.previous, err = sequence(previous)
		}

		return m, err
	}

	return m, nil
}

// sequence reads a number that counts; text will do.
func sequence(value any) (uint64, error) {
	text, err := expr.Encode(value)
	if err != nil {
		return 0, errNumber
	}

	number, err := strconv.ParseUint(string(text), 10, 64)
	if err != nil {
		return 0, errNumber
	}

	return number, nil
}

// count follows the number of a message and reports whether it is news.
func (s *session) count(ctx context.Context, now time.Time, document any) bool {
	if s.plan.counter == nil {
		return true
	}

	value, found, err := s.plan.counter.First(ctx, document, &s.readVars)
	if err != nil || !found || value == nil {
		return true // it is not counted
	}

	m, err := readNumbered(value)
	if err != nil {
		s.note(err.Error())

		return true
	}

	lost, fresh, err := s.counter.take(m, now)

	switch {
	case errors.Is(err, errChannels):
		s.failf(messages.OutcomeTooLarge, err.Error())
	case err != nil:
		s.failf(messages.OutcomeDisconnected, err.Error())
	case lost > 0:
		s.pending.Gaps += lost
		s.gap = true
		s.failf(messages.OutcomeDisconnected, missing(lost))
	case !fresh:
		s.pending.Dropped++
	}

	return fresh
}

// missing says that there is a gap.
func missing(lost uint64) string {
	if lost == 1 {
		return "a message is missing between two sequence numbers: connecting anew"
	}

	return strconv.FormatUint(lost, 10) + " messages are missing between two sequence numbers: connecting anew"
}
