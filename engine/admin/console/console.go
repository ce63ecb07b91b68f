package console

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"liveroom/engine/live"
)

// Console serves the API, the stream and the page. New only builds; Run is the life of its streams.
type Console struct {
	// set by New
	from   Sources
	log    *slog.Logger
	meter  *meter
	census *census
	links  *linkCensus
	hub    *hub
	counts counts
	routes map[string]http.Handler
	acts   map[string]string
	life   context.Context // ends with the console; streams end with it
	ended  context.CancelFunc
	ready  chan struct{}
	start  chan struct{} // holds one token, taken by Run

	mu      sync.Mutex
	streams int  // guarded by mu; at most maxStreams
	closed  bool // guarded by mu
	going   sync.WaitGroup
}

// beat is the time between two sendings; a view is sampled at every other.
const beat = 500 * time.Millisecond

// New returns a console that shows what its sources tell.
func New(from Sources, log *slog.Logger) (*Console, error) {
	c := &Console{
		from: from, log: log, meter: &meter{from: from.Metrics}, census: &census{of: from.Actors}, links: &linkCensus{of: from.Links},
		ready: make(chan struct{}), start: make(chan struct{}, 1), acts: make(map[string]string), routes: make(map[string]http.Handler),
	}
	c.life, c.ended = context.WithCancel(context.Background()) // ended by Run, which is given the node's
	c.hub = newHub(beat, func() { c.meter.forget(); c.census.forget(); c.links.forget() }, log)
	if err := c.build(); err != nil {
		return nil, fmt.Errorf("build console: %w", err)
	}
	return c, nil
}

// Routes returns the handlers by their patterns. Nobody is asked who he is in them: put a guard before each.
func (c *Console) Routes() map[string]http.Handler { return c.routes }

// Acts returns the act that each of Routes needs.
func (c *Console) Acts() map[string]string { return c.acts }

// Ready is closed when streams are served.
func (c *Console) Ready() <-chan struct{} { return c.ready }

// Run lets streams live until ctx ends, and returns after the last.
func (c *Console) Run(ctx context.Context) error {
	select {
	case c.start <- struct{}{}:
	default:
		return ErrRunning
	}
	close(c.ready)
	<-ctx.Done()
	c.mu.Lock()
	c.closed = true
	c.mu.Unlock()
	c.ended()
	c.going.Wait()
	c.hub.wait()
	return nil
}

// Forget drops what is kept of a user: lines that wait to be sent, and the counts of his actor and
// links. What views hold of him goes
// when they are sampled next.
func (c *Console) Forget(k live.UserKey) {
	c.hub.forget(k)
	c.census.forget()
	c.links.forget()
}

// enter counts a stream in, unless there are too many.
func (c *Console) enter() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed || c.streams >= maxStreams {
		return false
	}
	c.streams++
	c.going.Add(1)
	return true
}

func (c *Console) leave() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.streams--
	c.going.Done()
}

// overview returns the whole node at a moment.
func (c *Console) overview(now time.Time, see sight) (Overview, error) {
	status := c.from.Node.Status()
	p, err := c.meter.look(now, time.UnixMilli(status.Started))
	if err != nil {
		return Overview{}, fmt.Errorf("read metrics: %w", err)
	}
	busiest, err := c.roomPage(now, see, Query{Sort: "rate", Limit: 10})
	return overviewOf(status, p, busiest.Rows, now), err
}

// RoomNow is a room at a moment.
type RoomNow struct {
	Room live.RoomID `json:"room"`
	RoomFigures
	RoomState
	Sentiment Sentiment `json:"sentiment"`
}

// roomFor is how long a room may take to answer before its view says that it does not.
const roomFor = 300 * time.Millisecond

func (c *Console) roomNow(now time.Time, room live.RoomID) (RoomNow, error) {
	if !c.known(room) {
		return RoomNow{}, fmt.Errorf("%w: room %.128q", ErrUnknown, string(room))
	}
	ctx, stop := context.WithTimeout(c.life, roomFor)
	defer stop()
	state, err := c.from.Rooms.State(ctx, room)
	return RoomNow{room, c.from.Rooms.Figures(room), state, c.from.Sentiments.Of(room, now)}, err
}

func (c *Console) known(room live.RoomID) (known bool) {
	c.from.Rooms.Each(func(r live.RoomID) bool {
		known = r == room
		return !known
	})
	return known
}
