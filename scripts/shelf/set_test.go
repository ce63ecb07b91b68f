package shelf

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

// threeOf is a shelf with two files, and a set that changes one, makes one and takes one away.
func threeOf(t *testing.T) (s *Shelf, set []Change, texts func(*Shelf) string) {
	t.Helper()
	s = newShelf(t)
	a := s.mustMake(t, Change{Name: "a.yaml", Text: "old a", Who: "ann"})
	c := s.mustMake(t, Change{Name: "c.yaml", Text: "old c", Who: "ann"})
	set = []Change{
		{Name: "a.yaml", Base: a.Base, Text: "new a", Who: "bob"},
		{Name: "b.yaml", Text: "new b", Who: "bob"},
		{Name: "c.yaml", Base: c.Base, Gone: true, Who: "bob"},
	}
	texts = func(s *Shelf) (all string) {
		t.Helper()
		for _, name := range []string{"a.yaml", "b.yaml", "c.yaml"} {
			f, err := s.Read(name)
			if err != nil {
				t.Fatal(err)
			}
			all += "[" + f.Text + "]"
		}
		return all
	}
	return s, set, texts
}

const (
	none  = "[old a][][old c]"
	whole = "[new a][new b][]"
)

// A process that is killed before any step leaves, for the next start, all of the set or nothing of it, and each version once.
func TestASetIsWholeWhereverAKillComes(t *testing.T) {
	outcomes := map[string]int{}
	for stop := 0; ; stop++ {
		s, set, texts := threeOf(t)
		steps, killed := 0, ""
		s.step = func(name string) error {
			if steps++; steps > stop {
				killed = name
				panic("killed") // nothing behind it runs
			}
			return nil
		}
		func() {
			defer func() { recover() }()
			if err := s.MakeAll(set); err != nil {
				t.Fatal(err)
			}
		}()
		half := filepath.Join(s.dir, ".b.yaml.new-123")
		mine := filepath.Join(s.dir, ".notes")
		for _, path := range []string{half, mine} {
			if err := os.WriteFile(path, []byte("new"), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		next := Open(s.dir, s.past)
		if err := next.Recover(); err != nil {
			t.Fatalf("killed at %s: %v", killed, err)
		}
		got, want := texts(next), whole
		if killed == "begin" {
			want = none
		}
		if got != want {
			t.Errorf("killed at %q the folder is %s, want %s", killed, got, want)
		}
		outcomes[got]++
		if _, err := os.Stat(half); err == nil {
			t.Errorf("killed at %q what was being written is left", killed)
		}
		if _, err := os.Stat(mine); err != nil {
			t.Errorf("somebody's file is gone: %v", err)
		}
		if f, err := next.Read("b.yaml"); err != nil || got == whole && (len(f.Versions) != 1 || f.Versions[0].Who != "bob") {
			t.Errorf("killed at %q it has the versions %+v, %v", killed, f.Versions, err)
		}
		if _, err := os.Stat(filepath.Join(s.past, setFile)); err == nil {
			t.Errorf("killed at %q the set is still under way", killed)
		}
		if killed == "" {
			break
		}
	}
	if outcomes[none] != 1 || outcomes[whole] < 7 {
		t.Errorf("the outcomes are %v", outcomes)
	}
}

// What somebody has written by hand between a kill and the next start is not lost: the set goes over it, and it is remembered.
func TestWhatIsWrittenBeforeTheNextStartIsRemembered(t *testing.T) {
	for _, name := range []string{"a.yaml", "b.yaml", "c.yaml"} {
		s, set, texts := threeOf(t)
		s.step = func(step string) error {
			if step == "write "+name {
				panic("killed")
			}
			return nil
		}
		func() {
			defer func() { recover() }()
			s.MakeAll(set)
		}()
		if err := os.WriteFile(filepath.Join(s.dir, name), []byte("by hand"), 0o600); err != nil {
			t.Fatal(err)
		}
		next := Open(s.dir, s.past)
		if err := next.Recover(); err != nil || texts(next) != whole {
			t.Fatalf("killed at %s: %v, %s", name, err, texts(next))
		}
		f, err := next.Read(name)
		if err != nil || len(f.Versions) < 2 {
			t.Fatalf("%s has the versions %+v, %v", name, f.Versions, err)
		}
		if v, err := next.Version(name, f.Versions[1].N); err != nil || v.Text != "by hand" {
			t.Errorf("before the set %s said %+v, %v", name, v, err)
		}
	}
}

// A step that fails takes back what was done before it, and a kill on the way back does not leave half either.
func TestASetThatFailsIsTakenBack(t *testing.T) {
	full := errors.New("no space")
	for fail := 1; ; fail++ {
		s, set, texts := threeOf(t)
		steps, failed := 0, false
		s.step = func(string) error {
			if steps++; steps == fail {
				failed = true
				return full
			}
			return nil
		}
		err := s.MakeAll(set)
		if !failed {
			break
		}
		if got := texts(s); !errors.Is(err, full) || got != none {
			t.Errorf("with step %d failing: %v, %s", fail, err, got)
		}
		for kill := fail + 2; kill < fail+6; kill++ { // behind the step that has the way back count
			s, set, texts := threeOf(t)
			steps := 0
			s.step = func(string) error {
				switch steps++; steps {
				case fail:
					return full
				case kill:
					panic("killed")
				}
				return nil
			}
			func() {
				defer func() { recover() }()
				s.MakeAll(set)
			}()
			next := Open(s.dir, s.past)
			if err := next.Recover(); err != nil || texts(next) != none {
				t.Errorf("step %d failing, killed at %d: %v, %s", fail, kill, err, texts(next))
			}
		}
	}
}

func TestASetOverWhatHasChangedChangesNothing(t *testing.T) {
	s, set, texts := threeOf(t)
	set[2].Base = "x"
	var changed *ChangedError
	if err := s.MakeAll(set); !errors.As(err, &changed) || texts(s) != none {
		t.Errorf("over another version: %v, %s", err, texts(s))
	}
	if err := os.WriteFile(filepath.Join(s.past, setFile), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, err := range map[string]error{"a start": s.Recover(), "a set": s.MakeAll(set[:2]), "a file": func() error { _, err := s.Make(set[1]); return err }()} {
		if err == nil || texts(s) != none {
			t.Errorf("over a damaged set %s got %v, %s", name, err, fmt.Sprint(texts(s)))
		}
	}
}
