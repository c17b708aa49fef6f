package feed_test

import (
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/feed"
)

// tickers is an answer with rows like a vendor's, and the definition that reads them.
func tickers(n int) (body []byte, d feed.Definition) {
	var b strings.Builder

	symbols := make([]string, n)

	b.WriteString(`{"status":"ok","data":[`)

	for i := range symbols {
		symbols[i] = "SYM" + strconv.Itoa(i)

		if i > 0 {
			b.WriteByte(',')
		}

		b.WriteString(`{"symbol":"` + symbols[i] + `","price":"185.20","bid":185.19,"ask":185.21,"volume":123456,"time":1795187045123}`)
	}

	b.WriteString(`]}`)

	d = keyed(symbols...)
	d.Parse = feed.Parse{Rows: "data", Key: "symbol", Price: "price", Bid: "bid", Ask: "ask", Time: "time", TimeFormat: "unix_ms"}

	return []byte(b.String()), d
}

// quick answers on connections kept open, with as little work of its own as possible.
func quick(tb testing.TB, body []byte) string {
	tb.Helper()

	listener, err := new(net.ListenConfig).Listen(context.Background(), "tcp", "127.0.0.1:0")
	require.NoError(tb, err)
	tb.Cleanup(func() { _ = listener.Close() })

	reply := []byte("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " + strconv.Itoa(len(body)) + "\r\n\r\n" + string(body))

	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}

			go func() {
				defer func() { _ = conn.Close() }()

				buffer := make([]byte, 4096)

				for {
					if n, err := conn.Read(buffer); err != nil || n == 0 {
						return
					}

					if _, err := conn.Write(reply); err != nil {
						return
					}
				}
			}()
		}
	}()

	return "http://" + listener.Addr().String()
}

func fetching(tb testing.TB) func() {
	tb.Helper()

	body, d := tickers(3)
	d.URL = quick(tb, body) + "/q?s={symbols}"
	s, err := feed.New(d)
	require.NoError(tb, err)
	tb.Cleanup(s.Close)

	instruments := []messages.Instrument{"SYM0", "SYM1", "SYM2"}

	return func() {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()

		quotes, err := s.Fetch(ctx, instruments)
		if err != nil || len(quotes) != 3 || !quotes[2].Usable() {
			tb.Fatal(err, quotes)
		}
	}
}

func BenchmarkFetch(b *testing.B) {
	fetch := fetching(b)

	b.ReportAllocs()

	for b.Loop() {
		fetch()
	}
}

// TestFetchAllocations keeps a poll within the goal: the client of net/http itself makes about 40.
func TestFetchAllocations(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector makes pools forget")
	}

	fetch := fetching(t)
	fetch()
	assert.LessOrEqual(t, testing.AllocsPerRun(200, fetch), 80.0)
}

// plainAnswer is what the plain client decodes into.
type plainAnswer struct {
	Data []struct {
		Symbol string      `json:"symbol"`
		Price  json.Number `json:"price"`
		Bid    json.Number `json:"bid"`
		Ask    json.Number `json:"ask"`
		Time   int64       `json:"time"`
	} `json:"data"`
}

// BenchmarkBaselineFetch is what a good engineer writes in an hour; it does less, since it neither checks nor limits anything.
func BenchmarkBaselineFetch(b *testing.B) {
	body, _ := tickers(3)
	url := quick(b, body) + "/q?s=SYM0,SYM1,SYM2"
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 100}}

	b.Cleanup(client.CloseIdleConnections)
	b.ReportAllocs()

	for b.Loop() {
		group, ctx := errgroup.WithContext(context.Background())
		group.Go(func() error {
			ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
			defer cancel()

			request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
			if err != nil {
				return err
			}

			response, err := client.Do(request)
			if err != nil {
				return err
			}
			defer func() { _ = response.Body.Close() }()

			text, err := io.ReadAll(response.Body)
			if err != nil {
				return err
			}

			return decodePlain(text)
		})

		if err := group.Wait(); err != nil {
			b.Fatal(err)
		}
	}
}

func decodePlain(text []byte) error {
	var decoded plainAnswer

	if err := json.Unmarshal(text, &decoded); err != nil {
		return err
	}

	for _, row := range decoded.Data {
		for _, number := range []json.Number{row.Price, row.Bid, row.Ask} {
			if _, err := messages.ParsePrice(string(number)); err != nil {
				return err
			}
		}
	}

	return nil
}
