package hub

import (
	"strconv"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/api"
)

// dialect is how a stream says its events.
type dialect int

const (
	sse       dialect = iota // Server-Sent Events, as the HTML standard has them
	webSocket                // one JSON text a message: api.Event
)

// event is one event. Data is JSON on one line, so that nothing in it can end the event early. P17.
func (d dialect) event(kind api.EventType, round messages.Round, data []byte) []byte {
	if kind == "" {
		return nil
	}

	out := make([]byte, 0, len(data)+64)

	if d == webSocket {
		out = append(out, `{"type":"`...)
		out = append(out, kind...)
		out = append(out, '"')

		if round > 0 {
			out = append(out, `,"round":`...)
			out = strconv.AppendUint(out, uint64(round), 10)
		}

		out = append(out, `,"data":`...)
		out = append(out, data...)

		return append(out, '}')
	}

	if round > 0 {
		out = append(out, "id: "...)
		out = strconv.AppendUint(out, uint64(round), 10)
		out = append(out, '\n')
	}

	out = append(out, "event: "...)
	out = append(out, kind...)
	out = append(out, "\ndata: "...)
	out = append(out, data...)

	return append(out, "\n\n"...)
}

// snapshot is the round as a snapshot event.
func (e *Entry) frame(d dialect, lens Lens) []byte {
	return e.shared(product{d.pick(formSSE, formWS), lens.key}, func() []byte {
		return d.event(api.EventSnapshot, e.Round(), e.JSON(lens))
	})
}

// changes is what differs from the round before; nil where there is none to differ from, or other instruments or vendors are configured now.
func (e *Entry) changes(d dialect, lens Lens) []byte {
	if e.before == nil || e.before.Roster != e.snapshot.Roster {
		return nil
	}

	return e.shared(product{d.pick(formSSEChanges, formWSChanges), lens.key}, func() []byte {
		return d.event(api.EventChanges, e.Round(), e.difference(lens))
	})
}

func (d dialect) pick(ofSSE, ofWebSocket form) form {
	if d == sse {
		return ofSSE
	}

	return ofWebSocket
}
