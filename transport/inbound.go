package transport

import (
	"strconv"
	"time"

	"github.com/gobwas/ws"
	"github.com/panjf2000/gnet/v2"

	"liveroom/engine/live"
	"liveroom/transport/rfc6455"
	"liveroom/transport/wire"
)

// traffic reads what has come for l: every complete frame, then one write of all that is to be said at once.
// Hot path: BenchmarkComment, TestAllocationsOfAComment.
func (lp *loop) traffic(l *link) gnet.Action {
	have := l.conn.InboundBuffered()
	if have == 0 {
		return gnet.None
	}
	now := time.Now()
	l.heard, l.pinged = lp.server.now(), false
	if have < int(l.need) {
		return gnet.None
	}
	buf, err := l.conn.Peek(-1)
	if err != nil {
		return gnet.Close
	}
	used := 0
	for used < len(buf) && l.stage != gone && !l.deaf {
		n, need := lp.step(l, buf[used:], now)
		if l.need = int32(need); n == 0 {
			break
		}
		used += n
		if len(lp.out) > writeChunk {
			lp.send(l)
		}
	}
	if l.stage == gone {
		return gnet.None
	}
	if l.deaf {
		used, l.need = len(buf), 0
	}
	if used > 0 {
		lp.server.metrics.bytesIn.Add(float64(used))
		if _, err := l.conn.Discard(used); err != nil {
			return gnet.Close
		}
	}
	lp.send(l)
	return gnet.None
}

// step reads one frame from the front of buf, and returns its length, or 0 and how many bytes are needed.
func (lp *loop) step(l *link, buf []byte, now time.Time) (n, need int) {
	switch {
	case l.stage == unnamed:
		return lp.introduce(l, buf)
	case l.stage == handshaking:
		return lp.handshake(l, buf)
	case l.carrier == overWS:
		return lp.webFrame(l, buf, now)
	}
	if len(buf) < wire.HeaderLen {
		return 0, wire.HeaderLen
	}
	size, fault := wire.FrameLen(buf)
	if fault != nil {
		lp.farewell(l, fault.Code, fault.Hint, 0)
		return 0, 0
	}
	n = wire.HeaderLen + size
	if len(buf) < n {
		return 0, n
	}
	lp.payload(l, buf[wire.HeaderLen:n], now)
	return n, 0
}

// webFrame reads one WebSocket frame.
func (lp *loop) webFrame(l *link, buf []byte, now time.Time) (n, need int) {
	m, n, need, failure := l.reader.Next(buf, wire.MaxPayload)
	if failure != nil {
		code := live.BadFrame
		switch failure.Code {
		case ws.StatusInvalidFramePayloadData:
			code = live.BadJSON
		case ws.StatusMessageTooBig:
			code = live.TooLarge
		}
		lp.farewellWith(l, code, failure.Code, failure.Why, 0)
		l.deaf = true
		return 0, 0
	}
	if m.Kind != rfc6455.Text && n > 0 && l.stage != leaving && !l.idle.takeIdle(l.allowance(), l.heard) {
		lp.farewell(l, live.RateLimited, "too many WebSocket frames that bring no message", lp.server.retry())
		return n, need
	}
	switch m.Kind {
	case rfc6455.Text:
		if l.stage != leaving {
			lp.payload(l, m.Payload, now)
		}
	case rfc6455.Ping:
		if l.stage != leaving {
			lp.out = rfc6455.AppendPong(lp.out, m.Payload)
		}
	case rfc6455.Close:
		if l.stage != leaving { // section 5.5.1: answer with the same code
			lp.out = rfc6455.AppendClose(lp.out, m.Code, "")
			lp.server.metrics.left.Inc()
			lp.depart(l, true)
		}
		l.deaf = true // both have said close: finish our side
	}
	return n, need
}

// payload reads the objects of one frame.
func (lp *loop) payload(l *link, p []byte, now time.Time) {
	s := lp.server
	l.in.Add(1)
	s.metrics.framesIn.Inc()
	if lp.sample++; lp.sample%64 == 0 {
		start := time.Now()
		lp.inbound = wire.Decode(p, now, lp.inbound[:0])
		s.metrics.decode.Observe(time.Since(start).Seconds())
	} else {
		lp.inbound = wire.Decode(p, now, lp.inbound[:0])
	}
	for i := range lp.inbound {
		if l.stage >= leaving {
			break
		}
		if l.stage == greeting {
			lp.beforeHello(l, &lp.inbound[i])
		} else {
			lp.object(l, &lp.inbound[i], now)
		}
	}
	clear(lp.inbound) // events must not be kept alive by a buffer
}

// beforeHello takes an object of a link that has not said who it is.
func (lp *loop) beforeHello(l *link, in *wire.Inbound) {
	if ok, _ := l.bucket.take(l.allowance(), l.heard); !ok {
		lp.farewell(l, live.RateLimited, "too much was said before hello", lp.server.retry())
		return
	}
	switch in.Kind {
	case wire.KindHello:
		lp.greet(l, in.Hello)
	case wire.KindPing:
		lp.say(l, wire.AppendPong(lp.frame))
	case wire.KindFault:
		lp.farewell(l, in.Fault.Code, reasonOf(in.Fault), 0)
	case wire.KindEvent:
		lp.farewell(l, live.Unauthorized, "the first word must be hello, this was "+in.Event.Type.String(), 0)
	}
}

// reasonOf writes a fault as the reason of a bye, which has no field of its own for the field.
func reasonOf(f *live.Fault) string {
	if f.Field == "" {
		return f.Hint
	}
	return f.Field + ": " + f.Hint
}

// greet lets a link in, or not.
func (lp *loop) greet(l *link, h *wire.Hello) {
	s := lp.server
	if s.draining.Load() {
		lp.farewell(l, live.Draining, "the server is about to restart", s.retry())
		return
	}
	who, fault := s.handler.Hello(h, l.remote.Addr())
	if fault == nil && who.Session == "" {
		s.log.Error("hello was taken without a session", "role", who.Role)
		fault = &live.Fault{Code: live.Internal, Hint: "no session could be made"}
	}
	if fault != nil {
		lp.farewell(l, fault.Code, reasonOf(fault), 0)
		return
	}
	lp.waited(l)
	l.who, l.stage = who, open
	a := l.allowance()
	l.fill(a, s.now())
	if a.SendBuffer != s.cfg.Viewer.SendBuffer {
		if err := l.conn.SetWriteBuffer(a.SendBuffer); err != nil {
			s.log.Warn("send buffer not set", "session", who.Session, "err", err)
		}
	}
	if who.Role == live.Viewer {
		lp.join(l)
	}
	if old := s.registry.put(l); old != nil {
		s.metrics.replaced.Inc()
		// Its hold on the session has expired; without retry_ms, so that two holders of one session do not take it from each other for ever.
		old.loop.post(item{link: old, last: &lastWord{code: live.Expired, reason: "the session goes on over another link"}})
	}
	lp.say(l, wire.AppendWelcome(lp.frame, who.Session, s.cfg.Times.Heartbeat))
	s.handler.Opened(&l.who, h.Resume)
}

// object takes one object of an open link.
func (lp *loop) object(l *link, in *wire.Inbound, now time.Time) {
	if ok, wait := l.bucket.take(l.allowance(), l.heard); !ok {
		lp.fault(l, tooFast(l, in, wait))
		return
	}
	switch in.Kind {
	case wire.KindEvent:
		if fault := lp.event(l, in.Event, now); fault != nil {
			if fault.To == "" {
				told := *fault // it may be the handler's, and shared
				told.To = in.Event.ID
				fault = &told
			}
			lp.fault(l, fault)
		}
	case wire.KindPing:
		lp.say(l, wire.AppendPong(lp.frame))
	case wire.KindFault:
		lp.fault(l, in.Fault)
	case wire.KindHello:
		lp.fault(l, &live.Fault{Code: live.Forbidden, Field: "type", Hint: "hello was said already; open another link for another role"})
	}
}

// event hands an event on, or says why not.
func (lp *loop) event(l *link, e *live.Event, now time.Time) *live.Fault {
	s := lp.server
	if s.draining.Load() {
		return &live.Fault{Code: live.Draining, Hint: "the server is about to restart; send it again after reconnecting", To: e.ID}
	}
	if fault := forbid(&l.who, e); fault != nil {
		return fault
	}
	s.metrics.events.Inc()
	return s.handler.Event(&l.who, e, now)
}

// tooFast refuses what is beyond a link's rate.
func tooFast(l *link, in *wire.Inbound, wait time.Duration) *live.Fault {
	f := &live.Fault{Code: live.RateLimited}
	f.Hint = "more than " + strconv.FormatFloat(l.allowance().Rate, 'f', -1, 64) + " objects a second; send it again in " +
		strconv.FormatInt(max(1, wait.Milliseconds()), 10) + " ms"
	switch in.Kind {
	case wire.KindEvent:
		f.To = in.Event.ID
	case wire.KindFault:
		f.To = in.Fault.To
	}
	return f
}
