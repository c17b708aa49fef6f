package reading

import (
	"errors"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/rollcall-go/rollcall/messages"
)

// clock is a format of time stamps. The zero clock is RFC 3339; any other is the number of decimal places of a Unix time.
type clock struct {
	unix   bool
	places int32 // 0 seconds, 3 milliseconds, 6 microseconds, 9 nanoseconds
}

// Errors of time stamps.
var (
	errTimeSyntax = errors.New("is not a time stamp of the configured format")
	errTimeRange  = errors.New("lies outside the years 2000 to 2099")
)

func clockNames() []string { return []string{"rfc3339", "unix", "unix_ms", "unix_us", "unix_ns"} }

// parseClock reads the name of a format; the empty name means RFC 3339.
func parseClock(name string) (c clock, known bool) {
	switch name {
	case "", "rfc3339":
		return clock{}, true
	case "unix":
		return clock{unix: true}, true
	case "unix_ms":
		return clock{unix: true, places: 3}, true
	case "unix_us":
		return clock{unix: true, places: 6}, true
	case "unix_ns":
		return clock{unix: true, places: 9}, true
	default:
		return clock{}, false
	}
}

// parse reads a time stamp exactly, to the nanosecond. Times that no quote can have, such as zero, or seconds where milliseconds are
// configured, are refused.
func (c clock) parse(text string) (time.Time, error) {
	var at time.Time

	if c.unix {
		nanoseconds, err := c.nanoseconds(text)
		if err != nil {
			return time.Time{}, err
		}

		at = time.Unix(0, nanoseconds).UTC()
	} else if err := at.UnmarshalText([]byte(text)); err != nil || !isStrict(text) {
		return time.Time{}, errTimeSyntax
	}

	if year := at.UTC().Year(); year < 2000 || year > 2099 {
		return time.Time{}, errTimeRange
	}

	return at, nil
}

// isStrict refuses what package time reads as RFC 3339 although it is not: a decimal comma, and hours of one digit.
func isStrict(text string) bool {
	return len(text) > len("2006-01-02T15") && text[len("2006-01-02T15")] == ':' && !strings.Contains(text, ",")
}

// nanoseconds returns a Unix time since 1970.
func (c clock) nanoseconds(text string) (int64, error) {
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
