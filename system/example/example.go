// Package example holds rehearsals of vendors as plain data: what a vendor says, word for word, and what must come of it. The catalog reads them
// from definitions, the simulator plays them, contract tests compare.
package example

import (
	"slices"
	"time"
)

// Example is one rehearsal. The vendor either answers requests (Answers), or plays a Script on each connection, or does both.
type Example struct {
	// Name says what it shows; it is unique within a definition.
	Name string
	// Symbols are the instruments asked for, in one line of YAML as a configuration's "symbols" takes it, such as
	// [BTC/USD, {PEPE/USD: pepe}]; Instruments are their names in the same order.
	Symbols     string
	Instruments []string

	// Answers are what the vendor answers to requests.
	Answers []Answer
	// Script is what happens on a connection over which the vendor pushes.
	Script []Step

	// Expect are the quotes that must come of it.
	Expect []Quote
	// Outcome is the vendor's outcome in the round; empty: what follows from Expect.
	Outcome string
	// Retry is the wish the vendor utters, after which it may be asked again; 0 where none is checked.
	Retry time.Duration
}

// Succeeds reports whether something usable comes of the example.
func (e *Example) Succeeds() bool {
	return e.Outcome == "" && slices.ContainsFunc(e.Expect, func(q Quote) bool { return q.Outcome == "" })
}

// Pushes reports whether the example plays on a connection over which the vendor pushes.
func (e *Example) Pushes() bool { return len(e.Script) > 0 }

// Conditional reports whether the example needs a second request, which asks whether anything has changed.
func (e *Example) Conditional() bool {
	return slices.ContainsFunc(e.Answers, func(a Answer) bool { return a.Conditional })
}

// Answer is one HTTP answer.
type Answer struct {
	// For is a part of the request's path and query, as sent or decoded, that must occur; empty fits every request.
	For string
	// Conditional is the answer to a request with If-None-Match or If-Modified-Since only.
	Conditional bool
	// Status is the HTTP status; 200 if 0.
	Status int
	// Headers are sent besides Date and Content-Length.
	Headers map[string]string
	// Body is sent as it is.
	Body string
}

// Step is one thing that happens on a connection. Exactly one of Server, Client, Silent and Close is set.
type Step struct {
	// Server is a message of the vendor's. On a line stream it is one line.
	Server string
	// Packed is how the message is compressed in a binary frame: gzip, deflate or zlib; empty for plain text.
	Packed string

	// Client is the message the vendor waits for. Two JSON documents are the same whatever the order of their keys and their spaces, and "*"
	// stands for any value; other texts are compared byte by byte.
	Client string
	// Within is how long the vendor waits for it before it gives up the connection; 0 is for ever.
	Within time.Duration
	// Every and Idle make the message a beat: it comes again and again, whenever it likes. The vendor does not wait for it, but answers each
	// with the Server message of the step that follows, if there is one.
	Every, Idle time.Duration

	// Silent is a time in which the vendor sends nothing, not even a pong.
	Silent time.Duration

	// Close is the status code the vendor closes the connection with, 1000 to 4999, and Reason its text. On a line stream the answer ends.
	Close  int
	Reason string
}

// Beat reports whether the step is a message that the client sends again and again.
func (s *Step) Beat() bool { return s.Client != "" && (s.Every > 0 || s.Idle > 0) }

// Quote is what must come of an example for one instrument: a price, or the outcome that says why there is none. An empty Price, Bid, Ask or
// Time means that there must be none; an empty Mid, Size, Volume, Currency, Unit or Sequence is not compared.
type Quote struct {
	Instrument string
	// Outcome is why there is no price; empty for a usable quote.
	Outcome string
	// Price, Bid and Ask are exact texts.
	Price, Bid, Ask string
	// Time is the vendor's time stamp.
	Time time.Time
	// Flags are the words of all flags, in any order.
	Flags []string

	Mid, Size, Volume string
	Currency, Unit    string
	Sequence          uint64
}
