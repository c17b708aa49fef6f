package config

import (
	"fmt"
	"maps"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"
)

// minToken is how long a token is at least, in bytes.
const minToken = 16

// checkHTTP completes and checks what is said of the API, once the vendors are known.
func (d *decoder) checkHTTP(root *yaml.Node, config *Config) {
	e, is := entryOf(root, "http")
	if !is || e.value.Kind != yaml.MappingNode {
		return
	}

	at, h := place{}.key("http"), &config.HTTP
	h.given = true

	d.checkListen(at, e.value, h)
	d.checkHosts(at, e.value, h)

	shown := make(map[string]string, len(h.Tokens))
	known := namesIn(config)

	for _, name := range slices.Sorted(maps.Keys(h.Tokens)) {
		d.checkToken(at.key("tokens").entry(name), find(e.value, "tokens."+name), name, h.Tokens[name], shown)
		d.checkEntitlement(at.key("tokens").entry(name), find(e.value, "tokens."+name), h.Tokens[name], known)
	}
}

func (d *decoder) checkListen(at place, node *yaml.Node, h *HTTP) {
	path := at.key("listen").path
	if h.Listen == "" || h.Listen == ListenOff || d.bad[path] {
		return
	}

	host, port, err := net.SplitHostPort(h.Listen)
	number, notNumber := strconv.ParseUint(port, 10, 16)

	switch {
	case err != nil, notNumber != nil, number == 0 && port != "0":
		d.mistakeAt(find(node, "listen"), path, asWritten(find(node, "listen"))+" is not an address", "write host:port, such as "+DefaultListen+", or off")
	case !isLoopback(host) && h.TLS.ClientCA == "" && len(h.Tokens) == 0 && !d.bad[at.key("tokens").path] && !d.bad[at.key("tls").path]:
		d.mistakeAt(find(node, "listen"), path, asWritten(find(node, "listen"))+" can be reached from other machines",
			"give tokens or tls.client_ca, or listen on "+DefaultListen)
	case !isLoopback(host) && h.TLS.Cert == "":
		d.warnAt(find(node, "listen"), path, "tokens and prices are sent in the clear", "give tls, unless a proxy does that")
	}
}

// isLoopback asks no name server: a name that is not localhost is not.
func isLoopback(host string) bool {
	ip, err := netip.ParseAddr(host)

	return err == nil && ip.IsLoopback() || strings.EqualFold(host, "localhost")
}

func (d *decoder) checkHosts(at place, node *yaml.Node, h *HTTP) {
	for i, host := range h.Hosts {
		child := at.key("hosts").item(i)

		if _, _, err := net.SplitHostPort(host); (err == nil || !isHost(host)) && !d.bad[child.path] {
			d.mistakeAt(find(node, fmt.Sprintf("hosts[%d]", i)), child.path, "is not a name", "write it without scheme and port, such as prices.example.com")
		}
	}
}

// isHost accepts names as a DNS has them, and IP addresses.
func isHost(host string) bool {
	const most = 253

	if _, err := netip.ParseAddr(host); err == nil {
		return true
	}

	return host != "" && len(host) <= most &&
		strings.Trim(strings.ToLower(host), "abcdefghijklmnopqrstuvwxyz0123456789-.") == "" && !strings.HasPrefix(host, ".")
}

// checkToken refuses what could be guessed, or would tell two consumers apart by nothing. Shown are the names of the tokens before.
func (d *decoder) checkToken(at place, node *yaml.Node, name string, token Token, shown map[string]string) {
	value, path := token.Value.Reveal(), at.key("token").path
	if d.bad[path] || value == "" {
		return
	}

	switch other, twice := shown[value]; {
	case len(value) < minToken:
		d.mistakeAt(find(node, "token"), path, fmt.Sprintf("is shorter than %d bytes", minToken), "'openssl rand -hex 32' makes one")
	case strings.ContainsAny(value, " \t"):
		d.mistakeAt(find(node, "token"), path, "holds a space", "'openssl rand -hex 32' makes one without")
	case twice:
		d.mistakeAt(find(node, "token"), path, "is the same as that of "+quote(other), "give each consumer its own")
	default:
		shown[value] = name
	}
}

// known are the names that entitlements may use.
type known struct{ instruments, classes, vendors map[string]bool }

func namesIn(config *Config) known {
	k := known{instruments: make(map[string]bool), classes: make(map[string]bool), vendors: make(map[string]bool)}

	for i := range config.Vendors {
		v := &config.Vendors[i]
		k.vendors[string(v.Name)], k.classes[v.Class] = true, true

		for j := range v.Feed.Symbols {
			k.instruments[string(v.Feed.Symbols[j].Instrument)] = true
		}
	}

	return k
}

// checkEntitlement finds names that nobody has: whoever has only those would see nothing, and not know why.
func (d *decoder) checkEntitlement(at place, node *yaml.Node, token Token, names known) {
	checkNames(d, at, node, "instruments", token.Instruments, names.instruments)
	checkNames(d, at, node, "classes", token.Classes, names.classes)
	checkNames(d, at, node, "vendors", token.Vendors, names.vendors)
}

func checkNames[T ~string](d *decoder, at place, node *yaml.Node, key string, listed []T, there map[string]bool) {
	for i, name := range listed {
		child := at.key(key).item(i)
		if there[string(name)] || d.bad[child.path] || d.bad["vendors"] || len(d.mistakes) > 0 && len(there) == 0 {
			continue
		}

		suggestion := ""
		if meant := nearest(string(name), slices.Sorted(maps.Keys(there))); meant != "" {
			suggestion = suggest(meant, nil)
		}

		d.mistakeAt(find(node, fmt.Sprintf("%s[%d]", key, i)), child.path, "there are no "+key+" called "+quote(string(name)), suggestion)
	}
}
