package shelf

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

func newShelf(t *testing.T) *Shelf {
	t.Helper()
	return Open(t.TempDir(), filepath.Join(t.TempDir(), "past"))
}

func (s *Shelf) mustMake(t *testing.T, c Change) File {
	t.Helper()
	f, err := s.Make(c)
	if err != nil {
		t.Fatalf("%+v: %v", c, err)
	}
	return f
}

func onDisk(t *testing.T, s *Shelf, name string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(s.dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestAFileGoesThroughItsVersions(t *testing.T) {
	s := newShelf(t)
	f := s.mustMake(t, Change{Name: "a.yaml", Text: "one", Who: "ann"})
	f = s.mustMake(t, Change{Name: "a.yaml", Base: f.Base, Text: "two", Who: "bob"})
	first, err := s.Version("a.yaml", 1)
	if err != nil || first.Text != "one" || first.Who != "ann" {
		t.Fatalf("version 1 is %+v, %v", first, err)
	}
	f = s.mustMake(t, Change{Name: "a.yaml", Base: f.Base, Text: first.Text, From: 1, Who: "cid"})
	if onDisk(t, s, "a.yaml") != "one" || len(f.Versions) != 3 || f.Versions[0].From != 1 || f.Versions[0].N != 3 || f.Versions[0].Text != "" {
		t.Errorf("rolled back it is %+v", f)
	}
	if again := s.mustMake(t, Change{Name: "a.yaml", Base: f.Base, Text: "one", Who: "cid"}); len(again.Versions) != 3 {
		t.Error("saving what is there already makes a version")
	}
	f = s.mustMake(t, Change{Name: "a.yaml", Base: f.Base, Gone: true, Who: "ann"})
	if _, err := os.Stat(filepath.Join(s.dir, "a.yaml")); !errors.Is(err, os.ErrNotExist) || f.Exists || !f.Versions[0].Gone {
		t.Errorf("removed it is %+v, %v", f, err)
	}
	if _, err := s.Make(Change{Name: "a.yaml", Gone: true}); !errors.Is(err, ErrUnknown) {
		t.Errorf("removed twice: %v", err)
	}
	f = s.mustMake(t, Change{Name: "a.yaml", Text: "three", Who: "ann"})
	reopened := Open(s.dir, s.past)
	if g, err := reopened.Read("a.yaml"); err != nil || g.Text != "three" || len(g.Versions) != 5 || g.Base != f.Base {
		t.Errorf("read again it is %+v, %v", g, err)
	}
	left, err := os.ReadDir(s.dir)
	if err != nil || len(left) != 1 {
		t.Errorf("the folder holds %v, %v; want the file alone", left, err)
	}
}

func TestTheSecondOfTwoEditorsIsTold(t *testing.T) {
	s := newShelf(t)
	f := s.mustMake(t, Change{Name: "a.yaml", Text: "one", Who: "ann"})
	s.mustMake(t, Change{Name: "a.yaml", Base: f.Base, Text: "two", Who: "bob"})
	_, err := s.Make(Change{Name: "a.yaml", Base: f.Base, Text: "three", Who: "ann"})
	var changed *ChangedError
	if !errors.As(err, &changed) || changed.Latest.Who != "bob" || !strings.Contains(err.Error(), "bob changed the file at ") {
		t.Errorf("the second is told %v", err)
	}
	if onDisk(t, s, "a.yaml") != "two" {
		t.Error("the second wrote over the first")
	}
	for name, base := range map[string]string{"never read": "", "made up": "abc"} {
		if _, err := s.Make(Change{Name: "a.yaml", Base: base, Text: "x"}); !errors.As(err, &changed) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := s.Make(Change{Name: "b.yaml", Base: "abc", Text: "x"}); !errors.Is(err, ErrUnknown) {
		t.Errorf("an edit of a file that never was: %v", err)
	}
}

// TestOneOfManyEditorsWins lets editors of one version save at once.
func TestOneOfManyEditorsWins(t *testing.T) {
	s := newShelf(t)
	f := s.mustMake(t, Change{Name: "a.yaml", Text: "start"})
	var won atomic.Int32
	var all sync.WaitGroup
	for i := range 16 {
		all.Go(func() {
			_, err := s.Make(Change{Name: "a.yaml", Base: f.Base, Text: fmt.Sprint(i)})
			var changed *ChangedError
			switch {
			case err == nil:
				won.Add(1)
			case !errors.As(err, &changed):
				t.Error(err)
			}
		})
	}
	all.Wait()
	if won.Load() != 1 {
		t.Errorf("%d editors won, want 1", won.Load())
	}
}

func TestChangesPastTheShelfAreVersionsToo(t *testing.T) {
	s := newShelf(t)
	path := filepath.Join(s.dir, "a.yaml")
	put := func(text string) {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	put("by hand")
	f, err := s.Read("a.yaml")
	if err != nil || len(f.Versions) != 1 || f.Versions[0].Who != "" {
		t.Fatalf("found: %+v, %v", f, err)
	}
	put("by hand again")
	_, err = s.Make(Change{Name: "a.yaml", Base: f.Base, Text: "mine", Who: "ann"})
	var changed *ChangedError
	if !errors.As(err, &changed) || !strings.Contains(err.Error(), "somebody outside the console") {
		t.Errorf("over a change by hand: %v", err)
	}
	f, _ = s.Read("a.yaml")
	f = s.mustMake(t, Change{Name: "a.yaml", Base: f.Base, Text: "mine", Who: "ann"})
	if v, err := s.Version("a.yaml", f.Versions[1].N); err != nil || v.Text != "by hand again" {
		t.Errorf("what was overwritten is remembered as %+v, %v", v, err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("its permissions are %v, %v; want them as they were", info.Mode(), err)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if f, err = s.Read("a.yaml"); err != nil || f.Exists || !f.Versions[0].Gone || f.Versions[0].Who != "" {
		t.Errorf("removed by hand: %+v, %v", f, err)
	}
}

func TestThePastIsBounded(t *testing.T) {
	s := newShelf(t)
	f := File{}
	for i := range MaxVersions + 20 {
		f = s.mustMake(t, Change{Name: "a.yaml", Base: f.Base, Text: fmt.Sprint(i)})
	}
	if len(f.Versions) != MaxVersions || f.Versions[0].N != MaxVersions+20 {
		t.Errorf("%d versions up to %d are kept", len(f.Versions), f.Versions[0].N)
	}
	if _, err := s.Version("a.yaml", 1); !errors.Is(err, ErrUnknown) {
		t.Errorf("version 1: %v", err)
	}
	if _, err := s.Make(Change{Name: "a.yaml", Base: f.Base, Text: strings.Repeat("x", MaxText+1)}); err == nil {
		t.Error("a text beyond the bound is kept")
	}
}

func TestWhatCannotBeWrittenIsNotDone(t *testing.T) {
	s := newShelf(t)
	f := s.mustMake(t, Change{Name: "a.yaml", Text: "one"})
	other := filepath.Join(t.TempDir(), "outside")
	if err := os.WriteFile(other, []byte("outside"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(other, filepath.Join(s.dir, "link.yaml")); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Read("link.yaml"); !errors.Is(err, ErrLink) {
		t.Errorf("a link is read: %v", err)
	}
	if _, err := s.Make(Change{Name: "link.yaml", Text: "x"}); !errors.Is(err, ErrLink) {
		t.Errorf("a link is written: %v", err)
	}
	if err := os.WriteFile(s.pastOf("a.yaml"), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Make(Change{Name: "a.yaml", Base: f.Base, Text: "two"}); err == nil || !strings.Contains(err.Error(), "is damaged") {
		t.Errorf("with a damaged past: %v", err)
	}
	if onDisk(t, s, "a.yaml") != "one" {
		t.Error("it was changed all the same")
	}
	gone := Open(filepath.Join(t.TempDir(), "gone"), t.TempDir())
	if _, err := gone.Make(Change{Name: "a.yaml", Text: "x"}); err == nil {
		t.Error("a file is made in a folder that is not there")
	}
	if f, err := gone.Read("a.yaml"); err != nil || f.Exists || len(f.Versions) != 0 {
		t.Errorf("what could not be made is remembered: %+v, %v", f, err)
	}
}
