package files

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
)

func TestReplace(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new")
	path := filepath.Join(dir, "a.json")
	for _, content := range []string{"one", "two"} {
		if err := Replace(path, []byte(content), nil); err != nil {
			t.Fatal(err)
		}
		st, err := os.Stat(path)
		if err != nil || st.Mode().Perm() != 0o600 {
			t.Errorf("the file is %v, %v; want mode 0600", st, err)
		}
	}
	refused := errors.New("not so")
	if err := Replace(path, []byte("three"), func(*os.File) error { return refused }); !errors.Is(err, refused) {
		t.Errorf("refused it errs with %v", err)
	}
	if got, err := os.ReadFile(path); err != nil || string(got) != "two" {
		t.Errorf("it holds %q, %v; want what was there before", got, err)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 1 {
		t.Errorf("%v lie there, %v; want the file alone", left, err)
	}
	if err := os.Mkdir(filepath.Join(dir, "folder"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := Replace(filepath.Join(dir, "folder"), nil, nil); err == nil {
		t.Error("a folder was replaced")
	}
}

func TestDecodeJSON(t *testing.T) {
	for text, good := range map[string]bool{
		`{"a":1}`: true, " {\"a\":1}\n": true, `{}`: true,
		``: false, `{"a":1}{}`: false, `{"a":1} x`: false, `{"b":1}`: false, `{"a":"1"}`: false, `{"a":1`: false,
	} {
		var into struct{ A int }
		if err := DecodeJSON([]byte(text), &into); (err == nil) != good {
			t.Errorf("%q: %v", text, err)
		}
	}
}
