package config_test

import (
	"fmt"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/system/config"
	"github.com/rollcall-go/rollcall/system/feed"
	"github.com/rollcall-go/rollcall/system/secret"
)

// paths walks the types for every key they have.
func paths(typ reflect.Type, prefix string) []string {
	var all []string

	for field := range typ.Fields() {
		tag := field.Tag.Get("yaml")
		path := strings.TrimPrefix(prefix+"."+tag, ".")

		switch {
		case tag == "" || tag == "-":
		case tag == ",inline":
			all = append(all, paths(field.Type, prefix)...)
		case field.Type == reflect.TypeFor[[]config.Vendor]():
			all = append(all, path, path+".*")
			all = append(all, paths(reflect.TypeFor[config.Vendor](), path+".*")...)
		case field.Type == reflect.TypeFor[map[string]secret.Secret]():
			all = append(all, path, path+".*")
		case field.Type.Kind() == reflect.Struct:
			all = append(all, path)
			all = append(all, paths(field.Type, path)...)
		default:
			all = append(all, path)
		}
	}

	return all
}

// The table and the types have the same keys, in the same order.
func TestReferenceHasEveryKeyOnce(t *testing.T) {
	keys := config.Reference()
	named := make([]string, 0, len(keys))

	for _, key := range keys {
		named = append(named, key.Path)
	}

	assert.Equal(t, paths(reflect.TypeFor[config.Config](), ""), named)
}

func TestReferenceIsComplete(t *testing.T) {
	for _, key := range config.Reference() {
		assert.NotEmpty(t, key.Doc, key.Path)
		assert.True(t, strings.HasSuffix(key.Doc, ".") || strings.HasSuffix(key.Doc, "…"), key.Path)

		if key.Type != config.TypeMapping {
			assert.NotEmpty(t, key.Example, key.Path)
		}

		if key.Type == config.TypeDuration || key.Type == config.TypeInteger {
			assert.Less(t, key.Min, key.Max, key.Path)
		}

		assert.False(t, key.Required && key.Default != "", key.Path)
	}
}

// Every default and every example of a scalar is accepted where it stands.
func TestExamplesAreAccepted(t *testing.T) {
	for _, key := range config.Reference() {
		for _, value := range []string{key.Default, key.Example} {
			name := key.Path[strings.LastIndex(key.Path, ".")+1:]
			if value == "" || name == "*" || key.Path == "vendors.*.headers" {
				continue
			}

			_, err := config.Parse([]byte(withKey(key.Path, name+": "+value)), "r.yaml", func(string) (string, bool) { return "x", true })
			if err != nil {
				assert.NotContains(t, err.Error(), "."+name+": \"", key.Path)
			}
		}
	}
}

// withKey is minimal with one line more, at the key's place. The line replaces one that is there.
func withKey(path, line string) string {
	parts := strings.Split(path, ".")

	switch {
	case len(parts) <= 2 && parts[0] != "vendors":
		if len(parts) == 2 {
			line = parts[0] + ": {" + line + "}"
		}

		return line + "\n" + minimal
	case len(parts) == 3:
		return without(minimal, "    "+parts[2]+":") + "    " + line + "\n"
	default:
		return without(minimal, "    "+parts[2]+":") + "    " + parts[2] + ": {" + line + "}\n"
	}
}

func without(text, prefix string) string {
	var kept []string

	for line := range strings.SplitSeq(text, "\n") {
		if !strings.HasPrefix(line, prefix) {
			kept = append(kept, line)
		}
	}

	return strings.Join(kept, "\n")
}

// C03: each limit is refused just outside and accepted on it.
func TestDurationLimits(t *testing.T) {
	for _, key := range config.Reference() {
		if key.Type != config.TypeDuration {
			continue
		}

		name := key.Path[strings.LastIndex(key.Path, ".")+1:]

		for _, outside := range []time.Duration{-time.Second, time.Duration(key.Min) - 1, time.Duration(key.Max) + 1, 1<<63 - 1} {
			_, err := config.Parse([]byte(withKey(key.Path, fmt.Sprintf("%s: %s", name, outside))), "r.yaml", nil)
			require.Error(t, err, "%s: %s", key.Path, outside)
			assert.Regexp(t, `is (negative; at least|too short; at least|too long; at most) [0-9a-z]+ is (needed|allowed)`, err.Error())
		}

		for _, text := range []string{"NaN", "1e400s", "Inf", "99999999999999999999h", "0x5s", "5 s", "5sec", "", "-", "."} {
			errs := mistakes(t, withKey(key.Path, fmt.Sprintf("%s: %q", name, text)))
			assert.Contains(t, errs.Error(), name+`: "`+text+`" is`)
		}
	}
}

// Package feed fills zero values with its own defaults; they must be the ones that are written here.
func TestClientDefaultsAreExplicit(t *testing.T) {
	c, err := parse(minimal)
	require.NoError(t, err)
	assert.Equal(t, feed.ClientSettings{
		MaxWire: 1 << 20, MaxBody: 4 << 20, DialTimeout: time.Second, TLSTimeout: 2 * time.Second,
	}, c.Vendors[0].Feed.Client)
}

const (
	docsFile   = "../../docs/config.md"
	tableBegin = "<!-- keys: written by go test ./system/config -update -->\n"
	tableEnd   = "<!-- end of keys -->\n"
)

// docs/config.md lists every key as the program knows it.
func TestDocumentationHasEveryKey(t *testing.T) {
	text, err := os.ReadFile(docsFile)
	require.NoError(t, err)

	before, rest, ok := strings.Cut(string(text), tableBegin)
	require.True(t, ok)

	_, after, ok := strings.Cut(rest, tableEnd)
	require.True(t, ok)

	golden(t, docsFile, before+tableBegin+table()+tableEnd+after)
}

func table() string {
	var b strings.Builder

	b.WriteString("\n")

	for _, key := range config.Reference() {
		path := strings.ReplaceAll(key.Path, "*", "NAME")
		fmt.Fprintf(&b, "### `%s`\n\n%s\n\n", path, strings.ReplaceAll(key.Doc, "…", "..."))
		fmt.Fprintf(&b, "- Type: %s\n", key.Type)

		if fallback := fallback(key); fallback != "" {
			fmt.Fprintf(&b, "- Default: %s\n", fallback)
		}

		if limits := limits(key); limits != "" {
			fmt.Fprintf(&b, "- Allowed: %s\n", limits)
		}

		if key.Example != "" {
			fmt.Fprintf(&b, "- Example: `%s`\n", key.Example)
		}

		b.WriteString("\n")
	}

	return b.String()
}

func fallback(key config.Key) string {
	switch {
	case key.Required:
		return "none, the key is required"
	case key.Default != "":
		return "`" + key.Default + "`"
	default:
		return key.Fallback
	}
}

func limits(key config.Key) string {
	switch {
	case key.Type == config.TypeDuration:
		return fmt.Sprintf("%s to %s", short(key.Min), short(key.Max))
	case key.Type == config.TypeInteger:
		return fmt.Sprintf("%d to %d", key.Min, key.Max)
	case len(key.Words) > 0:
		return "`" + strings.Join(key.Words, "`, `") + "`"
	default:
		return ""
	}
}

func short(nanoseconds int64) string {
	text := time.Duration(nanoseconds).String()
	for _, zero := range []string{"m0s", "h0m"} {
		if strings.HasSuffix(text, zero) {
			text = text[:len(text)-2]
		}
	}

	return text
}
