package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"liveroom/engine"
	"liveroom/engine/live"
	"liveroom/engine/storage"
)

// backupCommand keeps what is stored, and brings it back.
type backupCommand struct {
	Make    backupMakeCommand    `cmd:"" help:"Write everything that is stored into a file, sealed, with the node running or not."`
	Restore backupRestoreCommand `cmd:"" help:"Put a backup where there is no store yet, with SQLite or PostgreSQL, whichever it was made of."`
	Verify  backupVerifyCommand  `cmd:"" help:"Walk through everything that is stored, or through a backup, and say what is wrong."`
}

type backupMakeCommand struct {
	settings
	toNode
	File string `arg:"" help:"The file to make." type:"path"`
}

// Run makes the backup: what has the name is whole.
func (c *backupMakeCommand) Run(ctx context.Context, s streams) (err error) {
	cfg, _, err := c.load(engine.Default())
	if err != nil {
		return err
	}
	if _, err := os.Stat(c.File); !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%w: %s is there already; a backup never replaces another", errUsage, c.File)
	}
	var b storage.Backup
	backup := deed{cfg: cfg, node: c.toNode, CommandAct: engine.CommandAct{Act: "backup.make", On: "file " + c.File}}
	err = backup.do(ctx, s, func() (err error) { b, err = c.write(ctx, cfg.Storage); return err })
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(s.out, "%s holds %d journal blocks, %d users, %d facts and %d files; it is sealed under the master key, which is not in it\n",
		c.File, b.Rows["journal"], b.Rows["user_state"], b.Rows["fact"], b.Files)
	return err
}

// write makes the file, under another name first.
func (c *backupMakeCommand) write(ctx context.Context, cfg storage.Config) (b storage.Backup, err error) {
	f, err := os.CreateTemp(filepath.Dir(c.File), filepath.Base(c.File)+".new-*") // mode 0600
	if err != nil {
		return b, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(f.Name()))
		}
	}()
	b, err = storage.MakeBackup(ctx, cfg, f)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return b, err
	}
	return b, os.Rename(f.Name(), c.File)
}

type backupRestoreCommand struct {
	settings
	File string `arg:"" help:"The backup." type:"existingfile"`
}

// Run restores, and looks at what came of it.
func (c *backupRestoreCommand) Run(ctx context.Context, s streams) (err error) {
	cfg, _, err := c.load(engine.Default())
	if err != nil {
		return err
	}
	f, err := os.Open(c.File)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	b, err := storage.RestoreBackup(ctx, cfg.Storage, f)
	if err != nil {
		return err
	}
	// The log came with the backup, if there was one; before, there was none to write into.
	restored := deed{cfg: cfg, CommandAct: engine.CommandAct{Act: "backup.restore", On: "file " + c.File, Detail: "what came before this record came with the backup"}}
	if err := restored.do(ctx, s, func() error { return nil }); err != nil {
		return fmt.Errorf("the backup is restored, but: %w", err)
	}
	fmt.Fprintf(s.out, "restored %d journal blocks, %d users, %d facts and %d files\n", b.Rows["journal"], b.Rows["user_state"], b.Rows["fact"], b.Files)
	return tellVerdict(ctx, s, cfg.Storage)
}

type backupVerifyCommand struct {
	settings
	File string `arg:"" optional:"" help:"A backup; without it, what is stored." type:"existingfile"`
}

// Run verifies a backup by restoring it to a temporary folder.
func (c *backupVerifyCommand) Run(ctx context.Context, s streams) (err error) {
	cfg, _, err := c.load(engine.Default())
	if err != nil {
		return err
	}
	if c.File == "" {
		return tellVerdict(ctx, s, cfg.Storage)
	}
	f, err := os.Open(c.File)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	temporary, err := os.MkdirTemp("", "liveroom-verify-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(temporary)) }()
	to := cfg.Storage
	to.MasterKeyFile = to.MasterKeyPath() // as it is for the node, not in the temporary folder
	to.Dir, to.DSN, to.DSNFile = temporary, "", ""
	if _, err := storage.RestoreBackup(ctx, to, f); err != nil {
		return err
	}
	return tellVerdict(ctx, s, to)
}

// errFaults is returned when something stored is not as it should be.
var errFaults = errors.New("what is stored is not as it should be")

func tellVerdict(ctx context.Context, s streams, cfg storage.Config) error {
	v, err := storage.Verify(ctx, cfg)
	if err != nil {
		return err
	}
	for _, p := range v.Problems {
		fmt.Fprintln(s.out, p)
	}
	fmt.Fprintf(s.out, "%d keys, %d blocks with %d records, %d users, %d facts, %d documents: %d faults\n", v.Keys, v.Blocks, v.Records, v.Users, v.Facts, v.Documents, v.Faults)
	if v.Faults > 0 {
		return errFaults
	}
	return nil
}

type eraseCommand struct {
	settings
	toNode
	Room string `help:"The room the person is known in." required:""`
	User string `help:"The person." required:""`
}

// Run erases a person: by the node where it runs, else by itself; where the node cannot be asked, at its next start.
func (c *eraseCommand) Run(ctx context.Context, s streams) error {
	cfg, _, err := c.load(engine.Default())
	if err != nil {
		return err
	}
	k := live.UserKey{Room: live.RoomID(c.Room), User: live.UserID(c.User)}
	if running, err := nodeRuns(ctx, cfg.Storage); err != nil {
		return err
	} else if running {
		return c.throughNode(ctx, s, cfg, k)
	}
	erase := deed{cfg: cfg, node: c.toNode, CommandAct: engine.CommandAct{Act: "person.erase", Room: k.Room, User: k.User}}
	if err := erase.do(ctx, s, func() error { return storage.RequestErasure(ctx, cfg.Storage, k) }); err != nil {
		return err
	}
	log, err := newLogger(cfg.Node, s.err)
	if err != nil {
		return err
	}
	store, err := storage.Open(ctx, cfg.Storage, log, nil)
	if errors.Is(err, storage.ErrLocked) {
		_, err := fmt.Fprintln(s.out, "the node runs: the person is erased when it is started next, and so from whatever backup is restored here")
		return err
	}
	if err != nil {
		return err
	}
	done := store.Erased()
	if err := store.Close(); err != nil {
		return err
	}
	_, err = fmt.Fprintf(s.out, "erased: %d records, %d facts and what else was known; backups that are restored here are gone through as well\n", done.Records, done.Facts)
	return err
}

// eraseWait is how long a node is waited for: it goes through the whole journal.
const eraseWait = 30 * time.Minute

// throughNode has the node that runs erase the person, and write that down.
func (c *eraseCommand) throughNode(ctx context.Context, s streams, cfg engine.Config, k live.UserKey) error {
	path := "/v1/rooms/" + url.PathEscape(string(k.Room)) + "/users/" + url.PathEscape(string(k.User)) + "/erase"
	var done struct {
		Records, Facts int
		Later          bool `json:"overwritten_later"`
	}
	ctx, stop := context.WithTimeout(ctx, eraseWait)
	defer stop()
	if err := c.toNode.send(ctx, cfg, http.MethodPost, path, map[string]string{"confirm": string(k.User), "by": whose("")}, &done); err != nil {
		if errors.Is(err, context.DeadlineExceeded) {
			return fmt.Errorf("the node has not ended it within %v, and goes on with it; its log says when, and asking again does no harm: %w", eraseWait, err)
		}
		return fmt.Errorf("the node runs and must erase the person; ask again, or stop it and ask then: %w", err)
	}
	if done.Later {
		fmt.Fprintln(s.out, "what the database has freed is overwritten later: once no backup reads it, at the node's next start at the latest")
	}
	_, err := fmt.Fprintf(s.out, "erased: %d records, %d facts and what else was known; backups that are restored here are gone through as well\n", done.Records, done.Facts)
	return err
}

// nodeRuns tells whether a node has the store open.
func nodeRuns(ctx context.Context, cfg storage.Config) (running bool, err error) {
	t, err := storage.OpenKeyTable(ctx, cfg)
	if errors.Is(err, storage.ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	defer func() { err = errors.Join(err, t.Close()) }()
	err = t.Lock(ctx)
	if errors.Is(err, storage.ErrLocked) {
		return true, nil
	}
	return false, err
}
