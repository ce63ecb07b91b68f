package transport

import (
	"context"
	"sync"
	"time"

	"liveroom/engine/live"
	"liveroom/transport/rfc6455"
	"liveroom/transport/wire"
)

const (
	// windowBytes bounds what one window holds for one room; a broadcast beyond is shed.
	windowBytes = 32 << 10
	// maxJobs bounds the windows a loop has not finished sending; one beyond is shed.
	maxJobs = 256
	// jobSlice is how many links get a broadcast before the loop does something else.
	jobSlice = 256
)

// audience is the viewer links of one room on one loop, owned by the loop.
type audience struct {
	room  live.RoomID
	links []*link
}

// join puts a viewer into the audience of its room.
func (lp *loop) join(l *link) {
	a := lp.rooms[l.who.Room]
	if a == nil {
		a = &audience{room: l.who.Room}
		lp.rooms[l.who.Room] = a
	}
	l.room, l.roomSlot, l.round = a, int32(len(a.links)), lp.round
	a.links = append(a.links, l)
}

// quit takes a viewer out of the audience of its room.
func (lp *loop) quit(l *link) {
	a := l.room
	last := a.links[len(a.links)-1]
	a.links[l.roomSlot], last.roomSlot = last, l.roomSlot
	a.links[len(a.links)-1] = nil
	a.links = a.links[:len(a.links)-1]
	if len(a.links) == 0 {
		delete(lp.rooms, a.room)
	}
	l.room = nil
}

// windows collects broadcasts until the window they came in is over.
type windows struct {
	mu   sync.Mutex
	open map[live.RoomID]*window // guarded by mu
	wake chan struct{}           // holds one token when open has become non-empty
}

// window is what is to be told to one room.
type window struct {
	frames [][]byte
	except []live.SessionID // beside each frame, who is not to get it; "" for nobody
	size   int
}

// Broadcast hands one frame to all viewer links of a room, except the one of the session except, if that is not "". It
// leaves within BroadcastEvery, together with what else is said to the room; when the room's window is full (32 KiB) it is shed
// and counted. The frame must not change afterwards. Any goroutine may call it.
func (s *Server) Broadcast(room live.RoomID, frame []byte, except live.SessionID) {
	w := &s.windows
	w.mu.Lock()
	defer w.mu.Unlock()
	p := w.open[room]
	if p == nil {
		p = &window{}
		w.open[room] = p
	}
	if p.size+len(frame) > windowBytes && p.size > 0 {
		s.metrics.broadcastShed.Inc()
		return
	}
	p.frames = append(p.frames, frame)
	p.except = append(p.except, except)
	p.size += len(frame)
	select {
	case w.wake <- struct{}{}:
	default:
	}
}

// broadcast is one window on its way: both carriers' bytes, encoded once and shared by all loops.
type broadcast struct {
	room    live.RoomID
	window  *window
	bytes   [carriers][]byte
	without map[live.SessionID]bool // who does not get all of it; nil when everybody does
	round   uint32                  // the loop's own number for it
	at      int                     // the next link is the one before
	reached int
}

// runWindows closes the windows in time, until ctx ends.
func (s *Server) runWindows(ctx context.Context) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	<-timer.C
	for {
		select {
		case <-ctx.Done():
			return
		case <-s.windows.wake:
		}
		timer.Reset(s.cfg.BroadcastEvery)
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		}
		s.closeWindows()
	}
}

// closeWindows sends what all open windows hold.
func (s *Server) closeWindows() {
	w := &s.windows
	w.mu.Lock()
	closed := w.open
	w.open = make(map[live.RoomID]*window)
	w.mu.Unlock()
	for room, p := range closed {
		job := encode(room, p)
		for _, lp := range s.allLoops() {
			own := *job
			lp.post(item{job: &own})
		}
	}
}

// encode makes the bytes that all links of a carrier share.
func encode(room live.RoomID, p *window) *broadcast {
	job := &broadcast{room: room, window: p}
	var tcp, web []byte
	for i, frame := range p.frames {
		tcp = wire.AppendFrame(tcp, frame)
		web = rfc6455.AppendText(web, frame)
		if p.except[i] != "" {
			if job.without == nil {
				job.without = make(map[live.SessionID]bool)
			}
			job.without[p.except[i]] = true
		}
	}
	job.bytes = [carriers][]byte{overTCP: tcp, overWS: web}
	return job
}

// start takes a broadcast in; it is sent in slices, after those before it.
func (lp *loop) start(job *broadcast) {
	a := lp.rooms[job.room]
	if a == nil {
		return
	}
	if len(lp.jobs) >= maxJobs {
		lp.server.metrics.broadcastShed.Add(float64(len(job.window.frames)))
		return
	}
	lp.round++
	job.round, job.at = lp.round, len(a.links)
	lp.jobs = append(lp.jobs, job)
	if len(lp.jobs) == 1 {
		lp.runLater(lp.work)
	}
}

// work sends one slice of the first broadcast.
func (lp *loop) work() {
	if len(lp.jobs) == 0 {
		return
	}
	job := lp.jobs[0]
	if a := lp.rooms[job.room]; a == nil || !lp.sendSlice(job, a) {
		lp.server.metrics.fanOut.Observe(float64(job.reached))
		lp.jobs[0] = nil
		if lp.jobs = lp.jobs[1:]; len(lp.jobs) == 0 {
			lp.jobs = nil
		}
	}
	if len(lp.jobs) > 0 {
		lp.yield(lp.work)
	}
}

// sendSlice gives a broadcast to the next links and tells whether there are more. It goes from the last to the first:
// a link that leaves is replaced by the last, which has been served, and round keeps it from being served again.
func (lp *loop) sendSlice(job *broadcast, a *audience) (more bool) {
	job.at = min(job.at, len(a.links))
	for range jobSlice {
		if job.at == 0 {
			return false
		}
		job.at--
		if l := a.links[job.at]; l.stage == open && int32(job.round-l.round) > 0 {
			l.round = job.round
			job.reached++
			lp.give(l, job)
			job.at = min(job.at, len(a.links))
		}
	}
	return true
}

// give writes a broadcast to one link.
func (lp *loop) give(l *link, job *broadcast) {
	if job.without[l.who.Session] {
		for i, frame := range job.window.frames {
			if job.window.except[i] != l.who.Session {
				lp.say(l, frame)
			}
		}
		lp.send(l)
		return
	}
	lp.out = append(lp.out, job.bytes[l.carrier]...)
	lp.frames += len(job.window.frames)
	lp.send(l)
}
