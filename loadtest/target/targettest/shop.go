package targettest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"

	"liveroom/engine/live"
	"liveroom/transport/wire"
)

// shop sells one piece a person of what the last stock event said there is, by the words a race is made of. It is kept in
// a file as a whole. Its methods are called with the room's lock held.
type shop struct {
	path  string
	habit Habit

	OnHand  int64
	Offered map[live.UserID]bool
	Holds   map[live.ReservationID]*hold
}

type hold struct {
	User  live.UserID
	State live.ReservationState
}

func openShop(path string, habit Habit) (*shop, error) {
	s := &shop{path: path, habit: habit, Offered: map[live.UserID]bool{}, Holds: map[live.ReservationID]*hold{}}
	b, err := os.ReadFile(path)
	if os.IsNotExist(err) || habit == Forget && err == nil {
		return s, nil
	}
	if err == nil {
		err = json.Unmarshal(b, s)
	}
	return s, err
}

// stock opens the shop. Larger figures are those of probes: they are said, and nothing is sold.
func (s *shop) stock(onHand int64) {
	if onHand < 10_000 {
		s.OnHand = onHand
		s.save()
	}
}

func (s *shop) save() {
	b, err := json.Marshal(s)
	if err == nil {
		err = os.WriteFile(s.path+".new", b, 0o600)
	}
	if err == nil {
		err = os.Rename(s.path+".new", s.path)
	}
	if err != nil {
		panic(err) // a test's own disk
	}
}

func (s *shop) count(state live.ReservationState) (n int64) {
	for _, h := range s.Holds {
		if h.State == state {
			n++
		}
	}
	return n
}

func (s *shop) left() int64 {
	return s.OnHand - s.count(live.ReservationOpen) - s.count(live.ReservationConfirmed)
}

// sell returns script, variant and text of the answer to a message.
func (s *shop) sell(e *live.Event) (script, variant, text string) {
	defer s.save()
	switch e.Text {
	case "要":
		return s.take(e)
	case "确认":
		for _, h := range s.Holds {
			if h.User == e.User && s.habit != Renege {
				h.State = live.ReservationConfirmed
				if s.habit == Pretend {
					h.State = live.ReservationOpen
				}
				return "locked", "product/1", "锁定好啦"
			}
		}
		return "expired", "product/1", "预留时间过了"
	}
	if s.left() <= 0 && s.habit != Oversell {
		return "stock", "sold_out/1", "没货了"
	}
	s.Offered[e.User] = true
	return "stock", "stock/1", fmt.Sprintf("亲，还剩 %d 件", s.left())
}

func (s *shop) take(e *live.Event) (script, variant, text string) {
	id := live.ReservationIDFor(e.UserKey(), e.Key())
	switch {
	case s.Holds[id] != nil:
	case !s.Offered[e.User]:
		return "affirm", "go_on/1", "好的亲"
	case s.left() <= 0 && s.habit != Oversell:
		return "short", "none/1", "没货了"
	default:
		s.Holds[id] = &hold{User: e.User, State: live.ReservationOpen}
	}
	delete(s.Offered, e.User)
	return "reserved", "product/1", "留好啦"
}

// ledger answers GET /v1/stock/{sku} and /v1/reservations/{id}.
func (r *Room) ledger(mux *http.ServeMux) {
	show := func(w http.ResponseWriter, v any) { _ = json.NewEncoder(w).Encode(v) }
	mux.HandleFunc("GET /v1/stock/{sku}", func(w http.ResponseWriter, _ *http.Request) {
		r.mu.Lock()
		defer r.mu.Unlock()
		show(w, map[string]int64{
			"on_hand": r.shop.OnHand, "open": r.shop.count(live.ReservationOpen), "confirmed": r.shop.count(live.ReservationConfirmed),
			"ordered": 0, "offerable": max(0, r.shop.left()),
		})
	})
	mux.HandleFunc("GET /v1/reservations/{id}", func(w http.ResponseWriter, req *http.Request) {
		r.mu.Lock()
		defer r.mu.Unlock()
		h := r.shop.Holds[live.ReservationID(req.PathValue("id"))]
		if h == nil {
			http.NotFound(w, req)
			return
		}
		show(w, map[string]any{"sku": "DEMO-3", "quantity": 1, "state": h.State.String()})
	})
}

// closing says one closing reply to the link that brought the last of a burst, by habit another one too.
func (k *link) closing(e *live.Event) {
	r := k.room
	r.mu.Lock()
	r.comments++
	last, figure, count := r.comments == r.CloseAfter, r.shop.OnHand, int64(r.comments)
	r.mu.Unlock()
	if !last {
		return
	}
	if r.habit == Miscount {
		count++
	}
	reply := live.Reply{
		ID: "c1", Room: e.Room, Text: fmt.Sprintf("刚才有%d位宝宝问3号链接库存：现在还剩%d件", r.CloseAfter, figure), Scope: live.Public,
		Intent: live.IntentStock, Confidence: 1, By: live.ByScript, Script: "closing", Count: count,
	}
	k.say(wire.AppendReply(nil, &reply))
	if r.habit == Encore {
		reply.ID = "c2"
		k.say(wire.AppendReply(nil, &reply))
	}
}
