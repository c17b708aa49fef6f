package auditlog

import (
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/rollcall-go/rollcall/messages"
)

// Limits of an entry. What is longer is cut and ends in "…"; fields beyond the limit are counted in a field named fields_dropped.
const (
	MaxValue  = 4096 // bytes of a field's value
	MaxName   = 64   // bytes of a field's name
	MaxVendor = 256  // bytes of a vendor's name
	MaxFields = 64   // fields of a fact
	MaxLine   = 2 << 20
)

// maxKind is the longest kind.
const maxKind = 32

// entryOf makes an entry of a fact. There is no fact that it cannot take: the auditor would try it for ever.
func entryOf(fact *messages.RecordFact) Entry {
	entry := Entry{
		At:     clampTime(fact.At),
		Kind:   fact.Kind,
		Round:  fact.Round,
		Vendor: messages.Vendor(clean(string(fact.Vendor), MaxVendor)),
		Fields: make([]messages.Field, 0, min(len(fact.Fields), MaxFields)+2),
	}

	if fact.Kind == KindSegment || fact.Kind == KindHead || !validKind(string(fact.Kind)) {
		entry.Kind = KindUnknown
		entry.Fields = append(entry.Fields, messages.Field{Name: "kind", Value: clean(string(fact.Kind), MaxName)})
	}

	for i, field := range fact.Fields {
		if i == MaxFields {
			entry.addField("fields_dropped", strconv.Itoa(len(fact.Fields)-i))

			break
		}

		entry.addField(clean(field.Name, MaxName), clean(field.Value, MaxValue))
	}

	return entry
}

// addField appends a field; a name that is taken is numbered, as no JSON object has one name twice.
func (e *Entry) addField(name, value string) {
	taken := func(name string) bool {
		for _, field := range e.Fields {
			if field.Name == name {
				return true
			}
		}

		return false
	}

	free := name
	for n := 2; taken(free); n++ {
		free = name + "_" + strconv.Itoa(n)
	}

	e.Fields = append(e.Fields, messages.Field{Name: free, Value: value})
}

func validKind(kind string) bool {
	if kind == "" || len(kind) > maxKind || kind[0] == '_' {
		return false
	}

	for i := range len(kind) {
		if c := kind[i]; c != '_' && (c < 'a' || c > 'z') {
			return false
		}
	}

	return true
}

// documented reports whether this version of the format knows the kind.
func documented(kind messages.FactKind) bool {
	switch kind {
	case messages.FactStarted, messages.FactShutdown, messages.FactSnapshot, messages.FactOutcome, messages.FactAccepted, messages.FactCrashed,
		messages.FactRestarted, messages.FactQuarantined, messages.FactRecovered, messages.FactPaused, messages.FactResumed,
		messages.FactConfiguration, messages.FactClockStep, messages.FactPoison, messages.FactGap, messages.FactDurability,
		messages.FactSystemic, KindSegment, KindUnknown:
		return true
	default:
		return false
	}
}

// clean makes text valid UTF-8 of at most limit bytes.
func clean(text string, limit int) string {
	if len(text) <= limit && utf8.ValidString(text) {
		return text
	}

	text = strings.ToValidUTF8(text[:min(len(text), limit+utf8.UTFMax)], "\ufffd")
	if len(text) <= limit {
		return text
	}

	cut := limit - len("…")
	for cut > 0 && !utf8.RuneStart(text[cut]) {
		cut--
	}

	return text[:cut] + "…"
}

// clampTime keeps the year within four digits, which the format has.
func clampTime(at time.Time) time.Time {
	at = at.UTC()

	switch {
	case at.Year() < 0:
		return time.Date(0, 1, 1, 0, 0, 0, 0, time.UTC)
	case at.Year() > 9999:
		return time.Date(9999, 12, 31, 23, 59, 59, 999_999_999, time.UTC)
	default:
		return at
	}
}
