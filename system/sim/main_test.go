package sim_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/rollcall-go/rollcall/system/sim"
)

// TestMain lets no goroutine outlive the tests: a stopped simulator leaves nothing behind.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// patience bounds everything that must happen; it is never waited for.
const patience = 20 * time.Second

// rig is a simulator with the vendor "v" and a client that hides nothing.
type rig struct {
	*sim.Server

	client *http.Client
}

// row is a quote as it came.
type row struct {
	Symbol string          `json:"symbol"`
	Price  json.RawMessage `json:"price"`
	Bid    json.RawMessage `json:"bid"`
	Ask    json.RawMessage `json:"ask"`
	Time   json.RawMessage `json:"time"`
}

func vendorV(faults ...sim.Fault) sim.Vendor {
	return sim.Vendor{
		Name: "v", Faults: faults, Walk: "200ppm",
		Instruments: []sim.Instrument{{Symbol: "AAPL", Start: "185.20"}, {Symbol: "EUR/USD", Start: "1.08450"}, {Symbol: "OIL", Start: "71"}},
	}
}

func newRig(t *testing.T, settings sim.Settings) *rig {
	t.Helper()

	if settings.Vendors == nil {
		settings.Vendors = []sim.Vendor{vendorV()}
	}

	server, err := sim.Start(t.Context(), settings)
	require.NoError(t, err)

	transport := &http.Transport{DisableCompression: true, DisableKeepAlives: true}
	client := &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}

	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), patience)
		defer cancel()

		require.NoError(t, server.Stop(ctx))
		transport.CloseIdleConnections()
	})

	return &rig{Server: server, client: client}
}

// url is the vendor's URL for the symbols, for everything without symbols.
func (r *rig) url(symbols ...string) string {
	if len(symbols) == 0 {
		return strings.TrimSuffix(r.VendorURL("v"), "?symbols={symbols}")
	}

	return strings.ReplaceAll(r.VendorURL("v"), "{symbols}", url.QueryEscape(strings.Join(symbols, ",")))
}

// reply is what there is to know of an answer besides its body.
type reply struct {
	StatusCode int
	Proto      string
	Header     http.Header
}

// ask asks once and reads the whole body.
func (r *rig) ask(ctx context.Context, target string) (reply, string, error) {
	var body []byte

	answer, err := r.read(ctx, target, func(from io.Reader) (err error) {
		body, err = io.ReadAll(from)

		return err
	})

	return answer, string(body), err
}

// read asks once and reads as much of the body as it likes.
func (r *rig) read(ctx context.Context, target string, read func(body io.Reader) error) (reply, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()

	request, err := http.NewRequestWithContext(ctx, http.MethodGet, target, http.NoBody)
	if err != nil {
		return reply{}, err
	}

	response, err := r.client.Do(request)
	if err != nil {
		return reply{}, err
	}

	defer func() { _ = response.Body.Close() }()

	return reply{StatusCode: response.StatusCode, Proto: response.Proto, Header: response.Header}, read(response.Body)
}

// get asks once, reads the whole body and expects both to work.
func (r *rig) get(t *testing.T, target string) (reply, string) {
	t.Helper()

	answer, body, err := r.ask(t.Context(), target)
	require.NoError(t, err)

	return answer, body
}

// rows asks for symbols and reads the quotes.
func (r *rig) rows(t *testing.T, symbols ...string) []row {
	t.Helper()

	_, body := r.get(t, r.url(symbols...))

	return parseRows(t, body)
}

func parseRows(t *testing.T, body string) []row {
	t.Helper()

	var answer struct {
		Quotes []row `json:"quotes"`
	}

	require.NoError(t, json.Unmarshal([]byte(body), &answer), "body %.200s", body)

	return answer.Quotes
}

// dial sends a request over a connection of its own and returns it, to read what is on the wire.
func (r *rig) dial(t *testing.T) net.Conn {
	t.Helper()

	var dialer net.Dialer

	conn, err := dialer.DialContext(t.Context(), "tcp", r.Address())
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	require.NoError(t, conn.SetDeadline(time.Now().Add(patience)))

	_, err = fmt.Fprintf(conn, "GET /v1/v/quotes HTTP/1.1\r\nHost: %s\r\n\r\n", r.Address())
	require.NoError(t, err)

	return conn
}

// wire reads everything the vendor sends before it closes.
func (r *rig) wire(t *testing.T) (string, error) {
	t.Helper()

	text, err := io.ReadAll(r.dial(t))

	return string(text), err
}

func texts(messages ...json.RawMessage) []string {
	list := make([]string, len(messages))
	for i, m := range messages {
		list[i] = string(m)
	}

	return list
}
