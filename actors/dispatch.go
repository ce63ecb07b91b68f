package actors

import "sync"

// dispatcher runs mailboxes on a few goroutines that live as long as the House, instead of one new goroutine for each
// burst of messages: their stacks have grown once and stay grown, which is worth a tenth of the CPU of a message (see
// BenchmarkDeliver). Actors never block, so few are enough.
//
// Its queue holds a mailbox at most once, so it is bounded by the number of actors.
type dispatcher struct {
	workers int

	mu    sync.Mutex
	more  sync.Cond // something was queued, or closed
	queue []func()  // guarded by mu; from head on
	head  int       // guarded by mu
	ended bool      // guarded by mu
}

func newDispatcher(workers int) *dispatcher {
	d := &dispatcher{workers: workers}
	d.more.L = &d.mu
	return d
}

// Schedule implements actor.Dispatcher.
func (d *dispatcher) Schedule(run func()) {
	d.mu.Lock()
	d.queue = append(d.queue, run)
	d.mu.Unlock()
	d.more.Signal()
}

// Throughput implements actor.Dispatcher: how many messages of one mailbox are handled in one go.
func (d *dispatcher) Throughput() int { return 300 }

// run works until close and until nothing is queued.
func (d *dispatcher) run() {
	var all sync.WaitGroup
	for range d.workers {
		all.Go(func() {
			for run := d.next(); run != nil; run = d.next() {
				run()
			}
		})
	}
	all.Wait()
}

func (d *dispatcher) next() func() {
	d.mu.Lock()
	defer d.mu.Unlock()
	for d.head == len(d.queue) {
		if d.ended {
			return nil
		}
		d.more.Wait()
	}
	run := d.queue[d.head]
	d.queue[d.head] = nil
	d.head++
	if d.head == len(d.queue) {
		d.queue, d.head = d.queue[:0], 0
	}
	return run
}

func (d *dispatcher) close() {
	d.mu.Lock()
	d.ended = true
	d.mu.Unlock()
	d.more.Broadcast()
}
