// Package target is the server under load as the load test sees it from outside: a process it starts, kills and stops, and
// the metrics it publishes. A Server owns one goroutine, which takes what the process prints and ends with the process.
package target

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"liveroom/loadtest/machine"
)

// Endpoints are where a server is reached.
type Endpoints struct {
	TCP     string `json:"tcp"`            // host:port
	WS      string `json:"ws"`             // ws:// URL
	TLS     string `json:"tls"`            // host:port where TCP links speak TLS, "" for nowhere
	WSS     string `json:"wss"`            // wss:// URL, "" for none
	Admin   string `json:"admin"`          // http:// URL, "" when its metrics are out of reach
	KeyFile string `json:"token_key_file"` // signs the tokens of links
	Tokens  struct {
		Admin string `json:"admin"` // "" when metrics need none
	} `json:"tokens"`
}

// ReadEndpoints reads the line that a server printed, from a file.
func ReadEndpoints(path string) (Endpoints, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return Endpoints{}, fmt.Errorf("read endpoints: %w", err)
	}
	return parseEndpoints(b)
}

func parseEndpoints(line []byte) (Endpoints, error) {
	var e Endpoints
	if err := json.Unmarshal(line, &e); err != nil {
		return Endpoints{}, fmt.Errorf("read endpoints: %w", err)
	}
	if e.TCP == "" || e.WS == "" {
		return Endpoints{}, errNoAddresses
	}
	return e, nil
}

// Options say how to start a server.
type Options struct {
	// Path is the liveroom program, Settings its settings as key=value.
	Path     string
	Settings []string
	// Data is the folder it keeps its state in; "" lets it make its own and lose it.
	Data string
	// Again are the endpoints of an earlier server on the same data, which this one takes over; nil for free ports.
	Again *Endpoints
}

const (
	startTime = 60 * time.Second // a first start may unpack and check the model
	stopTime  = 20 * time.Second // a drain has its own budget, well below
	tailSize  = 4 << 10
)

// The ways in which a server of ours can disappoint.
var (
	ErrNotReady = errors.New("server did not become ready")
	ErrUnclean  = errors.New("server did not stop in order")

	errNoAddresses = errors.New("the line names no tcp and ws addresses")
)

// Server is a liveroom process of our own.
type Server struct {
	Endpoints
	cmd    *exec.Cmd
	last   *tail
	exited chan struct{} // closed once the process is gone and wait set
	wait   error
}

// command is the one place that knows how liveroom is told to serve a load.
func command(o Options) *exec.Cmd {
	args := []string{"demo", "--headless"}
	if o.Data != "" {
		args = append(args, "--data", o.Data)
	}
	if e := o.Again; e != nil {
		args = append(args, "--tcp", e.TCP, "--ws", host(e.WS), "--admin", host(e.Admin))
	}
	for _, s := range o.Settings {
		args = append(args, "--set", s)
	}
	if e := o.Again; e != nil && e.TLS != "" {
		args = append(args, "--set", "front.tcp_addr="+e.TLS, "--set", "front.ws_addr="+host(e.WSS))
	}
	return exec.Command(o.Path, args...)
}

func host(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return address
	}
	return u.Host
}

// Beside returns the liveroom program beside this one.
func Beside() (string, error) {
	own, err := os.Executable()
	if err != nil {
		return "", fmt.Errorf("find liveroom: %w", err)
	}
	path := filepath.Join(filepath.Dir(own), "liveroom")
	if _, err := os.Stat(path); err != nil {
		return "", fmt.Errorf("find liveroom beside %s: %w", filepath.Base(own), err)
	}
	return path, nil
}

// Start starts a server and returns once it has printed its endpoints, which it does when it is ready.
func Start(ctx context.Context, o Options) (*Server, error) {
	s := &Server{cmd: command(o), last: &tail{}, exited: make(chan struct{})}
	s.cmd.Stderr = s.last
	// A process group of its own: a ^C meant for the load test must not stop the server before its figures are read.
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("start %s: %w", o.Path, err)
	}
	if err := s.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", o.Path, err)
	}
	line := make(chan []byte, 1)
	go s.watch(out, line)
	timer := time.NewTimer(startTime)
	defer timer.Stop()
	select {
	case first := <-line:
		s.Endpoints, err = parseEndpoints(first)
		err = errors.Join(err, s.calm())
	case <-s.exited:
		err = fmt.Errorf("it ended: %w", s.wait)
	case <-timer.C:
		err = fmt.Errorf("it said nothing within %v", startTime)
	case <-ctx.Done():
		err = ctx.Err()
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w%s", ErrNotReady, err, s.said(s.Kill()))
	}
	return s, nil
}

// calm takes from the server the raised priority that it inherited from this process, if it has one.
func (s *Server) calm() error {
	nice, err := machine.Nice(s.PID())
	if err != nil || nice >= 0 { // who was started with less keeps that: taking it away needs a privilege
		return err
	}
	return machine.Renice(s.PID(), 0)
}

// watch takes the first line and then whatever else is printed, so that the process never waits for us.
func (s *Server) watch(out io.Reader, line chan<- []byte) {
	in := bufio.NewReader(out)
	if first, err := in.ReadBytes('\n'); err == nil {
		line <- first
	}
	_, _ = io.Copy(io.Discard, in) // ends with the process, whose own error Wait tells
	s.wait = s.cmd.Wait()
	close(s.exited)
}

func (s *Server) said(err error) string {
	if err != nil {
		return fmt.Sprintf(" (and then: %v)", err)
	}
	if last := s.last.String(); last != "" {
		return "; its last words:\n" + last
	}
	return ""
}

// PID returns the process id.
func (s *Server) PID() int { return s.cmd.Process.Pid }

// Exited is closed when the process has ended.
func (s *Server) Exited() <-chan struct{} { return s.exited }

// LastWords returns the end of what the process wrote to its log.
func (s *Server) LastWords() string { return s.last.String() }

// Kill ends the process at once, as a crash would, and returns when it is gone.
func (s *Server) Kill() error {
	err := s.cmd.Process.Kill()
	<-s.exited
	if errors.Is(err, os.ErrProcessDone) {
		return nil
	}
	return err
}

// Stop asks the process to end and returns when it has. It wraps ErrUnclean when the process ended otherwise than in order,
// or had to be killed.
func (s *Server) Stop() error {
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("stop server: %w", err)
	}
	timer := time.NewTimer(stopTime)
	defer timer.Stop()
	select {
	case <-s.exited:
		if s.wait != nil {
			return fmt.Errorf("%w: %w%s", ErrUnclean, s.wait, s.said(nil))
		}
		return nil
	case <-timer.C:
		return fmt.Errorf("%w: it was still there after %v%s", ErrUnclean, stopTime, s.said(s.Kill()))
	}
}

// tail keeps the end of what is written to it.
type tail struct {
	mu sync.Mutex
	b  []byte // guarded by mu
}

// Write implements io.Writer.
func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.b = append(t.b, p...)
	if over := len(t.b) - tailSize; over > 0 {
		t.b = append(t.b[:0], t.b[over:]...)
	}
	return len(p), nil
}

// String returns what was kept.
func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(t.b)
}
