package transport

import (
	"sync"
	"sync/atomic"
	"time"
)

// Doors is how new connections fare at one moment.
type Doors struct {
	Deaf    []string  // carriers on which nobody accepts connections; both before Run serves and once the server refuses
	Links   int       // open, less those on their way out
	Max     int       // as many as there may be
	Refused uint64    // times that the system gave no connection, for want of descriptors most likely
	Last    time.Time // of the latest of them, zero for none
	Why     string    // of the latest of them
}

// doors counts who accepts, and what the system refused. It is touched when an acceptor comes or goes and when accepting
// fails, never by a connection that is taken.
type doors struct {
	accepting [carriers]atomic.Int32

	mu      sync.Mutex
	refused uint64    // guarded by mu
	last    time.Time // guarded by mu
	why     string    // guarded by mu
}

func (d *doors) refuse(now time.Time, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.refused++
	d.last, d.why = now, err.Error()
}

// Doors returns how new connections fare. Any goroutine may call it.
func (s *Server) Doors() Doors {
	d := Doors{Max: s.cfg.Links.Max}
	for c := range carriers {
		if s.doors.accepting[c].Load() == 0 {
			d.Deaf = append(d.Deaf, c.String())
		}
	}
	s.mu.Lock()
	d.Links = s.links
	s.mu.Unlock()
	s.doors.mu.Lock()
	defer s.doors.mu.Unlock()
	d.Refused, d.Last, d.Why = s.doors.refused, s.doors.last, s.doors.why
	return d
}
