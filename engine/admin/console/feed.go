package console

import (
	"encoding/json"
	"slices"
	"sync"
	"time"

	"liveroom/engine/live"
)

// maxWaiting is how many lines of a feed are shown at a beat. Nobody reads more, and a page keeps no more rows than a few beats
// bring; what is over is counted.
const maxWaiting = 120

// feedKey names the lines of a room, or of one user there, that a filter lets through.
type feedKey struct {
	room   live.RoomID
	user   live.UserID // "" for all
	filter LineFilter  // read
}

// feed gathers lines for all who watch them: they are encoded once.
type feed struct {
	user     live.UserID       // "" for all
	filter   LineFilter        // read
	watchers map[*watcher]bool // guarded by hub.mu
	stop     func()            // ends what calls see; guarded by hub.mu

	mu    sync.Mutex
	lines []Line // guarded by mu; at most maxWaiting
	lost  int    // guarded by mu
}

// see takes a line in; it runs where the line came about and never blocks.
func (f *feed) see(l Line) {
	if f.user != "" && l.User != f.user || !f.filter.wants(&l) {
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.lines) >= maxWaiting {
		f.lost++
		return
	}
	f.lines = append(f.lines, l)
}

// take returns the lines since it was last called, and how many were too many.
func (f *feed) take() (lines []Line, lost int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	lines, lost = f.lines, f.lost
	f.lines, f.lost = nil, 0
	return lines, lost
}

// forget drops the lines of a user that nobody has been sent yet.
func (f *feed) forget(user live.UserID) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.lines = slices.DeleteFunc(f.lines, func(l Line) bool { return l.User == user })
}

// flush sends the lines of a feed to who watches it.
func (h *hub) flush(now time.Time, f *feed, watchers []*watcher) {
	lines, lost := f.take()
	if len(lines) == 0 {
		return
	}
	b, err := json.Marshal(lines)
	if err != nil {
		h.log.Error("lines cannot be encoded", "err", err)
		return
	}
	for _, w := range watchers {
		w.stream.send(message{ID: w.id, At: now.UnixMilli(), Lines: json.RawMessage(b), Lost: lost})
	}
}
