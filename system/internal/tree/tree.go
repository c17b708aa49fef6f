// Package tree turns answers of any format into one kind of tree: map[string]any, []any, string, json.Number, bool and nil. Numbers keep their
// text. Whatever a vendor sends, a tree has bounded depth and a bounded number of values, and an error quotes at most one character of it.
package tree

import (
	"bytes"
	"errors"
	"fmt"
	"unicode/utf8"

	"golang.org/x/text/encoding/htmlindex"

	"github.com/rollcall-go/rollcall/system/feed/spec"
)

// Defaults and limits.
const (
	defaultDepth  = 16
	defaultValues = 300_000

	// maxNumber is the longest text of a JSON number, in bytes, that stays a number. A longer one becomes a string, so that nobody who does
	// arithmetic on it works for seconds.
	maxNumber = 128
)

// Options say how a body is written.
type Options struct {
	Format    string   // json, ndjson, csv, xml or text; json if empty
	Charset   string   // of the body, such as windows-1251; UTF-8, or what an XML declaration says, if empty
	CSV       spec.CSV // how csv is written
	AnyCase   bool     // permits keys of one object that differ only in case
	MaxDepth  int      // levels of json and xml; 16 if 0
	MaxValues int      // values in all; 300,000 if 0
}

// Errors of whole bodies. Readers would make different things of what they refuse.
var (
	ErrEmpty  = errors.New("the answer is empty")
	ErrHTML   = errors.New("the answer is an HTML page")
	ErrMarkup = errors.New("the answer is HTML or XML, not JSON")
	ErrDepth  = errors.New("the answer nests too deep")
	ErrValues = errors.New("the answer has too many values")
	ErrNames  = errors.New("the answer has an object with two keys that are equal but for upper and lower case")
	ErrSecond = errors.New("the answer has a second document behind the first")
	ErrUTF8   = errors.New("the answer is not valid UTF-8")
)

// Parse returns the tree of a body:
//
//   - json: the document. Exactly one, with no duplicate keys.
//   - ndjson: an array of the documents, one a line; empty lines are left out.
//   - csv: an array of objects, by the names of the header. A short row lacks the keys of its missing fields; a longer one is an error.
//   - xml: the root element as an object with name (without its namespace), attr (an object of texts), text (what stands directly in it, without
//     the space around) and kids (an array of elements).
//   - text: the body as one string.
func Parse(body []byte, o Options) (any, error) {
	if o.MaxDepth == 0 {
		o.MaxDepth = defaultDepth
	}

	if o.MaxValues == 0 {
		o.MaxValues = defaultValues
	}

	body, err := decoded(body, o)
	if err != nil {
		return nil, err
	}

	switch o.Format {
	case "", "json":
		return parseJSON(body, o)
	case "ndjson":
		return parseLines(body, o)
	case "csv":
		return parseCSV(body, o)
	case "xml":
		return parseXML(body, o)
	case "text":
		return string(body), nil
	default:
		return nil, fmt.Errorf("the format %q is none that can be read", o.Format)
	}
}

// Check says what is wrong with a charset's name; nil if nothing is.
func Check(charset string) error {
	if charset == "" {
		return nil
	}

	if _, err := htmlindex.Get(charset); err != nil {
		return fmt.Errorf("the charset is not known: %w", err)
	}

	return nil
}

// decoded returns the body as UTF-8, without a byte order mark. XML says itself what it is written in, unless the options do.
func decoded(body []byte, o Options) ([]byte, error) {
	body = bytes.TrimPrefix(body, []byte("\xef\xbb\xbf"))

	if o.Charset != "" {
		encoding, err := htmlindex.Get(o.Charset)
		if err != nil {
			return nil, fmt.Errorf("the charset is not known: %w", err)
		}

		if body, err = encoding.NewDecoder().Bytes(body); err != nil {
			return nil, fmt.Errorf("the answer is not written in the charset configured: %w", err)
		}

		body = bytes.TrimPrefix(body, []byte("\xef\xbb\xbf"))
	} else if o.Format == "xml" {
		return body, nil
	}

	if !utf8.Valid(body) {
		return nil, ErrUTF8
	}

	return body, nil
}

// isMarkup reports whether the body begins as HTML or XML do.
func isMarkup(body []byte) bool { return bytes.HasPrefix(bytes.TrimLeft(body, " \t\r\n"), []byte("<")) }
