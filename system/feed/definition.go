// Package feed turns a vendor definition, which is data, into a source of quotes: it asks an HTTP/JSON endpoint over a hardened client and
// reads prices out of the answer. A definition can run no code, read no file and reach no address it was not given.
package feed

import (
	"time"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/secret"
)

// Definition is how one vendor is asked and how its answer is read.
type Definition struct {
	// URL is a template: {symbols} is the vendor symbols of a batch joined by commas, {symbol} the one symbol of a request.
	URL string `yaml:"url"`
	// Method is GET or POST; GET if empty.
	Method string `yaml:"method"`
	// Headers are sent with each request; their values are secret.
	Headers map[string]secret.Secret `yaml:"headers"`
	// Symbols maps instruments to vendor symbols, in configured order.
	Symbols []Symbol `yaml:"symbols"`
	// Batch is how many symbols one request may ask for; 0 means all of them, and a URL with {symbol} always asks for one.
	Batch int `yaml:"batch"`
	// Parse says where in the answer the quotes are.
	Parse Parse `yaml:"parse"`
	// Client limits what the vendor may do to us.
	Client ClientSettings `yaml:"client"`
}

// Symbol is one instrument and what the vendor calls it.
type Symbol struct {
	Instrument   messages.Instrument
	VendorSymbol string
}

// Parse says where in a JSON answer the quotes are. Paths are keys joined by dots, with [n] for array elements and ["key"] for keys that
// contain dots, brackets or spaces; {symbol} in place of a key stands for the vendor symbol. Rows and Error start at the whole answer, the
// others at the row.
//
// Whose row is it? Where {symbol} stands in Price, Bid, Ask or Time, Rows leads to the one row for all symbols. Where {symbol} stands in the
// URL or in Rows, Rows leads to the row of that symbol, or to an array with that row. Otherwise Rows leads to an array of rows with a Key,
// or to an object with one row per member.
type Parse struct {
	// Rows is the path of the rows. Empty: the whole answer.
	Rows string `yaml:"rows"`
	// Key is the path, in a row, of the vendor symbol. Empty: the key of the row where Rows is an object, or the one symbol asked for.
	Key string `yaml:"key"`
	// Price, Bid and Ask are the paths of the numbers; numbers may be JSON numbers or text. Price may be empty where Bid and Ask are given.
	Price string `yaml:"price"`
	Bid   string `yaml:"bid"`
	Ask   string `yaml:"ask"`
	// Time is the path of the vendor's time stamp. Empty: the vendor gives none and the receive time counts.
	Time string `yaml:"time"`
	// TimeFormat is rfc3339, unix, unix_ms, unix_us or unix_ns; rfc3339 if empty.
	TimeFormat string `yaml:"time_format"`
	// Error is the path of an error inside a 200 answer: where it is present and not null, false, 0, "", [] or {}, the answer is refused.
	Error string `yaml:"error"`
}

// ClientSettings limits what a vendor may do to us. Zero values mean the defaults in brackets.
type ClientSettings struct {
	// AllowPrivate permits loopback and private addresses. Link-local, metadata, multicast and unspecified addresses are always refused.
	AllowPrivate bool `yaml:"allow_private"`
	// MaxWire is the most bytes read from the wire [1 MB], MaxBody the most after decompression [4 MB].
	MaxWire int64 `yaml:"max_wire"`
	MaxBody int64 `yaml:"max_body"`
	// DialTimeout bounds connecting [1s], TLSTimeout the handshake [2s].
	DialTimeout time.Duration `yaml:"dial_timeout"`
	TLSTimeout  time.Duration `yaml:"tls_timeout"`
	// CAFile is a PEM file of certificate authorities to trust instead of the system's.
	CAFile string `yaml:"ca_file"`
	// Proxy is the URL of an HTTP proxy; none by default, the environment is not consulted.
	Proxy string `yaml:"proxy"`
	// FollowRedirects permits up to 3 redirects to the same host; none by default.
	FollowRedirects bool `yaml:"follow_redirects"`
}
