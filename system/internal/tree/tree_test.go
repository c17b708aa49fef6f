package tree_test

import (
	"encoding/json"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/text/encoding/charmap"

	"github.com/rollcall-go/rollcall/system/feed/spec"
	"github.com/rollcall-go/rollcall/system/internal/tree"
)

func text(t *testing.T, value any) string {
	t.Helper()

	encoded, err := json.Marshal(value)
	require.NoError(t, err)

	return string(encoded)
}

func TestJSONKeepsNumbersAsTheyAre(t *testing.T) {
	t.Parallel()

	const body = `{"a":[1.50,1e-05,-0,12345678901234567890,1795187045123456789,0.10000000000000000000000000000000000001],"n":null,"s":"é\n","t":[true,false,{}]}`

	value, err := tree.Parse([]byte("\xef\xbb\xbf "+body+"\n"), tree.Options{})
	require.NoError(t, err)
	assert.Equal(t, body, text(t, value)) //nolint:testifylint // the texts of the numbers are compared
}

// A number that takes seconds to calculate with is text (P06).
func TestAMillionDigitsAreText(t *testing.T) {
	t.Parallel()

	digits := strings.Repeat("9", 1_000_000)

	value, err := tree.Parse([]byte(digits), tree.Options{})
	require.NoError(t, err)
	assert.Equal(t, digits, value)
}

// P01, P02, P03, P04, P07: bodies that readers would understand differently, or not at all.
func TestJSONThatIsRefused(t *testing.T) {
	t.Parallel()

	large := make([]string, 50)
	for i := range large {
		large[i] = `"key` + strconv.Itoa(i) + `":1`
	}

	for name, c := range map[string]struct{ body, want string }{
		"empty":             {"", "empty"},
		"blank":             {" \n\t", "empty"},
		"html":              {"<!DOCTYPE html><html></html>", "HTML"},
		"cut":               {`{"a":[1,2`, "ends in the middle"},
		"bytes":             {"\x01\x02", "byte 0"},
		"UTF-16":            {"\xff\xfe{\x00}\x00", "UTF-8"},
		"invalid UTF-8":     {"{\"a\":\"\xff\"}", "UTF-8"},
		"second":            {`{} {}`, "second document"},
		"trailing":          {`{} x`, "byte"},
		"duplicate":         {`{"a":1,"a":2}`, "two keys"},
		"escaped duplicate": {`{"a":1,"\u0061":2}`, "two keys"},
		"case":              {`{"price":1,"Price":2}`, "two keys"},
		"Kelvin":            {"{\"k\":1,\"\u212a\":2}", "two keys"},
		"case of many":      {`{` + strings.Join(large, ",") + `,"KEY7":2}`, "two keys"},
		"duplicate of many": {`{` + strings.Join(large, ",") + `,"key7":2}`, "two keys"},
		"NaN":               {`[NaN]`, "byte"},
		"Infinity":          {`[Infinity]`, "byte"},
		"plus":              {`[+1]`, "byte"},
		"leading zero":      {`[0185.2]`, "byte"},
		"key of no text":    {`{1:2}`, "byte"},
		"17 levels":         {strings.Repeat("[", 17) + strings.Repeat("]", 17), "deep"},
		"million levels":    {strings.Repeat("[", 1_000_000), "deep"},
		"9999 levels":       {strings.Repeat(`{"a":`, 9999), "deep"},
		"too many":          {"[" + strings.Repeat("1,", 400_000) + "1]", "too many"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			begun := time.Now()
			_, err := tree.Parse([]byte(c.body), tree.Options{})
			require.ErrorContains(t, err, c.want)
			assert.Less(t, len(err.Error()), 200)
			assert.Less(t, time.Since(begun), time.Second)
		})
	}

	deep := strings.Repeat("[", 16) + strings.Repeat("]", 16)
	_, err := tree.Parse([]byte(deep), tree.Options{})
	require.NoError(t, err)

	_, err = tree.Parse([]byte(`{"T":1,"t":2}`), tree.Options{AnyCase: true})
	require.NoError(t, err)

	_, err = tree.Parse([]byte(`{"T":1,"T":2}`), tree.Options{AnyCase: true})
	require.ErrorIs(t, err, tree.ErrNames)
}

func TestAMillionLevelsAreRefusedAtOnce(t *testing.T) { //nolint:paralleltest // it measures time
	for _, body := range []string{strings.Repeat("[", 1_000_000), strings.Repeat(`{"a":`, 200_000)} {
		begun := time.Now()
		_, err := tree.Parse([]byte(body), tree.Options{})
		require.ErrorIs(t, err, tree.ErrDepth)
		assert.Less(t, time.Since(begun), 100*time.Millisecond)
	}
}

func TestLines(t *testing.T) {
	t.Parallel()

	value, err := tree.Parse([]byte("{\"a\":1.0}\r\n\n[2]\n3"), tree.Options{Format: "ndjson"})
	require.NoError(t, err)
	assert.Equal(t, `[{"a":1.0},[2],3]`, text(t, value))

	for body, want := range map[string]string{
		"": "empty", "\n\n": "empty", "{}\n{": "line 2", "{} {}\n": "line 1", "<html>\n": "line 1", "[\n]": "line 1",
		`"` + strings.Repeat("x", 2<<20) + `"`: "longer than", strings.Repeat("1\n", 300_001): "too many",
	} {
		_, err := tree.Parse([]byte(body), tree.Options{Format: "ndjson"})
		require.ErrorContains(t, err, want)
	}
}

func TestCSV(t *testing.T) {
	t.Parallel()

	for name, c := range map[string]struct {
		body    string
		csv     spec.CSV
		want    string
		problem string
	}{
		"header":         {body: "Symbol,Close\r\nAAPL.US,291.43\r\n\"X,Y\",\"1\"\"2\"\r\n", want: `[{"Close":"291.43","Symbol":"AAPL.US"},{"Close":"1\"2","Symbol":"X,Y"}]`},
		"mark":           {body: "\xef\xbb\xbfa,b\n1,2\n", want: `[{"a":"1","b":"2"}]`},
		"columns":        {body: "1;2\n3;4\n", csv: spec.CSV{Separator: ";", Columns: []string{"a", "b"}}, want: `[{"a":"1","b":"2"},{"a":"3","b":"4"}]`},
		"tabs":           {body: "a\tb\n1\t2", csv: spec.CSV{Separator: "\t"}, want: `[{"a":"1","b":"2"}]`},
		"skip, comment":  {body: "Rates of\nthe day\na,b\n# no\n1,2\n", csv: spec.CSV{Skip: 2, Comment: "#"}, want: `[{"a":"1","b":"2"}]`},
		"short row":      {body: "a,b,c\n1\n1,2,\n", want: `[{"a":"1"},{"a":"1","b":"2","c":""}]`},
		"header only":    {body: "a,b\n", want: `[]`},
		"one text":       {body: "Exceeded the daily hits limit", want: `[]`},
		"long row":       {body: "a,b\n1,2,3\n", problem: "line 2 of the CSV has 3 fields"},
		"double header":  {body: "a,b,a\n1,2,3\n", problem: "name of an earlier one"},
		"open quote":     {body: "a,b\n\"1,2\n", problem: "line 2"},
		"stray quote":    {body: "a,b\n1\"x,2\n", problem: "line 2"},
		"empty":          {body: "", problem: "empty"},
		"blank":          {body: "\r\n \n", problem: "empty"},
		"html":           {body: "<html>", problem: "HTML"},
		"all skipped":    {body: "a\nb", csv: spec.CSV{Skip: 2}, problem: "skipped"},
		"nothing behind": {body: "a\nb\n", csv: spec.CSV{Skip: 2}, problem: "empty"},
		"invalid":        {body: "a,b\n\xff,1\n", problem: "UTF-8"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			value, err := tree.Parse([]byte(c.body), tree.Options{Format: "csv", CSV: c.csv})
			if c.problem != "" {
				require.ErrorContains(t, err, c.problem)

				return
			}

			require.NoError(t, err)
			assert.Equal(t, c.want, text(t, value))
		})
	}

	_, err := tree.Parse([]byte("a\n"+strings.Repeat("1\n", 200_000)), tree.Options{Format: "csv"})
	require.ErrorIs(t, err, tree.ErrValues)
}

func TestXML(t *testing.T) {
	t.Parallel()

	body := `<?xml version="1.0" encoding="UTF-8"?><!-- c --><g:Rates xmlns:g="http://x" xmlns="http://y" g:date='2026-11-20'>
		<Rate currency="USD">1.1587 &amp; <![CDATA[<>]]></Rate><g:Empty/></g:Rates>` + "\n"
	want := `{"attr":{"date":"2026-11-20"},"kids":[{"attr":{"currency":"USD"},"kids":[],"name":"Rate","text":"1.1587 & <>"},{"attr":{},"kids":[],"name":"Empty","text":""}],` +
		`"name":"Rates","text":""}`

	value, err := tree.Parse([]byte(body), tree.Options{Format: "xml"})
	require.NoError(t, err)
	assert.JSONEq(t, want, text(t, value))

	for name, c := range map[string]struct{ body, want string }{
		"empty":            {"", "empty"},
		"json":             {`{"a":1}`, "text outside"},
		"text":             {"Exceeded", "text outside"},
		"html":             {"<!DOCTYPE html><html><body></body></html>", "HTML"},
		"html of old":      {"<HTML><body>", "HTML"},
		"cut":              {"<a><b>", "not XML"},
		"two":              {"<a/><b/>", "second"},
		"entity":           {"<a>&boom;</a>", "not XML"},
		"billion laughs":   {`<!DOCTYPE l [<!ENTITY a "b"><!ENTITY c "&a;&a;">]><l>&c;</l>`, "not XML"},
		"external entity":  {`<!DOCTYPE l [<!ENTITY a SYSTEM "file:///etc/passwd">]><l>&a;</l>`, "not XML"},
		"deep":             {strings.Repeat("<a>", 100_000), "deep"},
		"wrong end":        {"<a></b>", "not XML"},
		"twice":            {`<a b="1" b="2"/>`, "two attributes"},
		"only a comment":   {"<!-- x -->", "no element"},
		"unknown charset":  {`<?xml version="1.0" encoding="klingon"?><a/>`, "charset"},
		"invalid UTF-8":    {"<a>\xff</a>", "not XML"},
		"control":          {"<a>\x01</a>", "not XML"},
		"too many":         {"<a>" + strings.Repeat("<b/>", 100_000) + "</a>", "too many"},
		"secrets are kept": {"<a><hunter2></hunter3></a>", "not XML"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			_, err := tree.Parse([]byte(c.body), tree.Options{Format: "xml"})
			require.ErrorContains(t, err, c.want)
			assert.NotContains(t, err.Error(), "hunter")
			assert.Less(t, len(err.Error()), 200)
		})
	}
}

func TestCharsets(t *testing.T) {
	t.Parallel()

	const body = `<?xml version="1.0" encoding="windows-1251"?><a n="рубль">80,25</a>`

	encoded, err := charmap.Windows1251.NewEncoder().String(body)
	require.NoError(t, err)

	for _, charset := range []string{"", "windows-1251"} { // declared, and configured
		value, err := tree.Parse([]byte(encoded), tree.Options{Format: "xml", Charset: charset})
		require.NoError(t, err)
		assert.JSONEq(t, `{"name":"a","attr":{"n":"рубль"},"text":"80,25","kids":[]}`, text(t, value))
	}

	csv, err := charmap.Windows1251.NewEncoder().String("валюта;курс\nдоллар;80,25")
	require.NoError(t, err)

	value, err := tree.Parse([]byte(csv), tree.Options{Format: "csv", Charset: "cp1251", CSV: spec.CSV{Separator: ";"}})
	require.NoError(t, err)
	assert.JSONEq(t, `[{"валюта":"доллар","курс":"80,25"}]`, text(t, value))

	require.NoError(t, tree.Check(""))
	require.NoError(t, tree.Check("iso-8859-1"))
	require.Error(t, tree.Check("klingon"))

	_, err = tree.Parse([]byte("x"), tree.Options{Charset: "klingon"})
	require.ErrorContains(t, err, "charset")
}

func TestText(t *testing.T) {
	t.Parallel()

	value, err := tree.Parse([]byte("\xef\xbb\xbf1.5\n"), tree.Options{Format: "text"})
	require.NoError(t, err)
	assert.Equal(t, "1.5\n", value)

	_, err = tree.Parse(nil, tree.Options{Format: "msgpack"})
	require.ErrorContains(t, err, "format")
}
