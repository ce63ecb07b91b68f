package audit

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// rig is a log under test, with a clock and a disk that do as they are told.
type rig struct {
	*Log
	t     *testing.T
	cfg   Config
	clock *clock
	disk  *disk
}

// clock is a time that moves on by a millisecond with every look.
type clock struct {
	mu  sync.Mutex
	now time.Time
	age time.Duration
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now, c.age = c.now.Add(time.Millisecond), c.age+time.Millisecond
	return c.now
}

func (c *clock) step(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now, c.age = c.now.Add(d), c.age+d
}

// set sets the clock, while no time goes by.
func (c *clock) set(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// disk makes files whose writes fail on demand.
type disk struct {
	mu   sync.Mutex
	room int   // bytes that one write may hold; less than 0 for as many as one likes
	sync error // of every sync
	cut  error // of every truncation
}

var errFull = errors.New("no space left on device")

func (d *disk) open(path string, flags int) (file, error) {
	f, err := openFile(path, flags)
	if err != nil {
		return nil, err
	}
	return &diskFile{f, d}, nil
}

func (d *disk) set(room int, sync, cut error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.room, d.sync, d.cut = room, sync, cut
}

type diskFile struct {
	file
	disk *disk
}

func (f *diskFile) WriteAt(b []byte, at int64) (int, error) {
	f.disk.mu.Lock()
	defer f.disk.mu.Unlock()
	if f.disk.room >= 0 && len(b) > f.disk.room {
		n, _ := f.file.WriteAt(b[:f.disk.room], at)
		return n, errFull
	}
	return f.file.WriteAt(b, at)
}

func (f *diskFile) Sync() error {
	f.disk.mu.Lock()
	defer f.disk.mu.Unlock()
	return errors.Join(f.disk.sync, f.file.Sync())
}

func (f *diskFile) Truncate(n int64) error {
	f.disk.mu.Lock()
	defer f.disk.mu.Unlock()
	if f.disk.cut != nil {
		return f.disk.cut
	}
	return f.file.Truncate(n)
}

// newRig opens a log in a fresh folder.
func newRig(t *testing.T, change func(*Config)) *rig {
	t.Helper()
	cfg := Default().In(t.TempDir())
	if change != nil {
		change(&cfg)
	}
	r := &rig{t: t, cfg: cfg, clock: &clock{now: time.UnixMilli(1_790_000_000_000)}, disk: &disk{room: -1}}
	r.reopen()
	t.Cleanup(func() { r.Close() })
	return r
}

// reopen opens the log again, as a start of the node does; what was open is left as it is, as after a kill.
func (r *rig) reopen() {
	r.t.Helper()
	if r.Log != nil {
		r.lock.Close() // the files of a killed process are closed for it
		if r.file != nil {
			r.file.Close()
		}
	}
	l, err := open(r.cfg, slog.New(slog.DiscardHandler), r.clock.Now, r.disk.open)
	if err != nil {
		r.t.Fatal(err)
	}
	l.age = func() time.Duration {
		r.clock.mu.Lock()
		defer r.clock.mu.Unlock()
		return r.clock.age
	}
	l.lead = l.ahead()
	r.Log = l
}

// do does acts that succeed.
func (r *rig) do(acts ...string) {
	r.t.Helper()
	for _, a := range acts {
		if err := r.Do(r.t.Context(), Act{Who: "admin", Act: a, On: "room demo", From: "127.0.0.1"}, func() error { return nil }); err != nil {
			r.t.Fatal(err)
		}
	}
}

// verify checks the log against the heads in the second place.
func (r *rig) verify() Report {
	r.t.Helper()
	report, err := Verify(Check{Dir: r.cfg.Dir, Heads: r.cfg.HeadsFile})
	if err != nil {
		r.t.Fatal(err)
	}
	return report
}

// sound fails the test unless the log, with a head of now, has no faults.
func (r *rig) sound() Report {
	r.t.Helper()
	r.head()
	report := r.verify()
	for _, f := range report.Faults {
		r.t.Errorf("fault in a sound log: %v", f)
	}
	return report
}

// records returns every record.
func (r *rig) records() []Record {
	r.t.Helper()
	all, err := r.Records(0, maxRecords, Filter{})
	if err != nil {
		r.t.Fatal(err)
	}
	return all
}

// run runs the log; the function returned stops it.
func (r *rig) run() (stop func() error) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(r.t.Context()))
	done := make(chan error, 1)
	go func() { done <- r.Run(ctx) }()
	<-r.Ready()
	return func() error {
		cancel()
		return <-done
	}
}

// edit changes a file in the folder of the log.
func (r *rig) edit(name string, change func([]byte) []byte) {
	r.t.Helper()
	edit(r.t, filepath.Join(r.cfg.Dir, name), change)
}

func edit(t *testing.T, path string, change func([]byte) []byte) {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, change(bytes.Clone(b)), 0o600); err != nil {
		t.Fatal(err)
	}
}

// frames cuts a file into its header and its records.
func frames(b []byte) (head []byte, all [][]byte) {
	for _, p := range scan(b, headerBytes) {
		all = append(all, b[p.offset:p.offset+p.size])
	}
	return b[:headerBytes], all
}

// of changes the records of a file as pieces.
func of(change func([][]byte) [][]byte) func([]byte) []byte {
	return func(b []byte) []byte {
		head, all := frames(b)
		return append(bytes.Clone(head), bytes.Join(change(all), nil)...)
	}
}
