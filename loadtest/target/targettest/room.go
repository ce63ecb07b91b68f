// Package targettest is a tiny server that speaks liveroom's wire, for tests of the load test itself: it answers every
// comment and message, and can be told to break a promise, so that a test can see the breach found. It understands
// nothing, keeps no deadline and is no yardstick of anything.
package targettest

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gobwas/ws"
	"github.com/gobwas/ws/wsutil"

	"liveroom/engine/live"
	"liveroom/loadtest/machine"
	"liveroom/transport/wire"
	"liveroom/transport/wire/token"
)

// Habit is what a room does with the events it is asked about.
type Habit string

// The habits. Each but Honest breaks a promise with every tenth event, or with every probe.
const (
	Honest    Habit = "honest"
	Lose      Habit = "lose"      // acknowledges and never answers
	Twice     Habit = "twice"     // answers again, with another text
	Repeat    Habit = "repeat"    // sends the same reply again, which is allowed
	Invent    Habit = "invent"    // answers what nobody asked
	Outdated  Habit = "outdated"  // says the stock figure before the last
	Vague     Habit = "vague"     // leaves the stock figure out
	Shed      Habit = "shed"      // lets go, and says so
	Refuse    Habit = "refuse"    // finds fault with a valid event
	Fallback  Habit = "fallback"  // had no model
	Withhold  Habit = "withhold"  // answers only once Release is called
	TurnAway  Habit = "turn_away" // says bye to every hello
	Disappear Habit = "disappear" // closes the link

	// In a race:
	Oversell Habit = "oversell" // sells more than there is
	Renege   Habit = "renege"   // does not confirm what it holds
	Pretend  Habit = "pretend"  // says that a piece is locked which is not
	Forget   Habit = "forget"   // knows no more, once killed, what it had sold

	// To a burst:
	Encore   Habit = "encore"   // closes it twice
	Miscount Habit = "miscount" // closes it with one asker more than there were
)

const every = 10 // the habit shows at each tenth event

// Room is the server. Serve starts it; Close ends it and its goroutines, one for each link and listener.
type Room struct {
	// Heartbeat is what welcome asks for; set it before Serve.
	Heartbeat time.Duration
	// CloseAfter is with how many comments a burst ends, which gets one closing reply; 0 is never. Set it before Serve.
	CloseAfter int
	pings      atomic.Int64

	// set by New
	habit Habit
	dir   string
	key   []byte

	holding   chan struct{}
	listeners []net.Listener
	admin     *http.Server
	wait      sync.WaitGroup

	// guarded by mu
	mu       sync.Mutex
	book     *book
	shop     *shop
	comments int
	links    map[*link]bool
	stock    [2]int64 // the last figure and the one before
	asked    int
	held     []func() // what Withhold keeps back
	free     bool
	closed   bool
	session  int
}

// link is one connection.
type link struct {
	room    *Room
	conn    net.Conn
	socket  bool
	mu      sync.Mutex // guards writes
	session live.SessionID
}

// New returns a room with a habit that keeps its key and its journal in dir, an existing folder.
func New(habit Habit, dir string) (*Room, error) {
	r := &Room{Heartbeat: time.Minute, habit: habit, dir: dir, links: map[*link]bool{}, holding: make(chan struct{})}
	r.key = []byte("an example key of more than 32 bytes, for tests only")
	if err := os.WriteFile(r.KeyFile(), r.key, 0o600); err != nil {
		return nil, err
	}
	var err error
	if r.book, err = openBook(filepath.Join(dir, "journal")); err != nil {
		return nil, err
	}
	r.shop, err = openShop(filepath.Join(dir, "shop.json"), habit)
	return r, err
}

// KeyFile returns the path of the key that signs tokens.
func (r *Room) KeyFile() string { return filepath.Join(r.dir, "token.key") }

// Serve listens at the given addresses, host:port each, and returns those it got.
func (r *Room) Serve(tcp, socket, admin string) (addrs [3]string, err error) {
	for i, at := range []string{tcp, socket, admin} {
		l, err := net.Listen("tcp", at)
		if err != nil {
			return addrs, errors.Join(err, r.Close())
		}
		addrs[i] = l.Addr().String()
		if i == 2 {
			mux := http.NewServeMux()
			mux.HandleFunc("GET /metrics", r.metrics)
			r.ledger(mux)
			r.admin = &http.Server{Handler: mux, ReadHeaderTimeout: time.Minute}
			r.wait.Go(func() { _ = r.admin.Serve(l) }) // ends with ErrServerClosed
			continue
		}
		r.listeners = append(r.listeners, l)
		r.wait.Go(func() { r.accept(l, i == 1) })
	}
	return addrs, nil
}

func (r *Room) accept(l net.Listener, socket bool) {
	for {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		k := &link{room: r, conn: conn, socket: socket}
		r.mu.Lock()
		if r.closed {
			r.mu.Unlock()
			_ = conn.Close()
			return
		}
		r.links[k] = true
		r.mu.Unlock()
		r.wait.Go(k.serve)
	}
}

// Close ends everything and waits for it.
func (r *Room) Close() error {
	r.mu.Lock()
	r.closed = true
	for k := range r.links {
		_ = k.conn.Close()
	}
	r.mu.Unlock()
	var all []error
	for _, l := range r.listeners {
		all = append(all, l.Close())
	}
	if r.admin != nil {
		all = append(all, r.admin.Shutdown(context.Background()))
	}
	r.wait.Wait()
	return errors.Join(append(all, r.book.close())...)
}

// Release answers what Withhold kept back, and all that comes.
func (r *Room) Release() {
	r.mu.Lock()
	r.free = true
	held := r.held
	r.held = nil
	r.mu.Unlock()
	for _, say := range held {
		say()
	}
}

// Pings returns how many pings came.
func (r *Room) Pings() int64 { return r.pings.Load() }

// Holding is closed when Withhold first keeps an answer back.
func (r *Room) Holding() <-chan struct{} { return r.holding }

func (r *Room) metrics(w http.ResponseWriter, _ *http.Request) {
	r.mu.Lock()
	texts := r.asked
	r.mu.Unlock()
	_, _ = fmt.Fprintf(w, "# TYPE process_cpu_seconds_total counter\nprocess_cpu_seconds_total %g\n"+
		"# TYPE process_resident_memory_bytes gauge\nprocess_resident_memory_bytes %g\n"+
		"# TYPE liveroom_nlp_texts_total counter\nliveroom_nlp_texts_total{decided_by=%q} %d\n",
		machine.OwnCPU().Seconds(), machine.MemoryOf(0).Now*(1<<20), r.decider(), texts)
}

func (r *Room) decider() string {
	if r.habit == Fallback {
		return live.DecidedByRules.String()
	}
	return live.DecidedByModel.String()
}

func (k *link) serve() {
	defer func() {
		k.room.mu.Lock()
		delete(k.room.links, k)
		k.room.mu.Unlock()
		_ = k.conn.Close()
	}()
	in := bufio.NewReader(k.conn)
	if k.socket {
		if _, err := ws.Upgrade(struct {
			io.Reader
			io.Writer
		}{in, k.conn}); err != nil {
			return
		}
	}
	var all []wire.Inbound
	for {
		payload, err := k.read(in)
		if err != nil {
			return
		}
		all = wire.Decode(payload, time.Now(), all[:0])
		for _, one := range all {
			if !k.take(one) {
				return
			}
		}
	}
}

func (k *link) read(in *bufio.Reader) ([]byte, error) {
	if k.socket {
		return wsutil.ReadClientText(struct {
			io.Reader
			io.Writer
		}{in, k})
	}
	var header [wire.HeaderLen]byte
	if _, err := io.ReadFull(in, header[:]); err != nil {
		return nil, err
	}
	payload := make([]byte, binary.BigEndian.Uint32(header[:]))
	_, err := io.ReadFull(in, payload)
	return payload, err
}

// Write writes raw bytes, as control frames need it.
func (k *link) Write(p []byte) (int, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.conn.Write(p)
}

// say writes one payload. A link that is gone is noticed by its reader.
func (k *link) say(payload []byte) {
	if k.socket {
		frame, err := ws.CompileFrame(ws.NewTextFrame(payload))
		if err == nil {
			_, _ = k.Write(frame)
		}
		return
	}
	_, _ = k.Write(wire.AppendFrame(nil, payload))
}

// take handles one object and tells whether the link goes on.
func (k *link) take(one wire.Inbound) bool {
	switch one.Kind {
	case wire.KindHello:
		return k.hello(one.Hello)
	case wire.KindEvent:
		return k.event(one.Event)
	case wire.KindPing:
		k.room.pings.Add(1)
		k.say(wire.AppendPong(nil))
	case wire.KindFault:
		k.say(wire.AppendError(nil, one.Fault))
	}
	return true
}

func (k *link) hello(h *wire.Hello) bool {
	if _, err := token.Verify(k.room.key, h.Token, time.Now()); err != nil || k.room.habit == TurnAway {
		k.say(wire.AppendBye(nil, live.Unauthorized, "not today", 0))
		return false
	}
	k.room.mu.Lock()
	k.room.session++
	k.session = live.SessionID("s" + strconv.Itoa(k.room.session) + "-" + strconv.Itoa(os.Getpid()))
	if h.Resume != nil {
		k.session = h.Resume.Session
	}
	var missed [][]byte
	if h.Resume != nil {
		missed = k.room.book.resume(k.session)
	}
	k.room.mu.Unlock()
	k.say(wire.AppendWelcome(nil, k.session, k.room.Heartbeat))
	for _, frame := range missed {
		k.say(frame)
	}
	return true
}
