package main_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/system/sim"
)

// O03: with few open files, clients are refused before the vendors, the store or the record go short.
func TestFewOpenFiles(t *testing.T) {
	t.Parallel()

	const limit, clients = 128, 200

	server, err := sim.Start(context.WithoutCancel(t.Context()), sim.Settings{Vendors: []sim.Vendor{
		{Name: "forex", Instruments: []sim.Instrument{{Symbol: "EUR/USD", Start: "1.08450"}}},
	}})
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, server.Stop(context.WithoutCancel(t.Context()))) })

	dir := t.TempDir()
	file := filepath.Join(dir, "r.yaml")
	require.NoError(t, os.WriteFile(file, fmt.Appendf(nil, `every: 200ms
deadline: 150ms
data: %q
http: {listen: "127.0.0.1:0"}
vendors:
  forex:
    class: forex
    url: %q
    symbols: [EUR/USD]
    parse: {rows: quotes, key: symbol, price: price, time: time}
    client: {allow_private: true}
`, filepath.Join(dir, "data"), server.VendorURL("forex")), 0o600))

	log, err := os.Create(filepath.Join(dir, "log"))
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, log.Close()) })

	cmd := exec.Command("sh", "-c", fmt.Sprintf("ulimit -n %d && exec rollcall run -c %s", limit, file))
	cmd.Stderr = log
	require.NoError(t, cmd.Start())

	address := servedAt(t, log.Name())
	refused, served := 0, 0

	for range clients {
		conn, status := subscribe(t, address)
		t.Cleanup(func() { _ = conn.Close() })

		switch status {
		case http.StatusOK:
			served++
		case http.StatusServiceUnavailable:
			refused++
		default:
			require.Fail(t, "unexpected answer", status)
		}
	}

	assert.Positive(t, served)
	assert.Positive(t, refused)

	before := newest(t, dir)
	assert.Eventually(t, func() bool { return newest(t, dir).Round >= before.Round+5 }, patience, 50*time.Millisecond)

	now := newest(t, dir)
	assert.Equal(t, "complete", now.Status)
	assert.True(t, now.Durable)

	require.NoError(t, cmd.Process.Signal(syscall.SIGTERM))
	require.NoError(t, cmd.Wait())

	text, err := os.ReadFile(log.Name())
	require.NoError(t, err)
	assert.NotContains(t, string(text), "too many open files")
	assert.NotContains(t, string(text), "no such host")
}

// servedAt waits until a log says where the service listens.
func servedAt(t *testing.T, log string) string {
	t.Helper()

	pattern, address := regexp.MustCompile(`"http":"http://([0-9.:]+)/"`), ""

	require.Eventually(t, func() bool {
		text, _ := os.ReadFile(log)
		if found := pattern.FindSubmatch(text); found != nil {
			address = string(found[1])
		}

		return address != ""
	}, patience, 5*time.Millisecond)

	return address
}

// subscribe opens a stream and returns the status of the answer.
func subscribe(t *testing.T, address string) (net.Conn, int) {
	t.Helper()

	conn, err := (&net.Dialer{Timeout: patience}).DialContext(t.Context(), "tcp", address)
	require.NoError(t, err)
	require.NoError(t, conn.SetDeadline(time.Now().Add(patience)))

	_, err = fmt.Fprint(conn, "GET /v1/stream HTTP/1.1\r\nHost: localhost\r\n\r\n")
	require.NoError(t, err)

	line, err := bufio.NewReader(conn).ReadString('\n')
	require.NoError(t, err)

	status := 0
	_, err = fmt.Sscanf(strings.TrimSpace(line), "HTTP/1.1 %d", &status)
	require.NoError(t, err)

	return conn, status
}

// published is what of a snapshot is looked at here.
type published struct {
	Round   uint64 `json:"round"`
	Status  string `json:"status"`
	Durable bool   `json:"durable"`
}

func newest(t *testing.T, dir string) published {
	t.Helper()

	var s published

	data, err := os.ReadFile(filepath.Join(dir, "data", "snapshot.json"))
	if err == nil {
		require.NoError(t, json.Unmarshal(data, &s))
	}

	return s
}
