package main

import (
	"strconv"
	"strings"
	"unicode"
)

// wide are the runes that take two columns on a terminal: East Asian scripts, full-width forms and pictures.
var wide = &unicode.RangeTable{
	R16: []unicode.Range16{
		{Lo: 0x1100, Hi: 0x115F, Stride: 1},
		{Lo: 0x2E80, Hi: 0x303E, Stride: 1},
		{Lo: 0x3041, Hi: 0x4DBF, Stride: 1},
		{Lo: 0x4E00, Hi: 0xA4CF, Stride: 1},
		{Lo: 0xA960, Hi: 0xA97F, Stride: 1},
		{Lo: 0xAC00, Hi: 0xD7A3, Stride: 1},
		{Lo: 0xF900, Hi: 0xFAFF, Stride: 1},
		{Lo: 0xFE30, Hi: 0xFE6F, Stride: 1},
		{Lo: 0xFF01, Hi: 0xFF60, Stride: 1},
		{Lo: 0xFFE0, Hi: 0xFFE6, Stride: 1},
	},
	R32: []unicode.Range32{
		{Lo: 0x1F300, Hi: 0x1F64F, Stride: 1},
		{Lo: 0x1F680, Hi: 0x1F6FF, Stride: 1},
		{Lo: 0x1F900, Hi: 0x1F9FF, Stride: 1},
		{Lo: 0x20000, Hi: 0x3FFFD, Stride: 1},
	},
}

// width is how many columns of a terminal a printable text takes.
func width(text string) int {
	columns := 0

	for _, r := range text {
		switch {
		case unicode.In(r, unicode.Mn, unicode.Me):
		case unicode.Is(wide, r):
			columns += 2
		default:
			columns++
		}
	}

	return columns
}

// printable escapes what would move the cursor, change colours or turn the direction of writing.
func printable(text string) string {
	if strings.IndexFunc(text, hidden) < 0 {
		return text
	}

	var shown strings.Builder

	for _, r := range text {
		if hidden(r) {
			shown.WriteString(strings.Trim(strconv.QuoteRuneToASCII(r), "'"))
		} else {
			shown.WriteRune(r)
		}
	}

	return shown.String()
}

func hidden(r rune) bool { return !unicode.IsPrint(r) }

// wrap breaks a text between words into lines of at most limit columns; a longer word has a line of its own.
func wrap(text string, limit int) []string {
	var lines []string

	line := ""

	for word := range strings.FieldsSeq(text) {
		switch {
		case line == "":
			line = word
		case width(line)+1+width(word) <= limit:
			line += " " + word
		default:
			lines, line = append(lines, line), word
		}
	}

	return append(lines, line)
}
