package web

import (
	"bytes"
	"os"
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
