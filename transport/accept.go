package transport

import (
	"context"
	"errors"
	"fmt"
	"net"
	"time"

	"liveroom/engine/live"
)

// acceptors is how many connections of one carrier may be on their way to a loop at a time.
const acceptors = 4

// maxRefused is how many links may be on their way out because there are too many; beyond, a connection is closed without a word.
const maxRefused = 256

// accept takes connections from ln until it is closed. Each is handed to the loop with the fewest, which has taken it before
// this acceptor takes the next: that is the queue's bound. Gnet's own listener is not used, since it takes the whole engine down when
// descriptors run out, cannot be closed before the engine, and cannot tell its port.
func (s *Server) accept(ctx context.Context, ln net.Listener, c carrier) {
	pause := time.NewTimer(0)
	defer pause.Stop()
	<-pause.C
	for {
		conn, err := ln.Accept()
		switch {
		case err == nil:
			s.admit(conn, &link{carrier: c})
		case ctx.Err() != nil, errors.Is(err, net.ErrClosed):
			return
		default: // out of descriptors, most likely: let some be closed
			s.doors.refuse(time.Now(), err)
			s.log.Warn("accept refused", "carrier", c.String(), "err", err)
			pause.Reset(50 * time.Millisecond)
			select {
			case <-ctx.Done():
				return
			case <-pause.C:
			}
		}
	}
}

// admit hands a connection to a loop, marked when there are too many.
func (s *Server) admit(conn net.Conn, l *link) {
	s.mu.Lock()
	if s.links >= s.cfg.Links.Max || !s.arrivals.Allow() {
		l.refusal = live.TooManyLinks
		s.refused++
	} else {
		s.links++
	}
	silently := s.refused > maxRefused
	s.mu.Unlock()
	if silently {
		s.metrics.unsaid.Inc()
		s.closed(l)
		if err := conn.Close(); err != nil {
			s.log.Debug("connection not closed", "err", err)
		}
		return
	}
	if _, err := s.engine.EnrollContext(conn, l); err != nil || !l.opened {
		s.log.Warn("connection not taken", "carrier", l.carrier.String(), "err", err)
		s.closed(l)
	}
}

// closed counts a link out.
func (s *Server) closed(l *link) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if l.refusal != live.OK {
		s.refused--
	} else {
		s.links--
	}
	if s.links == 0 && s.empty != nil {
		close(s.empty)
		s.empty = nil
	}
}

// listen opens a listener whose connections the kernel probes when they are dead.
func listen(ctx context.Context, addr string) (net.Listener, error) {
	cfg := net.ListenConfig{KeepAliveConfig: net.KeepAliveConfig{Enable: true, Idle: time.Minute, Interval: 15 * time.Second, Count: 4}}
	ln, err := cfg.Listen(ctx, "tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("listen on %s: %w", addr, err)
	}
	return ln, nil
}
