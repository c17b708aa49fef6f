package reading

import (
	"errors"
	"math"
	"strconv"
	"strings"
	"time"
	_ "time/tzdata" // a bare machine has no zones of its own

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/feed/spec"
)

// clock is a format of time stamps. The zero clock is RFC 3339.
type clock struct {
	kind   clockKind
	places int32 // of clockUnix: 0 seconds, 3 milliseconds, 6 microseconds, 9 nanoseconds
	layout string
	zone   *time.Location
	daily  bool // times are precise to the day
}

type clockKind uint8

const (
	clockRFC3339 clockKind = iota
	clockRFC1123
	clockUnix
	clockLayout
)

// Errors of time stamps.
var (
	errTimeSyntax = errors.New("is not a time stamp of the configured format")
	errTimeRange  = errors.New("lies outside the years 2000 to 2099")
)

// newClock reads the name of a format, or a layout, and a zone.
func newClock(format, zone string) (c clock, problems []spec.FieldError) {
	c.zone = time.UTC

	switch format {
	case "", "rfc3339":
	case "rfc1123":
		c.kind = clockRFC1123
	case "unix":
		c.kind = clockUnix
	case "unix_ms":
		c.kind, c.places = clockUnix, 3
	case "unix_us":
		c.kind, c.places = clockUnix, 6
	case "unix_ns":
		c.kind, c.places = clockUnix, 9
	case "date":
		c.kind, c.layout, c.daily = clockLayout, time.DateOnly, true
	default:
		c.kind, c.layout, c.daily = clockLayout, format, !hasHour(format)

		if problem := layoutProblem(format); problem != "" {
			problems = append(problems, spec.FieldError{
				Field: "parse.time_format", Problem: problem,
				Suggestion: "rfc3339, rfc1123, unix, unix_ms, unix_us, unix_ns, date, or a layout such as 2006-01-02 15:04:05",
			})
		}
	}

	if zone == "" {
		return c, problems
	}

	location, err := time.LoadLocation(zone)

	switch {
	case err != nil || zone == "Local":
		problems = append(problems, spec.FieldError{Field: "parse.zone", Problem: "is no known zone", Suggestion: "such as Europe/Warsaw"})
	case c.kind != clockLayout:
		problems = append(problems, spec.FieldError{Field: "parse.zone", Problem: "is given, and times of this format name their own", Suggestion: "leave it out"})
	default:
		c.zone = location
	}

	return c, problems
}

// layoutProblem says why a text cannot be a layout: it must tell one day from another, and read what it writes.
func layoutProblem(layout string) string {
	first, second := time.Date(2026, 11, 20, 15, 4, 5, 0, time.UTC), time.Date(2031, 2, 3, 15, 4, 5, 0, time.UTC)

	if first.Format(layout) == layout || first.Format(layout) == second.Format(layout) {
		return "is no known format, and no layout with a date"
	}

	at, err := time.ParseInLocation(layout, first.Format(layout), time.UTC)
	if err != nil || at.Year() != first.Year() || at.YearDay() != first.YearDay() {
		return "is a layout without year, month or day"
	}

	return ""
}

// hasHour reports whether a layout tells one hour from another.
func hasHour(layout string) bool {
	return time.Date(2026, 11, 20, 4, 0, 0, 0, time.UTC).Format(layout) != time.Date(2026, 11, 20, 17, 0, 0, 0, time.UTC).Format(layout)
}

// parse reads a time stamp exactly, to the nanosecond. Times that no quote can have, such as zero, or seconds where milliseconds are
// configured, are refused.
func (c *clock) parse(text string) (at time.Time, err error) {
	switch c.kind {
	case clockUnix:
		var nanoseconds int64

		if nanoseconds, err = c.nanoseconds(text); err != nil {
			return time.Time{}, err
		}

		at = time.Unix(0, nanoseconds).UTC()
	case clockRFC1123:
		if at, err = time.Parse(time.RFC1123, text); err != nil {
			at, err = time.Parse(time.RFC1123Z, text)
		}
	case clockLayout:
		if at, err = time.ParseInLocation(c.layout, text, c.zone); err == nil && !c.daily && !c.isGuessed(at) {
			at = at.UTC() // a day stays the day that it is there
		}
	default:
		if err = at.UnmarshalText([]byte(text)); err == nil && !isStrict(text) {
			err = errTimeSyntax
		}
	}

	if err != nil || c.isGuessed(at) {
		return time.Time{}, errTimeSyntax
	}

	if year := at.UTC().Year(); year < 2000 || year > 2099 {
		return time.Time{}, errTimeRange
	}

	return at, nil
}

// isGuessed reports whether a zone's abbreviation was not known: package time takes such a zone for UTC.
func (c *clock) isGuessed(at time.Time) bool {
	name, offset := at.Zone()

	return offset == 0 && name != "" && name != "UTC" && name != "GMT" && at.Location() != c.zone
}

// isStrict refuses what package time reads as RFC 3339 although it is not: a decimal comma, and hours of one digit.
func isStrict(text string) bool {
	return len(text) > len("2006-01-02T15") && text[len("2006-01-02T15")] == ':' && !strings.Contains(text, ",")
}

// nanoseconds returns a Unix time since 1970.
func (c *clock) nanoseconds(text string) (int64, error) {
	scale := int64(1)
	for range 9 - c.places {
		scale *= 10
	}

	if whole, err := strconv.ParseInt(text, 10, 64); err == nil && text[0] != '+' {
		if whole > math.MaxInt64/scale || whole < math.MinInt64/scale {
			return 0, errTimeRange
		}

		return whole * scale, nil
	}

	number, err := messages.ParseDecimal(text)
	if err != nil {
		return 0, errTimeSyntax
	}

	product := number.Decimal().Shift(9 - c.places).BigInt()
	if !product.IsInt64() {
		return 0, errTimeRange
	}

	return product.Int64(), nil
}
