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

	"github.com/rollcall-go/rollcall/messages"
)

// ticker asks a line-based price server. "get A B" is answered by a line "SYMBOL PRICE" for each symbol, and the end; "subscribe A B" by "subscribed"
// and such lines for as long as the connection lives. A symbol the server does not know has the price "unknown".
type ticker struct {
	dial func(ctx context.Context) (net.Conn, error)
}

// Fetch implements fetcher.Source: one call is one request. What the server leaves out the fetcher reports as missing.
func (t ticker) Fetch(ctx context.Context, instruments []messages.Instrument) ([]messages.Quote, error) {
	conn, hangUp, err := t.call(ctx, "get", instruments)
	if err != nil {
		return nil, err
	}

	defer hangUp()

	const maxAnswer = 64 << 10

	var quotes []messages.Quote

	lines := bufio.NewScanner(io.LimitReader(conn, maxAnswer))
	for lines.Scan() {
		quote, err := parse(lines.Text())
		if err != nil {
			return nil, err
		}

		quotes = append(quotes, quote)
	}

	return quotes, ended(ctx, lines.Err())
}

// Stream implements streamer.Stream: one call is one connection. It says what comes, and returns when the connection has ended. Whether the feed
// is silent, and when to connect again, is not its business.
func (t ticker) Stream(ctx context.Context, instruments []messages.Instrument, deliver func(messages.StreamUpdate)) error {
	conn, hangUp, err := t.call(ctx, "subscribe", instruments)
	if err != nil {
		return err
	}

	defer hangUp()

	lines := bufio.NewScanner(conn) // which refuses lines of more than 64 kB
	for lines.Scan() {
		switch line := lines.Text(); line {
		case "subscribed":
			deliver(messages.StreamUpdate{Ready: true, Messages: 1})
		case "":
			deliver(messages.StreamUpdate{Messages: 1}) // a heartbeat: the connection lives
		default:
			quote, err := parse(line)
			if err != nil {
				return err
			}

			deliver(messages.StreamUpdate{Messages: 1, Quotes: []messages.Quote{quote}})
		}
	}

	return ended(ctx, lines.Err())
}

// call connects and sends one line. The connection ends with the context, which carries the deadline: that bounds writing and reading alike.
func (t ticker) call(ctx context.Context, verb string, instruments []messages.Instrument) (conn net.Conn, hangUp func(), err error) {
	conn, err = t.dial(ctx)
	if err != nil {
		return nil, nil, messages.NewFailure(messages.OutcomeRefused, err.Error())
	}

	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	hangUp = func() {
		stop()

		_ = conn.Close()
	}

	words := []string{verb}
	for _, instrument := range instruments {
		words = append(words, string(instrument))
	}

	if _, err := io.WriteString(conn, strings.Join(words, " ")+"\n"); err != nil {
		hangUp()

		return nil, nil, ended(ctx, err)
	}

	return conn, hangUp, nil
}

// parse reads "SYMBOL PRICE". What is no price costs its symbol; what is no such line is not the protocol, and costs the answer.
func parse(line string) (messages.Quote, error) {
	symbol, text, ok := strings.Cut(line, " ")
	if !ok {
		return messages.Quote{}, messages.NewFailure(messages.OutcomeMalformed, fmt.Sprintf("line %q has no price", line))
	}

	quote := messages.Quote{Instrument: messages.Instrument(symbol), Outcome: messages.OutcomeOK}

	if text == "unknown" {
		quote.Outcome = messages.OutcomeUnknownSymbol

		return quote, nil
	}

	price, err := messages.ParsePrice(text)
	if err != nil {
		quote.Outcome, quote.Detail = messages.OutcomeInvalidPrice, messages.CleanDetail(err.Error())
	}

	quote.Price = price

	return quote, nil
}

// ended says why a connection ended: because we wanted it to, because it was broken, or, with nil, in good order.
func ended(ctx context.Context, err error) error {
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.Is(err, bufio.ErrTooLong):
		return messages.NewFailure(messages.OutcomeTooLarge, err.Error())
	case err != nil && !errors.Is(err, os.ErrClosed):
		return messages.NewFailure(messages.OutcomeReset, err.Error())
	default:
		return nil
	}
}
