package client

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/api"
)

// Events that the client itself adds where StreamOptions.Connections says so.
const (
	EventConnected api.EventType = "connected" // the stream is open, the first time or again
	EventLost      api.EventType = "lost"      // Lost: the connection is gone; the subscription goes on
)

// Event is one event of a stream. Type says which of the other fields is set; see package api for what each means.
type Event struct {
	Type  api.EventType
	Round messages.Round // of EventSnapshot and EventChanges

	Snapshot *messages.Snapshot
	Changes  *api.Changes
	Skipped  *api.Skipped
	Reset    *api.Reset
	Started  *api.RoundStarted   // EventRound
	Answered *api.VendorAnswered // EventAnswer
	Vendor   *api.VendorChanged
	Bye      *api.Bye
	Lost     *Lost
}

// Lost says why a connection is gone, and when the next one is tried.
type Lost struct {
	Err   error
	Again time.Duration // from now
}

// decode reads a message. An event that this client does not know has a type and nothing else.
func decode(m *message) (Event, error) {
	e := Event{Type: api.EventType(m.kind)}

	var err error

	switch e.Type {
	case api.EventSnapshot:
		e.Snapshot, err = messages.ParseSnapshot(m.data)
		if err == nil {
			e.Round = e.Snapshot.Round
		}
	case api.EventChanges:
		e.Changes, err = object[api.Changes](m.data)
		if err == nil {
			e.Round = e.Changes.Round
		}
	case api.EventSkipped:
		e.Skipped, err = object[api.Skipped](m.data)
	case api.EventReset:
		e.Reset, err = object[api.Reset](m.data)
	case api.EventRound:
		e.Started, err = object[api.RoundStarted](m.data)
	case api.EventAnswer:
		e.Answered, err = object[api.VendorAnswered](m.data)
	case api.EventVendor:
		e.Vendor, err = object[api.VendorChanged](m.data)
	case api.EventBye:
		e.Bye, err = object[api.Bye](m.data)
	default:
	}

	if err != nil {
		return Event{}, fmt.Errorf("event %q: %w: %w", messages.CleanDetail(m.kind), ErrMalformed, err)
	}

	return e, nil
}

func object[T any](data []byte) (*T, error) {
	value := new(T)

	if err := json.Unmarshal(data, value); err != nil {
		return nil, err
	}

	return value, nil
}
