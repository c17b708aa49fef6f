package config

import (
	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/secret"
)

// DefaultListen is where the HTTP API listens where nobody says.
const DefaultListen = "127.0.0.1:8080"

// ListenOff is what stands instead of an address where nobody is to listen.
const ListenOff = "off"

// HTTP is the API and the dashboard. The zero value is that of a file that does not say anything of it.
type HTTP struct {
	// Listen is host:port, or ListenOff, as the file says; see Address.
	Listen string `yaml:"listen"`
	// TLS is the certificate; without one, the API is plain HTTP.
	TLS TLS `yaml:"tls"`
	// Hosts are further names under which the service is reached.
	Hosts []string `yaml:"hosts"`
	// MaxConnections is how many there may be at once; 0 means the default.
	MaxConnections int `yaml:"max_connections"`
	// Tokens are who may ask, by the name of the consumer.
	Tokens map[string]Token `yaml:"tokens"`

	given bool // the file has the block
}

// Address is where to listen; empty where nobody is to. A block that does not say it means DefaultListen.
func (h HTTP) Address() string {
	switch {
	case h.Listen == ListenOff, h.Listen == "" && !h.given:
		return ""
	case h.Listen == "":
		return DefaultListen
	default:
		return h.Listen
	}
}

// TLS names the files of a certificate, in PEM.
type TLS struct {
	Cert string `yaml:"cert"`
	Key  string `yaml:"key"`
	// ClientCA is who signs the certificates that clients need; empty if they need none.
	ClientCA string `yaml:"client_ca"`
}

// Token is what one consumer shows, and what it may see: everything where a list is empty.
type Token struct {
	Value       secret.Secret         `yaml:"token"`
	Role        string                `yaml:"role"` // read or admin
	Instruments []messages.Instrument `yaml:"instruments"`
	Classes     []string              `yaml:"classes"`
	Vendors     []messages.Vendor     `yaml:"vendors"`
}
