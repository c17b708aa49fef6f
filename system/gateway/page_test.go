package gateway_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/api"
	"github.com/rollcall-go/rollcall/system/gateway"
)

// Every row is on one page, in order and once, also while rounds go on; whoever asks and whatever a page's length.
func TestPagesAreComplete(t *testing.T) {
	t.Parallel()

	const rounds = 7

	s := newStage(t, rounds)

	for _, token := range []string{readToken, publicToken} {
		for _, limit := range []int{1, 2, 3, rounds, rounds + 1} {
			for _, kind := range []string{"rounds", "series", "audit"} {
				var want []uint64

				for i := uint64(rounds); i > 0; i-- {
					want = append(want, i)
				}

				if kind == "audit" {
					if want = []uint64{6, 5, 4, 3, 2, 1}; token == publicToken {
						want = []uint64{6, 4, 1}
					}
				}

				assert.Equal(t, want, s.pages(t, token, kind, limit), "%s by %d", kind, limit)
			}
		}
	}
}

// pages follows the cursors from the first page to the last, and returns the numbers of the rows.
func (s *stage) pages(t *testing.T, token, kind string, limit int) []uint64 {
	t.Helper()

	paths := map[string]string{"rounds": "/v1/snapshots", "series": "/v1/instruments/EUR%2FUSD", "audit": "/v1/audit"}
	to := began().Add(time.Hour).Format(time.RFC3339)

	var found []uint64

	for cursor := ""; ; {
		var page struct {
			Rounds  []api.RoundSummary
			Series  []api.Point
			Entries []api.AuditEntry
			Next    string
		}

		answer := s.get(t, token, fmt.Sprintf("%s?to=%s&limit=%d%s", paths[kind], to, limit, cursor))
		answer.into(t, &page)
		assert.Equal(t, page.Next != "", answer.Header.Get("Link") != "")

		for _, row := range page.Rounds {
			found = append(found, uint64(row.Round))
		}

		for _, row := range page.Series {
			found = append(found, uint64(row.Round))
		}

		for _, row := range page.Entries {
			found = append(found, row.Seq)
		}

		require.LessOrEqual(t, len(page.Rounds)+len(page.Series)+len(page.Entries), limit)

		if page.Next == "" {
			return found
		}

		cursor = "&cursor=" + page.Next
	}
}

// CSV has no place for a cursor: the page that follows is in the header.
func TestLinksLeadOn(t *testing.T) {
	t.Parallel()

	s := newStage(t, 5)
	answer := s.get(t, readToken, "/v1/instruments/EUR%2FUSD?format=csv&limit=2")
	link := answer.Header.Get("Link")
	path, is := strings.CutPrefix(strings.TrimSuffix(link, `>; rel="next"`), "<")
	require.True(t, is, link)

	rows, err := csv.NewReader(bytes.NewReader(s.get(t, readToken, path).body)).ReadAll()
	require.NoError(t, err)
	assert.Equal(t, []string{"3", "2026-11-21T06:00:02.5Z", "good", "1.23", "150", "2"}, rows[1])
}

// A06: a cursor holds for the question it was made for, and no other text is one.
func TestCursorsCannotBeMadeUp(t *testing.T) {
	t.Parallel()

	s := newStage(t, 5)

	var page api.Rounds

	s.get(t, readToken, "/v1/snapshots?limit=2").into(t, &page)
	require.NotEmpty(t, page.Next)

	other := []byte(page.Next)
	other[5] ^= 1

	for _, path := range []string{
		"/v1/snapshots?status=complete&cursor=" + page.Next, "/v1/audit?cursor=" + page.Next, "/v1/instruments/EUR%2FUSD?cursor=" + page.Next,
		"/v1/snapshots?cursor=" + string(other), "/v1/snapshots?cursor=", "/v1/snapshots?cursor=1", "/v1/snapshots?cursor=" + page.Next + "A",
		"/v1/snapshots?cursor=" + page.Next + "&cursor=" + page.Next, "/v1/snapshots?cursor=%00", "/v1/snapshots?cursor=" + strings.Repeat("A", 4000),
	} {
		answer := s.ask(t, readToken, http.MethodGet, path)
		assert.Equal(t, http.StatusBadRequest, answer.StatusCode, path)
		assert.Equal(t, "cursor", answer.problem(t).Field, path)
	}

	s.get(t, readToken, "/v1/snapshots?limit=1&format=csv&cursor="+page.Next)
}

// A08: a question that takes too long is answered all the same: with what there is, or with a problem; the client may go before.
func TestQueriesAreBoundedInTime(t *testing.T) {
	t.Parallel()

	s := newStage(t, 3)
	s.mu.Lock()
	s.slow = true
	s.mu.Unlock()

	begun := time.Now()
	answer := s.ask(t, readToken, http.MethodGet, "/v1/snapshots")
	assert.Equal(t, http.StatusServiceUnavailable, answer.StatusCode)
	assert.Contains(t, answer.problem(t).Detail, "longer than 5s")
	assert.Less(t, time.Since(begun), 5*time.Second+patience/2)

	ctx, cancel := context.WithCancel(t.Context())
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, s.url+"/v1/snapshots", http.NoBody)
	require.NoError(t, err)
	request.Header.Set("Authorization", "Bearer "+readToken)
	time.AfterFunc(50*time.Millisecond, cancel)

	begun = time.Now()
	_, err = (&http.Transport{DisableKeepAlives: true}).RoundTrip(request) //nolint:bodyclose // there is none
	require.Error(t, err)
	assert.Less(t, time.Since(begun), 5*time.Second)
}

// endless is a history with more rounds than anybody may ask for at once; stuck stops answering behind a round. It notes how much memory is in use
// while it is read.
type endless struct {
	gateway.History

	stuck messages.Round
	peak  *uint64
}

func (e endless) Series(ctx context.Context, _ messages.Instrument, query gateway.RoundsQuery) ([]api.Point, error) {
	from := query.Before
	if from == 0 {
		from = 1 << 40
	}

	if from < e.stuck {
		<-ctx.Done()

		return nil, ctx.Err()
	}

	if e.peak != nil {
		var now runtime.MemStats

		runtime.ReadMemStats(&now)
		*e.peak = max(*e.peak, now.HeapAlloc)
	}

	found := make([]api.Point, query.Limit)
	for i := range found {
		found[i] = api.Point{Round: from - messages.Round(i) - 1, Status: messages.InstrumentGood}
	}

	return found, nil
}

func (e endless) Snapshot(ctx context.Context, _ messages.Round) (*messages.Snapshot, error) {
	return e.History.Snapshot(ctx, 1)
}

// A08: the longest page goes out as it is read; it does not gather in memory. No other test runs meanwhile.
//
//nolint:paralleltest // it watches the memory
func TestLongPagesAreStreamed(t *testing.T) {
	var (
		peak   uint64
		before runtime.MemStats
	)

	s := newStage(t, 1, func(o *gateway.Options) { o.History = endless{History: o.History, peak: &peak} })

	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.url+"/v1/instruments/EUR%2FUSD?limit=10000&sources=true", http.NoBody)
	require.NoError(t, err)
	request.Header.Set("Authorization", "Bearer "+readToken)

	runtime.GC()
	runtime.ReadMemStats(&before)

	response, err := (&http.Transport{DisableCompression: true, DisableKeepAlives: true}).RoundTrip(request)
	require.NoError(t, err)

	length, err := io.Copy(io.Discard, response.Body)
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())

	assert.Empty(t, response.Header.Get("Content-Length"))
	assert.Greater(t, length, int64(4<<20))
	assert.Less(t, peak, before.HeapAlloc+32<<20)
	t.Logf("%d kB were sent with %d kB more in use", length>>10, (int64(peak)-int64(before.HeapAlloc))>>10)

	answer := s.ask(t, readToken, http.MethodGet, "/v1/instruments/EUR%2FUSD?limit=10001")
	assert.Equal(t, "limit", answer.problem(t).Field)
}

// A08: the longest page is whole.
func TestLongPagesAreWhole(t *testing.T) {
	t.Parallel()

	s := newStage(t, 1, func(o *gateway.Options) { o.History = endless{History: o.History} })

	var found api.InstrumentDetail

	s.get(t, readToken, "/v1/instruments/EUR%2FUSD?limit=10000&sources=true").into(t, &found)
	require.Len(t, found.Series, 10_000)
	assert.Equal(t, messages.Round(1<<40-10_000), found.Series[9_999].Round)
	assert.NotEmpty(t, found.Next)
}

// A08: when time is up, what was read by then is a page with a way on.
func TestWhatWasReadInTimeIsAPage(t *testing.T) {
	t.Parallel()

	s := newStage(t, 1, func(o *gateway.Options) { o.History = endless{History: o.History, stuck: 1<<40 - 600} })

	var found api.InstrumentDetail

	s.get(t, readToken, "/v1/instruments/EUR%2FUSD?limit=2000").into(t, &found)
	assert.Len(t, found.Series, 1002)
	assert.NotEmpty(t, found.Next)
}

// A failure that is ours is 500 and tells nothing; one behind the header cuts the answer.
func TestFailuresAreNotTakenForAnswers(t *testing.T) {
	t.Parallel()

	s := newStage(t, 3)
	s.fail(errors.New("the disk /secret/path is gone"))

	for _, path := range []string{"/v1/snapshots", "/v1/snapshots/2", "/v1/audit", "/v1/status", "/v1/vendors", "/v1/tree", "/v1/instruments/EUR%2FUSD"} {
		answer := s.ask(t, readToken, http.MethodGet, path)
		assert.Equal(t, http.StatusInternalServerError, answer.StatusCode, path)
		assert.NotContains(t, string(answer.body), "secret", path)
	}

	s.fail(fmt.Errorf("stopping: %w", gateway.ErrStopped))
	assert.Equal(t, http.StatusServiceUnavailable, s.ask(t, adminToken, http.MethodPost, "/v1/snapshot").StatusCode)
}
