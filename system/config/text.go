package config

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
)

// scan walks through a text, character by character.
type scan struct {
	line, column int
	start        int // the byte at which the line begins
	structure    int // roughly how many values the YAML library would make
}

// checkText refuses what is not text before the YAML library sees it, because the library gives no position for it, and what would take
// the library very long. It reports whether the text is fine.
func (d *decoder) checkText(data []byte) bool {
	if len(data) > maxSize {
		d.mistakeAt(nil, "", tooLarge(int64(len(data))), "")

		return false
	}

	s := scan{line: 1}

	for at := 0; at < len(data); {
		r, size := utf8.DecodeRune(data[at:])

		if problem, suggestion := s.next(r, size, at); problem != "" {
			d.reading.broken = true
			d.mistakeAt(&yaml.Node{Line: s.line, Column: s.column}, "", problem, suggestion)

			return false
		}

		at += size

		if r == '\n' || r == '\r' && (at == len(data) || data[at] != '\n') {
			s.line, s.column, s.start = s.line+1, 0, at
		}
	}

	return true
}

// next takes one character and says what is wrong with it or with the text up to it.
func (s *scan) next(r rune, size, at int) (problem, suggestion string) {
	if at > 0 || r != '\uFEFF' {
		s.column++
	}

	switch r {
	case ':':
		s.structure += 2
	case ',', '-', '[', '{', '?':
		s.structure++
	}

	switch problem := notText(r, size, at); {
	case problem != "":
		return problem, "keep to visible characters in UTF-8"
	case at-s.start >= maxLine:
		return fmt.Sprintf("the line is longer than %d bytes", maxLine), "break it into lines"
	case s.structure > maxStructure:
		return fmt.Sprintf("the file has more than %d values", maxStructure), "split it"
	default:
		return "", ""
	}
}

// notText says why a character may not stand in the file. Unicode's own line breaks would shift positions; characters that turn the
// direction of writing make text look like what it is not.
func notText(r rune, size, at int) string {
	switch {
	case r == utf8.RuneError && size == 1:
		return "not UTF-8"
	case r == '\t' || r == '\n' || r == '\r' || r == '\uFEFF' && at == 0:
		return ""
	case unicode.IsControl(r), unicode.Is(unicode.Bidi_Control, r), r == '\u2028', r == '\u2029', r == '\uFEFF':
		return fmt.Sprintf("character U+%04X is not allowed", r)
	default:
		return ""
	}
}

// shown makes text of the file fit for one line of a message: graphic, at most 64 characters.
func shown(text string) string { return shownUpTo(text, 64) }

func shownUpTo(text string, most int) string {
	clean := strings.Map(func(r rune) rune {
		if unicode.IsGraphic(r) && !unicode.Is(unicode.Bidi_Control, r) {
			return r
		}

		return '·'
	}, text)

	if runes := []rune(clean); len(runes) > most {
		return string(runes[:most]) + "…"
	}

	return clean
}

// quote is shown in double quotes.
func quote(text string) string { return strconv.QuoteToGraphic(shown(text)) }
