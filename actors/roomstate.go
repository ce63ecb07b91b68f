package actors

import (
	"slices"

	"liveroom/engine/live"
)

// RoomState decides, for one room, what becomes of public questions: which of many equal ones is answered and which
// join that answer, which get none, when a burst of them is closed by one reply to all, and what the host is shown. It
// is a pure state machine like UserState. It holds at most as many askers as the House admits messages, maxTopics
// answers and subjects, and maxHeard people.
//
// Hot path: guarded by BenchmarkRoomAsk and TestAllocationsOfARoomStep.
type RoomState struct {
	rules RoomRules
	mode  live.RoomMode
	muted map[live.UserID]int64 // until when, Unix milliseconds

	answers   recents[shared]
	answering int // of answers, those on their way
	subjects  recents[crowd]
	large     int // of subjects, those with a burst that is to be closed when it ends
	heard     int // people remembered in all subjects
	public    publicCap

	nextClosing int64 // no closing reply before, Unix milliseconds
	nextFeed    int64 // no host feed before, Unix milliseconds
	fed         bool  // the latest feed named topics
}

// RoomRules are the bounds and times of a room, in milliseconds; see Config.
type RoomRules struct {
	FreshFor, FreshMax int64
	ClosingAskers      int
	ClosingEvery       int64
	PublicPerMinute    int
}

// shared is the answer to one topic: on its way while answering, then fresh for a while.
type shared struct {
	answering bool
	suggested bool   // it went to the seats
	first     Asker  // who is to answer
	since     int64  // when the first was ruled, Unix milliseconds
	version   uint64 // of the product's stock when it was asked for
	counts    uint64 // of the room's counts when it was asked for
	counted   bool   // the answer says counts
	reply     live.ReplyID
	said      int64 // when it was answered, Unix milliseconds
	waiting   []Asker
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

	joined bool // it is this question that counted its user into the burst
}

// RoomEffect is a ruling to be sent to an asker.
type RoomEffect struct {
	Asker  Asker
	Ruling Ruling
	Joined live.ReplyID // of RuledJoin
	Reason live.Reason  // of RuledQuiet
}

// NewRoomState returns the state of a room in which nobody has asked yet.
func NewRoomState(rules RoomRules) RoomState {
	return RoomState{
		rules: rules, mode: live.RoomAuto, answers: newRecents[shared](), subjects: newRecents[crowd](),
		public: publicCap{limit: rules.PublicPerMinute},
	}
}

// subject is what a topic is counted under: the size and colour asked for make no difference to the room.
func (t Topic) subject() Topic { return Topic{Intent: t.Intent, Product: t.Product} }

// Ask takes a public question: the first is to be answered, others wait for that answer or join it while it is fresh.
// In a room that is paused or says only so much a minute, and from a user who is muted, it gets no answer.
func (s *RoomState) Ask(now int64, a Asker, out []RoomEffect) []RoomEffect {
	if !s.isMuted(now, a.User.User) && wantsAnswer(a.Topic.Intent) { // no question is shown to the host as one
		s.crowdOf(a.Topic).hear(now, personOf(a.User.User), &s.heard)
	}
	return s.rule(now, a, out)
}

// crowdOf returns who asks about a topic.
func (s *RoomState) crowdOf(t Topic) *crowd {
	return s.subjects.use(t.subject(), func(c *crowd) bool {
		s.enough(c)
		s.heard -= len(c.people)
		return true
	})
}

// rule decides about a question, be it new or one that has waited in vain.
func (s *RoomState) rule(now int64, a Asker, out []RoomEffect) []RoomEffect {
	t := s.answers.find(a.Topic)
	switch {
	case s.isMuted(now, a.User.User):
		return s.quiet(a, live.BecauseMuted, out)
	case s.mode == live.RoomPaused:
		return s.quiet(a, live.BecausePaused, out)
	case t != nil && t.answering:
		s.join(now, &a)
		t.waiting = append(t.waiting, a)
		return out
	case t != nil && s.serves(now, t, &a):
		if t.suggested {
			return s.quiet(a, live.BecauseSuggested, out)
		}
		s.join(now, &a)
		s.answered(a.Topic)
		return append(out, RoomEffect{Asker: a, Ruling: RuledJoin, Joined: t.reply})
	case s.mode == live.RoomSuggest:
		s.part(&a)
		if t = s.remember(now, a); t != nil {
			t.suggested, t.said = true, now
		}
		return append(out, RoomEffect{Asker: a, Ruling: RuledSuggest, Reason: live.BecauseSuggested})
	case !s.public.answer(now):
		return s.quiet(a, live.BecauseRate, out)
	}
	s.join(now, &a)
	if t = s.remember(now, a); t != nil {
		t.answering = true
		s.answering++
	}
	return append(out, RoomEffect{Asker: a, Ruling: RuledFirst})
}

// remember starts an answer; nil when as many are on their way as the room remembers, and this one goes alone.
func (s *RoomState) remember(now int64, a Asker) *shared {
	t := s.answers.use(a.Topic, func(t *shared) bool { return !t.answering })
	if t != nil {
		*t = shared{first: a, since: now, version: a.Version, counts: a.Counts}
	}
	return t
}

// serves tells whether an answer that has been given serves an asker.
func (s *RoomState) serves(now int64, t *shared, a *Asker) bool {
	return s.fresh(now, t, a.Topic) && a.Version == t.version && (!t.counted || a.Counts == t.counts)
}

// The rates of new askers, by the second, from which on an answer stays fresh longer, and at which it does so longest.
const (
	calmRate  = 1
	stormRate = 10
)

// fresh tells whether an answer is recent, the longer the more ask.
func (s *RoomState) fresh(now int64, t *shared, about Topic) bool {
	since := now - t.said
	switch {
	case since < s.rules.FreshFor:
		return true
	case since >= s.rules.FreshMax:
		return false
	}
	c := s.subjects.find(about.subject())
	if c == nil {
		return false
	}
	storm := (min(c.rate(now), stormRate) - calmRate) / (stormRate - calmRate)
	return float64(since-s.rules.FreshFor) < storm*float64(s.rules.FreshMax-s.rules.FreshFor)
}

// quiet rules that a question gets no answer.
func (s *RoomState) quiet(a Asker, why live.Reason, out []RoomEffect) []RoomEffect {
	s.part(&a)
	return append(out, RoomEffect{Asker: a, Ruling: RuledQuiet, Reason: why})
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
	t := s.answers.find(a.Topic)
	if t == nil || !t.answering {
		return out
	}
	if t.first.AskerID == a.Asker {
		return s.release(now, t, a.Reply, a.Counted, out)
	}
	if i := slices.IndexFunc(t.waiting, func(w Asker) bool { return w.AskerID == a.Asker }); i >= 0 {
		s.part(&t.waiting[i])
		t.waiting = slices.Delete(t.waiting, i, i+1)
	}
	return out
}

// release ends the wait for an answer.
func (s *RoomState) release(now int64, t *shared, reply live.ReplyID, counted bool, out []RoomEffect) []RoomEffect {
	waiting, first := t.waiting, t.first
	t.waiting, t.answering = nil, false
	s.answering--
	if reply == "" {
		s.public.giveBack(t.since)
		s.part(&first)
		s.answers.drop(first.Topic)
	} else {
		t.reply, t.said, t.counted = reply, now, counted
		s.answered(first.Topic)
	}
	for _, w := range waiting {
		out = s.rule(now, w, out)
	}
	return out
}

// firstPatience is how long a room waits for its first asker, in milliseconds. Every answer ends long before; this
// keeps a topic from being lost should one not.
const firstPatience = 30_000

// Tick forgets answers that are fresh no more, first askers that were never heard of again, and subjects that nobody
// has asked about for a minute.
func (s *RoomState) Tick(now int64, out []RoomEffect) []RoomEffect {
	s.answers.each(func(n *recent[shared]) bool {
		switch t := &n.value; {
		case t.answering && now-t.since > firstPatience:
			out = s.release(now, t, "", false, out)
		case !t.answering && !s.fresh(now, t, n.topic):
			s.answers.forget(n)
		}
		return true
	})
	s.subjects.each(func(n *recent[crowd]) bool {
		c := &n.value
		if c.open && c.ended(now) && (c.count < s.rules.ClosingAskers || now-c.last > worthClosing) {
			s.enough(c)
		}
		if !c.open && c.asking(now) == 0 {
			s.heard -= len(c.people)
			s.subjects.forget(n)
		} else {
			c.tidy(now, &s.heard)
		}
		return true
	})
	return out
}

// Stop has everybody who waits for an answer answer for himself: nobody is there to tell them of it.
func (s *RoomState) Stop(out []RoomEffect) []RoomEffect {
	s.answers.each(func(n *recent[shared]) bool {
		for _, w := range n.value.waiting {
			out = append(out, RoomEffect{Asker: w, Ruling: RuledFirst})
		}
		n.value.waiting = nil
		return true
	})
	return out
}

// Busy tells whether an answer is on its way, or a burst runs that is to be closed.
func (s *RoomState) Busy() bool { return s.answering > 0 || s.large > 0 }

// Restless tells whether time alone will change something.
func (s *RoomState) Restless() bool {
	return s.Busy() || len(s.answers.nodes) > 0 || len(s.subjects.nodes) > 0 || s.fed
}
