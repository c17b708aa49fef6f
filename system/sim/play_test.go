package sim_test

import (
	"compress/gzip"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/system/example"
	"github.com/rollcall-go/rollcall/system/sim"
)

const played = "played one"

func newPlay(t *testing.T, play sim.Play, faults ...sim.Fault) *rig {
	t.Helper()

	return newRig(t, sim.Settings{Vendors: []sim.Vendor{{Name: played, Play: &play, Faults: faults}}})
}

func recordedAnswers() []example.Answer {
	return []example.Answer{
		{Status: 304, Conditional: true, Headers: map[string]string{"ETag": `"1"`}},
		{For: "symbol=IBM", Body: `{"p":1}`, Headers: map[string]string{"Content-Type": "application/json; charset=utf-8", "X-Count": "4"}},
		{For: "OANDA:EUR_USD", Body: "colon"},
		{For: "/deep/path with space", Body: "path"},
		{For: "s=a+b", Body: "plus"},
		{For: "limited", Status: 429, Headers: map[string]string{"Retry-After": "17", "Content-Length": "3"}},
		{For: "gone", Status: 204},
	}
}

func TestPlayedAnswersFitTheRequest(t *testing.T) {
	r := newPlay(t, sim.Play{Answers: recordedAnswers()})
	base := r.VendorURL(played)
	assert.Equal(t, r.URL()+"/played%20one", base)

	for path, want := range map[string]string{
		"?symbol=IBM":                    `{"p":1}`,
		"/query?a=b&symbol=IBM&key=K":    `{"p":1}`,
		"/q?symbol=OANDA%3AEUR_USD":      "colon",
		"/q?symbol=OANDA:EUR_USD":        "colon",
		"/very/deep/path%20with%20space": "path",
		"/q?s=a+b":                       "plus",
		"//odd/../limited":               "",
	} {
		_, body := r.get(t, base+path)
		assert.Equal(t, want, body, path)
	}

	reply, _ := r.get(t, base+"?symbol=IBM")
	assert.Equal(t, 200, reply.StatusCode)
	assert.Equal(t, "application/json; charset=utf-8", reply.Header.Get("Content-Type"))
	assert.Equal(t, "4", reply.Header.Get("X-Count"))

	reply, body := r.get(t, base+"/limited")
	assert.Equal(t, 429, reply.StatusCode)
	assert.Equal(t, "17", reply.Header.Get("Retry-After"))
	assert.Equal(t, "0", reply.Header.Get("Content-Length"), "that of the body, whatever was recorded")
	assert.Empty(t, body)

	reply, _ = r.get(t, base+"/gone")
	assert.Equal(t, 204, reply.StatusCode)
	assert.Empty(t, r.Problems(played))

	reply, _ = r.get(t, base+"/other?x=1")
	assert.Equal(t, 404, reply.StatusCode)
	assert.Equal(t, []string{"no answer fits GET /other?x=1"}, r.Problems(played))

	paths := make([]string, 0, 10)
	for _, request := range r.Requests(played) {
		paths = append(paths, request.Path)
	}

	assert.Contains(t, paths, "/played%20one/other?x=1")
}

func TestPlayedAnswersToConditionalRequests(t *testing.T) {
	r := newPlay(t, sim.Play{Answers: slices.Concat([]example.Answer{{Body: "first"}}, recordedAnswers())})

	_, body := r.get(t, r.VendorURL(played))
	assert.Equal(t, "first", body)

	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, r.VendorURL(played), http.NoBody)
	require.NoError(t, err)
	request.Header.Set("If-None-Match", `"1"`)

	response, err := r.client.Do(request)
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	assert.Equal(t, http.StatusNotModified, response.StatusCode)
	assert.Equal(t, `"1"`, response.Header.Get("ETag"))
}

func TestPlaysAndWalksLiveSideBySide(t *testing.T) {
	r := newRig(t, sim.Settings{Vendors: []sim.Vendor{vendorV(), {Name: "p", Play: &sim.Play{Answers: []example.Answer{{Body: "x"}}}}}})
	assert.Len(t, r.rows(t), 3)

	_, body := r.get(t, r.VendorURL("p")+"/anything")
	assert.Equal(t, "x", body)
	assert.Nil(t, r.Problems("nobody"))
	assert.Zero(t, r.Played("nobody"))
}

func TestPlaysAreChecked(t *testing.T) {
	script := []example.Step{{Server: "a"}}

	_, err := sim.Start(t.Context(), sim.Settings{Vendors: []sim.Vendor{
		{Name: "empty", Play: &sim.Play{}},
		{Name: "both", Play: &sim.Play{Script: script}, Instruments: []sim.Instrument{{Symbol: "A", Start: "1"}}},
		{Name: "fast", Play: &sim.Play{Script: script, Repeat: -1}},
		{Name: "priced", Play: &sim.Play{Script: script}, Faults: []sim.Fault{{Kind: sim.Stale}}},
		{Name: "polled", Play: &sim.Play{Answers: recordedAnswers()}, Faults: []sim.Fault{{Kind: sim.WSDrop}}},
	}})
	for _, part := range []string{
		`"empty": nothing to play`, `"both": instruments beside a play`, `"fast": negative repeat`, "fault stale: needs prices that walk",
		"fault ws-drop: needs a vendor that pushes",
	} {
		require.ErrorContains(t, err, part)
	}

	require.ErrorContains(t, newRig(t, sim.Settings{}).SetFault("v", sim.Fault{Kind: sim.WSSilent}), "needs a vendor that pushes")
}

// The faults of HTTP happen to recorded answers too: N06, N09, N11, N13, N14, N15.
func TestPlayedVendorsHaveTheFaultsOfHTTP(t *testing.T) {
	const body = `{"p":1,"q":[2,3]}`

	answer := example.Answer{Status: 203, Headers: map[string]string{"Content-Type": "text/x-mine", "X-Mine": "1"}, Body: body}
	r := newPlay(t, sim.Play{Answers: []example.Answer{answer}})
	ask := func(fault string) (reply, string, error) {
		parsed, err := sim.ParseFault(fault)
		require.NoError(t, err)
		require.NoError(t, r.SetFault(played, parsed))

		return r.ask(t.Context(), r.VendorURL(played))
	}

	for fault, want := range map[string]string{
		"latency=1ms": body, "drip-body=1us": body, "drip-headers=1us": body, "gzip-plain": body, "duplicate-keys": `{"p":[],"p":1,"q":[2,3]}`,
		"trailing-data": body + " and more", "bom": "\ufeff" + body, "body=42": "42",
	} {
		_, got, err := ask(fault)
		require.NoError(t, err, fault)
		assert.Equal(t, want, got, fault)
	}

	got, _, err := ask("drip-headers=1us")
	require.NoError(t, err)
	assert.Equal(t, 203, got.StatusCode)
	assert.Equal(t, "text/x-mine", got.Header.Get("Content-Type"))
	assert.Equal(t, "1", got.Header.Get("X-Mine"))

	got, packed, err := ask("gzip")
	require.NoError(t, err)
	assert.Equal(t, "text/x-mine", got.Header.Get("Content-Type"))

	reader, err := gzip.NewReader(strings.NewReader(packed))
	require.NoError(t, err)
	plain, err := io.ReadAll(reader)
	require.NoError(t, err)
	assert.JSONEq(t, body, string(plain))

	got, _, err = ask("status=503 retry-after=2s")
	require.NoError(t, err)
	assert.Equal(t, 503, got.StatusCode)

	for _, fault := range []string{"reset", "eof", "cut-body", "reset-body", "two-lengths", "bad-chunk", "bad-status-line"} {
		_, _, err = ask(fault)
		require.Error(t, err, fault)
	}
}

// A client meets every fault that a vendor with recorded answers can have, and the simulator stops all the same.
func TestEveryFaultOfPlayedAnswersEnds(t *testing.T) {
	for _, kind := range sim.Kinds() {
		if kind.Priced() || kind.Pushed() {
			continue
		}

		r := newPlay(t, sim.Play{Answers: []example.Answer{{Body: "a,b\n1,2\n"}}}, sim.Fault{Kind: kind})
		r.client.Timeout = 30 * time.Millisecond

		_, _ = r.read(t.Context(), r.VendorURL(played), func(body io.Reader) error {
			_, err := io.CopyN(io.Discard, body, 1<<20)

			return err
		})
	}
}

func TestLineStreams(t *testing.T) {
	script := []example.Step{{Client: "nobody hears this"}, {Server: `{"n":1}`}, {Server: `{"n":2}`}, {Silent: time.Millisecond}, {Server: "3"}}
	r := newPlay(t, sim.Play{
		Answers: []example.Answer{{For: "poll", Body: "polled"}}, Script: append(slices.Clone(script), example.Step{Close: 1000}),
	})

	reply, body := r.get(t, r.VendorURL(played)+"/stream")
	assert.Equal(t, 200, reply.StatusCode)
	assert.Equal(t, "{\"n\":1}\n{\"n\":2}\n3\n", body)

	_, body = r.get(t, r.VendorURL(played)+"/poll")
	assert.Equal(t, "polled", body)

	r = newPlay(t, sim.Play{Script: script, Repeat: time.Millisecond})
	want := strings.Repeat("{\"n\":1}\n{\"n\":2}\n3\n", 3)

	_, err := r.read(t.Context(), r.VendorURL(played), func(body io.Reader) error {
		got := make([]byte, len(want))
		_, err := io.ReadFull(body, got)
		assert.Equal(t, want, string(got))

		return err
	})
	require.NoError(t, err)
	assert.Equal(t, sim.Played{Connections: 1, Complete: 1}, r.Played(played))
}

func TestLineStreamsHaveFaults(t *testing.T) {
	script := []example.Step{{Server: "1"}, {Server: "2"}, {Server: "3"}, {Close: 1000}}

	for fault, want := range map[string]string{
		"ws-duplicate": "1\n1\n2\n2\n3\n3\n", "ws_reorder": "2\n1\n3\n", "ws-gap": "1\n3\n", "ws-huge": "1\n2\n3\n", "status=429": "429",
		"body=x": "x", "cut-body": "1\n2\n3\n"[:3],
	} {
		parsed, err := sim.ParseFault(fault)
		require.NoError(t, err)

		_, body, _ := newPlayed(t, script, parsed)
		assert.Contains(t, body, want, fault)
	}

	r := newPlay(t, sim.Play{Script: script[:3]}, sim.Fault{Kind: sim.WSDrop, Delay: 5 * time.Millisecond})
	_, _, err := r.ask(t.Context(), r.VendorURL(played))
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
}

func newPlayed(t *testing.T, script []example.Step, fault sim.Fault) (reply, string, error) {
	t.Helper()

	r := newPlay(t, sim.Play{Script: script}, fault)

	return r.ask(t.Context(), r.VendorURL(played))
}
