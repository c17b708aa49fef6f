package streaming

import (
	"bytes"
	"context"
	"errors"
	"strconv"
	"time"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/feed/reading"
	"github.com/rollcall-go/rollcall/system/feed/spec"
	"github.com/rollcall-go/rollcall/system/internal/expr"
	"github.com/rollcall-go/rollcall/system/internal/tree"
)

// What a connection may make us remember: so many names, each with a value of so many bytes.
const (
	maxRemembered = 4096
	maxMemory     = 1 << 10
)

// read makes a document of a message and does what it says.
func (s *session) read(ctx context.Context, now time.Time, data []byte, binary bool) {
	if binary {
		plain, err := s.unpacker.unpack(data)

		switch {
		case errors.Is(err, errUnpacked):
			s.failf(messages.OutcomeTooLarge, err.Error())

			return
		case err != nil:
			s.unread(err.Error())

			return
		}

		data = plain
	}

	data = s.hidden.bytes(data)

	if s.plan.ignores(data) {
		s.unreadable = 0

		return
	}

	s.readVars.Text = ""
	if s.plan.wantsText {
		s.readVars.Text = string(data)
	}

	document, err := tree.Parse(data, s.plan.tree)
	if err != nil {
		s.readText(ctx, now, string(bytes.TrimSpace(data)), err)

		return
	}

	s.unreadable = 0
	s.document(ctx, now, document)
}

// readText is for messages that are no documents: some vendors greet, ping and refuse in bare words.
func (s *session) readText(ctx context.Context, now time.Time, text string, problem error) {
	if s.refused(ctx, now, text) || s.reply(ctx, text) || s.moved(ctx, now, text) {
		s.unreadable = 0

		return
	}

	s.unread(problem.Error())
}

// unread counts a message that cannot be read. One ends nothing, a row of them does.
func (s *session) unread(why string) {
	s.unreadable++
	s.note(why)

	if s.unreadable >= maxUnreadable {
		s.failf(messages.OutcomeMalformed, strconv.Itoa(maxUnreadable)+" messages in a row could not be read; the last: "+why)
	}
}

// note is for whoever watches a new definition: why a message gave no row.
func (s *session) note(why string) { s.out.note = s.plan.veil.Clean(why) }

// document does what a message says: errors first, so that none of them is taken for an acknowledgement.
func (s *session) document(ctx context.Context, now time.Time, document any) {
	refused := s.refused(ctx, now, document)
	fresh := s.count(ctx, now, document)

	if refused {
		return
	}

	s.remember(ctx, document)
	s.reply(ctx, document)
	s.advance(ctx, now, document)

	if !fresh {
		return
	}

	rows, err := s.plan.reader.Rows(ctx, document, &s.readVars)
	if err != nil {
		s.note(err.Error()) // vendors send much that is no quote, and expressions need not be made for it

		return
	}

	if len(rows) > 0 {
		s.rows(now, rows)
	}
}

func (s *session) rows(now time.Time, rows []reading.Row) {
	before := len(s.pending.Quotes)
	s.pending.Quotes = s.book.enter(now, rows, s.pending.Quotes)

	if len(s.pending.Quotes) > before && !s.quoted {
		s.quoted = true
		s.out.reached = append(s.out.reached, PhaseFirstQuote)
	}

	for i := before; s.gap && i < len(s.pending.Quotes); i++ {
		s.pending.Quotes[i].Flags |= messages.FlagGap
	}

	s.pending.Dropped += s.book.dropped
	s.pending.Gaps += s.book.gaps

	switch {
	case s.book.gaps > 0:
		s.failf(messages.OutcomeDisconnected, missing(s.book.gaps))
	case s.book.stuck:
		s.failf(messages.OutcomeDisconnected, "the vendor's sequence numbers or times went back and stay there: connecting anew")
	}
}

// remember merges what a message gives into the state.
func (s *session) remember(ctx context.Context, document any) {
	if s.plan.remember == nil {
		return
	}

	value, found, err := s.plan.remember.First(ctx, document, &s.readVars)
	if err != nil || !found {
		return
	}

	object, isObject := value.(map[string]any)
	if !isObject {
		return
	}

	state := s.readVars.State

	for name, value := range object {
		text, err := expr.Encode(value)
		if err != nil {
			continue
		}

		if _, known := state[name]; len(name)+len(text) > maxMemory || !known && len(state) >= maxRemembered {
			s.failf(messages.OutcomeTooLarge, "stream.remember gives more than is kept: "+strconv.Itoa(maxRemembered)+" names of "+strconv.Itoa(maxMemory)+" bytes")

			return
		}

		state[name] = value
	}

	s.listen(ctx)
}

// reply answers a message and reports whether some reply fits.
func (s *session) reply(ctx context.Context, document any) bool {
	fits := false

	for i := range s.plan.replies {
		r := &s.plan.replies[i]

		if s.says(ctx, r.when, document) {
			fits = true

			s.send(ctx, "replies["+strconv.Itoa(i)+"].send", r.send, document)
		}
	}

	return fits
}

// treeOptions are how the messages are written.
func treeOptions(parse spec.Parse) tree.Options {
	return tree.Options{Format: parse.Format, Charset: parse.Charset, CSV: parse.CSV, AnyCase: parse.AnyCase}
}
