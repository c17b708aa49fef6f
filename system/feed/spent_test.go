package feed_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/actors/fetcher"
	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/feed"
	"github.com/rollcall-go/rollcall/system/feed/spec"
)

var _ fetcher.Metered = (*feed.Source)(nil)

// N21: what a fetch took is what was sent, whatever was expected.
func TestAFetchTakesWhatItSent(t *testing.T) {
	t.Parallel()

	t.Run("servers that stand in", func(t *testing.T) {
		t.Parallel()

		first, second := newSwitched(t), newSwitched(t)
		first.status.Store(http.StatusServiceUnavailable)

		d := keyed("X")
		d.URL, d.Servers, d.Credits = first.url+"/q?s={symbols}", []string{second.url}, 3
		s := compiled(t, d)
		assert.Equal(t, 3, s.Cost(instruments(d)))

		_, err := all(t, s, d)
		require.NoError(t, err)
		assert.Equal(t, 6, s.Spent(), "it failed, and the other one stood in")
		assert.Zero(t, s.Spent(), "it has been asked")

		_, err = all(t, s, d)
		require.NoError(t, err)
		assert.Equal(t, 3, s.Spent())
	})
	t.Run("access tokens", func(t *testing.T) {
		t.Parallel()

		v := newTokenVendor(t, 3600)
		d := v.definition()
		s := compiled(t, d)

		for _, want := range []int{2, 1} {
			_, err := all(t, s, d)
			require.NoError(t, err)
			assert.Equal(t, want, s.Spent())
		}

		v.given.Add(1) // somebody else has asked for one

		_, err := all(t, s, d)
		require.NoError(t, err)
		assert.Equal(t, 3, s.Spent(), "refused, a token, and once more")
	})
	t.Run("batches, by symbol", func(t *testing.T) {
		t.Parallel()

		url, _ := vendor(t, func(w http.ResponseWriter, r *http.Request) { rows(w, r.URL.Query().Get("s")) })
		d := keyed("A", "B", "C")
		d.URL, d.Batch, d.Credits, d.CreditsPer = url+"/q?s={symbols}", 2, 4, "symbol"
		s := compiled(t, d)

		_, err := all(t, s, d)
		require.NoError(t, err)
		assert.Equal(t, 12, s.Spent())

		_, err = s.Fetch(t.Context(), []messages.Instrument{"unknown"})
		require.NoError(t, err)
		assert.Zero(t, s.Spent(), "nothing was asked")
	})
	t.Run("requests that are not sent", func(t *testing.T) {
		t.Parallel()

		url, _ := vendor(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTooManyRequests) })
		d := keyed("A", "B", "C")
		d.URL = url + "/q/{symbol}"
		s := compiled(t, d)
		assert.Equal(t, 3, s.Cost(instruments(d)))

		_, err := all(t, s, d)
		require.Error(t, err)
		assert.Equal(t, 1, s.Spent(), "the vendor wants to be left alone")
	})
	t.Run("pages", func(t *testing.T) {
		t.Parallel()

		url, _ := vendor(t, func(w http.ResponseWriter, r *http.Request) {
			_, _ = w.Write([]byte(`{"rows":[{"s":"` + strings.TrimPrefix(r.URL.Path, "/") + `","p":1}]}`))
		})
		d := paged(url+"/{page}", spec.Pages{Size: 1, Max: 3})
		s := compiled(t, d)

		_, err := all(t, s, d)
		require.NoError(t, err)
		assert.Equal(t, 3, s.Spent())
	})
}
