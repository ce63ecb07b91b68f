package audit

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

const month = 30 * 24 * time.Hour

// aged returns a log of a file for each of 12 months, with the records of the latest six kept.
func aged(t *testing.T) *rig {
	t.Helper()
	r := newRig(t, func(c *Config) { c.FileBytes, c.Keep = minFileBytes, leastKeep })
	for range 12 {
		r.fill()
		r.clock.step(month)
	}
	r.head()
	return r
}

// fill writes a file full.
func (r *rig) fill() {
	r.t.Helper()
	var all []Record
	for range minFileBytes/maxDetail + 1 {
		all = append(all, Record{Who: "admin", Act: "act", Result: Noted, Detail: strings.Repeat("x", maxDetail)})
	}
	if _, err := r.write(all...); err != nil {
		r.t.Fatal(err)
	}
}

func (r *rig) files() (names []string) {
	r.t.Helper()
	files, err := listFiles(r.cfg.Dir)
	if err != nil {
		r.t.Fatal(err)
	}
	for _, f := range files {
		names = append(names, f.name)
	}
	return names
}

func TestOldFilesAreRemovedAndTheRestVerifies(t *testing.T) {
	r := aged(t)
	before := r.files()
	if at, known := r.Since(); known {
		t.Errorf("before the first look there is nothing before %v", at)
	}
	r.retain()
	after := r.files()
	oldest, err := firstRecord(filepath.Join(r.cfg.Dir, after[0]))
	if err != nil {
		t.Fatal(err)
	}
	if at, known := r.Since(); !known || at.UnixMilli() != oldest.At {
		t.Errorf("there is nothing before %v (%v), the first record is of %v", at, known, time.UnixMilli(oldest.At))
	}
	if n := slices.Index(before, after[0]); n < 4 || !slices.Equal(after[:len(before)-n], before[n:]) { // and one for the cut
		t.Fatalf("of files %v are left %v, want the latest", before, after)
	}
	report := r.sound()
	first := r.records()[0]
	if report.Cut == 0 || report.Cut+1 != first.Seq || report.First != first.Seq {
		t.Errorf("the report tells of a cut up to %d, and begins with %d; the first record is %d", report.Cut, report.First, first.Seq)
	}
	if young := r.clock.Now().Add(-leastKeep - 2*month).UnixMilli(); first.At < young {
		t.Errorf("the first record is of %v, want none much older than keep", time.UnixMilli(first.At))
	}
	// Once more, after a restart: what was removed is still told of, and nothing else goes before its time.
	r.reopen()
	r.retain()
	if again := r.files(); !slices.Equal(again, after) {
		t.Errorf("a second look has left %v of %v", again, after)
	}
	r.sound()
	r.clock.step(2 * month)
	r.fill()
	r.retain()
	if later := r.sound(); later.Cut <= report.Cut {
		t.Errorf("two months later the cut is at %d, it was at %d", later.Cut, report.Cut)
	}
	if r.cutSeq.Load() == 0 || r.removed.Load() == 0 {
		t.Error("the figures do not tell of it")
	}
	r.clock.step(100 * month)
	r.retain()
	if left := r.files(); len(left) != 2 {
		t.Errorf("after years %v are left, want the one that is written and the one before", left)
	}
	r.sound()
}

func TestFilesStay(t *testing.T) {
	for name, c := range map[string]func(r *rig){
		"with keep 0":                     func(r *rig) { r.Log.cfg.Keep = 0 },
		"while the log cannot be written": func(r *rig) { r.disk.set(0, nil, nil); r.Do(r.t.Context(), Act{Act: "x"}, func() error { return nil }) },
		"while a place cannot be written": func(r *rig) {
			if err := os.Remove(r.cfg.HeadsFile[0]); err != nil {
				r.t.Fatal(err)
			}
			if err := os.Mkdir(r.cfg.HeadsFile[0], 0o700); err != nil {
				r.t.Fatal(err)
			}
			r.do("x") // a head is due
		},
		"when the oldest was changed": func(r *rig) {
			r.edit(fileName(1), of(func(f [][]byte) [][]byte { f[3][60] ^= 1; return f }))
		},
		"after the clock was set":   func(r *rig) { r.clock.set(48 * time.Hour) },
		"while the log is verified": func(r *rig) { r.verifying.Lock() },
	} {
		t.Run(name, func(t *testing.T) {
			r := aged(t)
			before := r.files()
			c(r)
			r.retain()
			if after := r.files(); !slices.Equal(after[:len(before)], before) {
				t.Errorf("of %v are left %v", before, after)
			}
		})
	}
}

// A crash after the cut was said leaves the files to the next look.
func TestACutThatWasNotDoneIsNoFault(t *testing.T) {
	r := aged(t)
	files, _ := listFiles(r.cfg.Dir)
	next, err := firstRecord(filepath.Join(r.cfg.Dir, files[3].name))
	if err != nil {
		t.Fatal(err)
	}
	if err := r.sayCut(next.Seq-1, next.Prev); err != nil {
		t.Fatal(err)
	}
	if got := r.sound(); got.First != 1 || got.Cut != next.Seq-1 {
		t.Errorf("first %d, cut %d", got.First, got.Cut)
	}
	if err := os.Remove(filepath.Join(r.cfg.Dir, files[0].name)); err != nil { // as far as it came
		t.Fatal(err)
	}
	r.reopen()
	r.sound()
	r.retain()
	if got := r.sound(); got.Cut < next.Seq-1 || got.First != got.Cut+1 {
		t.Errorf("after the next look: first %d, cut %d", got.First, got.Cut)
	}
}

// A place that is named later gets the latest cut.
func TestANewPlaceGetsTheCut(t *testing.T) {
	r := aged(t)
	r.retain()
	fresh := filepath.Join(t.TempDir(), "heads")
	r.cfg.HeadsFile = []string{fresh}
	r.reopen()
	r.retain()
	r.sound()
	if b, _ := os.ReadFile(fresh); bytes.Count(b, []byte(`"cut":true`)) != 1 {
		t.Errorf("the new place holds %d cuts, want one", bytes.Count(b, []byte(`"cut":true`)))
	}
}

func TestWhoeverElseCutsIsFound(t *testing.T) {
	drop := func(r *rig, n int) (last *Record) { // removes the oldest n files
		r.t.Helper()
		names := r.files()
		last, err := firstRecord(filepath.Join(r.cfg.Dir, names[n]))
		if err != nil {
			r.t.Fatal(err)
		}
		for _, name := range names[:n] {
			if err := os.Remove(filepath.Join(r.cfg.Dir, name)); err != nil {
				r.t.Fatal(err)
			}
		}
		return last
	}
	say := func(r *rig, h Head, places ...string) { // appends a cut
		r.t.Helper()
		for _, path := range places {
			p := place{path: path}
			if err := p.append(h.Line()); err != nil {
				r.t.Fatal(err)
			}
		}
	}
	own := func(r *rig) string { return filepath.Join(r.cfg.Dir, localHeads) }
	signed := func(r *rig, s *signer, next *Record) Head {
		h, err := s.sign(Head{Cut: true, Chain: r.chain, Seq: next.Seq - 1, Record: next.Prev, At: 1})
		if err != nil {
			r.t.Fatal(err)
		}
		return h
	}
	for _, c := range []struct {
		name   string
		tamper func(r *rig)
		want   []Kind
	}{
		{"an older file removed without a cut", func(r *rig) { drop(r, 1) }, []Kind{Removed}},
		{"more removed than the cut says", func(r *rig) { r.retain(); drop(r, 1) }, []Kind{Removed}},
		{"a file in the middle, after a cut", func(r *rig) {
			r.retain()
			if err := os.Remove(filepath.Join(r.cfg.Dir, r.files()[1])); err != nil {
				r.t.Fatal(err)
			}
		}, []Kind{Removed}},
		{"a cut signed with another key", func(r *rig) {
			other, _, err := openSigner(r.t.TempDir())
			if err != nil {
				r.t.Fatal(err)
			}
			say(r, signed(r, other, drop(r, 2)), own(r), r.cfg.HeadsFile[0])
		}, []Kind{ReplacedKey, ReplacedKey, Removed}},
		{"a cut whose number was changed", func(r *rig) {
			r.retain()
			next := drop(r, 1)
			for _, path := range []string{own(r), r.cfg.HeadsFile[0]} {
				edit(r.t, path, func(b []byte) []byte { return renumber(r.t, b, next) })
			}
		}, []Kind{ForgedHead, ForgedHead, Removed}},
		{"a head passed off as a cut", func(r *rig) {
			r.head()
			for _, path := range []string{own(r), r.cfg.HeadsFile[0]} {
				edit(r.t, path, func(b []byte) []byte {
					return bytes.Replace(b, []byte(`"audit":1,`), []byte(`"audit":1,"cut":true,`), 1)
				})
			}
			drop(r, 1)
		}, []Kind{ForgedHead, ForgedHead, NoHeads, Removed}},
		{"the node's own key, in the folder alone", func(r *rig) { say(r, signed(r, r.sign, drop(r, 2)), own(r)) }, []Kind{ForgedHead, Removed}},
		{"the node's own key, in both places, of which the log does not tell", func(r *rig) {
			say(r, signed(r, r.sign, drop(r, 2)), own(r), r.cfg.HeadsFile[0])
		}, []Kind{ForgedHead, ForgedHead, Removed}},
		{"the cut taken out of both places", func(r *rig) {
			r.retain()
			for _, path := range []string{own(r), r.cfg.HeadsFile[0]} {
				edit(r.t, path, func(b []byte) []byte {
					lines := bytes.SplitAfter(b, []byte("\n"))
					return bytes.Join(slices.DeleteFunc(lines, func(l []byte) bool { return bytes.Contains(l, []byte(`"cut":true`)) }), nil)
				})
			}
		}, []Kind{Removed}},
		{"the end cut off, after a cut", func(r *rig) {
			r.retain()
			names := r.files()
			if err := os.Remove(filepath.Join(r.cfg.Dir, names[len(names)-1])); err != nil {
				r.t.Fatal(err)
			}
		}, []Kind{ForgedHead, ForgedHead, Removed, Truncated}},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := aged(t)
			c.tamper(r)
			var got []Kind
			for _, f := range r.verify().Faults {
				got = append(got, f.Kind)
			}
			slices.Sort(got)
			slices.Sort(c.want)
			if !slices.Equal(got, c.want) {
				t.Errorf("found %q, want %q", r.verify().Faults, c.want)
			}
		})
	}
}

// renumber changes the cut in a file of heads to another, without a signature for it.
func renumber(t *testing.T, b []byte, next *Record) []byte {
	lines := bytes.Split(b, []byte("\n"))
	for i, line := range lines {
		if !bytes.Contains(line, []byte(`"cut":true`)) {
			continue
		}
		var l headLine
		if err := json.Unmarshal(line, &l); err != nil {
			t.Fatal(err)
		}
		l.Seq, l.Record = next.Seq-1, next.Prev.String()
		lines[i], _ = json.Marshal(l)
	}
	return bytes.Join(lines, []byte("\n"))
}

func TestKeepIsChecked(t *testing.T) {
	for _, keep := range []time.Duration{-1, 24 * time.Hour, leastKeep - 1} {
		cfg := Default()
		cfg.Keep = keep
		if err := cfg.Validate(); err == nil || !strings.Contains(err.Error(), "audit.keep") {
			t.Errorf("%v: %v", keep, err)
		}
	}
}
