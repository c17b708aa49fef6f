package feed_test

import (
	"io"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/feed"
	"github.com/rollcall-go/rollcall/system/feed/spec"
)

func TestListed(t *testing.T) {
	t.Parallel()

	url, j := vendor(t, says(`{"symbols":[{"symbol":"BTCUSDT","base":"BTC","quote":"USDT"},{"symbol":"ETHUSDT"},{"base":"no symbol"},"XRPUSDT",1,null]}`))

	for _, expression := range []string{".symbols[]", ".symbols"} {
		d := keyed("X")
		d.Secrets, d.Headers = secrets("k", "s3cret"), secrets("X-Key", "{secret.k}")
		d.Listing = spec.Listing{URL: url + "/info?day={now:2006}&k={secret.k}", Symbols: expression}

		found, err := compiled(t, d).Listed(t.Context())
		require.NoError(t, err)
		assert.Equal(t, []feed.ListedSymbol{{"BTCUSDT", "BTC", "USDT"}, {Symbol: "ETHUSDT"}, {Symbol: "XRPUSDT"}}, found)
		assert.Contains(t, j.asked()[0], "k=s3cret")
		assert.Equal(t, "s3cret", j.last().Get("X-Key"))
	}
}

func TestListingsThatFail(t *testing.T) {
	t.Parallel()

	_, err := compiled(t, keyed("X")).Listed(t.Context())
	assert.Equal(t, messages.OutcomeBadRequest, outcomeOf(t, err))

	cases := map[string]struct {
		answer     http.HandlerFunc
		expression string
		want       messages.Outcome
	}{
		"a status": {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusForbidden) }, ".", messages.OutcomeAuth},
		"a rule's failure": {func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusTeapot)
			_, _ = io.WriteString(w, "{}")
		}, ".", messages.OutcomeRateLimited},
		"HTML":          {says("<html>"), ".", messages.OutcomeMalformed},
		"an expression": {says("[1]"), ".[].x", messages.OutcomeMalformed},
	}

	for name, c := range cases {
		url, _ := vendor(t, c.answer)
		d := keyed("X")
		d.Errors = []spec.Rule{{Status: 418, Outcome: "rate_limited"}}
		d.Listing = spec.Listing{URL: url, Symbols: c.expression}
		_, err := compiled(t, d).Listed(t.Context())
		assert.Equal(t, c.want, outcomeOf(t, err), name)
	}

	d := keyed("X")
	d.Headers = secrets("X-Bad", "{")
	d.Listing = spec.Listing{URL: "https://h/{symbol}", Symbols: ".["}

	var fields []string
	for _, problem := range feed.Check(d) {
		fields = append(fields, problem.Field)
	}

	assert.Equal(t, []string{"headers.X-Bad", "listing.url", "listing.symbols"}, fields)
}
