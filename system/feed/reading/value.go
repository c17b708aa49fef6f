package reading

import (
	"encoding/json"
	"errors"
	"math/big"
	"strconv"
	"strings"

	"github.com/rollcall-go/rollcall/messages"
)

// maxShown is how much of a vendor's own text is shown where it cannot be read, in bytes.
const maxShown = 40

// maxValue is the longest text of a value that is kept, in bytes: more than any number or time has.
const maxValue = 6*messages.MaxPriceText + 2

// Value is one value of a row as it stands in the answer. The zero Value is none. Values can be compared.
type Value struct {
	text string
	kind kind
	size int // of a text too long to be kept, in bytes; 0 for others
}

type kind uint8

const (
	kindAbsent kind = iota
	kindNull
	kindText
	kindNumber
	kindOther // true, false, an object or an array
)

// Errors of single values.
var (
	errAbsent = errors.New("is missing")
	errNull   = errors.New("is null")
	errEmpty  = errors.New("is empty")
	errNone   = errors.New("stands for no value")
	errKind   = errors.New("is neither a number nor text")
)

// isNone reports whether an error of a value says that the vendor has none, rather than that it cannot be read.
func isNone(err error) bool {
	return errors.Is(err, errAbsent) || errors.Is(err, errNull) || errors.Is(err, errEmpty) || errors.Is(err, errNone)
}

// Carried reports whether the answer has a value: one that is neither left out nor null.
func (v Value) Carried() bool { return v.kind > kindNull }

// Text returns a number or text as the vendor wrote it; empty for anything else.
func (v Value) Text() string { return v.text }

// newValue returns the value of a text or a number.
func newValue(k kind, text string) Value {
	if len(text) > maxValue {
		return Value{kind: k, size: len(text)}
	}

	return Value{kind: k, text: text}
}

// valueOf returns a value of a tree, or of an expression's output.
func valueOf(value any) Value {
	switch value := value.(type) {
	case nil:
		return Value{kind: kindNull}
	case string:
		return newValue(kindText, value)
	case json.Number:
		return newValue(kindNumber, string(value))
	case int:
		return newValue(kindNumber, strconv.Itoa(value))
	case float64:
		return newValue(kindNumber, strconv.FormatFloat(value, 'f', -1, 64))
	case *big.Int:
		return newValue(kindNumber, value.String())
	default:
		return Value{kind: kindOther}
	}
}

// scalar returns the text of a number, or of a string.
func (v Value) scalar() (string, error) {
	switch {
	case v.kind == kindAbsent:
		return "", errAbsent
	case v.kind == kindNull:
		return "", errNull
	case v.kind == kindOther:
		return "", errKind
	case v.size > 0:
		return "", messages.ErrPriceTooLong
	case v.text == "":
		return "", errEmpty
	default:
		return v.text, nil
	}
}

// shown returns the beginning of a value, secrets masked before it is cut.
func (v Value) shown(veil Veil) string {
	switch {
	case v.size > 0:
		return "of " + strconv.Itoa(v.size) + " bytes"
	case v.kind == kindNull, v.kind == kindAbsent, v.kind == kindOther:
		return ""
	}

	text := veil.Mask(v.text)
	if len(text) > maxShown {
		text = strings.ToValidUTF8(text[:maxShown], "") + "…"
	}

	if v.kind == kindText {
		return `"` + text + `"`
	}

	return text
}
