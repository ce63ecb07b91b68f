package audit

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

func TestAnActIsWrittenBeforeAndAfter(t *testing.T) {
	r := newRig(t, nil)
	before := 0
	err := r.Do(t.Context(), Act{Who: "li", Act: "room.mode", On: "room demo", From: "10.0.0.7", Detail: "paused"}, func() error {
		before = len(r.records())
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	all := r.records()
	if before != 2 || len(all) != 3 {
		t.Fatalf("%d records before and %d after the act, want 2 and 3 with the first of the log", before, len(all))
	}
	i, d := all[1], all[2]
	if i.Who != "li" || i.Act != "room.mode" || i.On != "room demo" || i.From != "10.0.0.7" || i.Detail != "paused" || i.Result != Intended {
		t.Errorf("the intention is %+v", i)
	}
	if d.Of != i.Seq || d.Result != Done || d.Act != i.Act || d.Who != i.Who || d.At < i.At {
		t.Errorf("the result is %+v", d)
	}
	wrong := errors.New("no such room")
	if err := r.Do(t.Context(), Act{Act: "x"}, func() error { return wrong }); !errors.Is(err, wrong) {
		t.Errorf("a failed act returned %v", err)
	}
	if all = r.records(); all[4].Result != Failed || all[4].Detail != "no such room" {
		t.Errorf("the result of a failed act is %+v", all[4])
	}
	r.sound()
}

func TestAPanicIsAResult(t *testing.T) {
	r := newRig(t, nil)
	func() {
		defer func() {
			if recover() == nil {
				t.Error("the panic was swallowed")
			}
		}()
		r.Do(t.Context(), Act{Act: "x"}, func() error { panic("boom") })
	}()
	if all := r.records(); all[2].Result != Failed || all[2].Detail != "it panicked" {
		t.Errorf("the result is %+v", all[2])
	}
}

func TestAnEndedRequestDoesNothing(t *testing.T) {
	r := newRig(t, nil)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	err := r.Do(ctx, Act{Act: "x"}, func() error { t.Error("done"); return nil })
	if !errors.Is(err, context.Canceled) || len(r.records()) != 1 {
		t.Errorf("got %v and %d records", err, len(r.records()))
	}
}

func TestPersonalValuesAreConcealed(t *testing.T) {
	r := newRig(t, nil)
	act := Act{Who: "li", Act: "user.mute", On: "room demo user " + Personal("王小\x02明"), Detail: "phone " + Personal("13812345678") + "."}
	if err := r.Do(t.Context(), act, func() error { return errors.New("no " + Personal("13812345678")) }); err != nil && !strings.HasPrefix(err.Error(), "no ") {
		t.Fatal(err)
	}
	content, err := os.ReadFile(filepath.Join(r.cfg.Dir, fileName(1)))
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{"王小", "明", "13812345678", personOpen, personClose + "."} {
		if strings.Contains(string(content[headerBytes:]), secret) && len(secret) > 1 {
			t.Errorf("%q stands in the log", secret)
		}
	}
	i := r.records()[1]
	if want := "room demo user " + r.Pseudonym("王小明"); i.On != want {
		t.Errorf("on %q, want %q", i.On, want)
	}
	if want := "phone " + r.Pseudonym("13812345678") + "."; i.Detail != want {
		t.Errorf("detail %q, want %q", i.Detail, want)
	}
	found, err := r.Records(0, 10, Filter{Person: "13812345678"})
	if err != nil || len(found) != 2 {
		t.Errorf("found %d records of the person and %v, want 2", len(found), err)
	}
	r.reopen()
	if got, want := r.Pseudonym("13812345678"), i.Detail[len("phone "):len(i.Detail)-1]; got != want {
		t.Errorf("after a start the pseudonym is %s, want %s", got, want)
	}
}

func TestSealedBesideThePseudonym(t *testing.T) {
	var refuse, unsaved error
	var scopes []string
	r := newRig(t, func(c *Config) {
		c.Seal = func(p Subject) (string, error) {
			scopes = append(scopes, p.Scope)
			return fmt.Sprint("sealed", len(p.Value)), refuse
		}
		c.Sealed, c.Waits = func() error { return unsaved }, func(string) bool { return unsaved != nil }
	})
	r.Do(t.Context(), Act{Act: "x", On: "user " + Personal("abc")}, func() error { return nil })
	if got, want := r.records()[1].On, "user "+r.Pseudonym("abc")+"=sealed3"; got != want {
		t.Errorf("on %q, want %q", got, want)
	}
	if got, want := r.records()[1].People(), []Person{{r.Pseudonym("abc"), "sealed3"}}; !slices.Equal(got, want) {
		t.Errorf("the people of the record are %v, want %v", got, want)
	}
	if got, n := Unsealed(r.records()[1].On); got != "user "+r.Pseudonym("abc") || n != 1 {
		t.Errorf("without what is sealed it is %q, %d", got, n)
	}
	refuse = errors.New("no key")
	if err := r.Do(t.Context(), Act{Act: "x", On: Personal("a")}, func() error { t.Error("done"); return nil }); !errors.Is(err, ErrRefused) {
		t.Errorf("an act whose values cannot be sealed got %v", err)
	}
	refuse, unsaved = nil, errors.New("disk full")
	if err := r.Do(t.Context(), Act{Act: "x", On: Personal("a")}, func() error { t.Error("done"); return nil }); !errors.Is(err, ErrRefused) {
		t.Errorf("an act whose keys cannot be stored got %v", err)
	}
	unsaved = nil
	r.Do(t.Context(), Act{Act: "x", On: "user " + PersonalIn("room\x04 9", "abc")}, func() error { return nil })
	if all := r.records(); all[len(all)-2].On != "user "+r.Pseudonym("abc")+"=sealed3" || scopes[len(scopes)-1] != "room 9" {
		t.Errorf("in a scope it is %q, the scopes are %q", all[len(all)-2].On, scopes)
	}
}

func TestAFullDiskRefusesAndRecovers(t *testing.T) {
	r := newRig(t, nil)
	r.do("a")
	for room := range 80 {
		r.disk.set(room, nil, nil)
		err := r.Do(t.Context(), Act{Act: "b"}, func() error { t.Error("done"); return nil })
		if !errors.Is(err, ErrRefused) || !errors.Is(err, errFull) {
			t.Fatalf("with room for %d bytes an act got %v", room, err)
		}
		if err := r.Note(Act{Act: "n"}); !errors.Is(err, ErrRefused) {
			t.Fatalf("noting got %v", err)
		}
	}
	r.disk.set(-1, nil, nil)
	r.do("c")
	all := r.records()
	if len(all) != 6 || all[3].Act != actResumed || !strings.Contains(all[3].Detail, "acts refused: 160") {
		t.Errorf("the log is %+v, want one record of what was refused", all)
	}
	if r.Err() != nil || r.Status().Refused != 160 {
		t.Errorf("status %+v", r.Status())
	}
	r.sound()
}

func TestAResultThatCannotBeWrittenGoesFirstLater(t *testing.T) {
	r := newRig(t, nil)
	err := r.Do(t.Context(), Act{Act: "a"}, func() error { r.disk.set(0, nil, errFull); return nil })
	if err != nil {
		t.Fatalf("an act that was done got %v", err)
	}
	if err := r.Do(t.Context(), Act{Act: "b"}, func() error { t.Error("done"); return nil }); !errors.Is(err, ErrRefused) {
		t.Fatal(err)
	}
	r.disk.set(-1, nil, nil)
	r.do("c")
	all := r.records()
	if all[2].Act != "a" || all[2].Result != Done || all[2].Of != 2 || all[3].Act != actResumed || all[4].Act != "c" {
		t.Errorf("the log is %+v", all)
	}
	r.sound()
}

func TestAFailedSyncIsNoRecord(t *testing.T) {
	r := newRig(t, nil)
	r.do("a")
	bad := errors.New("I/O error")
	r.disk.set(-1, bad, nil)
	if err := r.Do(t.Context(), Act{Act: "b"}, func() error { t.Error("done"); return nil }); !errors.Is(err, bad) {
		t.Fatal(err)
	}
	r.disk.set(-1, nil, nil)
	r.do("c")
	if all := r.records(); len(all) != 6 || all[4].Act != "c" {
		t.Errorf("the log is %+v", all)
	}
	r.sound()
}

func TestFilesOfBoundedSize(t *testing.T) {
	r := newRig(t, func(c *Config) { c.FileBytes = minFileBytes })
	long := strings.Repeat("长", 1500)
	for i := range 60 {
		if i == 30 {
			r.disk.set(0, nil, nil)
			r.Do(t.Context(), Act{Act: "x", Detail: long}, func() error { return nil })
			r.disk.set(-1, nil, nil)
		}
		if err := r.Do(t.Context(), Act{Act: "x", Detail: long}, func() error { return nil }); err != nil {
			t.Fatal(err)
		}
		if i%20 == 10 {
			r.reopen()
		}
	}
	files, err := listFiles(r.cfg.Dir)
	if err != nil || len(files) < 4 {
		t.Fatalf("%d files and %v, want several", len(files), err)
	}
	for _, f := range files {
		st, err := os.Stat(filepath.Join(r.cfg.Dir, f.name))
		if err != nil || st.Size() > minFileBytes+3*maxBody || st.Mode().Perm() != 0o600 {
			t.Errorf("%s has %d bytes, mode %v, %v", f.name, st.Size(), st.Mode(), err)
		}
	}
	all := r.records()
	if len(all) != 122 {
		t.Fatalf("%d records, want 122", len(all))
	}
	for i := range all {
		if all[i].Seq != uint64(i+1) {
			t.Fatalf("record %d has number %d", i, all[i].Seq)
		}
	}
	if !strings.HasSuffix(all[5].Detail, clipped) && len(all[5].Detail) != 0 {
		t.Errorf("a long detail is %d bytes", len(all[5].Detail))
	}
	r.sound()
	back, err := r.RecordsBefore(0, 100, Filter{Act: "x", Result: Done})
	if err != nil || len(back) != 60 || !slices.IsSortedFunc(back, func(a, b Record) int { return int(b.Seq) - int(a.Seq) }) {
		t.Errorf("%d records backwards and %v, want 60, the latest first", len(back), err)
	}
	some, err := r.Records(100, 5, Filter{})
	if err != nil || len(some) != 5 || some[0].Seq != 100 {
		t.Errorf("records from 100 are %d, %v", len(some), err)
	}
	if some, _ = r.RecordsBefore(100, 5, Filter{}); len(some) != 5 || some[0].Seq != 99 {
		t.Errorf("records before 100 are %+v", some)
	}
}

func TestANewFileThatCannotBeBegun(t *testing.T) {
	r := newRig(t, func(c *Config) { c.FileBytes = minFileBytes })
	for r.size < minFileBytes {
		r.write(Record{Act: "x", Result: Noted, Detail: strings.Repeat("y", 4000)})
	}
	seq := r.seq
	for _, room := range []int{0, 10, headerBytes, headerBytes + 5} {
		r.disk.set(room, nil, errFull)
		if err := r.Do(t.Context(), Act{Act: "z"}, func() error { t.Error("done"); return nil }); !errors.Is(err, ErrRefused) {
			t.Fatal(err)
		}
		r.disk.set(-1, nil, nil)
		if room > 5 {
			r.reopen() // a start finds what is left of it
		}
	}
	r.do("z")
	if r.seq < seq+2 || r.size > minFileBytes {
		t.Errorf("the log ends with record %d after %d, in a file of %d bytes", r.seq, seq, r.size)
	}
	r.sound()
}

func TestConcurrentActs(t *testing.T) {
	r := newRig(t, func(c *Config) { c.FileBytes, c.HeadEvery = minFileBytes, 7 })
	stop := r.run()
	var wg sync.WaitGroup
	for i := range 16 {
		wg.Go(func() {
			for j := range 25 {
				if err := r.Do(t.Context(), Act{Who: fmt.Sprint("w", i), Act: "x", Detail: strings.Repeat("z", 100)}, func() error { return nil }); err != nil {
					t.Error(err)
				}
				if err := r.Note(Act{Who: fmt.Sprint("w", i), Act: "n", Detail: fmt.Sprint(j)}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if err := stop(); err != nil {
		t.Fatal(err)
	}
	report := r.sound()
	if want := 3 + 16*25*3; report.Records != want || report.Last != uint64(want) || report.Headed != report.Last {
		t.Errorf("%d records up to %d, a head of %d; want %d of each", report.Records, report.Last, report.Headed, want)
	}
	order := make(map[string]int)
	r2 := newRig(t, func(c *Config) { *c = r.cfg })
	for from := uint64(0); ; {
		all, err := r2.Records(from, maxRecords, Filter{Act: "n"})
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range all {
			if n.Detail != fmt.Sprint(order[n.Who]) {
				t.Errorf("%s noted %s, want %d", n.Who, n.Detail, order[n.Who])
			}
			order[n.Who]++
			from = n.Seq + 1
		}
		if len(all) == 0 {
			break
		}
	}
	if len(order) != 16 || order["w0"] != 25 {
		t.Errorf("noted acts: %v", order)
	}
}

func TestNotedActsWaitForTheDisk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, nil)
		stop := r.run()
		r.disk.set(0, nil, nil)
		if err := r.Note(Act{Act: "take"}); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if r.Err() == nil {
			t.Fatal("the log is not failing")
		}
		if err := r.Note(Act{Act: "take"}); !errors.Is(err, ErrRefused) {
			t.Errorf("noting while the disk is full got %v", err)
		}
		time.Sleep(3 * retryEvery) // of the bubble's clock
		r.disk.set(-1, nil, nil)
		time.Sleep(2 * retryEvery)
		if err := r.Err(); err != nil {
			t.Errorf("the disk has room again, and still %v", err)
		}
		if err := stop(); err != nil {
			t.Fatal(err)
		}
		taken := 0
		for _, rec := range r.records() {
			if rec.Act == "take" {
				taken++
			}
		}
		if taken != 1 {
			t.Errorf("%d records of the act that was taken in, want 1", taken)
		}
		r.sound()
	})
}

func TestTheQueueOfNotedActsIsBounded(t *testing.T) {
	r := newRig(t, nil)
	for range queueLimit {
		if err := r.Note(Act{Act: "take"}); err != nil {
			t.Fatal(err)
		}
	}
	if err := r.Note(Act{Act: "take"}); !errors.Is(err, ErrFull) || !errors.Is(err, ErrRefused) {
		t.Errorf("one too many got %v", err)
	}
	if r.Status().Waiting != queueLimit {
		t.Errorf("status %+v", r.Status())
	}
	if err := r.run()(); err != nil {
		t.Fatal(err)
	}
	if got := r.sound().Records; got != queueLimit+3 {
		t.Errorf("%d records, want %d", got, queueLimit+3)
	}
}

func TestHeadsComeByCountAndByTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, func(c *Config) { c.HeadEvery = 10 })
		stop := r.run()
		heads := func() int {
			h, err := Heads(r.cfg.Dir)
			if err != nil {
				t.Fatal(err)
			}
			return len(h)
		}
		if heads() != 1 {
			t.Fatalf("%d heads after the start, want 1", heads())
		}
		r.do("a", "b", "c", "d", "e")
		synctest.Wait()
		if heads() != 2 {
			t.Errorf("%d heads after ten records, want 2", heads())
		}
		r.do("f")
		time.Sleep(r.cfg.HeadAfter + time.Second)
		if heads() != 3 {
			t.Errorf("%d heads after %v, want 3", heads(), r.cfg.HeadAfter)
		}
		time.Sleep(5 * r.cfg.HeadAfter)
		if heads() != 3 {
			t.Errorf("%d heads of a log that did not grow, want 3", heads())
		}
		if err := stop(); err != nil {
			t.Fatal(err)
		}
		if heads() != 4 {
			t.Errorf("%d heads after the stop, want 4", heads())
		}
		r.sound()
	})
}

func TestASecondPlaceThatIsAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		share := filepath.Join(t.TempDir(), "share")
		r := newRig(t, func(c *Config) { c.HeadsFile = []string{c.HeadsFile[0], filepath.Join(share, "heads")} })
		stop := r.run()
		r.do("a") // goes on
		s := r.Status()
		if len(s.Heads) != 2 || s.Heads[0].Failure != "" || s.Heads[1].Failure == "" {
			t.Errorf("status %+v, want the second place failing", s)
		}
		if err := os.Mkdir(share, 0o700); err != nil {
			t.Fatal(err)
		}
		time.Sleep(r.cfg.HeadAfter + time.Second)
		if s = r.Status(); s.Heads[1].Failure != "" || s.Heads[1].Last != s.Last {
			t.Errorf("status %+v, want a head of the last record", s)
		}
		if err := stop(); err != nil {
			t.Fatal(err)
		}
		r.sound()
	})
}

func TestAClockThatGoesBackIsSaid(t *testing.T) {
	r := newRig(t, nil)
	r.do("a")
	r.clock.step(-time.Hour)
	r.do("b")
	r.clock.step(2 * time.Hour)
	r.do("c")
	r.head()
	if all := r.records(); all[3].Act != actClock || all[4].Act != "b" {
		t.Errorf("the log is %+v", all)
	}
	if report := r.sound(); !slices.ContainsFunc(report.Notes, func(f Finding) bool { return f.Kind == ClockBack }) {
		t.Errorf("notes are %v", report.Notes)
	}
}

func TestOneProcessAtATime(t *testing.T) {
	r := newRig(t, nil)
	if _, err := Open(r.cfg, r.log, nil); !errors.Is(err, ErrLocked) {
		t.Errorf("a second opening got %v", err)
	}
	stop := r.run()
	if err := r.Run(t.Context()); !errors.Is(err, ErrRunning) {
		t.Errorf("a second run got %v", err)
	}
	if err := stop(); err != nil {
		t.Fatal(err)
	}
	if err := r.Do(t.Context(), Act{Act: "x"}, func() error { t.Error("done"); return nil }); !errors.Is(err, ErrRefused) || !errors.Is(err, ErrClosed) {
		t.Errorf("a closed log got %v", err)
	}
	if err := r.Note(Act{Act: "x"}); !errors.Is(err, ErrRefused) {
		t.Errorf("a closed log noted with %v", err)
	}
}

func TestKeysAreTheOwnersAlone(t *testing.T) {
	r := newRig(t, nil)
	for _, name := range []string{signKeyFile, pseudonymFile} {
		path := filepath.Join(r.cfg.Dir, name)
		st, err := os.Stat(path)
		if err != nil || st.Mode().Perm() != 0o600 {
			t.Fatalf("%s: %v %v", name, st.Mode(), err)
		}
	}
	path := filepath.Join(r.cfg.Dir, signKeyFile)
	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	r.Close()
	if _, err := Open(r.cfg, r.log, nil); !errors.Is(err, ErrExposed) || !strings.Contains(err.Error(), "chmod 600") {
		t.Errorf("a key that others may read got %v", err)
	}
}

func TestConfigNamesWhatIsWrong(t *testing.T) {
	c := Config{Dir: "/d/audit", HeadsFile: []string{"/d/audit/x/heads", " "}}
	err := c.Validate()
	for _, key := range []string{"audit.head_every", "audit.head_after", "audit.file_bytes", "is in the folder of the log", "an empty name"} {
		if err == nil || !strings.Contains(err.Error(), key) {
			t.Errorf("%v does not name %s", err, key)
		}
	}
	if err := Default().In("/d").Validate(); err != nil {
		t.Errorf("the default: %v", err)
	}
}
