package shop

import (
	"hash/maphash"
	"slices"
	"sync"
	"time"

	"liveroom/engine/live"
)

// What makes a good customer: one who bought lately, often and for much, or for much within the last days.
const (
	vipRecent    = 30 * 24 * time.Hour // the last order was paid less than this ago …
	vipOrders    = 3                   // … more orders than this are paid …
	vipFen       = 1000_00             // … for more than this
	vipRecentFen = 500_00              // or the orders paid within vipRecent are for more than this
)

// The bounds of what is remembered.
const (
	maxProfiles = 1_000_000 // users; the one whose last order is the longest ago is forgotten
	maxOrders   = 64        // orders of a user that can still be taken off; of older ones only number and sum stay
)

// Profiles knows what users have bought, from order events alone: an order counts from when it is paid until it is
// cancelled or refunded. Its methods may be called from any goroutine and wait for nothing but one another.
//
// An order that names no room is its user's in every room. Users are told apart by 64 bits of a keyed hash, so at a
// million users two are mistaken for one another once in forty million nodes.
type Profiles struct {
	seed  maphash.Seed
	limit int

	mu    sync.RWMutex // guards what follows
	users map[uint64]*profile
	ends  profile // of a ring: next is the user heard of last, prev the one to forget first
}

// profile is what one user bought.
type profile struct {
	key        uint64
	orders     []purchase // at most maxOrders
	older      int64      // paid orders before those …
	olderFen   int64      // … and their sum
	prev, next *profile
}

// purchase is the latest state of one order.
type purchase struct {
	id    uint64
	at    int64 // of that state, the sender's time in Unix milliseconds
	fen   int64
	state live.OrderState
}

// NewProfiles returns profiles of at most limit users, 0 for 1,000,000.
func NewProfiles(limit int) *Profiles {
	if limit <= 0 {
		limit = maxProfiles
	}
	p := &Profiles{seed: maphash.MakeSeed(), limit: limit, users: make(map[uint64]*profile)}
	p.ends.prev, p.ends.next = &p.ends, &p.ends
	return p
}

func (p *Profiles) key(k live.UserKey) uint64 { return maphash.Comparable(p.seed, k) }

// Order takes in an order event; of two of one order the one with the later At counts, of two with the same At the one
// taken in last. Events of other types are passed over.
func (p *Profiles) Order(e *live.Event) {
	if e.Type != live.OrderUpdate || e.User == "" {
		return
	}
	now := purchase{id: maphash.String(p.seed, string(e.ID)), at: e.At, fen: e.AmountFen, state: e.State}
	p.mu.Lock()
	defer p.mu.Unlock()
	u := p.touch(p.key(e.UserKey()))
	if i := slices.IndexFunc(u.orders, func(o purchase) bool { return o.id == now.id }); i >= 0 {
		if now.at >= u.orders[i].at {
			u.orders[i] = now
		}
		return
	}
	if u.orders = append(u.orders, now); len(u.orders) > maxOrders {
		u.fold()
	}
}

// Restore takes in orders from storage, in any order, and returns how many it took.
func (p *Profiles) Restore(records ...live.Record) (taken int) {
	for _, r := range records {
		if r.Event != nil && r.Event.Type == live.OrderUpdate {
			p.Order(r.Event)
			taken++
		}
	}
	return taken
}

// Forget drops what a user bought, orders that name no room among it.
func (p *Profiles) Forget(k live.UserKey) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, key := range []uint64{p.key(k), p.key(live.UserKey{User: k.User})} {
		if u := p.users[key]; u != nil {
			u.unlink()
			delete(p.users, key)
		}
	}
}

// touch returns a user's profile, made when needed, as the one heard of last.
func (p *Profiles) touch(key uint64) *profile {
	u := p.users[key]
	if u == nil {
		if len(p.users) >= p.limit {
			gone := p.ends.prev
			gone.unlink()
			delete(p.users, gone.key)
		}
		u = &profile{key: key}
		p.users[key] = u
	} else {
		u.unlink()
	}
	u.prev, u.next = &p.ends, p.ends.next
	u.prev.next, u.next.prev = u, u
	return u
}

func (u *profile) unlink() { u.prev.next, u.next.prev = u.next, u.prev }

// fold makes the oldest order one of those that only count.
func (u *profile) fold() {
	oldest := 0
	for i := range u.orders {
		if u.orders[i].at < u.orders[oldest].at {
			oldest = i
		}
	}
	if o := u.orders[oldest]; o.state == live.OrderPaid {
		u.older++
		u.olderFen += o.fen
	}
	u.orders = slices.Delete(u.orders, oldest, oldest+1)
}

// VIP tells whether a user is a good customer: less than 30 days since the last paid order, more than 3 of them for more
// than 1000 yuan; or more than 500 yuan within 30 days.
func (p *Profiles) VIP(now time.Time, k live.UserKey) bool {
	since := now.Add(-vipRecent).UnixMilli()
	var orders, fen, recentFen int64
	recent := false
	p.mu.RLock()
	defer p.mu.RUnlock()
	add := func(u *profile) {
		if u == nil {
			return
		}
		orders, fen = orders+u.older, fen+u.olderFen
		for _, o := range u.orders {
			if o.state != live.OrderPaid {
				continue
			}
			orders, fen = orders+1, fen+o.fen
			if o.at > since {
				recent, recentFen = true, recentFen+o.fen
			}
		}
	}
	add(p.users[p.key(k)])
	if k.Room != "" {
		add(p.users[p.key(live.UserKey{User: k.User})])
	}
	return recentFen > vipRecentFen || recent && orders > vipOrders && fen > vipFen
}

// Len returns how many users are known.
func (p *Profiles) Len() int {
	p.mu.RLock()
	defer p.mu.RUnlock()
	return len(p.users)
}
