package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/config"
	"github.com/rollcall-go/rollcall/system/feed"
)

// probePoll asks once.
func (a *app) probePoll(ctx context.Context, p *probing, vendor *config.Vendor) ([]messages.Quote, error) {
	source, err := feed.New(vendor.Feed) //nolint:contextcheck // requests get their context when they are sent
	if err != nil {
		return nil, usageError("%w", err)
	}
	defer source.Close()

	trace := &feed.Trace{}
	quotes, err := source.Fetch(feed.WithTrace(ctx, trace), vendor.Listing().Instruments)

	for _, exchange := range trace.Exchanges() {
		a.printExchange(exchange, p.raw)
	}

	return quotes, err
}

func (a *app) printExchange(e *feed.Exchange, raw bool) {
	show := func(format string, values ...any) {
		_, _ = fmt.Fprintln(a.out, printable(fmt.Sprintf(format, values...)))
	}

	show("%s %s", e.Method, e.URL)

	for _, header := range e.Header {
		show("  %s", header)
	}

	if e.Payload != "" {
		show("  body %s", e.Payload)
	}

	show("status %d, %d bytes; dns %s, connect %s, tls %s, first byte %s, body %s", e.Status, e.Size, milliseconds(e.DNS),
		milliseconds(e.Connect), milliseconds(e.TLS), milliseconds(e.Wait), milliseconds(e.Read))

	if e.Failure != "" {
		show("no answer: %s", e.Failure)
	}

	if raw {
		for _, header := range e.AnswerHeader {
			show("  %s", header)
		}

		for line := range strings.Lines(string(e.Answer)) {
			show("  %s", strings.TrimRight(line, "\r\n"))
		}
	}
}

func milliseconds(d time.Duration) string {
	return fmt.Sprintf("%.1fms", float64(d)/float64(time.Millisecond))
}
