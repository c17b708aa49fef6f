package feed

import (
	"net/url"
	"slices"
	"strings"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/secret"
)

// The shortest texts that are taken for secrets. Shorter ones would mask ordinary words and protect nothing.
const (
	minSecretHeader  = 4  // bytes of a header's value, or of a word of it
	minSecretQuery   = 6  // bytes of a literal query value
	minSecretSegment = 16 // bytes of a literal path segment
)

// veil masks a definition's secrets in text that came from the vendor, because some vendors quote the caller's key in their errors.
type veil struct{ replacer *strings.Replacer }

// newVeil collects what may be secret: header values and their words, and the literal query values and long path segments of the URL.
func newVeil(headers map[string]secret.Secret, t template) veil {
	var secrets []string

	keep := func(text string, shortest int) {
		if len(text) >= shortest {
			secrets = append(secrets, text)
		}
	}

	for _, value := range headers {
		keep(value.Reveal(), minSecretHeader)

		for word := range strings.FieldsSeq(value.Reveal()) {
			keep(word, minSecretHeader)
		}
	}

	if u, err := url.Parse(t.render([]string{"S"})); err == nil {
		for pair := range strings.SplitSeq(u.RawQuery, "&") {
			_, raw, _ := strings.Cut(pair, "=")
			keep(raw, minSecretQuery)

			if value, err := url.QueryUnescape(raw); err == nil {
				keep(value, minSecretQuery)
			}
		}

		for segment := range strings.SplitSeq(u.EscapedPath(), "/") {
			keep(segment, minSecretSegment)
		}
	}

	// The longest first, so that a secret that contains another one is masked whole.
	slices.SortFunc(secrets, func(a, b string) int { return len(b) - len(a) })

	pairs := make([]string, 0, 2*len(secrets))
	for _, text := range slices.Compact(secrets) {
		pairs = append(pairs, text, secret.Mask)
	}

	return veil{strings.NewReplacer(pairs...)}
}

// mask replaces every secret in text.
func (v veil) mask(text string) string { return v.replacer.Replace(text) }

// clean makes text fit for a detail, secrets masked.
func (v veil) clean(text string) string { return messages.CleanDetail(v.mask(text)) }
