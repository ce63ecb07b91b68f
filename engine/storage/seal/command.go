package seal

import (
	"bytes"
	"context"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"
	"unicode"

	"github.com/emmansun/gmsm/sm3"
)

// Limits of a key command.
const (
	// CommandTimeout is how long a key command may take when nothing else is said.
	CommandTimeout = 10 * time.Second

	maxAnswer  = 16 << 10 // bytes of an answer
	maxMessage = 200      // runes of what a command says is wrong
	maxMaster  = 128      // bytes of the name of a master key
	commands   = 4        // that run at a time
)

// Command is a KeyService behind a program, which asks whatever keeps the master key: a key management service, a hardware
// module, a smart card. The master key stays there. For each key the program is run once, without a shell: it reads one
// line of JSON from its standard input, writes one object to its standard output, and ends with 0. Byte strings are base64.
//
//	{"version":1,"op":"wrap","key":"…","label":"…"}                   → {"master":"name","wrapped":"…"}
//	{"version":1,"op":"unwrap","master":"name","wrapped":"…","label":"…"} → {"key":"…"}
//	either                                                             → {"error":"wrong_master"|"corrupt"|"unavailable","message":"…"}
//
// What is wrapped, "key", is the key and a checksum over it and its label, so that a program need not bind the label itself:
// what opens to something else is ErrCorrupt. What the program writes to its standard error goes nowhere, since nobody knows
// what that is; message is shown, cut and without anything unprintable, unless it repeats the key.
type Command struct {
	guarded
	args    []string
	timeout time.Duration
	running chan struct{}
}

// NewCommand returns the key service behind a program with its arguments. A timeout of 0 is CommandTimeout.
func NewCommand(args []string, timeout time.Duration) *Command {
	if timeout <= 0 {
		timeout = CommandTimeout
	}
	return &Command{args: args, timeout: timeout, running: make(chan struct{}, commands)}
}

// request is what the program reads.
type request struct {
	Version int    `json:"version"`
	Op      string `json:"op"`
	Master  string `json:"master,omitempty"`
	Key     []byte `json:"key,omitempty"`
	Wrapped []byte `json:"wrapped,omitempty"`
	Label   []byte `json:"label"`
}

// reply is what it writes.
type reply struct {
	Master  string `json:"master"`
	Wrapped []byte `json:"wrapped"`
	Key     []byte `json:"key"`
	Error   string `json:"error"`
	Message string `json:"message"`
}

// Wrap implements KeyService.
func (c *Command) Wrap(ctx context.Context, key, label []byte) (wrapped []byte, master string, err error) {
	sent := checked(key, label)
	a, err := c.ask(ctx, request{Version: 1, Op: "wrap", Key: sent, Label: label})
	switch {
	case err != nil:
		return nil, "", err
	case a.Error != "":
		return nil, "", c.refusal(a, "", sent)
	case !nameable(a.Master):
		return nil, "", c.broken(fmt.Errorf("master: want a name of 1 to %d bytes without spaces", maxMaster))
	case len(a.Wrapped) == 0:
		return nil, "", c.broken(errors.New("wrapped: it is missing"))
	case bytes.Contains(a.Wrapped, key):
		return nil, "", c.broken(errors.New("wrapped: it holds the key as it is"))
	}
	return a.Wrapped, a.Master, nil
}

// Unwrap implements KeyService.
func (c *Command) Unwrap(ctx context.Context, master string, wrapped, label []byte) ([]byte, error) {
	a, err := c.ask(ctx, request{Version: 1, Op: "unwrap", Master: master, Wrapped: wrapped, Label: label})
	switch {
	case err != nil:
		return nil, err
	case a.Error != "":
		return nil, c.refusal(a, master, nil)
	}
	n := len(a.Key) - sumBytes
	if n < 0 || subtle.ConstantTimeCompare(a.Key, checked(a.Key[:n], label)) != 1 {
		return nil, fmt.Errorf("%w: a key wrapped under master key %s opens by %s to something else: it is damaged, or %[2]s is now another key of that name",
			ErrCorrupt, master, c.args[0])
	}
	return a.Key[:n:n], nil
}

// sumBytes is the length of the checksum after a wrapped key.
const sumBytes = 16

// checked is a key and its checksum, as a command gets it.
func checked(key, label []byte) []byte {
	h := sm3.New()
	fmt.Fprintf(h, "liveroom wrapped key 1\n%d\n", len(label))
	h.Write(label)
	h.Write(key)
	return append(append(make([]byte, 0, len(key)+sumBytes), key...), h.Sum(nil)[:sumBytes]...)
}

// nameable tells whether a name of a master key can be kept and shown.
func nameable(master string) bool {
	return master != "" && len(master) <= maxMaster && strings.IndexFunc(master, func(r rune) bool { return r <= ' ' || r > '~' }) < 0
}

// ask runs the program once.
func (c *Command) ask(ctx context.Context, r request) (a reply, err error) {
	ctx, stop := context.WithTimeout(ctx, c.timeout)
	defer stop()
	select {
	case c.running <- struct{}{}:
		defer func() { <-c.running }()
	case <-ctx.Done():
		return a, c.away(ctx, ctx.Err())
	}
	sent, err := json.Marshal(r)
	if err != nil {
		return a, err
	}
	cmd := exec.CommandContext(ctx, c.args[0], c.args[1:]...)
	out := &bounded{most: maxAnswer}
	cmd.Stdin, cmd.Stdout = bytes.NewReader(append(sent, '\n')), out
	for _, entry := range os.Environ() {
		if !strings.HasPrefix(entry, "LIVEROOM_") {
			cmd.Env = append(cmd.Env, entry)
		}
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // what it has started itself ends with it
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.WaitDelay = time.Second
	if err := cmd.Run(); err != nil {
		return a, c.away(ctx, err)
	}
	if out.over {
		return a, c.broken(fmt.Errorf("it is longer than %d bytes", maxAnswer))
	}
	if err := json.Unmarshal(out.held, &a); err != nil {
		return a, c.broken(errors.New("it is not one object of JSON")) // what it is instead may be a key
	}
	return a, nil
}

// away says that the service cannot be asked.
func (c *Command) away(ctx context.Context, err error) error {
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return fmt.Errorf("%w: %s has not answered within %v", ErrAway, c.args[0], c.timeout)
	}
	return fmt.Errorf("%w: %s: %w", ErrAway, c.args[0], err)
}

// broken says that what came is no answer.
func (c *Command) broken(why error) error {
	return fmt.Errorf("%w: the answer of %s is not of the protocol: %w", ErrAway, c.args[0], why)
}

// refusal is the error that the program has answered. secret is what the message must not repeat.
func (c *Command) refusal(a reply, master string, secret []byte) error {
	message := a.Message
	if len(secret) > 0 {
		encoded, _ := json.Marshal(secret)
		if strings.Contains(message, strings.Trim(string(encoded), `"`)) {
			message = ""
		}
	}
	message = strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return ' '
	}, message)
	if runes := []rune(message); len(runes) > maxMessage {
		message = string(runes[:maxMessage]) + "…"
	}
	if message != "" {
		message = ": " + message
	}
	switch a.Error {
	case "wrong_master":
		return fmt.Errorf("%w: the data is sealed under master key %s, which %s does not have: bring back the key it was sealed under%s",
			ErrWrongMaster, master, c.args[0], message)
	case "corrupt":
		return fmt.Errorf("%w: %s does not open a key wrapped under master key %s%s", ErrCorrupt, c.args[0], master, message)
	default:
		return fmt.Errorf("%w: %s says that it cannot%s", ErrAway, c.args[0], message)
	}
}

// bounded is the beginning of an output.
type bounded struct {
	held []byte
	most int
	over bool
}

// Write implements io.Writer. What is too much is thrown away, so that the program is not held up.
func (b *bounded) Write(p []byte) (int, error) {
	room := min(b.most-len(b.held), len(p))
	b.held = append(b.held, p[:room]...)
	b.over = b.over || room < len(p)
	return len(p), nil
}

var _ KeyService = (*Command)(nil)

// Moving is a KeyService that wraps with one service and still opens what master keys at hand have wrapped before.
type Moving struct {
	To   KeyService
	From *Master
}

// Wrap implements KeyService.
func (m Moving) Wrap(ctx context.Context, key, label []byte) ([]byte, string, error) {
	return m.To.Wrap(ctx, key, label)
}

// Unwrap implements KeyService.
func (m Moving) Unwrap(ctx context.Context, master string, wrapped, label []byte) ([]byte, error) {
	for _, id := range m.From.IDs() {
		if id == master {
			return m.From.Unwrap(ctx, master, wrapped, label)
		}
	}
	return m.To.Unwrap(ctx, master, wrapped, label)
}

// Probe tries a key service out with a key of no use, and returns the master key that it wraps under.
func Probe(ctx context.Context, service KeyService) (master string, err error) {
	key, label := make([]byte, KeyBytes), []byte("liveroom probe")
	copy(key, "no key, a trial!")
	wrapped, master, err := service.Wrap(ctx, key, label)
	if err != nil {
		return "", err
	}
	back, err := service.Unwrap(ctx, master, wrapped, label)
	if err == nil && !bytes.Equal(back, key) {
		err = ErrCorrupt
	}
	return master, err
}
