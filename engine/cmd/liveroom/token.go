package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"liveroom/engine"
	"liveroom/engine/live"
	"liveroom/transport/wire/token"
)

type tokenCommand struct {
	settings
	KeyFile string        `help:"File with the key of the node's tokens." required:"" type:"existingfile" placeholder:"FILE"`
	Role    string        `help:"What its bearer may do: ${enum}." enum:"ingest,viewer,seat,supervisor,operator,auditor,admin," default:""`
	Shop    string        `help:"The shop it is for."`
	Room    string        `help:"The room it is for; a viewer needs one."`
	User    string        `help:"The user it is for; a viewer needs one."`
	TTL     time.Duration `help:"How long it is good for; at most access.token_life of the node." default:"12h" name:"ttl"`

	Rotate bool          `help:"Make a new key that signs from now on, instead of a token. Running nodes take it up within a second."`
	Keep   time.Duration `help:"With --rotate: how long tokens of the older keys still hold; 0 ends them at once." default:"24h"`
	Revoke string        `help:"Take a token back, or the one with this jti, instead of making one. Links that came with it are closed within a second." placeholder:"TOKEN"`
	Admin  string        `help:"Of the node whose key it is, which writes down what is done with it while it runs: its admin address; by default the one it says in its data folder, or http://127.0.0.1:7702." placeholder:"URL"`
}

// Run prints a token, or rotates the key, or takes a token back.
func (c *tokenCommand) Run(ctx context.Context, s streams) error {
	now := time.Now()
	switch {
	case c.Rotate && c.Revoke != "":
		return fmt.Errorf("%w: --rotate and --revoke are two acts; do one after the other", errUsage)
	case c.Rotate:
		return c.rotate(ctx, s, now)
	case c.Revoke != "":
		return c.revoke(ctx)
	case c.Role == "":
		return fmt.Errorf("%w: --role is missing: ingest, viewer, seat, supervisor, operator, auditor or admin", errUsage)
	}
	return c.make(ctx, s, now)
}

// make prints a token. Like rotate it is written down where the log of the node whose key it is is at hand; where the key is
// kept apart from every node, what the token is used for is in the node's log alone, by the token's id.
func (c *tokenCommand) make(ctx context.Context, s streams, now time.Time) error {
	keys, err := token.ReadKeys(c.KeyFile)
	if err != nil {
		return err
	}
	claims := token.Claims{
		Role: live.ParseRole(c.Role), Shop: live.ShopID(c.Shop), Room: live.RoomID(c.Room), User: live.UserID(c.User),
		Expires: now.Add(c.TTL), ID: token.NewID(),
	}
	signed, err := keys.Sign(claims, now)
	if err != nil {
		return err
	}
	hand := func() error { _, err := fmt.Fprintln(s.out, signed); return err }
	cfg, _, err := c.load(engine.Default())
	if err != nil && (c.Config != "" || len(c.Set) > 0) {
		return err
	} else if err != nil {
		cfg = engine.Default() // of a node that nobody has named
	}
	cfg, ok := c.ownerOf(cfg)
	if !ok {
		return hand()
	}
	act := engine.CommandAct{Act: "token.make", On: "token " + claims.ID, Detail: c.purpose()}
	if claims.Role == live.Viewer { // a person
		act.Room, act.User = claims.Room, claims.User
	}
	return deed{cfg: cfg, node: toNode{Admin: c.Admin}, CommandAct: act}.do(ctx, s, hand)
}

// purpose says what a token is for. Who a viewer is, is told apart from it.
func (c *tokenCommand) purpose() string {
	said := fmt.Sprintf("role %s for %v", c.Role, c.TTL)
	for _, part := range []struct{ name, value string }{{"shop", c.Shop}, {"room", c.Room}, {"user", c.User}} {
		if part.value != "" && !(part.name == "user" && c.Role == live.Viewer.String()) {
			said += ", " + part.name + " " + part.value
		}
	}
	return said
}

// rotate makes a new key. It is written into the audit log of the node whose key it is, where that is at hand: by the
// configuration, or since the key lies in a data folder.
func (c *tokenCommand) rotate(ctx context.Context, s streams, now time.Time) error {
	if c.Keep < 0 {
		return fmt.Errorf("%w: --keep: %v, want 0 or more", errUsage, c.Keep)
	}
	cfg, _, err := c.load(engine.Default())
	if err != nil {
		return err
	}
	var keys *token.Keys
	rotate := func() (err error) { keys, err = token.Rotate(c.KeyFile, c.Keep, now); return err }
	if cfg, ok := c.ownerOf(cfg); ok {
		act := engine.CommandAct{Act: "token.rotate", On: "token key file " + c.KeyFile, Detail: fmt.Sprintf("older keys hold for %v", c.Keep)}
		err = deed{cfg: cfg, node: toNode{Admin: c.Admin}, CommandAct: act}.do(ctx, s, rotate)
	} else {
		fmt.Fprintf(s.err, "note: no audit log is at hand here, so this is not written down; --config names the node whose key %s is\n", c.KeyFile)
		err = rotate()
	}
	if err != nil {
		return err
	}
	ids := keys.IDs(now)
	_, err = fmt.Fprintf(s.out, "key %s signs from now on; %d older verify for %v at most\n", ids[0], len(ids)-1, c.Keep)
	return err
}

// ownerOf returns the configuration of the node whose key it is.
func (c *tokenCommand) ownerOf(cfg engine.Config) (engine.Config, bool) {
	key, err := os.Stat(c.KeyFile)
	if err != nil {
		return cfg, false
	}
	if configured, err := os.Stat(tokenKeyFile(cfg)); err == nil && os.SameFile(key, configured) {
		return cfg, true
	}
	dir := filepath.Dir(c.KeyFile)
	if _, err := os.Stat(filepath.Join(dir, "audit")); err != nil {
		return cfg, false
	}
	cfg.Storage.Dir, cfg.Access.TokenKeyFile, cfg.Audit.Dir, cfg.Audit.HeadsFile = dir, c.KeyFile, "", nil
	return cfg, true
}

func (c *tokenCommand) revoke(ctx context.Context) error {
	what := map[string]string{"id": c.Revoke}
	if strings.Count(c.Revoke, ".") == 2 {
		what = map[string]string{"token": c.Revoke}
	}
	if c.Admin == "" {
		c.Admin = "http://127.0.0.1:7702"
		if cfg, _, err := c.load(engine.Default()); err == nil {
			if cfg, ok := c.ownerOf(cfg); ok {
				c.Admin = engine.AdminAddress(cfg)
			}
		}
	}
	n := node{Admin: c.Admin, proof: proof{TokenKeyFile: c.KeyFile}}
	return n.ask(ctx, http.MethodPost, "/v1/tokens/revoked", what, nil)
}
