package engine

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"liveroom/engine/access"
	"liveroom/engine/live"
	"liveroom/engine/shop"
	"liveroom/engine/storage"
)

// reservationRoutes list what is reserved, and give one reservation back by hand.
//
//	GET /v1/reservations?state=&sku=&room=&sort=&limit=&after=  {"now","rows","next"}
//	POST /v1/reservations/{id}/release                          the reservation as it stands afterwards
//
// Whoever may not read dialogues is shown pseudonyms; a token for one room sees and releases what is reserved there alone.
type reservationRoutes struct {
	ledger    *shop.Ledger
	catalogue func() *shop.Catalogue
	store     *storage.Store
	pseudonym func(user string) string
	metrics   *shopMetrics
	clock     *clock
	log       *slog.Logger
}

const releasePattern = "POST /v1/reservations/{id}/release"

func (r reservationRoutes) routes() map[string]http.Handler {
	return map[string]http.Handler{"GET /v1/reservations": http.HandlerFunc(r.list), releasePattern: http.HandlerFunc(r.release)}
}

// reservationRow is one reservation in the list.
type reservationRow struct {
	ID        live.ReservationID `json:"id"`
	SKU       live.SKU           `json:"sku"`
	Product   string             `json:"product,omitempty" doc:"its name, while the catalogue has it"`
	Variant   string             `json:"variant,omitempty" doc:"colour and size"`
	Warehouse string             `json:"warehouse,omitempty"`
	Quantity  int64              `json:"quantity"`
	State     string             `json:"state" enum:"open,confirmed,ordered,released,expired"`
	At        int64              `json:"at" doc:"when it came to stand so, Unix milliseconds"`
	Until     int64              `json:"until" doc:"when it ends by itself while it is open or confirmed, Unix milliseconds"`
	Room      live.RoomID        `json:"room,omitempty"`
	User      live.UserID        `json:"user,omitempty" doc:"a pseudonym, a tilde and hexadecimal digits, for whoever may not read dialogues"`
}

// reservationPage is a page of them.
type reservationPage struct {
	Now  int64            `json:"now" doc:"the node's time, against which until counts"`
	Rows []reservationRow `json:"rows"`
	Next string           `json:"next,omitempty" doc:"after, for the next page; none on the last"`
}

// What a list is asked for by, with what each is for.
var reservationQuery = map[string]string{
	"state": "any of " + strings.Join(shop.Standings, ", ") + ", with commas between; left out, all",
	"sku":   "of this SKU alone",
	"room":  "of this room alone",
	"sort":  "deadline: what ends first comes first (left out, the same); newest: what changed last",
	"limit": "1 to 200; left out, 50",
	"after": "next of the page before",
}

const (
	reservationsShown = 50
	reservationsMost  = 200
)

// listingOf reads what is asked for; a fault names the parameter.
func listingOf(q url.Values) (w shop.Listing, err error) {
	for name := range q {
		if _, ok := reservationQuery[name]; !ok {
			return w, fmt.Errorf("%.64q: there is no such parameter; these are: after, limit, room, sku, sort, state", name)
		}
	}
	w = shop.Listing{Room: live.RoomID(q.Get("room")), SKU: live.SKU(q.Get("sku")), Limit: reservationsShown}
	if states := q.Get("state"); states != "" {
		w.Standings = strings.Split(states, ",")
	}
	for _, word := range w.Standings {
		if !slices.Contains(shop.Standings, word) {
			return w, fmt.Errorf("state: %.64q; want any of %s", word, strings.Join(shop.Standings, ", "))
		}
	}
	switch order := q.Get("sort"); order {
	case "", "deadline":
	case "newest":
		w.Newest = true
	default:
		return w, fmt.Errorf("sort: %.64q; want deadline or newest", order)
	}
	if limit := q.Get("limit"); limit != "" {
		if w.Limit, err = strconv.Atoi(limit); err != nil || w.Limit < 1 || w.Limit > reservationsMost {
			return w, fmt.Errorf("limit: %.64q; want 1 to %d", limit, reservationsMost)
		}
	}
	if w.After, err = shop.ParsePlace(q.Get("after")); err != nil {
		return w, fmt.Errorf("after: %w", err)
	}
	return w, nil
}

func (r reservationRoutes) list(w http.ResponseWriter, req *http.Request) {
	wanted, err := listingOf(req.URL.Query())
	if err != nil {
		answer(w, http.StatusBadRequest, refusal{Error: err.Error()})
		return
	}
	who, now := access.Of(req.Context()), r.clock.now()
	page := reservationPage{Now: now.UnixMilli(), Rows: []reservationRow{}}
	if who.Room == "" || wanted.Room == "" || wanted.Room == who.Room {
		if who.Room != "" {
			wanted.Room = who.Room
		}
		list, next := r.ledger.List(now, wanted)
		for i := range list {
			page.Rows = append(page.Rows, r.row(who, &list[i], now))
		}
		page.Next = next.String()
	}
	answer(w, http.StatusOK, page)
}

// row is a reservation as somebody may see it.
func (r reservationRoutes) row(who access.Who, held *live.Reservation, now time.Time) reservationRow {
	row := reservationRow{
		ID: held.ID, SKU: held.SKU, Warehouse: held.Warehouse, Quantity: held.Quantity, State: shop.Standing(held, now.UnixMilli()),
		At: held.At, Until: held.Until, Room: held.User.Room, User: held.User.User,
	}
	if row.User != "" && !access.May(who.Role, access.DialogueRead) {
		row.User = live.UserID(r.pseudonym(string(row.User)))
	}
	c := r.catalogue()
	if p := c.BySKU(held.SKU); p != nil {
		row.Product = p.Name
	}
	if v := c.Variant(held.SKU); v != nil {
		row.Variant = strings.TrimSpace(v.Color + " " + v.Size)
	}
	return row
}

func (r reservationRoutes) release(w http.ResponseWriter, req *http.Request) {
	id, who := live.ReservationID(req.PathValue("id")), access.Of(req.Context())
	held, known := r.ledger.Reservation(id)
	if !known || who.Room != "" && held.User.Room != who.Room {
		answer(w, http.StatusNotFound, refusal{Error: fmt.Sprintf("id: no reservation %.128q is known (any more)", id)})
		return
	}
	now := r.clock.now()
	before, after, err := r.ledger.Revoke(now, id)
	switch {
	case errors.Is(err, shop.ErrReservationOrdered):
		answer(w, http.StatusConflict, refusal{Error: "id: it was ordered, so only the order can give it back; cancel or refund the order at the shop's platform"})
	case err != nil:
		answer(w, http.StatusConflict, refusal{Error: fmt.Sprintf("id: it has ended already (%s), so there is nothing to release", shop.Standing(&before, now.UnixMilli()))})
	default:
		if err := r.keep(req.Context(), before, after); err != nil {
			r.log.Warn("a release is not stored", "err", err)
			answer(w, http.StatusServiceUnavailable, refusal{Error: "storage: the release may not be kept; look at the list and try again: " + err.Error()})
			return
		}
		answer(w, http.StatusOK, r.row(who, &after, now))
	}
}

// keep makes a release durable, or takes it back.
func (r reservationRoutes) keep(ctx context.Context, before, after live.Reservation) error {
	ctx, stop := context.WithTimeout(context.WithoutCancel(ctx), roomWait) // who asked may go; what was begun is ended
	defer stop()
	kept := make(chan error, 1)
	record := live.Record{Kind: live.RecordReservation, Received: after.At, Reservation: &after}
	r.store.Submit(live.Entry{Records: []live.Record{record}, Done: func(_ uint64, err error) {
		if err != nil {
			r.ledger.Undo(&before, before.ID)
		} else {
			r.metrics.became("released", 1)
		}
		kept <- err
	}})
	select {
	case err := <-kept:
		return err
	case <-ctx.Done():
		return fmt.Errorf("storage has not answered yet: %w", ctx.Err())
	}
}
