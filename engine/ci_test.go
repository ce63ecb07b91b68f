package engine

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// bare is a machine on which .ci/run finds nothing but what a test puts there: a copy of the script, the few commands that
// every Debian has, and stand-ins for the others, which write down how they were called.
type bare struct {
	t          *testing.T
	root, bin  string
	log        string
	user       string
	unobtained string // packages that apt-get does not know
	goBrings   string // the version of Go that its package brings
}

func bareMachine(t *testing.T) *bare {
	t.Helper()
	root := t.TempDir()
	m := &bare{t: t, root: root, bin: filepath.Join(root, "bin"), log: filepath.Join(root, "log"), user: "0", goBrings: "1.24.4"}
	for _, dir := range []string{m.bin, filepath.Join(root, ".ci"), filepath.Join(root, "go")} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	script, err := os.ReadFile("../.ci/run")
	if err != nil {
		t.Fatal(err)
	}
	node, err := os.ReadFile("../.ci/node")
	if err != nil {
		t.Fatal(err)
	}
	// This machine's own Go is out of its sight.
	own := strings.NewReplacer("/usr/local/go/bin", root+"/go", ":/usr/lib/go/bin", "").Replace(string(script))
	m.write(".ci/run", own)
	m.write(".ci/node", string(node))
	m.write("go.mod", "module tried\n\ngo 1.26.0\n")
	for _, every := range []string{"bash", "dirname", "sed", "sort", "head", "cat", "chmod"} {
		path, err := exec.LookPath(every)
		if err != nil {
			t.Skipf("no %s on this machine", every)
		}
		if err := os.Symlink(path, filepath.Join(m.bin, every)); err != nil {
			t.Fatal(err)
		}
	}
	m.command("nproc", "echo 2")
	return m
}

func (m *bare) write(name, text string) {
	m.t.Helper()
	if err := os.WriteFile(filepath.Join(m.root, name), []byte(text), 0o700); err != nil {
		m.t.Fatal(err)
	}
}

// command puts a command onto the machine.
func (m *bare) command(name, does string) {
	m.write("bin/"+name, "#!"+m.bin+"/bash\n"+does+"\n")
}

// debian puts an apt-get onto it, which brings what a package is for.
func (m *bare) debian() {
	m.command("apt-get", `
echo "apt-get $*" >>`+m.log+`
[ "$1" = install ] || exit 0
for package in "$@"; do
	case " `+m.unobtained+` " in *" $package "*) exit 100 ;; esac
done
for package in "$@"; do
	brings=$package does=
	case $package in
	install | -* | libc6-dev | ca-certificates) continue ;;
	gcc) brings=cc ;;
	postgresql) brings=pg_ctlcluster ;;
	nodejs) brings=node does='echo v20.19.2' ;;
	golang-go) brings=go does='`+goSays(m.goBrings)+`' ;;
	make) does='echo "make $* GOTOOLCHAIN=$GOTOOLCHAIN" >>`+m.log+`' ;;
	esac
	printf '#!%s\n%s\n' `+m.bin+`/bash "$does" >`+m.bin+`/$brings
	chmod +x `+m.bin+`/$brings
done`)
}

// goSays is a Go of some version, which fetches 1.26.0 where GOTOOLCHAIN lets it.
func goSays(version string) string {
	return fmt.Sprintf(`if [ "$GOTOOLCHAIN" = auto ]; then echo go1.26.0; else echo go%s; fi`, version)
}

// run returns what .ci/run said, what the commands were called with, and whether it ended well.
func (m *bare) run() (said, called string, ok bool) {
	m.t.Helper()
	m.command("id", "echo "+m.user)
	cmd := exec.Command(filepath.Join(m.bin, "bash"), filepath.Join(m.root, ".ci/run"))
	cmd.Env = []string{"PATH=" + m.bin, "LIVEROOM_CORPORA=/real/lines"}
	out, err := cmd.CombinedOutput()
	log, _ := os.ReadFile(m.log)
	return string(out), string(log), err == nil
}

func (m *bare) want(where, text string, parts ...string) {
	m.t.Helper()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			m.t.Errorf("%s lacks %q:\n%s", where, part, text)
		}
	}
}

func TestCIOnABareDebianInstallsEverything(t *testing.T) {
	m := bareMachine(t)
	m.debian()
	said, called, ok := m.run()
	if !ok {
		t.Fatalf("it failed:\n%s", said)
	}
	m.want("what was called", called, "make git gcc libc6-dev", "golang-go", "postgresql chromium haproxy openssl sqlite3 xxd nodejs npm", "make build GOTOOLCHAIN=go1.26.0",
		"make demo ARGS=--once GOTOOLCHAIN=go1.26.0", "make test GOTOOLCHAIN=go1.26.0", "make ci TESTED=1 GOTOOLCHAIN=go1.26.0")
	m.want("what was said", said, "Go 1.24.4 from Debian", "Go 1.26.0, 2 cores")
	if strings.Contains(said, "skipped") {
		t.Errorf("something was skipped though all could be had:\n%s", said)
	}
}

func TestCISaysLastWhatItSkipped(t *testing.T) {
	m := bareMachine(t)
	m.unobtained = "npm chromium"
	m.debian()
	said, called, ok := m.run()
	if !ok {
		t.Fatalf("it failed:\n%s", said)
	}
	m.want("what was called", called, "--no-install-recommends haproxy\n", "--no-install-recommends nodejs\n", "make ci")
	_, end, _ := strings.Cut(said, "done in")
	m.want("its end", end, "skipped: no chromium: the tests in a real browser", "skipped: no npm here: the console's page")
}

func TestCIWithAnOldGoSaysWhatToInstall(t *testing.T) {
	m := bareMachine(t)
	m.goBrings = "1.19.8"
	m.debian()
	said, called, ok := m.run()
	if ok || strings.Contains(called, "make ") && strings.Contains(called, "make demo") {
		t.Fatalf("it went on with Go 1.19:\n%s", called)
	}
	m.want("what was said", said, "install 1.26.0 or later from https://go.dev/dl/ into /")
}

func TestCIWithoutRootGoesOnWhereItCan(t *testing.T) {
	m := bareMachine(t)
	m.user = "1000"
	m.debian()
	said, called, ok := m.run()
	if ok || called != "" {
		t.Fatalf("it went on without make:\n%s%s", said, called)
	}
	m.want("what was said", said, "missing: make git gcc", "or run this as root on Debian")

	for _, have := range []string{"git", "cc", "pg_ctlcluster"} {
		m.command(have, "")
	}
	m.command("make", `echo "make $*" >>`+m.log)
	m.command("go", goSays("1.26.8"))
	m.command("node", "echo v18.20.4")
	m.command("npm", "")
	if _, err := os.Stat("/etc/ssl/certs/ca-certificates.crt"); err != nil {
		t.Skip("no certificates on this machine")
	}
	if said, called, ok = m.run(); !ok {
		t.Fatalf("it failed:\n%s", said)
	}
	m.want("what was called", called, "make demo", "make test", "make ci")
	m.want("what was said", said, "Go 1.26.8", "skipped: no haproxy", "skipped: no xxd", "skipped: node is 18.20.4, the page's tools want 20.19")
}
