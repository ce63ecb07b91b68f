package transport

import (
	"errors"
	"fmt"
	"net"
	"path"
	"time"

	"golang.org/x/sys/unix"

	"liveroom/transport/wire"
)

// Path is where a WebSocket link is opened.
const Path = "/v1/link"

// Config is how links are taken and kept. The zero value of every field means its default.
type Config struct {
	// TCPAddr and WSAddr are where to listen, as host:port; port 0 takes a free one. Defaults ":7700" and ":7701".
	TCPAddr, WSAddr string
	// Loops is how many event loops to run; by default one for each processor Go may use.
	Loops int
	// Links bounds how many links there are and how fast they come.
	Links LinkBounds
	// Times are the deadlines of a link.
	Times Times
	// Viewer, Seat and Ingest are what links of the role may send and leave unread.
	Viewer, Seat, Ingest Allowance
	// BroadcastEvery is the window within which broadcasts to a room leave together. Default 300 ms.
	BroadcastEvery time.Duration
	// OriginPatterns are the hosts whose pages may open links, as patterns of package path ("*.example.com"; "*" is every page).
	// By default pages of the host that the link is opened to may. Programs that are no browser send no origin and may always.
	OriginPatterns []string
	// Proxies are the addresses, or prefixes like 10.0.0.0/8, of proxies in front: what comes from there begins with a PROXY header of
	// version 2 that names the client, or is refused. Whoever can connect from there can name any address. Default none.
	Proxies []string
}

// LinkBounds bounds the number of links.
type LinkBounds struct {
	// Max is the most links at a time. 0, the default, is the descriptors the process may open, less a reserve of 1,024 (or
	// half of them, when there are fewer than 2,048) for files, databases and the links to be refused.
	Max int
	// AcceptRate is how many new links a second are taken on the average, AcceptBurst how many at once. Defaults 5,000 and 10,000.
	AcceptRate  float64
	AcceptBurst int
	// HalfOpen is how many links may be on their way to hello, over all: WebSocket handshakes, and hellos that have not come. When
	// there are more, the one that has waited longest goes. Default 4,096.
	HalfOpen int
	// PerAddress is how many links one address may have, or the first 64 bits of an IPv6 address; -1 is no bound. Default 1,000.
	PerAddress int
	// PerAddressRate is how many new links a second one address may open on the average, and ten times as many at once; -1 is no
	// bound. Default 100.
	PerAddressRate float64
	// HalfOpenPerAddress is HalfOpen for one address; -1 is no bound. Default 256.
	HalfOpenPerAddress int
	// Exempt are addresses or prefixes that the three bounds of one address do not hold for; none is an empty list. Default loopback.
	Exempt []string
}

// Times are the deadlines of a link.
type Times struct {
	// Hello is how long a link may take to say hello, the WebSocket handshake included. Default 5 s.
	Hello time.Duration
	// Heartbeat is what welcome asks a client to send at least every. Default 15 s.
	Heartbeat time.Duration
	// Idle is after how much silence a link is closed; halfway there it is sent a ping. Default 45 s.
	Idle time.Duration
	// Linger is how long a link that was told bye may take to close its side. Default 2 s.
	Linger time.Duration
}

// Allowance is what a link may send and leave unread.
type Allowance struct {
	// Rate is how many objects a second a link may send on the average, Burst how many at once. Beyond, they are refused
	// with rate_limited. Of WebSocket frames that bring no object sixteen times as many may come; then the link is closed. Defaults:
	// viewer 20 and 40, seat 50 and 100, ingest 50,000 and 100,000.
	Rate  float64
	Burst int
	// SendBuffer is the socket's send buffer in bytes, fixed so that the kernel hides no slow reader. Defaults: viewer and
	// seat 16 KiB, ingest 256 KiB.
	SendBuffer int
	// Outbox is how many bytes beyond the send buffer a link may leave unread before it is evicted as a slow consumer.
	// Defaults: viewer 64 KiB, seat 256 KiB, ingest 8 MiB.
	Outbox int
}

// Default returns the configuration in which every field has its default, the same on every machine.
func Default() Config {
	return Config{
		TCPAddr: ":7700", WSAddr: ":7701",
		Links: LinkBounds{
			AcceptRate: 5000, AcceptBurst: 10000, HalfOpen: 4096,
			PerAddress: 1000, PerAddressRate: 100, HalfOpenPerAddress: 256, Exempt: []string{"127.0.0.0/8", "::1"},
		},
		Times:          Times{Hello: 5 * time.Second, Heartbeat: 15 * time.Second, Idle: 45 * time.Second, Linger: 2 * time.Second},
		Viewer:         Allowance{Rate: 20, Burst: 40, SendBuffer: 16 << 10, Outbox: 64 << 10},
		Seat:           Allowance{Rate: 50, Burst: 100, SendBuffer: 16 << 10, Outbox: 256 << 10},
		Ingest:         Allowance{Rate: 50_000, Burst: 100_000, SendBuffer: 256 << 10, Outbox: 8 << 20},
		BroadcastEvery: 300 * time.Millisecond,
	}
}

// reserve is how many descriptors are kept from the links.
const reserve = 1024

// mostLinks is how many links the descriptors of this process allow.
func mostLinks() int {
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &limit); err != nil {
		return reserve
	}
	most := int(min(limit.Cur, 1<<20))
	return max(1, most-min(reserve, most/2))
}

// filled returns c with defaults where it has zeros.
func (c Config) filled() Config {
	d := Default()
	or(&c.TCPAddr, d.TCPAddr)
	or(&c.WSAddr, d.WSAddr)
	or(&c.Links.Max, mostLinks())
	or(&c.Links.AcceptRate, d.Links.AcceptRate)
	or(&c.Links.AcceptBurst, d.Links.AcceptBurst)
	or(&c.Links.HalfOpen, d.Links.HalfOpen)
	or(&c.Links.PerAddress, d.Links.PerAddress)
	or(&c.Links.PerAddressRate, d.Links.PerAddressRate)
	or(&c.Links.HalfOpenPerAddress, d.Links.HalfOpenPerAddress)
	if len(c.Links.Exempt) == 0 {
		c.Links.Exempt = d.Links.Exempt
	}
	or(&c.Times.Hello, d.Times.Hello)
	or(&c.Times.Heartbeat, d.Times.Heartbeat)
	or(&c.Times.Idle, d.Times.Idle)
	or(&c.Times.Linger, d.Times.Linger)
	or(&c.BroadcastEvery, d.BroadcastEvery)
	for _, a := range []struct{ have, is *Allowance }{{&c.Viewer, &d.Viewer}, {&c.Seat, &d.Seat}, {&c.Ingest, &d.Ingest}} {
		or(&a.have.Rate, a.is.Rate)
		or(&a.have.Burst, a.is.Burst)
		or(&a.have.SendBuffer, a.is.SendBuffer)
		or(&a.have.Outbox, a.is.Outbox)
	}
	return c
}

func or[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}

// Validate reports every problem of the configuration at once, defaults taken for zeros.
func (c Config) Validate() error {
	c = c.filled()
	var problems []error
	bad := func(ok bool, format string, args ...any) {
		if !ok {
			problems = append(problems, fmt.Errorf(format, args...))
		}
	}
	for _, a := range []struct{ name, addr string }{{"TCPAddr", c.TCPAddr}, {"WSAddr", c.WSAddr}} {
		_, _, err := net.SplitHostPort(a.addr)
		bad(err == nil, "%s %q is not host:port", a.name, a.addr)
	}
	bad(c.Loops >= 0 && c.Loops <= 256, "Loops is %d, want 0 to 256", c.Loops)
	bad(c.Links.Max > 0, "Links.Max is %d, want at least 1", c.Links.Max)
	bad(c.Links.AcceptRate > 0 && c.Links.AcceptBurst > 0, "Links.AcceptRate and AcceptBurst are %g and %d, want more than 0", c.Links.AcceptRate, c.Links.AcceptBurst)
	for _, d := range []struct {
		name string
		d    time.Duration
	}{
		{"Times.Hello", c.Times.Hello},
		{"Times.Heartbeat", c.Times.Heartbeat},
		{"Times.Idle", c.Times.Idle},
		{"Times.Linger", c.Times.Linger},
		{"BroadcastEvery", c.BroadcastEvery},
	} {
		bad(d.d >= time.Millisecond, "%s is %s, want at least 1ms", d.name, d.d)
	}
	bad(c.Times.Idle > c.Times.Heartbeat, "Times.Idle %s is not longer than Times.Heartbeat %s", c.Times.Idle, c.Times.Heartbeat)
	for _, a := range []struct {
		name string
		a    Allowance
	}{{"Viewer", c.Viewer}, {"Seat", c.Seat}, {"Ingest", c.Ingest}} {
		bad(a.a.Rate > 0 && a.a.Burst > 0, "%s.Rate and Burst are %g and %d, want more than 0", a.name, a.a.Rate, a.a.Burst)
		bad(a.a.SendBuffer >= 4<<10, "%s.SendBuffer is %d, want at least 4096", a.name, a.a.SendBuffer)
		bad(a.a.Outbox >= 4<<10, "%s.Outbox is %d, want at least 4096; the longest frame has %d", a.name, a.a.Outbox, wire.MaxPayload)
	}
	bad(c.Links.HalfOpen > 0, "Links.HalfOpen is %d, want at least 1", c.Links.HalfOpen)
	for _, b := range []struct {
		name string
		n    float64
	}{{"PerAddress", float64(c.Links.PerAddress)}, {"PerAddressRate", c.Links.PerAddressRate}, {"HalfOpenPerAddress", float64(c.Links.HalfOpenPerAddress)}} {
		bad(b.n > 0 || b.n == -1, "Links.%s is %g, want more than 0, or -1 for no bound", b.name, b.n)
	}
	if _, err := newAddresses(&c.Links); err != nil {
		problems = append(problems, err)
	}
	if _, err := prefixes("Proxies", c.Proxies); err != nil {
		problems = append(problems, err)
	}
	for _, p := range c.OriginPatterns {
		_, err := path.Match(p, "")
		bad(err == nil, "OriginPatterns: %q is not a pattern", p)
	}
	return errors.Join(problems...)
}
