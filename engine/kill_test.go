package engine

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"syscall"
	"testing"

	"liveroom/engine/live"
	"liveroom/transport/wire/token"
)

// childDir names the data folder to the test binary when it runs as a node to be killed; with childDies it kills itself when
// what was imported is durable and not in force yet, and with diesErasing when an erasure has rewritten its first blocks.
const (
	childDir    = "TEST_NODE_DIR"
	childDies   = "TEST_NODE_DIES"
	diesErasing = "erasing"
)

// runAsChild serves a node until killed when the test binary was started for that.
func runAsChild() bool {
	dir := os.Getenv(childDir)
	if dir == "" {
		return false
	}
	cfg, die := testConfig(dir), func() { syscall.Kill(os.Getpid(), syscall.SIGKILL) }
	if os.Getenv(childDies) == diesErasing {
		cfg.Storage.DuringErasure = die
	}
	e, err := New(context.Background(), cfg, slog.New(slog.NewTextHandler(os.Stderr, nil)))
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	if os.Getenv(childDies) != "" {
		e.parts.papers.kept = die
	}
	go func() {
		<-e.Ready()
		json.NewEncoder(os.Stdout).Encode(e.Addrs())
	}()
	if err := e.Run(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	return true
}

func startChild(t *testing.T, dir string) (*exec.Cmd, Addrs) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childDir+"="+dir)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
	line, err := bufio.NewReader(out).ReadBytes('\n')
	if err != nil {
		t.Fatalf("the child did not start: %v", err)
	}
	var addrs Addrs
	if err := json.Unmarshal(line, &addrs); err != nil {
		t.Fatal(err)
	}
	return cmd, addrs
}

// TestKilledNodeOwesNothing kills a node with kill -9 in the middle of a stream, restarts it on the same data, resumes,
// and asks that every acknowledged message has exactly one outcome.
func TestKilledNodeOwesNothing(t *testing.T) {
	dir := t.TempDir()
	for round := range 3 {
		cmd, addrs := startChild(t, dir)
		signed := signerOf(t, dir)(token.Claims{Role: live.Ingest})
		c := dialTCP(t, addrs.TCP).hello("ingest", signed, frame{"outcomes": true})
		acked, ended := map[string]bool{}, map[string]string{}
		note := func(f frame) {
			switch f.text("type") {
			case "ack":
				acked[f.text("id")] = true
			case "reply", "outcome", "error":
				what := f.text("id") + f.text("outcome") + f.text("code")
				if before, ok := ended[f.text("to")]; ok && before != what {
					t.Errorf("%s ended as %s and as %s", f.text("to"), before, what)
				}
				ended[f.text("to")] = what
			}
		}
		const messages = 400
		for i := range messages {
			c.send(said("message", fmt.Sprintf("r%d-m%d", round, i), fmt.Sprint("u", i%30), fmt.Sprintf("%d号链接多少钱", i%6+1)))
		}
		for len(acked) < 50+100*round {
			note(c.next("ack", "reply", "outcome", "error"))
		}
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		for { // what had left before the end
			b, err := c.read()
			if err != nil {
				break
			}
			var f frame
			if err := json.Unmarshal(b, &f); err != nil {
				t.Fatal(err)
			}
			note(f)
		}
		cmd.Wait()
		owed := 0
		for id := range acked {
			if ended[id] == "" {
				owed++
			}
		}
		cmd, addrs = startChild(t, dir)
		c = dialTCP(t, addrs.TCP).hello("ingest", signed, frame{"outcomes": true, "resume": frame{"session": c.Session, "after": ""}})
		for id := range acked {
			for ended[id] == "" {
				note(c.next("reply", "outcome", "error"))
			}
		}
		for id := range acked { // a repetition after the crash brings the same frame
			user := fmt.Sprint("u", asNumber(id)%30)
			c.send(said("message", id, user, fmt.Sprintf("%d号链接多少钱", asNumber(id)%6+1)))
			note(c.next("reply", "outcome", "error"))
		}
		t.Logf("round %d: %d acknowledged, %d of them unanswered when killed, all ended after the restart", round, len(acked), owed)
		c.close()
		cmd.Process.Kill()
		cmd.Wait()
	}
}

// asNumber returns the number of a message "r0-m12".
func asNumber(id string) int {
	var round, n int
	fmt.Sscanf(id, "r%d-m%d", &round, &n)
	return n
}
