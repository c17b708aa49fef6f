package gateway

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/rollcall-go/rollcall/system/gateway/params"
)

// table is an answer of rows: a JSON object whose last list they are, or CSV. What is written stays here until it is much or the end, so that
// small answers have a length and errors a status; rows beyond go out as they come.
type table[T any] struct {
	w      http.ResponseWriter
	r      *http.Request
	format params.Format
	name   string // of the list, in JSON
	cells  func(*T) []string

	buffer bytes.Buffer
	csv    *csv.Writer
	rows   int
	begun  bool // the header is sent
}

// spill is how much a JSON answer holds back.
const spill = 256 << 10

// newTable begins an answer. Head is a value whose members come before the list, or nil; columns are those of CSV.
func newTable[T any](w http.ResponseWriter, r *http.Request, format params.Format, head any, name string, columns []string, cells func(*T) []string) *table[T] {
	t := &table[T]{w: w, r: r, format: format, name: name, cells: cells}

	if format == params.CSV {
		t.csv = csv.NewWriter(&t.buffer)
		t.line(columns)

		return t
	}

	start := []byte("{")
	if head != nil {
		start = object(head)
	}

	t.buffer.Write(start)

	if len(start) > 1 {
		t.buffer.WriteByte(',')
	}

	t.buffer.WriteString(strconv.Quote(name) + ":[")

	return t
}

// row adds a row. An error says that the client is gone.
func (t *table[T]) row(value *T) error {
	t.rows++

	if t.format == params.CSV {
		t.line(t.cells(value))

		return nil
	}

	if t.rows > 1 {
		t.buffer.WriteByte(',')
	}

	text, err := json.Marshal(value)
	if err != nil {
		panic(err) // the API's types always have JSON
	}

	t.buffer.Write(text)

	if t.buffer.Len() < spill {
		return nil
	}

	return t.flush()
}

func (t *table[T]) line(cells []string) {
	for i := range cells {
		cells[i] = inert(cells[i])
	}

	_ = t.csv.Write(cells) // a buffer takes everything
}

func (t *table[T]) flush() error {
	if !t.begun {
		t.begun = true
		t.w.Header().Set("Content-Type", mediaJSON)
	}

	_, err := t.w.Write(t.buffer.Bytes()) //nolint:gosec // JSON, with its type and nosniff
	t.buffer.Reset()

	return err
}

// end completes the answer. Next is the cursor of the page that follows, empty if this is the last; tail is a value whose members come after, or nil.
func (t *table[T]) end(next string, tail any) {
	if t.format == params.CSV {
		t.csv.Flush()
		t.link(next)
		send(t.w, mediaCSV, t.buffer.Bytes())

		return
	}

	t.buffer.WriteByte(']')

	if next != "" {
		t.buffer.WriteString(`,"next":` + strconv.Quote(next))
	}

	if tail != nil {
		t.buffer.WriteByte(',')
		t.buffer.Write(bytes.TrimPrefix(object(tail), []byte("{")))
	}

	t.buffer.WriteString("}\n")

	if t.begun {
		_ = t.flush() // a client that is gone needs no answer

		return
	}

	t.link(next)
	send(t.w, mediaJSON, t.buffer.Bytes())
}

// link names the page that follows in the header, as RFC 8288 has it, for forms without a place for it.
func (t *table[T]) link(next string) {
	if next == "" {
		return
	}

	query := t.r.URL.Query()
	query.Set("cursor", next)

	target := url.URL{Path: t.r.URL.Path, RawPath: t.r.URL.RawPath, RawQuery: query.Encode()}
	t.w.Header().Set("Link", "<"+target.String()+`>; rel="next"`)
}

// broken ends an answer that cannot go on: with a problem if nothing was sent yet, and else by cutting the connection, so that nobody takes it for
// the whole.
func (t *table[T]) broken(g *Gateway, err error) {
	if !t.begun {
		g.failed(t.w, t.r, err)

		return
	}

	panic(http.ErrAbortHandler)
}

// inert keeps a spreadsheet from taking a text for a formula. Numbers stay numbers, negative ones too. P17.
func inert(cell string) string {
	if cell == "" || !strings.ContainsRune("=+-@\t\r\n", rune(cell[0])) {
		return cell
	}

	if cell[0] == '-' && strings.Trim(cell[1:], "0123456789.") == "" && cell != "-" {
		return cell
	}

	return "'" + cell
}
