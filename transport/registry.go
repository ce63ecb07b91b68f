package transport

import (
	"hash/maphash"
	"sync"

	"liveroom/engine/live"
)

// registry finds the live link of a session, from any goroutine. It is bounded by the number of links.
type registry struct {
	seed   maphash.Seed
	shards [64]shard
}

type shard struct {
	mu    sync.RWMutex
	links map[live.SessionID]*link // guarded by mu
}

func newRegistry() *registry {
	r := &registry{seed: maphash.MakeSeed()}
	for i := range r.shards {
		r.shards[i].links = make(map[live.SessionID]*link)
	}
	return r
}

func (r *registry) shard(id live.SessionID) *shard {
	return &r.shards[maphash.String(r.seed, string(id))%uint64(len(r.shards))]
}

// find returns the link of a session, nil when it has none.
func (r *registry) find(id live.SessionID) *link {
	s := r.shard(id)
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.links[id]
}

// put makes l the link of its session and returns the one it replaces, if any.
func (r *registry) put(l *link) (old *link) {
	s := r.shard(l.who.Session)
	s.mu.Lock()
	defer s.mu.Unlock()
	old = s.links[l.who.Session]
	s.links[l.who.Session] = l
	return old
}

// remove forgets l, unless another link has taken its session over.
func (r *registry) remove(l *link) {
	s := r.shard(l.who.Session)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.links[l.who.Session] == l {
		delete(s.links, l.who.Session)
	}
}

// status returns the status of every link of the shard.
func (s *shard) status() []LinkStatus {
	s.mu.RLock()
	defer s.mu.RUnlock()
	all := make([]LinkStatus, 0, len(s.links))
	for _, l := range s.links {
		all = append(all, l.status())
	}
	return all
}
