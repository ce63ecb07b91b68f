package engine

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"liveroom/engine/live"
	"liveroom/transport/wire/token"
)

// reservationsOf lists reservations in a role.
func (n *node) reservationsOf(t *testing.T, role live.Role, query string) (page reservationPage) {
	t.Helper()
	status, body := n.askAs(t, role, http.MethodGet, "/v1/reservations"+query, "")
	if err := json.Unmarshal([]byte(body), &page); status != http.StatusOK || err != nil {
		t.Fatalf("GET /v1/reservations%s answered %d %s", query, status, body)
	}
	return page
}

// stocked has the shop tell of five pieces of DEMO-3, and returns its link once that is known.
func (n *node) stocked(t *testing.T) *client {
	t.Helper()
	c := n.ingest(t)
	c.send(stockIs(5))
	c.send(said("message", "s1", "somebody", "3号链接还有货吗"))
	c.next("reply") // what a link says is known to what it says next
	return c
}

func (n *node) offerable(t *testing.T) (left int64) {
	t.Helper()
	a, ok := n.parts.ledger.Account("DEMO-3")
	if !ok || !a.Known {
		t.Fatal("the stock of DEMO-3 is not known")
	}
	return a.Offerable
}

// TestAReservationIsReleasedByHand has a viewer reserve over his link; a supervisor sees that and gives the piece back, which
// outlives a restart, and the viewer who then confirms is told that it is gone.
func TestAReservationIsReleasedByHand(t *testing.T) {
	const person = "marker-71b2"
	dir := t.TempDir()
	n := startNode(t, dir, nil)
	n.stocked(t)
	v := n.viewer(t, person)
	say := func(id, text string) string {
		t.Helper()
		v.send(frame{"type": "message", "id": id, "room": "demo", "user": person, "text": text, "at": time.Now().UnixMilli()})
		got := v.next("reply", "error")
		if got["type"] != "reply" {
			t.Fatalf("%s was answered %v", text, got)
		}
		return got.text("text")
	}
	say("m1", "3号链接还有货吗")
	say("m2", "要")
	page := n.reservationsOf(t, live.Supervisor, "?state=open,confirmed&sku=DEMO-3&room=demo")
	if len(page.Rows) != 1 || page.Next != "" || n.offerable(t) != 4 {
		t.Fatalf("held is %+v, left are %d", page, n.offerable(t))
	}
	row := page.Rows[0]
	if row.User != person || row.Room != "demo" || row.Product == "" || row.Quantity != 1 || row.State != "open" || row.Until <= page.Now {
		t.Errorf("the row is %+v", row)
	}
	if got := n.reservationsOf(t, live.Auditor, "").Rows; len(got) != 1 || string(got[0].User) != n.parts.audit.Pseudonym(person) {
		t.Errorf("an auditor sees %+v", got)
	}

	path := "/v1/reservations/" + string(row.ID) + "/release"
	for _, role := range []live.Role{live.Seat, live.Auditor, live.Ingest} {
		if status, body := n.askAs(t, role, http.MethodPost, path, ""); status != http.StatusForbidden {
			t.Errorf("as %v releasing answered %d %s", role, status, body)
		}
	}
	if n.offerable(t) != 4 {
		t.Fatal("a refused release gave the piece back")
	}
	status, body := n.askAs(t, live.Supervisor, http.MethodPost, path, "")
	var now reservationRow
	if err := json.Unmarshal([]byte(body), &now); err != nil || status != http.StatusOK || now.State != "released" || n.offerable(t) != 5 {
		t.Fatalf("releasing answered %d %s, left are %d", status, body, n.offerable(t))
	}
	if status, body := n.askAs(t, live.Operator, http.MethodPost, path, ""); status != http.StatusConflict || !strings.Contains(body, "ended already (released)") {
		t.Errorf("releasing once more answered %d %s", status, body)
	}
	if status, body := n.askAs(t, live.Admin, http.MethodPost, "/v1/reservations/r0/release", ""); status != http.StatusNotFound || !strings.Contains(body, "no reservation") {
		t.Errorf("releasing nothing answered %d %s", status, body)
	}
	if acts := n.auditedAct(t, "stock.release"); len(acts) < 2 || acts[0].On != "id "+string(row.ID) || strings.Contains(acts[0].Detail, person) {
		t.Errorf("the audit log has %+v", acts)
	}
	if said := say("m3", "确认"); n.offerable(t) != 5 || strings.Contains(said, "锁定好") {
		t.Errorf("after the release %q locks the piece, left are %d", said, n.offerable(t))
	}

	if err := n.stop(); err != nil {
		t.Fatal(err)
	}
	n = startNode(t, dir, nil)
	if got := n.reservationsOf(t, live.Admin, "?state=released").Rows; len(got) != 1 || got[0].ID != row.ID || n.offerable(t) != 5 {
		t.Errorf("after a restart %+v are released, left are %d", got, n.offerable(t))
	}
}

// TestWhatWasOrderedIsNotReleasedByHand asks for it, and asks for the list in ways that it refuses.
func TestWhatWasOrderedIsNotReleasedByHand(t *testing.T) {
	n := startNode(t, t.TempDir(), nil)
	l, now := n.parts.ledger, n.clock.now()
	c := n.stocked(t)
	for id, user := range map[live.ReservationID]live.UserKey{"r1": {Room: "demo", User: "a"}, "r2": {Room: "other", User: "b"}} {
		if _, err := l.Reserve(now, live.Reservation{ID: id, User: user, SKU: "DEMO-3", Quantity: 1, Until: now.Add(time.Hour).UnixMilli()}); err != nil {
			t.Fatal(err)
		}
	}
	c.send(frame{"type": "order", "id": "o1", "room": "demo", "user": "a", "sku": "DEMO-3", "quantity": 1, "amount_fen": 100, "state": "paid", "at": time.Now().UnixMilli()})
	c.next("ack", "error")
	if status, body := n.askAs(t, live.Admin, http.MethodPost, "/v1/reservations/r1/release", ""); status != http.StatusConflict || !strings.Contains(body, "cancel or refund the order") {
		t.Errorf("releasing what was ordered answered %d %s", status, body)
	}
	if r, _ := l.Reservation("r1"); r.State != live.ReservationOrdered {
		t.Errorf("it is %v now", r.State)
	}
	for query, word := range map[string]string{
		"?state=open,gone": "state:", "?sort=price": "sort:", "?limit=0": "limit:", "?limit=201": "limit:", "?limit=x": "limit:", "?after=x": "after:", "?user=a": "no such parameter",
	} {
		if status, body := n.askAs(t, live.Admin, http.MethodGet, "/v1/reservations"+query, ""); status != http.StatusBadRequest || !strings.Contains(body, word) {
			t.Errorf("%s answered %d %s, want %s", query, status, body, word)
		}
	}
	// A token for one room neither sees nor releases what is held in another.
	ask := func(method, path string) (int, string) {
		status, body, _ := n.visit(t, method, path, "", map[string]string{"Authorization": "Bearer " + n.token(t, token.Claims{Role: live.Operator, Room: "demo"})})
		return status, body
	}
	if status, body := ask(http.MethodPost, "/v1/reservations/r2/release"); status != http.StatusNotFound {
		t.Errorf("another room's is released: %d %s", status, body)
	}
	for query, rows := range map[string]int{"": 1, "?room=demo": 1, "?room=other": 0} {
		var page reservationPage
		status, body := ask(http.MethodGet, "/v1/reservations"+query)
		if err := json.Unmarshal([]byte(body), &page); err != nil || status != http.StatusOK || len(page.Rows) != rows || strings.Contains(body, `"r2"`) {
			t.Errorf("of one room %q answered %d %s", query, status, body)
		}
	}
}

// TestAReleaseThatIsNotKeptIsTakenBack asks for one while storage takes nothing.
func TestAReleaseThatIsNotKeptIsTakenBack(t *testing.T) {
	n := startNode(t, t.TempDir(), nil)
	n.stocked(t)
	l, now := n.parts.ledger, n.clock.now()
	held := live.Reservation{ID: "r1", User: live.UserKey{Room: "demo", User: "a"}, SKU: "DEMO-3", Quantity: 2, Until: now.Add(time.Hour).UnixMilli()}
	before, err := l.Reserve(now, held)
	if err != nil {
		t.Fatal(err)
	}
	if err := n.stop(); err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	for pattern, h := range (reservationRoutes{l, n.parts.catalogue.Load, n.parts.store, n.parts.audit.Pseudonym, n.parts.shopMetrics, &n.clock, slog.New(slog.DiscardHandler)}).routes() {
		mux.Handle(pattern, h)
	}
	w := httptest.NewRecorder()
	mux.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/v1/reservations/r1/release", nil))
	if w.Code != http.StatusServiceUnavailable || !strings.Contains(w.Body.String(), "may not be kept") {
		t.Errorf("it answered %d %s", w.Code, w.Body)
	}
	if is, _ := l.Reservation("r1"); is != before || n.offerable(t) != 3 {
		t.Errorf("it is %+v now, left are %d", is, n.offerable(t))
	}
}
