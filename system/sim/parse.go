package sim

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// ParseFault reads a fault: the kind, where it takes a parameter "=" and its value, then options separated by spaces.
//
//	hang
//	status=503 first=3
//	flap=30s/30s
//	stale=10m chance=0.2
//	body="{\"error\": \"closed\"}" every=5
//	hang after=1m for=30s
//
// A kind may be written with _ for -. Options are the other parameters of the kind (status, code, delay, retry-after, size, body) and the
// conditions chance, every, first, after, for, up and down. A value with spaces or quotes is written as a Go string.
func ParseFault(text string) (Fault, error) {
	words, err := split(text)
	if err != nil {
		return Fault{}, fmt.Errorf("fault %q: %w", clip(text), err)
	}

	if len(words) == 0 {
		return Fault{}, errors.New("empty fault")
	}

	known, found := lookup(Kind(strings.ReplaceAll(words[0].key, "_", "-")))
	if !found {
		return Fault{}, unknownKind(words[0].key)
	}

	fault := Fault{Kind: known.kind}

	for i, w := range words {
		if i == 0 {
			if !w.valued {
				continue
			}

			w.key = known.parameter()
		}

		if err := setOption(&fault, w); err != nil {
			return Fault{}, fmt.Errorf("fault %s: %w", known.kind, err)
		}
	}

	return fault, fault.Validate()
}

// String writes the fault as ParseFault reads it.
func (f Fault) String() string {
	var b strings.Builder

	b.WriteString(string(f.Kind))

	known, _ := lookup(f.Kind)
	parameter := known.parameter()
	head := ""

	if o, found := findOption(parameter); found {
		head = o.get(f)
	} else if parameter == flapOption && f.Up > 0 {
		head = f.Up.String() + "/" + f.Down.String()
	}

	if head != "" {
		b.WriteString("=" + quoteValue(head))
	}

	for _, o := range options() {
		value := o.get(f)
		if value == "" || o.name == parameter || parameter == flapOption && (o.name == "up" || o.name == "down") {
			continue
		}

		b.WriteString(" " + o.name + "=" + quoteValue(value))
	}

	return b.String()
}

// flapOption is how the parameter of the kind Flap is written: up/down.
const flapOption = "up/down"

// setOption sets one option from its text.
func setOption(f *Fault, w word) error {
	if w.key == flapOption {
		return setFlap(f, w.value)
	}

	o, found := findOption(w.key)

	switch {
	case w.key == "":
		return errors.New("takes no value")
	case !found:
		return fmt.Errorf("unknown option %q", clip(w.key))
	case !w.valued || w.value == "":
		return fmt.Errorf("option %s has no value", w.key)
	case o.get(*f) != "":
		return fmt.Errorf("option %s is set twice", w.key)
	}

	if err := o.set(f, w.value); err != nil {
		return fmt.Errorf("option %s: %w", w.key, err)
	}

	return nil
}

func setFlap(f *Fault, text string) error {
	up, down, found := strings.Cut(text, "/")
	first, errUp := time.ParseDuration(up)
	second, errDown := time.ParseDuration(down)

	if !found || errUp != nil || errDown != nil {
		return fmt.Errorf("%q is not two durations such as 30s/10s", clip(text))
	}

	f.Up, f.Down = first, second

	return nil
}

// word is key or key=value.
type word struct {
	key, value string
	valued     bool
}

// split cuts text at spaces outside Go strings.
func split(text string) ([]word, error) {
	var words []word

	for text = strings.TrimSpace(text); text != ""; text = strings.TrimLeftFunc(text, unicode.IsSpace) {
		end := strings.IndexFunc(text, func(r rune) bool { return r == '=' || unicode.IsSpace(r) })
		if end < 0 || text[end] != '=' {
			end = endOr(text, end)
			words, text = append(words, word{key: text[:end]}), text[end:]

			continue
		}

		key, rest := text[:end], text[end+1:]

		value, rest, err := cutValue(rest)
		if err != nil {
			return nil, err
		}

		words, text = append(words, word{key: key, value: value, valued: true}), rest
	}

	return words, nil
}

// cutValue takes a value, bare or a Go string, off the front of text.
func cutValue(text string) (value, rest string, err error) {
	if !strings.HasPrefix(text, `"`) {
		end := endOr(text, strings.IndexFunc(text, unicode.IsSpace))

		return text[:end], text[end:], nil
	}

	quoted, err := strconv.QuotedPrefix(text)
	if err != nil {
		return "", "", errors.New("a string has no end")
	}

	rest = text[len(quoted):]
	if rest != "" && !unicode.IsSpace(rune(rest[0])) {
		return "", "", errors.New("text follows the end of a string")
	}

	value, err = strconv.Unquote(quoted)
	if err != nil {
		return "", "", fmt.Errorf("string: %w", err)
	}

	return value, rest, nil
}

func endOr(text string, end int) int {
	if end < 0 {
		return len(text)
	}

	return end
}

// quoteValue writes a value bare where that reads back the same.
func quoteValue(value string) string {
	quoted := strconv.Quote(value)
	if quoted != `"`+value+`"` || strings.ContainsFunc(value, unicode.IsSpace) {
		return quoted
	}

	return value
}

// clip bounds text that is shown in an error.
func clip(text string) string {
	const most = 80

	if len(text) > most {
		return text[:most] + "…"
	}

	return text
}
