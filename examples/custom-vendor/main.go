// Command custom-vendor shows a vendor that no definition describes: a text protocol over TCP, written as a source with one method. What a source
// returns is an outcome; what it panics with is a supervised restart.
package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"time"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system"
)

func main() {
	if err := run(context.Background(), os.Stdout); err != nil {
		_, _ = fmt.Fprintln(os.Stderr, err)

		os.Exit(1)
	}
}

// ticker asks a line-based price server: one line with the symbols goes out, one line "SYMBOL PRICE" comes back for each.
type ticker struct{ address string }

// Fetch implements fetcher.Source. The context carries the deadline: it bounds dialling, writing and reading alike.
func (t ticker) Fetch(ctx context.Context, instruments []messages.Instrument) ([]messages.Quote, error) {
	var dialer net.Dialer

	conn, err := dialer.DialContext(ctx, "tcp", t.address)
	if err != nil {
		return nil, messages.NewFailure(messages.OutcomeRefused, err.Error())
	}

	defer func() { _ = conn.Close() }()

	if deadline, ok := ctx.Deadline(); ok {
		if err := conn.SetDeadline(deadline); err != nil {
			return nil, fmt.Errorf("deadline: %w", err)
		}
	}

	symbols := make([]string, len(instruments))
	for i, instrument := range instruments {
		symbols[i] = string(instrument)
	}

	if _, err := fmt.Fprintf(conn, "%s\n", strings.Join(symbols, " ")); err != nil {
		return nil, messages.NewFailure(messages.OutcomeReset, err.Error())
	}

	return read(conn)
}

// read turns the answer's lines into quotes; instruments without a line are reported as missing by the fetcher.
func read(from io.Reader) ([]messages.Quote, error) {
	const maxAnswer = 64 << 10

	var quotes []messages.Quote

	lines := bufio.NewScanner(io.LimitReader(from, maxAnswer))
	for lines.Scan() {
		symbol, text, ok := strings.Cut(lines.Text(), " ")
		if !ok {
			return nil, messages.NewFailure(messages.OutcomeMalformed, fmt.Sprintf("line %q has no price", lines.Text()))
		}

		quote := messages.Quote{Instrument: messages.Instrument(symbol), Outcome: messages.OutcomeOK}

		price, err := messages.ParsePrice(text)
		if err != nil {
			quote.Outcome, quote.Detail = messages.OutcomeInvalidPrice, err.Error()
		}

		quote.Price = price
		quotes = append(quotes, quote)
	}

	if err := lines.Err(); err != nil {
		if errors.Is(err, os.ErrDeadlineExceeded) {
			return nil, messages.NewFailure(messages.OutcomeTimeout, "the answer did not end in time")
		}

		return nil, messages.NewFailure(messages.OutcomeReset, err.Error())
	}

	return quotes, nil
}

func run(ctx context.Context, out io.Writer) (err error) {
	server, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("price server: %w", err)
	}

	defer func() { _ = server.Close() }()

	go serve(server)

	s, err := system.New(system.Settings{
		Deadline: time.Second,
		Vendors: []system.Vendor{{
			Name: "ticker", Class: "crypto", Instruments: []messages.Instrument{"BTC/USD", "ETH/USD"},
			Source: ticker{address: server.Addr().String()},
		}},
	})
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

// serve plays the price server; it knows one price.
func serve(listener net.Listener) {
	for {
		conn, err := listener.Accept()
		if err != nil {
			return
		}

		if _, err := bufio.NewReader(conn).ReadString('\n'); err == nil {
			_, _ = io.WriteString(conn, "BTC/USD 81240.10\n")
		}

		_ = conn.Close()
	}
}
