package catalog

import (
	"cmp"
	"strings"

	"github.com/rollcall-go/rollcall/system/example"
)

// Transport is how a vendor is reached.
type Transport string

// The transports.
const (
	REST       Transport = "rest"        // polled over HTTP
	WS         Transport = "ws"          // pushes over a WebSocket
	HTTPStream Transport = "http-stream" // pushes over an HTTP answer that does not end
)

// Entry is a definition as a catalog shows it.
type Entry struct {
	// Name is the file's name without directory and extension.
	Name string
	// About is what people should know.
	About About
	// Class is the asset class, Classes those of instruments that have one of their own.
	Class   string
	Classes map[string]string
	// Secrets are the names of the secrets that it takes, sorted.
	Secrets []string
	// Transports are how the vendor is reached: REST first where it is both polled and pushes; none where it has no URL.
	Transports []Transport
	// Examples are what it has been seen to do, in written order.
	Examples []example.Example
	// Text is the file itself.
	Text []byte
}

// About is what people should know of a vendor before they use it. Fields may be empty.
type About struct {
	Title string `yaml:"title"`
	// Site is the URL of the vendor's documentation.
	Site string `yaml:"site"`
	// Auth and Limits say in words what is needed and what is allowed.
	Auth   string `yaml:"auth"`
	Limits string `yaml:"limits"`
	// Notes are what is particular, Sources where the facts are from.
	Notes   []string `yaml:"notes"`
	Sources []string `yaml:"sources"`
	// Secrets says of secrets where to get them.
	Secrets map[string]string `yaml:"secrets"`
}

// ClassOf is the asset class of an instrument.
func (e *Entry) ClassOf(instrument string) string { return cmp.Or(e.Classes[instrument], e.Class) }

// Transport returns the transports in one word, such as rest, ws or rest+ws.
func (e *Entry) Transport() string {
	words := make([]string, len(e.Transports))
	for i, t := range e.Transports {
		words[i] = string(t)
	}

	return strings.Join(words, "+")
}

// TestSecrets returns the values that stand for the secrets in the examples: each secret's name in capital letters.
func (e *Entry) TestSecrets() map[string]string {
	secrets := make(map[string]string, len(e.Secrets))
	for _, name := range e.Secrets {
		secrets[name] = strings.ToUpper(name)
	}

	return secrets
}

// transports tells how a vendor is reached from the URL that is polled and the one that pushes.
func transports(polled, pushed string) []Transport {
	var found []Transport

	if polled != "" {
		found = append(found, REST)
	}

	if pushed == "" {
		return found
	}

	scheme, _, _ := strings.Cut(pushed, ":")

	switch strings.ToLower(scheme) {
	case "http", "https":
		return append(found, HTTPStream)
	default:
		return append(found, WS)
	}
}
