package template_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/system/feed/template"
)

func TestTimesOfRequests(t *testing.T) {
	t.Parallel()

	now := time.Date(2026, 3, 29, 0, 30, 5, 123456789, time.UTC) // half an hour before clocks change in Berlin

	for text, want := range map[string]string{
		"{now:unix}":                                   "1774744205",
		"{now:unix_ms}":                                "1774744205123",
		"{now:unix_us}":                                "1774744205123456",
		"{now:unix_ns}":                                "1774744205123456789",
		"{now:rfc3339}":                                "2026-03-29T00:30:05Z",
		"{now:2006-01-02}":                             "2026-03-29",
		"{now:2006-01-02 15:04@Europe/Berlin}":         "2026-03-29 01:30",
		"{now+1h:2006-01-02 15:04@Europe/Berlin}":      "2026-03-29 03:30",
		"{now-24h:2006-01-02@Europe/Berlin}":           "2026-03-28",
		"{now-1d:rfc3339@Europe/Berlin}":               "2026-03-28T01:30:05+01:00",
		"{now+1d:rfc3339@Europe/Berlin}":               "2026-03-30T01:30:05+02:00",
		"{now+1h30m:15:04:05}":                         "02:00:05",
		"{now:Jan|lower}":                              "mar",
		"from {now-7d:20060102} to {now:20060102}, {{": "from 20260322 to 20260329, {",
	} {
		compiled, problems := template.Compile("headers.x", text, template.Scope{Allowed: template.Anywhere})
		require.Empty(t, problems, text)

		got, err := compiled.Render(&template.Values{Now: now})
		require.NoError(t, err)
		assert.Equal(t, want, got, text)
	}
}
