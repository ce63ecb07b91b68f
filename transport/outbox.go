package transport

import (
	"time"

	"liveroom/engine/live"
	"liveroom/transport/wire"
)

// item is one thing to do for a link, in the order of the outbox.
type item struct {
	link     *link
	from, to int        // where its frame stands in the outbox's text
	last     *lastWord  // say bye
	job      *broadcast // link is nil
	next     int32      // the next item of the same link, as index + 1; owned by the loop
	evict    bool

	crowded bool  // it has not said hello, and others want its place
	timed   uint8 // its place in the outbox's times, as index + 1; 0 for those that are not measured
}

type lastWord struct {
	code   live.Code
	reason string
	retry  time.Duration
}

// Send hands one frame, one encoded JSON object of at most wire.MaxPayload bytes, to the link of a session. The frame is
// the caller's again afterwards. It returns false when the session has no live link, or one that is being closed; true says
// that the frame is on its way, not that it arrived. Frames sent from one goroutine to one session arrive in their order, those
// of a burst in one write. A link that leaves more than its Allowance unread is evicted. Any goroutine may call it.
func (s *Server) Send(id live.SessionID, frame []byte) bool {
	l := s.registry.find(id)
	return l != nil && l.loop.offer(l, frame)
}

// SendAll is Send for several frames, which arrive together and in order.
func (s *Server) SendAll(id live.SessionID, frames [][]byte) bool {
	l := s.registry.find(id)
	if l == nil {
		return false
	}
	for _, frame := range frames {
		if !l.loop.offer(l, frame) {
			return false
		}
	}
	return true
}

// Bye tells the link of a session to go: the code and a reason in words, and when to come back, if retry is more than 0.
// It does nothing when the session has no live link.
func (s *Server) Bye(id live.SessionID, code live.Code, reason string, retry time.Duration) {
	if l := s.registry.find(id); l != nil {
		l.loop.post(item{link: l, last: &lastWord{code, reason, retry}})
	}
}

// offer queues a frame for l unless that is more than l may have unread.
// Hot path: no allocation beyond the outbox's own growth; BenchmarkSend.
func (lp *loop) offer(l *link, frame []byte) bool {
	if l.evicting.Load() {
		return false
	}
	most := int64(l.allowance().Outbox)
	if waiting := l.queued.Add(int64(len(frame))); waiting+l.unread.Load() > most+wire.MaxPayload {
		l.queued.Add(-int64(len(frame)))
		if l.evicting.CompareAndSwap(false, true) {
			lp.post(item{link: l, evict: true})
		}
		return false
	}
	lp.postFrame(item{link: l}, frame)
	return true
}

// post puts an item into the outbox and wakes the loop, once for a burst.
func (lp *loop) post(it item) { lp.postFrame(it, nil) }

// postFrame is post for an item with a frame, which is copied.
func (lp *loop) postFrame(it item, frame []byte) {
	lp.mu.Lock()
	it.from, it.to = len(lp.text), len(lp.text)+len(frame)
	if lp.posted++; lp.posted%timedEach == 0 {
		it.timed = lp.clock(frame)
	}
	lp.text = append(lp.text, frame...)
	lp.items = append(lp.items, it)
	wake := !lp.woken
	lp.woken = true
	lp.mu.Unlock()
	if wake {
		lp.server.wake(lp.el, lp)
	}
}

// Of so many items one is measured from the outbox to its write.
const (
	timedEach = 64
	timedMost = 128 // of one flush
)

// clock notes when an item was queued, and returns its place. mu is held.
func (lp *loop) clock(frame []byte) uint8 {
	if frame == nil || len(lp.times) == cap(lp.times) {
		return 0
	}
	lp.times = append(lp.times, lp.server.now())
	return uint8(len(lp.times))
}

// depth returns how many items wait.
func (lp *loop) depth() int {
	lp.mu.Lock()
	defer lp.mu.Unlock()
	return len(lp.items)
}

// flush empties the outbox: all frames of one link leave in one write.
func (lp *loop) flush() {
	lp.mu.Lock()
	items, text := lp.items, lp.text
	lp.items, lp.text, lp.woken = lp.spare[:0], lp.blank[:0], false
	lp.times, lp.queued = lp.queued[:0], lp.times
	lp.mu.Unlock()
	for i := range items {
		lp.chain(items, i)
	}
	for i, l := range lp.touched {
		lp.deliver(l, items, text)
		lp.touched[i] = nil
	}
	lp.touched = lp.touched[:0]
	clear(items)
	if lp.spare = items; cap(items) > keepItems {
		lp.spare = nil
	}
	if lp.blank = text; cap(text) > keepOut {
		lp.blank = nil
	}
}

// chain links item i to the others of its link.
func (lp *loop) chain(items []item, i int) {
	l := items[i].link
	switch {
	case l == nil:
		lp.start(items[i].job)
		return
	case l.first == 0:
		l.first = int32(i + 1)
		lp.touched = append(lp.touched, l)
	default:
		items[l.last-1].next = int32(i + 1)
	}
	l.last = int32(i + 1)
}

// deliver writes the items of one link.
func (lp *loop) deliver(l *link, items []item, text []byte) {
	at := l.first
	l.first, l.last = 0, 0
	for at != 0 {
		it := &items[at-1]
		at = it.next
		l.queued.Add(-int64(it.to - it.from))
		switch {
		case it.crowded:
			lp.crowdOut(l)
		case l.stage != open:
		case it.evict:
			lp.send(l)
			lp.evict(l)
		case it.last != nil:
			lp.farewell(l, it.last.code, it.last.reason, it.last.retry)
		default:
			lp.say(l, text[it.from:it.to])
			if it.timed != 0 {
				lp.due = append(lp.due, lp.queued[it.timed-1])
			}
			if len(lp.out) > writeChunk {
				lp.send(l)
			}
		}
	}
	lp.send(l)
	if len(lp.due) > 0 {
		lp.observe()
	}
}

// observe notes how long what was written last had been queued.
func (lp *loop) observe() {
	now := lp.server.now()
	for _, at := range lp.due {
		lp.server.metrics.send.Observe((now - at).Seconds())
	}
	lp.due = lp.due[:0]
}
