package template

import (
	"strconv"
	"strings"
	"time"
)

// clock writes the time of a request: {now:FORMAT}, {now-24h:2006-01-02@Europe/Berlin}.
type clock struct {
	unit   string // one of the unix formats; empty for a layout
	layout string
	zone   *time.Location
	days   int // calendar days of the zone
	offset time.Duration
}

// maxShift is the furthest that a time may be moved.
const maxShift = 10 * 366 * 24 * time.Hour

const badClock = "has a time that cannot be read"

// parseClock reads everything between the braces up to the filters.
func parseClock(text string) (c clock, problem string) {
	shift, format, has := strings.Cut(strings.TrimPrefix(text, "now"), ":")
	if !has || format == "" {
		return c, "has a time without a format"
	}

	if shift != "" {
		if c.days, c.offset, has = parseShift(shift); !has {
			return c, badClock
		}
	}

	c.zone = time.UTC

	if at := strings.LastIndexByte(format, '@'); at >= 0 {
		zone, err := time.LoadLocation(format[at+1:])
		if err != nil || format[at+1:] == "Local" || format[at+1:] == "" {
			return c, "has a time in an unknown zone"
		}

		format, c.zone = format[:at], zone
	}

	switch format {
	case "unix", "unix_ms", "unix_us", "unix_ns":
		c.unit = format
	case "rfc3339":
		c.layout = time.RFC3339
	default:
		c.layout = format
		if !isLayout(format) {
			return c, "has a time whose format is none of unix, unix_ms, unix_us, unix_ns, rfc3339 and Go's layouts"
		}
	}

	return c, ""
}

// isLayout reports whether two different times look different in it.
func isLayout(text string) bool {
	a, b := time.Date(2001, 1, 1, 1, 1, 1, 1, time.UTC), time.Date(2032, 12, 30, 22, 50, 52, 999999999, time.UTC)

	return a.Format(text) != b.Format(text)
}

// parseShift reads an offset: a sign and a duration, or a sign and days such as -7d.
func parseShift(text string) (days int, offset time.Duration, ok bool) {
	if text[0] != '+' && text[0] != '-' {
		return 0, 0, false
	}

	if number, isDays := strings.CutSuffix(text, "d"); isDays {
		days, err := strconv.Atoi(number)

		return days, 0, err == nil && max(days, -days) <= int(maxShift/(24*time.Hour))
	}

	offset, err := time.ParseDuration(text)

	return 0, offset, err == nil && offset.Abs() <= maxShift
}

// format writes a time.
func (c clock) format(now time.Time) string {
	now = now.Add(c.offset).In(c.zone).AddDate(0, 0, c.days)

	switch c.unit {
	case "unix":
		return strconv.FormatInt(now.Unix(), 10)
	case "unix_ms":
		return strconv.FormatInt(now.UnixMilli(), 10)
	case "unix_us":
		return strconv.FormatInt(now.UnixMicro(), 10)
	case "unix_ns":
		return strconv.FormatInt(now.UnixNano(), 10)
	default:
		return now.Format(c.layout)
	}
}
