package transport

import "liveroom/engine/live"

// permits is the table of who may send what, as in the wire documentation.
var permits = map[live.Role][]live.EventType{
	live.Ingest: {
		live.Comment, live.Message, live.Enter, live.Leave, live.Like, live.Gift, live.Follow, live.Share,
		live.CountsUpdate, live.StockUpdate, live.OrderUpdate, live.Present, live.Rate,
	},
	live.Viewer: {live.Comment, live.Message, live.Enter, live.Leave, live.Like, live.Follow, live.Share, live.Rate},
	live.Seat:   {live.Present, live.Take, live.Say, live.GiveBack},
}

// may is permits as one bit per type, for the hot path.
var may = func() (bits [1 << 8]uint32) {
	for role, types := range permits {
		for _, t := range types {
			bits[role] |= 1 << t
		}
	}
	return bits
}()

// forbid says why the link who may not send e, nil when it may: its role does not send such events, or the event is of
// another room, shop or user than the link's own. Hot path: no allocation unless it refuses.
func forbid(who *live.Link, e *live.Event) *live.Fault {
	if may[who.Role]&(1<<e.Type) == 0 {
		return forbidden(e, "type", "a "+who.Role.String()+" link may not send "+e.Type.String())
	}
	room, user := e.Room, e.User
	if e.Dialogue != "" {
		k, ok := e.Dialogue.User()
		if !ok {
			return &live.Fault{Code: live.BadField, Field: "dialogue", Hint: "is not of the form room/user; send it as replies name it", To: e.ID}
		}
		room, user = k.Room, k.User
	}
	switch {
	case who.Room != "" && room != who.Room && (room != "" || who.Role == live.Viewer):
		return forbidden(e, fieldOf(e, "room"), "this link speaks for room "+string(who.Room)+" only")
	case who.Role == live.Viewer && user != who.User:
		return forbidden(e, fieldOf(e, "user"), "this link speaks for user "+string(who.User)+" only")
	case who.Shop != "" && e.Shop != "" && e.Shop != who.Shop:
		return forbidden(e, "shop", "this link speaks for shop "+string(who.Shop)+" only")
	}
	return nil
}

func forbidden(e *live.Event, field, hint string) *live.Fault {
	return &live.Fault{Code: live.Forbidden, Field: field, Hint: hint, To: e.ID}
}

// fieldOf names the field that carries a room or a user in e.
func fieldOf(e *live.Event, name string) string {
	if e.Dialogue != "" {
		return "dialogue"
	}
	return name
}
