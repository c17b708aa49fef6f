package access

import (
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"

	"github.com/rollcall-go/rollcall/system/api"
	"github.com/rollcall-go/rollcall/system/gateway/problem"
)

// Known answers only requests that mean this service, and that no other site has made a browser send.
//
// The Host must be a name of loopback, the address that was connected to, or configured: a page that has its name resolve to this machine is
// 421. What has another Origin is 403, WebSockets too, which a browser opens without asking; and so is what a browser says comes from another
// site, but for following a link. No answer ever permits another origin to read it.
func (g *Gate) Known(next http.Handler) http.Handler {
	protection := http.NewCrossOriginProtection()

	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		hosts := g.rules.Load().hosts

		switch {
		case !ours(r, hosts):
			problem.Write(w, api.Problem{
				Status: http.StatusMisdirectedRequest, Detail: "this service does not have that name; its configuration lists the names in http.hosts",
			})
		case !sameOrigin(r, hosts, protection):
			problem.Write(w, api.Problem{Status: http.StatusForbidden, Detail: "requests from other sites are refused"})
		default:
			next.ServeHTTP(w, r)
		}
	})
}

// ours reports whether a request's Host is this service.
func ours(r *http.Request, hosts map[string]bool) bool {
	name := hostname(r.Host)
	if hosts[name] || name == "localhost" {
		return true
	}

	ip, err := netip.ParseAddr(name)
	if err != nil {
		return false
	}

	return ip.IsLoopback() || ip == reached(r)
}

// hostname is the name in a Host header, in small letters, without port and brackets.
func hostname(host string) string {
	if name, _, err := net.SplitHostPort(host); err == nil {
		return strings.ToLower(name)
	}

	return strings.ToLower(strings.TrimSuffix(strings.TrimPrefix(host, "["), "]"))
}

// reached is the address that a client connected to.
func reached(r *http.Request) netip.Addr {
	local, _ := r.Context().Value(http.LocalAddrContextKey).(net.Addr)

	if tcp, is := local.(*net.TCPAddr); is {
		return tcp.AddrPort().Addr().Unmap().WithZone("")
	}

	return netip.Addr{}
}

// sameOrigin reports whether nobody but this service's own pages, or something that is no browser, can have made a request.
func sameOrigin(r *http.Request, hosts map[string]bool, protection *http.CrossOriginProtection) bool {
	origins := r.Header.Values("Origin")
	if len(origins) == 0 {
		return protection.Check(r) == nil && invited(r)
	}

	origin, err := url.Parse(origins[0])
	if err != nil || len(origins) > 1 || origin.Scheme != "http" && origin.Scheme != "https" {
		return false
	}

	if hosts[strings.ToLower(origin.Hostname())] {
		return true
	}

	return strings.EqualFold(origin.Host, r.Host) && protection.Check(r) == nil && invited(r)
}

// invited reports whether a browser says that a request comes from this service's pages, from the user, or from a link to it.
func invited(r *http.Request) bool {
	switch r.Header.Get("Sec-Fetch-Site") {
	case "", "same-origin", "none":
		return true
	default:
		return r.Header.Get("Sec-Fetch-Mode") == "navigate" && r.Header.Get("Sec-Fetch-Dest") == "document"
	}
}
