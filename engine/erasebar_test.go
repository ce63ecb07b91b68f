package engine

import (
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"liveroom/actors"
	"liveroom/engine/labels"
	"liveroom/engine/live"
	"liveroom/engine/storage"
)

// TestWhoIsLookedAtWhileErasedStaysGone has somebody look at the person, and act in his dialogue, in the midst of an erasure. He has
// no actor, and words in the journal that no snapshot holds, as after a crash: read back, they would be stored anew.
func TestWhoIsLookedAtWhileErasedStaysGone(t *testing.T) {
	n := startNode(t, t.TempDir(), nil)
	k := live.UserKey{Room: "demo", User: "marker-51aa"}
	said := &live.Event{Type: live.Message, ID: "m1", Room: k.Room, User: k.User, Text: "我是 marker-51aa", At: 9, Viewers: live.Absent, Sold: live.Absent}
	stored := make(chan error, 1)
	n.parts.store.Submit(live.Entry{Records: []live.Record{
		{Kind: live.RecordAccepted, User: k, Received: 9, Event: said},
		{Kind: live.RecordClosed, User: k, Received: 9, Key: said.Key(), Outcome: live.Replied},
	}, Done: func(_ uint64, err error) { stored <- err }})
	if err := <-stored; err != nil {
		t.Fatal(err)
	}
	looked := 0
	look := func(live.UserKey) {
		looked++
		if status, got := n.askAs(t, live.Admin, "GET", "/v1/rooms/demo/users/marker-51aa", ""); status != http.StatusServiceUnavailable || !strings.Contains(got, "erased") {
			t.Errorf("looking at the person answered %d %s", status, got)
		}
		if status, got := n.post(t, live.Admin, "/v1/rooms/demo/users/marker-51aa/seat/take", `{}`); status != http.StatusServiceUnavailable || !strings.Contains(string(got), "erased") {
			t.Errorf("taking his dialogue answered %d %s", status, got)
		}
		for _, method := range []string{"PUT", "DELETE"} {
			if status, got := n.askAs(t, live.Admin, method, "/v1/rooms/demo/muted/marker-51aa", ""); status != http.StatusServiceUnavailable || !strings.Contains(got, "erased") {
				t.Errorf("%s of his mute answered %d %s", method, status, got)
			}
		}
		_, err := n.parts.labels.Add(t.Context(), labels.Label{
			Message: labels.Message{User: k, Key: said.Key()}, Text: said.Text, Intent: live.IntentStock, By: "lin", Source: labels.Corrected,
		})
		if !errors.Is(err, actors.ErrBarred) {
			t.Errorf("labelling a message of his: %v", err)
		}
		n.parts.house.UserView(k, func(actors.UserView) {})
	}
	r := eraseRoute{n.parts.gate, n.parts.ledger, n.parts.store, []func(live.UserKey){look}, slog.New(slog.DiscardHandler), new(underWay)}
	req := httptest.NewRequest("POST", "/v1/rooms/demo/users/marker-51aa/erase", strings.NewReader(`{"confirm":"marker-51aa"}`))
	req.SetPathValue("room", "demo")
	req.SetPathValue("user", string(k.User))
	done := httptest.NewRecorder()
	r.serve(done, req)
	if done.Code != http.StatusOK || looked != 2 {
		t.Fatalf("erasing answered %d %s; %d looks", done.Code, done.Body, looked)
	}
	n.parts.house.Touch(k, actors.Passivate)
	left := make(chan storage.Loaded, 1)
	n.parts.store.Load(k, func(l storage.Loaded, err error) { left <- l })
	if l := <-left; l.State != nil || len(l.Tail) > 0 || n.parts.house.Has(k) {
		t.Errorf("left are %d bytes of state, %d records; in memory: %v", len(l.State), len(l.Tail), n.parts.house.Has(k))
	}
	err := n.parts.store.Facts(t.Context(), func(r live.Record) bool {
		if r.Event != nil && r.Event.User == k.User && r.Event.Room == k.Room {
			t.Errorf("a fact tells of him: %+v", r.Event)
		}
		return true
	})
	if err != nil {
		t.Error(err)
	}
	// He is nobody's any more: who comes under his name is taken in.
	if code := n.parts.house.Deliver(said, "x", time.Now()); code != live.OK {
		t.Errorf("who comes back was answered %s", code)
	}
}

// TestWhatAnErasureCannotReleaseIsHeld has an erasure give back what is held while storage takes nothing: it is held still, for the
// next try, which would else leave it in the store as held for nobody.
func TestWhatAnErasureCannotReleaseIsHeld(t *testing.T) {
	n := startNode(t, t.TempDir(), nil)
	n.stocked(t)
	l, now := n.parts.ledger, n.clock.now()
	k := live.UserKey{Room: "demo", User: "a"}
	before, err := l.Reserve(now, live.Reservation{ID: "r1", User: k, SKU: "DEMO-3", Quantity: 2, Until: now.Add(time.Hour).UnixMilli()})
	if err != nil {
		t.Fatal(err)
	}
	if err := n.stop(); err != nil {
		t.Fatal(err)
	}
	r := eraseRoute{gate: n.parts.gate, ledger: l, store: n.parts.store}
	if err := r.release(t.Context(), k); err == nil {
		t.Error("it is released, though storage takes nothing")
	}
	if is, _ := l.Reservation("r1"); is != before || len(l.HeldBy(k)) != 1 {
		t.Errorf("it is %+v now, want %+v; of his are held %v", is, before, l.HeldBy(k))
	}
}
