package audit

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestACrashInEveryByteOfAnAppend leaves every part of the last record, as a kill in the middle of a write does.
func TestACrashInEveryByteOfAnAppend(t *testing.T) {
	base := newRig(t, nil)
	base.do("a")
	base.head()
	base.do("b")
	base.lock.Close()
	path := filepath.Join(base.cfg.Dir, fileName(1))
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	pieces := scan(whole, headerBytes)
	last := pieces[len(pieces)-1]
	ends := [][]byte{}
	for n := last.offset + 1; n < len(whole); n++ {
		ends = append(ends, whole[:n])
	}
	for _, n := range []int{1, 40, 100} { // the file grew, and a part of the bytes came
		ends = append(ends, append(bytes.Clone(whole[:last.offset+n]), make([]byte, last.size-n)...))
	}
	ends = append(ends, append(bytes.Clone(whole[:last.offset]), make([]byte, 300)...))
	for _, end := range ends {
		r := &rig{t: t, cfg: base.cfg, clock: base.clock, disk: base.disk}
		if err := os.WriteFile(path, end, 0o600); err != nil {
			t.Fatal(err)
		}
		if report := r.verify(); len(report.Faults) != 0 || !slices.ContainsFunc(report.Notes, func(f Finding) bool {
			return f.Kind == Torn && f.Seq == 5 && f.Offset == int64(last.offset)
		}) {
			t.Fatalf("with %d of %d bytes before the start: %v, notes %v", len(end)-last.offset, last.size, report.Faults, report.Notes)
		}
		r.reopen()
		all := r.records()
		if len(all) != 6 || all[4].Act != actTorn || all[5].Of != 4 || all[5].Result != Unknown {
			t.Fatalf("with %d of %d bytes the log is %+v", len(end)-last.offset, last.size, all[4:])
		}
		r.do("c")
		if err := r.Close(); err != nil {
			t.Fatal(err)
		}
		if report := r.verify(); len(report.Faults) != 0 {
			t.Fatalf("after the repair: %v", report.Faults)
		}
	}
}

func TestACrashAtTheVeryBeginning(t *testing.T) {
	for _, n := range []int{0, 10, headerBytes - 1, headerBytes, headerBytes + 20} {
		r := newRig(t, nil)
		r.edit(fileName(1), func(b []byte) []byte { return b[:n] })
		r.reopen()
		r.do("a")
		if all := r.records(); len(all) < 3 {
			t.Errorf("after %d bytes the log is %+v", n, all)
		}
		r.sound()
	}
}

func TestAnActThatTheCrashCutShortIsUnknown(t *testing.T) {
	r := newRig(t, nil)
	r.do("a")
	r.Do(t.Context(), Act{Who: "li", Act: "b"}, func() error {
		dir := filepath.Join(t.TempDir(), "audit") // the disk as a crash now would leave it
		if err := os.CopyFS(dir, os.DirFS(r.cfg.Dir)); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(filepath.Join(dir, signKeyFile), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(filepath.Join(dir, pseudonymFile), 0o600); err != nil {
			t.Fatal(err)
		}
		after := newRig(t, func(c *Config) { c.Dir = dir })
		all := after.records()
		if last := all[len(all)-1]; last.Act != "b" || last.Who != "li" || last.Result != Unknown || last.Of != 4 {
			t.Errorf("after the crash the log ends with %+v", last)
		}
		after.reopen()
		if again := after.records(); len(again) != len(all) {
			t.Errorf("another start added %+v", again[len(all):])
		}
		after.sound()
		return nil
	})
}

func TestAStartOverATamperedLogSaysSo(t *testing.T) {
	log := fileName(1)
	for _, c := range []struct {
		name   string
		tamper func(t *testing.T, r *rig)
		says   string
		want   string
	}{
		{"cut off", func(_ *testing.T, r *rig) {
			r.edit(log, of(func(f [][]byte) [][]byte { return f[:18] }))
		}, "records 19 to 21 are missing", "truncated 19-21"},
		{"cut off in the middle of a record with a head", func(_ *testing.T, r *rig) {
			r.edit(log, of(func(f [][]byte) [][]byte { return append(f[:20:20], f[20][:30]) }))
		}, "records 21 to 21 are missing", "altered 21-21"},
		{"removed", func(t *testing.T, r *rig) {
			if err := os.Remove(filepath.Join(r.cfg.Dir, log)); err != nil {
				t.Fatal(err)
			}
		}, "records 1 to 21 are missing", "truncated 1-21"},
		{"altered", func(_ *testing.T, r *rig) {
			r.edit(log, func(b []byte) []byte { return bytes.Replace(b, []byte("act9"), []byte("act8"), 1) })
		}, "no whole record", "altered 20-20"},
		{"the beginning altered", func(_ *testing.T, r *rig) {
			r.edit(log, func(b []byte) []byte { b[3] = 0; return b })
		}, "its beginning is not that", "altered 0-0"},
		{"written anew", func(_ *testing.T, r *rig) {
			r.edit(log, rewrite(func(all []Record) []Record { all[12].Who = "x"; return all }))
		}, "is not the one of which there is a head", "altered 12-21"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := written(t)
			c.tamper(t, r)
			r.reopen()
			r.do("more")
			all := r.records()
			if i := slices.IndexFunc(all, func(rec Record) bool { return rec.Act == actBreak }); i < 0 || !strings.Contains(all[i].Detail, c.says) {
				t.Errorf("the log does not say %q: %+v", c.says, all[max(0, len(all)-4):])
			}
			for range 2 {
				r.head()
				report := r.verify()
				got := faults(report)
				if !slices.Contains(got, c.want) {
					t.Errorf("found %q, want %q", got, c.want)
				}
				if n := len(slices.DeleteFunc(got, func(s string) bool { return !strings.HasPrefix(s, string(Broken)) })); n != 1 {
					t.Errorf("broken %d times, want once: %v", n, report.Faults)
				}
				r.reopen() // says it no second time
				r.do("and more")
			}
		})
	}
}

func TestALostKeyIsReplacedAndSaid(t *testing.T) {
	r := written(t)
	old := r.sign.public
	if err := os.Remove(filepath.Join(r.cfg.Dir, signKeyFile)); err != nil {
		t.Fatal(err)
	}
	r.reopen()
	r.do("a")
	r.head()
	if all := r.records(); all[21].Act != actKey {
		t.Errorf("the log goes on with %+v", all[21])
	}
	if got := faults(r.verify()); !slices.Contains(got, "replaced key 0-0") {
		t.Errorf("found %q", got)
	}
	report, err := Verify(Check{Dir: r.cfg.Dir, Heads: r.cfg.HeadsFile, PublicKeys: []PublicKey{old, r.sign.public}})
	if err != nil || len(report.Faults) != 0 {
		t.Errorf("with both keys: %v, %v", report.Faults, err)
	}
}

func TestAStartOnAFullDisk(t *testing.T) {
	r := written(t)
	r.disk.set(0, nil, errFull)
	stop := func() func() error { r.reopen(); return r.run() }()
	if r.Err() == nil {
		t.Error("a log that could not say that it starts does not fail")
	}
	r.disk.set(-1, nil, nil)
	r.do("a")
	if err := stop(); err != nil {
		t.Fatal(err)
	}
	r.sound()
}

func TestAHalfLineOfHeadsIsNoFault(t *testing.T) {
	r := written(t)
	edit(t, r.cfg.HeadsFile[0], func(b []byte) []byte { return b[:len(b)-50] })
	r.reopen()
	r.do("a")
	report := r.sound()
	if report.Heads < 6 {
		t.Errorf("%d heads hold, want those around the half line", report.Heads)
	}
}
