package feed_test

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/feed"
	"github.com/rollcall-go/rollcall/system/feed/spec"
)

// strict is a vendor that refuses a request with a symbol it does not know, as exchanges do.
func strict(t *testing.T, symbols string, unknown ...string) (feed.Definition, *feed.Source, *journal) {
	t.Helper()

	url, j := vendor(t, func(w http.ResponseWriter, r *http.Request) {
		asked := r.URL.Query().Get("s")

		for _, bad := range unknown {
			if strings.Contains(","+asked+",", ","+bad+",") {
				w.WriteHeader(http.StatusBadRequest)
				_, _ = io.WriteString(w, `{"code":-1121,"msg":"Invalid symbol."}`)

				return
			}
		}

		rows(w, asked)
	})
	d := keyed(strings.Split(symbols, "")...)
	d.URL = url + "/q?s={symbols}"
	d.Errors = []spec.Rule{{Status: 400, When: ".code == -1121", Outcome: "unknown_symbol", Retry: "never"}}

	return d, compiled(t, d), j
}

func TestABadSymbolIsFoundAndLeftOut(t *testing.T) {
	t.Parallel()

	d, s, j := strict(t, "ABCDEFGH", "F")

	usable := func() (good int, bad string) {
		var unknown []string

		quotes, err := all(t, s, d)
		if err != nil {
			return 0, err.Error()
		}

		for _, q := range quotes {
			if q.Usable() {
				good++
			} else {
				assert.Equal(t, messages.OutcomeUnknownSymbol, q.Outcome)
				assert.NotEmpty(t, q.Detail)

				unknown = append(unknown, string(q.Instrument))
			}
		}

		return good, strings.Join(unknown, "")
	}

	var failure *messages.Failure

	_, err := all(t, s, d)
	require.ErrorAs(t, err, &failure)
	assert.Equal(t, messages.OutcomeUnknownSymbol, failure.Outcome)
	assert.False(t, failure.Final, "the others are asked for again, whatever the rule says")

	for _, want := range []struct {
		good int
		bad  string
		cost int
	}{{4, "EFGH", 2}, {6, "EF", 3}, {7, "F", 3}, {7, "F", 1}, {7, "F", 1}} {
		assert.Equal(t, want.cost, s.Cost(instruments(d)))

		good, bad := usable()
		assert.Equal(t, want.good, good)
		assert.Equal(t, want.bad, bad)
	}

	asked := j.asked()
	assert.Equal(t, "GET /q?s=A,B,C,D,E,G,H", asked[len(asked)-1])

	feed.AgeDoubts(s, time.Hour)
	assert.Equal(t, 2, s.Cost(instruments(d)), "it is asked for again, alone")

	good, bad := usable()
	assert.Equal(t, 7, good)
	assert.Equal(t, "F", bad)
	assert.Equal(t, 1, s.Cost(instruments(d)))
}

func TestASymbolThatComesBack(t *testing.T) {
	t.Parallel()

	d, s, _ := strict(t, "ABC", "B")

	for range 4 {
		_, _ = all(t, s, d)
	}

	quotes, err := all(t, s, d)
	require.NoError(t, err)
	assert.Equal(t, []messages.Outcome{"ok", "unknown_symbol", "ok"}, outcomes(quotes))

	// The vendor lists it now: another server, the same source's memory.
	known, fresh, _ := strict(t, "ABC")
	feed.CopyDoubts(s, fresh)
	feed.AgeDoubts(fresh, time.Hour)

	for range 2 {
		quotes, err = all(t, fresh, known)
		require.NoError(t, err)
		assert.Equal(t, []messages.Outcome{"ok", "ok", "ok"}, outcomes(quotes))
	}

	assert.Equal(t, 1, fresh.Cost(instruments(known)), "it stands with the others again")
}

func TestEverySymbolIsBad(t *testing.T) {
	t.Parallel()

	d, s, j := strict(t, "AB", "A", "B")

	for range 2 {
		_, err := all(t, s, d)
		assert.Equal(t, messages.OutcomeUnknownSymbol, outcomeOf(t, err))
	}

	before := len(j.asked())
	quotes, err := all(t, s, d)
	require.NoError(t, err)
	assert.Equal(t, []messages.Outcome{"unknown_symbol", "unknown_symbol"}, outcomes(quotes))
	assert.Len(t, j.asked(), before, "nobody is asked")
}
