package main_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"os"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// occupy listens on a port until the script ends; $TAKEN is the address.
func occupy(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 0 {
		ts.Fatalf("usage: occupy")
	}

	listener, err := new(net.ListenConfig).Listen(context.Background(), "tcp", "127.0.0.1:0")
	ts.Check(err)
	ts.Defer(func() { _ = listener.Close() })
	ts.Setenv("TAKEN", listener.Addr().String())
}

// serving NAME FILE waits until a program says in the file where it serves; $NAME is that URL, without a slash at its end.
func serving(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: serving NAME FILE")
	}

	pattern := regexp.MustCompile(`(?:"http":"|dashboard: )(https?://[0-9.:]+)`)
	timeout := time.After(patience)
	tick := time.NewTicker(5 * time.Millisecond)

	defer tick.Stop()

	for {
		text, _ := os.ReadFile(ts.MkAbs(args[1]))
		if found := pattern.FindSubmatch(text); found != nil {
			ts.Setenv(args[0], string(found[1]))

			return
		}

		select {
		case <-tick.C:
		case <-timeout:
			ts.Fatalf("%s does not say where it serves after %s\n%s", args[1], patience, text)
		}
	}
}

// fetch CODE URL [TOKEN] asks for a URL, which must answer with that status; what it answers is in the file 'fetched'.
func fetch(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 || len(args) > 3 {
		ts.Fatalf("usage: fetch CODE URL [TOKEN]")
	}

	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()

	request, err := http.NewRequestWithContext(ctx, http.MethodGet, args[1], http.NoBody)
	ts.Check(err)

	if len(args) == 3 {
		request.Header.Set("Authorization", "Bearer "+args[2])
	}

	response, err := http.DefaultTransport.RoundTrip(request)
	ts.Check(err)

	defer func() { _ = response.Body.Close() }()

	body, err := io.ReadAll(response.Body)
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs("fetched"), body, 0o600))

	if got := strconv.Itoa(response.StatusCode); got != args[0] {
		ts.Fatalf("%s answered %s, not %s: %s", args[1], got, args[0], strings.TrimSpace(string(body)))
	}
}
