package main

import (
	"context"
	"flag"
	"io"
	"net"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system"
	"github.com/rollcall-go/rollcall/system/testkit"
)

var _ = flag.Bool("update", false, "rewrite golden files")

// The same source and the same server in virtual time, over a pipe: ten minutes of faults, as testdata/faults.txt tells them.
func TestTenMinutesOfFaults(t *testing.T) {
	t.Parallel()
	testkit.RunFile(t, "testdata/faults.txt", func() system.Settings {
		server := &server{}

		return settings(ticker{dial: func(context.Context) (net.Conn, error) {
			near, far := net.Pipe()
			server.serve(far)

			return near, nil
		}})
	})
}

// What the source makes of an answer, as a golden file.
func TestQuotes(t *testing.T) {
	t.Parallel()

	quotes, err := talking(t, "BTC/USD 81240.10\nETH/USD 3,150\nNOPE/USD unknown\n").Fetch(t.Context(), []messages.Instrument{"BTC/USD"})
	require.NoError(t, err)
	testkit.Golden(t, "testdata/quotes.txt", testkit.Quotes(quotes))
}

// talking is a server that says one thing, whatever it is asked.
func talking(t *testing.T, text string) ticker {
	t.Helper()

	return ticker{dial: func(context.Context) (net.Conn, error) {
		near, far := net.Pipe()

		go func() {
			_, _ = far.Read(make([]byte, 1<<10))
			_, _ = io.WriteString(far, text)
			_ = far.Close()
		}()

		return near, nil
	}}
}
