package transport

import (
	"net/netip"
	"testing"
	"time"
)

func linkFrom(addr netip.Addr) *link { return &link{remote: netip.AddrPortFrom(addr, 1)} }

// TestAddressesAreForgotten opens and closes links of more addresses than are kept.
func TestAddressesAreForgotten(t *testing.T) {
	a, err := newAddresses(&LinkBounds{PerAddress: 2, PerAddressRate: 10, HalfOpenPerAddress: 2, Exempt: []string{"none"}})
	if err != nil {
		t.Fatal(err)
	}
	now := time.Duration(0)
	next := netip.MustParseAddr("10.0.0.0")
	for range maxAddresses + 1000 {
		next = next.Next()
		l := linkFrom(next)
		if why, crowded := a.enter(l, now); why != "" || crowded != nil {
			t.Fatalf("%v: %q, %v", next, why, crowded)
		}
		a.leave(l, now)
	}
	if n := len(a.all); n != maxAddresses {
		t.Errorf("%d addresses are remembered, want the %d that there is room for", n, maxAddresses)
	}
	now += 20 * time.Second // long enough for every one to have its burst again
	l := linkFrom(next.Next())
	if a.enter(l, now); len(a.all) != 1 || l.from == nil {
		t.Errorf("%d addresses are remembered after they were idle, want 1", len(a.all))
	}
}

// TestIPv6CountsByCustomer opens links from many addresses of one prefix.
func TestIPv6CountsByCustomer(t *testing.T) {
	a, err := newAddresses(&LinkBounds{PerAddress: 2, PerAddressRate: -1, HalfOpenPerAddress: -1, Exempt: []string{"2001:db8:1::/48"}})
	if err != nil {
		t.Fatal(err)
	}
	for addr, want := range map[string]bool{"2001:db8::1": true, "2001:db8::2": true} {
		if why, _ := a.enter(linkFrom(netip.MustParseAddr(addr)), 0); (why == "") != want {
			t.Errorf("%s: %q", addr, why)
		}
	}
	if why, _ := a.enter(linkFrom(netip.MustParseAddr("2001:db8::ffff:3")), 0); why == "" {
		t.Error("a third address of the prefix was let in")
	}
	if why, _ := a.enter(linkFrom(netip.MustParseAddr("2001:db8:0:1::1")), 0); why != "" {
		t.Errorf("another prefix: %s", why)
	}
	for range 5 {
		if why, _ := a.enter(linkFrom(netip.MustParseAddr("2001:db8:1::1")), 0); why != "" {
			t.Errorf("an exempt prefix: %s", why)
		}
	}
	if why, _ := a.enter(&link{}, 0); why != "" {
		t.Errorf("no address: %s", why)
	}
}

func TestHostname(t *testing.T) {
	for host, want := range map[string]string{"a:1": "a", "a": "a", "[::1]:80": "::1", "[::1]": "::1", "": ""} {
		if got := hostname(host); got != want {
			t.Errorf("hostname(%q) = %q, want %q", host, got, want)
		}
	}
}

// FuzzReadProxy reads headers: none makes it panic, and no length is beyond what there is.
func FuzzReadProxy(f *testing.F) {
	f.Add([]byte(proxyStart + "\x21\x11\x00\x0c\x7f\x00\x00\x01\x7f\x00\x00\x01\x00\x01\x00\x02"))
	f.Add([]byte(proxyStart + "\x20\x00\x00\x00"))
	f.Add([]byte(proxyStart + "\x21\x21\xff\xff"))
	f.Add([]byte("\r\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		client, n, need, why := readProxy(b)
		switch {
		case n > len(b) || n < 0 || n > maxProxy:
			t.Fatalf("a header of %d bytes in %d", n, len(b))
		case why == "" && n == 0 && need <= len(b):
			t.Fatalf("needs %d bytes of %d", need, len(b))
		case (why != "" || n == 0) && client.IsValid():
			t.Fatalf("%q names %v", why, client)
		}
	})
}
