package actors

import (
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"liveroom/actors/dialogue"
	"liveroom/engine/live"
)

// UserView is one moment of a user's dialogue.
type UserView struct {
	Restoring bool // storage is being read; nothing else is known yet
	Turns     []Turn
	Talk      dialogue.State
	Mood      Mood
	Seat      string         // who has taken the dialogue, "" when the engine answers
	Session   live.SessionID // the link of the user's latest private message, "" for none
	Pending   int            // messages on their way
	Restless  bool           // something waits for time to pass
	Broken    bool           // what arrives is refused until the next look
	Blocks    []uint64       // of the journal, that hold how its latest messages ended; the oldest first, each once
}

// UserView asks a user for its dialogue; an actor that is not in memory is brought back. done is called once, from the
// actor, and must not block; never when the House stops before.
func (h *House) UserView(k live.UserKey, done func(UserView)) {
	h.users.tell(k, &viewUser{done: done}, h.now().UnixMilli())
}

// viewUser asks a user for its dialogue.
type viewUser struct {
	ours
	done func(UserView)
}

func (u *user) view(now time.Time) UserView {
	if u.mode == modeRestoring || u.mode == modeSettling {
		return UserView{Restoring: true}
	}
	s := &u.state
	v := UserView{Talk: s.talk, Mood: s.mood, Seat: s.seat, Session: s.session, Pending: len(s.pending), Broken: u.mode == modeBroken, Restless: u.busy()}
	v.Talk.Slots.Product = s.talk.Product(now.UnixMilli())
	for t := range s.turns.all {
		v.Turns = append(v.Turns, t)
	}
	for _, a := range s.answered {
		if b := a.block(); b != 0 && (len(v.Blocks) == 0 || v.Blocks[len(v.Blocks)-1] != b) {
			v.Blocks = append(v.Blocks, b)
		}
	}
	return v
}

// Deed is what a person may do to one actor.
type Deed uint8

// The deeds.
const (
	// Restart has its supervisor restart it: what it has not made durable is shed, and the rest read back.
	Restart Deed = iota + 1
	// Passivate has it save its state and leave memory, unless something is under way.
	Passivate
)

// ParseDeed returns the deed of a name, or 0.
func ParseDeed(name string) Deed {
	switch name {
	case "restart":
		return Restart
	case "passivate":
		return Passivate
	}
	return 0
}

// Touch does a deed to the actor of a user, or of the room when k names no user. It tells whether the actor is in memory;
// the deed is done when its turn comes.
func (h *House) Touch(k live.UserKey, d Deed) bool {
	if k.User == "" {
		return touch(h.rooms, k.Room, d)
	}
	return touch(h.users, k, d)
}

func touch[K comparable](d *directory[K], key K, deed Deed) bool {
	s := d.at(key)
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.cells[key]
	if c == nil {
		return false
	}
	if deed == Restart {
		c.post(&restartAsked{})
	} else {
		c.post(&tick{idle: true})
	}
	return true
}

// restartAsked has an actor fail, so that its supervisor restarts it.
type restartAsked struct{ ours }

// restartOnDemand panics: that is how an actor asks its supervisor for a restart.
func restartOnDemand(ctx actor.Context) {
	panic("restart of " + ctx.Self().Id + " asked for by a person")
}

// ActorOf returns the status of one actor, false when it is not in memory.
func (h *House) ActorOf(k live.UserKey) (Status, bool) {
	if k.User == "" {
		c := h.rooms.find(k.Room)
		if c == nil {
			return Status{}, false
		}
		s := status("room", c)
		s.Room = k.Room
		return s, true
	}
	c := h.users.find(k)
	if c == nil {
		return Status{}, false
	}
	s := status("user", c)
	s.Room, s.User = k.Room, k.User
	return s, true
}
