package tree

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"

	"golang.org/x/text/encoding/htmlindex"
)

// Errors of XML.
var (
	errNoElement  = errors.New("not XML: there is no element in it")
	errOutside    = errors.New("not XML: there is text outside its element")
	errAttributes = errors.New("not XML: an element has two attributes of one name")
	errCharset    = errors.New("not XML: its charset is not known")
)

// xmlReader builds the tree of one document.
type xmlReader struct {
	decoder *xml.Decoder
	depth   int // levels that are still allowed
	values  int // values that are still allowed
}

func parseXML(body []byte, o Options) (any, error) {
	if len(bytes.TrimSpace(body)) == 0 {
		return nil, ErrEmpty
	}

	r := &xmlReader{decoder: xml.NewDecoder(bytes.NewReader(body)), depth: o.MaxDepth, values: o.MaxValues}
	r.decoder.CharsetReader = func(label string, input io.Reader) (io.Reader, error) {
		if o.Charset != "" {
			return input, nil // it has been decoded already
		}

		encoding, err := htmlindex.Get(label)
		if err != nil {
			return nil, errCharset
		}

		return encoding.NewDecoder().Reader(input), nil
	}

	root, err := r.root()
	if err != nil {
		return nil, xmlError(err)
	}

	return root, nil
}

// root reads the one element of a document and what may stand around it.
func (r *xmlReader) root() (root map[string]any, err error) {
	for {
		token, err := r.decoder.Token()

		switch {
		case errors.Is(err, io.EOF) && root != nil:
			return root, nil
		case errors.Is(err, io.EOF):
			return nil, errNoElement
		case err != nil:
			return nil, err
		}

		switch token := token.(type) {
		case xml.StartElement:
			if root != nil {
				return nil, ErrSecond
			}

			if root, err = r.element(token); err != nil {
				return nil, err
			}
		case xml.Directive:
			if isDoctypeHTML(token) {
				return nil, ErrHTML
			}
		case xml.CharData:
			if len(bytes.TrimSpace(token)) > 0 {
				return nil, errOutside
			}
		}
	}
}

// open is an element that is being read.
type open struct {
	node map[string]any
	text strings.Builder
	kids []any
}

// element reads an element whose start has been read, and its end. It does not call itself, so depth costs no stack.
func (r *xmlReader) element(start xml.StartElement) (map[string]any, error) {
	first, err := r.begin(start, 0)
	if err != nil {
		return nil, err
	}

	for stack := []*open{first}; ; {
		token, err := r.decoder.Token()
		if err != nil {
			return nil, err
		}

		top := stack[len(stack)-1]

		switch token := token.(type) {
		case xml.StartElement:
			kid, err := r.begin(token, len(stack))
			if err != nil {
				return nil, err
			}

			top.kids = append(top.kids, kid.node)
			stack = append(stack, kid)
		case xml.CharData:
			top.text.Write(token)
		case xml.EndElement:
			top.node["text"], top.node["kids"] = strings.TrimSpace(top.text.String()), top.kids

			if stack = stack[:len(stack)-1]; len(stack) == 0 {
				return top.node, nil
			}
		}
	}
}

func (r *xmlReader) begin(start xml.StartElement, depth int) (*open, error) {
	if depth >= r.depth {
		return nil, ErrDepth
	}

	if strings.EqualFold(start.Name.Local, "html") {
		return nil, ErrHTML
	}

	// An element is an object of four values.
	if r.values -= 4 + len(start.Attr); r.values < 0 {
		return nil, ErrValues
	}

	attributes := make(map[string]any, len(start.Attr))

	for _, attribute := range start.Attr {
		if attribute.Name.Space == "xmlns" || (attribute.Name.Space == "" && attribute.Name.Local == "xmlns") {
			continue
		}

		if _, twice := attributes[attribute.Name.Local]; twice {
			return nil, errAttributes
		}

		attributes[attribute.Name.Local] = attribute.Value
	}

	return &open{node: map[string]any{"name": start.Name.Local, "attr": attributes}, kids: []any{}}, nil
}

func isDoctypeHTML(directive []byte) bool {
	return len(directive) >= 12 && strings.EqualFold(string(directive[:12]), "doctype html")
}

// xmlError says why a body is no XML document. It quotes none of it.
func xmlError(err error) error {
	for _, own := range []error{ErrDepth, ErrValues, ErrHTML, ErrSecond, errNoElement, errOutside, errAttributes, errCharset} {
		if errors.Is(err, own) {
			return own
		}
	}

	syntax, ok := errors.AsType[*xml.SyntaxError](err)
	if !ok {
		return errors.New("the answer is not XML")
	}

	problem := syntax.Msg
	if at := strings.IndexAny(problem, ":<&\""); at >= 0 {
		problem = problem[:at] // what follows is the vendor's
	}

	return fmt.Errorf("not XML at line %d: %s", syntax.Line, strings.TrimSpace(problem))
}
