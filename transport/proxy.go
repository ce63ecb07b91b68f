package transport

import (
	"bytes"
	"encoding/binary"
	"net/netip"

	"liveroom/engine/live"
)

// The PROXY protocol, version 2 (https://www.haproxy.org/download/3.0/doc/proxy-protocol.txt, section 2.2), by which a
// proxy in front names the client.
const (
	proxyStart  = "\r\n\r\n\x00\r\nQUIT\n"
	proxyHead   = len(proxyStart) + 4
	maxProxy    = 2048 // of a header, the addresses and what else a proxy tells included
	proxyLocal  = 0x20 // version 2, the proxy's own connection: a health check
	proxyRemote = 0x21 // version 2, on behalf of a client
	proxyTCP4   = 0x11
	proxyTCP6   = 0x21
)

// readProxy reads a header from the front of buf. It returns its length n, or 0 and how many bytes are needed; why tells
// what is wrong with it. The client is the zero AddrPort when the proxy speaks for itself or cannot say.
func readProxy(buf []byte) (client netip.AddrPort, n, need int, why string) {
	start := buf[:min(len(buf), len(proxyStart))]
	if !bytes.Equal(start, []byte(proxyStart)[:len(start)]) {
		return client, 0, 0, "connections from this address begin with a PROXY header of version 2; set send-proxy-v2 there, or take it out of transport.proxies"
	}
	if len(buf) < proxyHead {
		return client, 0, proxyHead, ""
	}
	rest := int(binary.BigEndian.Uint16(buf[proxyHead-2:]))
	if n = proxyHead + rest; n > maxProxy {
		return client, 0, 0, "the PROXY header is longer than 2 KiB"
	}
	if len(buf) < n {
		return client, 0, n, ""
	}
	command, family, body := buf[len(proxyStart)], buf[len(proxyStart)+1], buf[proxyHead:n]
	switch {
	case command == proxyLocal:
		return client, n, 0, ""
	case command != proxyRemote:
		return client, 0, 0, "the PROXY header is not of version 2"
	}
	switch family {
	case proxyTCP4:
		if len(body) < 12 {
			return client, 0, 0, "the PROXY header is too short for its addresses"
		}
		client = netip.AddrPortFrom(netip.AddrFrom4([4]byte(body[:4])), binary.BigEndian.Uint16(body[8:]))
	case proxyTCP6:
		if len(body) < 36 {
			return client, 0, 0, "the PROXY header is too short for its addresses"
		}
		client = netip.AddrPortFrom(netip.AddrFrom16([16]byte(body[:16])).Unmap(), binary.BigEndian.Uint16(body[32:]))
	}
	return client, n, 0, ""
}

// introduce reads the header of a proxy, which names the client of a link.
func (lp *loop) introduce(l *link, buf []byte) (n, need int) {
	client, n, need, why := readProxy(buf)
	if why != "" {
		lp.farewell(l, live.BadFrame, why, 0)
		l.deaf = true
		return 0, 0
	}
	if n == 0 {
		return 0, need
	}
	if client.IsValid() {
		l.remote = client
	}
	l.stage = firstStage(l.carrier)
	lp.name(l)
	return n, 0
}
