package siege

import (
	"errors"
	"fmt"
	"net/netip"
	"os"
	"time"

	"golang.org/x/sys/unix"

	"liveroom/loadtest/crowd"
	"liveroom/transport/wire"
)

// guest is one connection.
type guest struct {
	fd       int // -1 once it has ended
	way      Way
	began    time.Duration // when it connected
	next     time.Duration // when it does something next
	up       bool          // the connection stands
	upgraded bool          // the WebSocket handshake is over
	say      []byte        // what it has yet to say
	hello    []byte        // what follows the handshake
	heard    []byte
	answer   string // how it was answered, "" until it was
}

// invite opens connection n. What the kernel refuses is an os.SyscallError.
func (s *Siege) invite(n int, now time.Duration) error {
	g := &guest{way: s.cfg.Ways[n%len(s.cfg.Ways)], began: now}
	if err := s.prepare(g, n); err != nil {
		return err
	}
	carrier := 0
	if g.way.webSocket() {
		carrier = 1
	}
	var err error
	if g.fd, g.up, err = dial(s.cfg.From[n%len(s.cfg.From)], s.to[carrier]); err != nil {
		return err
	}
	watch := uint32(unix.EPOLLIN | unix.EPOLLRDHUP)
	if !g.up {
		watch |= unix.EPOLLOUT
	}
	if err := unix.EpollCtl(s.epoll, unix.EPOLL_CTL_ADD, g.fd, &unix.EpollEvent{Events: watch, Fd: int32(g.fd)}); err != nil {
		_ = unix.Close(g.fd)
		return os.NewSyscallError("epoll_ctl", err)
	}
	s.opened++
	s.guests[g.fd] = g
	s.most = max(s.most, len(s.guests))
	if g.up {
		s.begin(g)
	}
	return nil
}

// prepare lays out what a guest says.
func (s *Siege) prepare(g *guest, n int) (err error) {
	shake := request(s.host, s.path, n)
	switch g.way {
	case HalfFrame:
		g.say = s.halfHello
	case HalfUpgrade:
		g.say = shake[:len(shake)/2]
	case Drip:
		g.say = shake[:len(shake)-1] // however slow the server is to end it, it does not come to the end
	case HalfShake:
		g.say = s.shakes[:len(s.shakes)/2]
	case DripShake:
		g.say = s.shakes[:len(s.shakes)-1]
	case OverTCP, OverWS:
		if g.hello, err = s.cfg.Hello(n); err != nil {
			return fmt.Errorf("prepare a hello: %w", err)
		}
		if g.way == OverTCP {
			g.say, g.hello = wire.AppendFrame(nil, g.hello), nil
		} else {
			g.say, g.hello = shake, crowd.AppendText(nil, g.hello, [4]byte{byte(n), byte(n >> 8), 1, 2})
		}
	}
	return nil
}

// begin has a guest say its first words.
func (s *Siege) begin(g *guest) {
	if g.way == Drip || g.way == DripShake {
		s.put(g, time.Since(s.start)+dripEvery)
		return
	}
	s.speak(g, len(g.say))
}

// speak writes up to n bytes of what a guest has to say. A server that has closed is found when its last word is read.
func (s *Siege) speak(g *guest, n int) {
	for n > 0 && len(g.say) > 0 && g.answer == "" {
		done, err := unix.Write(g.fd, g.say[:min(n, len(g.say))])
		if errors.Is(err, unix.EINTR) {
			continue
		}
		if done <= 0 {
			return
		}
		g.say, n = g.say[done:], n-done
	}
}

// wake takes what epoll has found of a guest.
func (s *Siege) wake(g *guest, events uint32) {
	if g == nil {
		return
	}
	if !g.up && events&unix.EPOLLOUT != 0 {
		if code, err := unix.GetsockoptInt(g.fd, unix.SOL_SOCKET, unix.SO_ERROR); err != nil || code != 0 {
			s.end(g, NoWord)
			return
		}
		g.up = true
		event := unix.EpollEvent{Events: unix.EPOLLIN | unix.EPOLLRDHUP, Fd: int32(g.fd)}
		if err := unix.EpollCtl(s.epoll, unix.EPOLL_CTL_MOD, g.fd, &event); err != nil {
			s.end(g, NoWord)
			return
		}
		s.begin(g)
	}
	if events&^unix.EPOLLOUT != 0 {
		s.hear(g)
	}
}

// hear reads what a guest is told, until nothing more has come.
func (s *Siege) hear(g *guest) {
	for g.fd >= 0 {
		n, err := unix.Read(g.fd, s.buf)
		switch {
		case errors.Is(err, unix.EINTR):
		case errors.Is(err, unix.EAGAIN):
			return
		case err != nil || n == 0:
			s.end(g, g.lastWord())
		default:
			if len(g.heard) < maxHeard {
				g.heard = append(g.heard, s.buf[:n]...)
			}
			s.understand(g)
		}
	}
}

// understand looks at what a guest has been told so far.
func (s *Siege) understand(g *guest) {
	if g.answer != "" {
		return
	}
	var upgraded bool
	g.answer, upgraded = listen(g.way.webSocket(), g.heard)
	if upgraded && !g.upgraded {
		g.upgraded, g.say = true, g.hello
		s.speak(g, len(g.say))
	}
	if g.answer != Welcome {
		return // the server closes; what it said is noted then
	}
	now := time.Since(s.start)
	_ = s.greeted.RecordValue(min(max(1, (now-g.began).Microseconds()), longest)) // it is within the range
	s.put(g, now+s.cfg.Stay)
}

// lastWord is how a guest was answered whose connection the server has closed.
func (g *guest) lastWord() string {
	switch {
	case g.answer != "":
		return g.answer
	case len(g.heard) > 0:
		return Strange // half a word
	}
	return NoWord
}

// dial begins a connection from an address, and tells whether it stands already.
func dial(from netip.Addr, to unix.SockaddrInet4) (fd int, up bool, err error) {
	if fd, err = unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0); err != nil {
		return -1, false, os.NewSyscallError("socket", err)
	}
	// The port is drawn at the connect, so that each address has as many as there are for one server.
	if err = unix.SetsockoptInt(fd, unix.SOL_IP, unix.IP_BIND_ADDRESS_NO_PORT, 1); err == nil {
		err = unix.SetsockoptInt(fd, unix.IPPROTO_TCP, unix.TCP_NODELAY, 1)
	}
	if err != nil {
		_ = unix.Close(fd)
		return -1, false, os.NewSyscallError("setsockopt", err)
	}
	if err = unix.Bind(fd, &unix.SockaddrInet4{Addr: from.As4()}); err != nil {
		_ = unix.Close(fd)
		return -1, false, os.NewSyscallError("bind", err)
	}
	switch err = unix.Connect(fd, &to); {
	case err == nil:
		return fd, true, nil
	case errors.Is(err, unix.EINPROGRESS), errors.Is(err, unix.EINTR):
		return fd, false, nil
	}
	_ = unix.Close(fd)
	return -1, false, os.NewSyscallError("connect", err)
}
