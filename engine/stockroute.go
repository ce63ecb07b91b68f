package engine

import (
	"fmt"
	"net/http"

	"liveroom/engine/live"
	"liveroom/engine/shop"
)

// stockRoutes show where the pieces of a SKU are, and where one reservation stands. They only read, and name no person.
//
//	GET /v1/stock/{sku}        {"on_hand","open","confirmed","ordered","offerable"}, all of one instant
//	GET /v1/reservations/{id}  {"sku","quantity","state","until"}
type stockRoutes struct{ ledger *shop.Ledger }

func (r stockRoutes) routes() map[string]http.Handler {
	return map[string]http.Handler{
		"GET /v1/stock/{sku}":       http.HandlerFunc(r.stock),
		"GET /v1/reservations/{id}": http.HandlerFunc(r.reservation),
	}
}

// stockShown is one SKU as it is shown. What only figures tell is null while there are none.
type stockShown struct {
	OnHand    *int64 `json:"on_hand"`
	Open      int64  `json:"open"`
	Confirmed int64  `json:"confirmed"`
	Ordered   int64  `json:"ordered"`
	Offerable *int64 `json:"offerable"`
}

func (r stockRoutes) stock(w http.ResponseWriter, req *http.Request) {
	sku := req.PathValue("sku")
	a, ok := r.ledger.Account(live.SKU(sku))
	if !ok {
		answer(w, http.StatusNotFound, refusal{Error: fmt.Sprintf("sku: the catalogue has no %.128q; name one of its SKUs", sku)})
		return
	}
	shown := stockShown{Open: a.Open, Confirmed: a.Confirmed, Ordered: a.Ordered}
	if a.Known {
		shown.OnHand, shown.Offerable = &a.OnHand, &a.Offerable
	}
	answer(w, http.StatusOK, shown)
}

// reservationShown is one reservation as it is shown.
type reservationShown struct {
	SKU      live.SKU `json:"sku"`
	Quantity int64    `json:"quantity"`
	State    string   `json:"state"`
	Until    int64    `json:"until"` // Unix milliseconds
}

func (r stockRoutes) reservation(w http.ResponseWriter, req *http.Request) {
	id := req.PathValue("id")
	held, ok := r.ledger.Reservation(live.ReservationID(id))
	if !ok {
		answer(w, http.StatusNotFound, refusal{Error: fmt.Sprintf("id: no reservation %.128q is known (any more)", id)})
		return
	}
	answer(w, http.StatusOK, reservationShown{SKU: held.SKU, Quantity: held.Quantity, State: held.State.String(), Until: held.Until})
}
