package console

import (
	"fmt"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"testing"

	"liveroom/engine/live"
)

func TestTheTreeSumsUpWhatIsBelow(t *testing.T) {
	s := newStand(t)
	s.house.actors = []Actor{
		{Kind: "room", Room: "demo", Mailbox: 1, Restarts: 2},
		{Kind: "user", Room: "demo", User: "a", Mailbox: 3},
		{Kind: "user", Room: "other", User: "b", Mailbox: 5, Restarts: 1},
	}
	var tree Tree
	if status := s.ask(t, "GET", "/v1/tree?sort=mailbox", "", &tree); status != http.StatusOK {
		t.Fatalf("the tree answered %d", status)
	}
	if h := tree.House; h.Rooms != 2 || h.Users != 2 || h.Mailbox != 9 || h.Restarts != 3 {
		t.Errorf("the house is %+v", h)
	}
	if len(tree.Rooms.Rows) != 2 || tree.Rooms.Rows[0].Room != "other" || tree.Rooms.Rows[0].Awake || !tree.Rooms.Rows[1].Awake || tree.Owners[0].Name != "ledger" {
		t.Errorf("the tree is %+v", tree)
	}
	var page Page[Actor]
	s.ask(t, "GET", "/v1/actors?room=demo&kind=user", "", &page)
	if page.Matched != 1 || page.Rows[0].User != "a" {
		t.Errorf("the users of a room are %+v", page)
	}
}

// TestAnActorIsWatchedWhileItIsOnAScreen opens one actor twice, and closes it by a word and by going away.
func TestAnActorIsWatchedWhileItIsOnAScreen(t *testing.T) {
	s := newStand(t)
	k := live.UserKey{Room: "demo", User: "u"}
	watched := func(want int) {
		t.Helper()
		for {
			s.house.mu.Lock()
			n := s.house.peeked[k]
			s.house.mu.Unlock()
			if n == want {
				return
			}
			runtime.Gosched()
		}
	}
	p, second := s.page(t), s.page(t)
	p.say(`{"open":"a","view":"actor","args":{"room":"demo","user":"u"}}`)
	m := p.hear()
	for fmt.Sprint(m.Full["latest"], m.Diff["latest"]) == "[] <nil>" { // looked at before it was watched
		m = p.hear()
	}
	if !strings.Contains(fmt.Sprint(m.Full, m.Diff), "m1") {
		t.Fatalf("heard %+v, want the message", m)
	}
	watched(1)
	second.say(`{"open":"b","view":"actor","args":{"room":"demo","user":"u"}}`)
	watched(2)
	p.say(`{"close":"a"}`)
	watched(1)
	second.conn.CloseNow()
	watched(0)
	s.house.mu.Lock()
	s.house.denied[StatusRead] = true
	s.house.mu.Unlock()
	p.say(`{"open":"c","view":"actor","args":{"room":"demo","user":"u"}}`)
	if m := p.hear(); !strings.Contains(m.Error, StatusRead) {
		t.Errorf("who may not look is told %+v", m)
	}
	watched(0)
}

func TestDeadLettersAreAPage(t *testing.T) {
	s := newStand(t)
	for i := range uint64(120) {
		s.house.letters = append(s.house.letters, Letter{ID: i, At: int64(1000 + i/2), Kind: "message", Reason: "lost", Room: "demo", User: "u"})
	}
	var page Page[Letter]
	if status := s.ask(t, "GET", "/v1/letters?limit=3", "", &page); status != http.StatusOK || page.Total != 120 {
		t.Fatalf("letters answered %d %+v", status, page)
	}
	ids := []uint64{page.Rows[0].ID, page.Rows[1].ID, page.Rows[2].ID}
	if !slices.Equal(ids, []uint64{119, 118, 117}) {
		t.Errorf("the first are %v, want the latest", ids)
	}
	for path, want := range map[string]int{
		"/v1/letters/1/replay": http.StatusConflict, "/v1/letters/2/replay": http.StatusNotFound, "/v1/letters/x/replay": http.StatusUnprocessableEntity,
		"/v1/letters/-1/replay": http.StatusUnprocessableEntity,
	} {
		if status := s.ask(t, "POST", path, "", nil); status != want {
			t.Errorf("%s answered %d, want %d", path, status, want)
		}
	}
}

func TestSpeakingToARoom(t *testing.T) {
	s := newStand(t)
	for body, want := range map[string]int{
		`{"text":" 马上开始 "}`: http.StatusOK,
		`{"text":"  "}`:     http.StatusUnprocessableEntity,
		`{"text":""}`:       http.StatusUnprocessableEntity,
		`{}`:                http.StatusUnprocessableEntity,
		`{"text":"全网最低价"}`:  http.StatusUnprocessableEntity,
		`{"text":"` + strings.Repeat("长", 501) + `"}`:    http.StatusUnprocessableEntity,
		`{"text":"好","more":1}`:                          http.StatusUnprocessableEntity,
		`{"text":"` + strings.Repeat("x", 17<<10) + `"}`: http.StatusRequestEntityTooLarge,
	} {
		if status := s.ask(t, "POST", "/v1/rooms/demo/say", body, nil); status != want {
			t.Errorf("%.40s answered %d, want %d", body, status, want)
		}
	}
	if status := s.ask(t, "POST", "/v1/rooms/nowhere/say", `{"text":"好"}`, nil); status != http.StatusNotFound {
		t.Errorf("a room that there is not answered %d", status)
	}
	if len(s.house.acts) != 1 || s.house.acts[0] != "say demo 马上开始" {
		t.Errorf("said %q", s.house.acts)
	}
}

// TestDeadLettersOfOneRoom: who may see one room sees neither another's letters nor those of no room.
func TestDeadLettersOfOneRoom(t *testing.T) {
	s := newStand(t)
	s.house.only = "demo"
	s.house.letters = []Letter{{ID: 1, Kind: "message", Room: "demo"}, {ID: 2, Kind: "message", Room: "other"}, {ID: 3, Kind: "deed", Target: "desk"}}
	var page Page[Letter]
	if status := s.ask(t, "GET", "/v1/letters", "", &page); status != http.StatusOK || page.Total != 1 || page.Rows[0].ID != 1 {
		t.Errorf("letters of one room answered %d %+v", status, page)
	}
}
