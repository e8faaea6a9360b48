package egress

import (
	"fmt"
	"net/netip"
	"syscall"

	"code.dny.dev/ssrf"
)

// guard looks at the address that is really dialled, after names were resolved,
// so that no spelling of an address and no change of a name gets around it.
type guard struct{ *ssrf.Guardian }

// denied adds to the registries of special addresses what clouds put on public
// ones: Azure's WireServer, "What is IP address 168.63.129.16?".
var denied = []netip.Prefix{netip.MustParsePrefix("168.63.129.16/32")}

// nat64 are the prefixes of RFC 6052 and RFC 8215 that carry an IPv4 address in
// their last four bytes.
var nat64 = []netip.Prefix{netip.MustParsePrefix("64:ff9b::/96"), netip.MustParsePrefix("64:ff9b:1::/96")}

func newGuard(allowed []netip.Prefix) guard {
	var v4, v6 []netip.Prefix
	for _, p := range allowed {
		if p.Addr().Is4() {
			v4 = append(v4, p)
		} else {
			v6 = append(v6, p)
		}
	}
	return guard{ssrf.New(ssrf.WithAnyPort(), ssrf.WithDeniedV4Prefixes(denied...),
		ssrf.WithAllowedV4Prefixes(v4...), ssrf.WithAllowedV6Prefixes(v6...))}
}

// control is for [net.Dialer]: it refuses before the first packet.
func (g guard) control(network, address string, _ syscall.RawConn) error {
	ap, err := netip.ParseAddrPort(address)
	if err != nil || (network != "tcp4" && network != "tcp6") {
		return fmt.Errorf("%w: %s %s", ErrForbidden, network, address)
	}
	return g.check(ap.Addr())
}

func (g guard) check(ip netip.Addr) error {
	ip = ip.Unmap()
	if g.SafeAddr(ip) != nil {
		return fmt.Errorf("%w: %s", ErrForbidden, ip)
	}
	for _, p := range nat64 {
		if p.Contains(ip) {
			b := ip.As16()
			return g.check(netip.AddrFrom4([4]byte(b[12:])))
		}
	}
	return nil
}
