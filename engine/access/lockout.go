package access

import (
	"sync"
	"time"
)

// How failed tries are answered: the first few are free, then each doubles the wait.
const (
	freeHere     = 5  // for one name from one address
	freeAnywhere = 20 // for one name, so that nobody locks another out from afar with a handful
	freeAddress  = 50 // from one address, whatever the names
	firstWait    = time.Second
	longestWait  = 15 * time.Minute
	forgetAfter  = time.Hour
	maxTracked   = 10_000
)

// lockout counts failed tries. It is a pure table: the clock is handed in.
type lockout struct {
	mu    sync.Mutex
	tries map[string]*tries // guarded by mu; at most maxTracked
}

type tries struct {
	failed int
	last   time.Time
}

func newLockout() *lockout { return &lockout{tries: make(map[string]*tries)} }

// bound is one counter that a try goes by.
type bound struct {
	key  string
	free int
}

func bounds(name, address string) [3]bound {
	return [3]bound{{"both\x00" + name + "\x00" + address, freeHere}, {"name\x00" + name, freeAnywhere}, {"from\x00" + address, freeAddress}}
}

// try returns how long a name must wait for its next try from an address. When it is 0 the try counts as failed until
// passed says otherwise, so that many at once are as many tries.
func (l *lockout) try(name, address string, now time.Time) (wait time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if wait = l.wait(name, address, now); wait <= 0 {
		l.failed(name, address, now)
		return 0
	}
	return wait
}

func (l *lockout) wait(name, address string, now time.Time) time.Duration {
	var longest time.Duration
	for _, b := range bounds(name, address) {
		if t := l.tries[b.key]; t != nil {
			longest = max(longest, t.last.Add(penalty(t.failed-b.free)).Sub(now))
		}
	}
	return longest
}

// penalty is the wait after so many tries beyond the free ones.
func penalty(beyond int) time.Duration {
	if beyond < 0 {
		return 0
	}
	return min(firstWait<<min(beyond, 20), longestWait)
}

func (l *lockout) failed(name, address string, now time.Time) {
	for _, b := range bounds(name, address) {
		t := l.tries[b.key]
		if t == nil {
			l.makeRoom(now)
			t = &tries{}
			l.tries[b.key] = t
		}
		if now.Sub(t.last) > forgetAfter {
			t.failed = 0
		}
		t.failed++
		t.last = now
	}
}

// makeRoom drops what is forgotten, and the one longest quiet when nothing is.
func (l *lockout) makeRoom(now time.Time) {
	if len(l.tries) < maxTracked {
		return
	}
	var oldest string
	var at time.Time
	for key, t := range l.tries {
		if now.Sub(t.last) > forgetAfter {
			delete(l.tries, key)
		} else if oldest == "" || t.last.Before(at) {
			oldest, at = key, t.last
		}
	}
	if len(l.tries) >= maxTracked {
		delete(l.tries, oldest)
	}
}

// passed forgets the failed tries of a name from an address, but not those of the address.
func (l *lockout) passed(name, address string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	all := bounds(name, address)
	delete(l.tries, all[0].key)
	delete(l.tries, all[1].key)
}
