package web

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestTheLockNamesNoRegistry keeps addresses of registries out of the lock file: each machine has its own, and the hashes
// say what is to be installed.
func TestTheLockNamesNoRegistry(t *testing.T) {
	lock, err := os.ReadFile("package-lock.json")
	if err != nil {
		t.Fatal(err)
	}
	for i, line := range bytes.Split(lock, []byte("\n")) {
		if bytes.Contains(line, []byte(`"resolved"`)) {
			t.Errorf("package-lock.json:%d: %s: leave it out (npm install --omit-lockfile-registry-resolved)", i+1, bytes.TrimSpace(line))
		}
	}
	if !bytes.Contains(lock, []byte(`"integrity": "sha512-`)) {
		t.Error("package-lock.json holds no hashes")
	}
}

// TestTheReadmesShowThePictures wants every picture that npm run pictures wrote in both readmes, with words for who does not
// see it, and light enough for a readme.
func TestTheReadmesShowThePictures(t *testing.T) {
	const heaviest = 150_000
	pictures, err := filepath.Glob("pictures/*.png")
	if err != nil || len(pictures) == 0 {
		t.Fatalf("there are no pictures: %v", err)
	}
	for _, p := range pictures {
		if info, err := os.Stat(p); err != nil || info.Size() > heaviest {
			t.Errorf("%s: want at most %d bytes: %v", p, heaviest, err)
		}
	}
	for _, name := range []string{"README.md", "README.zh-CN.md"} {
		readme, err := os.ReadFile("../../../" + name)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range pictures {
			before, _, found := strings.Cut(string(readme), "](engine/admin/web/"+p+")")
			alt := before[strings.LastIndexByte(before, '[')+1:]
			if !found || len(alt) < 10 || strings.Contains(alt, "]") {
				t.Errorf("%s does not show %s, or does not say in words what is to be seen", name, p)
			}
		}
	}
}
