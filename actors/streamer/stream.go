package streamer

import (
	"context"

	"github.com/rollcall-go/rollcall/messages"
)

// Stream is the port behind which a vendor that pushes stands.
//
// Stream makes ONE connection for the instruments, which it must not change, and returns when it has ended:
//
//   - It calls deliver whenever the vendor has said something, a heartbeat included: that is how we know that the connection lives. Once
//     everything is subscribed to, one update says Ready. From then on a connection that delivers nothing for Connections.Silence is cut.
//   - Deliver never blocks and may be called from any goroutine. It copies the quotes: the slice may be used again. After Stream has
//     returned it does nothing.
//   - Quotes of one instrument come in the vendor's order. Of two, the later counts, unless its vendor time is older. A quote has a Price,
//     or an Outcome and a Detail that say why it has none; it counts until the next one.
//   - It returns soon after ctx ends: a connection is cut that way. Two calls for the same instruments overlap only when one replaces the
//     other.
//   - An error that wraps *messages.Failure says why the connection ended. Any other end is OutcomeDisconnected. Whatever it is, the
//     streamer decides when to connect again; a source never does that itself.
//   - A panic is a bug: it restarts the streamer under supervision.
//
// Stream is called from changing goroutines, once for each connection.
type Stream interface {
	Stream(ctx context.Context, instruments []messages.Instrument, deliver func(messages.StreamUpdate)) error
}
