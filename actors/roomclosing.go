package actors

import "liveroom/engine/live"

// Closing is one reply that speaks to all who asked the same in a burst that has ended.
type Closing struct {
	Topic  Topic // of no size or colour
	Askers int   // different people who were answered or joined an answer
	Start  int64 // when the burst began, Unix milliseconds
}

// worthClosing is how long after its latest new asker a burst is still worth a closing reply, in milliseconds.
const worthClosing = 30_000

// Closing returns the closing reply that is due, if any: for the largest burst that has ended, when the room may speak.
// Each burst is closed at most once.
func (s *RoomState) Closing(now int64) (due Closing, ok bool) {
	if s.large == 0 || s.mode != live.RoomAuto || now < s.nextClosing {
		return due, false
	}
	var of *crowd
	s.subjects.each(func(n *recent[crowd]) bool {
		c := &n.value
		if c.open && c.answered && c.count > due.Askers && c.count >= s.rules.ClosingAskers && c.ended(now) && !s.awaited(n.topic) {
			of, due = c, Closing{Topic: n.topic, Askers: c.count, Start: c.start}
		}
		return true
	})
	if of == nil || !s.public.closing(now) {
		return Closing{}, false
	}
	s.enough(of)
	s.nextClosing = now + s.rules.ClosingEvery
	return due, true
}

// awaited tells whether an answer about a subject is on its way.
func (s *RoomState) awaited(subject Topic) (found bool) {
	if s.answering > 0 {
		s.answers.each(func(n *recent[shared]) bool {
			found = n.value.answering && n.topic.subject() == subject
			return !found
		})
	}
	return found
}

// join counts the user of a question into the burst that runs.
func (s *RoomState) join(now int64, a *Asker) {
	c := s.subjects.find(a.Topic.subject())
	if c == nil {
		return
	}
	if c.join(now, personOf(a.User.User), s.rules.ClosingAskers) {
		a.joined = true
		if c.count == s.rules.ClosingAskers {
			s.large++
		}
	}
}

// answered notes that somebody got an answer, or joined one.
func (s *RoomState) answered(t Topic) {
	if c := s.subjects.find(t.subject()); c != nil {
		c.answered = true
	}
}

// part takes the user of a question that counted it out of the burst.
func (s *RoomState) part(a *Asker) {
	c := s.subjects.find(a.Topic.subject())
	if c == nil || !a.joined {
		return
	}
	a.joined = false
	before := c.count
	if c.part(personOf(a.User.User)); before >= s.rules.ClosingAskers && c.count < s.rules.ClosingAskers {
		s.large--
	}
}

// enough ends a burst.
func (s *RoomState) enough(c *crowd) {
	if c.open && c.count >= s.rules.ClosingAskers {
		s.large--
	}
	c.end()
}

// Attended takes note that a person has spoken or taken a dialogue in the room: bursts that run get no closing reply.
func (s *RoomState) Attended() {
	s.subjects.each(func(n *recent[crowd]) bool {
		s.enough(&n.value)
		return true
	})
}
