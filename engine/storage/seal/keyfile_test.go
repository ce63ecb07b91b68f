package seal

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestKeyFiles(t *testing.T) {
	path := filepath.Join(t.TempDir(), "etc", "主密钥 key")
	_, err := ReadMaster(path)
	if !errors.Is(err, ErrNoMaster) || !strings.Contains(err.Error(), "liveroom keys init --file '"+path+"'") {
		t.Errorf("no file: %v; want ErrNoMaster with the command", err)
	}
	first, err := MakeMaster(path)
	if err != nil {
		t.Fatal(err)
	}
	if st, err := os.Stat(path); err != nil || st.Mode().Perm() != 0o600 {
		t.Errorf("the file's mode is %v, %v", st.Mode(), err)
	}
	if _, err := MakeMaster(path); !errors.Is(err, fs.ErrExist) {
		t.Errorf("made twice: %v", err)
	}
	wrapped, _, err := first.Wrap(t.Context(), []byte("data key"), []byte("label"))
	if err != nil {
		t.Fatal(err)
	}
	second, err := AddMaster(path)
	if err != nil || len(second.IDs()) != 2 || second.IDs()[1] != first.IDs()[0] {
		t.Fatalf("with a key added it holds %v, %v; want the new one and %v", second.IDs(), err, first.IDs())
	}
	if key, err := second.Unwrap(t.Context(), first.IDs()[0], wrapped, []byte("label")); err != nil || string(key) != "data key" {
		t.Errorf("the old key unwraps %q, %v", key, err)
	}
	if _, err := second.Unwrap(t.Context(), first.IDs()[0], wrapped, []byte("another")); !errors.Is(err, ErrCorrupt) {
		t.Errorf("under another label: %v", err)
	}
	third, err := TrimMaster(path)
	if err != nil || len(third.IDs()) != 1 || third.IDs()[0] != second.IDs()[0] {
		t.Fatalf("trimmed it holds %v, %v; want %s", third.IDs(), err, second.IDs()[0])
	}
	if _, err := third.Unwrap(t.Context(), first.IDs()[0], wrapped, []byte("label")); !errors.Is(err, ErrWrongMaster) {
		t.Errorf("the key that was taken out: %v", err)
	}
	if left, _ := filepath.Glob(filepath.Join(filepath.Dir(path), "*.new")); len(left) > 0 {
		t.Errorf("%v is left over", left)
	}
	for _, mode := range []fs.FileMode{0o640, 0o604, 0o620, 0o644, 0o666, 0o610} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		if _, err := ReadMaster(path); os.Geteuid() == 0 && !errors.Is(err, ErrExposed) {
			t.Errorf("mode %04o: %v, want ErrExposed", mode, err)
		}
	}
	if _, err := ReadMaster(filepath.Dir(path)); err == nil {
		t.Error("a folder was read as a key")
	}
}

func TestBadKeysAreRefusedAndNotRepeated(t *testing.T) {
	for name, text := range map[string]string{
		"nothing": "", "a comment alone": "# none\n", "short": testKey[:30], "long": testKey + "00", "not hexadecimal": testKey[:31] + "g",
		"the second": testKey + "\n" + testKey[1:],
	} {
		_, err := ParseMaster("file", text)
		if err == nil {
			t.Errorf("%s: taken", name)
		} else if strings.Contains(err.Error(), testKey[1:20]) {
			t.Errorf("%s: the error repeats the key: %v", name, err)
		}
	}
	for _, text := range []string{testKey, testKey + "\r\n", " " + testKey + " , ", "# one\n" + strings.ToUpper(testKey) + "\n"} {
		if m, err := ParseMaster("file", text); err != nil || len(m.IDs()) != 1 {
			t.Errorf("%q: %v", text, err)
		}
	}
}
