package engine

import (
	"bytes"
	"errors"
	"log/slog"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"liveroom/actors"
	"liveroom/engine/access"
	"liveroom/engine/audit"
	"liveroom/engine/live"
	"liveroom/engine/shop"
	"liveroom/engine/storage"
	"liveroom/transport"
	"liveroom/transport/wire"
	"liveroom/transport/wire/token"
)

// gate stands between the links and the parts: it authenticates, and hands each event to its owner. It is called on
// event loops and never blocks.
type gate struct {
	// set before Run
	tokens    *access.Tokens
	sessions  sessions
	catalogue *wares
	ledger    *shop.Ledger
	rooms     *shop.Rooms
	profiles  *shop.Profiles
	open      bool // rooms may be opened by speaking of them
	store     *storage.Store
	audit     *audit.Log
	house     *actors.House
	server    *transport.Server
	log       *slog.Logger
	clock     *clock

	links    sync.Map // live.SessionID → *live.Link
	byRoom   roomLinks
	presence *presence
	taken    func(seat live.SessionID, k live.UserKey) // shows a seat a dialogue that it has
	ratings  ratings                                   // what users said of their dialogues
	desk     desk                                      // the seat of people at the console
	known    sync.Map                                  // live.RoomID → struct{}: rooms that exist
	opened   atomic.Int64                              // rooms in known
	draining atomic.Bool
	erasing  atomic.Pointer[live.UserKey] // who is being erased, nil for nobody
	quota    access.Quota                 // of links by token
	signIns  *signIns                     // set before Run
}

// Hello implements transport.Handler.
func (g *gate) Hello(h *wire.Hello, from netip.Addr) (live.Link, *live.Fault) {
	if g.draining.Load() {
		return live.Link{}, &live.Fault{Code: live.Draining, Hint: "this node is going; connect again"}
	}
	now := time.Now()
	claims, fault := g.prove(h, now)
	var l live.Link
	if fault == nil {
		l, fault = g.admit(h, &claims, from, now)
	}
	if fault != nil {
		g.signIns.refused(h, &claims, from, now, fault)
		return live.Link{}, fault
	}
	if fault := g.signIns.came(h, &l, &claims, from); fault != nil {
		g.quota.Release(l.Token)
		return live.Link{}, fault
	}
	return l, nil
}

// prove returns what the token of a hello says, when that is to be believed.
func (g *gate) prove(h *wire.Hello, now time.Time) (token.Claims, *live.Fault) {
	claims, err := g.tokens.Verify(h.Token, now)
	switch {
	case err == nil:
		return claims, nil
	case errors.Is(err, token.ErrExpired):
		return token.Claims{}, &live.Fault{Code: live.Expired, Field: "token", Hint: "the token has expired; get a new one"}
	case errors.Is(err, access.ErrRevoked), errors.Is(err, access.ErrTooLong):
		return token.Claims{}, &live.Fault{Code: live.Unauthorized, Field: "token", Hint: err.Error() + "; get a new one"}
	default:
		return token.Claims{}, &live.Fault{Code: live.Unauthorized, Field: "token", Hint: "not a token of this shop; make one with liveroom token"}
	}
}

// admit says whether a link may come in by its token, and as what.
func (g *gate) admit(h *wire.Hello, claims *token.Claims, from netip.Addr, now time.Time) (live.Link, *live.Fault) {
	switch {
	case claims.Shop != "" && claims.Shop != g.catalogue.Load().Shop():
		return live.Link{}, &live.Fault{Code: live.Forbidden, Field: "token", Hint: "the token is for another shop than this node's"}
	case !access.May(claims.Role, access.LinkAct(h.Role)):
		return live.Link{}, &live.Fault{Code: live.Forbidden, Field: "role", Hint: "the token is for role " + claims.Role.String()}
	}
	l := live.Link{
		Role: h.Role, Shop: claims.Shop, Room: claims.Room, User: claims.User, Outcomes: h.Outcomes,
		Token: claims.ID, Expires: claims.Expires.Unix(),
	}
	if l.Role == live.Seat {
		l.From = from.String()
	}
	if l.Role == live.Viewer && !g.enter(l.Room, false) {
		return live.Link{}, &live.Fault{Code: live.UnknownRoom, Field: "token", Hint: "the token's room is neither in the catalogue nor open"}
	}
	if why := g.quota.Take(l.Token, now); why != "" {
		return live.Link{}, &live.Fault{Code: live.TooManyLinks, Field: "token", Hint: why}
	}
	if h.Resume != nil && g.sessions.owns(h.Resume.Session, &l) {
		l.Session = h.Resume.Session
	} else {
		l.Session = g.sessions.newID(&l)
	}
	return l, nil
}

// Opened implements transport.Handler: it sends a resumed session what it has missed.
func (g *gate) Opened(l *live.Link, resume *wire.Resume) {
	g.links.Store(l.Session, l)
	g.byRoom.opened(l)
	g.presence.opened(l)
	if k := g.erasing.Load(); k != nil && l.Role == live.Viewer && l.Room == k.Room && l.User == k.User {
		g.server.Bye(l.Session, live.Forbidden, erasedBye, 0)
	}
	if g.tokens.Revoked(l.Token) { // since Hello
		g.server.Bye(l.Session, live.Unauthorized, revokedSince, 0)
	}
	if resume == nil || resume.Session != l.Session {
		return
	}
	if l.Role == live.Seat {
		g.showTaken(l.Session)
	}
	var only func(live.UserKey) bool
	if l.Role == live.Viewer {
		own := live.UserKey{Room: l.Room, User: l.User}
		only = func(k live.UserKey) bool { return k == own }
	}
	g.store.SessionFrames(l.Session, resume.After, only, func(frames [][]byte, err error) {
		if err != nil {
			g.log.Warn("cannot resume session", "session", l.Session, "err", err)
			fault := live.Fault{Code: live.StorageFailed, Field: "resume", Hint: "what was missed cannot be read now; connect and resume again"}
			g.server.Send(l.Session, wire.AppendError(nil, &fault))
			return
		}
		for _, f := range frames {
			if l.Outcomes || !isOutcome(f) {
				g.server.Send(l.Session, f)
			}
		}
	})
}

var outcomeStart = []byte(`{"type":"outcome"`)

func isOutcome(frame []byte) bool { return bytes.HasPrefix(frame, outcomeStart) }

// Closed implements transport.Handler.
func (g *gate) Closed(l *live.Link) {
	g.quota.Release(l.Token)
	g.links.CompareAndDelete(l.Session, l)
	g.byRoom.closed(l)
	g.presence.closed(l, g.linked(l.Session))
}

// Event implements transport.Handler.
func (g *gate) Event(l *live.Link, e *live.Event, received time.Time) *live.Fault {
	if g.draining.Load() {
		return &live.Fault{Code: live.Draining, To: e.ID, Hint: "this node is going; connect again and send it again"}
	}
	if fault := g.place(l, e); fault != nil {
		return fault
	}
	if g.erasing.Load() != nil && g.barred(l, e) {
		return &live.Fault{Code: live.Forbidden, To: e.ID, Hint: erasingHint}
	}
	received = g.clock.received(e, received)
	switch e.Type {
	case live.Comment, live.Message, live.Say:
		return g.deliver(l, e, received)
	case live.Take, live.GiveBack:
		return g.handOver(l, e, received)
	case live.StockUpdate:
		if _, fault := g.ledger.Apply(e, received); fault != nil {
			return fault
		}
		g.keep(l, e, received, false)
	case live.CountsUpdate:
		if _, fault := g.rooms.Apply(e, received); fault != nil {
			return fault
		}
		g.keep(l, e, received, false)
	case live.Present:
		if fault := g.catalogue.Load().CheckSKU(e); fault != nil {
			return fault
		}
		if !g.rooms.Present(e.Room, e.SKU, e.At) {
			return tooManyRooms(e)
		}
		g.keep(l, e, received, false)
	case live.OrderUpdate:
		if fault := g.catalogue.Load().CheckSKU(e); fault != nil {
			return fault
		}
		g.profiles.Order(e)
		g.order(l, e, received)
	case live.Rate:
		g.keep(l, e, received, true)
	default:
		if !g.rooms.Count(e) {
			return tooManyRooms(e)
		}
	}
	return nil
}

// place fills what the event leaves to its link, and checks that the link may speak of the room.
func (g *gate) place(l *live.Link, e *live.Event) *live.Fault {
	if e.Dialogue != "" {
		k, ok := e.Dialogue.User()
		if !ok {
			return &live.Fault{Code: live.BadField, Field: "dialogue", To: e.ID, Hint: "want the dialogue of a reply, as room/user"}
		}
		e.Room, e.User = k.Room, k.User
	}
	if l.Room != "" && e.Room != "" && e.Room != l.Room {
		return &live.Fault{Code: live.Forbidden, Field: "room", To: e.ID, Hint: "the token is for another room"}
	}
	if l.Shop != "" && e.Shop != "" && e.Shop != l.Shop {
		return &live.Fault{Code: live.Forbidden, Field: "shop", To: e.ID, Hint: "the token is for another shop"}
	}
	if e.Shop == "" {
		e.Shop = g.catalogue.Load().Shop()
	} else if e.Shop != g.catalogue.Load().Shop() {
		return &live.Fault{Code: live.BadField, Field: "shop", To: e.ID, Hint: "no such shop on this node"}
	}
	if e.Room != "" && !g.enter(e.Room, l.Role == live.Ingest) {
		return &live.Fault{Code: live.UnknownRoom, Field: "room", To: e.ID, Hint: "no such room; name it in the catalogue, or let ingest speak of it first"}
	}
	return nil
}

// maxRooms bounds the rooms that ingest links may open.
const maxRooms = 10_000

// enter tells whether a room exists. An ingest link may open one, which then exists after a restart too.
func (g *gate) enter(room live.RoomID, ingest bool) bool {
	if _, ok := g.known.Load(room); ok {
		return true
	}
	if !ingest || !g.open || g.opened.Load() >= maxRooms {
		return false
	}
	room = live.RoomID(strings.Clone(string(room))) // the event's strings share one allocation
	if !g.know(room) {
		return true
	}
	opened := &live.Event{Type: live.Enter, Room: room, At: time.Now().UnixMilli()}
	g.store.Submit(live.Entry{Records: []live.Record{{Kind: live.RecordFact, Received: opened.At, Event: opened}}, Done: func(_ uint64, err error) {
		if err != nil {
			g.log.Warn("an opened room is not stored", "room", room, "err", err)
		}
	}})
	return true
}

// know notes that a room exists, and tells whether that is news.
func (g *gate) know(room live.RoomID) bool {
	_, known := g.known.LoadOrStore(room, struct{}{})
	if !known {
		g.opened.Add(1)
	}
	return !known
}

func tooManyRooms(e *live.Event) *live.Fault {
	return &live.Fault{Code: live.Overloaded, Field: "room", To: e.ID, Hint: "as many rooms are open as this node holds; use one of them"}
}

func (g *gate) deliver(l *live.Link, e *live.Event, received time.Time) *live.Fault {
	if e.Type == live.Comment && l.Role == live.Ingest {
		g.byRoom.carry(l, e.Room)
	}
	code := g.house.Deliver(e, l.Session, received)
	switch code {
	case live.OK:
		return nil
	case live.Forbidden:
		return &live.Fault{Code: code, To: e.ID, Hint: erasingHint}
	}
	return &live.Fault{Code: code, To: e.ID, Hint: "too much at once; send it again later"}
}

// order lets the ledger know of an order, and makes what became of the user's reservation durable with it.
func (g *gate) order(l *live.Link, e *live.Event, received time.Time) {
	before, after, changed := g.ledger.Order(received, e)
	if !changed {
		g.keep(l, e, received, true)
		return
	}
	record := live.Record{Kind: live.RecordReservation, Received: received.UnixMilli(), Reservation: &after}
	g.keepWith(l, e, received, true, record, func() { g.ledger.Undo(&before, after.ID) })
}

// keep makes an event durable; with ack its sender is told.
func (g *gate) keep(l *live.Link, e *live.Event, received time.Time, ack bool) {
	g.keepWith(l, e, received, ack, live.Record{}, nil)
}

// keepWith is keep with one more record, unless that is zero, and with what is to be undone when neither could be stored.
func (g *gate) keepWith(l *live.Link, e *live.Event, received time.Time, ack bool, more live.Record, undo func()) {
	session := l.Session
	record := live.Record{Kind: live.RecordFact, User: e.UserKey(), Session: session, Received: received.UnixMilli(), Event: e}
	records := []live.Record{record}
	if more.Kind != 0 {
		records = append(records, more)
	}
	g.store.Submit(live.Entry{Records: records, Done: func(_ uint64, err error) {
		if err == nil && e.Type == live.Rate { // before it is acknowledged: what has its ack counts
			g.ratings.take(e, received)
		}
		switch {
		case err != nil:
			if undo != nil {
				undo()
			}
			fault := live.Fault{Code: live.StorageFailed, To: e.ID, Hint: "this " + e.Type.String() + " is not stored; send it again"}
			g.server.Send(session, wire.AppendError(nil, &fault))
		case ack:
			g.server.Send(session, wire.AppendAck(nil, e.ID))
		}
	}})
}

// outlet is how actors reach links.
type outlet struct{ *gate }

// Send implements actors.Outlet.
func (o outlet) Send(s live.SessionID, frame []byte) bool {
	if isDesk(s) {
		return o.desk.got(frame)
	}
	return o.server.Send(s, frame)
}

// SendOutcome implements actors.Outlet.
func (o outlet) SendOutcome(s live.SessionID, frame []byte) {
	if l, ok := o.links.Load(s); ok && l.(*live.Link).Outcomes {
		o.server.Send(s, frame)
	}
}

// Broadcast implements actors.Outlet.
func (o outlet) Broadcast(room live.RoomID, frame []byte, except live.SessionID) {
	o.server.Broadcast(room, frame, except)
}
