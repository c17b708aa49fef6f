package config_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v4"

	"github.com/rollcall-go/rollcall/system/config"
)

// withHeader is minimal with one header.
func withHeader(value string) string {
	return minimal + "    headers: {Authorization: " + value + "}\n"
}

func header(t *testing.T, c *config.Config) string {
	t.Helper()

	return c.Vendors[0].Feed.Headers["Authorization"].Reveal()
}

func TestReferencesAreReplaced(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "token")
	require.NoError(t, os.WriteFile(file, []byte("from file\n"), 0o600))

	env := func(name string) (string, bool) {
		if name == "CREDENTIALS_DIRECTORY" {
			return dir, true
		}

		return environment(name)
	}

	for value, want := range map[string]string{
		`"Bearer ${TOKEN}"`:             "Bearer " + canary,
		`"${NOT_SET:-fallback}"`:        "fallback",
		`"${EMPTY:-fallback}"`:          "fallback",
		`"a$$b$${{c}}"`:                 "a$b${{c}}",
		`"Bearer ${credential:token}"`:  "Bearer from file",
		`"Bearer ${file:` + file + `}"`: "Bearer from file",
		`"Bearer ${file:token}"`:        "Bearer from file", // from the configuration's own directory
		`file:token`:                    "from file",
		`"x${RECURSIVE}"`:               "x${{TOKEN}}", // C10: never followed
	} {
		c, err := config.Parse([]byte(withHeader(value)), filepath.Join(dir, "r.yaml"), env)
		require.NoError(t, err, value)
		assert.Equal(t, want, header(t, c), value)
		assert.Empty(t, c.Warnings)
	}

	c, err := parse("every: \"${EVERY}\"\n" + minimal)
	require.NoError(t, err)
	assert.Equal(t, "7s", c.Every.String(), "anywhere in a value")
}

// C10.
func TestWithoutAnEnvironmentNothingIsSet(t *testing.T) {
	_, err := config.Parse([]byte(withHeader(`"${HOME}"`)), "r.yaml", nil)
	require.ErrorContains(t, err, "environment variable HOME is not set")
}

// C05.
func TestSecretFiles(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string, mode os.FileMode) string {
		file := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
		require.NoError(t, os.Chmod(file, mode))

		return "file:" + file
	}

	for value, problem := range map[string]string{
		"file:" + dir + "/none":                                 "none: no such file or directory",
		"file:" + dir:                                           "is a directory",
		"file:/dev/null":                                        "is not a regular file",
		write("empty", "", 0o600):                               "empty is empty",
		write("newline", "\r\n", 0o600):                         "newline is empty",
		write("lines", canary+"\n"+canary+"\n", 0o600):          "is not one line of text",
		write("binary", canary+"\x00", 0o600):                   "is not one line of text",
		write("large", strings.Repeat(canary, 64<<10/8), 0o600): "is larger than 64 kB",
	} {
		errs := mistakes(t, withHeader(value))
		assert.Contains(t, errs.Error(), problem)
		assert.NotContains(t, errs.Excerpt(), canary)
		assertPositions(t, errs.Mistakes)
	}

	c, err := parse(withHeader(write("open", canary+"\r\n", 0o644)) + "      \n")
	require.NoError(t, err)
	assert.Equal(t, canary, header(t, c), "without its line break")
	require.Len(t, c.Warnings, 1)
	assert.Contains(t, c.Warnings[0].String(), "open may be read by others than its owner; chmod 600 it")
	assertHidden(t, c)
}

// One file that many vendors use is warned about once.
func TestOpenSecretFileIsWarnedAboutOnce(t *testing.T) {
	file := filepath.Join(t.TempDir(), "open")
	require.NoError(t, os.WriteFile(file, []byte(canary), 0o600))
	require.NoError(t, os.Chmod(file, 0o640))

	c, err := parse(minimal + "    headers: {A: \"file:" + file + "\", B: \"${file:" + file + "}\"}\n")
	require.NoError(t, err)
	assert.Len(t, c.Warnings, 1)
}

// assertHidden looks for the canary in every form that a configuration can be shown in.
func assertHidden(t *testing.T, c *config.Config) {
	t.Helper()

	asJSON, err := json.Marshal(c)
	require.NoError(t, err)
	assert.True(t, json.Valid(asJSON))

	vendorJSON, err := json.Marshal(c.Vendors)
	require.NoError(t, err)

	asYAML, err := yaml.Dump(c)
	require.NoError(t, err)

	vendorYAML, err := yaml.Dump(c.Vendors[0])
	require.NoError(t, err)

	forms := []string{
		c.String(), c.Vendors[0].String(), string(asJSON), string(vendorJSON), string(asYAML), string(vendorYAML), c.Digest(),
		fmt.Sprintf("%v %+v %#v %s %q %x", c, c, c, c, c, c), fmt.Sprintf("%v %+v %#v", *c, *c, *c),
		fmt.Sprintf("%v %+v %#v", c.Vendors, c.Vendors, c.Vendors[0]), fmt.Sprint(c.Warnings),
	}

	for _, warning := range c.Warnings {
		forms = append(forms, warning.Excerpt())
	}

	for _, form := range forms {
		assert.NotContains(t, form, canary)
		assert.NotContains(t, form, fmt.Sprintf("%x", canary))
	}
}

// X05.
func TestSecretsAreNeverShown(t *testing.T) {
	for name, text := range map[string]string{
		"header":          withHeader("Bearer " + canary),
		"header from env": withHeader(`"Bearer ${TOKEN}"`),
		"header default":  withHeader(`"Bearer ${NOT_SET:-` + canary + `}"`),
		"url from env":    strings.Replace(minimal, "/v1?", "/${TOKEN}/v1?key=${TOKEN}&", 1),
		"url literal":     strings.Replace(minimal, "/v1?", "/v1?key="+canary+"&", 1),
		"url default":     strings.Replace(minimal, "/v1?", "/v1?key=${NOT_SET:-"+canary+"}&", 1),
		"url path at":     strings.Replace(minimal, "https://", "https://u:/"+canary+"@", 1),
		"data from env":   "data: \"/x/${TOKEN}\"\n" + minimal,
	} {
		t.Run(name, func(t *testing.T) {
			// The budget makes a warning, whose excerpt must hide the secret too.
			c, err := parse(strings.Replace(text, "[EUR/USD]", "[A, B, C, D]", 1) + "    batch: 1\n    limits: {requests: 1, per: 1h}\n")
			require.NoError(t, err)
			require.Len(t, c.Warnings, 1)
			assertHidden(t, c)
		})
	}
}

// X05: the same secrets in files with mistakes, on the very lines that are shown.
func TestMistakesDoNotShowSecrets(t *testing.T) {
	for name, text := range map[string]string{
		"unknown key":       minimal + "    token: " + canary + "\n",
		"unknown mapping":   minimal + "    auth: {token: " + canary + ", x: [" + canary + "]}\n",
		"unknown at top":    minimal + "token: \"" + canary + "\"\n",
		"header list":       minimal + "    headers: [" + canary + "]\n",
		"header tag":        withHeader("!x " + canary),
		"header alias":      withHeader("*" + canary),
		"header anchor":     withHeader("&" + canary + " x"),
		"header block":      minimal + "    headers:\n      A: |\n        " + canary + "\n        second\n",
		"header twice":      minimal + "    headers: {A: " + canary + ", A: " + canary + "}\n",
		"header name":       minimal + "    headers: {\"A B\": " + canary + "}\n",
		"header line break": withHeader(`"` + canary + `\n"`),
		"header dollar":     withHeader("pre$" + canary),
		"nested reference":  withHeader("${A${" + canary + "}}"),
		"reference no name": withHeader("\"${" + canary + "}\""),
		"comment":           minimal + "  x: 1 # " + canary + "\n",
		"not YAML":          minimal + "    headers: {A: " + canary + ": x}\n",
		"not YAML quote":    minimal + "    headers: {A: \"" + canary + "\n",
		"control character": minimal + "    headers: {A: " + canary + "\x01}\n",
		"url password":      strings.Replace(minimal, "https://", "https://u:"+canary+"@", 1),
		"url query":         strings.Replace(minimal, "https://api.example.com/v1?", "ftp://api.example.com/v1?k="+canary+"&", 1),
		"url fragment":      strings.Replace(minimal, "}\"", "}#"+canary+"\"", 1),
		"url from env":      strings.Replace(minimal, "https://", "https://u:${TOKEN}@", 1),
		"url only env":      strings.Replace(minimal, "https://api.example.com/v1?symbols={symbols}", "${TOKEN}", 1),
		"proxy password":    minimal + "    client: {proxy: \"http://u:" + canary + "@proxy:1\"}\n",
		"proxy no scheme":   minimal + "    client: {proxy: \"u:" + canary + "@proxy\"}\n",
		"duration from env": "every: ${TOKEN}\n" + minimal,
		"integer from env":  minimal + "    batch: ${TOKEN}\n",
		"boolean from env":  minimal + "    client: {allow_private: \"${TOKEN}\"}\n",
		"word from env":     "durability: ${TOKEN}\n" + minimal,
		"class from env":    strings.Replace(minimal, "class: forex", "class: ${TOKEN}", 1),
		"symbol from env":   strings.Replace(minimal, "[EUR/USD]", `["a ${TOKEN}"]`, 1),
		"symbol twice":      strings.Replace(minimal, "[EUR/USD]", `["${TOKEN}", "${TOKEN}"]`, 1),
		"path from env":     strings.Replace(minimal, "price: price", `price: "${TOKEN}[["`, 1),
	} {
		t.Run(name, func(t *testing.T) {
			errs := mistakes(t, text)
			assert.NotContains(t, errs.Error(), canary)
			assert.NotContains(t, errs.Excerpt(), canary)
			assert.NotContains(t, fmt.Sprintf("%+v", errs.Mistakes), canary)
			assertPositions(t, errs.Mistakes)
		})
	}
}

func TestTextWithReferencesIsShownAsWritten(t *testing.T) {
	c, err := parse(strings.Replace(minimal, "/v1?", "/v1?key=${TOKEN}&mode=fast&", 1) + "    headers: {X-Key: abc}\n")
	require.NoError(t, err)

	assert.Contains(t, c.Vendors[0].Feed.URL, "key="+canary+"&mode=fast&symbols={symbols}")
	assert.Contains(t, c.String(), "https://api.example.com/v1?key=${TOKEN}&mode=******&symbols={symbols}")
	assert.Contains(t, c.String(), "X-Key: '******'")
}

func TestDigestFollowsTheConfigurationButNotItsSecrets(t *testing.T) {
	digest := func(text string) string {
		c, err := parse(text)
		require.NoError(t, err)

		return c.Digest()
	}

	base := digest(withHeader("one"))
	assert.Len(t, base, 64)
	assert.Equal(t, base, digest(withHeader("two")), "secrets do not enter it")
	assert.Equal(t, base, digest(withHeader("one")+"    batch: 0\nevery: 5000ms # same\n"), "defaults are the same as what they say")
	assert.NotEqual(t, base, digest(minimal))
	assert.NotEqual(t, base, digest(withHeader("one")+"carry: 1s\n"))
	assert.NotEqual(t, digest(minimal), digest(strings.Replace(minimal, "/v1?", "/v1?market=eu&", 1)))
	assert.NotEqual(t, digest(strings.Replace(minimal, "/v1?", "/v1?market=us&", 1)), digest(strings.Replace(minimal, "/v1?", "/v1?market=eu&", 1)))
}

// References cannot make a small file large.
func TestReferencesAreBounded(t *testing.T) {
	large := strings.Repeat("x", 60<<10)
	env := func(string) (string, bool) { return large, true }

	_, err := config.Parse([]byte(withHeader(`"${A}${A}"`)), "r.yaml", env)
	require.ErrorContains(t, err, "is longer than 64 kB once its references are replaced")

	var text strings.Builder

	text.WriteString(minimal + "    headers:\n")

	for i := range 400 {
		fmt.Fprintf(&text, "      H%d: \"${A}\"\n", i)
	}

	_, err = config.Parse([]byte(text.String()), "r.yaml", env)
	require.ErrorContains(t, err, "the references in the file bring in more than 16 MB")
}
