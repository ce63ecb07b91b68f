package transport

import (
	"net"
	"net/netip"

	"liveroom/engine/live"
)

// Take gives the server a connection that came by another way than its listeners, on behalf of the client at remote: one
// end of a pair of sockets, the other end of which its giver holds. Ws tells which carrier is spoken over it. The server
// closes it, also when it returns an error.
func (s *Server) Take(conn net.Conn, ws bool, remote netip.AddrPort) error {
	select {
	case <-s.ready:
	default:
		conn.Close()
		return ErrNotRunning
	}
	if s.draining.Load() {
		conn.Close()
		return ErrDraining
	}
	c := overTCP
	if ws {
		c = overWS
	}
	s.admit(conn, &link{carrier: c, remote: remote})
	return nil
}

// firstStage is where a link begins whose client is known.
func firstStage(c carrier) stage {
	if c == overWS {
		return handshaking
	}
	return greeting
}

// name counts a link in at its client's address, once that is known.
func (lp *loop) name(l *link) {
	why, crowded := lp.server.addresses.enter(l, lp.server.now())
	if crowded != nil {
		crowded.loop.post(item{link: crowded, crowded: true})
	}
	if why != "" && l.stage <= greeting {
		lp.farewell(l, live.TooManyLinks, why, lp.server.retry())
		lp.send(l)
	}
}

// wait notes that a link has yet to say hello, and lets the one that has waited longest go when there are too many.
func (lp *loop) wait(l *link) {
	l.waits = true
	lp.young = append(lp.young, l)
	if lp.waiting++; lp.waiting <= lp.server.halfOpen {
		return
	}
	for i, oldest := range lp.young {
		if oldest.waits {
			lp.young = lp.young[i+1:]
			lp.crowdOut(oldest)
			return
		}
		lp.young[i] = nil
	}
}

// waited notes that a link has said hello, or is on its way out.
func (lp *loop) waited(l *link) {
	if l.waits {
		l.waits = false
		lp.waiting--
		lp.server.addresses.greeted(l)
	}
}

// crowdOut lets a link go that has not said hello, at once: what it has not read it will hardly read, and its descriptor
// is wanted.
func (lp *loop) crowdOut(l *link) {
	if l.stage > greeting {
		return
	}
	lp.farewell(l, live.TooManyLinks, "too many links wait to say hello, this one longest; say it at once after connecting", lp.server.retry())
	lp.send(l)
	lp.cut(l)
}
