package engine

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"strings"
	"time"

	"liveroom/engine/admin/console"
	"liveroom/engine/audit"
	"liveroom/engine/live"
	"liveroom/engine/storage"
	"liveroom/nlp"
)

// Version is what this build is called: the module's version, or the commit it was built from.
func Version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			return s.Value
		}
	}
	return info.Main.Version
}

// Status is one moment of the whole node, for the console and health checks.
type Status struct {
	Version  string
	Ready    string // "ready", or why not
	InFlight int
	Storage  storage.Status
	NLP      nlp.Status
	Scripts  any
	Audit    audit.Status
	Parts    []console.Part
}

var (
	errStarting = errors.New("starting")
	errDraining = errors.New("draining")
)

// notReady returns why the node should get no new links, or nil.
func (e *Engine) notReady() error {
	select {
	case <-e.ready:
	default:
		return errStarting
	}
	if e.draining.Load() {
		return errDraining
	}
	if s := e.parts.store.Status(); s.Failing {
		return errors.New("storage: " + s.Failure)
	}
	return nil
}

func (e *Engine) status() any {
	s := Status{
		Version: Version(), Ready: "ready", InFlight: e.parts.house.InFlight(), Storage: e.parts.store.Status(),
		NLP: e.parts.reader.Status(), Scripts: e.parts.book.Status(), Audit: e.parts.audit.Status(),
	}
	if err := e.notReady(); err != nil {
		s.Ready = err.Error()
	}
	now := e.vitals(time.Now())
	s.Parts = now.parts()
	return s
}

// partsTold says how each part does, a line each: its name, its state, and what to do in Chinese, which holds no path and
// nothing that the system said.
func (e *Engine) partsTold() string {
	now := e.vitals(time.Now())
	var b strings.Builder
	for _, p := range now.parts() {
		fmt.Fprintf(&b, "%s\t%s\t%s\n", p.Name, p.State, p.Advice)
	}
	return b.String()
}

// Dialogue returns what the node keeps in mind of a user's dialogue, as text for people.
func (e *Engine) Dialogue(ctx context.Context, k live.UserKey) (string, error) {
	return e.parts.house.Describe(ctx, k)
}
