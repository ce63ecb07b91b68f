package crowd

import (
	"crypto/tls"
	"errors"
	"io"
	"net"
	"sync"
	"time"
)

// sealed is TLS over a line's socket without a goroutine of its own. While the link is dialled it reads and writes the socket,
// which blocks; from then on its connection reads what the crowd has read, and what it writes is what the crowd writes.
type sealed struct {
	conn *tls.Conn
	fd   blocking

	// owned by whoever dials until the link is open, then by the goroutine of Run
	open bool
	in   []byte // read from the socket and not taken yet

	mu  sync.Mutex
	out []byte // guarded by mu; sealed and not yet handed on
}

// errDry tells crypto/tls that nothing more has come: it keeps what it has and is asked again.
var errDry net.Error = dry{}

type dry struct{}

func (dry) Error() string   { return "nothing more has come" }
func (dry) Timeout() bool   { return true }
func (dry) Temporary() bool { return true }

// seal shakes hands over a socket.
func seal(fd int, c *tls.Config) (*sealed, error) {
	s := &sealed{fd: blocking(fd)}
	s.conn = tls.Client(s, c)
	return s, s.conn.Handshake()
}

// opened begins the time in which nothing blocks.
func (s *sealed) opened() { s.open = true }

// seal returns what goes to the socket for plain bytes. The caller holds the line's mutex, and what is returned holds until it
// calls again.
func (s *sealed) seal(plain []byte) ([]byte, error) {
	if _, err := s.conn.Write(plain); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	out := s.out
	if s.out = out[:0]; cap(out) > 4<<10 { // thousands of links keep only small buffers
		s.out = nil
	}
	return out, nil
}

// unseal hands on what comes out of bytes that arrived.
func (s *sealed) unseal(arrived, buf []byte, take func(plain []byte) error) error {
	s.in = arrived
	for {
		n, err := s.conn.Read(buf)
		if n > 0 {
			if err := take(buf[:n]); err != nil {
				return err
			}
		}
		switch {
		case err == nil:
		case errors.Is(err, errDry):
			return nil
		case errors.Is(err, io.EOF):
			return ErrPeerClosed
		default:
			return err
		}
	}
}

// Read implements net.Conn.
func (s *sealed) Read(p []byte) (int, error) {
	if !s.open {
		return s.fd.Read(p)
	}
	if len(s.in) == 0 {
		return 0, errDry
	}
	n := copy(p, s.in)
	s.in = s.in[n:]
	return n, nil
}

// Write implements net.Conn.
func (s *sealed) Write(p []byte) (int, error) {
	if !s.open {
		return s.fd.Write(p)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.out = append(s.out, p...)
	return len(p), nil
}

// The rest of net.Conn: the crowd closes the socket itself, and its deadlines are those of the socket.

func (s *sealed) Close() error                     { return nil }
func (s *sealed) LocalAddr() net.Addr              { return &net.TCPAddr{} }
func (s *sealed) RemoteAddr() net.Addr             { return &net.TCPAddr{} }
func (s *sealed) SetDeadline(time.Time) error      { return nil }
func (s *sealed) SetReadDeadline(time.Time) error  { return nil }
func (s *sealed) SetWriteDeadline(time.Time) error { return nil }
