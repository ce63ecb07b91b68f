package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"path/filepath"
	"strings"
	"time"

	"liveroom/engine"
	"liveroom/engine/live"
	"liveroom/transport/wire/token"
)

// nodeBudget bounds one request to a node.
const nodeBudget = 30 * time.Second

// maxAnswer bounds what is read of a node's answer: a whole catalogue in its longest form, or every problem of one.
const maxAnswer = 64 << 20

// node is which node a command asks, and how it proves that it may.
type node struct {
	Admin string `help:"Admin address of the node." default:"http://127.0.0.1:7702" placeholder:"URL"`
	proof
}

// proof is a token for the admin side, or the key that makes one.
type proof struct {
	Token        string `help:"Token to show the node; other users of this machine may see it, so prefer --token-key-file." placeholder:"TOKEN"`
	TokenKeyFile string `help:"File with the key of the node's tokens, to make a token of an admin with; by default data/token.key, where there is one." type:"path" placeholder:"FILE"`
}

// proofLife is how long the token holds that a command makes for itself.
const proofLife = 5 * time.Minute

// prove returns the token to show, "" when there is neither one nor a key.
func (p proof) prove() (string, error) {
	if p.Token != "" {
		return p.Token, nil
	}
	path := p.TokenKeyFile
	if path == "" {
		path = filepath.Join(engine.Default().Storage.Dir, "token.key")
	}
	key, err := token.ReadKeyFile(path)
	if errors.Is(err, fs.ErrNotExist) && p.TokenKeyFile == "" {
		return "", nil // the node will say what it wants
	}
	if err != nil {
		return "", err
	}
	now := time.Now()
	return token.Sign(key, token.Claims{Role: live.Admin, Expires: now.Add(proofLife)}, now)
}

// authorize puts the proof on a request.
func (p proof) authorize(req *http.Request) error {
	tok, err := p.prove()
	if err == nil && tok != "" {
		req.Header.Set("Authorization", "Bearer "+tok)
	}
	return err
}

// request asks the node and returns its answer.
func (n node) request(ctx context.Context, method, path string, body []byte) (status int, answer []byte, err error) {
	base := n.Admin
	if !strings.Contains(base, "://") {
		base = "http://" + base
	}
	ctx, stop := context.WithTimeout(ctx, nodeBudget)
	defer stop()
	req, err := http.NewRequestWithContext(ctx, method, strings.TrimRight(base, "/")+path, bytes.NewReader(body))
	if err != nil {
		return 0, nil, fmt.Errorf("%w: --admin: %w", errUsage, err)
	}
	if err := n.authorize(req); err != nil {
		return 0, nil, err
	}
	got, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, nil, fmt.Errorf("ask the node at %s (is it running? --admin names another): %w", n.Admin, err)
	}
	defer got.Body.Close()
	answer, err = io.ReadAll(io.LimitReader(got.Body, maxAnswer))
	if err != nil {
		return 0, nil, fmt.Errorf("read the node's answer: %w", err)
	}
	return got.StatusCode, answer, nil
}
