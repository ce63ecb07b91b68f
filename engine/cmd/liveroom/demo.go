package main

import (
	"context"
	"encoding/json"
	"path/filepath"
	"time"

	"liveroom/engine"
	"liveroom/engine/live"
	"liveroom/transport/wire/token"
)

// Identities of the demo.
const (
	demoRoom live.RoomID = "demo"
	demoUser live.UserID = "guest"
)

type demoCommand struct {
	local
	Headless bool   `help:"Replay nothing; print one JSON line with addresses and tokens when ready."`
	Once     bool   `help:"Stop after the replay."`
	TCP      string `help:"TCP address." default:"127.0.0.1:0" name:"tcp"`
	WS       string `help:"WebSocket address." default:"127.0.0.1:0" name:"ws"`
	Admin    string `help:"Admin address." default:"127.0.0.1:0"`
}

// Run serves the demo shop, and shows a replayed room being answered.
func (c *demoCommand) Run(ctx context.Context, s streams) error {
	change := func(base *engine.Config) {
		base.Transport.TCPAddr, base.Transport.WSAddr, base.Admin.Addr = c.TCP, c.WS, c.Admin
		base.Transport.OriginPatterns = []string{"*"} // a page from anywhere may try the demo; it needs a token all the same
		base.Node.DrainJitter = time.Second
		base.Scripts.Dir = filepath.Join(base.Storage.Dir, "scripts") // empty: what is saved there lies over the library
	}
	return c.run(ctx, s, change, func(ctx context.Context, e *engine.Engine, cfg engine.Config) (bool, error) {
		showFirstPassword(e, s)
		info, err := describe(e, cfg)
		if err == nil && c.Headless {
			err = json.NewEncoder(s.out).Encode(info)
		} else if err == nil {
			err = replay(ctx, info, !c.Once, s.out)
		}
		return !c.Once, err
	})
}

// demoInfo is what demo --headless prints.
type demoInfo struct {
	TCP          string            `json:"tcp"`
	WS           string            `json:"ws"`
	TLS          string            `json:"tls,omitempty"` // where the front speaks TLS for TCP links, and for WebSocket ones
	WSS          string            `json:"wss,omitempty"`
	Admin        string            `json:"admin"`
	TokenKeyFile string            `json:"token_key_file"`
	Data         string            `json:"data"`
	Tokens       map[string]string `json:"tokens"`
}

func describe(e *engine.Engine, cfg engine.Config) (demoInfo, error) {
	addrs := e.Addrs()
	info := demoInfo{
		TCP: addrs.TCP, WS: addrs.WS, TLS: addrs.TLS, WSS: addrs.WSS, Admin: addrs.Admin, TokenKeyFile: tokenKeyFile(cfg), Data: cfg.Storage.Dir,
		Tokens: make(map[string]string),
	}
	for _, claims := range []token.Claims{
		{Role: live.Ingest}, {Role: live.Viewer, Room: demoRoom, User: demoUser}, {Role: live.Seat}, {Role: live.Admin},
	} {
		signed, err := signFor(cfg, claims)
		if err != nil {
			return info, err
		}
		info.Tokens[claims.Role.String()] = signed
	}
	return info, nil
}

// tokenKeyFile returns where the key of link tokens lies.
func tokenKeyFile(cfg engine.Config) string {
	if cfg.Access.TokenKeyFile != "" {
		return cfg.Access.TokenKeyFile
	}
	return filepath.Join(cfg.Storage.Dir, "token.key")
}

// signFor makes a token that holds for a day.
func signFor(cfg engine.Config, claims token.Claims) (string, error) {
	key, err := token.ReadKeyFile(tokenKeyFile(cfg))
	if err != nil {
		return "", err
	}
	now := time.Now()
	claims.Expires = now.Add(24 * time.Hour)
	return token.Sign(key, claims, now)
}
