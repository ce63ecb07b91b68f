package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"liveroom/actors"
	"liveroom/engine/live"
	"liveroom/engine/shop"
	"liveroom/engine/storage"
)

// eraseRoute erases one person while the node runs.
//
//	POST /v1/rooms/{room}/users/{user}/erase  {"confirm": the user again} → {"records","facts","overwritten_later"}
//
// Whoever speaks for the person meanwhile is refused. What comes first: his links are told to go, his actor ends what is under
// way and leaves, his mute and what is held for him go, and every owner of what is kept in memory forgets him; then what is
// stored is erased. From the line in erased.list on, a crash leaves the rest to the next start.
type eraseRoute struct {
	gate   *gate
	ledger *shop.Ledger
	store  *storage.Store
	forget []func(live.UserKey) // have each owner drop what it keeps of a user
	log    *slog.Logger
	one    *underWay
}

// underWay is held by the one who erases.
type underWay struct {
	sync.Mutex
	since atomic.Int64 // Unix milliseconds
}

// refusal tells whoever comes meanwhile that nothing has failed.
func (u *underWay) refusal() refusal {
	since := time.UnixMilli(u.since.Load()).Format(time.RFC3339)
	return refusal{Error: "an erasure is still under way, since " + since + "; it goes on though whoever asked has gone; ask again later"}
}

const eraseRoutePattern = "POST /v1/rooms/{room}/users/{user}/erase"

func (r eraseRoute) routes() map[string]http.Handler {
	return map[string]http.Handler{eraseRoutePattern: http.HandlerFunc(r.serve)}
}

// How long a person's actor is waited for, and how often it is asked for.
const (
	eraseLeave = 20 * time.Second
	eraseLook  = 10 * time.Millisecond
)

const (
	erasedBye   = "this person is erased on request"
	erasingHint = "this person is being erased; send it again in a while, if he comes back"
)

func (r eraseRoute) serve(w http.ResponseWriter, req *http.Request) {
	k := live.UserKey{Room: live.RoomID(req.PathValue("room")), User: live.UserID(req.PathValue("user"))}
	var asked struct{ Confirm live.UserID }
	if err := json.NewDecoder(http.MaxBytesReader(w, req.Body, maxRoomBody)).Decode(&asked); err != nil || asked.Confirm != k.User {
		answer(w, http.StatusUnprocessableEntity, refusal{Error: `confirm: want {"confirm": the user of the address}; what is erased does not come back`})
		return
	}
	if !r.one.TryLock() {
		answer(w, http.StatusConflict, r.one.refusal())
		return
	}
	defer r.one.Unlock()
	r.one.since.Store(time.Now().UnixMilli())
	done, err := r.erase(req.Context(), k)
	if err != nil {
		r.log.Error("a person is not wholly erased", "err", err)
		answer(w, http.StatusServiceUnavailable, refusal{Error: "the person is not wholly erased: " + err.Error()})
		return
	}
	answer(w, http.StatusOK, map[string]any{"records": done.Records, "facts": done.Facts, "overwritten_later": done.Later})
}

func (r eraseRoute) erase(ctx context.Context, k live.UserKey) (storage.Erased, error) {
	ctx = context.WithoutCancel(ctx) // who asked may go; what was begun is ended
	r.gate.erasing.Store(&k)
	defer r.gate.erasing.Store(nil)
	lift := r.gate.house.Bar(k) // who looks at the dialogue would bring him back, and have what is left of him stored anew
	defer lift()
	r.gate.sendAway(k)
	if err := r.clear(ctx, k); err != nil {
		return storage.Erased{}, fmt.Errorf("nothing is erased yet: %w", err)
	}
	done, err := r.store.EraseNow(ctx, k)
	r.forgotten(k) // what was on its way to the store has told of him since
	return done, err
}

// clear takes the person out of memory.
func (r eraseRoute) clear(ctx context.Context, k live.UserKey) error {
	if err := r.leave(ctx, k); err != nil {
		return err
	}
	unmuted := make(chan error, 1)
	r.gate.house.Mute(k.Room, k.User, 0, func(err error) { unmuted <- err })
	wait, stop := context.WithTimeout(ctx, roomWait)
	defer stop()
	select {
	case err := <-unmuted:
		if err != nil {
			return fmt.Errorf("lift the mute: %w", err)
		}
	case <-wait.Done():
		return fmt.Errorf("lift the mute: %w", wait.Err())
	}
	if err := r.release(wait, k); err != nil {
		return fmt.Errorf("release what is held: %w", err)
	}
	r.gate.house.Touch(live.UserKey{Room: k.Room}, actors.Stop) // the room knows who has asked what lately
	r.forgotten(k)
	return nil
}

// release gives back what is held for the person, durably, so that a restart does not hold it again for nobody.
func (r eraseRoute) release(ctx context.Context, k live.UserKey) error {
	var given []live.Record
	var were []live.Reservation
	now := r.gate.clock.now()
	for _, id := range r.ledger.HeldBy(k) {
		before, held, err := r.ledger.Revoke(now, id)
		switch {
		case errors.Is(err, shop.ErrReservationGone), errors.Is(err, shop.ErrReservationOrdered): // since HeldBy
		case err != nil:
			return err
		default:
			were = append(were, before)
			given = append(given, live.Record{Kind: live.RecordReservation, Received: now.UnixMilli(), Reservation: &held})
		}
	}
	if len(given) == 0 {
		return nil
	}
	kept := make(chan error, 1)
	r.store.Submit(live.Entry{Records: given, Done: func(_ uint64, err error) {
		if err != nil { // he is not erased yet, and who asks again finds it to be released
			for i := range were {
				r.ledger.Undo(&were[i], were[i].ID)
			}
		}
		kept <- err
	}})
	select {
	case err := <-kept:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// forgotten has every owner drop what it keeps of the person.
func (r eraseRoute) forgotten(k live.UserKey) {
	for _, forget := range r.forget {
		forget(k)
	}
}

// forgets are what every owner of what is kept in memory drops a user by.
func (p *parts) forgets() []func(live.UserKey) {
	return []func(live.UserKey){
		p.house.Forget, p.unsure.forget, p.gate.ratings.forget, p.profiles.Forget, p.ledger.Forget, p.console.Forget,
	}
}

// leave has the person's actor end what is under way and leave.
func (r eraseRoute) leave(ctx context.Context, k live.UserKey) error {
	ctx, stop := context.WithTimeout(ctx, eraseLeave)
	defer stop()
	tick := time.NewTicker(eraseLook)
	defer tick.Stop()
	for r.gate.house.Touch(k, actors.Stop) {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return errors.New("the person's actor does not leave; ask again")
		}
	}
	return nil
}

// erasedBy returns the account of the machine that a command of it names, to be written down.
func erasedBy(r *http.Request) string {
	var told struct{ By string }
	if json.Unmarshal(peek(r), &told) != nil || !strings.HasPrefix(told.By, "account ") || len(told.By) > 64 || strings.Contains(told.By, r.PathValue("user")) {
		return ""
	}
	return told.By + "; "
}

// sendAway says bye to the links that are the person's own.
func (g *gate) sendAway(k live.UserKey) {
	g.links.Range(func(id, value any) bool {
		if l := value.(*live.Link); l.Role == live.Viewer && l.Room == k.Room && l.User == k.User {
			g.server.Bye(id.(live.SessionID), live.Forbidden, erasedBye, 0)
		}
		return true
	})
}

// erases tells whether a person is being erased.
func (g *gate) erases(k live.UserKey) bool {
	e := g.erasing.Load()
	return e != nil && *e == k
}

// barred tells whether an event is of somebody, or about him, who is being erased.
func (g *gate) barred(l *live.Link, e *live.Event) bool {
	k := g.erasing.Load()
	return k != nil && (e.User == k.User || l.Role == live.Viewer && l.User == k.User) && (e.Room == k.Room || e.Room == "")
}
