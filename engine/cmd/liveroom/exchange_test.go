package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// startDemo runs the demo and returns the address of its admin side, and the file with the key of its tokens.
func startDemo(t *testing.T) (admin, keyFile string) {
	t.Helper()
	dir := t.TempDir() // to be removed after the demo has ended
	ctx, stop := context.WithCancel(t.Context())
	read, write := io.Pipe()
	done := make(chan int, 1)
	go func() {
		done <- run(ctx, []string{"demo", "--headless", "--data", dir}, streams{nil, write, io.Discard})
		write.Close()
	}()
	t.Cleanup(func() {
		stop()
		if code := <-done; code != 0 {
			t.Errorf("the demo ended with %d", code)
		}
	})
	var info demoInfo
	if err := json.NewDecoder(read).Decode(&info); err != nil {
		t.Fatalf("the demo says nothing: %v", err)
	}
	return info.Admin, info.TokenKeyFile
}

// call runs a command.
func call(t *testing.T, args ...string) (code int, out, errs string) {
	t.Helper()
	var o, e bytes.Buffer
	code = run(t.Context(), args, streams{nil, &o, &e})
	return code, o.String(), e.String()
}

func TestExportAndImport(t *testing.T) {
	admin, key := startDemo(t)
	dir := t.TempDir()
	for _, kind := range [][]string{nil, {"--knowledge"}} {
		for _, format := range []string{"yaml", "json", "csv"} {
			code, file, errs := call(t, append([]string{"export", "--admin", admin, "--token-key-file", key, "--format", format}, kind...)...)
			if code != 0 || !strings.Contains(file, "密封圈") {
				t.Fatalf("export %v as %s ended with %d: %s", kind, format, code, errs)
			}
			path := filepath.Join(dir, "file."+format)
			write(t, path, file)
			code, out, errs := call(t, append([]string{"import", path, "--admin", strings.TrimPrefix(admin, "http://"), "--token-key-file", key}, kind...)...)
			if code != 0 || !strings.Contains(out, `"changed":0`) {
				t.Errorf("import %v as %s ended with %d: %s%s; want nothing changed", kind, format, code, out, errs)
			}
			write(t, path, strings.Replace(file, "密封圈", "硅胶圈", 1))
			code, out, _ = call(t, append([]string{"import", path, "--dry-run", "--admin", admin, "--token-key-file", key}, kind...)...)
			if code != 0 || !strings.Contains(out, "would be imported") || !strings.Contains(out, `"changed":1`) {
				t.Errorf("trying %v as %s ended with %d: %s; want one changed", kind, format, code, out)
			}
		}
	}
	bad := filepath.Join(dir, "bad.csv")
	write(t, bad, "row,id,name,sku,price_fen\nshop,demo\n,p,杯,A,-1\n,p,,B,x\n")
	if code, _, errs := call(t, "import", bad, "--admin", admin, "--token-key-file", key); code != exitFailed ||
		!strings.Contains(errs, "row 3, column price_fen: is -1") || !strings.Contains(errs, `row 4, column price_fen: "x"`) {
		t.Errorf("a bad file ended with %d: %s", code, errs)
	}
	write(t, bad, "row,id,name,sku,price_fen\nshop,other\n,p,杯,A,1\n")
	if code, _, errs := call(t, "import", bad, "--admin", admin, "--token-key-file", key); code != exitFailed || !strings.Contains(errs, "this node serves demo") {
		t.Errorf("another shop's file ended with %d: %s", code, errs)
	}
}

func TestExchangeNamesWhatIsWrong(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file.txt")
	write(t, file, "shop: s")
	for _, c := range []struct {
		args []string
		code int
		want string
	}{
		{[]string{"import", file}, exitUsage, "tells no format"},
		{[]string{"import", file, "--format", "xlsx"}, exitUsage, "yaml, json, csv"},
		{[]string{"import", file, "--format", "yaml"}, exitFailed, "products"},
		{[]string{"import", "nowhere.yaml"}, exitUsage, "nowhere.yaml"},
		{[]string{"export", "--format", "x"}, exitUsage, "yaml, json, csv"},
		{[]string{"export", "--admin", "http://127.0.0.1:1"}, exitFailed, "is it running?"},
		{[]string{"export", "--admin", "http://a b"}, exitUsage, "--admin"},
	} {
		if code, _, errs := call(t, c.args...); code != c.code || !strings.Contains(errs, c.want) {
			t.Errorf("%v ended with %d: %s; want %d with %q", c.args, code, errs, c.code, c.want)
		}
	}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
