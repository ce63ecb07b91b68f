package actors

import "liveroom/engine/live"

// RoomState decides, for one room, which of many equal public questions is answered and which join that answer. It is
// a pure state machine like UserState. It holds at most as many askers as the House admits messages.
type RoomState struct {
	freshFor int64 // milliseconds
	topics   map[Topic]*shared
}

// shared is the answer to one topic: on its way while waiting is not nil or reply is "", fresh until then.
type shared struct {
	version uint64 // of the product's stock when it was asked for
	counts  uint64 // of the room's counts when it was asked for
	counted bool   // the answer says counts
	reply   live.ReplyID
	until   int64 // Unix milliseconds
	waiting []Asker
}

// Asker is one public question that waits for a ruling.
type Asker struct {
	User        live.UserKey
	Incarnation uint64
	Seq         uint64
	Topic       Topic
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
	s.topics[a.Topic] = &shared{version: a.Version, counts: a.Counts}
	return append(out, RoomEffect{Asker: a, Ruling: RuledFirst})
}

// Answered takes the end of a first asker's answer: with a reply, those who waited join it unless a figure it
// says has changed since; without one, or for those, the next in line becomes the first. counted tells that the answer
// says the room's counts.
func (s *RoomState) Answered(now int64, topic Topic, reply live.ReplyID, counted bool, out []RoomEffect) []RoomEffect {
	t := s.topics[topic]
	if t == nil || t.reply != "" {
		return out
	}
	waiting := t.waiting
	t.waiting = nil
	if reply == "" {
		delete(s.topics, topic)
	} else {
		t.reply, t.until, t.counted = reply, now+s.freshFor, counted
	}
	for _, a := range waiting {
		out = s.Ask(now, a, out)
	}
	return out
}

// Tick forgets answers that are fresh no more.
func (s *RoomState) Tick(now int64) {
	for topic, t := range s.topics {
		if t.reply != "" && now >= t.until {
			delete(s.topics, topic)
		}
	}
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
