package console

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/coder/websocket"

	"liveroom/engine/live"
)

const (
	maxStreams   = 64
	maxOpen      = 16 // views of one stream
	maxBehind    = 64 // messages that wait for a slow reader
	maxCommand   = 4 << 10
	writeFor     = 5 * time.Second
	proveEvery   = 5 * time.Second // between looks whether the session still holds
	aliveEvery   = 2 * time.Second // a stream with nothing to say says that
	statusSignIn = 4401            // close code: sign in again
	statusSlow   = 4408            // close code: too slow, come again
)

// command is what a page asks of its stream: to open a view under an id of its own, or to close it.
type command struct {
	Open  string          `json:"open"`
	View  string          `json:"view"`
	Args  json.RawMessage `json:"args"`
	Close string          `json:"close"`
}

// stream is one page's WebSocket.
type stream struct {
	console *Console
	ctx     context.Context // of the request: it knows who asks
	out     chan []byte     // bounded by maxBehind; drained by write
	end     context.CancelCauseFunc

	mu   sync.Mutex
	open map[string]func() // what closes each view; guarded by mu
}

// Why a stream ends.
var (
	errSlow    = errors.New("the page takes less than it is sent")
	errExpired = errors.New("the session is over")
	errClosing = errors.New("the node is going")
)

// send queues a message; a reader too far behind loses its stream.
func (s *stream) send(m message) {
	b, err := json.Marshal(m)
	if err != nil {
		s.console.log.Error("a message of the console cannot be encoded", "err", err)
		return
	}
	select {
	case s.out <- b:
	default:
		s.end(errSlow)
	}
}

// serveStream is GET /v1/stream.
func (c *Console) serveStream(w http.ResponseWriter, r *http.Request) {
	if !c.enter() {
		c.counts.refused.Add(1)
		http.Error(w, "as many streams are open as this node holds; close a page", http.StatusServiceUnavailable)
		return
	}
	defer c.leave()
	// Accept refuses a page of another origin: its Origin must name this host.
	conn, err := websocket.Accept(w, r, &websocket.AcceptOptions{CompressionMode: websocket.CompressionContextTakeover, CompressionThreshold: 512})
	if err != nil {
		return // it has answered
	}
	defer conn.CloseNow()
	conn.SetReadLimit(maxCommand)
	ctx, end := context.WithCancelCause(r.Context())
	defer end(nil)
	defer context.AfterFunc(c.life, func() { end(errClosing) })()
	s := &stream{console: c, ctx: ctx, out: make(chan []byte, maxBehind), end: end, open: make(map[string]func())}
	defer s.closeAll()
	var writing sync.WaitGroup
	writing.Go(func() { s.write(conn) })
	defer writing.Wait()
	defer end(nil)
	for {
		_, b, err := conn.Read(r.Context()) // not ctx: its end would tear the link off before the reason is told
		if err != nil {
			return
		}
		var cmd command
		if err := json.Unmarshal(b, &cmd); err != nil {
			s.send(message{At: time.Now().UnixMilli(), Error: "not a command: " + err.Error()})
			continue
		}
		s.do(cmd)
	}
}

// write sends what is queued until the stream ends, and says why it does.
func (s *stream) write(conn *websocket.Conn) {
	alive, prove := time.NewTicker(aliveEvery), time.NewTicker(proveEvery)
	defer alive.Stop()
	defer prove.Stop()
	said := time.Now()
	for {
		var b []byte
		select {
		case <-s.ctx.Done():
			status, why := websocket.StatusGoingAway, "bye"
			switch cause := context.Cause(s.ctx); {
			case errors.Is(cause, errSlow):
				s.console.counts.slow.Add(1)
				status, why = statusSlow, cause.Error()
			case errors.Is(cause, errExpired):
				status, why = statusSignIn, cause.Error()
			}
			conn.Close(status, why)
			return
		case <-prove.C:
			if !s.console.from.Access.Holds(s.ctx) {
				s.end(errExpired)
			}
			continue
		case now := <-alive.C:
			if now.Sub(said) < aliveEvery {
				continue
			}
			b = fmt.Appendf(nil, `{"at":%d}`, now.UnixMilli())
		case b = <-s.out:
		}
		if s.ctx.Err() != nil { // why it ends is told, and nothing that waits before it: its write would tear the link off
			continue
		}
		ctx, stop := context.WithTimeout(s.ctx, writeFor)
		err := conn.Write(ctx, websocket.MessageText, b)
		stop()
		if err != nil {
			s.end(err)
			conn.CloseNow()
			return
		}
		said = time.Now()
	}
}

// do carries a command out; whatever is wrong with it is told under its id.
func (s *stream) do(cmd command) {
	if cmd.Close != "" {
		s.mu.Lock()
		stop := s.open[cmd.Close]
		delete(s.open, cmd.Close)
		s.mu.Unlock()
		if stop != nil {
			stop()
		}
		return
	}
	err := s.openView(cmd)
	if err != nil {
		s.send(message{ID: cmd.Open, At: time.Now().UnixMilli(), Error: err.Error()})
	}
}

func (s *stream) openView(cmd command) error {
	if cmd.Open == "" || len(cmd.Open) > 32 {
		return inputError("open: want an id of 1 to 32 bytes, and a view")
	}
	s.mu.Lock()
	_, taken := s.open[cmd.Open]
	full := len(s.open) >= maxOpen
	s.mu.Unlock()
	if taken {
		return inputError("open: %q is open; close it first", cmd.Open)
	}
	if full {
		return inputError("open: %d views are open, as many as a stream may have", maxOpen)
	}
	stop, err := s.console.show(s, cmd)
	if err != nil {
		return err
	}
	s.mu.Lock()
	s.open[cmd.Open] = stop
	s.mu.Unlock()
	return nil
}

func (s *stream) closeAll() {
	s.mu.Lock()
	stops := s.open
	s.open = nil
	s.mu.Unlock()
	for _, stop := range stops {
		stop()
	}
}

// show opens a view for a stream, after asking whether who looks may.
func (c *Console) show(s *stream, cmd command) (stop func(), err error) {
	var args struct {
		Room live.RoomID `json:"room"`
		User live.UserID `json:"user"`
		Slow bool        `json:"slow"`
		ActorQuery
	}
	if len(cmd.Args) > 0 {
		if err := json.Unmarshal(cmd.Args, &args); err != nil {
			return nil, inputError("args: %v", err)
		}
	}
	may := func(act string, room live.RoomID) error {
		if !c.from.Access.May(s.ctx, act, room) {
			return fmt.Errorf("%w: %s wants %s", ErrForbidden, cmd.View, act)
		}
		return nil
	}
	see := c.sightOf(s.ctx)
	sampled := func(act string, room live.RoomID, sample func(now time.Time) (any, error)) (func(), error) {
		if err := may(act, room); err != nil {
			return nil, err
		}
		key := cmd.View + " " + string(see.only) + " " + string(cmd.Args)
		w := &watcher{id: cmd.Open, stream: s}
		c.hub.open(key, sample, w)
		return func() { c.hub.close(key, w) }, nil
	}
	switch cmd.View {
	case "overview":
		return sampled(StatusRead, "", func(now time.Time) (any, error) { return c.overview(now, see) })
	case "rooms":
		return sampled(RoomRead, "", func(now time.Time) (any, error) { return c.roomPage(now, see, args.Query) })
	case "room":
		return sampled(RoomRead, args.Room, func(now time.Time) (any, error) { return c.roomNow(now, args.Room) })
	case "actors":
		args.ActorQuery.Room = args.Room
		return sampled(StatusRead, "", func(now time.Time) (any, error) { return c.actorPage(now, see, args.ActorQuery) })
	case "actor":
		return c.showActor(live.UserKey{Room: args.Room, User: args.User}, func(sample func(time.Time) (any, error)) (func(), error) {
			return sampled(StatusRead, args.Room, sample)
		})
	case "tree":
		return sampled(StatusRead, "", func(now time.Time) (any, error) { return c.tree(now, see, args.Query) })
	case "letters":
		return sampled(StatusRead, "", func(time.Time) (any, error) { return c.letterPage(see, args.Query) })
	case "links":
		return sampled(StatusRead, "", func(now time.Time) (any, error) { return c.linkPage(now, see, LinkQuery{args.Query, args.Slow}) })
	case "inference":
		return sampled(StatusRead, "", func(now time.Time) (any, error) { return c.inference(now) })
	case "lines":
		if err := may(DialogueRead, args.Room); err != nil {
			return nil, err
		}
		var filter LineFilter
		if len(cmd.Args) > 0 {
			if err := json.Unmarshal(cmd.Args, &filter); err != nil {
				return nil, inputError("args: %v", err)
			}
		}
		if filter, err = filter.read(); err != nil {
			return nil, err
		}
		return c.watch(s, cmd.Open, feedKey{args.Room, args.User, filter})
	}
	return nil, inputError("view: there is no %.32q; want %s", cmd.View, strings.Join(viewNames, ", "))
}

var viewNames = []string{"overview", "rooms", "room", "actors", "actor", "tree", "letters", "links", "inference", "lines"}

// watch feeds a stream with the lines that a key names.
func (c *Console) watch(s *stream, id string, key feedKey) (func(), error) {
	if !c.known(key.room) {
		return nil, fmt.Errorf("%w: room %.128q", ErrUnknown, string(key.room))
	}
	w := &watcher{id: id, stream: s}
	c.hub.openFeed(key, w, func(see func(Line)) func() { return c.from.Rooms.Watch(key.room, see) })
	return func() { c.hub.closeFeed(key, w) }, nil
}
