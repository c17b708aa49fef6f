// Package spec holds the words of the vendor language: what a definition can say, as plain data. Who compiles and checks it, and what it
// means, is in the packages beside it: client and template (requests), reading (answers), streaming (connections that push), and feed, which
// puts them together.
package spec

import (
	"time"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/secret"
)

// Definition is how one vendor is asked and how its answers are read. A vendor is polled (URL), pushes (Stream), or does both.
type Definition struct {
	// Secrets are what templates call {secret.NAME} and expressions $secret.NAME.
	Secrets map[string]secret.Secret `yaml:"secrets"`
	// Symbols are the instruments, in configured order.
	Symbols []Symbol `yaml:"symbols"`
	// Naming is a template of the vendor symbol of instruments that are mapped to none, such as {base|lower}{quote|lower}. Empty: the
	// instrument's own name.
	Naming string `yaml:"naming"`
	// Matching is a template of the key under which an instrument stands in answers, such as {symbol|upper}. Empty: the vendor symbol.
	Matching string `yaml:"matching"`
	// Listing says where the vendor lists its symbols.
	Listing Listing `yaml:"listing"`

	// Endpoint is the first and usually only endpoint; its URL is empty for a vendor that only pushes.
	Endpoint `yaml:",inline"`
	// Endpoints are further ones by name; an instrument says which is its own.
	Endpoints map[string]Endpoint `yaml:"endpoints"`
	// Servers stand in for scheme and host of the URLs, one after another, while the URL's own and those in front of them fail.
	Servers []string `yaml:"servers"`
	// Credits is what one unit of CreditsPer takes from the vendor's budget, in the vendor's own units; 1 if 0.
	Credits int `yaml:"credits"`
	// CreditsPer is request or symbol; request if empty.
	CreditsPer string `yaml:"credits_per"`
	// RateHeaders say which headers of an answer tell what is left of the budget.
	RateHeaders RateHeaders `yaml:"rate_headers"`
	// Auth says how requests are signed where headers and query values do not do.
	Auth Auth `yaml:"auth"`
	// Errors say what failures look like inside answers, the first that fits counts. They hold for every endpoint, and for the
	// stream after its own.
	Errors []Rule `yaml:"errors"`
	// Stream is how the vendor pushes; its URL is empty for a vendor that is only polled.
	Stream Stream `yaml:"stream"`

	// At replaces scheme, host and port of every URL, and is put before its path: a simulator or a relay instead of the vendor.
	At string `yaml:"at"`
	// Client limits what the vendor may do to us.
	Client ClientSettings `yaml:"client"`
}

// Symbol is one instrument and what the vendor calls it.
type Symbol struct {
	Instrument messages.Instrument `yaml:"-"`
	// VendorSymbol is the vendor's name for it. Empty: Naming makes it.
	VendorSymbol string `yaml:"symbol"`
	// Key is its name in answers. Empty: Matching makes it.
	Key string `yaml:"key"`
	// Endpoint is the name of the endpoint that has it. Empty: the first one.
	Endpoint string `yaml:"endpoint"`
	// Class is its asset class, of a vendor of mixed classes. Empty: the vendor's.
	Class string `yaml:"class"`
	// Currency and Unit are shown with its quotes, where the answer does not say.
	Currency string `yaml:"currency"`
	Unit     string `yaml:"unit"`
	// Scale multiplies its prices: a positive decimal such as 0.01 for pence. Empty: 1.
	Scale string `yaml:"scale"`
	// Invert makes the price 1 ÷ price, rounded half to even at Digits decimal places; bid and ask change places. It comes before Scale.
	Invert bool `yaml:"invert"`
	// Signed permits prices that are zero or negative.
	Signed bool `yaml:"signed"`
	// Digits are the decimal places of an inverted price; 10 if 0.
	Digits int `yaml:"digits"`
	// With holds further values for templates ({with.NAME}) and expressions.
	With map[string]string `yaml:"with"`
}

// Endpoint is one way to ask for quotes over HTTP.
type Endpoint struct {
	// URL is a template.
	URL string `yaml:"url"`
	// Method is GET, POST or PUT; GET if empty, POST where there is a Body.
	Method string `yaml:"method"`
	// Query values are templates, escaped and appended to the URL in the order of their names.
	Query map[string]secret.Secret `yaml:"query"`
	// Headers are templates; their values are secret.
	Headers map[string]secret.Secret `yaml:"headers"`
	// Body is an expression: text is sent as it is, anything else as JSON.
	Body string `yaml:"body"`
	// Batch is how many symbols one request may ask for; 0 means all of them. A request with {symbol}, {key} or {instrument} asks for one, and
	// one that names no symbols and has no body asks for all. A symbol that several instruments have is asked for once.
	Batch int `yaml:"batch"`
	// Pages says how an answer of several pages goes on.
	Pages Pages `yaml:"pages"`
	// Conditional sends the last answer's validators; 304 keeps its quotes.
	Conditional bool `yaml:"conditional"`
	// Parse says where in the answer the quotes are.
	Parse Parse `yaml:"parse"`
}

// Pages says how an answer goes on. One of Next and Size is given.
type Pages struct {
	// Next is an expression: the next page's URL (of the same host), or a text for {page}; null or nothing at the last page.
	Next string `yaml:"next"`
	// Size is the rows of a full page: {page} counts pages from First, {offset} rows from 0, and a page with fewer rows is the last.
	Size  int `yaml:"size"`
	First int `yaml:"first"`
	// Max is the most pages that are read; 10 if 0.
	Max int `yaml:"max"`
}

// Listing is an endpoint that lists what the vendor has.
type Listing struct {
	URL string `yaml:"url"`
	// Symbols is an expression over the answer that gives the vendor symbols, each a text or an object with symbol, base and quote.
	Symbols string `yaml:"symbols"`
}

// RateHeaders are the names of the headers, upper and lower case alike, that say how much of the budget is left. An empty name means that the
// vendor does not say it.
type RateHeaders struct {
	// Remaining is what is left, Used what is used up: whole numbers, of which the first in the header counts.
	Remaining string `yaml:"remaining"`
	Used      string `yaml:"used"`
	// Reset is when the budget is full again: epoch seconds, seconds from now, or an HTTP date.
	Reset string `yaml:"reset"`
	// Limit is the whole budget, from which Used is taken where Remaining does not say what is left.
	Limit int `yaml:"limit"`
}

// Auth says how requests are authorized. At most one of its parts is given.
type Auth struct {
	// Bearer is a template of a token.
	Bearer secret.Secret `yaml:"bearer"`
	Basic  Basic         `yaml:"basic"`
	OAuth2 OAuth2        `yaml:"oauth2"`
	HMAC   HMAC          `yaml:"hmac"`
}

// Basic is user and password, both templates.
type Basic struct {
	User     secret.Secret `yaml:"user"`
	Password secret.Secret `yaml:"password"`
}

// OAuth2 is the client credentials grant of RFC 6749, section 4.4.
type OAuth2 struct {
	TokenURL string            `yaml:"token_url"`
	ID       secret.Secret     `yaml:"client_id"`
	Secret   secret.Secret     `yaml:"client_secret"`
	Scopes   []string          `yaml:"scopes"`
	Params   map[string]string `yaml:"params"`
	// InBody sends the credentials in the body instead of a header.
	InBody bool `yaml:"in_body"`
}

// HMAC signs each request.
type HMAC struct {
	// Hash is sha256, sha512, sha384 or sha1; sha256 if empty.
	Hash string `yaml:"hash"`
	// Key is a template; KeyEncoding is how it is written: text, hex or base64; text if empty.
	Key         secret.Secret `yaml:"key"`
	KeyEncoding string        `yaml:"key_encoding"`
	// Message is a template of what is signed, with {method}, {host}, {path}, {query}, {target} (path and query), {body} and {now:FORMAT}.
	Message secret.Secret `yaml:"message"`
	// Encoding is how the signature is written: hex or base64; hex if empty.
	Encoding string `yaml:"encoding"`
	// Header or Query is where it goes.
	Header string `yaml:"header"`
	Query  string `yaml:"query"`
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
