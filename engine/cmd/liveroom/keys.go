package main

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"
	"time"

	"liveroom/engine"
	"liveroom/engine/live"
	"liveroom/engine/storage"
	"liveroom/engine/storage/seal"
	"liveroom/transport/wire/token"
)

// keysCommand looks after the keys that the stored data is sealed under.
type keysCommand struct {
	Init   keysInitCommand   `cmd:"" help:"Make the file with the master key, or try storage.key_command out."`
	Status keysStatusCommand `cmd:"" help:"Print which keys there are and what they are sealed under."`
	Rotate keysRotateCommand `cmd:"" help:"Have the running node seal under a new data key from now on."`
	Rewrap keysRewrapCommand `cmd:"" help:"Make a new master key and seal the data keys under it, with the node running or not."`
	Export keysExportCommand `cmd:"" help:"Write a data key into a file, to read a database by hand (deploy/RECOVERY.md)."`
}

type keysInitCommand struct {
	settings
	File string `help:"The file to make, instead of storage.master_key_file." placeholder:"FILE"`
}

// Run makes a master key where there is none, and no data that wants another.
func (c *keysInitCommand) Run(ctx context.Context, s streams) error {
	cfg, _, err := c.load(engine.Default())
	if err != nil {
		return err
	}
	if len(cfg.Storage.KeyCommand) > 0 {
		return c.probe(ctx, s, cfg)
	}
	path := c.File
	if path == "" {
		path = cfg.Storage.MasterKeyPath()
	}
	if masters, err := mastersOf(ctx, cfg.Storage); err != nil {
		return err
	} else if len(masters) > 0 {
		return fmt.Errorf("%w: the data in %s is sealed under master key %s already, and no new one opens it; "+
			"bring back that file, or change it with: liveroom keys rewrap", errUsage, cfg.Storage.Dir, masters[len(masters)-1])
	}
	var m *seal.Master
	init := deed{cfg: cfg, CommandAct: engine.CommandAct{Act: "key.init", On: "master key file " + path}}
	err = init.do(ctx, s, func() (err error) { m, err = seal.MakeMaster(path); return err })
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(s.out, "master key %s is in %s; keep a copy elsewhere: without it the data cannot be read by anybody\n", m.IDs()[0], path)
	return err
}

// probe has the key service wrap and unwrap a key of no use: its master key is made where it is kept, not here.
func (c *keysInitCommand) probe(ctx context.Context, s streams, cfg engine.Config) error {
	if c.File != "" {
		return fmt.Errorf("%w: --file: the master key is behind storage.key_command, and no file is made", errUsage)
	}
	service, err := cfg.Storage.KeyService()
	if err != nil {
		return err
	}
	master, err := seal.Probe(ctx, service)
	if err != nil {
		return fmt.Errorf("storage.key_command: %w", err)
	}
	_, err = fmt.Fprintf(s.out, "%s wraps under master key %s and opens what it wrapped; there is no file to make\n", cfg.Storage.KeyCommand[0], master)
	return err
}

// openKeys opens the data keys of the store that the settings name. The caller closes the table.
func (s settings) openKeys(ctx context.Context) (engine.Config, *storage.KeyTable, error) {
	cfg, _, err := s.load(engine.Default())
	if err != nil {
		return cfg, nil, err
	}
	t, err := storage.OpenKeyTable(ctx, cfg.Storage)
	return cfg, t, err
}

// mastersOf names the master keys that the data keys of a store are sealed under; none when there is no store.
func mastersOf(ctx context.Context, cfg storage.Config) (masters []string, err error) {
	t, err := storage.OpenKeyTable(ctx, cfg)
	if errors.Is(err, storage.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	for _, k := range t.Keys() {
		masters = append(masters, k.Master)
	}
	return masters, t.Close()
}

type keysStatusCommand struct{ settings }

// Run prints the keys of the store, and whether the master key at hand is theirs.
func (c *keysStatusCommand) Run(ctx context.Context, s streams) error {
	cfg, t, err := c.openKeys(ctx)
	if err != nil {
		return err
	}
	defer t.Close()
	w := tabwriter.NewWriter(s.out, 0, 8, 2, ' ', 0)
	fmt.Fprintln(w, "KEY\tFOR\tMADE\tSEALED UNDER")
	for _, k := range t.Keys() {
		fmt.Fprintf(w, "%d\t%s\t%s\t%s\n", k.ID, k.Purpose, time.UnixMilli(k.Created).Format(time.RFC3339), k.Master)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	service, err := cfg.Storage.KeyService()
	if err != nil {
		return err
	}
	if err := t.Try(ctx, service); err != nil {
		return err
	}
	if len(cfg.Storage.KeyCommand) == 0 {
		_, err = fmt.Fprintln(s.out, "the master key at hand opens them")
		return err
	}
	master, err := seal.Probe(ctx, service)
	if err != nil {
		return fmt.Errorf("storage.key_command: %w", err)
	}
	_, err = fmt.Fprintf(s.out, "%s opens them, and wraps under master key %s\n", cfg.Storage.KeyCommand[0], master)
	return err
}

// toNode is how a command reaches the node that runs.
type toNode struct {
	Admin string `help:"Admin address of the running node, instead of the one it says in its data folder." placeholder:"URL"`
}

// patientWait is how long the node may take that has every key wrapped by a slow service.
const patientWait = 24 * time.Hour

// errUnauthorized means that the node did not take the proof.
var errUnauthorized = errors.New("the node does not know who asks")

// post asks the node to do something and decodes its answer.
func (n toNode) post(ctx context.Context, cfg engine.Config, path string, into any) error {
	return n.send(ctx, cfg, http.MethodPost, path, nil, into)
}

// send asks the node for something, and decodes its answer unless into is nil.
func (n toNode) send(ctx context.Context, cfg engine.Config, method, path string, body, into any) error {
	base := n.Admin
	if base == "" {
		base = engine.AdminAddress(cfg)
	}
	if !strings.Contains(base, "://") {
		base = "http://" + base
	}
	proof, err := adminToken(cfg)
	if err != nil {
		return err
	}
	var sent []byte
	if body != nil {
		if sent, err = json.Marshal(body); err != nil {
			return err
		}
	}
	if _, bounded := ctx.Deadline(); !bounded {
		var stop context.CancelFunc
		ctx, stop = context.WithTimeout(ctx, time.Minute)
		defer stop()
	}
	req, err := http.NewRequestWithContext(ctx, method, strings.TrimRight(base, "/")+path, bytes.NewReader(sent))
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+proof)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return fmt.Errorf("ask the node (is it running? --admin names another): %w", err)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	switch {
	case err != nil:
		return fmt.Errorf("ask the node: %w", err)
	case resp.StatusCode == http.StatusUnauthorized:
		return fmt.Errorf("%w: %s", errUnauthorized, bytes.TrimSpace(answer))
	case resp.StatusCode != http.StatusOK:
		return fmt.Errorf("the node says: %s: %s", resp.Status, bytes.TrimSpace(answer))
	case into == nil:
		return nil
	}
	return json.Unmarshal(answer, into)
}

// adminToken proves to the node that who asks may read its token key, which is as good as being its admin.
func adminToken(cfg engine.Config) (string, error) {
	path := cfg.Access.TokenKeyFile
	if path == "" {
		path = filepath.Join(cfg.Storage.Dir, "token.key")
	}
	keys, err := token.ReadKeys(path)
	if err != nil {
		return "", err
	}
	now := time.Now()
	return keys.Sign(token.Claims{Role: live.Admin, Expires: now.Add(time.Minute)}, now)
}

type keysRotateCommand struct {
	settings
	toNode
}

// Run has the node that runs take a new data key.
func (c *keysRotateCommand) Run(ctx context.Context, s streams) error {
	cfg, _, err := c.load(engine.Default())
	if err != nil {
		return err
	}
	var done struct {
		DataKey uint32 `json:"data_key"`
	}
	if err := c.post(ctx, cfg, "/v1/keys/rotate", &done); err != nil {
		return fmt.Errorf("%w (a node that does not run needs no rotation: it takes a new data key at each start)", err)
	}
	_, err = fmt.Fprintf(s.out, "data key %d seals from now on\n", done.DataKey)
	return err
}

type keysRewrapCommand struct {
	settings
	toNode
	DropOld bool `help:"Take the old master keys out of the file; backups sealed under them then need a copy kept elsewhere."`
}

// Run puts a new master key at the head of the file, has every data key sealed under it, and says what became of the old
// one. Whatever goes wrong in between, the file opens everything: it is only ever added to before the data has changed.
func (c *keysRewrapCommand) Run(ctx context.Context, s streams) (err error) {
	cfg, t, err := c.openKeys(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, t.Close()) }()
	path, on := cfg.Storage.MasterKeyPath(), "master key file "+cfg.Storage.MasterKeyPath()
	if len(cfg.Storage.KeyCommand) > 0 {
		if c.DropOld {
			return fmt.Errorf("%w: --drop-old is about the master key file; with storage.key_command, move %s away by hand", errUsage, path)
		}
		on = "key service " + cfg.Storage.KeyCommand[0]
	}
	n := 0
	rewrap := deed{cfg: cfg, node: c.toNode, CommandAct: engine.CommandAct{Act: "key.rewrap", On: on}}
	if c.DropOld {
		rewrap.Detail = "the old master keys are taken out"
	}
	err = rewrap.do(ctx, s, func() (err error) {
		n, err = c.rewrap(ctx, cfg, t)
		return err
	})
	if err != nil {
		return err
	}
	fmt.Fprintf(s.out, "%d keys are sealed under the new master key\n", n)
	if len(cfg.Storage.KeyCommand) > 0 {
		if _, err := os.Stat(path); err == nil {
			_, err = fmt.Fprintf(s.out, "%s is wanted for backups of before alone: move it to where those are kept\n", path)
			return err
		}
		return nil
	}
	if cfg.Storage.Keys != nil || c.DropOld {
		return nil
	}
	_, err = fmt.Fprintf(s.out, "%s still holds the old master key, which backups of before need; to take it out: liveroom keys rewrap --drop-old\n", path)
	return err
}

// rewrap does the work, and returns how many keys there are.
func (c *keysRewrapCommand) rewrap(ctx context.Context, cfg engine.Config, t *storage.KeyTable) (n int, err error) {
	path := cfg.Storage.MasterKeyPath()
	var to seal.KeyService = cfg.Storage.Keys // where the environment names the new master key before the old one
	switch {
	case len(cfg.Storage.KeyCommand) > 0:
		to, err = cfg.Storage.KeyService() // which wraps under what is its master key by now
	case to == nil:
		to, err = seal.AddMaster(path)
	}
	if err != nil {
		return 0, err
	}
	switch err = t.Lock(ctx); {
	case errors.Is(err, storage.ErrLocked):
		n, err = c.rewrapNode(ctx, cfg, to)
	case err == nil:
		if n, err = t.Rewrap(ctx, to, to); err == nil {
			err = engine.ResealFiles(ctx, cfg, to)
		}
	}
	if err == nil && c.DropOld && cfg.Storage.Keys == nil {
		_, err = seal.TrimMaster(path)
	}
	return n, err
}

// rewrapNode has the node that runs seal its data keys under the first of the master keys, and makes sure that they are the
// same there as here: a service manager may have given it a copy of the file.
func (c *keysRewrapCommand) rewrapNode(ctx context.Context, cfg engine.Config, to seal.KeyService) (keys int, err error) {
	var done struct {
		Keys   int    `json:"keys"`
		Master string `json:"master_key"`
	}
	ctx, stop := context.WithTimeout(ctx, patientWait)
	defer stop()
	if err := c.post(ctx, cfg, "/v1/keys/rewrap", &done); err != nil {
		if ctx.Err() != nil {
			err = fmt.Errorf("%w (the node goes on with it; see liveroom keys status)", err)
		}
		return 0, err
	}
	if m, ok := to.(*seal.Master); ok && m.IDs()[0] != done.Master {
		return 0, fmt.Errorf("the node has its master key from elsewhere and stays with %s; stop it, run this again, and start it", done.Master)
	}
	return done.Keys, nil
}

type keysExportCommand struct {
	settings
	toNode
	KeyID uint32 `help:"The data key, as \"liveroom keys status\" numbers them." required:"" name:"key-id"`
	Out   string `help:"The file to make; its owner alone may read it." required:"" placeholder:"FILE"`
	Yes   bool   `help:"Yes, whoever has this file reads everything that was sealed under the key." name:"yes-i-know"`
}

// Run writes a data key into a file of its own.
func (c *keysExportCommand) Run(ctx context.Context, s streams) (err error) {
	if !c.Yes {
		return fmt.Errorf("%w: whoever has the file reads everything that was sealed under key %d; if that is wanted, add --yes-i-know", errUsage, c.KeyID)
	}
	cfg, t, err := c.openKeys(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, t.Close()) }()
	export := deed{cfg: cfg, node: c.toNode, CommandAct: engine.CommandAct{Act: "key.export", On: fmt.Sprintf("data key %d", c.KeyID), Detail: "into " + c.Out}}
	if err := export.do(ctx, s, func() error { return c.write(ctx, cfg, t) }); err != nil {
		return err
	}
	_, err = fmt.Fprintf(s.err, "data key %d is in %s; remove it when you are done\n", c.KeyID, c.Out)
	return err
}

// write makes the file.
func (c *keysExportCommand) write(ctx context.Context, cfg engine.Config, t *storage.KeyTable) error {
	service, err := cfg.Storage.KeyService()
	if err != nil {
		return err
	}
	key, err := t.Export(ctx, service, c.KeyID)
	if err != nil {
		return err
	}
	f, err := os.OpenFile(c.Out, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = f.WriteString(hex.EncodeToString(key) + "\n")
	return errors.Join(err, f.Close())
}
