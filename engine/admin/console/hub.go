package console

import (
	"encoding/json"
	"errors"
	"log/slog"
	"maps"
	"runtime/debug"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"liveroom/engine/live"
)

// hub samples what is on somebody's screen. Its sampler runs only while a view is open.
type hub struct {
	log   *slog.Logger
	every time.Duration // between beats; a view is sampled every other beat, lines are sent at each

	mu      sync.Mutex
	views   map[string]*view  // guarded by mu; each has a watcher
	feeds   map[feedKey]*feed // guarded by mu; each has a watcher
	nudge   chan struct{}     // a view was opened; made with the sampler
	running chan struct{}     // closed when the sampler has ended; nil when there is none; guarded by mu
	idle    func()            // called when the last view was closed, before the sampler ends
	samples atomic.Uint64     // taken
}

// view is one thing that is sampled for all who watch it.
type view struct {
	key      string
	sample   func(now time.Time) (any, error)
	watchers map[*watcher]bool // guarded by hub.mu

	last   any    // owned by the sampler: what watchers have
	failed string // owned by the sampler
}

// watcher is a view on one screen.
type watcher struct {
	id     string
	stream *stream
	primed bool   // owned by the sampler: it has been sent the whole
	failed string // owned by the sampler: why it has been told that there is none
}

// message is what a stream sends: exactly one of Full, Diff, Lines and Error is set, or none, for a sign of life.
type message struct {
	ID    string `json:"id,omitempty"`
	At    int64  `json:"at"`
	Full  any    `json:"full,omitempty"`
	Diff  any    `json:"diff,omitempty"`
	Lines any    `json:"lines,omitempty"`
	Lost  int    `json:"lost,omitempty"` // lines that were too many
	Error string `json:"error,omitempty"`
}

func newHub(every time.Duration, idle func(), log *slog.Logger) *hub {
	return &hub{every: every, views: make(map[string]*view), feeds: make(map[feedKey]*feed), idle: idle, log: log}
}

// open adds a watcher to the view of a key, which is made when it is the first.
func (h *hub) open(key string, sample func(time.Time) (any, error), w *watcher) {
	h.mu.Lock()
	defer h.mu.Unlock()
	v := h.views[key]
	if v == nil {
		v = &view{key: key, sample: sample, watchers: make(map[*watcher]bool)}
		h.views[key] = v
	}
	v.watchers[w] = true
	h.start()
}

func (h *hub) close(key string, w *watcher) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if v := h.views[key]; v != nil {
		if delete(v.watchers, w); len(v.watchers) == 0 {
			delete(h.views, key)
		}
	}
}

// openFeed adds a watcher to the lines that a key names; begin has them seen, for the first.
func (h *hub) openFeed(key feedKey, w *watcher, begin func(see func(Line)) (stop func())) {
	h.mu.Lock()
	defer h.mu.Unlock()
	f := h.feeds[key]
	if f == nil {
		f = &feed{user: key.user, filter: key.filter, watchers: make(map[*watcher]bool)}
		h.feeds[key] = f
		f.stop = begin(f.see)
	}
	f.watchers[w] = true
	h.start()
}

func (h *hub) closeFeed(key feedKey, w *watcher) {
	h.mu.Lock()
	defer h.mu.Unlock()
	f := h.feeds[key]
	if f == nil {
		return
	}
	if delete(f.watchers, w); len(f.watchers) == 0 {
		delete(h.feeds, key)
		f.stop()
	}
}

// forget drops the lines of a user that nobody has been sent yet.
func (h *hub) forget(k live.UserKey) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for key, f := range h.feeds {
		if key.room == k.Room {
			f.forget(k.User)
		}
	}
}

// start begins sampling, or has the sampler look at once. mu is held.
func (h *hub) start() {
	if h.running == nil {
		h.running, h.nudge = make(chan struct{}), make(chan struct{}, 1)
		go h.run(h.running, h.nudge)
	}
	select {
	case h.nudge <- struct{}{}:
	default:
	}
}

// run samples until nothing is open.
func (h *hub) run(ended, nudge chan struct{}) {
	defer close(ended)
	tick := time.NewTicker(h.every)
	defer tick.Stop()
	for n := 0; ; n++ {
		soon := false
		select {
		case <-tick.C:
		case <-nudge:
			soon = true
		}
		if !h.beat(time.Now(), soon, n%2 == 0) {
			return
		}
	}
}

// beat is one round of the sampler: soon looks at new watchers alone, all at every view. It returns false when nothing
// is open any more, and has then ended the sampler.
func (h *hub) beat(now time.Time, soon, all bool) bool {
	h.mu.Lock()
	if len(h.views) == 0 && len(h.feeds) == 0 {
		h.mu.Unlock()
		h.idle() // before it shows that nothing runs; who forgets may ask what is shown, so without the lock
		h.mu.Lock()
	}
	if len(h.views) == 0 && len(h.feeds) == 0 { // nor was anything opened meanwhile
		h.running = nil
		h.mu.Unlock()
		return false
	}
	type due struct {
		*view
		watchers []*watcher
	}
	var dues []due
	for _, v := range h.views {
		d := due{view: v}
		fresh := false
		for w := range v.watchers {
			d.watchers = append(d.watchers, w)
			fresh = fresh || !w.primed
		}
		if fresh || all && !soon {
			dues = append(dues, d)
		}
	}
	type told struct {
		*feed
		watchers []*watcher
	}
	feeds := make([]told, 0, len(h.feeds))
	for _, f := range h.feeds {
		feeds = append(feeds, told{f, slices.Collect(maps.Keys(f.watchers))})
	}
	h.mu.Unlock()

	for _, d := range dues {
		h.sampleOne(now, d.view, d.watchers)
	}
	for _, f := range feeds {
		h.flush(now, f.feed, f.watchers)
	}
	return true
}

// take samples a view. The node must outlive its console: a sample that panics is none, which is logged once.
func (h *hub) take(now time.Time, v *view) (sampled any, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = errors.New("this view cannot be made out just now; the node's log says why")
			if v.failed != err.Error() {
				h.log.Error("a view of the console panicked", "view", v.key, "panic", r, "stack", string(debug.Stack()))
			}
		}
	}()
	return v.sample(now)
}

func (h *hub) sampleOne(now time.Time, v *view, watchers []*watcher) {
	h.samples.Add(1)
	next, err := h.take(now, v)
	if err == nil {
		next, err = tree(next)
	}
	if err != nil {
		v.failed, v.last = err.Error(), nil // what there is no more is not kept
		for _, w := range watchers {
			if w.failed != v.failed {
				w.failed = v.failed
				w.stream.send(message{ID: w.id, At: now.UnixMilli(), Error: v.failed})
			}
		}
		return
	}
	recovered := v.failed != ""
	v.failed = ""
	patch, changed := difference(v.last, next)
	v.last = next
	var diff []byte // the same for all, but for their ids
	for _, w := range watchers {
		switch {
		case !w.primed || recovered:
			w.primed, w.failed = true, ""
			w.stream.send(message{ID: w.id, At: now.UnixMilli(), Full: next})
		case changed:
			if diff == nil {
				if diff, err = json.Marshal(patch); err != nil {
					h.log.Error("a view cannot be encoded", "view", v.key, "err", err)
					return
				}
			}
			w.stream.send(message{ID: w.id, At: now.UnixMilli(), Diff: json.RawMessage(diff)})
		}
	}
}

// showing returns how many views and feeds are open.
func (h *hub) showing() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.views) + len(h.feeds)
}

// wait returns when the sampler has ended; nothing may be opened meanwhile.
func (h *hub) wait() {
	h.mu.Lock()
	running := h.running
	if running != nil {
		select {
		case h.nudge <- struct{}{}:
		default:
		}
	}
	h.mu.Unlock()
	if running != nil {
		<-running
	}
}
