package heat

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"time"

	"liveroom/engine/files"
)

const keepEvery = time.Minute

// Keeper has a Map outlast the node. What is in its way is logged, and keeps no node from running.
type Keeper struct {
	heat  *Map
	path  string
	log   *slog.Logger
	ready chan struct{}

	failed bool // the last writing; owned by Run
}

// Keep takes what was asked before, as a file in dir says, into h, and returns what keeps it there from then on.
func Keep(h *Map, dir string, log *slog.Logger) *Keeper {
	k := &Keeper{heat: h, path: filepath.Join(dir, fileName), log: log, ready: make(chan struct{})}
	left, _ := filepath.Glob(k.path + ".new-*") // half written when a node was killed
	for _, path := range left {
		os.Remove(path)
	}
	switch before, err := read(k.path); {
	case err == nil:
		h.take(before)
	case !errors.Is(err, fs.ErrNotExist):
		aside := filepath.Join(dir, asideName)
		log.Warn("what was asked before cannot be read and is counted anew", "file", k.path, "aside", aside, "err", errors.Join(err, os.Rename(k.path, aside)))
	}
	return k
}

func read(path string) (kept, error) {
	st, err := os.Stat(path)
	switch {
	case err != nil:
		return kept{}, err
	case !st.Mode().IsRegular():
		return kept{}, fmt.Errorf("mode %v, want a regular file", st.Mode())
	case st.Size() > maxBytes:
		return kept{}, fmt.Errorf("%d bytes, want at most %d", st.Size(), maxBytes)
	}
	file, err := os.ReadFile(path)
	if err != nil {
		return kept{}, err
	}
	return parse(file)
}

// Ready is closed once Run runs.
func (k *Keeper) Ready() <-chan struct{} { return k.ready }

// Run writes until ctx ends, once a minute when there is something new, and at the end.
func (k *Keeper) Run(ctx context.Context) error {
	close(k.ready)
	tick := time.NewTicker(keepEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			k.keep()
			return nil
		case <-tick.C:
			k.keep()
		}
	}
}

// keep writes what is counted, if it has changed. What cannot be written is tried again.
func (k *Keeper) keep() {
	now, changed := k.heat.give()
	if !changed {
		return
	}
	slices.SortFunc(now.Rows, func(a, b keptRow) int {
		return cmp.Or(cmp.Compare(a.Intent, b.Intent), cmp.Compare(a.Product, b.Product))
	})
	file, err := now.encode()
	if err == nil {
		err = files.Replace(k.path, file, nil)
	}
	switch {
	case err != nil:
		k.heat.unkept()
		if !k.failed {
			k.log.Warn("what is asked is not kept, and is lost when the node ends; it is tried again every minute", "file", k.path, "err", err)
		}
	case k.failed:
		k.log.Info("what is asked is kept again", "file", k.path)
	}
	k.failed = err != nil
}
