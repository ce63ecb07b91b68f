package actors

import (
	"hash/maphash"
	"sync"
	"sync/atomic"

	"github.com/asynkron/protoactor-go/actor"
	cmap "github.com/orcaman/concurrent-map"
)

// shards is the number of locks of a directory.
const shards = 256

// directory maps identities to actors: it spawns on demand and lets idle actors go. A message is put into a mailbox
// under the lock of its shard, and an actor leaves under the same lock and only when nothing has been put in since,
// so that no message can reach an actor that is going.
type directory[K comparable] struct {
	root  *actor.RootContext
	turns actor.Dispatcher
	seed  maphash.Seed
	own   func(K) K                                 // copies an identity, which is part of the event it came with
	make  func(c *cell[K]) (actor.Producer, string) // producer and name of a new actor
	count atomic.Int64
	bar   atomic.Pointer[K] // whose actor is not to come to be, nil for nobody's
	shard [shards]shard[K]
}

// shard is one lock of a directory, and what it guards.
type shard[K comparable] struct {
	mu    sync.Mutex
	cells map[K]*cell[K] // guarded by mu
}

// fewShards keeps the actor system's table of its actors small. It has 1,024 parts of 32 maps each, megabytes when empty,
// and each actor would be alone in a map; a part of one map is a lock for ten of 10,000 actors.
var fewShards = sync.OnceFunc(func() { cmap.SHARD_COUNT = 1 })

func (d *directory[K]) at(key K) *shard[K] { return &d.shard[maphash.Comparable(d.seed, key)%shards] }

// cell is the place of one actor in its directory.
type cell[K comparable] struct {
	key  K
	root *actor.RootContext
	pid  *actor.PID // set before the actor starts

	queued   atomic.Int64 // messages in the mailbox
	active   atomic.Int64 // time of the latest message, Unix milliseconds
	restless atomic.Bool  // something is pending: wants ticks

	// for the registry
	handled  atomic.Uint64 // messages handled
	busyNs   atomic.Int64  // time spent handling them
	restarts atomic.Uint64
}

func newDirectory[K comparable](root *actor.RootContext, turns actor.Dispatcher, own func(K) K, produce func(c *cell[K]) (actor.Producer, string)) *directory[K] {
	d := &directory[K]{root: root, turns: turns, seed: maphash.MakeSeed(), own: own, make: produce}
	for i := range d.shard {
		d.shard[i].cells = make(map[K]*cell[K])
	}
	return d
}

// tell puts a message into the mailbox of the actor with the identity, which is spawned if need be; false when it is barred, and
// the message goes nowhere. Hot path, guarded by BenchmarkDeliver.
func (d *directory[K]) tell(key K, msg any, now int64) bool {
	s := d.at(key)
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.cells[key]
	if c == nil {
		if b := d.bar.Load(); b != nil && *b == key {
			return false
		}
		c = d.spawn(d.own(key))
		s.cells[c.key] = c
		d.count.Add(1)
	}
	c.active.Store(now)
	c.post(msg)
	return true
}

// mailbox needs no ring of its own: an idle actor's mailbox is a few words.
var mailbox = actor.UnboundedLockfree()

func (d *directory[K]) spawn(key K) *cell[K] {
	c := &cell[K]{key: key, root: d.root}
	producer, name := d.make(c)
	// The PID is set before the actor starts, since what its start sets off may post to it at once.
	props := actor.PropsFromProducer(producer, actor.WithDispatcher(d.turns), actor.WithMailbox(mailbox),
		actor.WithOnInit(func(ctx actor.Context) { c.pid = ctx.Self() }))
	d.root.SpawnPrefix(props, name)
	return c
}

// post puts a message into the mailbox. Outside of the directory it is only for those who know that the actor cannot
// leave, because it waits for this very message.
func (c *cell[K]) post(msg any) {
	c.queued.Add(1)
	c.root.Send(c.pid, msg)
}

// leave takes the actor out of the directory unless a message is waiting for it. The actor calls it while it handles
// a message it has already counted as taken, and stops itself when leave returns true.
func (d *directory[K]) leave(c *cell[K]) bool {
	s := d.at(c.key)
	s.mu.Lock()
	defer s.mu.Unlock()
	if c.queued.Load() != 0 || s.cells[c.key] != c {
		return false
	}
	delete(s.cells, c.key)
	d.count.Add(-1)
	return true
}

// each calls yield for a copy of the cells, shard by shard, so that yield may tell.
func (d *directory[K]) each(yield func(c *cell[K]) bool) {
	var cells []*cell[K]
	for i := range d.shard {
		s := &d.shard[i]
		cells = cells[:0]
		s.mu.Lock()
		for _, c := range s.cells {
			cells = append(cells, c)
		}
		s.mu.Unlock()
		for _, c := range cells {
			if !yield(c) {
				return
			}
		}
	}
}

// has tells whether the actor is in memory.
func (d *directory[K]) has(key K) bool { return d.find(key) != nil }

// find returns the cell of an actor in memory, nil for none.
func (d *directory[K]) find(key K) *cell[K] {
	s := d.at(key)
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.cells[key]
}

// nudge puts a message into the mailbox of an actor that is still in the directory, without making it look active.
func (d *directory[K]) nudge(c *cell[K], msg any) {
	s := d.at(c.key)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.cells[c.key] == c {
		c.post(msg)
	}
}
