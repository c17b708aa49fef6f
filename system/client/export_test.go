package client

import (
	"io"
	"time"
)

// Message is a Server-Sent Event.
type Message struct{ Kind, ID, Data string }

// Messages reads a stream to its end and returns its messages, what it says about coming back, and how it ended.
func Messages(in io.Reader, limit int) (found []Message, retry time.Duration, err error) {
	d := newDecoder(in, limit)

	for {
		m, err := d.next()
		if err != nil {
			return found, d.retry, err
		}

		found = append(found, Message{Kind: m.kind, ID: m.id, Data: string(m.data)})
	}
}

// Decode reads the data of an event.
func Decode(kind string, data []byte) (Event, error) { return decode(&message{kind: kind, data: data}) }

// Backoff is how long an attempt waits.
var Backoff = backoff

// Hurried makes a stream come back within a delay, whatever the service asks for by 'retry'.
func Hurried(options StreamOptions, most time.Duration) StreamOptions {
	options.most = most

	return options
}
