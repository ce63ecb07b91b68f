package engine

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// runner is how every part lives: Run works until its context ends and returns after its last goroutine.
type runner interface {
	Run(ctx context.Context) error
	Ready() <-chan struct{}
}

// group runs parts, each under a context of its own so that they can be stopped in order.
type group struct {
	parent context.Context // values only; each part is cancelled by stop
	failed chan error      // the first part that ended unasked
	lives  map[string]*life
}

type life struct {
	cancel context.CancelFunc
	done   chan struct{}
	err    error // written before done is closed
}

func newGroup(ctx context.Context) *group {
	return &group{parent: context.WithoutCancel(ctx), failed: make(chan error, 1), lives: make(map[string]*life)}
}

// start runs a part and waits until it is ready or has failed.
func (g *group) start(name string, r runner) error {
	ctx, cancel := context.WithCancel(g.parent)
	l := &life{cancel: cancel, done: make(chan struct{})}
	g.lives[name] = l
	go func() {
		defer close(l.done)
		l.err = r.Run(ctx)
		if ctx.Err() == nil {
			select {
			case g.failed <- fmt.Errorf("%s ended: %w", name, orEnded(l.err)):
			default:
			}
		}
	}()
	select {
	case <-r.Ready():
		return nil
	case <-l.done:
		return fmt.Errorf("start %s: %w", name, orEnded(l.err))
	}
}

func (g *group) has(name string) bool { _, ok := g.lives[name]; return ok }

// errStuck says that a part did not end within the budget of the stop.
var errStuck = errors.New("did not end in time")

// stop ends a part and returns what its Run returned, or errStuck once the budget and a last second are spent; a part
// never started is stopped already.
func (g *group) stop(budget context.Context, name string) error {
	l, ok := g.lives[name]
	if !ok {
		return nil
	}
	l.cancel()
	select {
	case <-l.done:
		return l.err
	case <-budget.Done():
	}
	select {
	case <-l.done:
		return l.err
	case <-time.After(time.Second):
		return errStuck
	}
}

// errEnded says that a part returned without being asked to and without an error.
var errEnded = errors.New("ended without being asked to")

func orEnded(err error) error {
	if err == nil {
		return errEnded
	}
	return err
}

// part returns a context with one n-th of what is left of the budget.
func part(budget context.Context, n int) context.Context {
	end, ok := budget.Deadline()
	if !ok {
		return budget
	}
	ctx, cancel := context.WithDeadline(budget, time.Now().Add(time.Until(end)/time.Duration(n)))
	context.AfterFunc(ctx, cancel)
	return ctx
}
