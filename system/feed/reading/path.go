package reading

import (
	"strconv"
	"strings"
	"unicode"

	"github.com/go-json-experiment/json/jsontext"
)

// placeSymbol stands, in place of a key, for the key of the instrument asked for.
const placeSymbol = "{symbol}"

// Limits of a path.
const (
	maxPathText  = 512 // bytes
	maxPathIndex = 1_000_000
)

// A step goes from a JSON value into one of its members.
type step struct {
	kind  stepKind
	key   string // of stepKey
	index int    // of stepIndex
}

type stepKind uint8

const (
	stepKey    stepKind = iota // the member with this key
	stepIndex                  // the element with this index
	stepSymbol                 // the member whose key is a vendor symbol
)

// path leads to a value in a JSON answer; empty, it leads to where it starts.
type path []step

func (p path) hasSymbol() bool {
	for _, s := range p {
		if s.kind == stepSymbol {
			return true
		}
	}

	return false
}

// parsePath reads keys joined by dots, [n] and ["key"]; {symbol} in place of a key is the vendor symbol. It returns what is wrong with the
// text, and empty text if nothing is.
func parsePath(text string) (p path, problem string) {
	if len(text) > maxPathText {
		return nil, "is longer than " + strconv.Itoa(maxPathText) + " bytes"
	}

	for rest := text; rest != ""; {
		var (
			next step
			size int
		)

		switch {
		case rest[0] == '[':
			next, size, problem = bracketStep(rest)
		case len(p) == 0:
			next, size, problem = keyStep(rest)
		case rest[0] != '.':
			problem = "needs a dot between a bracket and the next key"
		default:
			next, size, problem = keyStep(rest[1:])
			size++
		}

		if problem != "" {
			return nil, problem
		}

		p, rest = append(p, next), rest[size:]
	}

	if len(p) > maxDepth {
		return nil, "has more than " + strconv.Itoa(maxDepth) + " steps"
	}

	return p, ""
}

// keyStep reads a key up to the next dot or bracket and returns its length in bytes.
func keyStep(text string) (next step, size int, problem string) {
	if strings.HasPrefix(text, placeSymbol) {
		size = len(placeSymbol)
		if size < len(text) && text[size] != '.' && text[size] != '[' {
			return step{}, 0, "joins " + placeSymbol + " with other text; it must be a key of its own"
		}

		return step{kind: stepSymbol}, size, ""
	}

	size = strings.IndexAny(text, ".[")
	if size < 0 {
		size = len(text)
	}

	key := text[:size]

	switch {
	case key == "":
		return step{}, 0, "has an empty key"
	case strings.ContainsAny(key, `]"{}`):
		return step{}, 0, `has a key with brackets, braces or quotes; write it as ["key"]`
	case strings.ContainsFunc(key, func(r rune) bool { return r == unicode.ReplacementChar || unicode.IsSpace(r) || !unicode.IsGraphic(r) }):
		return step{}, 0, `has a key with spaces or control characters; write it as ["key"]`
	default:
		return step{kind: stepKey, key: key}, size, ""
	}
}

// bracketStep reads [n] or ["key"] and returns its length in bytes.
func bracketStep(text string) (next step, size int, problem string) {
	if strings.HasPrefix(text, `["`) {
		return quotedStep(text)
	}

	end := strings.IndexByte(text, ']')
	if end < 0 {
		return step{}, 0, "has a bracket that is not closed"
	}

	digits := text[1:end]

	index, err := strconv.Atoi(digits)
	if err != nil || strconv.Itoa(index) != digits || index < 0 || index > maxPathIndex {
		return step{}, 0, `has a bracket that holds neither an index from 0 on nor a "key"`
	}

	return step{kind: stepIndex, index: index}, end + 1, ""
}

func quotedStep(text string) (next step, size int, problem string) {
	end := 2
	for end < len(text) && text[end] != '"' {
		if text[end] == '\\' {
			end++
		}

		end++
	}

	if end+1 >= len(text) || text[end+1] != ']' {
		return step{}, 0, "has a quoted key that is not closed"
	}

	key, err := jsontext.AppendUnquote(nil, text[1:end+1])
	if err != nil {
		return step{}, 0, "has a quoted key that is not a JSON string"
	}

	return step{kind: stepKey, key: string(key)}, end + 2, ""
}
