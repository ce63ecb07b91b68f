package crowd

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"time"

	"github.com/gobwas/ws"
	"golang.org/x/sys/unix"
)

// dialTimeout bounds a connect and each read or write of a handshake.
const dialTimeout = 10 * time.Second

// Target is where links go: exactly one of Addr, a TCP host:port, and URL, a ws:// or wss:// URL.
type Target struct {
	Addr string
	URL  string
	// TLS is how TLS is spoken there; nil for none.
	TLS *tls.Config
}

func (t Target) webSocket() bool { return t.URL != "" }

// connect opens a blocking socket and shakes hands for TLS and for WebSocket. What the server sent behind its handshake is
// returned.
func connect(ctx context.Context, t Target) (fd int, over *sealed, rest []byte, err error) {
	addr := t.Addr
	var u *url.URL
	if t.webSocket() {
		if u, err = url.Parse(t.URL); err != nil {
			return -1, nil, nil, fmt.Errorf("parse %q: %w", t.URL, err)
		}
		addr = u.Host
	}
	to, err := resolve(addr)
	if err != nil {
		return -1, nil, nil, err
	}
	if err := ctx.Err(); err != nil {
		return -1, nil, nil, err
	}
	if fd, err = openSocket(to); err != nil {
		return -1, nil, nil, fmt.Errorf("connect %s: %w", addr, err)
	}
	var stream io.ReadWriter = blocking(fd)
	if t.TLS != nil {
		if over, err = seal(fd, t.TLS); err != nil {
			_ = unix.Close(fd)
			return -1, nil, nil, fmt.Errorf("tls handshake with %s: %w", addr, err)
		}
		stream = over.conn
	}
	if u != nil {
		if rest, err = upgrade(stream, u); err != nil {
			_ = unix.Close(fd)
			return -1, nil, nil, fmt.Errorf("websocket handshake with %s: %w", t.URL, err)
		}
	}
	return fd, over, rest, nil
}

func resolve(addr string) (unix.Sockaddr, error) {
	a, err := net.ResolveTCPAddr("tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("resolve %q: %w", addr, err)
	}
	if ip := a.IP.To4(); ip != nil || len(a.IP) == 0 {
		to := &unix.SockaddrInet4{Port: a.Port, Addr: [4]byte{127, 0, 0, 1}}
		copy(to.Addr[:], ip)
		return to, nil
	}
	to := &unix.SockaddrInet6{Port: a.Port}
	copy(to.Addr[:], a.IP.To16())
	return to, nil
}

func openSocket(to unix.Sockaddr) (int, error) {
	family := unix.AF_INET
	if _, six := to.(*unix.SockaddrInet6); six {
		family = unix.AF_INET6
	}
	fd, err := unix.Socket(family, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return -1, os.NewSyscallError("socket", err)
	}
	wait := unix.NsecToTimeval(dialTimeout.Nanoseconds())
	err = errors.Join(
		unix.SetsockoptInt(fd, unix.IPPROTO_TCP, unix.TCP_NODELAY, 1),
		unix.SetsockoptTimeval(fd, unix.SOL_SOCKET, unix.SO_SNDTIMEO, &wait),
		unix.SetsockoptTimeval(fd, unix.SOL_SOCKET, unix.SO_RCVTIMEO, &wait),
	)
	if err == nil {
		err = unix.Connect(fd, to)
		for errors.Is(err, unix.EINTR) { // the connect goes on; its end shows when the socket becomes writable
			err = awaitConnect(fd)
		}
	}
	if err != nil {
		_ = unix.Close(fd)
		return -1, err
	}
	return fd, nil
}

func awaitConnect(fd int) error {
	ready, err := unix.Poll([]unix.PollFd{{Fd: int32(fd), Events: unix.POLLOUT}}, int(dialTimeout.Milliseconds()))
	if err != nil {
		return err
	}
	if ready == 0 {
		return unix.ETIMEDOUT
	}
	code, err := unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_ERROR)
	if err == nil && code != 0 {
		err = unix.Errno(code)
	}
	return err
}

func upgrade(stream io.ReadWriter, u *url.URL) ([]byte, error) {
	br, _, err := ws.Dialer{}.Upgrade(stream, u)
	if err != nil || br == nil {
		return nil, err
	}
	return drained(br), nil
}

func drained(br *bufio.Reader) []byte {
	rest := make([]byte, br.Buffered())
	_, _ = io.ReadFull(br, rest) // all of it is buffered, so this cannot fail
	ws.PutReader(br)
	return rest
}

// blocking is a socket in blocking mode as an io.ReadWriter; it is used for handshakes only.
type blocking int

func (fd blocking) Read(p []byte) (int, error) {
	for {
		n, err := unix.Read(int(fd), p)
		switch {
		case errors.Is(err, unix.EINTR):
		case err != nil:
			return 0, err
		case n == 0 && len(p) > 0:
			return 0, io.EOF
		default:
			return n, nil
		}
	}
}

func (fd blocking) Write(p []byte) (int, error) {
	done := 0
	for done < len(p) {
		n, err := unix.Write(int(fd), p[done:])
		if errors.Is(err, unix.EINTR) {
			continue
		}
		if err != nil {
			return done, err
		}
		done += n
	}
	return done, nil
}

// RaiseFileLimit raises the soft limit of open files to the hard one and returns it.
func RaiseFileLimit() (uint64, error) {
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &limit); err != nil {
		return 0, fmt.Errorf("read the limit of open files: %w", err)
	}
	if limit.Cur < limit.Max {
		limit.Cur = limit.Max
		if err := unix.Setrlimit(unix.RLIMIT_NOFILE, &limit); err != nil {
			return 0, fmt.Errorf("raise the limit of open files: %w", err)
		}
	}
	return limit.Cur, nil
}
