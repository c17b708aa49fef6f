package logs

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/sirupsen/logrus"
)

// mostBytes is the longest line, in bytes. Libraries log what they were given, however long it is.
const mostBytes = 1024

// render formats a line. One that is too long is formatted again with its texts cut, shorter and shorter, because quoting makes them longer.
func render(inner logrus.Formatter, entry *logrus.Entry) ([]byte, error) {
	line, err := inner.Format(entry)

	for most := mostBytes / 2; err == nil && len(line) > mostBytes && most > 0; most /= 2 {
		line, err = inner.Format(shortened(entry, most))
	}

	return line, err //nolint:wrapcheck // the caller says what it is
}

// shortened returns a copy of an entry whose message and fields have at most so many bytes each.
func shortened(entry *logrus.Entry, most int) *logrus.Entry {
	copied := *entry
	copied.Buffer = nil // it holds the line that is too long
	copied.Message = cut(entry.Message, most)
	copied.Data = make(logrus.Fields, len(entry.Data))

	for name, value := range entry.Data {
		if text := fmt.Sprint(value); len(text) > most {
			value = cut(text, most)
		}

		copied.Data[name] = value
	}

	return &copied
}

// cut shortens a text between two characters and shows that it did.
func cut(text string, most int) string {
	if len(text) <= most {
		return text
	}

	for most > 0 && !utf8.RuneStart(text[most]) {
		most--
	}

	return strings.Clone(text[:most]) + "…"
}
