package client

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// URLProblem says why a URL may not be asked, without quoting it; empty if it may. The schemes are those that are permitted. It is applied to
// definitions, to redirects and to everything else that names a URL.
func URLProblem(u *url.URL, schemes ...string) string {
	switch {
	case !slices.Contains(schemes, u.Scheme):
		if len(schemes) == 2 {
			return "is neither " + schemes[0] + " nor " + schemes[1]
		}

		return "is none of " + strings.Join(schemes, ", ")
	case u.User != nil:
		return "contains a user name or a password; send credentials in headers"
	default:
		return hostProblem(u)
	}
}

func hostProblem(u *url.URL) string {
	host := u.Hostname()

	switch {
	case u.Opaque != "" || host == "":
		return "has no host"
	case len(host) > 253:
		return "has a host name longer than 253 bytes"
	}

	ipv6 := strings.Contains(host, ":")

	for i := range len(host) {
		c := host[i]
		plain := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '.' || c == '_'

		if !plain && (!ipv6 || (c != ':' && c != '%')) {
			return "has a host name with characters outside letters, digits, dots and hyphens"
		}
	}

	if port := u.Port(); port != "" {
		if n, err := strconv.Atoi(port); err != nil || n < 1 || n > 65535 {
			return "has a port outside 1 … 65535"
		}
	}

	return ""
}

// SameOrigin reports whether two URLs have the same scheme, host and port, so that what is secret in one is not shown to a stranger by the other.
func SameOrigin(a, b *url.URL) bool {
	return a.Scheme == b.Scheme && strings.EqualFold(a.Hostname(), b.Hostname()) && portOf(a) == portOf(b)
}

func portOf(u *url.URL) string {
	switch {
	case u.Port() != "":
		return u.Port()
	case u.Scheme == "https" || u.Scheme == "wss":
		return "443"
	default:
		return "80"
	}
}
