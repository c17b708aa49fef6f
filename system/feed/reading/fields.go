package reading

import (
	"bytes"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/rollcall-go/rollcall/messages"
)

// fields returns what was found for a symbol, or for a row.
func (d *decoder) fields(found *cell) Fields {
	var f Fields

	values := valuesOf(&f)

	for _, v := range d.program.values {
		*values[v.slot-slotPrice] = d.valueAt(found.slots[v.slot])
	}

	return f
}

func (d *decoder) valueAt(at span) Value {
	raw := d.body[at.start:at.end]

	switch at.kind {
	case 0:
		return Value{}
	case 'n':
		return Value{kind: kindNull}
	case '0':
		if len(raw) > maxValue {
			return Value{kind: kindNumber, size: len(raw)}
		}

		return Value{kind: kindNumber, text: string(raw)}
	case '"':
		if text := d.unquote(raw); len(text) <= maxValue {
			return Value{kind: kindText, text: string(text)}
		}

		return Value{kind: kindText, size: len(raw)}
	default:
		return Value{kind: kindOther}
	}
}

// failureText returns what the error path led to, and false if that says that there is no error.
func (d *decoder) failureText() (text string, present bool) {
	raw := d.body[d.failure.start:d.failure.end]

	switch d.failure.kind {
	case 0, 'n', 'f':
		return "", false
	case '"':
		text = string(d.unquote(raw))

		return text, text != ""
	case '0':
		value, err := strconv.ParseFloat(string(raw), 64)

		return string(raw), err != nil || value != 0
	case 't':
		return "true", true
	default:
		return d.innerText(raw)
	}
}

// innerText returns the texts and numbers inside an array or object, in order, and false if it has no members.
func (d *decoder) innerText(raw []byte) (text string, present bool) {
	inner := jsontext.NewDecoder(bytes.NewReader(raw), d.options)

	var joined []byte

	for len(joined) < 2*messages.MaxDetail {
		token, err := inner.ReadToken()
		if err != nil {
			break
		}

		present = present || inner.StackDepth() > 1 || (token.Kind() != '{' && token.Kind() != '[' && token.Kind() != '}' && token.Kind() != ']')
		parent, length := inner.StackIndex(inner.StackDepth())
		isKey := parent == '{' && length%2 == 1

		if (token.Kind() == '"' && !isKey) || token.Kind() == '0' {
			joined = append(append(joined, token.String()...), ' ')
		}
	}

	return string(joined), present
}
