// Package logs makes the one logger of a program: logrus, text on a terminal and JSON elsewhere, limited per vendor and outcome, and not
// stopped by a reader that went away.
package logs

import (
	"fmt"
	"io"
	"log"
	"strings"
	"time"

	"github.com/sirupsen/logrus"

	"github.com/rollcall-go/rollcall/actors"
)

// Options of New.
type Options struct {
	Level  string    // panic, fatal, error, warn, info, debug or trace; info if empty
	Format string    // text or json; by Terminal if empty
	Out    io.Writer // where lines go
	// Terminal says that Out is a terminal: text with colours.
	Terminal bool
	// PerMinute is how many lines of one kind (message, vendor and outcome) are written in a minute; DefaultPerMinute if 0.
	PerMinute int
}

// DefaultPerMinute is the limit of lines of one kind a minute.
const DefaultPerMinute = 10

// New returns a logger. The error names the option that is wrong and what is allowed.
func New(options Options) (*logrus.Entry, error) {
	level := logrus.InfoLevel

	if options.Level != "" {
		parsed, err := logrus.ParseLevel(options.Level)
		if err != nil {
			return nil, fmt.Errorf("log level %q: use error, warn, info, debug or trace", options.Level)
		}

		level = parsed
	}

	formatter, err := formatterFor(options)
	if err != nil {
		return nil, err
	}

	perMinute := options.PerMinute
	if perMinute == 0 {
		perMinute = DefaultPerMinute
	}

	logger := logrus.New()
	logger.SetLevel(level)
	logger.SetFormatter(&limiter{inner: formatter, limit: perMinute, now: time.Now, kinds: make(map[kind]*window)})
	logger.SetOutput(&steadfast{out: options.Out})

	return logrus.NewEntry(logger), nil
}

func formatterFor(options Options) (logrus.Formatter, error) {
	format := options.Format
	if format == "" {
		format = "json"
		if options.Terminal {
			format = "text"
		}
	}

	switch format {
	case "text":
		return &logrus.TextFormatter{DisableColors: !options.Terminal, ForceColors: options.Terminal, FullTimestamp: true}, nil
	case "json":
		return &logrus.JSONFormatter{TimestampFormat: time.RFC3339Nano}, nil
	default:
		return nil, fmt.Errorf("log format %q: use text or json", options.Format)
	}
}

// OrSilent returns the logger, or one that discards everything where it is nil.
func OrSilent(logger *logrus.Entry) *logrus.Entry { return actors.OrSilent(logger) }

// Capture sends everything written through the standard library's log package, where the HTTP client reports what vendors did wrong, to the
// logger at debug level, one line each, quoted by the formatter. It returns what undoes it.
func Capture(logger *logrus.Entry) func() {
	before, flags := log.Writer(), log.Flags()

	log.SetFlags(0)
	log.SetOutput(&lines{logger: logger.WithField("actor", "stdlib")})

	return func() {
		log.SetOutput(before)
		log.SetFlags(flags)
	}
}

type lines struct{ logger *logrus.Entry }

// maxLine is the longest line, in bytes, taken over from elsewhere.
const maxLine = 512

// Write implements io.Writer.
func (l *lines) Write(p []byte) (int, error) {
	text := strings.TrimRight(string(p[:min(len(p), maxLine)]), "\n")
	l.logger.WithField("text", text).Debug("library message")

	return len(p), nil
}
