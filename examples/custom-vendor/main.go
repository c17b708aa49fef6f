// Command custom-vendor shows a vendor that no definition describes: a text protocol over TCP, written in Go. It is polled through a source with one
// method, and pushes through a stream with one method (source.go); server.go plays the vendor. What they return is an outcome; what they
// panic with is a supervised restart. The tests are how a vendor of your own can be tested: over real TCP, and in virtual time
// with faults by script.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"time"

	"github.com/rollcall-go/rollcall/actors/streamer"
	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system"
)

func main() {
	if err := run(context.Background(), os.Stdout); err != nil {
		_, _ = fmt.Fprintln(os.Stderr, err)

		os.Exit(1)
	}
}

// settings describe a system that asks the server in both ways. One vendor may have both: then it is polled while its stream is down.
func settings(server ticker) system.Settings {
	return system.Settings{
		Deadline: time.Second,
		Vendors: []system.Vendor{
			{
				Name: "tape", Class: "crypto", Instruments: []messages.Instrument{"BTC/USD", "ETH/USD"},
				Stream: server,
				// The server sends something each second, if only an empty line: after five without, the connection is dead.
				Connections: streamer.Connections{Silence: 5 * time.Second},
			},
			{
				Name: "desk", Class: "crypto", Instruments: []messages.Instrument{"BTC/USD", "NOPE/USD"},
				Source: server,
			},
		},
	}
}

// run starts a server and a system that asks it, and prints one snapshot.
func run(ctx context.Context, out io.Writer) (err error) {
	server, err := listen(ctx)
	if err != nil {
		return err
	}

	defer server.stop()

	s, err := system.New(settings(dialTCP(server.address())))
	if err != nil {
		return fmt.Errorf("custom vendor: %w", err)
	}

	if err := s.Start(ctx); err != nil {
		return fmt.Errorf("custom vendor: %w", err)
	}

	defer func() { err = errors.Join(err, s.Stop(context.WithoutCancel(ctx))) }()

	snapshot, err := s.Snapshot(ctx)
	if err != nil {
		return fmt.Errorf("custom vendor: %w", err)
	}

	_, err = fmt.Fprintf(out, "%s\n", snapshot.AppendJSON(nil))

	return err
}

// dialTCP is the server at an address.
func dialTCP(address string) ticker {
	return ticker{dial: func(ctx context.Context) (net.Conn, error) {
		var dialer net.Dialer

		return dialer.DialContext(ctx, "tcp", address)
	}}
}
