package config_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// X05: what is shown of a URL are its host, its path, and places.
func TestURLsAreShownWithTheirPlaces(t *testing.T) {
	for written, shown := range map[string]string{
		"https://h/q?s={symbols|lower|unique}&k={secret.key}":          "https://h/q?s={symbols|lower|unique}&k={secret.key}",
		"https://h/{now-24h:2006/01/02@Europe/Berlin}/{symbol}":        "https://h/{now-24h:2006/01/02@Europe/Berlin}/{symbol}",
		"https://h/q?s={symbols}&d={now:2006-01-02}&m=fast":            "https://h/q?s={symbols}&d={now:2006-01-02}&m=******",
		"https://h/{base},{quote}/{instrument}?q={quote},{base|lower}": "https://h/{base},{quote}/{instrument}?q={quote},{base|lower}",
		"https://h/q?s={symbols}&k=x{secret.key}":                      "https://h/q?s={symbols}&k=******",
		"https://h/q?s={symbols}&k=${NOT_SET:-" + canary + "}":         "https://h/q?s={symbols}&k=******",
		"https://h/q?s={symbols}&{{key:" + canary + "}}={{secret}}":    "https://h/q?s={symbols}&{{key:" + canary + "}}=******",
	} {
		c, err := parse(strings.Replace(minimal, "https://api.example.com/v1?symbols={symbols}", written, 1) + "    secrets: {key: k}\n")
		require.NoError(t, err, written)
		assert.Contains(t, c.String(), shown+"\n", written)
	}
}

// X05: a secret is shown only if it says where another one goes.
func TestSecretsAreShownOnlyAsPlaces(t *testing.T) {
	for written, shown := range map[string]bool{
		"{secret.key}": true, "{symbols|json}": true, "{now:unix_ms}": true, "{base}{quote|lower}": true,
		"Bearer {secret.key}": false, "{secret.key}x": false, "{{secret.key}}": false, "x": false, "${TOKEN}": false, "{symbols|lower}" + canary: false,
	} {
		c, err := parse(withHeader(`"`+written+`"`) + "    secrets: {key: k}\n")
		require.NoError(t, err, written)
		assert.Equal(t, shown, strings.Contains(c.String(), "Authorization: '"+written+"'"), written)
		assertHidden(t, c)
	}
}
