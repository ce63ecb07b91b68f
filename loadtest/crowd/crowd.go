package crowd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// The bounds of a crowd.
const (
	// MaxPending is the most bytes that wait for one link's socket.
	MaxPending = 8 << 20
	// DefaultMaxPayload is the longest payload taken from the server, in bytes.
	DefaultMaxPayload = 64 << 10

	readSize  = 256 << 10
	maxRecord = 16 << 10 // of TLS, unsealed
	maxEvents = 1024
	pollMs    = 50 // how soon Run notices that its context ended
)

// Handler is told what arrives. All its methods run on the goroutine of Run and must not block.
type Handler interface {
	// Payload is one payload of a link; it is only valid during the call.
	Payload(link int, payload []byte, at time.Time)
	// Gone tells that a link has ended; it is not told of links that Close ended.
	Gone(link int, err error)
	// Swept tells how long it took to take what a wake-up found: while it lasted, other replies waited in our own loop.
	Swept(took time.Duration)
}

// Crowd is a fixed number of link places, each empty or open.
type Crowd struct {
	// set by New
	handler Handler
	epoll   int
	lines   []line

	// owned by the goroutine of Run
	buf   []byte
	plain []byte // of links over TLS

	// guarded by mu
	mu      sync.Mutex
	blocked []int // links with bytes pending
	closed  bool
}

// New returns a crowd with room for n links, numbered from 0. It must be closed.
func New(n int, h Handler) (*Crowd, error) {
	epoll, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	if err != nil {
		return nil, os.NewSyscallError("epoll_create1", err)
	}
	c := &Crowd{handler: h, epoll: epoll, lines: make([]line, n), buf: make([]byte, readSize), plain: make([]byte, maxRecord)}
	for i := range c.lines {
		c.lines[i].fd = -1
	}
	return c, nil
}

// Dial opens link number i towards t and sends first as its first payload. It blocks up to some seconds and may be called
// from several goroutines for different links, before or while Run reads. What the server says goes to the handler.
func (c *Crowd) Dial(ctx context.Context, i int, t Target, first []byte) error {
	fd, over, rest, err := connect(ctx, t)
	if err != nil {
		return err
	}
	l := &c.lines[i]
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.fd >= 0 {
		_ = unix.Close(fd)
		return fmt.Errorf("dial link %d: it is open", i)
	}
	l.generation++
	l.webSocket, l.sealed, l.in, l.message, l.out = t.webSocket(), over, rest, nil, nil
	l.mask = uint32(i)*2654435761 + uint32(l.generation)
	var stream io.Writer = blocking(fd)
	if over != nil {
		stream = over.conn
	}
	if _, err := stream.Write(l.frame(nil, first)); err != nil {
		_ = unix.Close(fd)
		return fmt.Errorf("greet on link %d: %w", i, err)
	}
	if over != nil {
		over.opened()
	}
	event := unix.EpollEvent{Events: unix.EPOLLIN | unix.EPOLLRDHUP, Fd: int32(i), Pad: l.generation}
	if err := errors.Join(unix.SetNonblock(fd, true), unix.EpollCtl(c.epoll, unix.EPOLL_CTL_ADD, fd, &event)); err != nil {
		_ = unix.Close(fd)
		return fmt.Errorf("watch link %d: %w", i, err)
	}
	l.fd = fd
	return nil
}

// Send writes payloads, each in a frame of its own, to link i with one system call. What the socket does not take at once
// is kept for Flush, and Send then tells so by blocked. It returns ErrClosed or ErrBacklog when nothing was taken.
func (c *Crowd) Send(i int, payloads ...[]byte) (blocked bool, err error) {
	l := &c.lines[i]
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.fd < 0 {
		return false, ErrClosed
	}
	if len(l.out) > MaxPending {
		return true, ErrBacklog
	}
	waiting := len(l.out) > 0
	frames := l.scratch[:0]
	for _, p := range payloads {
		frames = l.frame(frames, p)
	}
	if cap(frames) <= 4<<10 { // thousands of links keep only small buffers
		l.scratch = frames
	}
	if l.sealed != nil {
		if frames, err = l.sealed.seal(frames); err != nil {
			return false, fmt.Errorf("seal for link %d: %w", i, err)
		}
	}
	if waiting {
		l.out = append(l.out, frames...)
		return true, nil
	}
	n, err := write(l.fd, frames)
	if err != nil {
		return false, fmt.Errorf("write to link %d: %w", i, err)
	}
	if n == len(frames) {
		return false, nil
	}
	l.out = append(l.out, frames[n:]...)
	c.mu.Lock()
	c.blocked = append(c.blocked, i)
	c.mu.Unlock()
	return true, nil
}

// Flush offers the sockets again what they did not take before. Call it at every tick.
func (c *Crowd) Flush() {
	c.mu.Lock()
	again := c.blocked
	c.blocked = nil
	c.mu.Unlock()
	for _, i := range again {
		if c.flush(i) {
			c.mu.Lock()
			c.blocked = append(c.blocked, i)
			c.mu.Unlock()
		}
	}
}

// flush tells whether link i still has bytes pending.
func (c *Crowd) flush(i int) bool {
	l := &c.lines[i]
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.fd < 0 || len(l.out) == 0 {
		l.out = nil
		return false
	}
	n, err := write(l.fd, l.out)
	if err != nil { // the reader will find the same and tell it
		l.out = nil
		return false
	}
	l.out = append(l.out[:0], l.out[n:]...)
	if len(l.out) == 0 {
		l.out = nil
	}
	return l.out != nil
}

// Open tells whether link i is open.
func (c *Crowd) Open(i int) bool {
	l := &c.lines[i]
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.fd >= 0
}

// Run reads all links until ctx ends.
func (c *Crowd) Run(ctx context.Context) error {
	events := make([]unix.EpollEvent, maxEvents)
	for ctx.Err() == nil {
		n, err := unix.EpollWait(c.epoll, events, pollMs)
		if errors.Is(err, unix.EINTR) || n == 0 {
			continue
		}
		if err != nil {
			return os.NewSyscallError("epoll_wait", err)
		}
		start := time.Now()
		for _, e := range events[:n] {
			c.read(int(e.Fd), e.Pad)
		}
		c.handler.Swept(time.Since(start))
	}
	return nil
}

// read takes what one read of link i brings. The descriptor cannot be closed meanwhile: only this goroutine closes it.
func (c *Crowd) read(i int, generation int32) {
	l := &c.lines[i]
	l.mu.Lock()
	fd, stale := l.fd, l.generation != generation
	l.mu.Unlock()
	if fd < 0 || stale {
		return
	}
	n, err := unix.Read(fd, c.buf)
	switch {
	case errors.Is(err, unix.EAGAIN) || errors.Is(err, unix.EINTR):
		return
	case err != nil:
		c.end(i, os.NewSyscallError("read", err))
		return
	case n == 0:
		c.end(i, ErrPeerClosed)
		return
	}
	at := time.Now()
	if l.sealed == nil {
		err = c.take(i, l, c.buf[:n], at)
	} else {
		err = l.sealed.unseal(c.buf[:n], c.plain, func(plain []byte) error { return c.take(i, l, plain, at) })
	}
	if err != nil {
		c.end(i, err)
	}
}

// end closes link i and tells the handler.
func (c *Crowd) end(i int, err error) {
	l := &c.lines[i]
	l.mu.Lock()
	_ = unix.Close(l.fd)
	l.fd, l.sealed, l.in, l.message, l.out = -1, nil, nil, nil, nil
	l.mu.Unlock()
	c.handler.Gone(i, err)
}

// Close ends every link. Call it after Run has returned.
func (c *Crowd) Close() error {
	c.mu.Lock()
	done := c.closed
	c.closed = true
	c.mu.Unlock()
	if done {
		return nil
	}
	for i := range c.lines {
		l := &c.lines[i]
		l.mu.Lock()
		if l.fd >= 0 {
			_ = unix.Close(l.fd)
			l.fd = -1
		}
		l.mu.Unlock()
	}
	return os.NewSyscallError("close", unix.Close(c.epoll))
}

// write offers p to a non-blocking socket and returns how much it took.
func write(fd int, p []byte) (int, error) {
	for {
		n, err := unix.Write(fd, p)
		switch {
		case errors.Is(err, unix.EINTR):
		case errors.Is(err, unix.EAGAIN):
			return 0, nil
		default:
			return max(n, 0), err
		}
	}
}
