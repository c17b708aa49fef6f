package auditlog

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/rollcall-go/rollcall/messages"
)

// Kinds of entries that the log writes by itself, beside those of messages.FactKind.
const (
	KindSegment = messages.FactKind("segment") // the first entry of a segment
	KindUnknown = messages.FactKind("unknown") // stands for a kind that is reserved or misspelt
	KindHead    = messages.FactKind("head")    // reserved for signed heads
)

// Hash is a SHA-256 digest.
type Hash [sha256.Size]byte

// String returns the digest in lower-case hexadecimal.
func (h Hash) String() string { return hex.EncodeToString(h[:]) }

// Head is the end of a chain: what the next entry continues. The zero Head is the end of an empty log.
type Head struct {
	Seq  uint64 // of the last entry; 0 if there is none
	Hash Hash   // of the last entry
}

// Entry is one line of the record.
type Entry struct {
	Seq    uint64
	At     time.Time
	Kind   messages.FactKind
	Round  messages.Round
	Vendor messages.Vendor
	Fields []messages.Field
	Prev   Hash
	Hash   Hash
}

// timeLayout is RFC 3339 in UTC with nanoseconds, all nine digits.
const timeLayout = "2006-01-02T15:04:05.000000000Z"

// hashKey separates what the hash covers from the hash.
const hashKey = `,"hash":"`

// hashTail is the length of a line's end that its hash does not cover.
const hashTail = len(hashKey) + 2*sha256.Size + len(`"}`)

// Field returns the value of the first field of that name, empty if there is none.
func (e *Entry) Field(name string) string {
	for _, field := range e.Fields {
		if field.Name == name {
			return field.Value
		}
	}

	return ""
}

// appendLine appends the entry's one spelling, without a newline, to dst. The hash is the entry's own Hash; see seal.
func (e *Entry) appendLine(dst []byte) []byte {
	dst = e.appendCovered(dst)
	dst = append(dst, hashKey...)
	dst = hex.AppendEncode(dst, e.Hash[:])

	return append(dst, `"}`...)
}

// seal links the entry to the end of a chain, computes its hash, and returns the chain's new end.
func (e *Entry) seal(head Head, scratch []byte) (Head, []byte) {
	e.Seq, e.Prev = head.Seq+1, head.Hash
	scratch = e.appendCovered(scratch[:0])
	e.Hash = sha256.Sum256(scratch)

	return Head{Seq: e.Seq, Hash: e.Hash}, scratch
}

func (e *Entry) appendCovered(dst []byte) []byte {
	dst = append(dst, `{"seq":`...)
	dst = strconv.AppendUint(dst, e.Seq, 10)
	dst = append(dst, `,"at":"`...)
	dst = e.At.UTC().AppendFormat(dst, timeLayout)
	dst = append(dst, `","kind":`...)
	dst = appendString(dst, string(e.Kind))
	dst = append(dst, `,"round":`...)
	dst = strconv.AppendUint(dst, uint64(e.Round), 10)
	dst = append(dst, `,"vendor":`...)
	dst = appendString(dst, string(e.Vendor))
	dst = append(dst, `,"data":{`...)

	for i, field := range e.Fields {
		if i > 0 {
			dst = append(dst, ',')
		}

		dst = appendString(dst, field.Name)
		dst = append(dst, ':')
		dst = appendString(dst, field.Value)
	}

	dst = append(dst, `},"prev":"`...)
	dst = hex.AppendEncode(dst, e.Prev[:])

	return append(dst, '"')
}

// appendString appends a JSON string in the one spelling that the format allows.
func appendString(dst []byte, s string) []byte {
	const digits = "0123456789abcdef"

	dst = append(dst, '"')

	for i := 0; i < len(s); {
		if c := s[i]; c >= ' ' && c < 0x7f {
			if c == '"' || c == '\\' {
				dst = append(dst, '\\')
			}

			dst = append(dst, c)
			i++

			continue
		}

		r, size := utf8.DecodeRuneInString(s[i:])
		if escaped(r) {
			dst = append(dst, '\\', 'u', digits[r>>12&0xf], digits[r>>8&0xf], digits[r>>4&0xf], digits[r&0xf])
		} else {
			dst = utf8.AppendRune(dst, r) // an invalid byte becomes U+FFFD
		}

		i += size
	}

	return append(dst, '"')
}

// escaped reports whether a character could disturb a terminal or a reader of lines. The set is part of the format: it does not follow the
// Unicode tables, which grow.
func escaped(r rune) bool {
	switch {
	case r < ' ', r >= 0x7f && r <= 0x9f:
		return true
	case r == 0x2028, r == 0x2029, r == 0xfeff:
		return true
	case r == 0x061c, r == 0x200e, r == 0x200f, r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069:
		return true
	default:
		return false
	}
}
