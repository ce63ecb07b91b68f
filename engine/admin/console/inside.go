package console

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"liveroom/engine/live"
)

// Handled is one message that an actor has handled. It holds nothing that a person wrote.
type Handled struct {
	At     int64        `json:"at"`
	Kind   string       `json:"kind" doc:"the type of an event, or what the parts exchange"`
	ID     live.EventID `json:"id,omitempty" doc:"of an event"`
	Note   string       `json:"note,omitempty" doc:"an intent or a ruling that it brought"`
	WaitUs *int64       `json:"wait_us,omitempty" doc:"in the mailbox, microseconds; left out when not known"`
	TookUs int64        `json:"took_us"`
}

// ActorLive is one actor while somebody looks at it.
type ActorLive struct {
	Actor
	Latest []Handled `json:"latest" doc:"messages since somebody looks, the latest first; 64 at most"`
}

// Owner is a part that owns something which actors ask for, as it stands in the tree.
type Owner struct {
	Name    string  `json:"name" enum:"ledger,desk,reader,book"`
	Figures []Count `json:"figures"`
}

// Branch is what is told of all actors below a place of the tree.
type Branch struct {
	Rooms    int     `json:"rooms"`
	Users    int     `json:"users"`
	Mailbox  int64   `json:"mailbox"`
	Rate     float64 `json:"rate"`
	Restarts uint64  `json:"restarts"`
}

// Tree is the house with what it owns and its rooms; the users of a room are asked for as actors of that room.
type Tree struct {
	House  Branch        `json:"house"`
	Owners []Owner       `json:"owners"`
	Rooms  Page[RoomRow] `json:"rooms"`
}

// tree returns the house, with the rooms that are wanted.
func (c *Console) tree(now time.Time, see sight, q Query) (Tree, error) {
	rows := c.rooms(now, see)
	t := Tree{Owners: c.from.Inside.Owners()}
	for i := range rows {
		r := &rows[i]
		t.House.Rooms++
		t.House.Users += r.Users
		t.House.Mailbox += r.Mailbox
		t.House.Rate += r.Rate
		t.House.Restarts += r.Restarts
	}
	var err error
	t.Rooms, err = roomSheet.page(rows, q, nil)
	return t, err
}

// Letter is a dead letter: a message that no actor took.
type Letter struct {
	ID         uint64       `json:"id"`
	At         int64        `json:"at"`
	Kind       string       `json:"kind"`
	Reason     string       `json:"reason" enum:"gone,rerouted,restarts,storage,lost,forgotten"`
	Target     string       `json:"target,omitempty" doc:"the actor, when it is neither a user nor a room"`
	Room       live.RoomID  `json:"room,omitempty"`
	User       live.UserID  `json:"user,omitempty"`
	Event      live.EventID `json:"event,omitempty"`
	Replayable bool         `json:"replayable" doc:"it may be routed again, once"`
	Replayed   int64        `json:"replayed,omitempty" doc:"when it was"`
}

var letterSheet = sheet[Letter]{
	first: "at",
	columns: map[string]column[Letter]{
		"at":       byNumber(func(l *Letter) int64 { return l.At }),
		"kind":     byWord(func(l *Letter) string { return l.Kind }),
		"reason":   byWord(func(l *Letter) string { return l.Reason }),
		"room":     byWord(func(l *Letter) string { return string(l.Room) }),
		"user":     byWord(func(l *Letter) string { return string(l.User) }),
		"replayed": byNumber(func(l *Letter) int64 { return l.Replayed }),
	},
	match: func(l *Letter, word string) bool {
		return contains(word, string(l.Room), string(l.User), string(l.Event), l.Kind, l.Reason, l.Target)
	},
	tie: func(a, b *Letter) int { return int(int64(b.ID) - int64(a.ID)) },
}

func (c *Console) letterPage(see sight, q Query) (Page[Letter], error) {
	return letterSheet.page(c.from.Letters.List(), q, func(l *Letter) bool { return see.shows(l.Room) })
}

// showActor opens the view of one actor, and has its messages kept until it is closed.
func (c *Console) showActor(k live.UserKey, open func(func(time.Time) (any, error)) (func(), error)) (func(), error) {
	stop, err := open(func(time.Time) (any, error) {
		a, latest, err := c.from.Inside.Latest(k)
		return ActorLive{a, latest}, err
	})
	if err != nil {
		return nil, err
	}
	unwatch := c.from.Inside.Watch(k)
	return func() {
		unwatch()
		stop()
	}, nil
}

// insides are the routes of the tree and of dead letters.
func (c *Console) insides(api huma.API) {
	operation(c, api, StatusRead, "GET", "/v1/tree", "The house with what it owns and its rooms", func(ctx context.Context, q *Query) (Tree, error) {
		return c.tree(time.Now(), c.sightOf(ctx), *q)
	})
	operation(c, api, StatusRead, "GET", "/v1/letters", "Messages that no actor took, the latest first", func(ctx context.Context, q *Query) (Page[Letter], error) {
		return c.letterPage(c.sightOf(ctx), *q)
	})
	operation(c, api, ActorManage, "POST", "/v1/letters/{id}/replay", "Route a dead letter again, once; what was answered meanwhile gets no second outcome", func(_ context.Context, in *struct {
		ID uint64 `path:"id"`
	},
	) (Done, error) {
		err := c.from.Letters.Replay(in.ID)
		return Done{err == nil}, err
	})
	operation(c, api, RoomSay, "POST", "/v1/rooms/{room}/say", "Say something to a whole room in the name of a person", func(ctx context.Context, in *struct {
		Room live.RoomID `path:"room" maxLength:"128"`
		Body struct {
			Text string `json:"text" minLength:"1" maxLength:"500"`
		}
	},
	) (Done, error) {
		if !c.known(in.Room) {
			return Done{}, fmt.Errorf("%w: room %.128q", ErrUnknown, string(in.Room))
		}
		text := strings.TrimSpace(in.Body.Text)
		if text == "" {
			return Done{}, inputError("text: what is to be said is missing")
		}
		err := c.from.Rooms.Say(ctx, in.Room, text)
		return Done{err == nil}, err
	})
}
