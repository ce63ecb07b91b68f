// Package pages are people who look at the console of a server under load: each holds a stream open, as the page in a browser
// does, and reads what comes. A page owns one goroutine, which ends with Close.
package pages

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/coder/websocket"

	"liveroom/engine/live"
)

// ErrPages is wrapped when a page cannot be opened, or lost its stream.
var ErrPages = errors.New("the console's stream failed")

const (
	dialTime  = 5 * time.Second
	readLimit = 4 << 20
)

// Pages are open pages. Bytes counts what they were sent.
type Pages struct {
	conns   []*websocket.Conn
	reading sync.WaitGroup
	closing atomic.Bool
	failed  atomic.Pointer[error]
	bytes   atomic.Int64
}

// Open opens n pages on the console at an admin address, each with the overview, the hottest actors, the links and one live
// room in view. The caller closes them.
func Open(ctx context.Context, admin, token string, room live.RoomID, n int) (p *Pages, err error) {
	p = new(Pages)
	defer func() {
		if err != nil {
			err = errors.Join(err, p.Close())
		}
	}()
	at := "ws" + strings.TrimPrefix(strings.TrimSuffix(admin, "/"), "http") + "/v1/stream"
	for range n {
		if err := p.open(ctx, at, token, room); err != nil {
			return p, fmt.Errorf("%w: %s: %w", ErrPages, at, err)
		}
	}
	return p, nil
}

func (p *Pages) open(ctx context.Context, at, token string, room live.RoomID) error {
	dialing, stop := context.WithTimeout(ctx, dialTime)
	defer stop()
	header := http.Header{}
	if token != "" {
		header.Set("Authorization", "Bearer "+token)
	}
	conn, _, err := websocket.Dial(dialing, at, &websocket.DialOptions{HTTPHeader: header, CompressionMode: websocket.CompressionContextTakeover})
	if err != nil {
		return err
	}
	p.conns = append(p.conns, conn)
	conn.SetReadLimit(readLimit)
	for _, view := range []string{"overview", "actors", "links", "room", "lines"} {
		command := map[string]any{"open": view, "view": view, "args": map[string]any{"room": room}}
		switch view {
		case "actors", "links":
			command["args"] = map[string]any{"limit": 50}
		case "overview":
			delete(command, "args")
		}
		b, err := json.Marshal(command)
		if err != nil {
			return err
		}
		if err := conn.Write(dialing, websocket.MessageText, b); err != nil {
			return err
		}
	}
	p.reading.Go(func() { p.read(conn) })
	return nil
}

// read takes what a page is sent until its stream ends.
func (p *Pages) read(conn *websocket.Conn) {
	for {
		_, b, err := conn.Read(context.Background())
		if err != nil {
			p.fail(err)
			return
		}
		p.bytes.Add(int64(len(b)))
		var told struct {
			Error string `json:"error"`
		}
		if json.Unmarshal(b, &told) == nil && told.Error != "" {
			p.fail(errors.New(told.Error))
		}
	}
}

// fail keeps the first reason for which a page saw less than it should.
func (p *Pages) fail(err error) {
	if !p.closing.Load() {
		p.failed.CompareAndSwap(nil, &err)
	}
}

// Bytes returns how much the pages were sent, before compression.
func (p *Pages) Bytes() int64 { return p.bytes.Load() }

// Close closes the pages and returns why one of them had ended before.
func (p *Pages) Close() error {
	p.closing.Store(true)
	for _, conn := range p.conns {
		conn.CloseNow()
	}
	p.reading.Wait()
	if err := p.failed.Load(); err != nil {
		return fmt.Errorf("%w: %w", ErrPages, *err)
	}
	return nil
}
