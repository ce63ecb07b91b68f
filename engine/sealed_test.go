package engine

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"sync"
	"testing"

	"liveroom/engine/storage/seal/sealtest"
)

// keptLog is a log that is looked through afterwards.
type keptLog struct {
	mu   sync.Mutex
	text bytes.Buffer // guarded by mu
}

func (l *keptLog) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *keptLog) bytes() []byte {
	l.mu.Lock()
	defer l.mu.Unlock()
	return bytes.Clone(l.text.Bytes())
}

// A thousand people say something, are answered and leave, over two lives of the node with a key rotated in each; nothing of
// what they wrote, were told or are known by can be read in its files, what it left in the temporary folder, its log or its
// metrics.
func TestNothingSaidCanBeReadOnTheDisk(t *testing.T) {
	const people = 500
	dir, temp := t.TempDir(), t.TempDir()
	t.Setenv("TMPDIR", temp)
	log := new(keptLog)
	marker := func(what string, n int) string {
		return []string{sealtest.ASCII, sealtest.Chinese}[n%2] + what + fmt.Sprint(n)
	}
	for life := range 2 {
		e, err := New(t.Context(), testConfig(dir), slog.New(slog.NewTextHandler(log, nil)))
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
		done := make(chan error, 1)
		go func() { done <- e.Run(ctx) }()
		<-e.Ready()
		n := &node{Engine: e, dir: dir}
		c := n.ingest(t)
		c.send(frame{"type": "counts", "room": marker("room", life), "viewers": 5, "sold": 1, "at": 1})
		for i := range people {
			id := marker("id", life*people+i)
			f := said([]string{"message", "comment"}[i%2], id, marker("user", i), "3号链接"+marker("还有货吗", i)+"，寄到"+marker("路", i))
			f["name"] = marker("name", i)
			if i%5 == 0 {
				f["room"] = marker("room", i)
			}
			c.send(f)
			if i%10 == 0 {
				c.send(frame{"type": "enter", "room": "demo", "user": marker("guest", i), "name": marker("name", i), "at": 1})
				c.send(frame{"type": "order", "id": marker("order", i), "room": "demo", "user": marker("user", i), "sku": "DEMO-3", "quantity": 1, "amount_fen": 100, "state": "paid", "at": 1})
			}
			if i%50 == 49 { // no faster than it is answered
				for {
					if r := c.next("reply", "outcome", "error"); r.text("to") == id {
						break
					}
				}
			}
		}
		if _, err := e.parts.store.RotateKey(t.Context()); err != nil {
			t.Error(err)
		}
		if size := sealtest.CheckFolder(t, dir); size < people*500 {
			t.Errorf("%d bytes lie in the folder, too few to hold what was said", size)
		}
		sealtest.Check(t, "metrics", n.metrics(t))
		c.close()
		cancel()
		if err := <-done; err != nil {
			t.Errorf("life %d ended with %v", life, err)
		}
		sealtest.CheckFolder(t, dir)
	}
	sealtest.CheckFolder(t, temp)
	sealtest.Check(t, "the log", log.bytes())
}

// metrics returns what the node says of itself.
func (n *node) metrics(t *testing.T) []byte {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, n.Addrs().Admin+"/metrics", nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK || !bytes.Contains(body, []byte("liveroom_storage_records_total")) {
		t.Fatalf("metrics: %s, %v", resp.Status, err)
	}
	return body
}
