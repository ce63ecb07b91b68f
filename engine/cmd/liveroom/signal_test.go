package main

import (
	"encoding/binary"
	"encoding/json"
	"io"
	"net"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"liveroom/engine/live"
	"liveroom/transport/wire"
)

// TestTheSecondSignalEndsAtOnce: a SIGTERM drains, and with a link that never goes that takes as long as it may, here an hour;
// another one ends the process there and then.
func TestTheSecondSignalEndsAtOnce(t *testing.T) {
	cmd := exec.Command(os.Args[0], "demo", "--headless", "--data", t.TempDir(), "--set", "node.drain_budget=2h", "--set", "transport.times.linger=1h")
	cmd.Env, cmd.Stderr = append(os.Environ(), asCommand+"=1"), os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	defer func() { cmd.Process.Kill(); <-ended }()
	var info demoInfo
	err = json.NewDecoder(out).Decode(&info)
	go func() {
		cmd.Wait()
		close(ended)
	}()
	if err != nil {
		t.Fatalf("the demo says nothing: %v", err)
	}
	c, err := net.Dial("tcp", info.TCP)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close() // and not before
	if _, err := c.Write(wire.AppendFrame(nil, wire.AppendHello(nil, &wire.Hello{Role: live.Viewer, Token: info.Tokens["viewer"]}))); err != nil {
		t.Fatal(err)
	}
	hear(t, c, `"welcome"`)
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	hear(t, c, `"bye","code":"draining"`) // it is draining
	select {
	case <-ended:
		t.Fatal("it ended at the first signal, though a link is there")
	default:
	}
	// The first signal hands the next to the kernel a moment later; one that came before would be as if it were the first.
	for again := time.NewTicker(20 * time.Millisecond); ; {
		select {
		case <-again.C:
			cmd.Process.Signal(syscall.SIGTERM)
			continue
		case <-ended:
			again.Stop()
		}
		break
	}
	if s := cmd.ProcessState.Sys().(syscall.WaitStatus); !s.Signaled() || s.Signal() != syscall.SIGTERM {
		t.Errorf("it ended by %v, want the second SIGTERM to have ended it", cmd.ProcessState)
	}
}

// hear reads a frame that must hold some words.
func hear(t *testing.T, c net.Conn, words string) {
	t.Helper()
	header := make([]byte, wire.HeaderLen)
	if _, err := io.ReadFull(c, header); err != nil {
		t.Fatal(err)
	}
	frame := make([]byte, binary.BigEndian.Uint32(header))
	if _, err := io.ReadFull(c, frame); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(frame), words) {
		t.Fatalf("got %s, want %s", frame, words)
	}
}
