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

func TestRequest(t *testing.T) {
	t.Parallel()

	s := server(t, func(w http.ResponseWriter, r *http.Request) {
		assert.Equal(t, http.MethodPost, r.Method)
		assert.Equal(t, "s=EUR%2FUSD,A%26B", r.URL.RawQuery)
		assert.Equal(t, "Bearer token", r.Header.Get("Authorization"))
		assert.Equal(t, "application/json", r.Header.Get("Accept"))
		assert.Empty(t, r.Header.Get("Cookie"))
		http.SetCookie(w, &http.Cookie{Name: "a", Value: "b"})

		_, _ = io.WriteString(w, `{"EUR/USD":{"p":1.1},"A&B":{"p":2.0}}`)
	})

	d := keyed("EUR/USD", "A&B")
	d.URL, d.Method = s.URL+"/q?s={symbols}", http.MethodPost
	d.Headers = map[string]secret.Secret{"authorization": secret.New("Bearer token")}
	source, err := feed.New(d)
	require.NoError(t, err)
	t.Cleanup(source.Close)

	for range 2 {
		quotes, err := source.Fetch(t.Context(), []messages.Instrument{"EUR/USD", "A&B"})
		require.NoError(t, err)
		assert.Equal(t, "1.1", quotes[0].Price.Text())
		assert.Equal(t, "2.0", quotes[1].Price.Text())
	}
}

// batched asks for A … E in requests of two, from a vendor that answers each request as told.
func batched(t *testing.T, answer func(w http.ResponseWriter, symbols string)) (source *feed.Source, asked func() []string) {
	t.Helper()

	var (
		mutex    sync.Mutex
		requests []string
	)

	s := server(t, func(w http.ResponseWriter, r *http.Request) {
		mutex.Lock()
		requests = append(requests, r.URL.Query().Get("s"))
		mutex.Unlock()
		answer(w, r.URL.Query().Get("s"))
	})

	d := keyed("A", "B", "C", "D", "E")
	d.URL, d.Batch = s.URL+"/q?s={symbols}", 2
	source, err := feed.New(d)
	require.NoError(t, err)
	t.Cleanup(source.Close)

	return source, func() []string {
		mutex.Lock()
		defer mutex.Unlock()

		return requests
	}
}

func rows(w http.ResponseWriter, symbols string) {
	var parts []string
	for symbol := range strings.SplitSeq(symbols, ",") {
		parts = append(parts, `"`+symbol+`":{"p":1.0}`)
	}

	_, _ = io.WriteString(w, "{"+strings.Join(parts, ",")+"}")
}

func outcomes(quotes []messages.Quote) []messages.Outcome {
	var all []messages.Outcome
	for _, q := range quotes {
		all = append(all, q.Outcome)
	}

	return all
}

func TestBatches(t *testing.T) {
	t.Parallel()

	source, asked := batched(t, rows)
	quotes, err := source.Fetch(t.Context(), []messages.Instrument{"A", "B", "C", "D", "E"})
	require.NoError(t, err)
	assert.Equal(t, []string{"A,B", "C,D", "E"}, asked())

	for i, want := range []messages.Instrument{"A", "B", "C", "D", "E"} {
		assert.Equal(t, want, quotes[i].Instrument)
		assert.True(t, quotes[i].Usable())
	}

	quotes, err = source.Fetch(t.Context(), []messages.Instrument{"E", "unknown", "A", "E"})
	require.NoError(t, err)
	assert.Equal(t, []string{"A,B", "C,D", "E", "E,A"}, asked())
	assert.Equal(t, []messages.Outcome{messages.OutcomeOK, messages.OutcomeMissingSymbol, messages.OutcomeOK, messages.OutcomeOK}, outcomes(quotes))

	quotes, err = source.Fetch(t.Context(), []messages.Instrument{"A", "A"})
	require.NoError(t, err)
	assert.Equal(t, []messages.Outcome{messages.OutcomeOK, messages.OutcomeOK}, outcomes(quotes), "one that is listed twice has two quotes")

	quotes, err = source.Fetch(t.Context(), nil)
	require.NoError(t, err)
	assert.Empty(t, quotes)
}

func TestOneOfSeveralRequestsFails(t *testing.T) { // P09
	t.Parallel()

	five := []messages.Instrument{"A", "B", "C", "D", "E"}

	t.Run("by its own contents", func(t *testing.T) {
		t.Parallel()

		source, asked := batched(t, func(w http.ResponseWriter, symbols string) {
			if symbols == "C,D" {
				http.Error(w, "no", http.StatusNotFound)
			} else {
				rows(w, symbols)
			}
		})
		quotes, err := source.Fetch(t.Context(), five)
		require.NoError(t, err)
		assert.Equal(t, []messages.Outcome{"ok", "ok", "http_status", "http_status", "ok"}, outcomes(quotes))
		assert.Len(t, asked(), 3)
	})
	t.Run("by a lost connection", func(t *testing.T) {
		t.Parallel()

		source, asked := batched(t, func(w http.ResponseWriter, symbols string) {
			if symbols == "C,D" {
				w.Header().Set("Content-Length", "1000")
			}

			rows(w, symbols)
		})
		quotes, err := source.Fetch(t.Context(), five)
		require.NoError(t, err)
		assert.Equal(t, []messages.Outcome{"ok", "ok", "reset", "reset", "reset"}, outcomes(quotes))
		assert.Len(t, asked(), 2)
	})
	t.Run("by a rate limit", func(t *testing.T) {
		t.Parallel()

		source, asked := batched(t, func(w http.ResponseWriter, symbols string) {
			if symbols == "C,D" {
				w.WriteHeader(http.StatusTooManyRequests)
			} else {
				rows(w, symbols)
			}
		})
		_, err := source.Fetch(t.Context(), five)
		assert.Equal(t, messages.OutcomeRateLimited, outcomeOf(t, err))
		assert.Len(t, asked(), 2)
	})
	t.Run("all of them", func(t *testing.T) {
		t.Parallel()

		source, asked := batched(t, func(w http.ResponseWriter, _ string) { _, _ = io.WriteString(w, "<html>") })
		_, err := source.Fetch(t.Context(), five)
		assert.Equal(t, messages.OutcomeMalformed, outcomeOf(t, err))
		assert.Len(t, asked(), 3)
	})
}

func TestCancelledFetch(t *testing.T) {
	t.Parallel()

	source, asked := batched(t, rows)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()

	_, err := source.Fetch(ctx, []messages.Instrument{"A"})
	assert.Equal(t, messages.OutcomeCancelled, outcomeOf(t, err))
	assert.Empty(t, asked())
}

// X05: whatever a vendor does with what it was sent, no detail repeats a secret.
func TestNoDetailContainsASecret(t *testing.T) {
	t.Parallel()

	const canary, query, segment = "canary-header-7f3a", "canary-query-91bc", "canary-segment-5d20"

	answers := map[string]func(w http.ResponseWriter, all string){
		"error inside 200": func(w http.ResponseWriter, all string) { _, _ = io.WriteString(w, `{"error":"`+all+`"}`) },
		"error list":       func(w http.ResponseWriter, all string) { _, _ = io.WriteString(w, `{"error":["x","`+all+`"]}`) },
		"escaped error": func(w http.ResponseWriter, all string) {
			_, _ = io.WriteString(w, `{"error":{"a":"`+strings.ReplaceAll(all, "c", `\u0063`)+`"}}`)
		},
		"price":    func(w http.ResponseWriter, all string) { _, _ = io.WriteString(w, `{"X":{"p":"`+all+`"}}`) },
		"time":     func(w http.ResponseWriter, all string) { _, _ = io.WriteString(w, `{"X":{"p":1,"t":"`+all+`"}}`) },
		"syntax":   func(w http.ResponseWriter, all string) { _, _ = io.WriteString(w, all) },
		"encoding": func(w http.ResponseWriter, all string) { w.Header().Set("Content-Encoding", all) },
		"redirect": func(w http.ResponseWriter, all string) {
			w.Header().Set("Location", "http://127.0.0.1:1/"+all)
			w.WriteHeader(http.StatusFound)
		},
		"status": func(w http.ResponseWriter, all string) { http.Error(w, all, http.StatusForbidden) },
		"raw": func(w http.ResponseWriter, all string) {
			if conn, _, err := http.NewResponseController(w).Hijack(); err == nil {
				_, _ = io.WriteString(conn, all+"\r\n\r\n")
				_ = conn.Close()
			}
		},
		"cut": func(w http.ResponseWriter, _ string) {
			if conn, _, err := http.NewResponseController(w).Hijack(); err == nil {
				_ = conn.Close()
			}
		},
	}

	for name, answer := range answers {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			s := server(t, func(w http.ResponseWriter, _ *http.Request) {
				answer(w, canary+" Bearer "+canary+" "+query+" "+segment)
			})
			d := keyed("X")
			d.URL = s.URL + "/" + segment + "/q?s={symbols}&apikey=" + query
			d.Headers = map[string]secret.Secret{"Authorization": secret.New("Bearer " + canary)}
			d.Parse = feed.Parse{Price: "p", Time: "t", Error: "error"}
			source, err := feed.New(d)
			require.NoError(t, err)
			t.Cleanup(source.Close)

			quotes, err := source.Fetch(t.Context(), []messages.Instrument{"X"})
			var detail string
			if err != nil {
				detail = err.Error()
			} else {
				detail = quotes[0].Detail
			}

			assert.NotEmpty(t, detail)

			for _, hidden := range []string{canary, query, segment, "canary"} {
				assert.NotContains(t, detail, hidden)
			}
		})
	}
}
