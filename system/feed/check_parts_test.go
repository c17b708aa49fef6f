package feed_test

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/feed"
	"github.com/rollcall-go/rollcall/system/feed/spec"
)

func TestMistakesOfEveryPart(t *testing.T) {
	t.Parallel()

	cases := map[string]struct {
		change func(d *feed.Definition)
		fields []string
	}{
		"an endpoint": {
			func(d *feed.Definition) {
				d.Endpoints = map[string]feed.Endpoint{"fx": {URL: "ftp://h/", Method: "HEAD", Batch: -1, Body: ".[", Query: secrets("q", "{x}"), Headers: secrets("h", "{")}}
			},
			[]string{"endpoints.fx.url", "endpoints.fx.query.q", "endpoints.fx.headers.h", "endpoints.fx.method", "endpoints.fx.body", "endpoints.fx.batch", "endpoints.fx.parse.price"},
		},
		"a rule, once": {
			func(d *feed.Definition) {
				d.Errors = []spec.Rule{{Status: 400, Outcome: "nonsense"}}
				d.Endpoints = map[string]feed.Endpoint{"b": d.Endpoint}
			},
			[]string{"errors[0].outcome"},
		},
		"a batch of nothing":          {func(d *feed.Definition) { d.URL, d.Batch = "https://h/all", 2 }, []string{"batch"}},
		"a batch in the body":         {func(d *feed.Definition) { d.URL, d.Batch, d.Body = "https://h/all", 2, "$symbols" }, nil},
		"misspelt members of rows":    {func(d *feed.Definition) { d.Parse = feed.Parse{JQ: ".[] | {key, prise, sequence: 1}"} }, []string{"parse.jq", "parse.jq"}},
		"rows without a key":          {func(d *feed.Definition) { d.Parse = feed.Parse{JQ: ".[] | {price}"} }, []string{"parse.jq"}},
		"rows of one alone need none": {func(d *feed.Definition) { d.Parse, d.URL = feed.Parse{JQ: ".[] | {price}"}, "https://h/{symbol}" }, nil},
		"a body of GET":               {func(d *feed.Definition) { d.Method, d.Body = "GET", "1" }, []string{"method"}},
		"an unknown secret":           {func(d *feed.Definition) { d.URL = "https://h/{secret.k}" }, []string{"url"}},
		"a symbol's endpoint":         {func(d *feed.Definition) { d.Symbols[0].Endpoint = "fx" }, []string{"symbols[0]"}},
		"rows without an owner":       {func(d *feed.Definition) { d.Parse = feed.Parse{Format: "csv", Price: "p"} }, []string{"parse.key"}},
		"rows of one are alright": {func(d *feed.Definition) {
			d.Parse = feed.Parse{Format: "csv", Price: "p"}
			d.URL = "https://h/{symbol}"
		}, nil},
		"naming": {func(d *feed.Definition) { d.Naming = "{base}" }, nil}, // both have their symbols
		"a stream": {
			func(d *feed.Definition) { d.URL, d.Parse, d.Stream.URL = "", feed.Parse{}, "ftp://h/" }, []string{"stream.url"},
		},
	}

	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			d := keyed("A", "B")
			c.change(&d)

			var fields []string

			for _, problem := range feed.Check(d) {
				if !strings.HasPrefix(problem.Field, "stream.") || problem.Field == "stream.url" {
					fields = append(fields, problem.Field)
				}
			}

			assert.Equal(t, c.fields, fields)
		})
	}
}

// Every endpoint may be named; then the first one need not be there.
func TestOnlyNamedEndpoints(t *testing.T) {
	t.Parallel()

	d := keyed("A")
	d.Endpoints = map[string]feed.Endpoint{"fx": d.Endpoint}
	d.Endpoint, d.Symbols[0].Endpoint = feed.Endpoint{}, "fx"
	assert.Empty(t, feed.Check(d))

	d.Symbols = append(d.Symbols, feed.Symbol{Instrument: "B"})
	assert.NotEmpty(t, feed.Check(d), "B has nowhere to be asked")
}

func TestUnsendableRequests(t *testing.T) {
	t.Parallel()

	url, j := vendor(t, says(`{"A":{"p":1}}`))

	for name, change := range map[string]func(d *feed.Definition){
		"a body that is nothing":        func(d *feed.Definition) { d.Body = "empty" },
		"a body that fails":             func(d *feed.Definition) { d.Body = "$symbols + 1" },
		"a token that breaks the line":  func(d *feed.Definition) { d.Headers = secrets("X", "{secret.k}") },
		"a bearer that breaks the line": func(d *feed.Definition) { d.Auth.Bearer = d.Secrets["k2"] },
	} {
		d := keyed("A")
		d.URL, d.Secrets = url+"/{symbols}", secrets("k", "a\r\nHost: b", "k2", "{secret.k}")
		change(&d)

		_, err := all(t, compiled(t, d), d)
		assert.Equal(t, messages.OutcomeBadRequest, outcomeOf(t, err), name)
		require.ErrorContains(t, err, "not sent")
		assert.NotContains(t, err.Error(), "Host: b")
	}

	assert.Empty(t, j.asked())
}

// C09: a definition of many symbols is compiled in bounded time.
func TestManySymbols(t *testing.T) {
	t.Parallel()

	d := keyed()
	d.Batch = 100

	for i := range 20_000 {
		d.Symbols = append(d.Symbols, feed.Symbol{Instrument: messages.Instrument("S" + itoa(i))})
	}

	s := compiled(t, d)
	assert.Equal(t, 200, s.Cost(instruments(d)))

	ctx, cancel := context.WithCancel(t.Context())
	cancel()

	_, err := s.Fetch(ctx, instruments(d))
	assert.Equal(t, messages.OutcomeCancelled, outcomeOf(t, err))
}
