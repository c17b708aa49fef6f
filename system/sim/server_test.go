package sim_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sirupsen/logrus"
	"github.com/sirupsen/logrus/hooks/test"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/system/sim"
)

func TestAnswersWhatIsAsked(t *testing.T) {
	vendor := vendorV()
	vendor.Walk = ""
	r := newRig(t, sim.Settings{Vendors: []sim.Vendor{vendor}})

	for query, want := range map[string][]string{
		"symbols=AAPL,OIL":               {"AAPL", "OIL"},
		"symbols=OIL%2CAAPL":             {"OIL", "AAPL"},
		"symbols=EUR/USD":                {"EUR/USD"},
		"symbols=EUR%2FUSD":              {"EUR/USD"},
		"symbol=AAPL":                    {"AAPL"},
		"symbol=AAPL&symbol=EUR%2FUSD":   {"AAPL", "EUR/USD"},
		"symbols=AAPL,NOBODY":            {"AAPL"},
		"symbols=NOBODY":                 {},
		"symbols=":                       {},
		"":                               {"AAPL", "EUR/USD", "OIL"},
		"symbols=AAPL&symbols=OIL&other": {"AAPL", "OIL"},
	} {
		_, body := r.get(t, r.URL()+"/v1/v/quotes?"+query)

		got := []string{}
		for _, q := range parseRows(t, body) {
			got = append(got, q.Symbol)
		}

		assert.Equal(t, want, got, query)
	}
}

func TestAnswerHasTheDocumentedShape(t *testing.T) {
	vendor := vendorV()
	vendor.Walk = ""
	r := newRig(t, sim.Settings{Vendors: []sim.Vendor{vendor}})

	response, body := r.get(t, r.url("AAPL"))

	assert.Equal(t, http.StatusOK, response.StatusCode)
	assert.Equal(t, "application/json", response.Header.Get("Content-Type"))
	assert.Regexp(t, `^\{"quotes":\[\{"symbol":"AAPL","price":185\.20,"bid":185\.19,"ask":185\.21,"time":"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"\}\]\}$`, body)

	at, err := time.Parse(`"`+time.RFC3339+`"`, string(parseRows(t, body)[0].Time))
	require.NoError(t, err)
	assert.WithinDuration(t, time.Now(), at, patience)
}

func TestUnknownVendorIsNotFound(t *testing.T) {
	r := newRig(t, sim.Settings{})

	response, body := r.get(t, r.URL()+"/v1/nobody/quotes")
	assert.Equal(t, http.StatusNotFound, response.StatusCode)
	assert.JSONEq(t, `{"error":"unknown vendor"}`, body)

	require.ErrorIs(t, r.SetFault("nobody", sim.Fault{Kind: sim.Hang}), sim.ErrUnknownVendor)
	require.ErrorIs(t, r.ClearFaults("nobody"), sim.ErrUnknownVendor)
	require.ErrorIs(t, r.SetLatency("nobody", 0, 0), sim.ErrUnknownVendor)
	require.ErrorIs(t, r.Await(t.Context(), "nobody", 1), sim.ErrUnknownVendor)
	assert.Nil(t, r.Requests("nobody"))
}

func TestVendorNamesMayHoldAnything(t *testing.T) {
	vendor := vendorV()
	vendor.Name = "fx/spot é"
	r := newRig(t, sim.Settings{Vendors: []sim.Vendor{vendor}})

	_, body := r.get(t, strings.ReplaceAll(r.VendorURL(vendor.Name), "{symbols}", "AAPL"))
	assert.Len(t, parseRows(t, body), 1)
}

func TestSettingsReportEveryMistake(t *testing.T) {
	_, err := sim.Start(t.Context(), sim.Settings{Vendors: []sim.Vendor{
		{Name: "empty"},
		{Name: "", Instruments: []sim.Instrument{{Symbol: "A", Start: "1"}}},
		{Name: "slow", Latency: -1, Instruments: []sim.Instrument{{Symbol: "A", Start: "1"}, {Symbol: "A", Start: "2"}, {Start: "3"}}},
		{Name: "wild", Walk: "x", Instruments: []sim.Instrument{{Symbol: "A", Start: "1"}}, Faults: []sim.Fault{{Kind: "unheard-of"}}},
		vendorV(), vendorV(),
	}})

	for _, part := range []string{
		`vendor "empty": no instruments`, `vendor "": no name`, `negative latency`, `instrument "A": listed twice`, `instrument "": no symbol`,
		`step "x"`, `unknown fault "unheard-of"`, `vendor "v": named twice`,
	} {
		require.ErrorContains(t, err, part)
	}

	_, err = sim.Start(t.Context(), sim.Settings{})
	require.ErrorContains(t, err, "no vendors")
}

func TestStartNamesTheAddressInUse(t *testing.T) { // C06
	r := newRig(t, sim.Settings{})

	_, err := sim.Start(t.Context(), sim.Settings{Listen: r.Address(), Vendors: sim.Default()})
	require.ErrorContains(t, err, r.Address())
}

func TestDefaultPlaysTheDemonstration(t *testing.T) {
	vendors := sim.Default()
	require.Len(t, vendors, 3)

	want := map[string]time.Duration{"equities": 1200 * time.Millisecond, "commodities": 900 * time.Millisecond, "forex": 1100 * time.Millisecond}
	for _, v := range vendors {
		assert.Equal(t, want[v.Name], v.Latency)
		assert.Equal(t, v.Name, v.Class)
		assert.Len(t, v.Instruments, 3)
	}

	server, err := sim.Start(t.Context(), sim.Settings{Vendors: vendors})
	require.NoError(t, err)
	require.NoError(t, server.Stop(t.Context()))
}

func TestLatencyIsWithinItsBounds(t *testing.T) { // N05
	vendor := vendorV()
	vendor.Latency, vendor.Jitter = 60*time.Millisecond, 40*time.Millisecond
	r := newRig(t, sim.Settings{Vendors: []sim.Vendor{vendor}})

	took := func() time.Duration {
		begin := time.Now()
		r.get(t, r.url())

		return time.Since(begin)
	}

	assert.GreaterOrEqual(t, took(), 60*time.Millisecond)

	require.NoError(t, r.SetFault("v", sim.Fault{Kind: sim.Latency, Delay: 70 * time.Millisecond}))
	assert.GreaterOrEqual(t, took(), 130*time.Millisecond)

	require.NoError(t, r.SetLatency("v", 0, 0))
	require.NoError(t, r.SetFault("v", sim.Fault{Kind: sim.Jitter, Delay: 20 * time.Millisecond}))
	assert.Less(t, took(), patience)

	require.Error(t, r.SetLatency("v", -1, 0))
}

func TestRequestsAreRemembered(t *testing.T) {
	r := newRig(t, sim.Settings{Vendors: []sim.Vendor{vendorV(sim.Fault{Kind: sim.Stale})}})

	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, r.url("EUR/USD"), http.NoBody)
	require.NoError(t, err)
	request.Header.Set("Authorization", "Bearer token")

	response, err := r.client.Do(request)
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	require.NoError(t, r.Await(t.Context(), "v", 1))

	requests := r.Requests("v")
	require.Len(t, requests, 1)
	assert.Equal(t, http.MethodPost, requests[0].Method)
	assert.Equal(t, "/v1/v/quotes?symbols=EUR%2FUSD", requests[0].Path)
	assert.Equal(t, "Bearer token", requests[0].Header.Get("Authorization"))
	assert.Equal(t, []sim.Kind{sim.Stale}, requests[0].Faults)
	assert.WithinDuration(t, time.Now(), requests[0].At, patience)
}

func TestRequestLogIsBounded(t *testing.T) {
	const extra = 25

	r := newRig(t, sim.Settings{})
	r.client = &http.Client{Transport: &http.Transport{}}

	for i := range sim.MaxRequests + extra {
		r.get(t, r.URL()+"/v1/v/quotes?n="+strconv.Itoa(i))
	}

	r.client.CloseIdleConnections()

	requests := r.Requests("v")
	require.Len(t, requests, sim.MaxRequests)
	assert.Equal(t, fmt.Sprintf("/v1/v/quotes?n=%d", extra), requests[0].Path)
	assert.Equal(t, fmt.Sprintf("/v1/v/quotes?n=%d", sim.MaxRequests+extra-1), requests[sim.MaxRequests-1].Path)
	assert.False(t, requests[0].Ended.IsZero())
}

func TestAwaitEndsWithItsContext(t *testing.T) {
	r := newRig(t, sim.Settings{})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()

	require.ErrorIs(t, r.Await(ctx, "v", 1), context.Canceled)
}

func TestStopCutsWhatHangs(t *testing.T) { // N01
	for _, kind := range []sim.Kind{sim.Hang, sim.StallBody, sim.Endless, sim.EndlessHints, sim.DripHeaders} {
		talks := kind != sim.Hang

		t.Run(string(kind), func(t *testing.T) {
			r := newRig(t, sim.Settings{Vendors: []sim.Vendor{vendorV(sim.Fault{Kind: kind})}})
			conn := r.dial(t)

			require.NoError(t, r.Await(t.Context(), "v", 1))

			if talks { // then it is past the point where the HTTP server itself would cut it
				_, err := io.ReadFull(conn, make([]byte, 1))
				require.NoError(t, err)
			}

			ctx, cancel := context.WithTimeout(t.Context(), patience)
			defer cancel()

			require.NoError(t, r.Stop(ctx))
			require.NoError(t, r.Stop(ctx), "a second time")
			<-r.Done()
			require.NoError(t, conn.Close())
			assert.False(t, r.Requests("v")[0].Ended.IsZero())
		})
	}
}

func TestStopGivesUpWithItsContext(t *testing.T) {
	r := newRig(t, sim.Settings{Vendors: []sim.Vendor{vendorV(sim.Fault{Kind: sim.Hang})}})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()

	if err := r.Stop(ctx); err != nil { // it may also have been quick enough
		require.ErrorIs(t, err, context.Canceled)
	}
}

func TestServerEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())

	server, err := sim.Start(ctx, sim.Settings{Vendors: sim.Default()})
	require.NoError(t, err)
	cancel()

	select {
	case <-server.Done():
	case <-time.After(patience):
		require.Fail(t, "the simulator still runs")
	}
}

func TestAClientThatGoesFreesTheVendor(t *testing.T) { // N01
	r := newRig(t, sim.Settings{Vendors: []sim.Vendor{vendorV(sim.Fault{Kind: sim.Hang})}})
	conn := r.dial(t)

	require.NoError(t, r.Await(t.Context(), "v", 1))
	require.NoError(t, conn.Close())
	require.Eventually(t, func() bool { return !r.Requests("v")[0].Ended.IsZero() }, patience, time.Millisecond)
}

func TestManyClientsAtOnce(t *testing.T) {
	logger, _ := test.NewNullLogger()
	logger.SetLevel(logrus.DebugLevel)

	r := newRig(t, sim.Settings{Log: logrus.NewEntry(logger)})

	var clients sync.WaitGroup
	for i := range 8 {
		clients.Go(func() {
			for range 20 {
				if _, _, err := r.ask(t.Context(), r.url()); err != nil {
					t.Error(err)
				}

				if i == 0 {
					assert.NoError(t, r.SetFault("v", sim.Fault{Kind: sim.Stale, Chance: 0.5}))
					assert.NoError(t, r.SetLatency("v", time.Microsecond, time.Microsecond))
					r.Requests("v")
				}
			}
		})
	}

	clients.Wait()
	assert.Len(t, r.Requests("v"), 160)
}

func TestRequestsAreLogged(t *testing.T) {
	logger, hook := test.NewNullLogger()
	logger.SetLevel(logrus.DebugLevel)

	r := newRig(t, sim.Settings{Log: logrus.NewEntry(logger)})
	r.get(t, r.url("AAPL"))

	entry := hook.LastEntry()
	require.NotNil(t, entry)
	assert.Equal(t, "simulated vendor asked", entry.Message)
	assert.Equal(t, "v", entry.Data["vendor"])
}
