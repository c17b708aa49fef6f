package gateway_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/api"
)

// everything are paths of all that can be read.
func everything() []string {
	return []string{
		"/v1/snapshot", "/v1/snapshot?format=csv", "/v1/snapshot?vendors=licensed", "/v1/snapshot?fields=vendors", "/v1/snapshots", "/v1/snapshots/2",
		"/v1/snapshots/2?format=csv", "/v1/instruments", "/v1/instruments/EUR%2FUSD?sources=true", "/v1/instruments/EUR%2FUSD?format=csv", "/v1/vendors",
		"/v1/vendors?format=csv", "/v1/vendors/public", "/v1/audit", "/v1/audit?format=csv", "/v1/audit?kind=outcome", "/v1/status", "/v1/tree",
	}
}

// The names of what a caller may not see are in no answer, and neither is a price that comes from there.
func TestNothingHiddenIsShown(t *testing.T) {
	t.Parallel()

	s := newStage(t, 3)

	hidden := map[string][]string{
		publicToken: {"licensed", "shares", "GBP/USD", "AAPL", "HYPERLINK", "equities", "1.21", "1.22", "1.23"},
		forexToken:  {"shares", "AAPL", "HYPERLINK", "equities"},
	}

	for token, words := range hidden {
		for _, path := range everything() {
			answer := s.get(t, token, path)

			for _, word := range words {
				assert.NotContains(t, string(answer.body), word, "%s %s", token, path)
			}
		}
	}

	for _, path := range everything() {
		shown := string(s.get(t, readToken, path).body)
		some := slices.ContainsFunc(hidden[publicToken], func(word string) bool { return strings.Contains(shown, word) })
		assert.Equal(t, path != "/v1/snapshots", some, "%s for who may see it: %s", path, shown)
	}
}

// What is hidden is answered like what does not exist.
func TestHiddenIsUnknown(t *testing.T) {
	t.Parallel()

	s := newStage(t, 3)

	for _, pair := range [][2]string{
		{"/v1/vendors/licensed", "/v1/vendors/nobody"},
		{"/v1/instruments/GBP%2FUSD", "/v1/instruments/NOTHING"},
		{"/v1/instruments/AAPL?sources=true", "/v1/instruments/NOTHING?sources=true"},
	} {
		one, other := s.ask(t, publicToken, http.MethodGet, pair[0]), s.ask(t, publicToken, http.MethodGet, pair[1])
		assert.Equal(t, http.StatusNotFound, one.StatusCode, pair[0])
		assert.Equal(t, other.StatusCode, one.StatusCode, pair[0])
		assert.Equal(t, string(other.body), string(one.body), pair[0])
	}

	for _, how := range []string{"restart", "pause", "resume"} {
		one, other := s.ask(t, bossToken, http.MethodPost, "/v1/vendors/licensed/"+how), s.ask(t, bossToken, http.MethodPost, "/v1/vendors/nobody/"+how)
		assert.Equal(t, http.StatusNotFound, one.StatusCode)
		assert.Equal(t, string(other.body), string(one.body))
	}

	assert.Empty(t, s.steered, "nothing was done")

	for _, pair := range [][2]string{
		{"/v1/snapshot?vendors=licensed", "/v1/snapshot?vendors=nobody"}, {"/v1/audit?vendor=licensed", "/v1/audit?vendor=nobody"},
	} {
		assert.Equal(t, string(s.get(t, publicToken, pair[1]).body), string(s.get(t, publicToken, pair[0]).body), pair[0])
	}
}

// Rounds and series of who sees only a part are those of what is seen.
func TestHistoryIsSeenThroughTheCallersView(t *testing.T) {
	t.Parallel()

	s := newStage(t, 3)

	var rounds api.Rounds

	s.get(t, publicToken, "/v1/snapshots?status=complete").into(t, &rounds)
	require.Len(t, rounds.Rounds, 3, "partial for who sees the shares too")
	assert.Equal(t, 1, rounds.Rounds[0].Vendors)
	assert.Equal(t, 1, rounds.Rounds[0].Instruments)

	s.get(t, readToken, "/v1/snapshots?status=complete").into(t, &rounds)
	assert.Empty(t, rounds.Rounds)

	for token, price := range map[string]string{readToken: "1.2", forexToken: "1.2", publicToken: "1.1"} {
		var found api.InstrumentDetail

		s.get(t, token, "/v1/instruments/EUR%2FUSD?sources=true").into(t, &found)
		require.Len(t, found.Series, 3)

		for i, point := range found.Series {
			require.NotNil(t, point.Price)
			assert.Equal(t, fmt.Sprintf("%s%d", price, 3-i), *point.Price, token)
			assert.Len(t, point.Sources, len(found.Sources), token)
			assert.Len(t, found.Sources, found.Expected, token)
		}
	}
}

func TestTheRecordIsSeenThroughTheCallersView(t *testing.T) {
	t.Parallel()

	s := newStage(t, 3)

	var all, some api.Audit

	s.get(t, readToken, "/v1/audit").into(t, &all)
	s.get(t, publicToken, "/v1/audit").into(t, &some)
	assert.Len(t, all.Entries, 6)
	assert.Equal(t, "entry 3 is about licensed", all.Verification.Problem)
	assert.Empty(t, some.Verification.Problem)
	assert.Equal(t, "broken", some.Verification.State)

	var kinds []messages.FactKind
	for _, entry := range some.Entries {
		kinds = append(kinds, entry.Kind)
		assert.NotContains(t, entry.Data, "detail")
		assert.NotContains(t, entry.Data, "reason")
	}

	assert.Equal(t, []messages.FactKind{messages.FactSnapshot, messages.FactOutcome, messages.FactStarted}, kinds)

	var status api.Status

	s.get(t, publicToken, "/v1/status").into(t, &status)
	assert.Empty(t, status.Record.LastError)
	assert.Equal(t, "read", status.Role)
}
