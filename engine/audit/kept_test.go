package audit

import (
	"context"
	"errors"
	"os"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
)

// cellar is a place for heads that may be out of reach.
type cellar struct {
	mu    sync.Mutex
	lines [][]byte // the latest first
	away  bool
}

var errAway = errors.New("the database is away")

func (c *cellar) keep(_ context.Context, line []byte) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.away {
		return errAway
	}
	c.lines = append([][]byte{line}, c.lines...)
	return nil
}

func (c *cellar) kept(context.Context) ([][]byte, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.away {
		return nil, errAway
	}
	return slices.Clone(c.lines), nil
}

func (c *cellar) set(away bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.away = away
}

// last returns the record of the latest head kept.
func (c *cellar) last(t *testing.T) uint64 {
	t.Helper()
	lines, err := c.kept(t.Context())
	if err != nil || len(lines) == 0 {
		t.Fatalf("%d heads are kept, %v", len(lines), err)
	}
	h, err := parseHead(lines[0])
	if err != nil || !h.Valid() {
		t.Fatalf("%s is kept: %v", lines[0], err)
	}
	return h.Seq
}

func found(list []Finding, kind Kind, file string) bool {
	return slices.ContainsFunc(list, func(f Finding) bool { return f.Kind == kind && f.File == file })
}

// Heads are kept in the store too; while it is away nothing waits for it, and the latest follows.
func TestHeadsAreKeptInTheStore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := new(cellar)
		r := newRig(t, func(cfg *Config) { cfg.KeepHead, cfg.HeadsKept = c.keep, c.kept })
		ctx, end := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- r.Run(ctx) }()
		synctest.Wait()
		if got := c.last(t); got != r.Status().Last {
			t.Errorf("after the start record %d is vouched for, want %d", got, r.Status().Last)
		}
		c.set(true)
		r.do("a", "b")
		r.head()
		synctest.Wait()
		if s := r.Status(); s.Failure != "" {
			t.Errorf("with the store away: %+v", s)
		}
		if report, err := r.Verify(); err != nil || len(report.Faults) > 0 || !found(report.Notes, NoHeads, keptHeads) {
			t.Errorf("verified without the store: %+v, %v", report, err)
		}
		c.set(false)
		r.do("c")
		r.head()
		synctest.Wait()
		if got := c.last(t); got != r.Status().Last {
			t.Errorf("with the store back record %d is vouched for, want %d", got, r.Status().Last)
		}
		if report, err := r.Verify(); err != nil || len(report.Faults) > 0 || found(report.Notes, NoHeads, keptHeads) {
			t.Errorf("verified with the store: %+v, %v", report, err)
		}
		end()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
}

// Who takes the latest records and the heads of every file away is found out by the store.
func TestTheStoreKnowsOfACutEnd(t *testing.T) {
	c := new(cellar)
	r := newRig(t, nil)
	r.do("a")
	r.sound()
	files, err := listFiles(r.cfg.Dir)
	if err != nil || len(files) != 1 {
		t.Fatalf("%v, %v", files, err)
	}
	path := r.cfg.Dir + "/" + files[0].name
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	heads, err := os.ReadFile(r.cfg.HeadsFile[0])
	if err != nil {
		t.Fatal(err)
	}
	r.do("b", "c")
	r.sound()
	last, err := Heads(r.cfg.Dir)
	if err != nil {
		t.Fatal(err)
	}
	c.keep(t.Context(), last[len(last)-1].Line())
	for name, content := range map[string][]byte{path: before, r.cfg.HeadsFile[0]: heads, r.cfg.Dir + "/" + localHeads: heads} {
		if err := os.WriteFile(name, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if report := r.verify(); len(report.Faults) > 0 {
		t.Fatalf("the files alone show %v", report.Faults)
	}
	check := Check{Dir: r.cfg.Dir, Heads: r.cfg.HeadsFile, Kept: c.lines}
	if report, err := Verify(check); err != nil || len(report.Faults) != 1 || report.Faults[0].Kind != Truncated {
		t.Errorf("with the store: %v, %v; want truncated", report.Faults, err)
	}

	other := newRig(t, nil) // another folder's log on the same database
	other.do("x")
	other.sound()
	check = Check{Dir: other.cfg.Dir, Heads: other.cfg.HeadsFile, Kept: c.lines}
	if report, err := Verify(check); err != nil || len(report.Faults) > 0 || !found(report.Notes, NoHeads, keptHeads) {
		t.Errorf("of another log: %+v, %v; want a note", report, err)
	}
	check = Check{Dir: t.TempDir(), Kept: c.lines} // the whole log is gone
	if report, err := Verify(check); err != nil || len(report.Faults) == 0 || report.Faults[0].Kind != Truncated {
		t.Errorf("of a log that is gone: %+v, %v; want truncated", report, err)
	}
	check = Check{Dir: r.cfg.Dir, Heads: r.cfg.HeadsFile, Kept: [][]byte{[]byte(`{"audit":1}`)}}
	if report, err := Verify(check); err != nil || len(report.Faults) != 1 || report.Faults[0].Kind != ForgedHead {
		t.Errorf("of what is no head: %v, %v", report.Faults, err)
	}
}
