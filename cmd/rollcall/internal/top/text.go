package top

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/rollcall-go/rollcall/messages"
)

// plain makes a text from outside fit for a terminal: what would move the cursor, change colours or turn the direction of writing is a
// question mark.
func plain(text string) string {
	return strings.Map(func(r rune) rune {
		if r == unicode.ReplacementChar || !unicode.IsGraphic(r) || unicode.Is(unicode.Bidi_Control, r) {
			return '?'
		}

		return r
	}, text)
}

// ago is a duration in one or two units, without fractions: what changes all the time draws the eye.
func ago(d time.Duration) string {
	const day = 24 * time.Hour

	switch {
	case d < time.Minute:
		return strconv.Itoa(int(d/time.Second)) + "s"
	case d < time.Hour:
		return strconv.Itoa(int(d/time.Minute)) + "m"
	case d < day:
		return strconv.Itoa(int(d/time.Hour)) + "h"
	default:
		return strconv.Itoa(int(d/day)) + "d"
	}
}

// seconds is a duration within a round.
func seconds(d time.Duration) string { return strconv.FormatFloat(d.Seconds(), 'f', 2, 64) + "s" }

func milliseconds(n int64) time.Duration { return time.Duration(n) * time.Millisecond }

func number(round messages.Round) string { return strconv.FormatUint(uint64(round), 10) }

func countOf[N int | uint64](n N, what string) string {
	if n != 1 {
		what += "s"
	}

	return fmt.Sprint(n, " ", what)
}

// bar is how much of a width a part takes of a whole, in halves of a column; something is seen of what is more than nothing.
func bar(part, whole time.Duration, width int) string {
	const halves = 2

	if part <= 0 || whole <= 0 {
		return ""
	}

	filled := min(halves*width, max(1, int(time.Duration(halves*width)*part/whole)))

	return strings.Repeat("━", filled/halves) + strings.Repeat("╸", filled%halves)
}

// clock is a time of day where the board is.
func (b *board) clock(at time.Time) string { return at.In(b.now.Location()).Format("15:04:05") }

func entries(n uint64) string {
	if n == 1 {
		return "1 entry"
	}

	return fmt.Sprint(n, " entries")
}
