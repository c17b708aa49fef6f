package messages_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/messages"
)

func TestCleanDetail(t *testing.T) {
	for _, test := range []struct{ name, text, want string }{
		{"plain", "no answer within 2s", "no answer within 2s"},
		{"empty", "", ""},
		{"spaces only", " \t\r\n ", ""},
		{"other scripts stay", "kein Kurs für Öl · 油價", "kein Kurs für Öl · 油價"},
		{"P17 lines", "a\r\nSet-Cookie: b\x00c\n\n", "a Set-Cookie: b c"},
		{"P17 terminal colours", "\x1b[31mred\x1b[0m", "[31mred [0m"},
		{"P17 one-byte control sequence", "\u009b31mred", "31mred"},
		{"P07 bidi override", "AAPL\u202egnp.exe", "AAPL gnp.exe"},
		{"P07 bidi isolate", "\u2066a\u2069", "a"},
		{"zero width", "a\u200bb\ufeffc", "a b c"},
		{"line separator", "a\u2028b\u2029c", "a b c"},
		{"P07 invalid UTF-8", "a\xff\xfeb\xc3", "a b"},
		{"replacement character", "a\ufffdb", "a b"},
		{"private use", "a\ue000b", "a b"},
	} {
		t.Run(test.name, func(t *testing.T) { assert.Equal(t, test.want, messages.CleanDetail(test.text)) })
	}
}

func TestCleanDetailCutsBetweenCharacters(t *testing.T) {
	exact := strings.Repeat("x", messages.MaxDetail)
	assert.Equal(t, exact, messages.CleanDetail(exact))
	assert.Equal(t, exact[:messages.MaxDetail-len("…")]+"…", messages.CleanDetail(exact+"x"))

	for shift := range 4 {
		cut := messages.CleanDetail(strings.Repeat("x", shift) + strings.Repeat("𝄞", 10_000))
		assert.LessOrEqual(t, len(cut), messages.MaxDetail)
		assert.Greater(t, len(cut), messages.MaxDetail-len("𝄞")-len("…"))
		assert.True(t, utf8.ValidString(cut))
		assert.True(t, strings.HasSuffix(cut, "𝄞…"))
	}
}

func FuzzCleanDetail(f *testing.F) {
	for _, seed := range []string{"", "a\r\nb", "\x1b[31m", "\u202e", "\xff\xfe", strings.Repeat("é", 300), strings.Repeat("\xe2\x80", 700)} {
		f.Add(seed)
	}

	f.Fuzz(func(t *testing.T, text string) {
		clean := messages.CleanDetail(text)

		require.LessOrEqual(t, len(clean), messages.MaxDetail)
		require.True(t, utf8.ValidString(clean))
		require.Equal(t, clean, messages.CleanDetail(clean), "what is clean stays as it is")

		for _, r := range clean {
			require.True(t, unicode.IsGraphic(r), "%U", r)
			require.False(t, unicode.Is(unicode.Bidi_Control, r), "%U", r)
			require.True(t, r == ' ' || !unicode.IsSpace(r), "%U", r)
		}
	})
}

func TestFailureIsAnError(t *testing.T) {
	failure := messages.NewFailure(messages.OutcomeTimeout, "no answer\nwithin 2s")
	require.EqualError(t, failure, "timeout: no answer within 2s")
	require.EqualError(t, messages.NewFailure(messages.OutcomeDNS, "\n"), "dns")

	var found *messages.Failure
	require.ErrorAs(t, fmt.Errorf("fetching: %w", errors.Join(failure)), &found)
	assert.Same(t, failure, found)
}
