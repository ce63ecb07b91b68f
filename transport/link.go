package transport

import (
	"net/netip"
	"sync/atomic"
	"time"

	"github.com/gobwas/ws"
	"github.com/panjf2000/gnet/v2"

	"liveroom/engine/live"
	"liveroom/transport/rfc6455"
	"liveroom/transport/wire"
)

// carrier is what frames travel in.
type carrier uint8

const (
	overTCP carrier = iota
	overWS
	carriers // one past the last
)

// String returns the name used in metrics and in LinkStatus.
func (c carrier) String() string {
	if c == overWS {
		return "ws"
	}
	return "tcp"
}

// stage is how far a link has come.
type stage uint8

const (
	unnamed     stage = iota // behind a proxy: its header, which names the client, has not been read
	handshaking              // WebSocket: the opening handshake has not been read
	greeting                 // hello has not been said
	open
	leaving // bye was said; what still comes is thrown away until the other side closes
	gone    // closed; its connection must not be touched
)

// link is one connection. There are tens of thousands of them, so it holds no buffer while it is idle;
// TestIdleLinkMemory guards its size.
type link struct {
	// Set before the loop sees it.
	carrier carrier
	refusal live.Code      // not OK: it is told this and let go
	remote  netip.AddrPort // of the client; where it is not set, the loop does

	// Set when the loop opens it.
	conn  gnet.Conn
	loop  *loop
	since time.Duration // on the server's clock
	from  *address      // what the links of its address share; nil when nothing bounds them

	// Owned by the loop.
	stage    stage
	deaf     bool // its stream has lost its boundaries; nothing of it is read any more
	finished bool // our side of the stream is closed
	pinged   bool // a ping went out since it was last heard
	waits    bool // it has not said hello, and counts among those
	opened   bool // the loop has taken it; the acceptor reads it once the loop has said so
	slot     int32
	need     int32 // how many bytes must have come for the next step
	first    int32 // its chain of items in a flush, as index + 1
	last     int32
	roomSlot int32
	round    uint32 // the last broadcast it was given
	room     *audience
	reader   rfc6455.Reader
	heard    time.Duration // on the server's clock
	deadline time.Duration // for hello, for the answer to a ping, and for the other side to close
	bucket   bucket
	idle     bucket // of WebSocket frames that bring no message: control frames, and all pieces of a message but the last

	// who is immutable after hello.
	who live.Link

	// Shared.
	in, out  atomic.Uint64 // frames
	queued   atomic.Int64  // bytes in the loop's outbox
	unread   atomic.Int64  // bytes written that the kernel has not taken yet
	evicting atomic.Bool
}

// allowance returns what the link's role may do; before hello, a viewer's.
func (l *link) allowance() *Allowance {
	cfg := &l.loop.server.cfg
	switch l.who.Role {
	case live.Ingest:
		return &cfg.Ingest
	case live.Seat, live.Admin:
		return &cfg.Seat
	}
	return &cfg.Viewer
}

// appendFrame appends one JSON object as the link's carrier writes it.
func (l *link) appendFrame(dst, frame []byte) []byte {
	if l.carrier == overWS {
		return rfc6455.AppendText(dst, frame)
	}
	return wire.AppendFrame(dst, frame)
}

// closeCode returns the WebSocket close code for c: the one the specification has for a violation of itself, ours otherwise.
func closeCode(c live.Code) ws.StatusCode { return ws.StatusCode(c.CloseCode()) }

// bucket is a token bucket.
type bucket struct {
	level float64
	at    time.Duration
}

// fill fills the buckets of a link.
func (l *link) fill(a *Allowance, now time.Duration) {
	l.bucket = bucket{level: float64(a.Burst), at: now}
	l.idle = bucket{level: float64(idleFrames * a.Burst), at: now}
}

// idleFrames is how many frames without a message a link may send for each message that it may.
const idleFrames = 16

// takeIdle takes one token for a frame that brings no message.
func (b *bucket) takeIdle(a *Allowance, now time.Duration) bool {
	ok, _ := b.take(&Allowance{Rate: idleFrames * a.Rate, Burst: idleFrames * a.Burst}, now)
	return ok
}

// take takes one token at the time now, or tells how long it takes until there is one.
func (b *bucket) take(a *Allowance, now time.Duration) (ok bool, wait time.Duration) {
	b.level = min(float64(a.Burst), b.level+(now-b.at).Seconds()*a.Rate)
	b.at = now
	if b.level >= 1 {
		b.level--
		return true, 0
	}
	return false, time.Duration((1 - b.level) / a.Rate * float64(time.Second))
}
