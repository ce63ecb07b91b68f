package siege

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"os"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
	"golang.org/x/sys/unix"

	"liveroom/loadtest/report"
)

// Config says who comes, how and from where.
type Config struct {
	// Ways are what guests do, in turn.
	Ways []Way
	// TCP is host:port, WS a URL: where the ways of either carrier go.
	TCP, WS string
	// From are the addresses they come from, in turn.
	From []netip.Addr
	// PerSecond is how many connections are opened a second, Held how many there are at most: while the siege lasts, a new one
	// comes for each that was ended.
	PerSecond, Held int
	// Hello is what guest n says when its way is to say hello; Stay is for how long it then stays.
	Hello func(n int) ([]byte, error)
	Stay  time.Duration
}

// Siege is one siege. New prepares it, Run plays it, Report tells of it once Run has returned.
type Siege struct {
	// set by New
	cfg       Config
	to        [2]unix.SockaddrInet4 // by carrier: TCP, WebSocket
	host      string
	path      string
	halfHello []byte
	shakes    []byte // a TLS client's first word

	// owned by Run
	start   time.Time
	epoll   int
	guests  map[int]*guest // by descriptor
	later   []*guest       // with something to do at an instant, in the order of their instants
	buf     []byte
	opened  int64
	failed  map[string]int64
	most    int
	ended   map[string]map[string]int64 // by way and answer
	greeted *hdrhistogram.Histogram     // from the connect to the welcome, in µs
	cut     int64
	lasted  time.Duration
}

const (
	beat      = time.Millisecond
	maxAtBeat = 256 // connections opened in one beat, so that what has come is read in between
	maxHeard  = 4 << 10
	longest   = int64(time.Minute / time.Microsecond)
)

// errFamily tells that only IPv4 is spoken here: a machine has many loopback addresses there, and one of IPv6.
var errFamily = errors.New("want an IPv4 address")

// New prepares a siege.
func New(c Config) (*Siege, error) {
	s := &Siege{
		cfg: c, guests: map[int]*guest{}, buf: make([]byte, maxHeard), failed: map[string]int64{}, ended: map[string]map[string]int64{},
		greeted: hdrhistogram.New(1, longest, 3), halfHello: halfHello(),
	}
	u, err := url.Parse(c.WS)
	if err != nil {
		return nil, fmt.Errorf("parse %q: %w", c.WS, err)
	}
	s.host, s.path = u.Host, u.Path
	for i, addr := range []string{c.TCP, u.Host} {
		if s.to[i], err = resolve(addr); err != nil {
			return nil, err
		}
	}
	s.shakes, err = clientHello()
	return s, err
}

func resolve(addr string) (unix.SockaddrInet4, error) {
	a, err := net.ResolveTCPAddr("tcp4", addr)
	if err != nil {
		return unix.SockaddrInet4{}, fmt.Errorf("resolve %q: %w: %w", addr, errFamily, err)
	}
	to := unix.SockaddrInet4{Port: a.Port, Addr: [4]byte{127, 0, 0, 1}}
	copy(to.Addr[:], a.IP.To4())
	return to, nil
}

// Loopback returns n addresses of the loopback network, from 127.0.0.2 on.
func Loopback(n int) []netip.Addr {
	all := make([]netip.Addr, n)
	for i := range all {
		all[i] = netip.AddrFrom4([4]byte{127, 0, byte((i + 2) >> 8), byte(i + 2)})
	}
	return all
}

// Run opens connections for as long as the siege lasts, and then waits until the server has ended or answered all of them,
// at most for the grace. It returns when none is left.
func (s *Siege) Run(ctx context.Context, lasts, grace time.Duration) (err error) {
	if s.epoll, err = unix.EpollCreate1(unix.EPOLL_CLOEXEC); err != nil {
		return os.NewSyscallError("epoll_create1", err)
	}
	defer func() { err = errors.Join(err, s.leave()) }()
	s.start = time.Now()
	events := make([]unix.EpollEvent, 512)
	for ctx.Err() == nil {
		now := time.Since(s.start)
		if now < lasts {
			s.lasted = now
			if err := s.open(now); err != nil {
				return err
			}
		} else if len(s.guests) == 0 || now > lasts+grace {
			return nil
		}
		s.act(now)
		n, err := unix.EpollWait(s.epoll, events, int(beat.Milliseconds()))
		if err != nil && !errors.Is(err, unix.EINTR) {
			return os.NewSyscallError("epoll_wait", err)
		}
		for _, e := range events[:max(n, 0)] {
			s.wake(s.guests[int(e.Fd)], e.Events)
		}
	}
	return ctx.Err()
}

// open opens the connections that are due.
func (s *Siege) open(now time.Duration) error {
	due := 1 + int64(now.Seconds()*float64(s.cfg.PerSecond)) - s.tried()
	for range min(due, maxAtBeat) {
		if len(s.guests) >= s.cfg.Held {
			return nil
		}
		n := int(s.opened)
		if err := s.invite(n, now); err != nil {
			var failure *os.SyscallError
			if !errors.As(err, &failure) {
				return err
			}
			s.failed[failure.Error()]++ // no port, no descriptor, nobody there
		}
	}
	return nil
}

// tried counts the connects there have been, those that could not be made included.
func (s *Siege) tried() int64 {
	n := s.opened
	for _, failed := range s.failed {
		n += failed
	}
	return n
}

// act has those do something whose time has come.
func (s *Siege) act(now time.Duration) {
	n := 0
	for ; n < len(s.later) && s.later[n].next <= now; n++ {
		g := s.later[n]
		s.later[n] = nil
		switch {
		case g.fd < 0: // it has been ended
		case len(g.say) > 0:
			s.speak(g, 1)
			s.put(g, now+dripEvery)
		case g.answer == Welcome:
			s.end(g, Welcome)
		}
	}
	s.later = s.later[n:]
}

// put has a guest act at an instant. All wait equally long, so the order is that of the instants.
func (s *Siege) put(g *guest, at time.Duration) {
	if g.fd >= 0 {
		g.next = at
		s.later = append(s.later, g)
	}
}

// end closes a connection and notes how it ended.
func (s *Siege) end(g *guest, answer string) {
	if g.fd < 0 {
		return
	}
	delete(s.guests, g.fd)
	_ = unix.Close(g.fd) // epoll forgets it
	g.fd = -1
	by := s.ended[g.way.String()]
	if by == nil {
		by = map[string]int64{}
		s.ended[g.way.String()] = by
	}
	by[answer]++
}

// leave closes what the server has not ended.
func (s *Siege) leave() error {
	for fd := range s.guests {
		_ = unix.Close(fd)
		s.cut++
	}
	return os.NewSyscallError("close", unix.Close(s.epoll))
}

// Report returns what came of it. Call it after Run.
func (s *Siege) Report() *report.Siege {
	r := &report.Siege{
		Storm: s.cfg.Hello != nil, LastedS: s.lasted.Seconds(), Addresses: len(s.cfg.From), PerSecond: s.cfg.PerSecond, HeldAtMost: s.cfg.Held,
		Opened: s.opened, Failed: s.failed, Most: int64(s.most), Ended: s.ended, Standing: s.cut, Greeted: report.Of(s.greeted),
	}
	for _, by := range s.ended {
		r.Strange += by[Strange]
		r.Unsaid += by[NoWord]
		r.Welcome += by[Welcome]
	}
	return r
}
