package nlp

import (
	"container/heap"
	"sync"
	"time"

	"liveroom/engine/live"
)

// item is one submitted text on its way to the model.
type item struct {
	query Query
	norm  string
	words *words
	done  func(*live.Reading)
	due   time.Time // when the linear model takes it over

	// Guarded by queue.mu.
	open       bool  // not answered yet
	waiting    bool  // in the list
	place      int32 // in the heap; beside the two above, it leaves the item within its size class
	prev, next *item
}

// queue holds every text between Submit and its answer: those that wait, first come first, and among all that are not
// yet answered the one to be taken over first. It is bounded by limit waiting texts; Submit fills it, the workers
// drain it, and the watch takes from it what comes near its deadline.
type queue struct {
	limit int
	wake  chan struct{} // a waiting text for an idle worker
	rearm chan struct{} // an earlier deadline, or the end, for the watch
	shut  chan struct{} // closed by close

	mu          sync.Mutex
	taking      bool
	first, last *item
	waiting     int
	running     int
	dues        dueHeap
	armed       time.Time // what the watch waits for; zero for nothing
}

func newQueue(limit, workers int) *queue {
	return &queue{
		limit: limit,
		wake:  make(chan struct{}, workers),
		rearm: make(chan struct{}, 1),
		shut:  make(chan struct{}),
	}
}

// pushed says what became of a text offered to the queue.
type pushed uint8

const (
	queued pushed = iota
	queueFull
	queueShut
)

// push adds a text. It is refused when the queue is full or shut.
func (q *queue) push(it *item) pushed {
	q.mu.Lock()
	if !q.taking {
		q.mu.Unlock()
		return queueShut
	}
	if q.waiting >= q.limit {
		q.mu.Unlock()
		return queueFull
	}
	it.open, it.waiting = true, true
	if it.prev = q.last; q.last == nil {
		q.first = it
	} else {
		q.last.next = it
	}
	q.last = it
	q.waiting++
	heap.Push(&q.dues, it)
	early := q.armed.IsZero() || it.due.Before(q.armed)
	if early {
		q.armed = it.due
	}
	q.mu.Unlock()
	signal(q.wake)
	if early {
		signal(q.rearm)
	}
	return queued
}

// take appends up to most of the waiting texts, oldest first.
func (q *queue) take(dst []*item, most int) []*item {
	q.mu.Lock()
	defer q.mu.Unlock()
	for ; most > 0 && q.first != nil; most-- {
		it := q.first
		q.unlink(it)
		q.running++
		dst = append(dst, it)
	}
	return dst
}

func (q *queue) unlink(it *item) {
	if it.prev == nil {
		q.first = it.next
	} else {
		it.prev.next = it.next
	}
	if it.next == nil {
		q.last = it.prev
	} else {
		it.next.prev = it.prev
	}
	it.prev, it.next, it.waiting = nil, nil, false
	q.waiting--
}

// settle claims a text that was taken. It returns false when the watch has answered it.
func (q *queue) settle(it *item) bool {
	q.mu.Lock()
	q.running--
	mine := it.open
	it.open = false
	if mine {
		heap.Remove(&q.dues, int(it.place))
	}
	over := !q.taking && len(q.dues) == 0
	q.mu.Unlock()
	if over {
		signal(q.rearm)
	}
	return mine
}

// overdue claims every text whose time has come and says when the next one's is; zero when no text is watched.
func (q *queue) overdue(now time.Time, dst []*item) ([]*item, time.Time) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for len(q.dues) > 0 && !q.dues[0].due.After(now) {
		it := heap.Pop(&q.dues).(*item)
		it.open = false
		if it.waiting {
			q.unlink(it)
		}
		dst = append(dst, it)
	}
	q.armed = time.Time{}
	if len(q.dues) > 0 {
		q.armed = q.dues[0].due
	}
	return dst, q.armed
}

// start lets texts in.
func (q *queue) start() {
	q.mu.Lock()
	q.taking = true
	q.mu.Unlock()
}

// close lets no more texts in. What waits is still to be taken.
func (q *queue) close() {
	q.mu.Lock()
	q.taking = false
	q.mu.Unlock()
	close(q.shut)
}

// depth returns how many texts wait and how many are with the model.
func (q *queue) depth() (waiting, running int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.waiting, q.running
}

func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default: // one is pending already
	}
}

// dueHeap orders texts by when they are to be taken over.
type dueHeap []*item

func (h dueHeap) Len() int           { return len(h) }
func (h dueHeap) Less(i, j int) bool { return h[i].due.Before(h[j].due) }
func (h dueHeap) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].place, h[j].place = int32(i), int32(j)
}

func (h *dueHeap) Push(x any) {
	it := x.(*item)
	it.place = int32(len(*h))
	*h = append(*h, it)
}

func (h *dueHeap) Pop() any {
	old := *h
	it := old[len(old)-1]
	old[len(old)-1] = nil
	*h = old[:len(old)-1]
	it.place = -1
	return it
}
