package params

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// sumBytes of a digest tell a cursor that was made here, for the same question, from any other text.
const sumBytes = 8

// Cursor is the number that the page before ended with, as it was given to NextCursor; 0 for the first page. A cursor that was changed, or was made
// for another question, is a mistake. It gives nobody more than they may see: it is only a place to go on from.
func (p *Params) Cursor(resource string) uint64 {
	text := p.Text("cursor")
	if text == "" {
		return 0
	}

	raw, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil || len(raw) != 8+sumBytes {
		p.fault("cursor", "is not one from this service")

		return 0
	}

	number := binary.BigEndian.Uint64(raw)
	if text != p.NextCursor(resource, number) {
		p.fault("cursor", "belongs to another question; leave it out to begin anew")

		return 0
	}

	return number
}

// NextCursor is where the next page begins: behind the row with this number. It holds for requests with the same parameters, but for limit and
// format, which may differ from page to page.
func (p *Params) NextCursor(resource string, number uint64) string {
	raw := binary.BigEndian.AppendUint64(nil, number)
	sum := sha256.Sum256([]byte(p.question(resource) + strconv.FormatUint(number, 10)))

	return base64.RawURLEncoding.EncodeToString(append(raw, sum[:sumBytes]...))
}

// question is what is asked for, whatever the page.
func (p *Params) question(resource string) string {
	asked := maps.Clone(p.values)
	for _, name := range []string{"cursor", "limit", "format"} {
		delete(asked, name)
	}

	var text strings.Builder

	text.WriteString(strconv.Quote(resource))

	for _, name := range slices.Sorted(maps.Keys(asked)) {
		text.WriteString(strconv.Quote(name))

		for _, value := range asked[name] {
			text.WriteString("=" + strconv.Quote(value))
		}
	}

	return text.String() + "#"
}
