package transport

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gobwas/ws"
	"github.com/panjf2000/gnet/v2"
	"golang.org/x/sys/unix"

	"liveroom/engine/live"
	"liveroom/transport/rfc6455"
	"liveroom/transport/wire"
)

// loop is our side of one event loop: its links and its outbox.
type loop struct {
	server *Server
	el     gnet.EventLoop

	// mu guards the outbox: frames on their way to links of this loop. Any goroutine fills it, the loop drains it, and one
	// wake-up is pending whenever it is not empty. It holds at most Outbox bytes for each link: what is more evicts the link.
	mu    sync.Mutex
	items []item
	text  []byte // their frames, one after the other
	woken bool

	posted uint64          // items since the start, to measure some
	times  []time.Duration // when those that are measured were queued; as many as there is room for

	ticking atomic.Bool // a tick waits to run

	// Owned by the loop.
	links   []*link
	young   []*link // waiting for hello, oldest first, and some that have said it meanwhile
	waiting int     // how many of them wait
	byes    []*link // leaving, in any order
	scan    int     // where the search for idle links stands
	rooms   map[live.RoomID]*audience
	jobs    []*broadcast // being sent, first to last; at most maxJobs
	round   uint32
	inbound []wire.Inbound // reused by every payload
	frame   []byte         // scratch for one frame of our own
	out     []byte         // what is about to be written to one link
	spare   []item         // the outbox's other half
	blank   []byte         // and that of its text
	touched []*link
	queued  []time.Duration // the other half of times
	due     []time.Duration // when what is about to be written was queued
	frames  int             // in out
	sample  uint8
}

const (
	writeChunk = 128 << 10 // out is written when it is longer
	keepOut    = 1 << 20   // out and the outbox's text are let go when they grew beyond
	keepItems  = 1 << 15
)

// Run drains the outbox; it is the loop's gnet.Runnable.
func (lp *loop) Run(context.Context) error {
	lp.flush()
	return nil
}

// runLater has the loop run f, from any goroutine.
func (lp *loop) runLater(f func()) {
	lp.server.wake(lp.el, gnet.RunnableFunc(func(context.Context) error {
		f()
		return nil
	}))
}

// yield has the loop go on with f after it has looked at its links. The loop would take a task that it gives itself before
// it reads again, so the task goes once around by another goroutine; should that lag behind, f is run earlier instead.
func (lp *loop) yield(f func()) {
	select {
	case lp.server.turns <- turn{lp, f}:
	default:
		lp.runLater(f)
	}
}

// turn is a task that a loop has put off.
type turn struct {
	loop *loop
	f    func()
}

// runTurns hands turns back to their loops, until ctx ends.
func (s *Server) runTurns(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case t := <-s.turns:
			t.loop.runLater(t.f)
		}
	}
}

// enter takes a new connection in.
func (lp *loop) enter(l *link, c gnet.Conn) {
	now := lp.server.now()
	l.conn, l.loop, l.opened = c, lp, true
	l.since, l.heard = now, now
	l.fill(&lp.server.cfg.Viewer, now)
	l.deadline = now + lp.server.cfg.Times.Hello
	l.stage = firstStage(l.carrier)
	if !l.remote.IsValid() { // by a listener of ours
		l.remote = remoteOf(c)
		if within(lp.server.proxies, l.remote.Addr()) {
			l.stage = unnamed
		}
	}
	l.slot = int32(len(lp.links))
	lp.links = append(lp.links, l)
	lp.server.metrics.links[l.carrier].Inc()
	lp.server.metrics.accepted[l.carrier].Inc()
	if l.refusal != live.OK && l.carrier == overTCP {
		lp.farewell(l, l.refusal, "there are too many links", lp.server.retry())
		lp.send(l)
		return
	}
	lp.wait(l)
	if l.stage != unnamed {
		lp.name(l)
	}
}

// leave forgets a connection that has been closed.
func (lp *loop) leave(l *link) {
	if l.stage == gone {
		return
	}
	if l.stage != leaving {
		lp.server.metrics.left.Inc()
	}
	l.stage = gone
	lp.waited(l)
	lp.server.addresses.leave(l, lp.server.now())
	last := lp.links[len(lp.links)-1]
	lp.links[l.slot], last.slot = last, l.slot
	lp.links[len(lp.links)-1] = nil
	lp.links = lp.links[:len(lp.links)-1]
	if l.room != nil {
		lp.quit(l)
	}
	s := lp.server
	s.metrics.links[l.carrier].Dec()
	if l.who.Session != "" {
		s.registry.remove(l)
		s.handler.Closed(&l.who)
	}
	s.closed(l)
}

// say queues one frame for the link being served.
func (lp *loop) say(l *link, frame []byte) {
	lp.out = l.appendFrame(lp.out, frame)
	lp.frames++
}

// fault tells the link an error; the link stays.
func (lp *loop) fault(l *link, f *live.Fault) {
	lp.server.metrics.faults[f.Code].Inc()
	lp.say(l, wire.AppendError(lp.frame, f))
}

// farewell queues the last word for a link: bye, and what its carrier closes with. The caller sends it. What the link
// still says is thrown away until it closes its side, or Times.Linger is over: closing at once, with unread bytes in the
// kernel, would reset the connection and could take the bye along.
func (lp *loop) farewell(l *link, c live.Code, reason string, retry time.Duration) {
	lp.farewellWith(l, c, closeCode(c), reason, retry)
}

// farewellWith is farewell with a close code of the WebSocket specification's own.
func (lp *loop) farewellWith(l *link, c live.Code, code ws.StatusCode, reason string, retry time.Duration) {
	if l.stage >= leaving {
		return
	}
	lp.server.metrics.byes[c].Inc()
	if l.stage < greeting && l.carrier == overWS {
		lp.out = rfc6455.AppendRefusal(lp.out, refusalStatus(c), c.String()+": "+reason)
	} else {
		lp.say(l, wire.AppendBye(lp.frame, c, reason, retry))
		if l.carrier == overWS {
			lp.out = rfc6455.AppendClose(lp.out, code, reason)
		}
	}
	lp.depart(l, l.carrier == overTCP || l.stage < greeting)
}

// depart puts a link among those leaving.
func (lp *loop) depart(l *link, deaf bool) {
	lp.waited(l)
	l.stage, l.deaf = leaving, deaf
	l.deadline = lp.server.now() + lp.server.cfg.Times.Linger
	lp.byes = append(lp.byes, l)
}

// send writes what is queued for l, evicts it when it reads too slowly, and finishes our side once bye is out.
// Hot path: one write for all frames of a burst.
func (lp *loop) send(l *link) {
	buf, frames := lp.out, lp.frames
	lp.out, lp.frames = lp.out[:0], 0
	if cap(lp.out) > keepOut {
		lp.out = nil
	}
	if l.stage == gone {
		return
	}
	if len(buf) > 0 {
		l.out.Add(uint64(frames))
		lp.server.metrics.framesOut.Add(float64(frames))
		lp.server.metrics.bytesOut.Add(float64(len(buf)))
		if _, err := l.conn.Write(buf); err != nil || l.stage == gone {
			return // an error has closed the connection within Write, and leave has run
		}
		lp.weigh(l)
	}
	lp.finish(l)
}

// weigh looks at what the kernel has not taken, and evicts the link when that is too much.
func (lp *loop) weigh(l *link) {
	unread := l.conn.OutboundBuffered()
	l.unread.Store(int64(unread))
	if unread > l.allowance().Outbox {
		lp.evict(l)
	}
}

// evict closes a slow consumer at once. The bye is a courtesy: it stands behind everything the link has not read.
func (lp *loop) evict(l *link) {
	if l.stage == gone {
		return
	}
	lp.server.metrics.evictions.Inc()
	lp.server.log.Debug("slow consumer evicted", "session", l.who.Session, "room", l.who.Room, "unread", l.unread.Load())
	if l.stage < leaving {
		lp.farewell(l, live.SlowConsumer, "too much was left unread; read faster, or ask for less", lp.server.retry())
		_, err := l.conn.Write(lp.out)
		lp.out, lp.frames = lp.out[:0], 0
		if err != nil {
			return
		}
	}
	lp.cut(l)
}

// finish closes our side of the stream when bye has been written out. A WebSocket peer answers the close frame first.
func (lp *loop) finish(l *link) {
	if l.stage != leaving || l.finished || !l.deaf || l.conn.OutboundBuffered() > 0 {
		return
	}
	l.finished = true
	if err := unix.Shutdown(l.conn.Fd(), unix.SHUT_WR); err != nil {
		lp.cut(l)
	}
}

// cut closes the connection now.
func (lp *loop) cut(l *link) {
	if l.stage == gone {
		return
	}
	if err := lp.el.Close(l.conn); err != nil { // leave has run all the same
		lp.server.log.Warn("connection not closed", "session", l.who.Session, "err", err)
	}
}
