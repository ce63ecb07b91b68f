package engine

import (
	"errors"
	"net/netip"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/time/rate"

	"liveroom/engine/access"
	"liveroom/engine/audit"
	"liveroom/engine/live"
	"liveroom/transport/wire"
	"liveroom/transport/wire/token"
)

// Refused hellos are written down at a pace, since whoever reaches the port can say as many as he likes.
const (
	refusedPerSecond = 1
	refusedAtOnce    = 20
)

// signIns writes every link of a role above viewer into the audit log when it comes. Viewers come by the thousand and know
// no more than what they see anyway: they are counted. It is called on event loops, and does not wait.
type signIns struct {
	log    *audit.Log
	pace   *rate.Limiter // of refused hellos written down
	unsaid atomic.Uint64 // refused hellos that were not, since the last one that was
	hellos map[live.Role]*helloCount
}

// helloCount is how the hellos of a role went.
type helloCount struct{ let, refused, unkept prometheus.Counter }

func newSignIns(log *audit.Log, reg prometheus.Registerer) (*signIns, error) {
	hellos := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "liveroom_access_hellos_total",
		Help: "Hellos of links, by role and result: ok, refused, unkept (the audit log could not take it). Those of roles above viewer are in the audit log.",
	}, []string{"role", "result"})
	s := &signIns{log: log, pace: rate.NewLimiter(refusedPerSecond, refusedAtOnce), hellos: make(map[live.Role]*helloCount)}
	for _, r := range []live.Role{live.Ingest, live.Viewer, live.Seat} {
		s.hellos[r] = &helloCount{
			hellos.WithLabelValues(r.String(), "ok"), hellos.WithLabelValues(r.String(), "refused"), hellos.WithLabelValues(r.String(), "unkept"),
		}
	}
	return s, reg.Register(hellos)
}

// came notes a link that may come in. A link that cannot be written down may not.
func (s *signIns) came(h *wire.Hello, l *live.Link, claims *token.Claims, from netip.Addr) *live.Fault {
	if h.Role == live.Viewer {
		s.hellos[h.Role].let.Inc()
		return nil
	}
	err := s.log.Note(signIn(h, l.Token, claims, from))
	switch {
	case err == nil:
		s.hellos[h.Role].let.Inc()
		return nil
	case errors.Is(err, audit.ErrFull):
		s.hellos[h.Role].unkept.Inc()
		return &live.Fault{Code: live.Overloaded, Hint: "more sign in at once than can be written down; connect again"}
	default:
		s.hellos[h.Role].unkept.Inc()
		return &live.Fault{Code: live.StorageFailed, Hint: refusedUnaudited}
	}
}

// refused notes a link that may not come in, and why.
func (s *signIns) refused(h *wire.Hello, claims *token.Claims, from netip.Addr, now time.Time, why *live.Fault) {
	if count, ok := s.hellos[h.Role]; ok {
		count.refused.Inc()
	}
	if h.Role == live.Viewer {
		return
	}
	if !s.pace.AllowN(now, 1) {
		s.unsaid.Add(1)
		return
	}
	act := signIn(h, claims.ID, claims, from)
	act.Detail += "; " + why.Code.String() + ": " + why.Hint
	if n := s.unsaid.Swap(0); n > 0 {
		act.Detail += "; " + strconv.FormatUint(n, 10) + " more were refused before, too fast to be written one by one"
	}
	s.log.NoteFailed(act) // a log that fails says so itself, and the link is refused anyway
}

// signIn describes a hello. The claims are those of a token that is good, else they are empty.
func signIn(h *wire.Hello, id string, claims *token.Claims, from netip.Addr) audit.Act {
	a := audit.Act{Act: string(access.LinkAct(h.Role)), From: from.String()}
	switch {
	case claims.User != "" && claims.Role != live.Viewer: // who works here; what a viewer is called is nobody's business
		a.Who = string(claims.User)
	case id != "":
		a.Who = claims.Role.String() + " with token " + id
	default:
		a.Who = "unknown"
	}
	a.On = "the whole shop"
	if claims.Room != "" {
		a.On = "room " + string(claims.Room)
	} else if id == "" {
		a.On = ""
	}
	a.Detail = "role " + h.Role.String()
	if id != "" {
		a.Detail = "role " + claims.Role.String() + ", token " + id
	}
	if h.Resume != nil {
		a.Detail += ", resumes a session"
	}
	return a
}
