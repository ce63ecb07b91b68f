package actors

import (
	"time"

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
// actor, and must not block; never when the House stops before. The error is ErrBarred, and then done is not called.
func (h *House) UserView(k live.UserKey, done func(UserView)) error {
	if !h.users.tell(k, &viewUser{done: done}, h.now().UnixMilli()) {
		return ErrBarred
	}
	return nil
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
		v.Turns = append(v.Turns, *t)
	}
	for a := range s.answered.all {
		if b := a.block(); b != 0 && (len(v.Blocks) == 0 || v.Blocks[len(v.Blocks)-1] != b) {
			v.Blocks = append(v.Blocks, b)
		}
	}
	return v
}

// Bar keeps a user out of memory from now on: an actor that is there may leave, and none comes to be, whoever asks for one, so that
// nothing read back of him is stored anew. It is for one user at a time, until lift.
func (h *House) Bar(k live.UserKey) (lift func()) {
	h.users.bar.Store(&k)
	return func() { h.users.bar.Store(nil) }
}

// Has tells whether a user's actor is in memory.
func (h *House) Has(k live.UserKey) bool { return h.users.has(k) }

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
