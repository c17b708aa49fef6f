package tree_test

import (
	"encoding/json"
	"slices"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/system/feed/spec"
	"github.com/rollcall-go/rollcall/system/internal/tree"
)

// FuzzParse reads any bytes in any format: no panic, a tree of the known kinds and within its limits, the same tree from its own JSON.
func FuzzParse(f *testing.F) {
	formats := []string{"json", "ndjson", "csv", "xml", "text"}
	for i, seed := range []string{
		`{"a":[1.50,null,{"b":"\u00e9"}],"n":-1e5}`, "{\"a\":1}\n[2]\n", "a,b\n1,\"2\"\n", `<?xml version="1.0"?><a xmlns:b="c" b:d='e'><f>g</f></a>`, "1.5",
		`{"a":1,"A":2}`, "[[[[[[[[[[[[[[[[[[", "a;b;c\r\n#x\r\n1;2\r\n", `<!DOCTYPE html><html>`, "\xef\xbb\xbf",
	} {
		f.Add(uint8(i), []byte(seed), "")
		f.Add(uint8(i), []byte(seed), "utf-16le")
	}

	f.Fuzz(func(t *testing.T, which uint8, body []byte, charset string) {
		o := tree.Options{Format: formats[int(which)%len(formats)], MaxValues: 1000, CSV: spec.CSV{Comment: "#"}}
		if slices.Contains([]string{"utf-16le", "windows-1251"}, charset) {
			o.Charset = charset
		}

		value, err := tree.Parse(body, o)
		if err != nil {
			require.Less(t, len(err.Error()), 300)
			require.True(t, utf8.ValidString(err.Error()))

			return
		}

		left := 5000
		require.True(t, fine(value, 40, &left))

		if o.Format == "json" {
			encoded, err := json.Marshal(value)
			require.NoError(t, err)

			again, err := tree.Parse(encoded, o)
			require.NoError(t, err)
			require.Equal(t, value, again)
		}
	})
}

// fine reports whether a value consists of the known kinds, within limits.
func fine(value any, depth int, left *int) bool {
	*left--

	if *left < 0 || depth < 0 {
		return false
	}

	switch value := value.(type) {
	case nil, bool:
		return true
	case string:
		return utf8.ValidString(value)
	case json.Number:
		return json.Valid([]byte(value))
	case []any:
		for _, element := range value {
			if !fine(element, depth-1, left) {
				return false
			}
		}

		return true
	case map[string]any:
		for name, member := range value {
			if !utf8.ValidString(name) || !fine(member, depth-1, left) {
				return false
			}
		}

		return true
	default:
		return false
	}
}

func BenchmarkParseJSON(b *testing.B) {
	body := []byte(`{"type":"ticker","sequence":91827364001,"product_id":"BTC-USD","price":"81234.56","best_bid":"81234.55","time":"2026-11-20T15:04:05.123456Z"}`)

	b.ReportAllocs()

	for b.Loop() {
		if _, err := tree.Parse(body, tree.Options{}); err != nil {
			b.Fatal(err)
		}
	}
}
