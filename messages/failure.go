package messages

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// MaxDetail is the longest detail text, in bytes, that a failure or a quote carries.
const MaxDetail = 256

// Failure says why a vendor's fetch gave no quotes. It is the one typed error of the Source port: a source returns it (or an error that
// wraps it) and its outcome reaches the snapshot; any other error is reported as OutcomeMalformed unless it is a context error.
//
//nolint:errname // the field's word; it is a value in messages first and an error second
type Failure struct {
	Outcome    Outcome       // why; never OutcomeOK
	Detail     string        // for people: printable, at most MaxDetail bytes, without secrets
	RetryAfter time.Duration // the vendor's own wish, 0 if it gave none
	Final      bool          // asking again soon is pointless: the vendor is left alone as after refused credentials
}

// NewFailure returns a failure whose detail is cut and cleaned by CleanDetail.
func NewFailure(outcome Outcome, detail string) *Failure {
	return &Failure{Outcome: outcome, Detail: CleanDetail(detail)}
}

// Error implements error: the outcome, then the detail.
func (f *Failure) Error() string {
	if f.Detail == "" {
		return string(f.Outcome)
	}

	return string(f.Outcome) + ": " + f.Detail
}

// CleanDetail makes text from outside fit to be shown: valid UTF-8, graphic characters only (anything else becomes one space), at most
// MaxDetail bytes.
func CleanDetail(text string) string {
	if len(text) > 4*MaxDetail {
		text = text[:4*MaxDetail]
	}

	clean := strings.Map(func(r rune) rune {
		if r == utf8.RuneError || !unicode.IsGraphic(r) || unicode.Is(unicode.Bidi_Control, r) {
			return ' '
		}

		return r
	}, strings.ToValidUTF8(text, " "))

	clean = strings.Join(strings.Fields(clean), " ")
	if len(clean) <= MaxDetail {
		return clean
	}

	cut := MaxDetail - len("…")
	for cut > 0 && !utf8.RuneStart(clean[cut]) {
		cut--
	}

	return clean[:cut] + "…"
}
