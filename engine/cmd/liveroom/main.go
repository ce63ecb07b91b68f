// Command liveroom runs and operates a liveroom node; "liveroom --help" lists what it does.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"

	"liveroom/engine"
)

// Exit codes.
const (
	exitFailed = 1
	exitUsage  = 2
)

// commands is the command line.
type commands struct {
	Serve       serveCommand       `cmd:"" help:"Run the engine."`
	Demo        demoCommand        `cmd:"" help:"Run the engine with a demo shop and a replayed room; nothing to set up."`
	Chat        chatCommand        `cmd:"" help:"Talk with the demo shop, or with yours, in the terminal."`
	Classify    classifyCommand    `cmd:"" help:"Read lines and print what each means, as JSON lines."`
	Token       tokenCommand       `cmd:"" help:"Make a token, take one back, or rotate the key."`
	Users       usersCommand       `cmd:"" help:"Look after the accounts of the admin side."`
	Import      importCommand      `cmd:"" help:"Replace a node's catalogue, knowledge base or scripts by a file."`
	Export      exportCommand      `cmd:"" help:"Print a node's catalogue, knowledge base or scripts."`
	Keys        keysCommand        `cmd:"" help:"Look after the keys that the stored data is sealed under."`
	Top         topCommand         `cmd:"" help:"Show a node and its hottest actors."`
	Audit       auditCommand       `cmd:"" help:"Check the audit log, or print its signed heads."`
	Backup      backupCommand      `cmd:"" help:"Back up, restore and verify what is stored."`
	Erase       eraseCommand       `cmd:"" help:"Erase what is stored of one person."`
	CheckConfig checkConfigCommand `cmd:"" help:"Check a configuration and report every problem."`
	PrintConfig printConfigCommand `cmd:"" help:"Print every setting in force and where it comes from."`
	ConfigDoc   configDocCommand   `cmd:"" help:"Print what can be set, with defaults."`
	Version     versionCommand     `cmd:"" help:"Print the version."`
}

// streams are what a command reads and writes.
type streams struct {
	in       io.Reader
	out, err io.Writer
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, func() { // the next signal ends the process at once
		stop()
	})
	os.Exit(run(ctx, os.Args[1:], streams{os.Stdin, os.Stdout, os.Stderr}))
}

// run is main with its world handed in, so that tests can call it.
func run(ctx context.Context, args []string, s streams) int {
	var c commands
	exited := -1
	parser, err := kong.New(&c, kong.Name("liveroom"), kong.Writers(s.out, s.err), kong.Exit(func(code int) { exited = code }),
		kong.Description("An actor-based real-time engine for live-commerce rooms."),
		kong.BindTo(ctx, (*context.Context)(nil)), kong.Bind(s))
	if err != nil {
		fmt.Fprintln(s.err, "liveroom:", err)
		return exitFailed
	}
	parsed, err := parser.Parse(bareScripts(args))
	if exited >= 0 { // --help
		return exited
	}
	if err != nil {
		fmt.Fprintln(s.err, "liveroom:", err)
		return exitUsage
	}
	if err := parsed.Run(); err != nil {
		fmt.Fprintln(s.err, "liveroom:", err)
		if errors.Is(err, errUsage) {
			return exitUsage
		}
		return exitFailed
	}
	return 0
}

// errUsage marks errors of the caller.
var errUsage = errors.New("usage")

// settings are the flags of every command that needs a configuration.
type settings struct {
	Config string   `help:"Configuration file (YAML)." type:"existingfile" placeholder:"FILE"`
	Set    []string `help:"Set one key, e.g. --set transport.tcp_addr=:7700; goes before file and environment." placeholder:"KEY=VALUE" sep:"none"`
}

func (s settings) load(base engine.Config) (engine.Config, []engine.Key, error) {
	cfg, keys, err := engine.Load(base, engine.Sources{File: s.Config, Environ: os.Environ(), Flags: s.Set})
	if err != nil {
		return cfg, keys, fmt.Errorf("configuration:\n%w", err)
	}
	return cfg, keys, nil
}

func newLogger(cfg engine.NodeConfig, w io.Writer) (*slog.Logger, error) {
	var level slog.Level
	if err := level.UnmarshalText([]byte(cfg.LogLevel)); err != nil {
		return nil, fmt.Errorf("log level: %w", err)
	}
	options := &slog.HandlerOptions{Level: level}
	if cfg.LogFormat == "json" {
		return slog.New(slog.NewJSONHandler(w, options)), nil
	}
	return slog.New(slog.NewTextHandler(w, options)), nil
}

type versionCommand struct{}

// Run prints the version.
func (versionCommand) Run(s streams) error {
	_, err := fmt.Fprintln(s.out, engine.Version())
	return err
}
