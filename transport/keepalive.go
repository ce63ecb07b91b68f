package transport

import (
	"time"

	"liveroom/engine/live"
	"liveroom/transport/rfc6455"
	"liveroom/transport/wire"
)

// tickEvery returns how often the loops look at their deadlines: a tenth of the shortest, between 5 ms and 250 ms.
func (t *Times) tickEvery() time.Duration {
	return min(max(min(t.Hello, t.Idle, t.Linger)/10, 5*time.Millisecond), 250*time.Millisecond)
}

// tick does what has become due on the loop.
func (lp *loop) tick() {
	lp.ticking.Store(false)
	now := lp.server.now()
	lp.dismissSilent(now)
	lp.closeLeaving(now)
	lp.findIdle(now)
}

// dismissSilent says bye to links that did not say hello in time. All have the same time, so the oldest come first.
func (lp *loop) dismissSilent(now time.Duration) {
	n := 0
	for ; n < len(lp.young); n++ {
		l := lp.young[n]
		if l.stage <= greeting {
			if l.deadline > now {
				break
			}
			lp.farewell(l, live.HelloTimeout, "say hello within "+lp.server.cfg.Times.Hello.String()+" of connecting", 0)
			lp.send(l)
		}
		lp.young[n] = nil
	}
	if lp.young = lp.young[n:]; len(lp.young) == 0 {
		lp.young = nil
	}
}

// closeLeaving finishes links that were told bye.
func (lp *loop) closeLeaving(now time.Duration) {
	kept := lp.byes[:0]
	for _, l := range lp.byes {
		switch {
		case l.stage == gone:
			continue
		case l.deadline <= now:
			lp.cut(l)
			continue
		}
		lp.finish(l)
		if l.stage != gone {
			kept = append(kept, l)
		}
	}
	clear(lp.byes[len(kept):])
	lp.byes = kept
}

// findIdle walks on through the links, so fast that all are seen eight times within Times.Idle. Nobody is sent away before
// a ping has had half that time to be answered, so that a pause of our own does not cost every link at once.
func (lp *loop) findIdle(now time.Duration) {
	times := &lp.server.cfg.Times
	n := min(len(lp.links), int(int64(len(lp.links))*8*int64(times.tickEvery())/int64(times.Idle))+1)
	for range n {
		if lp.scan >= len(lp.links) {
			lp.scan = 0
		}
		if len(lp.links) == 0 {
			return
		}
		l := lp.links[lp.scan]
		lp.scan++
		if l.stage != open {
			continue
		}
		switch silent := now - l.heard; {
		case l.pinged && now >= l.deadline:
			lp.farewell(l, live.Idle, "nothing was heard for "+times.Idle.String()+"; send a ping at least every "+times.Heartbeat.String(), lp.server.retry())
			lp.send(l)
		case silent >= times.Idle/2 && !l.pinged:
			l.pinged, l.deadline = true, now+times.Idle/2
			lp.ping(l)
			lp.send(l)
		}
	}
}

// ping asks a silent link for a sign of life: on WebSocket in the protocol's own words, which browsers answer by themselves.
func (lp *loop) ping(l *link) {
	if l.carrier == overWS {
		lp.out = rfc6455.AppendPing(lp.out, nil)
		return
	}
	lp.say(l, wire.AppendPing(lp.frame))
}
