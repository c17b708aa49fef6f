package logs_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"log"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/system/logs"
)

func TestFormatFollowsTheTerminal(t *testing.T) {
	t.Parallel()

	var pipe, terminal bytes.Buffer

	piped, err := logs.New(logs.Options{Out: &pipe})
	require.NoError(t, err)

	shown, err := logs.New(logs.Options{Out: &terminal, Terminal: true})
	require.NoError(t, err)

	piped.WithField("vendor", "forex").Info("vendor crashed")
	shown.WithField("vendor", "forex").Info("vendor crashed")

	var line map[string]any

	require.NoError(t, json.Unmarshal(pipe.Bytes(), &line))
	assert.Equal(t, "vendor crashed", line["msg"])
	assert.Equal(t, "forex", line["vendor"])
	assert.Contains(t, terminal.String(), "\x1b[")
}

func TestWrongOptionsSayWhatIsAllowed(t *testing.T) {
	t.Parallel()

	_, err := logs.New(logs.Options{Level: "loud"})
	require.ErrorContains(t, err, `log level "loud": use error, warn, info, debug or trace`)

	_, err = logs.New(logs.Options{Format: "xml"})
	require.ErrorContains(t, err, `log format "xml": use text or json`)
}

// A vendor that fails a thousand times a minute writes ten lines, and another vendor still writes its own (G5).
func TestLinesAreLimitedPerVendorAndOutcome(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer

		logger, err := logs.New(logs.Options{Out: &out})
		require.NoError(t, err)

		for range 1000 {
			logger.WithField("vendor", "forex").WithField("outcome", "timeout").Info("vendor outcome changed")
		}

		logger.WithField("vendor", "metals").WithField("outcome", "timeout").Info("vendor outcome changed")
		logger.WithField("vendor", "forex").WithField("outcome", "reset").Info("vendor outcome changed")
		assert.Equal(t, logs.DefaultPerMinute+2, strings.Count(out.String(), "\n"))

		time.Sleep(time.Minute)
		out.Reset()
		logger.WithField("vendor", "forex").WithField("outcome", "timeout").Info("vendor outcome changed")
		assert.Contains(t, out.String(), `"omitted_lines":990`)
		assert.Contains(t, out.String(), `"msg":"vendor outcome changed"`)
	})
}

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, errors.New("broken pipe") }

// O06: a reader that went away costs lines, not the program.
func TestAReaderThatWentAwayIsCounted(t *testing.T) {
	t.Parallel()

	logger, err := logs.New(logs.Options{Out: broken{}})
	require.NoError(t, err)

	logger.Info("one")
	logger.Info("two")
	assert.Equal(t, uint64(2), logs.Lost(logger.Logger.Out))
}

func TestTheStandardLoggerFlowsIn(t *testing.T) {
	var out bytes.Buffer

	logger, err := logs.New(logs.Options{Out: &out, Level: "debug"})
	require.NoError(t, err)

	undo := logs.Capture(logger)
	log.Print("Unsolicited response received\x1b[31m on idle channel " + strings.Repeat("x", 10_000))
	undo()

	assert.Contains(t, out.String(), "Unsolicited response")
	assert.NotContains(t, out.String(), "\x1b", "control characters reach the log escaped only")
	assert.Less(t, out.Len(), 1024)
}
