package reading

import (
	"slices"
	"strings"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/secret"
)

// minSecret is the shortest text, in bytes, that is taken for a secret. Shorter ones would mask ordinary words and protect nothing.
const minSecret = 4

// Veil masks a definition's secrets in text that came from the vendor, because some vendors quote the caller's key in their errors. The zero
// Veil masks nothing.
type Veil struct{ replacer *strings.Replacer }

// NewVeil returns a Veil over texts that are secret, and over their words: of "Bearer abcd" also "abcd". Texts and words shorter than 4 bytes
// are not masked.
func NewVeil(secrets ...string) Veil {
	var texts []string

	for _, text := range secrets {
		for _, part := range append(strings.Fields(text), text) {
			if len(part) >= minSecret {
				texts = append(texts, part)
			}
		}
	}

	// The longest first, so that a secret that contains another one is masked whole.
	slices.SortFunc(texts, func(a, b string) int { return len(b) - len(a) })

	pairs := make([]string, 0, 2*len(texts))
	for _, text := range slices.Compact(texts) {
		pairs = append(pairs, text, secret.Mask)
	}

	return Veil{strings.NewReplacer(pairs...)}
}

// Mask replaces every secret in text.
func (v Veil) Mask(text string) string {
	if v.replacer == nil {
		return text
	}

	return v.replacer.Replace(text)
}

// Clean makes text fit for a detail, secrets masked: see messages.CleanDetail.
func (v Veil) Clean(text string) string { return messages.CleanDetail(v.Mask(text)) }
