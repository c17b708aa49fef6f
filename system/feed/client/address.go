package client

import (
	"context"
	"net/netip"
	"slices"
	"syscall"
)

// addressPolicy decides which resolved addresses may be dialled.
type addressPolicy struct {
	allowPrivate bool
	metadata     []netip.Addr   // where clouds hand out credentials
	special      []netip.Prefix // private or of no public use, beyond what netip knows
	translated   netip.Prefix   // IPv4 behind NAT64, in the last four bytes
}

func newAddressPolicy(allowPrivate bool) *addressPolicy {
	return &addressPolicy{
		allowPrivate: allowPrivate,
		metadata: []netip.Addr{
			netip.MustParseAddr("169.254.169.254"), netip.MustParseAddr("fd00:ec2::254"), netip.MustParseAddr("100.100.100.200"),
			netip.MustParseAddr("168.63.129.16"), netip.MustParseAddr("192.0.0.192"), netip.MustParseAddr("fd20:ce::254"),
		},
		special: []netip.Prefix{
			netip.MustParsePrefix("0.0.0.0/8"), netip.MustParsePrefix("100.64.0.0/10"), netip.MustParsePrefix("192.0.0.0/24"),
			netip.MustParsePrefix("198.18.0.0/15"), netip.MustParsePrefix("240.0.0.0/4"), netip.MustParsePrefix("::/96"),
			netip.MustParsePrefix("64:ff9b:1::/48"), netip.MustParsePrefix("2002::/16"), netip.MustParsePrefix("fec0::/10"),
		},
		translated: netip.MustParsePrefix("64:ff9b::/96"),
	}
}

// blockedError is an address that may not be dialled.
type blockedError struct{ reason string }

func (e *blockedError) Error() string { return e.reason }

// control is a net.Dialer's ControlContext: it sees each address after resolution, just before the connection is made.
func (p *addressPolicy) control(_ context.Context, _, address string, _ syscall.RawConn) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil {
		return &blockedError{"the resolved address cannot be read"}
	}

	if reason := p.refuses(at.Addr()); reason != "" {
		return &blockedError{at.Addr().String() + " is " + reason}
	}

	return nil
}

// refuses says what is wrong with an address; empty if it may be dialled.
func (p *addressPolicy) refuses(addr netip.Addr) string {
	addr = addr.Unmap().WithZone("")

	if p.translated.Contains(addr) {
		bytes := addr.As16()
		addr = netip.AddrFrom4([4]byte(bytes[12:]))
	}

	switch {
	case slices.Contains(p.metadata, addr):
		return "a metadata address"
	case !addr.IsValid(), addr.IsUnspecified():
		return "an unspecified address"
	case addr.IsLinkLocalUnicast():
		return "a link-local address"
	case addr.IsMulticast(), addr == netip.AddrFrom4([4]byte{255, 255, 255, 255}):
		return "a multicast or broadcast address"
	case p.allowPrivate:
		return ""
	case addr.IsLoopback():
		return "a loopback address; client.allow_private permits it"
	case addr.IsPrivate():
		return "a private address; client.allow_private permits it"
	}

	for _, prefix := range p.special {
		if prefix.Contains(addr) {
			return "an address of special use; client.allow_private permits it"
		}
	}

	return ""
}
