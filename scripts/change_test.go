package scripts

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// TestAChangeOnTheDiskIsWrittenDownFirst has a journal that at times takes nothing: then nothing is taken up.
func TestAChangeOnTheDiskIsWrittenDownFirst(t *testing.T) {
	dir := bundleDir(t, map[string]string{"greeting.yaml": greets("一"), "old.yaml": "name: old\nintents: [price]\ncases:\n  - {name: x, texts: [贵]}\n"})
	path := filepath.Join(dir, "greeting.yaml")
	synctest.Test(t, func(t *testing.T) {
		type entry struct {
			Change
			err error
		}
		var mu sync.Mutex // a timer alone orders nothing between the book's turn and what the test does before it
		var taken []entry
		full, asked := false, 0
		cfg := Config{Dir: dir, Journal: func(c Change, try func() error) error {
			mu.Lock()
			defer mu.Unlock()
			asked++
			if full {
				return errors.New("no space left on device")
			}
			err := try()
			taken = append(taken, entry{c, err})
			return err
		}}
		logged := &lockedBuffer{}
		b, err := New(cfg, newOwners(), slog.New(slog.NewTextHandler(logged, nil)), prometheus.NewRegistry())
		if err != nil {
			t.Fatal(err)
		}
		ctx, stop := context.WithCancel(context.Background())
		done := make(chan error, 1)
		go func() { done <- b.Run(ctx) }()
		<-b.Ready()
		mu.Lock()
		look := func(d time.Duration) {
			mu.Unlock()
			time.Sleep(d)
			synctest.Wait()
			mu.Lock()
		}

		look(time.Minute)
		if asked != 0 {
			t.Errorf("a journal was told %d times of nothing", asked)
		}
		first := b.Status().Digest
		full = true
		write(t, path, greets("二"))
		write(t, filepath.Join(dir, "new.yaml"), "name: new\nintents: [size]\ncases:\n  - {name: x, texts: [大]}\n")
		if err := os.Remove(filepath.Join(dir, "old.yaml")); err != nil {
			t.Fatal(err)
		}
		look(time.Minute)
		if got := hello(t, b); got != "一" || asked < 10 || b.Status().Digest != first {
			t.Errorf("while nothing can be written down it says %q, asked %d times; want 一, tried again and again", got, asked)
		}
		if n := strings.Count(logged.String(), "cannot be written down"); n != 1 {
			t.Errorf("%d lines in a minute say so, want 1:\n%s", n, logged)
		}
		full = false
		look(time.Second)
		want := []string{"greeting.yaml changed", "new.yaml made", "old.yaml taken away"}
		if got := hello(t, b); got != "二" || len(taken) != 1 || taken[0].err != nil || !slices.Equal(taken[0].Files, want) ||
			taken[0].Running != first || taken[0].Digest != b.Status().Digest {
			t.Errorf("then it says %q and %+v is written down; want %q once", got, taken, want)
		}

		write(t, path, greets("{{.Nope}}"))
		look(time.Minute)
		if len(taken) != 2 || taken[1].err == nil || !strings.Contains(taken[1].err.Error(), "Nope") || len(taken[1].Files) != 1 {
			t.Errorf("a bad edit is written down as %+v, want it once, with why it is refused", taken)
		}
		write(t, path, greets("三"))
		if _, err := b.Reload(); err != nil { // by somebody who writes it down himself
			t.Fatal(err)
		}
		look(time.Minute)
		if len(taken) != 2 || hello(t, b) != "三" {
			t.Errorf("what was taken up by Reload is written down once more: %+v", taken)
		}
		if err := b.Unwatched(func() error {
			write(t, path, greets("四")) // half of what is changed together
			look(time.Minute)
			if len(taken) != 2 || hello(t, b) != "三" {
				t.Errorf("half of a change is taken up: %+v", taken)
			}
			_, err := b.Reload()
			return err
		}); err != nil || hello(t, b) != "四" {
			t.Fatalf("changed unwatched: %v, it says %q", err, hello(t, b))
		}
		look(time.Minute)
		if len(taken) != 2 {
			t.Errorf("what was changed unwatched is written down once more: %+v", taken)
		}
		if err := os.RemoveAll(dir); err != nil {
			t.Fatal(err)
		}
		look(time.Minute)
		if len(taken) != 3 || taken[2].err == nil || taken[2].Digest != "" || len(taken[2].Files) != 0 {
			t.Errorf("a lost directory is written down as %+v", taken)
		}
		stop()
		if err := <-done; err != nil {
			t.Errorf("Run: %v", err)
		}
	})
}
