package tree

import (
	"bytes"
	"sync"

	"github.com/go-json-experiment/json/jsontext"
)

// Names of members that are kept: so many, of so many bytes.
const (
	maxKnown     = 1024
	maxKnownName = 64
)

// Readers are shared by all vendors of the process. What is kept between documents are names of members, which are no secrets, and empty space.
//
//nolint:gochecknoglobals // a pool of empty space, without state
var readers = sync.Pool{New: func() any {
	names := NewNames()

	return &jsonReader{known: make(map[string]string), names: &names}
}}

func borrow(o Options) *jsonReader {
	r, _ := readers.Get().(*jsonReader)
	r.anyCase, r.depth, r.values, r.objects = o.AnyCase, o.MaxDepth, o.MaxValues, 0
	r.names.Reset()

	return r
}

func (r *jsonReader) giveBack() {
	r.source = bytes.Buffer{}
	if r.decoder != nil {
		r.decoder.Reset(&r.source, jsontext.AllowDuplicateNames(true))
	}

	readers.Put(r)
}

// name returns the text of a member's name, the same string for the same name where it is known.
func (r *jsonReader) name(raw jsontext.Value) (string, error) {
	if raw.Kind() != '"' {
		return "", errKeyText
	}

	if name, known := r.known[string(raw[1:len(raw)-1])]; known && bytes.IndexByte(raw, '\\') < 0 {
		return name, nil
	}

	text, err := jsontext.AppendUnquote(r.unquoted[:0], raw)
	if err != nil {
		return "", err
	}

	r.unquoted = text
	name := string(text)

	if len(r.known) < maxKnown && len(name) <= maxKnownName && len(name) == len(raw)-2 {
		r.known[name] = name
	}

	return name, nil
}
