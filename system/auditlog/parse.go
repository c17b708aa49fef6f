package auditlog

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/rollcall-go/rollcall/messages"
)

// What can be wrong with a line by itself.
var (
	errNotAnEntry = errors.New("not an audit entry")
	errSpelling   = errors.New("not in the canonical spelling")
	errHash       = errors.New("hash does not match the entry")
	errTooLong    = fmt.Errorf("line is longer than %d bytes", MaxLine)
)

// parseLine reads one line without its newline, and checks everything that can be checked on the line alone: its form, its spelling and
// its hash.
func parseLine(line []byte) (Entry, error) {
	p := parser{rest: line}
	entry := p.entry()

	if p.bad || len(p.rest) > 0 {
		return Entry{}, errNotAnEntry
	}

	if !bytes.Equal(entry.appendLine(make([]byte, 0, len(line))), line) {
		return Entry{}, errSpelling
	}

	if sha256.Sum256(line[:len(line)-hashTail]) != entry.Hash {
		return Entry{}, errHash
	}

	return entry, nil
}

// parser takes a line apart from left to right. It need not be strict about spelling: whoever calls it spells the entry again.
type parser struct {
	rest []byte
	bad  bool
}

func (p *parser) entry() Entry {
	var e Entry

	p.literal(`{"seq":`)
	e.Seq = p.number()
	p.literal(`,"at":`)
	e.At = p.time()
	p.literal(`,"kind":`)
	e.Kind = messages.FactKind(p.text())
	p.bad = p.bad || !validKind(string(e.Kind))
	p.literal(`,"round":`)
	e.Round = messages.Round(p.number())
	p.literal(`,"vendor":`)
	e.Vendor = messages.Vendor(p.text())
	p.literal(`,"data":{`)
	e.Fields = p.fields()
	p.literal(`,"prev":`)
	e.Prev = p.hash()
	p.literal(`,"hash":`)
	e.Hash = p.hash()
	p.literal(`}`)

	return e
}

func (p *parser) literal(text string) {
	rest, ok := bytes.CutPrefix(p.rest, []byte(text))
	p.bad = p.bad || !ok
	p.rest = rest
}

func (p *parser) number() uint64 {
	n := 0
	for n < len(p.rest) && p.rest[n] >= '0' && p.rest[n] <= '9' {
		n++
	}

	value, err := strconv.ParseUint(string(p.rest[:n]), 10, 64)
	p.bad = p.bad || err != nil
	p.rest = p.rest[n:]

	return value
}

func (p *parser) time() time.Time {
	at, err := time.Parse(timeLayout, p.text())
	p.bad = p.bad || err != nil

	return at
}

func (p *parser) hash() Hash {
	var h Hash

	text := p.text()
	if len(text) != 2*len(h) {
		p.bad = true

		return h
	}

	_, err := hex.Decode(h[:], []byte(text))
	p.bad = p.bad || err != nil

	return h
}

// fields reads the members of data and its closing brace.
func (p *parser) fields() []messages.Field {
	var fields []messages.Field

	if rest, ok := bytes.CutPrefix(p.rest, []byte(`}`)); ok {
		p.rest = rest

		return nil
	}

	for !p.bad {
		name := p.text()
		p.literal(`:`)
		fields = append(fields, messages.Field{Name: name, Value: p.text()})

		if rest, ok := bytes.CutPrefix(p.rest, []byte(`,`)); ok {
			p.rest = rest

			continue
		}

		p.literal(`}`)

		return fields
	}

	return nil
}

// text reads a string with its quotes.
func (p *parser) text() string {
	p.literal(`"`)

	var b strings.Builder

	for !p.bad {
		n := bytes.IndexAny(p.rest, `"\`)
		if n < 0 {
			break
		}

		b.Write(p.rest[:n])

		if p.rest[n] == '"' {
			p.rest = p.rest[n+1:]

			return b.String()
		}

		p.rest = p.rest[n+1:]
		b.WriteRune(p.escape())
	}

	p.bad = true

	return ""
}

// escape reads what follows a backslash.
func (p *parser) escape() rune {
	switch {
	case bytes.HasPrefix(p.rest, []byte(`"`)), bytes.HasPrefix(p.rest, []byte(`\`)):
		r := rune(p.rest[0])
		p.rest = p.rest[1:]

		return r
	case len(p.rest) >= 5 && p.rest[0] == 'u':
		r, err := strconv.ParseUint(string(p.rest[1:5]), 16, 16)
		p.bad = p.bad || err != nil
		p.rest = p.rest[5:]

		return rune(r)
	default:
		p.bad = true

		return utf8.RuneError
	}
}
