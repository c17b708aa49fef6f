package service_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/config"
	"github.com/rollcall-go/rollcall/system/service"
	"github.com/rollcall-go/rollcall/system/sim"
)

// apiRig is a whole service that serves the demonstration's vendors, quick ones, over real HTTP.
type apiRig struct {
	*service.Service

	url string
}

// newAPIRig starts one. The lines are the configuration's block http, but for the address.
func newAPIRig(t *testing.T, lines string) *apiRig {
	t.Helper()

	vendors := sim.Default()
	for i := range vendors {
		vendors[i].Latency = 5 * time.Millisecond
	}

	server, err := sim.Start(context.WithoutCancel(t.Context()), sim.Settings{Seed: 1, Vendors: vendors})
	require.NoError(t, err)

	var text strings.Builder

	fmt.Fprintf(&text, "every: 1s\ndeadline: 500ms\ndata: %q\nhttp:\n  listen: 127.0.0.1:0\n%svendors:\n", filepath.Join(t.TempDir(), "data"), lines)

	for i := range vendors {
		var symbols []string
		for _, instrument := range vendors[i].Instruments {
			symbols = append(symbols, instrument.Symbol)
		}

		fmt.Fprintf(&text, "  %s:\n    class: %s\n    url: %q\n    symbols: [%s]\n    client: {allow_private: true}\n",
			vendors[i].Name, vendors[i].Class, server.VendorURL(vendors[i].Name), strings.Join(symbols, ", "))
		text.WriteString("    parse: {rows: quotes, key: symbol, price: price, bid: bid, ask: ask, time: time}\n")
	}

	cfg, err := config.Parse([]byte(text.String()), "api.yaml", func(name string) (string, bool) { return "the-token-of-" + name, true })
	require.NoError(t, err)

	s, err := service.Open(t.Context(), cfg, service.Options{Version: "test"})
	require.NoError(t, err)
	require.NoError(t, s.Start(t.Context()))

	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), patience)
		defer cancel()

		assert.NoError(t, s.Stop(ctx))
		assert.NoError(t, server.Stop(ctx))
	})

	return &apiRig{Service: s, url: "http://" + s.Addr().String()}
}

// ask sends a request and returns the answer's status and body.
func (r *apiRig) ask(t *testing.T, token, method, path string) (int, string) {
	t.Helper()

	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()

	request, err := http.NewRequestWithContext(ctx, method, r.url+path, http.NoBody)
	require.NoError(t, err)
	request.Header.Set("Authorization", "Bearer "+token)

	response, err := http.DefaultTransport.RoundTrip(request)
	require.NoError(t, err)

	body, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())

	return response.StatusCode, string(body)
}

// reach waits until a round is published.
func (r *apiRig) reach(t *testing.T, token string, round messages.Round) {
	t.Helper()

	for at := range round {
		status, body := r.ask(t, token, http.MethodGet, fmt.Sprintf("/v1/snapshot?wait=20s&after=%d", at))
		require.Equal(t, http.StatusOK, status, body)
	}
}
