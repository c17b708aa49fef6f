package gateway_test

import (
	"bytes"
	"encoding/csv"
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/messages"
)

// parsed reads an answer that is a whole snapshot.
func parsed(t *testing.T, answer answered) *messages.Snapshot {
	t.Helper()

	snapshot, err := messages.ParseSnapshot(answer.body)
	require.NoError(t, err, string(answer.body))

	return snapshot
}

func TestTheNewestSnapshotIsServedAsItWasPublished(t *testing.T) {
	t.Parallel()

	s := newStage(t, 3)
	answer := s.get(t, readToken, "/v1/snapshot")
	assert.Equal(t, string(s.Latest().Encoded()), string(answer.body))
	assert.Equal(t, "3", answer.Header.Get("Rollcall-Round"))
	assert.Equal(t, "no-store", answer.Header.Get("Cache-Control"))

	stored := s.get(t, readToken, "/v1/snapshots/2")
	assert.Equal(t, messages.Round(2), parsed(t, stored).Round)
}

func TestSnapshotsAreCompressed(t *testing.T) {
	t.Parallel()

	s := newStage(t, 1)
	plain := s.get(t, readToken, "/v1/snapshot")
	tags := map[string]bool{plain.Header.Get("ETag"): true}

	for accepted, want := range map[string]string{
		"gzip": "gzip", "zstd": "zstd", "gzip, zstd": "zstd", "zstd;q=0.2, gzip;q=0.5": "gzip", "identity": "", "gzip;q=0": "", "br": "", "GZIP;Q=1": "gzip",
	} {
		answer := s.get(t, readToken, "/v1/snapshot", "Accept-Encoding", accepted)
		assert.Equal(t, want, answer.Header.Get("Content-Encoding"), accepted)
		assert.Contains(t, answer.Header.Get("Vary"), "Accept-Encoding")
		assert.Equal(t, string(plain.body), string(unpacked(t, answer)), accepted)
		tags[answer.Header.Get("ETag")] = true
	}

	assert.Len(t, tags, 3, "one for each coding")
}

func unpacked(t testing.TB, answer answered) []byte {
	t.Helper()

	var (
		reader io.Reader = bytes.NewReader(answer.body)
		err    error
	)

	switch answer.Header.Get("Content-Encoding") {
	case "gzip":
		reader, err = gzip.NewReader(reader)
	case "zstd":
		reader, err = zstd.NewReader(reader)
	}

	require.NoError(t, err)

	plain, err := io.ReadAll(reader)
	require.NoError(t, err)

	return plain
}

func TestTheClientSaysWhatItHas(t *testing.T) {
	t.Parallel()

	s := newStage(t, 3)
	tag := s.get(t, readToken, "/v1/snapshot").Header.Get("ETag")

	for what, expected := range map[string]struct {
		path, tag string
		status    int
	}{
		"the same":           {"/v1/snapshot", tag, 304},
		"weakly the same":    {"/v1/snapshot", "W/" + tag, 304},
		"among others":       {"/v1/snapshot", `"x", ` + tag, 304},
		"anything":           {"/v1/snapshot", "*", 304},
		"another":            {"/v1/snapshot", `"2-abc"`, 200},
		"another form":       {"/v1/snapshot?fields=prices", tag, 200},
		"another view":       {"/v1/snapshot?classes=forex", tag, 200},
		"stored":             {"/v1/snapshots/3", tag, 304},
		"by number":          {"/v1/snapshot?after=3", "", 204},
		"by number and tag":  {"/v1/snapshot?after=3", tag, 304},
		"an older number":    {"/v1/snapshot?after=2", "", 200},
		"a number to come":   {"/v1/snapshot?after=99", "", 204},
		"nothing, and waits": {"/v1/snapshot?wait=1m", "", 200},
	} {
		answer := s.ask(t, readToken, http.MethodGet, expected.path, "If-None-Match", expected.tag)
		assert.Equal(t, expected.status, answer.StatusCode, what)

		if expected.status != http.StatusOK {
			assert.Empty(t, answer.body, what)
		}
	}

	other := s.ask(t, publicToken, http.MethodGet, "/v1/snapshot", "If-None-Match", tag)
	assert.Equal(t, http.StatusOK, other.StatusCode, "what another caller has been shown")
}

func TestWaitingForTheNextRound(t *testing.T) {
	t.Parallel()

	s := newStage(t, 2)
	tag := s.get(t, readToken, "/v1/snapshot").Header.Get("ETag")

	assert.Equal(t, 304, s.ask(t, readToken, http.MethodGet, "/v1/snapshot?wait=10ms", "If-None-Match", tag).StatusCode)
	assert.Equal(t, 204, s.ask(t, readToken, http.MethodGet, "/v1/snapshot?wait=10ms&after=2").StatusCode)

	for _, what := range []string{"wait=30s&after=2", "wait=30s", "wait=30s&after=4&format=csv"} {
		tag = s.get(t, readToken, "/v1/snapshot").Header.Get("ETag")
		timer := time.AfterFunc(100*time.Millisecond, func() { s.add() })
		answer := s.ask(t, readToken, http.MethodGet, "/v1/snapshot?"+what, "If-None-Match", tag)

		assert.Equal(t, http.StatusOK, answer.StatusCode, what)
		assert.False(t, timer.Stop(), "%s: nobody waited", what)
	}
}

func TestWaitingForTheFirstRound(t *testing.T) {
	t.Parallel()

	s := newStage(t, 0)
	assert.Equal(t, http.StatusServiceUnavailable, s.ask(t, readToken, http.MethodGet, "/v1/snapshot").StatusCode)
	assert.Equal(t, http.StatusServiceUnavailable, s.ask(t, readToken, http.MethodGet, "/v1/snapshot?wait=10ms").StatusCode)
	assert.Equal(t, http.StatusServiceUnavailable, s.ask(t, readToken, http.MethodGet, "/v1/instruments").StatusCode)
	s.get(t, readToken, "/v1/vendors")
	s.get(t, readToken, "/v1/snapshots")

	s.add()
	s.get(t, readToken, "/v1/snapshot?wait=30s")
}

func TestPartsOfSnapshots(t *testing.T) {
	t.Parallel()

	s := newStage(t, 1)

	seen := parsed(t, s.get(t, readToken, "/v1/snapshot?instruments=EUR/USD,AAPL&classes=forex"))
	require.Len(t, seen.Instruments, 1)
	assert.Equal(t, messages.SnapshotComplete, seen.Status)

	seen = parsed(t, s.get(t, readToken, "/v1/snapshot?vendors=public"))
	assert.Equal(t, "1.11", seen.Instruments[0].Price.Text(), "as if only that one were there")

	seen = parsed(t, s.get(t, readToken, "/v1/snapshots/1?vendors=nobody"))
	assert.Empty(t, seen.Instruments)

	var members map[string]any

	s.get(t, readToken, "/v1/snapshot?fields=prices,missing").into(t, &members)
	assert.Contains(t, members, "prices")
	assert.Contains(t, members, "missing")
	assert.Contains(t, members, "round")
	assert.NotContains(t, members, "instruments")
	assert.NotContains(t, members, "vendors")
	assert.Equal(t, s.get(t, readToken, "/v1/snapshot?fields=missing,prices,instruments,vendors").body, s.get(t, readToken, "/v1/snapshot").body)
}

// P17: what a spreadsheet would take for a formula is text.
func TestTablesAreInert(t *testing.T) {
	t.Parallel()

	s := newStage(t, 1)
	answer := s.get(t, readToken, "/v1/snapshot", "Accept", "text/csv")
	assert.Equal(t, "text/csv; charset=utf-8; header=present", answer.Header.Get("Content-Type"))

	rows, err := csv.NewReader(bytes.NewReader(answer.body)).ReadAll()
	require.NoError(t, err)
	assert.Equal(t, []string{"round", "published_at", "instrument", "class", "status", "price", "age_ms", "used", "expected"}, rows[0])
	assert.Equal(t, []string{"1", "2026-11-21T06:00:00.5Z", `'=HYPERLINK("x")`, "equities", "insufficient", "", "", "0", "1"}, rows[1])
	assert.Equal(t, []string{"1", "2026-11-21T06:00:00.5Z", "EUR/USD", "forex", "good", "1.21", "150", "2", "2"}, rows[3])
}

func TestARoundNow(t *testing.T) {
	t.Parallel()

	s := newStage(t, 1)
	answer := s.ask(t, adminToken, http.MethodPost, "/v1/snapshot")
	require.Equal(t, http.StatusOK, answer.StatusCode)
	assert.Equal(t, "/v1/snapshots/2", answer.Header.Get("Location"))
	assert.Equal(t, messages.Round(2), parsed(t, answer).Round)
	assert.Equal(t, messages.Round(2), parsed(t, s.get(t, readToken, "/v1/snapshot")).Round, "who asks afterwards gets no older one")

	assert.Equal(t, http.StatusForbidden, s.ask(t, readToken, http.MethodPost, "/v1/snapshot").StatusCode)
	assert.NotContains(t, string(s.ask(t, bossToken, http.MethodPost, "/v1/snapshot").body), "licensed")
}

// Once a round is published nobody gets an older one, though it takes a moment until it has come to the gateway.
func TestNobodyGetsAnOlderSnapshotThanWasPublished(t *testing.T) {
	t.Parallel()

	s := newStage(t, 1)
	s.hold()
	s.add()
	time.AfterFunc(100*time.Millisecond, s.release)
	assert.Equal(t, messages.Round(2), parsed(t, s.get(t, readToken, "/v1/snapshot")).Round)

	s.hold()
	s.add()
	assert.Equal(t, messages.Round(2), parsed(t, s.get(t, readToken, "/v1/snapshot")).Round, "but nobody waits for ever")
}
