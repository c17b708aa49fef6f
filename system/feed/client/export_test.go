package client

import "net"

// Refuses says why the address policy refuses an address; empty if it does not.
func Refuses(address string, allowPrivate bool) string {
	policy := newAddressPolicy(allowPrivate)

	var blocked *blockedError
	if err := policy.control(nil, "tcp", net.JoinHostPort(address, "80"), nil); err != nil { //nolint:staticcheck // the context is not used
		blocked, _ = err.(*blockedError) //nolint:errorlint // nothing wraps it here
	}

	if blocked == nil {
		return ""
	}

	return blocked.reason
}
