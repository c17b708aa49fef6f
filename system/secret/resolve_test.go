package secret_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/system/secret"
)

const canary = "CANARY-0123456789"

func resolver(dir string) secret.Resolver {
	return secret.Resolver{Dir: dir, Env: func(name string) (string, bool) {
		value, set := map[string]string{"A": canary, "EMPTY": "", "LOOP": "${LOOP}", "CREDENTIALS_DIRECTORY": dir}[name]

		return value, set
	}}
}

func TestExpand(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "token"), []byte("t0ken\n"), 0o600))

	for _, test := range []struct {
		text, want string
		references int
	}{
		{"", "", 0},
		{"plain", "plain", 0},
		{"$$", "$", 0},
		{"$${A}", "${A}", 0},
		{"$$$$", "$$", 0},
		{"${A}", canary, 1},
		{"-${A}-${A}-", "-" + canary + "-" + canary + "-", 2},
		{"${EMPTY}", "", 1},
		{"${EMPTY:-x}", "x", 1},
		{"${NONE:-}", "", 1},
		{"${NONE:-a:-b}", "a:-b", 1},
		{"${A:-x}", canary, 1},
		{"${LOOP}", "${LOOP}", 1}, // C10
		{"${file:token}", "t0ken", 1},
		{"${file:" + dir + "/token}", "t0ken", 1},
		{"${credential:token}", "t0ken", 1},
	} {
		resolved, err := resolver(dir).Expand(test.text)
		require.NoError(t, err, test.text)
		assert.Equal(t, test.want, resolved.Text, test.text)
		assert.Equal(t, test.references, resolved.References, test.text)
		assert.Empty(t, resolved.Warnings)
	}
}

// C10.
func TestExpandRefuses(t *testing.T) {
	for text, problem := range map[string]string{
		"$":                           "a lone $ is not clear",
		"$A":                          "a lone $ is not clear",
		"a$":                          "a lone $ is not clear",
		"${A":                         "${ without }",
		"${}":                         "does not hold a variable's name",
		"${1A}":                       "does not hold a variable's name",
		"${A B}":                      "does not hold a variable's name",
		"${A-x}":                      "does not hold a variable's name",
		"${" + canary + "}":           "does not hold a variable's name",
		"${A${A}}":                    "a reference inside a reference",
		"${A:-${A}}":                  "a reference inside a reference",
		"${NONE}":                     "environment variable NONE is not set; set it, or write ${NONE:-default}",
		"${file:}":                    "secret file without a path",
		"${file:none}":                "secret file none: no such file or directory",
		"${file:no\x1b\u202ene}":      "secret file no??ne: no such",
		"${credential:}":              "does not hold a credential's name",
		"${credential:..}":            "does not hold a credential's name",
		"${credential:a/b}":           "does not hold a credential's name",
		"${credential:none}":          "none: no such file or directory",
		strings.Repeat("${A}", 4<<10): "is longer than 64 kB",
	} {
		_, err := resolver(t.TempDir()).Expand(text)

		var refused *secret.Error

		require.ErrorAs(t, err, &refused, text)
		assert.Contains(t, err.Error(), problem)
		assert.NotContains(t, err.Error(), canary)
	}

	_, err := secret.Resolver{}.Expand("${credential:x}")
	require.ErrorContains(t, err, "$CREDENTIALS_DIRECTORY is not set; run under systemd with LoadCredential=x:PATH")
}

// C05, X09.
func TestSecretFileOthersMayReadIsAWarning(t *testing.T) {
	file := filepath.Join(t.TempDir(), "token")
	require.NoError(t, os.WriteFile(file, []byte(canary), 0o600))

	for mode, warnings := range map[os.FileMode]int{0o600: 0, 0o400: 0, 0o640: 1, 0o604: 1, 0o644: 1} {
		require.NoError(t, os.Chmod(file, mode))

		resolved, err := secret.Resolver{}.File(file)
		require.NoError(t, err)
		assert.Equal(t, canary, resolved.Text)
		assert.Len(t, resolved.Warnings, warnings, mode)
		assert.NotContains(t, strings.Join(resolved.Warnings, ""), canary)
	}
}

// C05.
func TestSecretFileRefuses(t *testing.T) {
	dir := t.TempDir()

	for text, problem := range map[string]string{
		"":                                "is empty",
		"\n":                              "is empty",
		"a\n\n":                           "is not one line of text",
		"a\x00":                           "is not one line of text",
		"\xff\xfe":                        "is not one line of text",
		strings.Repeat("x", (64<<10)+100): "is larger than 64 kB",
	} {
		file := filepath.Join(dir, "token")
		require.NoError(t, os.WriteFile(file, []byte(text), 0o600))

		_, err := secret.Resolver{}.File(file)
		require.ErrorContains(t, err, problem)
	}

	_, err := secret.Resolver{}.File(dir)
	require.ErrorContains(t, err, "is a directory")

	_, err = secret.Resolver{}.File("/dev/zero")
	require.ErrorContains(t, err, "is not a regular file")
}
