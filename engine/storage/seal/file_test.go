package seal_test

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"liveroom/engine/storage/seal"
)

func fileMaster(t *testing.T, keys string) *seal.Master {
	t.Helper()
	m, err := seal.ParseMaster("test", keys)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

const (
	oneKey   = "000102030405060708090a0b0c0d0e0f"
	otherKey = "ffffffffffffffffffffffffffffffff"
)

func sealedFile(t *testing.T, m *seal.Master, name string, lines ...string) []byte {
	t.Helper()
	f, err := seal.NewFile(t.Context(), m, name)
	if err != nil {
		t.Fatal(err)
	}
	content := slices.Clone(f.Head())
	for _, l := range lines {
		content = append(content, f.Line([]byte(l))...)
	}
	if shown := fmt.Sprintf("%v %+v %#v", f, f, *f); strings.Contains(shown, "0x") || strings.Contains(shown, "aead") {
		t.Errorf("a file is shown as %s", shown)
	}
	return content
}

func TestASealedFileOpensAsItWasWritten(t *testing.T) {
	m := fileMaster(t, oneKey)
	for _, lines := range [][]string{nil, {""}, {"a"}, {"first", "", "第三行", strings.Repeat("x", 100_000)}} {
		content := sealedFile(t, m, "accounts.json", lines...)
		if !seal.IsFile(content) || bytes.Contains(content, []byte("first")) {
			t.Errorf("%q is not sealed", content[:40])
		}
		for _, torn := range []string{"", "AAAA"} { // half a line, as a crash leaves it
			got, err := seal.OpenFile(t.Context(), m, "accounts.json", append(slices.Clone(content), torn...))
			if err != nil || len(got) != len(lines) {
				t.Fatalf("opened as %q, %v; want %q", got, err, lines)
			}
			for i := range got {
				if string(got[i]) != lines[i] {
					t.Errorf("line %d is %.40q, want %.40q", i, got[i], lines[i])
				}
			}
		}
	}
}

// TestASealedFileThatWasTouchedDoesNotOpen changes each byte, and lines as a whole.
func TestASealedFileThatWasTouchedDoesNotOpen(t *testing.T) {
	m := fileMaster(t, oneKey)
	content := sealedFile(t, m, "f", "one", "two", "three")
	refused := func(what string, changed []byte) {
		t.Helper()
		if lines, err := seal.OpenFile(t.Context(), m, "f", changed); err == nil {
			t.Errorf("%s: opened as %q", what, lines)
		} else if !errors.Is(err, seal.ErrCorrupt) && !errors.Is(err, seal.ErrWrongMaster) {
			t.Errorf("%s: %v", what, err)
		}
	}
	for i := range content {
		if content[i] == '\n' {
			continue // then the last line may be one that a crash cut short
		}
		changed := slices.Clone(content)
		changed[i] ^= 1
		if changed[i] != '\n' {
			refused(fmt.Sprint("byte ", i), changed)
		}
	}
	all := bytes.SplitAfter(bytes.TrimSuffix(content, []byte("\n")), []byte("\n"))
	all[3] = append(all[3], '\n')
	join := func(lines ...[]byte) []byte { return bytes.Join(lines, nil) }
	refused("the first line taken out", join(all[0], all[2], all[3]))
	refused("two lines changed about", join(all[0], all[2], all[1], all[3]))
	refused("a line twice", join(all[0], all[1], all[1], all[2], all[3]))
	refused("a line of another file", join(all[0], bytes.SplitAfter(sealedFile(t, m, "f", "one"), []byte("\n"))[1], all[2], all[3]))
	refused("nothing", nil)
	refused("plain", []byte(`{"accounts":[]}`))
	if _, err := seal.OpenFile(t.Context(), m, "g", content); !errors.Is(err, seal.ErrCorrupt) {
		t.Errorf("under another name: %v", err)
	}
}

func TestASealedFileWantsItsMasterKey(t *testing.T) {
	content := sealedFile(t, fileMaster(t, oneKey), "f", "one")
	if _, err := seal.OpenFile(t.Context(), fileMaster(t, otherKey), "f", content); !errors.Is(err, seal.ErrWrongMaster) || strings.Contains(err.Error(), otherKey) {
		t.Errorf("with another master key: %v", err)
	}
	if _, err := seal.OpenFile(t.Context(), fileMaster(t, otherKey+","+oneKey), "f", content); err != nil {
		t.Errorf("with both: %v", err)
	}
}

func FuzzOpenFile(f *testing.F) {
	m, err := seal.ParseMaster("test", oneKey)
	if err != nil {
		f.Fatal(err)
	}
	whole, err := seal.NewFile(f.Context(), m, "f")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(append(slices.Clone(whole.Head()), whole.Line([]byte("one"))...))
	f.Add([]byte("liveroom sealed lines 1 "))
	f.Add([]byte("liveroom sealed lines 1 a b\n\n\n"))
	f.Fuzz(func(t *testing.T, content []byte) {
		lines, err := seal.OpenFile(t.Context(), m, "f", content)
		if err != nil && len(lines) > 0 {
			t.Errorf("%v, and lines", err)
		}
	})
}
