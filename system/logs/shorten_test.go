package logs_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/sirupsen/logrus"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/system/logs"
)

// Whoever logs, and whatever: a line has at most 1 kB, and what was short in it is still whole. G5.
func TestLinesAreShort(t *testing.T) {
	t.Parallel()

	long := strings.Repeat("é\x1b\n\"", 100_000)

	for _, format := range []string{"json", "text"} {
		for name, value := range map[string]any{
			"text": long, "error": errors.New(long), "bytes": []byte(long), "struct": struct{ Inner string }{long}, "list": strings.Split(long, "\n")[:200],
		} {
			t.Run(format+" "+name, func(t *testing.T) {
				t.Parallel()

				var out bytes.Buffer

				log, err := logs.New(logs.Options{Out: &out, Format: format})
				require.NoError(t, err)

				log.WithFields(logrus.Fields{"vendor": "forex", "restarts": 7, "reason": value, "again": value}).Error("vendor crashed " + long)

				line := out.String()
				assert.LessOrEqual(t, len(line), 1024)
				assert.Contains(t, line, "forex")
				assert.Contains(t, line, "…")
				assert.True(t, utf8.ValidString(line))
				assert.Equal(t, 1, strings.Count(line, "\n"), "one line")

				if format == "json" {
					assert.True(t, json.Valid(out.Bytes()))
				}
			})
		}
	}
}
