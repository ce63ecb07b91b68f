package transport

import (
	"net/netip"
	"time"

	"liveroom/engine/live"
)

// LinkStatus is one open link at one moment.
type LinkStatus struct {
	Session live.SessionID
	Role    live.Role
	Shop    live.ShopID
	Room    live.RoomID // "" when the link is bound to none
	User    live.UserID // "" when the link is bound to none
	Remote  netip.AddrPort
	Carrier string // tcp or ws
	In, Out uint64 // frames
	Outbox  int64  // bytes queued or not taken by the kernel
	Most    int64  // as many as there may be; one with more is evicted
	Since   time.Time
}

// Links calls yield with every link that has said hello, until it returns false. It costs nothing while nobody calls it,
// and holds up nobody when somebody does: a 64th of the links at a time is copied out. Links that come or go meanwhile may be missed.
func (s *Server) Links(yield func(LinkStatus) bool) {
	for i := range s.registry.shards {
		for _, st := range s.registry.shards[i].status() {
			if !yield(st) {
				return
			}
		}
	}
}

func (l *link) status() LinkStatus {
	return LinkStatus{
		Session: l.who.Session, Role: l.who.Role, Shop: l.who.Shop, Room: l.who.Room, User: l.who.User,
		Remote: l.remote, Carrier: l.carrier.String(), In: l.in.Load(), Out: l.out.Load(),
		Outbox: l.queued.Load() + l.unread.Load(), Most: int64(l.allowance().Outbox), Since: l.loop.server.start.Add(l.since),
	}
}
