package engine

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"liveroom/engine/live"
	"liveroom/engine/shop"
)

func TestStockRoutes(t *testing.T) {
	now := time.Now()
	l := shop.NewLedger(shop.Demo())
	mux := http.NewServeMux()
	for pattern, h := range (stockRoutes{l}).routes() {
		mux.Handle(pattern, h)
	}
	want := func(path string, status int, body string) {
		t.Helper()
		w := httptest.NewRecorder()
		mux.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
		if got := strings.TrimSpace(w.Body.String()); w.Code != status || !strings.Contains(got, body) {
			t.Errorf("GET %s = %d %s, want %d %s", path, w.Code, got, status, body)
		}
	}
	want("/v1/stock/DEMO-3", http.StatusOK, `{"on_hand":null,"open":0,"confirmed":0,"ordered":0,"offerable":null}`)
	want("/v1/stock/NOPE", http.StatusNotFound, `no \"NOPE\"`)
	want("/v1/stock/"+strings.Repeat("x", 5000), http.StatusNotFound, "name one of its SKUs")
	want("/v1/reservations/r1", http.StatusNotFound, `no reservation \"r1\"`)
	if _, fault := l.Apply(&live.Event{Type: live.StockUpdate, SKU: "DEMO-3", Available: 5, At: now.UnixMilli()}, now); fault != nil {
		t.Fatal(fault)
	}
	until := now.Add(time.Minute).UnixMilli()
	r := live.Reservation{ID: "r1", User: live.UserKey{Room: "demo", User: "secret"}, SKU: "DEMO-3", Quantity: 2, Until: until}
	if _, err := l.Reserve(now, r); err != nil {
		t.Fatal(err)
	}
	want("/v1/stock/DEMO-3", http.StatusOK, `{"on_hand":5,"open":2,"confirmed":0,"ordered":0,"offerable":3}`)
	want("/v1/reservations/r1", http.StatusOK, `{"sku":"DEMO-3","quantity":2,"state":"open","until":`)
	if _, err := l.Confirm(now, "r1", until); err != nil {
		t.Fatal(err)
	}
	want("/v1/stock/DEMO-3", http.StatusOK, `"open":0,"confirmed":2,"ordered":0,"offerable":3`)
	w := httptest.NewRecorder()
	mux.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/v1/reservations/r1", nil))
	if strings.Contains(w.Body.String(), "secret") {
		t.Errorf("a reservation is shown with its person: %s", w.Body)
	}
	w = httptest.NewRecorder()
	mux.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/v1/stock/DEMO-3", nil))
	if w.Code != http.StatusMethodNotAllowed {
		t.Errorf("POST to a stock = %d, want %d", w.Code, http.StatusMethodNotAllowed)
	}
}
