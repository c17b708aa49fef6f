package tree

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/go-json-experiment/json/jsontext"
)

var errKeyText = errors.New("the answer has an object whose key is not text")

// maxLine is the longest line of ndjson, in bytes.
const maxLine = 1 << 20

// jsonReader builds the tree of one document.
type jsonReader struct {
	decoder  *jsontext.Decoder
	source   bytes.Buffer
	known    map[string]string // names of members, so that each is made once
	unquoted []byte
	anyCase  bool
	depth    int    // levels that are still allowed
	values   int    // values that are still allowed
	names    *Names // of the objects with many keys; nil until there is one
	objects  uint32 // with many or few keys; numbers them for names
}

func parseJSON(body []byte, o Options) (any, error) {
	r := borrow(o)
	defer r.giveBack()

	return r.document(body)
}

// parseLines reads one document a line.
func parseLines(body []byte, o Options) (any, error) {
	r := borrow(o)
	defer r.giveBack()

	documents, number := []any{}, 0

	for line := range bytes.Lines(body) {
		number++

		if line = bytes.TrimSpace(line); len(line) == 0 {
			continue
		}

		if len(line) > maxLine {
			return nil, fmt.Errorf("line %d is longer than %d MB", number, maxLine>>20)
		}

		document, err := r.document(line)
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", number, err)
		}

		documents = append(documents, document)
	}

	if len(documents) == 0 {
		return nil, ErrEmpty
	}

	return documents, nil
}

// document reads exactly one JSON value and nothing behind it.
func (r *jsonReader) document(body []byte) (any, error) {
	r.source = *bytes.NewBuffer(body)
	source := &r.source

	// The library's own search for duplicate keys is not needed: the objects that are built find them.
	if r.decoder == nil {
		r.decoder = jsontext.NewDecoder(source, jsontext.AllowDuplicateNames(true))
	} else {
		r.decoder.Reset(source, jsontext.AllowDuplicateNames(true))
	}

	document, err := r.value(r.depth)
	if err != nil {
		return nil, describe(err, body)
	}

	if _, err = r.decoder.ReadToken(); err == nil {
		return nil, ErrSecond
	} else if !errors.Is(err, io.EOF) {
		return nil, describe(err, body)
	}

	return document, nil
}

// value reads the next value, which may have so many levels.
func (r *jsonReader) value(depth int) (any, error) {
	r.values--

	if r.values < 0 {
		return nil, ErrValues
	}

	token, err := r.decoder.ReadToken()
	if err != nil {
		return nil, err
	}

	kind := token.Kind()

	switch kind { //nolint:exhaustive // the ends cannot stand here, and the beginnings follow
	case 'n':
		return nil, nil //nolint:nilnil // JSON's null
	case 't', 'f':
		return token.Bool(), nil
	case '"':
		return token.String(), nil
	case '0':
		return number(token.String()), nil
	}

	if depth == 0 {
		return nil, ErrDepth
	}

	if kind == '{' {
		return r.members(depth - 1)
	}

	return r.elements(depth - 1)
}

func number(text string) any {
	if len(text) > maxNumber {
		return text
	}

	return json.Number(text)
}

// members reads an object whose brace has been read, and its end.
func (r *jsonReader) members(depth int) (any, error) {
	object := make(map[string]any)

	r.objects++

	number := r.objects

	for r.decoder.PeekKind() != '}' {
		raw, err := r.decoder.ReadValue()
		if err != nil {
			return nil, err
		}

		name, err := r.name(raw)
		if err != nil {
			return nil, err
		}

		if !r.isNew(object, number, name) {
			return nil, ErrNames
		}

		if object[name], err = r.value(depth); err != nil {
			return nil, err
		}
	}

	_, err := r.decoder.ReadToken()

	return object, err
}

// elements reads an array whose bracket has been read, and its end.
func (r *jsonReader) elements(depth int) (any, error) {
	array := []any{}

	for r.decoder.PeekKind() != ']' {
		value, err := r.value(depth)
		if err != nil {
			return nil, err
		}

		array = append(array, value)
	}

	_, err := r.decoder.ReadToken()

	return array, err
}

// describe says why a body is not one JSON document. It quotes at most one character of it.
func describe(err error, body []byte) error {
	for _, own := range []error{ErrDepth, ErrNames, ErrValues} {
		if errors.Is(err, own) {
			return own
		}
	}

	switch {
	case len(bytes.TrimSpace(body)) == 0:
		return ErrEmpty
	case isMarkup(body):
		return ErrMarkup
	}

	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		return errors.New("the answer ends in the middle of its JSON")
	}

	var syntax *jsontext.SyntacticError
	if errors.As(err, &syntax) && syntax.Err != nil {
		return fmt.Errorf("not JSON at byte %d: %w", syntax.ByteOffset, syntax.Err)
	}

	return errors.New("the answer is not JSON")
}
