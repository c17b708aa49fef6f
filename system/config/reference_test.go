package config_test

import (
	"errors"
	"fmt"
	"os"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v4"

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

		switch tag {
		case "", "-":
		case ",inline":
			all = append(all, paths(field.Type, prefix)...)
		default:
			all = append(append(all, path), below(field.Type, path)...)
		}
	}

	return all
}

// below are the keys that a value's type adds to its path.
func below(typ reflect.Type, path string) []string {
	switch {
	case typ == reflect.TypeFor[secret.Secret]():
		return nil
	case typ == reflect.TypeFor[[]config.Vendor](), typ == reflect.TypeFor[[]feed.Symbol](), typ.Kind() == reflect.Map:
		return append([]string{path + ".*"}, below(typ.Elem(), path+".*")...)
	case typ.Kind() == reflect.Slice:
		return append([]string{path + "[]"}, below(typ.Elem(), path+"[]")...)
	case typ.Kind() == reflect.Struct:
		return paths(typ, path)
	default:
		return nil
	}
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
		assert.NotEmpty(t, key.Section, key.Path)
		assert.True(t, strings.HasSuffix(key.Doc, ".") || strings.HasSuffix(key.Doc, "…"), key.Path)

		if key.Type != config.TypeMapping {
			assert.NotEmpty(t, key.Example, key.Path)
		}

		if key.Type == config.TypeDuration || key.Type == config.TypeInteger || key.Type == config.TypeDecimal {
			assert.Less(t, key.Min, key.Max, key.Path)
		}

		assert.False(t, key.Required && key.Default != "", key.Path)
	}
}

// Every default and every example can be read where it stands, whatever else is missing there.
func TestExamplesAreAccepted(t *testing.T) {
	for _, key := range config.Reference() {
		for _, value := range []string{key.Default, key.Example} {
			if value == "" {
				continue
			}

			_, err := config.Parse([]byte(withKey(key.Path, value)), "r.yaml", func(string) (string, bool) { return "x", true })

			if errs, is := errors.AsType[*config.Errors](err); is {
				for _, mistake := range errs.Mistakes {
					assert.NotRegexp(t, `^"|^is an? .*, not |unknown key|has no value|cannot be`, mistake.Problem, key.Path)
				}
			}
		}
	}
}

// withKey is minimal with one value more, at a path of the reference. It replaces what is there.
func withKey(path, value string) string {
	parts := strings.Split(strings.ReplaceAll(path, "*", "n"), ".")
	vendor := len(parts) > 1 && parts[0] == "vendors"
	indent := ""

	if vendor {
		parts, indent = parts[min(2, len(parts)):], "    "
	}

	if len(parts) == 0 {
		return minimal
	}

	for i := len(parts) - 1; i >= 0; i-- {
		name, list := strings.CutSuffix(parts[i], "[]")
		if list {
			value = "[" + value + "]"
		}

		parts[i] = name
		value = "{" + name + ": " + value + "}"
	}

	line := indent + strings.TrimSuffix(strings.TrimPrefix(value, "{"), "}") + "\n"
	if !vendor {
		return without(minimal, parts[0]+":") + line
	}

	return without(minimal, indent+parts[0]+":") + line
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
			_, err := config.Parse([]byte(withKey(key.Path, outside.String())), "r.yaml", nil)
			require.Error(t, err, "%s: %s", key.Path, outside)
			assert.Regexp(t, `is (negative; at least|too short; at least|too long; at most) [0-9a-z]+ is (needed|allowed)`, err.Error())
		}

		for _, text := range []string{"NaN", "1e400s", "Inf", "99999999999999999999h", "0x5s", "5 s", "5sec", "", "-", "."} {
			errs := mistakes(t, withKey(key.Path, strconv.Quote(text)))
			assert.Contains(t, errs.Error(), name+`: "`+text+`" is`)
		}
	}
}

// Each key stands in one of the good files.
func TestEveryKeyIsInAGoodFile(t *testing.T) {
	given := make(map[string]bool)

	for _, data := range goodFiles(t) {
		var root yaml.Node

		require.NoError(t, yaml.Load(data, &root))
		collect(root.Content[0], "", given)
	}

	for _, key := range config.Reference() {
		assert.True(t, given[key.Path] || repeated(key.Path), "%s is in no testdata/*.good.yaml", key.Path)
	}
}

// repeated reports whether a key is another's twin: once in a file is enough.
func repeated(path string) bool {
	return slices.ContainsFunc(config.Reference(), func(key config.Key) bool { return key.Repeats != "" && strings.HasPrefix(path, key.Path+".") })
}

// collect notes the paths of the reference that a node has, and those that names of its own may stand for.
func collect(node *yaml.Node, path string, given map[string]bool) {
	given[path] = true

	for i := 0; node.Kind == yaml.MappingNode && i+1 < len(node.Content); i += 2 {
		for _, name := range []string{node.Content[i].Value, "*"} {
			collect(node.Content[i+1], strings.TrimPrefix(path+"."+name, "."), given)
		}
	}

	for i := 0; node.Kind == yaml.SequenceNode && i < len(node.Content); i++ {
		collect(node.Content[i], path+"[]", given)
		collect(node.Content[i], path, given) // symbols may be a list of mappings
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

// table is a table of keys for each section, in the order in which the reference first has one of its keys.
func table() string {
	var (
		sections []string
		rows     = make(map[string]*strings.Builder)
		repeated []string
	)

	for _, key := range config.Reference() {
		if slices.ContainsFunc(repeated, func(path string) bool { return strings.HasPrefix(key.Path, path+".") }) {
			continue // written down once
		}

		if key.Repeats != "" {
			repeated = append(repeated, key.Path)
		}

		if rows[key.Section] == nil {
			sections = append(sections, key.Section)
			rows[key.Section] = &strings.Builder{}
		}

		rows[key.Section].WriteString(row(key))
	}

	var b strings.Builder

	for _, section := range sections {
		fmt.Fprintf(&b, "\n### %s\n\n| key | value | meaning |\n|---|---|---|\n%s", section, rows[section])
	}

	return b.String() + "\n"
}

func row(key config.Key) string {
	path := strings.ReplaceAll(strings.TrimPrefix(key.Path, "vendors.*."), "*", "NAME")
	values := []string{string(key.Type)}

	if limits := limits(key); limits != "" {
		values = append(values, limits)
	}

	if fallback := fallback(key); fallback != "" {
		values = append(values, fallback)
	}

	doc := strings.ReplaceAll(key.Doc, "…", "...")
	if key.Example != "" {
		doc += " Example: `" + key.Example + "`"
	}

	cells := strings.ReplaceAll(strings.Join(values, "; ")+" | "+doc, "|", `\|`)
	cells = strings.Replace(cells, `\|`, "|", 1)

	return "| `" + path + "` | " + cells + " |\n"
}

func fallback(key config.Key) string {
	switch {
	case key.Required && len(key.Unless) > 0:
		return "required without `" + strings.Join(key.Unless, "` or `") + "`"
	case key.Required:
		return "required"
	case key.Default != "":
		return "default: `" + key.Default + "`"
	case key.Fallback != "":
		return "default: " + key.Fallback
	default:
		return ""
	}
}

func limits(key config.Key) string {
	switch {
	case key.Type == config.TypeDuration:
		return fmt.Sprintf("%s to %s", short(key.Min), short(key.Max))
	case key.Type == config.TypeInteger:
		return fmt.Sprintf("%d to %d", key.Min, key.Max)
	case key.Type == config.TypeDecimal && key.Min == 0:
		return fmt.Sprintf("above 0, at most %d", key.Max)
	case key.Type == config.TypeDecimal:
		return fmt.Sprintf("%d to %d", key.Min, key.Max)
	case key.Type == config.TypePercent:
		return fmt.Sprintf("%d%% to %d%%", key.Min*100/1_000_000, key.Max*100/1_000_000)
	case key.Max == 1:
		return "one character"
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
