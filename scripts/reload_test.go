package scripts

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"liveroom/engine/live"
)

// greets is a greeting script that says one thing.
func greets(text string) string {
	return "name: greeting\nintents: [greeting]\ncases:\n  - {name: always, texts: ['" + text + "']}\n"
}

func hello(t testing.TB, b *Book) string {
	t.Helper()
	return say(t, b, asking(live.IntentGreeting, nil)).Text
}

func TestReloadSwapsWholeOrNotAtAll(t *testing.T) {
	dir := bundleDir(t, map[string]string{"greeting.yaml": greets("一")})
	path := filepath.Join(dir, "greeting.yaml")
	b := newBook(t, Config{Dir: dir}, newOwners())
	if changed, err := b.Reload(); changed || err != nil {
		t.Fatalf("Reload of the same = %v, %v, want nothing", changed, err)
	}
	write(t, path, greets("二"))
	if changed, err := b.Reload(); !changed || err != nil || hello(t, b) != "二" {
		t.Fatalf("Reload = %v, %v and says %q, want 二", changed, err, hello(t, b))
	}
	before := b.Status()

	write(t, path, greets("三"))
	write(t, filepath.Join(dir, "price.yaml"), "name: price\nintents: [price]\ncases:\n  - {name: x, texts: ['{{.Prise}}']}\n")
	changed, err := b.Reload()
	var bundle *BundleError
	if changed || !errors.As(err, &bundle) || hello(t, b) != "二" {
		t.Fatalf("Reload of a bad bundle = %v, %v and says %q, want 二 to stay", changed, err, hello(t, b))
	}
	want := Problem{File: "price.yaml", Line: 4, Text: "case \"x\", text 1: unknown variable .Prise"}
	if p := bundle.Problems[0]; p.File != want.File || p.Line != want.Line || !strings.HasPrefix(p.Text, want.Text) {
		t.Errorf("problem %v, want %v", p, want)
	}
	if s := b.Status(); s.Digest != before.Digest || !strings.Contains(s.Refused, "price.yaml:4") || s.Scripts != before.Scripts || s.Texts == 0 {
		t.Errorf("Status = %+v, want the running set and why the new one was refused", s)
	}
	if changed, err := b.Reload(); changed || err != nil {
		t.Errorf("Reload of the same bad bundle = %v, %v, want nothing new", changed, err)
	}

	if err := os.Remove(filepath.Join(dir, "price.yaml")); err != nil {
		t.Fatal(err)
	}
	if changed, err := b.Reload(); !changed || err != nil || hello(t, b) != "三" || b.Status().Refused != "" {
		t.Errorf("Reload after the cure = %v, %v, %+v", changed, err, b.Status())
	}
	if got := counter(t, b.met.reloaded); got != 3 {
		t.Errorf("reload_total{ok} = %v, want 3", got)
	}
	if got := counter(t, b.met.refused); got != 1 {
		t.Errorf("reload_total{refused} = %v, want 1", got)
	}
}

func TestLostDirectoryKeepsTheRunningSet(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "scripts")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "greeting.yaml"), greets("一"))
	b := newBook(t, Config{Dir: dir}, newOwners())
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	if changed, err := b.Reload(); changed || err == nil || hello(t, b) != "一" {
		t.Errorf("Reload without the directory = %v, %v and says %q", changed, err, hello(t, b))
	}
	if unreadable, faulty := counter(t, b.met.unreadable), counter(t, b.met.refused); unreadable != 1 || faulty != 0 {
		t.Errorf("reload_total{refused} = %v unreadable, %v faulty, want 1 and 0", unreadable, faulty)
	}
}

func TestNewRefusesABadBundle(t *testing.T) {
	for name, dir := range map[string]string{
		"no directory": filepath.Join(t.TempDir(), "none"),
		"bad file":     bundleDir(t, map[string]string{"x.yaml": "x"}),
	} {
		if b, err := New(Config{Dir: dir}, newOwners(), quiet(), prometheus.NewRegistry()); err == nil || b != nil {
			t.Errorf("%s: New = %v, %v, want an error", name, b, err)
		}
	}
	reg := prometheus.NewRegistry()
	newMeters(reg)
	if _, err := New(Config{}, newOwners(), quiet(), reg); err == nil {
		t.Error("New registers its metrics twice")
	}
}

func TestOwnScriptTakesOver(t *testing.T) {
	// One file of the shop's under another name takes the intent over in private; in public the library still answers.
	dir := bundleDir(t, map[string]string{"mine.yaml": "name: mine\nintents: [greeting]\nscope: private\ncases:\n  - {name: always, texts: [我是店主]}\n"})
	b := newBook(t, Config{Dir: dir}, newOwners())
	if got := hello(t, b); got != "我是店主" {
		t.Errorf("private greeting %q, want the shop's own", got)
	}
	a := asking(live.IntentGreeting, nil)
	a.Scope = live.Public
	if line := say(t, b, a); line.Script != "greeting" {
		t.Errorf("public greeting from %q, want the library's", line.Script)
	}
}

func TestRunTwice(t *testing.T) {
	b := running(t, Config{}, newOwners())
	if err := b.Run(context.Background()); !errors.Is(err, ErrRunning) {
		t.Errorf("second Run = %v, want ErrRunning", err)
	}
}

// lockedBuffer is a log that is read while it is written.
type lockedBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}

// TestWatchedEditIsLiveWithinASecond runs on the bubble's clock: nothing here waits for real.
func TestWatchedEditIsLiveWithinASecond(t *testing.T) {
	dir := bundleDir(t, map[string]string{"greeting.yaml": greets("一")})
	path := filepath.Join(dir, "greeting.yaml")
	synctest.Test(t, func(t *testing.T) {
		logged := &lockedBuffer{}
		b, err := New(Config{Dir: dir}, newOwners(), slog.New(slog.NewTextHandler(logged, nil)), prometheus.NewRegistry())
		if err != nil {
			t.Fatal(err)
		}
		ctx, stop := context.WithCancel(context.Background())
		done := make(chan error, 1)
		go func() { done <- b.Run(ctx) }()
		<-b.Ready()

		write(t, path, greets("二"))
		time.Sleep(time.Second)
		synctest.Wait()
		if got := hello(t, b); got != "二" {
			t.Errorf("a second after the edit it says %q, want 二", got)
		}

		write(t, path, greets("{{.Nope}}"))
		time.Sleep(time.Minute)
		synctest.Wait()
		if got := hello(t, b); got != "二" {
			t.Errorf("after a bad edit it says %q, want 二", got)
		}
		if n := strings.Count(logged.String(), "scripts refused"); n != 1 || !strings.Contains(logged.String(), "unknown variable .Nope") {
			t.Errorf("%d refusals logged in a minute, want 1 that says why:\n%s", n, logged)
		}

		// A file caught half written is not tried: it looks different at the next glance.
		write(t, path, greets("三")[:30])
		time.Sleep(300 * time.Millisecond)
		synctest.Wait()
		write(t, path, greets("三"))
		time.Sleep(time.Second)
		synctest.Wait()
		if got := hello(t, b); got != "三" || strings.Count(logged.String(), "scripts refused") != 1 {
			t.Errorf("after a slow write it says %q, log:\n%s", got, logged)
		}
		stop()
		if err := <-done; err != nil {
			t.Errorf("Run: %v", err)
		}
	})
}

// TestReloadUnderLoad swaps sets while others compose: every reply comes whole from one set.
func TestReloadUnderLoad(t *testing.T) {
	dir := bundleDir(t, map[string]string{"greeting.yaml": greets("甲甲甲甲")})
	owners := newOwners()
	owners.publish("cup", level("DEMO-3", "", 37, 0))
	b := running(t, Config{Dir: dir}, owners)
	stop := make(chan struct{})
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				if got := hello(t, b); got != "甲甲甲甲" && got != "乙乙乙乙" {
					t.Errorf("Compose = %q, a mixture", got)
					return
				}
				say(t, b, asking(live.IntentStock, cup))
			}
		})
	}
	for i := range 20 {
		write(t, filepath.Join(dir, "greeting.yaml"), greets([]string{"乙乙乙乙", "甲甲甲甲"}[i%2]))
		if _, err := b.Reload(); err != nil {
			t.Error(err)
		}
	}
	close(stop)
	wg.Wait()
}
