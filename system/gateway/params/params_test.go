package params_test

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/gateway/hub"
	"github.com/rollcall-go/rollcall/system/gateway/params"
)

// request is a GET with a query and headers, names and values by turns.
func request(query string, headers ...string) *http.Request {
	r := httptest.NewRequest(http.MethodGet, "/", http.NoBody)
	r.URL.RawQuery = query

	for i := 0; i < len(headers); i += 2 {
		r.Header.Add(headers[i], headers[i+1])
	}

	return r
}

func TestValues(t *testing.T) {
	t.Parallel()

	p := params.Of(request("from=2026-11-21T06:00:00%2B01:00&limit=7&after=42&wait=1m&sources=true&fields=a,b&fields=c&classes=x&instruments=EUR/USD,GOLD"),
		"from", "to", "limit", "after", "wait", "sources", "fields", "classes", "instruments")
	from, to := p.Span()
	selection := p.Selection()

	assert.True(t, from.Equal(time.Date(2026, 11, 21, 5, 0, 0, 0, time.UTC)))
	assert.True(t, to.IsZero())
	assert.Equal(t, 7, p.Limit())
	assert.Equal(t, messages.Round(42), p.Round("after"))
	assert.Equal(t, time.Minute, p.Duration("wait", time.Minute))
	assert.True(t, p.Flag("sources"))
	assert.Equal(t, []string{"a", "b", "c"}, p.Words("fields", "a", "b", "c"))
	assert.Equal(t, []messages.Instrument{"EUR/USD", "GOLD"}, selection.Instruments)
	assert.Nil(t, p.Mistake())

	none := params.Of(request(""), "limit")
	assert.Equal(t, params.DefaultLimit, none.Limit())
	assert.Zero(t, none.Round("after"))
	assert.Nil(t, none.Mistake())
}

// The first mistake stays, and what a client sent is shown only where it is fit to be.
func TestMistakes(t *testing.T) {
	t.Parallel()

	p := params.Of(request("limit=0&after=x"), "limit", "after")
	p.Limit()
	p.Round("after")
	require.NotNil(t, p.Mistake())
	assert.Equal(t, "limit", p.Mistake().Field)

	p = params.Of(request("a%1b%5B2Jb=1"))
	require.NotNil(t, p.Mistake())
	assert.Equal(t, "a [2Jb", p.Mistake().Field)
}

func TestFormats(t *testing.T) {
	t.Parallel()

	for accepted, want := range map[string]params.Format{
		"":                      params.JSON,
		"text/csv":              params.CSV,
		"TEXT/CSV; charset=x":   params.CSV,
		"text/*":                params.CSV,
		"*/*":                   params.JSON,
		"text/csv, */*":         params.JSON, // both are as welcome
		"text/csv, */*;q=0.5":   params.CSV,
		"text/csv;q=0":          params.JSON,
		"text/csv;q=2":          params.JSON,
		"text/csv;q=NaN":        params.JSON,
		"text/html, image/png":  params.JSON,
		"application/json;q=.1": params.JSON,
		"text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8": params.JSON, // a browser
	} {
		assert.Equal(t, want, params.Of(request(""), "format").Format(request("", "Accept", accepted)), accepted)
	}

	r := request("format=json", "Accept", "text/csv")
	assert.Equal(t, params.JSON, params.Of(r, "format").Format(r), "the parameter counts more")
}

func TestCodings(t *testing.T) {
	t.Parallel()

	for accepted, want := range map[string]hub.Coding{
		"": hub.Identity, "gzip": hub.Gzip, "x-gzip": hub.Gzip, "zstd": hub.Zstd, "gzip, deflate, br, zstd": hub.Zstd, "zstd;q=0, gzip": hub.Gzip,
		"identity;q=1, *;q=0": hub.Identity, "gzip;q=-1": hub.Identity,
	} {
		assert.Equal(t, want, params.Coding(request("", "Accept-Encoding", accepted)), accepted)
	}
}

// A cursor comes back as it was given, for the same question only, whatever the numbers and the limit.
func TestCursors(t *testing.T) {
	t.Parallel()

	rapid.Check(t, func(t *rapid.T) {
		number, resource := rapid.Uint64().Draw(t, "number"), rapid.String().Draw(t, "resource")
		cursor := params.Of(request("status=a&limit=1"), "status", "limit").NextCursor(resource, number)

		p := params.Of(request("limit=9&status=a&format=csv&cursor="+cursor), "status", "limit", "cursor", "format")
		assert.Equal(t, number, p.Cursor(resource))
		assert.Nil(t, p.Mistake())

		p = params.Of(request("status=b&cursor="+cursor), "status", "cursor")
		p.Cursor(resource)
		assert.NotNil(t, p.Mistake(), "another question")

		p = params.Of(request("status=a&cursor="+cursor), "status", "cursor")
		p.Cursor(resource + "s")
		assert.NotNil(t, p.Mistake(), "another resource")
	})
}

func TestTags(t *testing.T) {
	t.Parallel()

	for header, want := range map[string]bool{`"a"`: true, `W/"a"`: true, `"b", "a"`: true, "*": true, "": false, "a": false, `"b"`: false, `"A"`: false} {
		assert.Equal(t, want, params.Match(request("", "If-None-Match", header), `"a"`), header)
	}
}
