package gateway_test

import (
	"context"
	"io"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/gateway"
)

// nothing is a system that has not made a snapshot yet.
type nothing struct{ gateway.Rounds }

func (nothing) Latest() *messages.Snapshot { return nil }

func (nothing) Subscribe(bool) (gateway.Subscription, error) { return silence{}, nil }

// silence is a subscription to which nothing comes.
type silence struct{}

func (silence) Next(ctx context.Context) (*messages.Delivered, error) {
	<-ctx.Done()

	return nil, ctx.Err()
}

func (silence) Close() {}

// serve starts a gateway on a port of its own.
func serve(t *testing.T) string {
	t.Helper()

	_, url := begin(t, options(t))

	return url
}

// get returns the status and body of an answer.
func get(t *testing.T, url string) (int, string) {
	t.Helper()

	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, http.NoBody)
	require.NoError(t, err)

	response, err := http.DefaultTransport.RoundTrip(request)
	require.NoError(t, err)

	defer func() { require.NoError(t, response.Body.Close()) }()

	body, err := io.ReadAll(response.Body)
	require.NoError(t, err)

	return response.StatusCode, string(body)
}

func TestServesBeforeTheFirstSnapshot(t *testing.T) {
	t.Parallel()

	url := serve(t)

	status, body := get(t, url+"/healthz")
	assert.Equal(t, http.StatusOK, status)
	assert.Equal(t, "ok\n", body)

	status, body = get(t, url+"/v1/snapshot")
	assert.Equal(t, http.StatusServiceUnavailable, status)
	assert.Contains(t, body, "no snapshot yet")
}
