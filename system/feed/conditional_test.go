package feed_test

import (
	"io"
	"net/http"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/messages"
)

func TestConditional(t *testing.T) {
	t.Parallel()

	var version atomic.Int32

	version.Store(1)

	url, j := vendor(t, func(w http.ResponseWriter, r *http.Request) {
		tag := `"v` + itoa(int(version.Load())) + `"`

		w.Header().Set("ETag", tag)
		w.Header().Set("Last-Modified", "Fri, 20 Nov 2026 14:57:10 GMT")

		if r.Header.Get("If-None-Match") == tag {
			w.WriteHeader(http.StatusNotModified)

			return
		}

		_, _ = io.WriteString(w, `{"A":{"p":1.50},"B":{"p":`+itoa(int(version.Load()))+`}}`)
	})
	d := keyed("A", "B", "C")
	d.URL, d.Conditional = url+"/all", true
	s := compiled(t, d)

	first, err := all(t, s, d)
	require.NoError(t, err)
	assert.Empty(t, j.last().Get("If-None-Match"))
	assert.Zero(t, first[0].Flags&messages.FlagUnchanged)

	for range 2 {
		again, err := all(t, s, d)
		require.NoError(t, err)
		assert.Equal(t, `"v1"`, j.last().Get("If-None-Match"))
		assert.Equal(t, "Fri, 20 Nov 2026 14:57:10 GMT", j.last().Get("If-Modified-Since"))
		assert.Equal(t, []messages.Outcome{"ok", "ok", "missing_symbol"}, outcomes(again))
		assert.Equal(t, "1.50", again[0].Price.Text())
		assert.NotZero(t, again[0].Flags&messages.FlagUnchanged)
	}

	other, err := s.Fetch(t.Context(), []messages.Instrument{"B"})
	require.NoError(t, err)
	assert.Empty(t, j.last().Get("If-None-Match"), "other instruments have a memory of their own")
	assert.Equal(t, "1", other[0].Price.Text())

	version.Store(2)

	changed, err := all(t, s, d)
	require.NoError(t, err)
	assert.Equal(t, "2", changed[1].Price.Text())
	assert.Zero(t, changed[1].Flags&messages.FlagUnchanged)
}

func TestConditionalWithoutMemory(t *testing.T) {
	t.Parallel()

	t.Run("304 to the first request", func(t *testing.T) {
		t.Parallel()

		url, _ := vendor(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNotModified) })
		d := keyed("A")
		d.URL, d.Conditional = url, true
		_, err := all(t, compiled(t, d), d)
		assert.Equal(t, messages.OutcomeHTTPStatus, outcomeOf(t, err))
	})
	t.Run("an answer that could not be read is not remembered", func(t *testing.T) {
		t.Parallel()

		url, j := vendor(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("ETag", `"x"`)

			_, _ = io.WriteString(w, "<html>")
		})
		d := keyed("A")
		d.URL, d.Conditional = url, true
		s := compiled(t, d)

		for range 2 {
			_, err := all(t, s, d)
			assert.Equal(t, messages.OutcomeMalformed, outcomeOf(t, err))
			assert.Empty(t, j.last().Get("If-None-Match"))
		}
	})
	t.Run("an answer without validators forgets", func(t *testing.T) {
		t.Parallel()

		var asked atomic.Int32

		url, j := vendor(t, func(w http.ResponseWriter, _ *http.Request) {
			if asked.Add(1) == 1 {
				w.Header().Set("ETag", `"x"`)
			}

			_, _ = io.WriteString(w, `{"A":{"p":1}}`)
		})
		d := keyed("A")
		d.URL, d.Conditional = url, true
		s := compiled(t, d)

		for _, want := range []string{"", `"x"`, ""} {
			_, err := all(t, s, d)
			require.NoError(t, err)
			assert.Equal(t, want, j.last().Get("If-None-Match"))
		}
	})
}
