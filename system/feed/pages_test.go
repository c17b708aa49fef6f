package feed_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/feed"
	"github.com/rollcall-go/rollcall/system/feed/spec"
)

// paged is a definition of A … E in rows of an array, with a token of their own.
func paged(url string, pages spec.Pages) feed.Definition {
	d := keyed("A", "B", "C", "D", "E")
	d.URL, d.Pages = url, pages
	d.Parse = feed.Parse{Rows: "rows", Key: "s", Price: "p"}
	d.Headers = secrets("X-Key", "k-12345")

	return d
}

func TestPagesByURL(t *testing.T) {
	t.Parallel()

	url, j := vendor(t, func(w http.ResponseWriter, r *http.Request) {
		assert.Equal(t, "k-12345", r.Header.Get("X-Key"), "every page is asked with the same credentials")

		switch r.URL.Query().Get("at") {
		case "":
			_, _ = io.WriteString(w, `{"rows":[{"s":"A","p":1},{"s":"C","p":3}],"next":"/q?at=2"}`)
		case "2":
			_, _ = io.WriteString(w, `{"rows":[{"s":"B","p":2}],"next":"http://`+r.Host+`/q?at=3#x"}`)
		default:
			_, _ = io.WriteString(w, `{"rows":[{"s":"D","p":4}],"next":null}`)
		}
	})
	d := paged(url+"/q", spec.Pages{Next: ".next"})
	s := compiled(t, d)
	assert.Equal(t, 1, s.Cost(instruments(d)), "before the first answer")

	quotes, err := all(t, s, d)
	require.NoError(t, err)
	assert.Equal(t, []messages.Outcome{"ok", "ok", "ok", "ok", "missing_symbol"}, outcomes(quotes))
	assert.Equal(t, []string{"GET /q", "GET /q?at=2", "GET /q?at=3"}, j.asked())
	assert.Equal(t, 3, s.Cost(instruments(d)))

	quotes, err = s.Fetch(t.Context(), []messages.Instrument{"C", "A"})
	require.NoError(t, err)
	assert.Equal(t, "3", quotes[0].Price.Text())
	assert.Len(t, j.asked(), 4, "no page is asked for once everything is found")
}

func TestPagesByToken(t *testing.T) {
	t.Parallel()

	url, j := vendor(t, func(w http.ResponseWriter, r *http.Request) {
		next := map[string]string{"": `"b&c"`, "b&c": `17`, "17": `false`}[r.URL.Query().Get("page")]
		_, _ = io.WriteString(w, `{"rows":[],"next":`+next+`}`)
	})
	d := paged(url+"/q?page={page}", spec.Pages{Next: ".next"})

	quotes, err := all(t, compiled(t, d), d)
	require.NoError(t, err)
	assert.Equal(t, messages.OutcomeMissingSymbol, quotes[0].Outcome)
	assert.Equal(t, []string{"GET /q?page=", "GET /q?page=b%26c", "GET /q?page=17"}, j.asked())
}

// A row without a price is a row of the page all the same: the page is full, and not the last one.
func TestPagesAreFullWithoutPrices(t *testing.T) {
	t.Parallel()

	url, j := vendor(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("o") == "0" {
			_, _ = io.WriteString(w, `{"rows":[{"s":"A","p":1},{"s":"halted"}]}`)
		} else {
			_, _ = io.WriteString(w, `{"rows":[{"s":"B","p":2}]}`)
		}
	})
	d := paged(url+"/q?o={offset}", spec.Pages{Size: 2})

	quotes, err := all(t, compiled(t, d), d)
	require.NoError(t, err)
	assert.Equal(t, []messages.Outcome{"ok", "ok", "missing_symbol", "missing_symbol", "missing_symbol"}, outcomes(quotes))
	assert.Equal(t, []string{"GET /q?o=0", "GET /q?o=2"}, j.asked())
}

func TestCountedPages(t *testing.T) {
	t.Parallel()

	url, j := vendor(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("o") == "4" {
			_, _ = io.WriteString(w, `{"rows":[{"s":"E","p":5}]}`)
		} else {
			_, _ = io.WriteString(w, `{"rows":[{"s":"x","p":1},{"s":"y","p":3}]}`)
		}
	})
	d := paged(url+"/q?p={page}&o={offset}", spec.Pages{Size: 2, First: 1})

	quotes, err := all(t, compiled(t, d), d)
	require.NoError(t, err)
	assert.Equal(t, "5", quotes[4].Price.Text())
	assert.Equal(t, []string{"GET /q?p=1&o=0", "GET /q?p=2&o=2", "GET /q?p=3&o=4"}, j.asked(), "a page that is not full is the last")
}

func TestPagesEnd(t *testing.T) {
	t.Parallel()

	cases := map[string]struct {
		next string
		max  int
		want int
	}{
		"at the most pages":         {`"/q?" + (now|tostring)`, 4, 4},
		"at ten by default":         {`"/q?" + (now|tostring)`, 0, 10},
		"at a page that is its own": {`"/q"`, 0, 1},
		"at nothing":                {`empty`, 0, 1},
		"at an empty text":          {`""`, 0, 1},
	}

	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			url, j := vendor(t, says(`{"rows":[]}`))
			d := paged(url+"/q", spec.Pages{Next: c.next, Max: c.max})
			_, err := all(t, compiled(t, d), d)
			require.NoError(t, err)
			assert.Len(t, j.asked(), c.want)
		})
	}
}

// N17: a next page takes our credentials along, so it may not lead to a stranger.
func TestNextPageElsewhere(t *testing.T) {
	t.Parallel()

	other, strange := vendor(t, says(`{"rows":[]}`))

	for _, next := range []string{
		other + "/q", "//" + strings.TrimPrefix(other, "http://") + "/q", "http://169.254.169.254/latest", "https://vendor.example/", "file:///etc/passwd", "http://u:p@127.0.0.1/", "::", "http://%zz/",
	} {
		url, j := vendor(t, says(`{"rows":[{"s":"A","p":1}],"next":"`+next+`"}`))
		d := paged(url+"/q", spec.Pages{Next: ".next"})
		_, err := all(t, compiled(t, d), d)
		assert.Equal(t, messages.OutcomeRedirect, outcomeOf(t, err), next)
		assert.Len(t, j.asked(), 1)
	}

	assert.Empty(t, strange.asked())
}

func TestAPageThatFails(t *testing.T) {
	t.Parallel()

	for status, want := range map[int]messages.Outcome{404: messages.OutcomeHTTPStatus, 429: messages.OutcomeRateLimited, 200: messages.OutcomeMalformed} {
		url, _ := vendor(t, func(w http.ResponseWriter, r *http.Request) {
			if r.URL.RawQuery == "" {
				_, _ = io.WriteString(w, `{"rows":[{"s":"A","p":1}],"next":"?2"}`)

				return
			}

			w.WriteHeader(status)
			_, _ = io.WriteString(w, "<html>")
		})
		d := paged(url+"/q", spec.Pages{Next: ".next"})
		_, err := all(t, compiled(t, d), d)
		assert.Equal(t, want, outcomeOf(t, err))
	}
}

func TestPagesBehindAt(t *testing.T) {
	t.Parallel()

	url, j := vendor(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.RawQuery == "" {
			_, _ = io.WriteString(w, `{"rows":[],"next":"https://vendor.example/q?2"}`)
		} else {
			_, _ = io.WriteString(w, `{"rows":[{"s":"A","p":1}]}`)
		}
	})
	d := paged("https://vendor.example/q", spec.Pages{Next: ".next"})
	d.At = url + "/sim"

	quotes, err := all(t, compiled(t, d), d)
	require.NoError(t, err)
	assert.True(t, quotes[0].Usable())
	assert.Equal(t, []string{"GET /sim/q", "GET /sim/q?2"}, j.asked())
}

func TestPagesThatAreRefused(t *testing.T) {
	t.Parallel()

	cases := map[string]struct {
		pages  spec.Pages
		change func(*feed.Definition)
		field  string
	}{
		"neither":       {spec.Pages{Max: 3}, nil, "pages.next"},
		"both":          {spec.Pages{Next: ".n", Size: 3}, nil, "pages.next"},
		"bad jq":        {spec.Pages{Next: ".n |"}, nil, "pages.next"},
		"no place":      {spec.Pages{Size: 3}, nil, "pages.size"},
		"negative size": {spec.Pages{Size: -3}, nil, "pages.size"},
		"too many":      {spec.Pages{Next: ".n", Max: 100_000}, nil, "pages.max"},
		"first":         {spec.Pages{Next: ".n", First: -1}, nil, "pages.first"},
		"conditional":   {spec.Pages{Next: ".n"}, func(d *feed.Definition) { d.Conditional = true }, "conditional"},
	}

	for name, c := range cases {
		d := paged("https://h/q", c.pages)
		if c.change != nil {
			c.change(&d)
		}

		problems := feed.Check(d)
		require.Len(t, problems, 1, name)
		assert.Equal(t, c.field, problems[0].Field, name)
	}

	d := keyed("X")
	d.URL = "https://h/q?p={page}"
	problems := feed.Check(d)
	require.Len(t, problems, 1)
	assert.Contains(t, problems[0].Problem, "cannot stand here")
}
