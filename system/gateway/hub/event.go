package hub

import (
	"encoding/json"
	"sync"
	"time"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/api"
)

// encodedEvent is an event in both forms, made once.
type encodedEvent struct {
	once    sync.Once
	sse, ws []byte
}

// frame is the event in a stream's form as it is seen through a lens; nothing if it cannot be seen. Who sees only a part gets no details: they
// may speak of the rest.
func (h *happening) frame(d dialect, roster *messages.Roster, lens Lens, seen *messages.Roster) []byte {
	if lens.key == "" {
		h.encoding.once.Do(func() {
			kind, data := described(h.event, true)
			h.encoding.sse, h.encoding.ws = sse.event(kind, 0, data), webSocket.event(kind, 0, data)
		})

		if d == sse {
			return h.encoding.sse
		}

		return h.encoding.ws
	}

	if vendor := vendorOf(h.event); vendor != "" {
		if _, known := roster.Vendor(vendor); !known {
			return nil
		}

		if _, visible := seen.Vendor(vendor); !visible {
			return nil
		}
	}

	kind, data := described(h.event, false)

	return d.event(kind, 0, data)
}

func vendorOf(event messages.Event) messages.Vendor {
	switch e := event.(type) {
	case *messages.VendorAnswered:
		return e.Vendor
	case *messages.VendorStateChanged:
		return e.Vendor
	default:
		return ""
	}
}

// described is an event in the words of the API.
func described(event messages.Event, detailed bool) (api.EventType, []byte) {
	detail := func(text string) string {
		if detailed {
			return text
		}

		return ""
	}

	switch e := event.(type) {
	case *messages.RoundStarted:
		return api.EventRound, object(api.RoundStarted{
			Round: e.Round, At: millis(e.At), DeadlineMS: e.Deadline.Milliseconds(), Asked: e.Asked,
		})
	case *messages.VendorAnswered:
		return api.EventAnswer, object(api.VendorAnswered{
			Round: e.Round, Vendor: e.Vendor, Outcome: e.Outcome, Detail: detail(e.Detail), ElapsedMS: e.Elapsed.Milliseconds(), Quotes: e.Usable,
		})
	case *messages.VendorStateChanged:
		return api.EventVendor, object(api.VendorChanged{
			Vendor: e.Vendor, State: e.State, Restarts: e.Restarts, Detail: detail(e.Detail), At: millis(e.At),
		})
	default:
		return "", nil
	}
}

func millis(at time.Time) time.Time { return at.UTC().Truncate(time.Millisecond) }

// object is a value of the API as JSON.
func object(value any) []byte {
	text, err := json.Marshal(value)
	if err != nil {
		panic(err) // the API's types always have JSON
	}

	return text
}
