package streaming

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/feed/client"
)

// Conversation is a session whose wishes are written down.
type Conversation struct {
	session *session
	start   time.Time
}

// Converse begins a connection with the instruments.
func (s *Stream) Converse(instruments []messages.Instrument, boot map[string]any, start time.Time) *Conversation {
	symbols, _ := s.choose(instruments)

	return &Conversation{session: newSession(s.plan, newGroup(symbols), boot), start: start}
}

// Open says that the connection is up.
func (c *Conversation) Open(ctx context.Context, now time.Time) []string {
	return c.lines(c.session.open(ctx, now))
}

// Message hands over a message.
func (c *Conversation) Message(ctx context.Context, now time.Time, data []byte, binary bool) []string {
	return c.lines(c.session.message(ctx, now, data, binary))
}

// Life says that a pong came.
func (c *Conversation) Life(now time.Time) []string { return c.lines(c.session.life(now)) }

// Tick says that time has passed.
func (c *Conversation) Tick(ctx context.Context, now time.Time) []string {
	return c.lines(c.session.tick(ctx, now))
}

func (c *Conversation) lines(out output) []string {
	var lines []string

	if out.told {
		lines = append(lines, "tell"+Tell(out.update))
		for _, quote := range out.update.Quotes {
			lines = append(lines, "  "+Show(quote))
		}
	}

	if out.note != "" {
		lines = append(lines, "note "+out.note)
	}

	for _, text := range out.send {
		lines = append(lines, "send "+string(text))
	}

	if out.ping {
		lines = append(lines, "ping")
	}

	switch {
	case out.end != nil:
		lines = append(lines, "end "+out.end.Error())
	case !out.wake.IsZero():
		lines = append(lines, "wake at "+out.wake.Sub(c.start).String())
	}

	return lines
}

// Tell describes an update without its quotes.
func Tell(u messages.StreamUpdate) string {
	var text strings.Builder
	if u.Ready {
		text.WriteString(" ready")
	}

	for _, count := range []struct {
		name string
		n    uint64
	}{{"messages", u.Messages}, {"dropped", u.Dropped}, {"gaps", u.Gaps}} {
		if count.n > 0 {
			fmt.Fprintf(&text, " %s=%d", count.name, count.n)
		}
	}

	return text.String()
}

// Show describes a quote.
func Show(q messages.Quote) string {
	words := []string{string(q.Instrument), string(q.Outcome)}

	for _, price := range []struct {
		name  string
		value messages.Price
	}{{"price", q.Price}, {"bid", q.Bid}, {"ask", q.Ask}} {
		if !price.value.IsZero() {
			words = append(words, price.name+"="+price.value.Text())
		}
	}

	if !q.VendorTime.IsZero() {
		words = append(words, "time="+q.VendorTime.UTC().Format(time.RFC3339Nano))
	}

	if q.More != nil && q.More.Sequence != 0 {
		words = append(words, fmt.Sprintf("seq=%d", q.More.Sequence))
	}

	if q.Flags != 0 {
		words = append(words, "flags="+q.Flags.String())
	}

	if q.Detail != "" {
		words = append(words, "detail="+q.Detail)
	}

	return strings.Join(words, " ")
}

// Guard watches the frames of a connection and reports what it refuses.
func Guard(limit int64, p []byte) error { return orNil((&guard{limit: limit}).watch(p)) }

func orNil(refused *frameError) error {
	if refused == nil {
		return nil
	}

	return refused
}

// Unpacker unpacks the frames of one connection, one after the other.
func Unpacker(packing string, limit int64) func(frame []byte) ([]byte, error) {
	return (&unpacker{packing: packing, limit: limit}).unpack
}

// Lines reads the messages of an answer that does not end, until it does, and says why nothing more came.
func Lines(body io.Reader, contentType string, limit int64) (all []string, end *messages.Failure) {
	l := newLines(&http.Response{Header: http.Header{"Content-Type": {contentType}}, Body: io.NopCloser(body)}, func() {}, limit)

	for {
		data, _, failure := l.read(nil)
		if failure != nil {
			return all, failure
		}

		all = append(all, string(data))
	}
}

// Boot reads a bootstrap's answer and returns where it leads.
func (s *Stream) Boot(ctx context.Context, instruments []messages.Instrument, body []byte) (*url.URL, error) {
	symbols, _ := s.choose(instruments)
	o := &opening{stream: s, symbols: symbols, group: newGroup(symbols)}

	boot, failure := s.bootstrap.read(ctx, o, client.Answer{Status: http.StatusOK}, body, o.group.vars)
	if failure != nil {
		return nil, failure
	}

	request, _, err := s.address.make(ctx, symbols, boot, moment{})
	if err != nil {
		return nil, err
	}

	return request.URL, nil
}

// GuardPieces is Guard for bytes that come one by one.
func GuardPieces(limit int64, p []byte) error {
	g := &guard{limit: limit}

	for i := range p {
		if err := g.watch(p[i : i+1]); err != nil {
			return err
		}
	}

	return nil
}

// Work returns a function that hands over a text message and returns how many quotes came of it.
func (s *Stream) Work(instruments []messages.Instrument, now time.Time) func(context.Context, []byte) int {
	symbols, _ := s.choose(instruments)
	session := newSession(s.plan, newGroup(symbols), nil)

	return func(ctx context.Context, data []byte) int {
		return len(session.message(ctx, now, data, false).update.Quotes)
	}
}
