package transport

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"
)

// addresses bounds what one address may take up: links, new links a second, and links that have not said hello. IPv6
// counts by its first 64 bits, which is what one customer gets. It is bounded by maxAddresses: beyond, new addresses go by
// the bounds over all alone.
type addresses struct {
	// Set before Run.
	links, waiting int // negative: no bound
	pace           Allowance
	exempt         []netip.Prefix

	mu    sync.Mutex
	all   map[netip.Addr]*address // guarded by mu
	swept time.Duration           // guarded by mu; when idle addresses were last looked for
}

// address is what links of one address share. All of it is guarded by addresses.mu.
type address struct {
	addr    netip.Addr
	links   int
	bucket  bucket
	waiting []*link // those that have not said hello, oldest first
}

const maxAddresses = 1 << 16

func newAddresses(b *LinkBounds) (*addresses, error) {
	a := &addresses{
		links: b.PerAddress, waiting: b.HalfOpenPerAddress, all: make(map[netip.Addr]*address),
		pace: Allowance{Rate: b.PerAddressRate, Burst: int(max(1, 10*b.PerAddressRate))},
	}
	var err error
	a.exempt, err = prefixes("Links.Exempt", b.Exempt)
	return a, err
}

// prefixes reads addresses and prefixes; "none" stands for an empty list.
func prefixes(name string, list []string) ([]netip.Prefix, error) {
	var all []netip.Prefix
	for _, text := range list {
		if text == "none" && len(list) == 1 {
			return nil, nil
		}
		p, err := netip.ParsePrefix(text)
		if err != nil {
			addr, failed := netip.ParseAddr(text)
			if failed != nil {
				return nil, fmt.Errorf("%s: %q, want an address, a prefix like 10.0.0.0/8, or none", name, text)
			}
			p = netip.PrefixFrom(addr, addr.BitLen())
		}
		all = append(all, p.Masked())
	}
	return all, nil
}

func within(list []netip.Prefix, addr netip.Addr) bool {
	return slices.ContainsFunc(list, func(p netip.Prefix) bool { return p.Contains(addr) })
}

// enter counts a link in, and says in words why it may not be. When it may, and others of its address wait for hello
// in too great a number, the one that has waited longest is returned to be let go.
func (a *addresses) enter(l *link, now time.Duration) (why string, crowded *link) {
	addr := l.remote.Addr()
	if !addr.IsValid() || within(a.exempt, addr) {
		return "", nil
	}
	if addr.Is6() {
		addr = netip.PrefixFrom(addr, 64).Masked().Addr()
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	of := a.find(addr, now)
	if of == nil {
		return "", nil
	}
	ok := true
	if a.pace.Rate > 0 {
		ok, _ = of.bucket.take(&a.pace, now)
	}
	switch {
	case a.links >= 0 && of.links >= a.links:
		return fmt.Sprintf("there are %d links from this address already", of.links), nil
	case !ok:
		return "links from this address come too fast", nil
	}
	of.links++
	l.from = of
	if a.waiting >= 0 && len(of.waiting) >= a.waiting && len(of.waiting) > 0 {
		crowded = of.waiting[0]
		of.waiting = slices.Delete(of.waiting, 0, 1)
	}
	of.waiting = append(of.waiting, l)
	return "", crowded
}

// find returns what is known of an address, nil when no more can be kept.
func (a *addresses) find(addr netip.Addr, now time.Duration) *address {
	of := a.all[addr]
	if of != nil {
		return of
	}
	if len(a.all) >= maxAddresses {
		if now-a.swept < time.Second {
			return nil
		}
		a.swept = now
		for addr, of := range a.all {
			if a.idle(of, now) {
				delete(a.all, addr)
			}
		}
		if len(a.all) >= maxAddresses {
			return nil
		}
	}
	of = &address{addr: addr, bucket: bucket{level: float64(a.pace.Burst), at: now}}
	a.all[addr] = of
	return of
}

// idle tells whether nothing would be forgotten with an address.
func (a *addresses) idle(of *address, now time.Duration) bool {
	return of.links == 0 && (a.pace.Rate <= 0 || of.bucket.level+(now-of.bucket.at).Seconds()*a.pace.Rate >= float64(a.pace.Burst))
}

// greeted notes that a link waits no more.
func (a *addresses) greeted(l *link) {
	if l.from == nil {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if i := slices.Index(l.from.waiting, l); i >= 0 {
		l.from.waiting = slices.Delete(l.from.waiting, i, i+1)
	}
	if len(l.from.waiting) == 0 {
		l.from.waiting = nil
	}
}

// leave counts a link out.
func (a *addresses) leave(l *link, now time.Duration) {
	if l.from == nil {
		return
	}
	a.greeted(l)
	a.mu.Lock()
	defer a.mu.Unlock()
	if l.from.links--; a.idle(l.from, now) {
		delete(a.all, l.from.addr)
	}
	l.from = nil
}

// sameHost tells whether a page's origin and the host it opens a link to are of one name, whatever their ports.
func sameHost(origin, host string) bool {
	return origin != "" && strings.EqualFold(origin, hostname(host))
}

// hostname is a Host header without its port.
func hostname(host string) string {
	if i := strings.LastIndexByte(host, ':'); i >= 0 && !strings.HasSuffix(host, "]") {
		host = host[:i]
	}
	return strings.TrimSuffix(strings.TrimPrefix(host, "["), "]")
}
