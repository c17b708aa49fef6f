package spec

import (
	"time"

	"github.com/rollcall-go/rollcall/system/secret"
)

// Stream is how a vendor pushes: over a WebSocket (ws, wss), or over an HTTP answer that does not end, one JSON document a line or an event
// (text/event-stream), for http and https.
type Stream struct {
	// URL is a template; {symbols} puts the subscription into it, and a {symbol} means a connection for each instrument. It may begin with
	// {boot.NAME} where the bootstrap says where to connect.
	URL string `yaml:"url"`
	// Query and Headers are as in an Endpoint.
	Query   map[string]secret.Secret `yaml:"query"`
	Headers map[string]secret.Secret `yaml:"headers"`
	// Bootstrap is a request before each connection whose answer the URL and the messages use as {boot.NAME} and $boot.NAME.
	Bootstrap Bootstrap `yaml:"bootstrap"`
	// Frames is how binary frames are packed: gzip, deflate (raw) or zlib; plain if empty.
	Frames string `yaml:"frames"`

	Login     Login     `yaml:"login"`
	Subscribe Subscribe `yaml:"subscribe"`
	// Replies answer the vendor's messages, such as its pings.
	Replies []Reply `yaml:"replies"`
	Ping    Ping    `yaml:"ping"`
	// Heartbeat is an expression over $boot and $state that gives what the vendor itself says about heartbeats, in seconds: an object with ping
	// (how often we ping, instead of what Ping says) and silence (how long nothing may come; never longer than Silence). It is asked when the
	// connection opens and whenever something is remembered.
	Heartbeat string `yaml:"heartbeat"`
	// Ignore are texts of messages that mean nothing and need not be JSON, such as pong.
	Ignore []string `yaml:"ignore"`
	// Remember is an expression that gives an object, or nothing; what it gives is merged into $state for later messages of the connection.
	Remember string `yaml:"remember"`

	// Merge keeps the fields a message does not carry as they were, by instrument, until the connection ends. A merged quote whose bid is
	// above its ask is flagged crossed, not refused.
	Merge bool `yaml:"merge"`
	// Order is what sequence numbers mean: rising (an older one is dropped) or gapless (a gap is counted, flagged, and the connection made
	// anew). Empty: rising where the rows have them.
	Order string `yaml:"order"`
	// Counter is an expression over a message that gives its number, for vendors that count the messages of a connection or of a channel, whether or
	// not they carry quotes: a number, or an object with seq, channel (what counts on its own) and previous (the number before it, where numbers do
	// not rise by one; a negative one begins anew). Nothing or null: the message is not counted. Order then speaks of these numbers, and those of
	// the rows are rising.
	Counter string `yaml:"counter"`
	// Parse reads the messages; its times, numbers and units are as in a poll.
	Parse Parse `yaml:"parse"`
	// Rules are the stream's own errors, before the definition's. A close frame is asked like an answer: its code is the status, its reason
	// the text.
	Rules []Rule `yaml:"errors"`

	// Silence is how long nothing may come, not even a heartbeat, before the connection counts as dead; 30s if 0.
	Silence time.Duration `yaml:"silence"`
	// MaxAge is after what time a connection is replaced by a new one, before it is given up; 0 means never.
	MaxAge time.Duration `yaml:"max_age"`
	// Thin is the share of its usual rate of updates below which a stream that lives is called thin; 0.1 if 0, negative for never.
	Thin float64 `yaml:"thin"`
	// MaxFrame is the most bytes of one message, unpacked [1 MB].
	MaxFrame int64 `yaml:"max_frame"`
}

// Bootstrap is a request whose answer is needed to connect.
type Bootstrap struct {
	URL     string                   `yaml:"url"`
	Method  string                   `yaml:"method"`
	Headers map[string]secret.Secret `yaml:"headers"`
	Body    string                   `yaml:"body"`
	// Take is an expression over the answer that gives an object.
	Take string `yaml:"take"`
}

// Login is what is sent before anything is subscribed to.
type Login struct {
	// After is an expression: the first message for which it is true asks for the login. Empty: it is sent at once.
	After string `yaml:"after"`
	// Send is the message: an expression, text is sent as it is, anything else as JSON.
	Send string `yaml:"send"`
	// Done is an expression: the message for which it is true says that the login was accepted. Empty: nothing is waited for.
	Done string `yaml:"done"`
	// Within is how long that may take; 10s if 0.
	Within time.Duration `yaml:"within"`
}

// Subscribe is how the instruments are ordered.
type Subscribe struct {
	// After is as in Login, for vendors that greet and need no login.
	After string `yaml:"after"`
	// Send is an expression as in Login; $symbols are the vendor symbols of the message, $instruments objects with instrument, symbol, key,
	// base, quote and with, and $id the message's number on its connection, from 1.
	Send string `yaml:"send"`
	// PerMessage is how many instruments one message orders, PerConnection how many one connection carries; 0 means all.
	PerMessage    int `yaml:"per_message"`
	PerConnection int `yaml:"per_connection"`
	// Pause is the time between messages.
	Pause time.Duration `yaml:"pause"`
	// Done is an expression over a message: the number of subscriptions (or the list of keys or vendor symbols) it acknowledges, or true for all
	// that were ordered before it. Empty: nothing is waited for.
	Done string `yaml:"done"`
	// Within is how long the acknowledgements may take; 10s if 0.
	Within time.Duration `yaml:"within"`
}

// Reply answers a message of the vendor's.
type Reply struct {
	When string `yaml:"when"` // an expression over the message; for a message that is not JSON, over its text
	Send string `yaml:"send"` // an expression
}

// Ping is what we send so that the vendor knows that we live. Without Send it is the WebSocket's own ping, and the connection
// counts as dead where nothing at all comes within 10 seconds after it, or within Silence if that is shorter.
type Ping struct {
	Send string `yaml:"send"` // an expression
	// Every is the interval; Idle is how long nothing may have come before a ping is sent. One of them is given.
	Every time.Duration `yaml:"every"`
	Idle  time.Duration `yaml:"idle"`
}
