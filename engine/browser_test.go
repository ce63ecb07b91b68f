package engine

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"liveroom/engine/live"
	"liveroom/transport/wire/token"
)

// page is the README's client, which posts every frame it gets back to where it came from.
const page = `<!doctype html><script>
const ws = new WebSocket(%q);
ws.onopen = () => ws.send(JSON.stringify({ type: "hello", v: 1, role: "viewer", token: %q }));
ws.onmessage = ({ data }) => {
  fetch("/frame", { method: "POST", body: data });
  if (JSON.parse(data).type === "welcome")
    ws.send(JSON.stringify({ type: "message", id: "b1", room: "demo", user: "guest", text: "3号链接还剩多少件", at: Date.now() }));
};
ws.onclose = (e) => fetch("/frame", { method: "POST", body: "closed " + e.code + " " + e.reason });
</script>`

// TestChromiumTalksToTheEngine needs Debian's chromium; where CI is set it must be there.
func TestChromiumTalksToTheEngine(t *testing.T) {
	chromium, err := exec.LookPath("chromium")
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("CI must have chromium")
		}
		t.Skip("no chromium on this machine; install it to run this test")
	}
	n := startNode(t, t.TempDir(), nil)
	c := n.ingest(t)
	c.send(stockIs(8123))
	c.send(said("message", "m0", "u1", "我要退货"))
	c.next("reply") // so the stock before it has been taken in
	frames := make(chan string, 16)
	signed := n.token(t, token.Claims{Role: live.Viewer, Room: "demo", User: "guest"})
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			b, err := io.ReadAll(r.Body)
			if err == nil {
				frames <- string(b)
			}
			return
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprintf(w, page, n.Addrs().WS, signed)
	}))
	defer site.Close()
	profile, err := os.MkdirTemp("", "liveroom-browser-")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(profile)
	browser := exec.Command(chromium, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
		"--disable-background-networking", "--disable-component-update", "--disable-sync",
		"--user-data-dir="+profile, "--remote-debugging-port=0", site.URL)
	browser.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // its helpers go with it
	if err := browser.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { syscall.Kill(-browser.Process.Pid, syscall.SIGKILL); browser.Wait() }()
	deadline := time.After(5 * time.Minute) // a browser starts slowly on a busy machine
	var seen []string
	for {
		select {
		case f := <-frames:
			seen = append(seen, f)
			if strings.Contains(f, `"reply"`) {
				if !strings.Contains(f, "8123") {
					t.Errorf("the browser was told %s, want 8123", f)
				}
				return
			}
		case <-deadline:
			t.Fatalf("no reply reached the browser; it got %q", seen)
		}
	}
}
