//go:build chaos

package engine

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

// fault switches a fault route.
func (n *node) fault(t *testing.T, name, state string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, n.Addrs().Admin+"/chaos/"+name+"/"+state, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", n.bearer(t))
	r, err := quietClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	if r.StatusCode != http.StatusOK {
		t.Fatalf("fault %s %s: %s", name, state, r.Status)
	}
}

var quietClient = &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}

// metric returns the value of one sample of /metrics, 0 when it is not there.
func (n *node) metric(t *testing.T, sample string) float64 {
	t.Helper()
	r, err := quietClient.Get(n.Addrs().Admin + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(b)) {
		if rest, ok := strings.CutPrefix(line, sample+" "); ok {
			var v float64
			fmt.Sscan(rest, &v)
			return v
		}
	}
	return 0
}

func TestModelRunErrorFallsBackToTheLinearModel(t *testing.T) {
	n := startNode(t, t.TempDir(), func(c *Config) { c.NLP.CacheEntries = 0 })
	c := n.ingest(t)
	n.fault(t, "model", "on")
	c.send(said("message", "m1", "u1", "我要退货"))
	if r := c.next("reply", "error"); r.text("decided_by") != "linear" {
		t.Fatalf("got %v, want a reply decided by the linear model", r)
	}
	if v := n.metric(t, `liveroom_nlp_texts_total{decided_by="linear"}`); v != 1 {
		t.Errorf("metrics count %v linear readings, want 1", v)
	}
	n.fault(t, "model", "off")
	c.send(said("message", "m2", "u1", "怎么退货"))
	if r := c.next("reply", "error"); r.text("decided_by") != "model" {
		t.Fatalf("got %v, want the model again", r)
	}
}

func TestStalledModelIsOvertakenByTheDeadline(t *testing.T) {
	n := startNode(t, t.TempDir(), func(c *Config) {
		c.NLP.CacheEntries, c.Actors.Budget = 0, 2*time.Second
	})
	defer n.fault(t, "stall", "off")
	c := n.ingest(t)
	n.fault(t, "stall", "on")
	c.send(said("message", "m1", "u1", "我要退货"))
	if r := c.next("reply", "error"); r.text("decided_by") != "linear" {
		t.Fatalf("got %v, want a reply decided by the linear model", r)
	}
	n.fault(t, "stall", "off") // the model's own answer comes late and changes nothing
	c.send(said("message", "m1", "u1", "我要退货"))
	if r := c.next("reply", "error"); r.text("decided_by") != "linear" {
		t.Errorf("the repetition got %v, want the frame as it was", r)
	}
}

func TestFullQueueIsReadAtOnce(t *testing.T) {
	n := startNode(t, t.TempDir(), func(c *Config) {
		c.NLP.CacheEntries, c.NLP.QueueLimit, c.NLP.MaxBatch, c.NLP.Workers = 0, 1, 1, 1
		c.Actors.Budget = time.Hour
	})
	defer n.fault(t, "stall", "off")
	c := n.ingest(t)
	n.fault(t, "stall", "on")
	const messages = 20
	for i := range messages {
		c.send(said("message", fmt.Sprint("m", i), fmt.Sprint("u", i), "我要退货"))
	}
	decided := map[string]int{}
	for i := range messages {
		if i == messages-2 { // no more than two can be with the model or waiting for it
			n.fault(t, "stall", "off")
		}
		decided[c.next("reply", "error").text("decided_by")]++
	}
	if decided["model"] == 0 || decided["linear"] < messages-2 || decided["model"]+decided["linear"] != messages {
		t.Errorf("decided by %v, want all but one or two by the linear model, those by the model", decided)
	}
}

func TestPanickingStepShedsOneMessage(t *testing.T) {
	n := startNode(t, t.TempDir(), nil)
	c := n.ingest(t)
	c.send(said("message", "m1", "u1", "3号链接多少钱"))
	c.next("reply")
	n.fault(t, "step", "on")
	c.send(said("message", "m2", "u1", "我要退货"))
	if e := c.next("reply", "error"); e.text("code") != "internal" || e.text("to") != "m2" {
		t.Fatalf("got %v, want m2 shed as internal", e)
	}
	c.send(said("message", "m3", "u1", "现在多少钱"))
	if r := c.next("reply", "error"); r.text("to") != "m3" || !strings.Contains(r.text("text"), "3号") {
		t.Errorf("got %v, want m3 answered for the product of m1: the state must be kept", r)
	}
	if v := n.metric(t, "liveroom_actors_panics_total"); v != 1 {
		t.Errorf("metrics count %v panics, want 1", v)
	}
}

func TestFailingCommitIsToldAndHeals(t *testing.T) {
	n := startNode(t, t.TempDir(), nil)
	c := n.ingest(t)
	n.fault(t, "commit", "on")
	c.send(said("message", "m1", "u1", "我要退货"))
	if e := c.next("ack", "reply", "error"); e.text("code") != "storage" || e.text("to") != "m1" {
		t.Fatalf("got %v, want m1 refused as storage", e)
	}
	if err := n.notReady(); err == nil || !strings.Contains(err.Error(), "storage") {
		t.Errorf("ready says %v while commits fail", err)
	}
	n.fault(t, "commit", "off")
	for { // under the same id, as the error says; the user reloads meanwhile
		c.send(said("message", "m1", "u1", "我要退货"))
		if r := c.next("reply", "error"); r.text("type") == "reply" {
			break
		} else if r.text("code") != "storage" {
			t.Fatalf("got %v", r)
		}
	}
	if v := n.metric(t, "liveroom_actors_reloads_total"); v == 0 {
		t.Error("metrics count no reload")
	}
}

func TestStalledReaderHurtsNobodyElse(t *testing.T) {
	n := startNode(t, t.TempDir(), func(c *Config) {
		c.Transport.Ingest.Outbox, c.Transport.Ingest.SendBuffer = 64<<10, 16<<10
	})
	slow, other := n.ingest(t), n.ingest(t)
	gone := `liveroom_transport_evictions_total`
	for i := 0; n.metric(t, gone) == 0; i++ {
		for j := range 500 {
			b := said("message", fmt.Sprintf("s%d-%d", i, j), fmt.Sprint("s", j), "我要退货")
			if !slow.try(b) { // evicted: its socket is closed
				break
			}
		}
		other.send(said("message", fmt.Sprint("o", i), "o", "我要退货"))
		if r := other.next("reply", "error"); r.text("to") != fmt.Sprint("o", i) {
			t.Fatalf("the other link got %v", r)
		}
	}
	v := n.viewer(t, "guest")
	v.send(said("message", "v1", "guest", "我要退货"))
	v.next("reply")
}

// try sends a frame on a link that may be gone.
func (c *client) try(f frame) bool {
	b, err := json.Marshal(f)
	return err == nil && c.write(b) == nil
}
