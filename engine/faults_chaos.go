//go:build chaos

package engine

import (
	"errors"
	"fmt"
	"net/http"
	"sync"

	"liveroom/actors"
	"liveroom/nlp"
)

// errInjected is what an injected fault fails with.
var errInjected = errors.New("injected by a fault route")

// faults are switched by POST /chaos/{fault}/on and /off on the admin address; a build without the tag has none of it.
//
//	commit   every group commit fails
//	model    every run of the model fails
//	stall    runs of the model wait until it is switched off
//	step     the next step of a user panics; switches itself off
type faults struct {
	commit func() error
	step   func(*actors.Input)

	mu   sync.Mutex
	on   map[string]bool
	idle *sync.Cond // a fault was switched off
}

func newFaults() *faults {
	f := &faults{on: map[string]bool{"commit": false, "model": false, "stall": false, "step": false}}
	f.idle = sync.NewCond(&f.mu)
	f.commit = func() error {
		if f.is("commit") {
			return errInjected
		}
		return nil
	}
	f.step = func(in *actors.Input) {
		if in.Kind == actors.InRead && f.take("step") {
			panic(errInjected)
		}
	}
	return f
}

func (f *faults) is(name string) bool { f.mu.Lock(); defer f.mu.Unlock(); return f.on[name] }

// take tells whether a fault is on, and switches it off.
func (f *faults) take(name string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	was := f.on[name]
	f.on[name] = false
	return was
}

func (f *faults) set(name string, on bool) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if _, ok := f.on[name]; !ok {
		return fmt.Errorf("no fault %q; there are commit, model, stall and step", name)
	}
	f.on[name] = on
	f.idle.Broadcast()
	return nil
}

// loader opens classifiers that fail or stall on demand.
func (f *faults) loader(open nlp.Loader) nlp.Loader {
	return func(dir string, m *nlp.Manifest) (nlp.Classifier, error) {
		c, err := open(dir, m)
		if err != nil {
			return nil, err
		}
		return &faulty{Classifier: c, faults: f}, nil
	}
}

type faulty struct {
	nlp.Classifier
	faults *faults
}

// Classify implements nlp.Classifier.
func (c *faulty) Classify(batch [][]int32, out []nlp.Scores) error {
	c.faults.mu.Lock()
	for c.faults.on["stall"] {
		c.faults.idle.Wait()
	}
	c.faults.mu.Unlock()
	if c.faults.is("model") {
		return errInjected
	}
	return c.Classifier.Classify(batch, out)
}

func (f *faults) routes() map[string]http.Handler {
	return map[string]http.Handler{
		"POST /chaos/{fault}/{state}": http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if err := f.set(r.PathValue("fault"), r.PathValue("state") == "on"); err != nil {
				http.Error(w, err.Error(), http.StatusNotFound)
			}
		}),
	}
}
