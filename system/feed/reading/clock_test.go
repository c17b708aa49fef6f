package reading_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/feed/reading"
	"github.com/rollcall-go/rollcall/system/feed/spec"
)

// P10: times are read exactly, or not at all.
func TestTimes(t *testing.T) {
	t.Parallel()

	for _, c := range []struct{ format, zone, value, want string }{
		{"", "", `"2026-11-20T15:04:05.123456789Z"`, "2026-11-20T15:04:05.123456789Z"},
		{"rfc3339", "", `"2026-11-20T10:04:05.5-05:00"`, "2026-11-20T15:04:05.5Z"},
		{"", "", `"2026-11-20 15:04:05"`, "no"},
		{"", "", `"2026-11-20T15:04:05,5Z"`, "no"},
		{"", "", `1795187045`, "no"},
		{"rfc1123", "", `"Fri, 20 Nov 2026 15:04:05 GMT"`, "2026-11-20T15:04:05Z"},
		{"rfc1123", "", `"Fri, 20 Nov 2026 16:04:05 +0100"`, "2026-11-20T15:04:05Z"},
		{"rfc1123", "", `"Fri, 20 Nov 2026 16:04:05 CET"`, "no"}, // an abbreviation that says nothing
		{"unix", "", `1795187045`, "2026-11-20T15:04:05Z"},
		{"unix", "", `"1795187045"`, "2026-11-20T15:04:05Z"},
		{"unix", "", `1795187045.123456789`, "2026-11-20T15:04:05.123456789Z"},
		{"unix", "", `"1795187045.5"`, "2026-11-20T15:04:05.5Z"},
		{"unix", "", `1.795187045e9`, "2026-11-20T15:04:05Z"},
		{"unix", "", `1795187045123`, "no"}, // milliseconds where seconds are configured
		{"unix", "", `0`, "no"},
		{"unix", "", `"+1795187045"`, "no"},
		{"unix_ms", "", `1795187045123`, "2026-11-20T15:04:05.123Z"},
		{"unix_ms", "", `1795187045`, "no"},
		{"unix_us", "", `1795187045123456`, "2026-11-20T15:04:05.123456Z"},
		{"unix_ns", "", `1795187045123456789`, "2026-11-20T15:04:05.123456789Z"},
		{"unix_ns", "", `"1795187045223456789"`, "2026-11-20T15:04:05.223456789Z"},
		{"unix_ns", "", `99999999999999999999`, "no"},
		{"date", "", `"2026-11-20"`, "2026-11-20T00:00:00Z day"},
		{"date", "America/New_York", `"2026-11-20"`, "2026-11-20T05:00:00Z day"},
		{"date", "", `"2026-11-31"`, "no"},
		{"02.01.2006", "Europe/Prague", `"20.11.2026"`, "2026-11-19T23:00:00Z day"},
		{"2006-01-02 15:04:05", "Europe/Warsaw", `"2026-11-20 16:04:05"`, "2026-11-20T15:04:05Z"},
		{"2006-01-02 15:04:05", "Europe/Warsaw", `"2026-07-20 16:04:05"`, "2026-07-20T14:04:05Z"},
		{"2006-01-02 15:04:05", "", `"2026-11-20 15:04:05.25"`, "2026-11-20T15:04:05.25Z"},
		{"Jan 2, 2006 3:04 PM MST", "America/New_York", `"Nov 20, 2026 10:04 AM EST"`, "2026-11-20T15:04:00Z"},
		{"Jan 2, 2006 3:04 PM MST", "America/New_York", `"Nov 20, 2026 10:04 AM PST"`, "no"},
		{"20060102150405", "", `20261120150405`, "2026-11-20T15:04:05Z"},
		{"unix", "", `null`, "untimed"},
		{"unix", "", `true`, "no"},
		{"unix", "", `{}`, "no"},
		{"unix", "", `""`, "no"},
	} {
		d := keyed("X")
		d.Parse = spec.Parse{Price: "p", Time: "t", TimeFormat: c.format, Zone: c.zone}

		q := one(t, d, `{"X":{"p":1,"t":`+c.value+`}}`)
		got := "no"

		switch {
		case q.Outcome == messages.OutcomeInvalidTime:
		case q.VendorTime.IsZero():
			got = q.Flags.String()
		default:
			got = q.VendorTime.UTC().Format(time.RFC3339Nano)
			if q.Flags&messages.FlagDay != 0 {
				got += " day"
			}
		}

		assert.Equal(t, c.want, got, "%s %s: %s", c.format, c.value, q.Detail)
	}

	d := keyed("X")
	d.Parse.Time = "t"
	assert.Equal(t, messages.OutcomeInvalidTime, one(t, d, `{"X":{"p":1}}`).Outcome, "rows have times, and this one has none")
	assert.Equal(t, messages.FlagUntimed, one(t, keyed("X"), good).Flags, "rows have no times")
}

func TestTimeFormatsThatCannotBe(t *testing.T) {
	t.Parallel()

	for _, c := range []struct{ format, zone, field string }{
		{"unixms", "", "parse.time_format"},
		{"yyyy-mm-dd", "", "parse.time_format"},
		{"15:04:05", "", "parse.time_format"},
		{"2006", "", "parse.time_format"},
		{"Jan 2", "", "parse.time_format"},
		{"date", "Mars/Olympus", "parse.zone"},
		{"date", "Local", "parse.zone"},
		{"date", "../../etc/passwd", "parse.zone"},
		{"unix", "Europe/Warsaw", "parse.zone"},
		{"", "Europe/Warsaw", "parse.zone"},
	} {
		_, problems := reading.Compile(spec.Parse{Price: "p", Time: "t", TimeFormat: c.format, Zone: c.zone}, nil, reading.Veil{})
		require.Len(t, problems, 1, c.format)
		assert.Equal(t, c.field, problems[0].Field)
	}
}
