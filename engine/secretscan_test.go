package engine

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// scanned is a repository of its own with the scan that CI runs over ours.
type scanned struct {
	t   *testing.T
	dir string
}

func newScanned(t *testing.T) *scanned {
	t.Helper()
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("git is not installed")
	}
	script, err := os.ReadFile(filepath.Join("..", "deploy", "secretscan.sh"))
	if err != nil {
		t.Fatal(err)
	}
	s := &scanned{t, t.TempDir()}
	s.put("deploy/secretscan.sh", string(script), 0o755)
	s.put("doc.md", "A token looks like eyJ…, a key file begins with BEGIN PRIVATE KEY.\n", 0o644)
	s.git("init", "-q")
	return s
}

func (s *scanned) put(name, text string, mode os.FileMode) {
	s.t.Helper()
	path := filepath.Join(s.dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		s.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), mode); err != nil {
		s.t.Fatal(err)
	}
}

func (s *scanned) git(args ...string) {
	s.t.Helper()
	cmd := exec.Command("git", args...)
	cmd.Dir = s.dir
	if out, err := cmd.CombinedOutput(); err != nil {
		s.t.Fatalf("git %v: %v: %s", args, err, out)
	}
}

func (s *scanned) commit() {
	s.t.Helper()
	s.git("add", "-A")
	s.git("-c", "user.name=n", "-c", "user.email=n@example.org", "-c", "commit.gpgsign=false", "commit", "-q", "-m", "a change")
}

func (s *scanned) scan() (said string, failed bool) {
	s.t.Helper()
	s.git("add", "-A")
	cmd := exec.Command("deploy/secretscan.sh")
	cmd.Dir = s.dir
	out, err := cmd.CombinedOutput()
	return string(out), err != nil
}

// TestTheSecretScanReadsTheHistory plants key material, takes it out again, and wants the scan to find the commit.
func TestTheSecretScanReadsTheHistory(t *testing.T) {
	s := newScanned(t)
	s.commit()
	if said, failed := s.scan(); failed || said != "" {
		t.Fatalf("over a clean history the scan says %q", said)
	}
	id := strings.Repeat("Z7", 8)
	s.put("deep/in it.txt", "one\n++ b/two\nid = AK"+"IA"+id+"\n", 0o644)
	s.commit()
	s.put("deep/in it.txt", "one\n", 0o644)
	s.put("some/token.key", "0\n", 0o600)
	s.put("marked.txt", "AK"+"IA"+id+" secretscan: ok\n", 0o644)
	s.commit()
	s.git("rm", "-q", "some/token.key")
	s.commit()
	said, failed := s.scan()
	if !failed || !strings.Contains(said, ":deep/in it.txt\n") || !strings.Contains(said, ":some/token.key\n") {
		t.Errorf("over a history with both planted the scan says %q", said)
	}
	if strings.Contains(said, id) || strings.Contains(said, "marked") || strings.Contains(said, "take it out") {
		t.Errorf("the scan says too much: %q", said)
	}
	known := ""
	for line := range strings.Lines(said) {
		if where, ok := strings.CutPrefix(line, "  "); ok {
			known += where
		}
	}
	s.put("deploy/secretscan.known", known, 0o644)
	if said, failed := s.scan(); failed {
		t.Errorf("with what is known written down the scan says %q", said)
	}
	s.commit()
	shallow := &scanned{t, t.TempDir()}
	shallow.git("clone", "-q", "--depth=1", "file://"+s.dir, ".")
	if said, failed := shallow.scan(); failed || !strings.Contains(said, "shallow") {
		t.Errorf("in a shallow clone the scan says %q", said)
	}
}

// TestTheSecretScanFindsWhatIsPlanted plants key material in a repository of its own, and wants the scan that CI runs over
// ours to fail on each, to say where, and never what.
func TestTheSecretScanFindsWhatIsPlanted(t *testing.T) {
	s := newScanned(t)
	put, scan := s.put, s.scan
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
	if !strings.Contains(read(filepath.Join(".ci", "run")), "make ci") || !regexp.MustCompile(`(?m)^\t\$\(MAKE\) .*\blint\b`).MatchString(recipe("ci")) ||
		!strings.Contains(recipe("lint"), "\n\tdeploy/secretscan.sh\n") {
		t.Error("CI does not run deploy/secretscan.sh: .ci/run, make ci and make lint must lead there")
	}
}
