package feed_test

import (
	"io"
	"net"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/feed"
)

// switched is a vendor that answers with a status, 0 for prices.
type switched struct {
	url    string
	status atomic.Int32
	asked  atomic.Int32
}

func newSwitched(t *testing.T) *switched {
	t.Helper()

	v := new(switched)
	v.url = server(t, func(w http.ResponseWriter, _ *http.Request) {
		v.asked.Add(1)

		if status := v.status.Load(); status != 0 {
			w.WriteHeader(int(status))

			return
		}

		_, _ = io.WriteString(w, `{"X":{"p":2.0}}`)
	}).URL

	return v
}

func TestStandIns(t *testing.T) { // N21
	t.Parallel()

	first, second := newSwitched(t), newSwitched(t)
	d := keyed("X")
	d.URL, d.Servers = first.url+"/q?s={symbols}", []string{second.url}
	s := compiled(t, d)

	fetch := func(wantFirst, wantSecond int32) {
		t.Helper()

		_, err := all(t, s, d)
		require.NoError(t, err)
		assert.Equal(t, [2]int32{wantFirst, wantSecond}, [2]int32{first.asked.Load(), second.asked.Load()})
	}

	fetch(1, 0)
	first.status.Store(503)
	fetch(2, 1)
	fetch(2, 2) // the one that works is remembered

	first.status.Store(0)
	fetch(2, 3)
	feed.Age(s, time.Minute)
	fetch(3, 3) // the first is tried again after a minute, and stays
	fetch(4, 3)

	first.status.Store(500)
	fetch(5, 4)
	feed.Age(s, time.Minute)
	fetch(6, 5) // it is tried again, and is not back
	fetch(6, 6)
}

func TestWhatMakesAnotherServerBeTried(t *testing.T) {
	t.Parallel()

	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, listener.Close())

	cut := listen(t, func(_ *raw, conn net.Conn) { readRequest(conn) })
	plain := listen(t, reply(wholeAnswer))

	for name, url := range map[string]string{
		"refused": "http://" + listener.Addr().String(), "reset": "http://" + cut.address, "tls": "https://" + plain.address, "dns": "http://nowhere.invalid",
	} {
		second := newSwitched(t)
		d := keyed("X")
		d.URL, d.Servers, d.Client.DialTimeout = url+"/q?s={symbols}", []string{second.url}, soon
		_, err := all(t, compiled(t, d), d)
		require.NoError(t, err, name)
		assert.EqualValues(t, 1, second.asked.Load())
	}

	for status, tried := range map[int]bool{500: true, 502: true, 503: true, 400: false, 401: false, 404: false, 429: false, 302: false} {
		first, second := newSwitched(t), newSwitched(t)
		first.status.Store(int32(status))
		d := keyed("X")
		d.URL, d.Servers = first.url+"/q?s={symbols}", []string{second.url}
		_, err := all(t, compiled(t, d), d)
		assert.Equal(t, tried, err == nil, status)
		assert.Equal(t, tried, second.asked.Load() == 1, status)
	}
}

func TestAllServersFail(t *testing.T) {
	t.Parallel()

	first, second := newSwitched(t), newSwitched(t)
	first.status.Store(503)
	second.status.Store(500)

	d := keyed("X")
	d.URL, d.Servers = first.url+"/q?s={symbols}", []string{second.url}
	_, err := all(t, compiled(t, d), d)
	assert.Equal(t, messages.OutcomeHTTPStatus, outcomeOf(t, err))
	require.ErrorContains(t, err, "503", "what the first one says counts")
	assert.EqualValues(t, 1, second.asked.Load())
}

func TestServersThatAreRefused(t *testing.T) {
	t.Parallel()

	for text, why := range map[string]string{
		"": "neither http nor https", "ftp://h": "neither", "https://u:hunter2@h": "password", "https://h/path": "path", "https://h?x=hunter2": "query",
		"https://h#x": "fragment", "https://": "no host", "https://%zz": "not a URL",
	} {
		d := keyed("X")
		d.Servers = []string{"https://good.example", text}
		problems := feed.Check(d)
		require.Len(t, problems, 1, text)
		assert.Equal(t, "servers[1]", problems[0].Field)
		assert.Contains(t, problems[0].Problem, why, text)
		assert.NotContains(t, problems[0].Error(), "hunter2")

		if text == "" || text == "https://h/path" {
			continue
		}

		d.Servers, d.At = nil, text
		problems = feed.Check(d)
		require.Len(t, problems, 1, text)
		assert.Equal(t, "at", problems[0].Field)
	}
}
