package feed_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/feed"
	"github.com/rollcall-go/rollcall/system/secret"
)

// journal keeps what a vendor was asked.
type journal struct {
	mutex sync.Mutex
	lines []string
	heads []http.Header
}

func (j *journal) note(r *http.Request) (body string) {
	text, _ := io.ReadAll(r.Body)

	j.mutex.Lock()
	defer j.mutex.Unlock()

	line := r.Method + " " + r.URL.RequestURI()
	if len(text) > 0 {
		line += " " + string(text)
	}

	j.lines, j.heads = append(j.lines, line), append(j.heads, r.Header.Clone())

	return string(text)
}

func (j *journal) asked() []string {
	j.mutex.Lock()
	defer j.mutex.Unlock()

	return j.lines
}

func (j *journal) last() http.Header {
	j.mutex.Lock()
	defer j.mutex.Unlock()

	return j.heads[len(j.heads)-1]
}

// vendor answers every request with what answer gives, and notes it.
func vendor(t *testing.T, answer http.HandlerFunc) (url string, j *journal) {
	t.Helper()

	j = new(journal)

	return server(t, func(w http.ResponseWriter, r *http.Request) {
		j.note(r)
		answer(w, r)
	}).URL, j
}

// says answers with a text.
func says(text string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, text) }
}

// compiled is a source that is closed with the test.
func compiled(t *testing.T, d feed.Definition) *feed.Source {
	t.Helper()

	d.Client.AllowPrivate = true
	s, err := feed.New(d)
	require.NoError(t, err)
	t.Cleanup(s.Close)

	return s
}

// all fetches every instrument of a definition.
func all(t *testing.T, s *feed.Source, d feed.Definition) ([]messages.Quote, error) {
	t.Helper()

	ctx, cancel := context.WithTimeout(t.Context(), plenty)
	defer cancel()

	return s.Fetch(ctx, instruments(d))
}

func instruments(d feed.Definition) []messages.Instrument {
	var list []messages.Instrument
	for _, symbol := range d.Symbols {
		list = append(list, symbol.Instrument)
	}

	return list
}

func secrets(pairs ...string) map[string]secret.Secret {
	made := make(map[string]secret.Secret)
	for i := 0; i < len(pairs); i += 2 {
		made[pairs[i]] = secret.New(pairs[i+1])
	}

	return made
}

func TestWhatIsSent(t *testing.T) {
	t.Parallel()

	cases := map[string]struct {
		change func(d *feed.Definition)
		want   string
		header http.Header
	}{
		"query values": {
			func(d *feed.Definition) { d.URL += "/q?a=1"; d.Query = secrets("s", "{symbols}", "key", "{secret.k}") },
			"GET /q?a=1&key=s3cret&s=EUR%2FUSD,X", nil,
		},
		"repeated": {
			func(d *feed.Definition) { d.URL += "/q"; d.Query = secrets("s", "{symbols|repeat|lower}") },
			"GET /q?s=eur%2Fusd&s=x", nil,
		},
		"headers": {
			func(d *feed.Definition) {
				d.URL += "/q"
				d.Headers = secrets("X-Key", "{secret.k}", "X-S", "{keys|pipe}")
			},
			"GET /q",
			http.Header{"X-Key": {"s3cret"}, "X-S": {"EUR/USD|X"}, "Accept": {"application/json"}, "User-Agent": {"rollcall"}},
		},
		"another accept": {
			func(d *feed.Definition) {
				d.URL += "/q"
				d.Headers = secrets("accept", "text/plain", "User-Agent", "me")
			},
			"GET /q",
			http.Header{"Accept": {"text/plain"}, "User-Agent": {"me"}},
		},
		"a body of JSON": {
			func(d *feed.Definition) { d.URL += "/q"; d.Body = `{symbols: $symbols, key: $secret.k, n: 1.50}` },
			`POST /q {"key":"s3cret","n":1.5,"symbols":["EUR/USD","X"]}`,
			http.Header{"Content-Type": {"application/json"}},
		},
		"a body of text": {
			func(d *feed.Definition) {
				d.URL += "/q"
				d.Method, d.Body, d.Headers = http.MethodPut, `$instruments | map(.base + .with.x) | join(";")`, secrets("content-type", "text/plain")
				d.Symbols[1].With = map[string]string{"x": "y"}
			},
			"PUT /q EUR;y",
			http.Header{"Content-Type": {"text/plain"}},
		},
		"POST without a body": {
			func(d *feed.Definition) { d.URL += "/q?s={symbols}"; d.Method = http.MethodPost },
			"POST /q?s=EUR%2FUSD,X",
			http.Header{"Content-Length": {"0"}},
		},
		"bearer": {
			func(d *feed.Definition) { d.URL += "/q"; d.Auth.Bearer = secret.New("{secret.k}-x") },
			"GET /q",
			http.Header{"Authorization": {"Bearer s3cret-x"}},
		},
		"basic": {
			func(d *feed.Definition) {
				d.URL += "/q"
				d.Auth.Basic.User, d.Auth.Basic.Password = secret.New("me"), secret.New("{secret.k}")
			},
			"GET /q",
			http.Header{"Authorization": {"Basic bWU6czNjcmV0"}},
		},
		"basic without a password": {
			func(d *feed.Definition) { d.URL += "/q"; d.Auth.Basic.User = secret.New("{secret.k}") },
			"GET /q",
			http.Header{"Authorization": {"Basic czNjcmV0Og=="}},
		},
		"CSV": {
			func(d *feed.Definition) { d.URL += "/q"; d.Parse.Format, d.Parse.Key = "csv", "s" },
			"GET /q",
			http.Header{"Accept": {"text/csv, */*;q=0.5"}},
		},
	}

	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			url, j := vendor(t, says(`{"EUR/USD":{"p":1.1},"X":{"p":2.0}}`))
			d := keyed("EUR/USD", "X")
			d.URL, d.Secrets = url, secrets("k", "s3cret")
			c.change(&d)
			s := compiled(t, d)

			for range 2 { // the second time from what was prepared
				_, _ = all(t, s, d)
				asked := j.asked()
				require.NotEmpty(t, asked)
				assert.Equal(t, c.want, asked[len(asked)-1])

				for name := range c.header {
					assert.Equal(t, c.header.Get(name), j.last().Get(name), name)
				}
			}
		})
	}
}

func TestTimesAndNoncesAreOfEachRequest(t *testing.T) {
	t.Parallel()

	url, j := vendor(t, says(`{"X":{"p":2.0}}`))
	d := keyed("X")
	d.URL = url + "/q?n={nonce}&t={now:unix_ns}"
	s := compiled(t, d)

	for range 3 {
		_, err := all(t, s, d)
		require.NoError(t, err)
	}

	asked := j.asked()
	require.Len(t, asked, 3)
	assert.Less(t, asked[0], asked[1], "nonces rise")
	assert.Less(t, asked[1], asked[2])
}

func TestEndpointsAndGroups(t *testing.T) {
	t.Parallel()

	url, j := vendor(t, func(w http.ResponseWriter, r *http.Request) {
		switch {
		case strings.HasPrefix(r.URL.Path, "/pair"):
			_, _ = io.WriteString(w, `{"price":"2688.735"}`)
		case r.URL.Path == "/stock":
			_, _ = io.WriteString(w, `[{"s":"IBM","p":"291.4500"}]`)
		default:
			_, _ = io.WriteString(w, `{"rates":{"USD":1.1587,"JPY":179.2,"CHF":0.95}}`)
		}
	})
	d := feed.Definition{
		Endpoint: feed.Endpoint{URL: url + "/latest?base={base}&symbols={quotes}", Parse: feed.Parse{Price: "rates.{symbol}"}},
		Endpoints: map[string]feed.Endpoint{
			"pair":  {URL: url + "/pair/{base}/{quote}", Parse: feed.Parse{Price: "price"}},
			"stock": {URL: url + "/stock", Query: secrets("s", "{symbols}"), Parse: feed.Parse{Key: "s", Price: "p"}},
		},
		Naming: "{quote}",
		Symbols: []feed.Symbol{
			{Instrument: "EUR/USD"},
			{Instrument: "XAU/USD", Endpoint: "pair"},
			{Instrument: "GBP/USD"},
			{Instrument: "IBM", VendorSymbol: "IBM", Endpoint: "stock"},
			{Instrument: "EUR/JPY"},
			{Instrument: "XAG/EUR", Endpoint: "pair"},
		},
	}
	s := compiled(t, d)

	for range 2 {
		quotes, err := all(t, s, d)
		require.NoError(t, err)

		var prices []string

		for i, q := range quotes {
			assert.Equal(t, d.Symbols[i].Instrument, q.Instrument)
			prices = append(prices, q.Price.Text())
		}

		assert.Equal(t, []string{"1.1587", "2688.735", "1.1587", "291.4500", "179.2", "2688.735"}, prices)
	}

	assert.Equal(t, []string{
		"GET /latest?base=EUR&symbols=USD,JPY", "GET /pair/XAU/USD", "GET /latest?base=GBP&symbols=USD", "GET /stock?s=IBM", "GET /pair/XAG/EUR",
	}, j.asked()[:5])
	assert.Equal(t, 5, s.Cost(instruments(d)))
	assert.Equal(t, 2, s.Cost([]messages.Instrument{"EUR/USD", "EUR/JPY", "IBM"}))
}

func TestCost(t *testing.T) {
	t.Parallel()

	d := keyed("A", "B", "C")
	d.Batch, d.Credits = 2, 4
	assert.Equal(t, 8, compiled(t, d).Cost(instruments(d)))
	assert.Equal(t, 4, compiled(t, d).Cost([]messages.Instrument{"A", "C"}))

	d.CreditsPer = "symbol"
	assert.Equal(t, 12, compiled(t, d).Cost(instruments(d)))
	assert.Zero(t, compiled(t, d).Cost(nil))
}

func TestAt(t *testing.T) {
	t.Parallel()

	url, j := vendor(t, says(`{"X":{"p":2.0}}`))
	d := keyed("X")
	d.URL, d.At, d.Servers = "https://vendor.example/v1/a%2Fb/{symbols}?x=1", url+"/sim/nine/", []string{"https://other.example"}
	s := compiled(t, d)

	_, err := all(t, s, d)
	require.NoError(t, err)
	assert.Equal(t, []string{"GET /sim/nine/v1/a%2Fb/X?x=1"}, j.asked())
}
