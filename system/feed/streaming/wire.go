package streaming

import "github.com/rollcall-go/rollcall/messages"

// wire is an open connection, whatever carries it. Its methods may be called from several goroutines, each by one at a time.
type wire interface {
	// read blocks until the next message is complete and appends it to into.
	read(into []byte) (data []byte, binary bool, failure *messages.Failure)
	// write sends a message; it blocks while the vendor does not read, until writeWithin.
	write(text []byte) error
	// ping sends a WebSocket ping and returns when the pong has come, or after pongWithin.
	ping()
	// close ends the connection within closeWithin and lets the others return. The outcome says what the vendor is told.
	close(outcome messages.Outcome)
}
