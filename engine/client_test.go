package engine

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/coder/websocket"
	"go.uber.org/goleak"

	"liveroom/engine/live"
	"liveroom/transport/wire/token"
)

func TestMain(m *testing.M) {
	if runAsChild() {
		return
	}
	before := goleak.IgnoreCurrent() // gnet brings a pool whose goroutines live as long as the process
	code := m.Run()
	leaked := goleak.Find(before)
	for end := time.Now().Add(patience); leaked != nil && time.Now().Before(end); { // what has been told to end does so in its own time
		leaked = goleak.Find(before)
	}
	if code == 0 && leaked != nil {
		fmt.Fprintln(os.Stderr, "goroutines are left:", leaked)
		code = 1
	}
	os.Exit(code)
}

// patience is how long a test waits for a frame before it fails.
const patience = 20 * time.Second

// node is an engine under test.
type node struct {
	*Engine
	dir  string
	stop func() error
}

// startNode runs an engine on free ports over the shipped model.
func startNode(t *testing.T, dir string, change func(*Config)) *node {
	t.Helper()
	cfg := testConfig(dir)
	if change != nil {
		change(&cfg)
	}
	e, err := New(t.Context(), cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	done := make(chan error, 1)
	go func() { done <- e.Run(ctx) }()
	select {
	case <-e.Ready():
	case err := <-done:
		t.Fatalf("the node ended at start: %v", err)
	}
	stopped := false
	n := &node{Engine: e, dir: dir, stop: func() error {
		if stopped {
			return nil
		}
		stopped = true
		cancel()
		return <-done
	}}
	t.Cleanup(func() {
		if err := n.stop(); err != nil {
			t.Errorf("stop: %v", err)
		}
	})
	return n
}

func testConfig(dir string) Config {
	cfg := Default()
	cfg.Storage.Dir = dir
	cfg.Transport.TCPAddr, cfg.Transport.WSAddr, cfg.Admin.Addr = "127.0.0.1:0", "127.0.0.1:0", "127.0.0.1:0"
	cfg.NLP.ModelDir = "../nlp/model"
	cfg.Actors.Budget, cfg.Actors.ShedAfter = 10*time.Second, 10*time.Second // a slow machine under the race detector is not late
	cfg.Node.DrainJitter, cfg.Node.DrainBudget = time.Millisecond, 2*time.Minute
	cfg.Transport.Times.Hello = patience
	cfg.Transport.Times.Linger = 250 * time.Millisecond // many tests stop a node under links that nobody closes
	if err := MakeMasterKey(cfg); err != nil {
		panic(err)
	}
	return cfg
}

// unspoken is for nodes that nobody says anything to: without the model they start in half the time.
func unspoken(c *Config) { c.NLP.ModelDir = "testdata/no-model" }

func (n *node) token(t *testing.T, c token.Claims) string {
	t.Helper()
	c.Expires = time.Now().Add(time.Hour)
	signed, err := n.parts.tokens.Keys().Sign(c, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	return signed
}

// signerOf returns what signs tokens, of an hour, with the key in a node's data folder.
func signerOf(t *testing.T, dir string) func(token.Claims) string {
	t.Helper()
	key, err := token.ReadKeyFile(filepath.Join(dir, tokenKeyFile))
	if err != nil {
		t.Fatal(err)
	}
	return func(c token.Claims) string {
		c.Expires = time.Now().Add(time.Hour)
		signed, err := token.Sign(key, c, time.Now())
		if err != nil {
			t.Fatal(err)
		}
		return signed
	}
}

// bearer returns what proves an admin to the node's admin side.
func (n *node) bearer(t *testing.T) string {
	t.Helper()
	return bearerOf(t, n.dir)
}

// bearerOf is bearer for a node of another process, by its data folder.
func bearerOf(t *testing.T, dir string) string {
	t.Helper()
	keys, err := token.ReadKeys(filepath.Join(dir, tokenKeyFile))
	if err != nil {
		t.Fatal(err)
	}
	signed, err := keys.Sign(token.Claims{Role: live.Admin, Expires: time.Now().Add(time.Hour)}, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	return "Bearer " + signed
}

// frame is any frame that came.
type frame map[string]any

func (f frame) text(name string) string { s, _ := f[name].(string); return s }

// client is a link, made without our own codec.
type client struct {
	t       *testing.T
	write   func([]byte) error
	read    func() ([]byte, error)
	close   func()
	Session string
}

func dialTCP(t *testing.T, addr string) *client {
	t.Helper()
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	return clientOf(t, conn)
}

// clientOf speaks the words of TCP over a connection.
func clientOf(t *testing.T, conn net.Conn) *client {
	t.Cleanup(func() { conn.Close() })
	return &client{
		t: t, close: func() { conn.Close() },
		write: func(b []byte) error {
			_, err := conn.Write(append(binary.BigEndian.AppendUint32(nil, uint32(len(b))), b...))
			return err
		},
		read: func() ([]byte, error) {
			conn.SetReadDeadline(time.Now().Add(patience))
			var head [4]byte
			if _, err := io.ReadFull(conn, head[:]); err != nil {
				return nil, err
			}
			b := make([]byte, binary.BigEndian.Uint32(head[:]))
			_, err := io.ReadFull(conn, b)
			return b, err
		},
	}
}

func dialWS(t *testing.T, url string) *client {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	t.Cleanup(cancel)
	conn, _, err := websocket.Dial(ctx, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.CloseNow() })
	return &client{
		t: t, close: func() { conn.CloseNow() },
		write: func(b []byte) error { return conn.Write(ctx, websocket.MessageText, b) },
		read:  func() ([]byte, error) { _, b, err := conn.Read(ctx); return b, err },
	}
}

func (c *client) send(f frame) {
	c.t.Helper()
	b, err := json.Marshal(f)
	if err == nil {
		err = c.write(b)
	}
	if err != nil {
		c.t.Fatalf("send %v: %v", f, err)
	}
}

// next returns the next frame of one of the types; frames of others are passed over, and bye fails the test unless it
// is asked for.
func (c *client) next(types ...string) frame {
	c.t.Helper()
	for {
		b, err := c.read()
		if err != nil {
			c.t.Fatalf("waiting for %v: %v", types, err)
		}
		var f frame
		if err := json.Unmarshal(b, &f); err != nil {
			c.t.Fatalf("frame %q: %v", b, err)
		}
		for _, want := range types {
			if f.text("type") == want {
				return f
			}
		}
		if f.text("type") == "bye" {
			c.t.Fatalf("waiting for %v: %s", types, b)
		}
	}
}

func (c *client) hello(role, signed string, more frame) *client {
	c.t.Helper()
	f := frame{"type": "hello", "v": 1, "role": role, "token": signed}
	for k, v := range more {
		f[k] = v
	}
	c.send(f)
	c.Session = c.next("welcome").text("session")
	return c
}

func (n *node) ingest(t *testing.T) *client {
	t.Helper()
	return dialTCP(t, n.Addrs().TCP).hello("ingest", n.token(t, token.Claims{Role: live.Ingest}), frame{"outcomes": true})
}

func (n *node) viewer(t *testing.T, user string) *client {
	t.Helper()
	claims := token.Claims{Role: live.Viewer, Room: "demo", User: live.UserID(user)}
	return dialWS(t, n.Addrs().WS).hello("viewer", n.token(t, claims), nil)
}

func said(typ, id, user, text string) frame {
	return frame{"type": typ, "id": id, "room": "demo", "user": user, "text": text, "at": time.Now().UnixMilli()}
}

func stockIs(n int) frame {
	return frame{"type": "stock", "sku": "DEMO-3", "available": n, "at": time.Now().UnixMilli()}
}
