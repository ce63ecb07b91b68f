package scripts

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"liveroom/engine/live"
)

// TestExportedLibraryIsTheLibrary puts what Export writes into scripts.dir and asks both books the same.
func TestExportedLibraryIsTheLibrary(t *testing.T) {
	for _, dir := range []string{t.TempDir(), filepath.Join(t.TempDir(), "new", "folder")} {
		if err := Export(dir); err != nil {
			t.Fatal(err)
		}
		library, exported := newBook(t, Config{}, newOwners()), newBook(t, Config{Dir: dir}, newOwners())
		a, b := library.Status(), exported.Status()
		if a.Scripts != b.Scripts || a.Texts != b.Texts {
			t.Errorf("exported: %d scripts with %d texts, want %d with %d", b.Scripts, b.Texts, a.Scripts, a.Texts)
		}
		for i := live.Intent(1); i <= live.Intent(live.Intents); i++ {
			if unanswered[i] {
				continue
			}
			if got, want := say(t, exported, asking(i, dress)), say(t, library, asking(i, dress)); got.Text != want.Text {
				t.Errorf("%s: exported says %q, want %q", i, got.Text, want.Text)
			}
		}
		for _, s := range exported.set.Load().scripts {
			if !s.own {
				t.Errorf("script %s was not exported", s.name)
			}
		}
	}
}

// TestExportedFilesMayBeEdited changes one of them, and one of the words.
func TestExportedFilesMayBeEdited(t *testing.T) {
	dir := t.TempDir()
	if err := Export(dir); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "greeting.yaml"), greeting("本店首选"))
	words, err := os.ReadFile(filepath.Join(dir, "forbidden.txt"))
	if err != nil {
		t.Fatal(err)
	}
	if err := Check(Config{Dir: dir}); err == nil || !strings.Contains(err.Error(), "首选") {
		t.Errorf("Check = %v, want 首选 refused", err)
	}
	write(t, filepath.Join(dir, "forbidden.txt"), string(words)+"!首选\n")
	if b := newBook(t, Config{Dir: dir}, newOwners()); hello(t, b) != "本店首选" {
		t.Errorf("the greeting is %q, want the edited one", hello(t, b))
	}
}

func TestExportRefuses(t *testing.T) {
	full := bundleDir(t, map[string]string{"mine.yaml": "x"})
	if err := Export(full); err == nil || !strings.Contains(err.Error(), "is not empty, it holds mine.yaml") {
		t.Errorf("Export into a full folder = %v", err)
	}
	if entries, err := os.ReadDir(full); err != nil || len(entries) != 1 {
		t.Errorf("the full folder holds %v, %v, want its one file", entries, err)
	}
	hidden := bundleDir(t, map[string]string{".keep": ""})
	if err := Export(hidden); err == nil {
		t.Error("Export into a folder with a hidden file is accepted")
	}
	if err := Export(filepath.Join(full, "mine.yaml")); err == nil {
		t.Error("Export into a file is accepted")
	}
}
