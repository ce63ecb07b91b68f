package actors

import (
	"time"

	"liveroom/engine/live"
)

// Arrival is an event on its way into a user actor, with where it came from.
type Arrival struct {
	Event    *live.Event
	Session  live.SessionID
	Received int64 // Unix milliseconds
	Deadline int64 // Unix milliseconds
	Redriven bool  // acknowledged before, and brought back from the journal
	Stale    bool  // redriven too late to be worth an answer
	Refused  bool  // over the bounds of the House: taken only when it repeats what is known
	posted   time.Time
	died     int64 // of a dead letter that is replayed: when it died, Unix milliseconds
}

// ours marks our messages, so that the actor runtime leaves dead letters among them to House.reroute: they are counted
// there, and a late reading that finds its actor gone is no news.
type ours struct{}

// IgnoreDeadLetterLogging implements the actor runtime's interface of that name.
func (ours) IgnoreDeadLetterLogging() {}

// What actors exchange. A message is immutable once sent.
type (
	// arrived brings an event to its user.
	arrived struct {
		ours
		Arrival
		rerouted bool
	}
	// wasRead brings a reading back; incarnation and seq say for what.
	wasRead struct {
		ours
		incarnation, seq uint64
		reading          *live.Reading
		asked            time.Time
	}
	// ruled brings a room's ruling back.
	ruled struct {
		ours
		asker  AskerID
		ruling Ruling
		joined live.ReplyID
		reason live.Reason // of RuledQuiet
		topic  Topic
	}
	// restored brings what storage holds of a user.
	restored struct {
		ours
		incarnation uint64
		state       []byte
		tail        []live.Record
		err         error
	}
	// commitFailed says that records of this incarnation were lost. One that was to be acknowledged is named: nothing is held
	// of it, and its sender need not wait until the user has reloaded.
	commitFailed struct {
		ours
		incarnation uint64
		err         error
		refused     *live.Event
	}
	// settled says that every record of earlier incarnations is durable or lost.
	settled struct {
		ours
		incarnation uint64
		ordered     bool // the journal took the barrier into its order; without, nothing is known yet
	}
	// saved says that the snapshot of this incarnation is durable.
	saved struct {
		ours
		incarnation uint64
		err         error
	}
	// tick lets an actor look after what is overdue; idle says that it may leave memory.
	tick struct {
		ours
		idle bool
	}
	// woken lets a user look again at a message that waited for another line.
	woken struct {
		ours
		incarnation uint64
	}
	// seatGone tells a user that the seat which took the dialogue at a time is gone for longer than it may be.
	seatGone struct {
		ours
		seat  live.SessionID
		since time.Time
	}
	// describe asks an actor for its state, as text for people.
	describe struct {
		ours
		reply chan<- string
	}

	// asked brings a public question to its room.
	asked struct {
		ours
		Asker
	}
	// released tells a room how an asker's answer ended.
	released struct {
		ours
		Answer
	}
	// attended tells a room that a person has taken a dialogue of it or spoken in one.
	attended struct{ ours }
	// setting brings a fact that changes a room's settings; the room stamps it and makes it durable.
	setting struct {
		ours
		event live.Event
		done  func(error)
	}
	// settingKept says that a setting is durable, or lost.
	settingKept struct {
		ours
		event *live.Event
		err   error
		done  func(error)
	}
	// viewRoom asks a room for what it is about.
	viewRoom struct {
		ours
		done func(RoomView)
	}
)
