package actors

import (
	"slices"

	"liveroom/engine/live"
)

// RoomState decides, for one room, which of many equal public questions is answered and which join that answer. It is
// a pure state machine like UserState. It holds at most as many askers as the House admits messages.
type RoomState struct {
	freshFor int64 // milliseconds
	topics   map[Topic]*shared
}

// shared is the answer to one topic: on its way while reply is "", fresh until then.
type shared struct {
	first   AskerID
	since   int64  // when the first was ruled, Unix milliseconds
	version uint64 // of the product's stock when it was asked for
	counts  uint64 // of the room's counts when it was asked for
	counted bool   // the answer says counts
	reply   live.ReplyID
	until   int64 // Unix milliseconds
	waiting []Asker
}

// AskerID is one public question of one user, unlike any other for the life of the process.
type AskerID struct {
	User        live.UserKey
	Incarnation uint64
	Seq         uint64
}

// Asker is one public question that waits for a ruling.
type Asker struct {
	AskerID
	Topic Topic
	// Version and Counts are the versions of the product's published stock and of the room's published counts when the
	// question arrived; an answer that says an older figure does not serve it.
	Version, Counts uint64
}

// RoomEffect is a ruling to be sent to an asker.
type RoomEffect struct {
	Asker  Asker
	Ruling Ruling
	Joined live.ReplyID
}

// NewRoomState returns the state of a room in which nobody has asked yet; an answer stays fresh for freshFor
// milliseconds.
func NewRoomState(freshFor int64) RoomState {
	return RoomState{freshFor: freshFor, topics: make(map[Topic]*shared)}
}

// Ask takes a public question: the first is to be answered, others wait for that answer or join it while it is fresh.
func (s *RoomState) Ask(now int64, a Asker, out []RoomEffect) []RoomEffect {
	t := s.topics[a.Topic]
	switch {
	case t != nil && t.reply == "":
		t.waiting = append(t.waiting, a)
		return out
	case t != nil && now < t.until && a.Version == t.version && (!t.counted || a.Counts == t.counts):
		return append(out, RoomEffect{Asker: a, Ruling: RuledJoin, Joined: t.reply})
	}
	s.topics[a.Topic] = &shared{first: a.AskerID, since: now, version: a.Version, counts: a.Counts}
	return append(out, RoomEffect{Asker: a, Ruling: RuledFirst})
}

// Answer is how an asker's answer to a topic ended.
type Answer struct {
	Asker AskerID
	Topic Topic
	Reply live.ReplyID // "" when there is none
	// Counted tells that the answer says the room's counts.
	Counted bool
}

// Answered takes the end of an asker's answer. When it was the first: with a reply, those who waited join it unless a
// figure it says has changed since; without one, or for those, the next in line becomes the first. An asker who only
// waited leaves the line.
func (s *RoomState) Answered(now int64, a Answer, out []RoomEffect) []RoomEffect {
	t := s.topics[a.Topic]
	if t == nil || t.reply != "" {
		return out
	}
	if t.first != a.Asker {
		t.waiting = slices.DeleteFunc(t.waiting, func(w Asker) bool { return w.AskerID == a.Asker })
		return out
	}
	return s.release(now, a.Topic, a.Reply, a.Counted, out)
}

func (s *RoomState) release(now int64, topic Topic, reply live.ReplyID, counted bool, out []RoomEffect) []RoomEffect {
	t := s.topics[topic]
	waiting := t.waiting
	t.waiting = nil
	if reply == "" {
		delete(s.topics, topic)
	} else {
		t.reply, t.until, t.counted = reply, now+s.freshFor, counted
	}
	for _, w := range waiting {
		out = s.Ask(now, w, out)
	}
	return out
}

// firstPatience is how long a room waits for its first asker, in milliseconds. Every answer ends long before; this
// keeps a topic from being lost should one not.
const firstPatience = 30_000

// Tick forgets answers that are fresh no more, and first askers that were never heard of again.
func (s *RoomState) Tick(now int64, out []RoomEffect) []RoomEffect {
	for topic, t := range s.topics {
		switch {
		case t.reply != "" && now >= t.until:
			delete(s.topics, topic)
		case t.reply == "" && now-t.since > firstPatience:
			out = s.release(now, topic, "", false, out)
		}
	}
	return out
}

// Busy tells whether an answer is on its way.
func (s *RoomState) Busy() bool {
	for _, t := range s.topics {
		if t.reply == "" {
			return true
		}
	}
	return false
}
