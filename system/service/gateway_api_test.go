package service_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/api"
)

// consumers are three: one that may do everything, one that reads, one that has a licence for one vendor.
const consumers = `  tokens:
    ops: {token: "${OPS}", role: admin}
    risk: {token: "${RISK}", role: read}
    desk: {token: "${DESK}", role: read, vendors: [forex]}
`

const (
	opsShown  = "the-token-of-OPS"
	riskShown = "the-token-of-RISK"
	deskShown = "the-token-of-DESK"
)

// read asks for what must be there.
func (r *apiRig) read(t *testing.T, token, path string, into any) string {
	t.Helper()

	status, body := r.ask(t, token, http.MethodGet, path)
	require.Equal(t, http.StatusOK, status, "%s: %s", path, body)

	if into != nil {
		require.NoError(t, json.Unmarshal([]byte(body), into), body)
	}

	return body
}

// What the API says of the past is what was published: every round is on a page, in order and once, and its snapshot has the same bytes.
func TestTheAPIAnswersFromTheHistory(t *testing.T) {
	t.Parallel()

	r := newAPIRig(t, consumers)
	published := make(map[messages.Round]string)

	for round := messages.Round(1); round <= 3; round++ {
		body := r.read(t, riskShown, fmt.Sprintf("/v1/snapshot?wait=20s&after=%d", round-1), nil)
		snapshot, err := messages.ParseSnapshot([]byte(body))
		require.NoError(t, err)

		published[snapshot.Round] = body
	}

	newest := messages.Round(0)
	cursor := ""

	for more := true; more; {
		var page api.Rounds

		r.read(t, riskShown, "/v1/snapshots?limit=2&to=2100-01-01T00:00:00Z"+cursor, &page)

		for _, row := range page.Rounds {
			assert.True(t, newest == 0 || row.Round == newest-1, "%d after %d", row.Round, newest)
			newest = row.Round
		}

		cursor, more = "&cursor="+page.Next, page.Next != ""
	}

	assert.Equal(t, messages.Round(1), newest)

	for round, body := range published {
		assert.Equal(t, body, r.read(t, riskShown, fmt.Sprintf("/v1/snapshots/%d", round), nil))
	}

	status, _ := r.ask(t, riskShown, http.MethodGet, "/v1/snapshots/1000000")
	assert.Equal(t, http.StatusNotFound, status)
}

// One who has a licence for one vendor never gets another one's names or prices, in the history and the record neither.
func TestTheAPIKeepsLicences(t *testing.T) {
	t.Parallel()

	r := newAPIRig(t, consumers)
	r.reach(t, riskShown, 2)

	for _, path := range []string{
		"/v1/snapshot", "/v1/snapshots", "/v1/snapshots/1", "/v1/instruments", "/v1/instruments/EUR%2FUSD?sources=true", "/v1/vendors", "/v1/vendors/forex",
		"/v1/audit", "/v1/audit?format=csv", "/v1/tree", "/v1/status", "/readyz",
	} {
		body := r.read(t, deskShown, path, nil)
		for _, word := range []string{"equities", "commodities", "AAPL", "GOLD", "OIL"} {
			assert.NotContains(t, body, word, path)
		}
	}

	var mine, all api.InstrumentDetail

	r.read(t, deskShown, "/v1/instruments/EUR%2FUSD?to=2100-01-01T00:00:00Z", &mine)
	r.read(t, riskShown, "/v1/instruments/EUR%2FUSD?to=2100-01-01T00:00:00Z", &all)
	require.GreaterOrEqual(t, len(all.Series), len(mine.Series))
	require.NotEmpty(t, mine.Series)
	assert.Equal(t, all.Series[len(all.Series)-len(mine.Series):], mine.Series, "nobody else has it, so that it is the same")

	for _, path := range []string{"/v1/instruments/GOLD", "/v1/vendors/equities", "/v1/instruments/NOTHING"} {
		status, _ := r.ask(t, deskShown, http.MethodGet, path)
		assert.Equal(t, http.StatusNotFound, status, path)
	}

	var rounds api.Rounds

	r.read(t, deskShown, "/v1/snapshots?limit=1", &rounds)
	assert.Equal(t, 3, rounds.Rounds[0].Instruments)
	assert.Equal(t, 1, rounds.Rounds[0].Vendors)
}

// Who steers is in the record, and what was done shows in the next round.
func TestTheAPISteers(t *testing.T) {
	t.Parallel()

	r := newAPIRig(t, consumers)
	r.reach(t, opsShown, 1)

	for _, step := range []struct {
		token, path string
		status      int
	}{
		{riskShown, "/v1/vendors/forex/pause", 403},
		{"", "/v1/vendors/forex/pause", 401},
		{opsShown, "/v1/vendors/forex/pause", 200},
		{opsShown, "/v1/vendors/forex/restart", 409},
		{opsShown, "/v1/vendors/nobody/pause", 404},
	} {
		status, body := r.ask(t, step.token, http.MethodPost, step.path)
		assert.Equal(t, step.status, status, "%s: %s", step.path, body)
	}

	status, body := r.ask(t, opsShown, http.MethodPost, "/v1/snapshot")
	require.Equal(t, http.StatusOK, status, body)

	var vendor api.VendorDetail

	assert.Eventually(t, func() bool {
		r.read(t, riskShown, "/v1/vendors/forex", &vendor)

		return vendor.Outcome == messages.OutcomePaused
	}, patience, 50*time.Millisecond)
	assert.Equal(t, messages.VendorPaused, vendor.State)
	assert.Nil(t, vendor.LatencyMS)

	status, _ = r.ask(t, opsShown, http.MethodPost, "/v1/vendors/forex/resume")
	assert.Equal(t, http.StatusOK, status)

	var record api.Audit

	assert.Eventually(t, func() bool {
		r.read(t, riskShown, "/v1/audit?kind=paused,resumed", &record)

		return len(record.Entries) == 2
	}, patience, 50*time.Millisecond)
	assert.Equal(t, messages.FactResumed, record.Entries[0].Kind)
	assert.Equal(t, "ops", record.Entries[0].Data["by"])
	assert.Equal(t, "ops", record.Entries[1].Data["by"])

	assert.Eventually(t, func() bool {
		r.read(t, riskShown, "/v1/audit?limit=1", &record)

		return record.Verification.State == "verified"
	}, patience, 50*time.Millisecond)
}

// X05 A06: whatever goes wrong with vendors and requests, no answer has a secret in it.
func TestTheAPITellsNoSecret(t *testing.T) {
	t.Parallel()

	r := newRig(t, plan{
		vendors: []string{"well", "html", "status", "slow"}, every: time.Second, deadline: 300 * time.Millisecond,
		faults: map[string]string{"html": "html", "status": "status=500", "slow": "hang"}, adjust: token("desk", deskToken),
	})
	r.until(t, r.watch(t), func(s *messages.Snapshot) bool { return s.Round >= 2 })

	through := &apiRig{Service: r.Service, url: "http://" + r.Addr().String()}

	for _, path := range []string{
		"/v1/snapshot", "/v1/snapshot?format=csv", "/v1/snapshots", "/v1/snapshots/1", "/v1/instruments", "/v1/instruments/html.A?sources=true", "/v1/vendors",
		"/v1/vendors/status", "/v1/vendors/slow", "/v1/audit", "/v1/audit?format=csv", "/v1/status", "/v1/tree", "/readyz", "/metrics", "/openapi.json",
		"/v1/snapshot?" + queryCanary + "=x", "/v1/nothing", "/v1/vendors/nobody",
	} {
		for _, shownToken := range []string{deskToken, "x" + deskToken} {
			_, body := through.ask(t, shownToken, http.MethodGet, path)
			assert.NotContains(t, body, headerCanary, path)
			assert.NotContains(t, body, deskToken, path)

			if path != "/v1/snapshot?"+queryCanary+"=x" { // which the client knows already
				assert.NotContains(t, body, queryCanary, path)
			}
		}
	}
}
