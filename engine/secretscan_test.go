package engine

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestTheSecretScanFindsWhatIsPlanted plants key material in a repository of its own, and wants the scan that CI runs over
// ours to fail on each, to say where, and never what.
func TestTheSecretScanFindsWhatIsPlanted(t *testing.T) {
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("git is not installed")
	}
	script, err := os.ReadFile(filepath.Join("..", "deploy", "secretscan.sh"))
	if err != nil {
		t.Fatal(err)
	}
	repo := t.TempDir()
	put := func(name, text string, mode os.FileMode) {
		t.Helper()
		path := filepath.Join(repo, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), mode); err != nil {
			t.Fatal(err)
		}
	}
	git := func(args ...string) {
		t.Helper()
		cmd := exec.Command("git", args...)
		cmd.Dir = repo
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("git %v: %v: %s", args, err, out)
		}
	}
	scan := func() (said string, failed bool) {
		t.Helper()
		git("add", "-A")
		cmd := exec.Command("deploy/secretscan.sh")
		cmd.Dir = repo
		out, err := cmd.CombinedOutput()
		return string(out), err != nil
	}
	put("deploy/secretscan.sh", string(script), 0o755)
	put("doc.md", "A token looks like eyJ…, a key file begins with BEGIN PRIVATE KEY.\n", 0o644)
	git("init", "-q")
	if said, failed := scan(); failed {
		t.Fatalf("in a clean tree the scan says %s", said)
	}
	middle := strings.Repeat("Ab3_", 12)
	for name, planted := range map[string]string{
		"signed token":  "token: eyJ" + "hbGciOiJIUzI1NiJ9" + ".eyJ" + middle + "." + middle,
		"private key":   "-----BEGIN " + "PRIVATE KEY-----\nMIGH" + middle,
		"ec key":        "-----BEGIN EC " + "PRIVATE KEY-----\nMIGH" + middle,
		"cloud key":     "id = AK" + "IA" + strings.Repeat("Z7", 8),
		"forge token":   "gh" + "p_" + strings.Repeat("aB3", 12),
		"password hash": "$argon2" + "id$v=19$m=65536,t=3,p=1$" + strings.Repeat("a", 22) + "$" + strings.Repeat("b", 43),
	} {
		put("deep/in/it.txt", "one\n"+planted+"\n", 0o644)
		said, failed := scan()
		if !failed || !strings.Contains(said, "deep/in/it.txt:2") {
			t.Errorf("with a %s planted the scan says %q", name, said)
		}
		if strings.Contains(said, middle) {
			t.Errorf("the scan repeats the %s: %s", name, said)
		}
	}
	put("deep/in/it.txt", "one\n", 0o644)
	put("some/where/token.key", "0\n", 0o600)
	if said, failed := scan(); !failed || !strings.Contains(said, "some/where/token.key") {
		t.Errorf("with a key file the scan says %q", said)
	}
}

// TestCIScansForSecrets follows the scan from what CI runs: .ci/run, make ci, lint.
func TestCIScansForSecrets(t *testing.T) {
	read := func(path string) string {
		t.Helper()
		text, err := os.ReadFile(filepath.Join("..", path))
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	makefile := read("Makefile")
	recipe := func(target string) string {
		_, rest, _ := strings.Cut(makefile, "\n"+target+":")
		body, _, _ := strings.Cut(rest, "\n\n")
		return body
	}
	if !strings.Contains(read(filepath.Join(".ci", "run")), "make ci") || !strings.Contains(recipe("ci"), "$(MAKE) lint") ||
		!strings.Contains(recipe("lint"), "\n\tdeploy/secretscan.sh\n") {
		t.Error("CI does not run deploy/secretscan.sh: .ci/run, make ci and make lint must lead there")
	}
}
