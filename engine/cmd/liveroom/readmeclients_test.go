package main

import (
	"bufio"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
)

// asProgram makes a program of a client of the readmes, for which info is what demo --headless printed.
var asProgram = map[string]struct {
	file          string
	before, after string
	command       []string
}{
	"js":     {"client.js", "const info = JSON.parse(process.env.INFO);\n", "", []string{"node", "--experimental-websocket"}},
	"python": {"client.py", "import json, os\ninfo = json.loads(os.environ[\"INFO\"])\n", "", []string{"python3", "-u"}},
	"go": {"client.go", `package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"time"

	"github.com/coder/websocket"
	"github.com/coder/websocket/wsjson"
)

func main() {
	var info struct {
		WS     string
		Tokens map[string]string
	}
	if err := json.Unmarshal([]byte(os.Getenv("INFO")), &info); err != nil {
		panic(err)
	}
	if err := talk(context.Background(), info); err != nil {
		panic(err)
	}
}

func talk(ctx context.Context, info struct {
	WS     string
	Tokens map[string]string
},
) error {
`, "\treturn nil\n}\n", []string{"go", "run"}},
}

// TestTheReadmesClientsAreAnswered runs each client as it stands in each readme against a demo, until its message has its reply.
func TestTheReadmesClientsAreAnswered(t *testing.T) {
	info, stop := demoOn(t, t.TempDir())
	defer stop()
	printed, err := json.Marshal(info)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"README.md", "README.zh-CN.md"} {
		text, err := os.ReadFile("../../../" + name)
		if err != nil {
			t.Fatal(err)
		}
		for language, program := range asProgram {
			t.Run(name+"/"+language, func(t *testing.T) {
				_, rest, found := strings.Cut(string(text), "```"+language+"\n")
				client, _, closed := strings.Cut(rest, "```")
				if !found || !closed || !strings.Contains(client, "viewer") {
					t.Fatalf("%s has no viewer's client in %s", name, language)
				}
				if lines := strings.Count(client, "\n"); lines > 12 {
					t.Errorf("the client has %d lines, want about ten", lines)
				}
				if _, err := exec.LookPath(program.command[0]); err != nil {
					t.Skipf("no %s on this machine", program.command[0])
				}
				if language == "js" && exec.Command("node", "--experimental-websocket", "-e", "WebSocket").Run() != nil {
					t.Skip("this node knows no WebSocket")
				}
				file := filepath.Join(t.TempDir(), program.file)
				write(t, file, program.before+client+program.after)
				answered(t, append(slices.Clip(program.command), file), string(printed))
			})
		}
	}
}

// answered runs a client until it prints a reply with words in it.
func answered(t *testing.T, command []string, info string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), command[0], command[1:]...)
	cmd.Env, cmd.Stderr = append(os.Environ(), "INFO="+info), os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // go run has a child
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		cmd.Cancel()
		cmd.Wait()
	}()
	var said []string
	for lines := bufio.NewScanner(out); lines.Scan(); {
		said = append(said, lines.Text())
		if words, is := strings.CutPrefix(lines.Text(), "reply "); is && strings.TrimSpace(words) != "" {
			return
		}
	}
	t.Errorf("the client ended without a reply; it printed %q", said)
}
