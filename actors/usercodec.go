package actors

import (
	"encoding/json"
	"fmt"

	"liveroom/actors/dialogue"
	"liveroom/engine/live"
)

// savedVersion is the version of the saved user state. No earlier one was ever released.
const savedVersion = 2

// savedUser is a user's state as it is stored: whole in a snapshot, without turns and ids beside each closed record,
// which carry them.
type savedUser struct {
	V        int            `json:"v"`
	Talk     []byte         `json:"talk,omitempty"` // as dialogue.State.Append writes it
	Mood     Mood           `json:"mood,omitempty"`
	Seat     string         `json:"seat,omitempty"`
	Session  live.SessionID `json:"session,omitempty"`
	Turns    []savedTurn    `json:"turns,omitempty"`
	Answered [][2]uint64    `json:"answered,omitempty"` // id, place
}

type savedTurn struct {
	At     int64  `json:"at"`
	Text   string `json:"text,omitempty"`
	Intent string `json:"intent,omitempty"`
	Answer string `json:"answer,omitempty"`
	Waits  bool   `json:"waits,omitempty"`
}

// snapshot returns the whole state for storage. Nothing may be pending: what is pending is in the journal.
func (s *UserState) snapshot() ([]byte, error) {
	v := savedUser{V: savedVersion, Talk: s.talk.Append(nil), Mood: s.mood, Seat: s.seat, Session: s.session}
	for t := range s.turns.all {
		v.Turns = append(v.Turns, savedTurn{At: t.At, Text: t.Text, Intent: t.Intent.String(), Answer: t.Answer, Waits: t.Waits})
	}
	for a := range s.answered.all {
		v.Answered = append(v.Answered, [2]uint64{a.id, uint64(a.place)})
	}
	b, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("save state of user %q: %w", s.key.User, err)
	}
	return b, nil
}

// moodScale is the parts of one step of mood that a context keeps.
const moodScale = 50

// contextRoom is about what a context takes, in bytes.
const contextRoom = 112

// appendContext appends what a closed record must carry beside itself: slots and counters. Hot path: one per message,
// guarded by TestAllocationsOfAUserStep.
func (s *UserState) appendContext(dst []byte) []byte {
	dst = append(dst, savedVersion, byte(s.mood*moodScale))
	dst = appendShort(dst, s.seat)
	dst = appendShort(dst, string(s.session))
	return s.talk.Append(dst)
}

// appendShort appends a string of at most 255 bytes, as all identities are, with a length byte before it.
func appendShort(dst []byte, s string) []byte { return append(append(dst, byte(len(s))), s...) }

func (s *UserState) readContext(b []byte) error {
	if len(b) < 3 || b[0] != savedVersion {
		return fmt.Errorf("saved context of user %q: %d bytes, not of version %d", s.key.User, len(b), savedVersion)
	}
	mood, rest := Mood(b[1])/moodScale, b[2:]
	seat, rest, _ := cutShort(rest)
	session, rest, ok := cutShort(rest)
	if !ok {
		return fmt.Errorf("saved context of user %q: cut off after %d bytes", s.key.User, len(b))
	}
	talk, _, err := dialogue.Read(rest)
	if err != nil {
		return fmt.Errorf("saved context of user %q: %w", s.key.User, err)
	}
	s.mood, s.talk, s.seat, s.session = mood, talk, string(seat), live.SessionID(session)
	return nil
}

// cutShort cuts a string with a length byte before it off b.
func cutShort(b []byte) (head, rest []byte, ok bool) {
	if len(b) == 0 || len(b) < 1+int(b[0]) {
		return nil, nil, false
	}
	return b[1 : 1+int(b[0])], b[1+int(b[0]):], true
}

// restore rebuilds the state from a snapshot, nil for none, and the records after it. It returns the accepted records
// that have not been closed, in order: they are to be redriven.
func (s *UserState) restore(state []byte, tail []live.Record) ([]live.Record, error) {
	if state != nil {
		if err := s.readSnapshot(state); err != nil {
			return nil, err
		}
	}
	var open []live.Record
	for _, r := range tail {
		switch r.Kind {
		case live.RecordAccepted:
			open = append(open, r)
		case live.RecordClosed:
			accepted := takeOpen(&open, r.Key)
			if err := s.replay(r, accepted); err != nil {
				return nil, err
			}
		case live.RecordSnapshot, live.RecordFact:
		}
	}
	return open, nil
}

func (s *UserState) readSnapshot(state []byte) error {
	var v savedUser
	if err := json.Unmarshal(state, &v); err != nil {
		return fmt.Errorf("saved state of user %q: %w", s.key.User, err)
	}
	if v.V != savedVersion {
		return fmt.Errorf("saved state of user %q: version %d, want %d", s.key.User, v.V, savedVersion)
	}
	talk, _, err := dialogue.Read(v.Talk)
	if err != nil {
		return fmt.Errorf("saved state of user %q: %w", s.key.User, err)
	}
	s.talk, s.mood, s.seat, s.session = talk, max(1, v.Mood), v.Seat, v.Session
	for _, t := range v.Turns {
		s.turns.add(Turn{At: t.At, Text: t.Text, Intent: live.ParseIntent(t.Intent), Answer: t.Answer, Waits: t.Waits})
	}
	for _, a := range v.Answered {
		s.answered.add(answered{a[0], place(a[1])})
	}
	s.answered.pack(len(s.answered.fresh))
	return nil
}

// replay applies a closed record to the state.
func (s *UserState) replay(r live.Record, accepted *live.Record) error {
	s.remember(r.Received, r.Key)
	s.committed(hashKey(r.Key), r.Block)
	if err := s.readContext(r.State); err != nil {
		return err
	}
	switch {
	case r.Key.Type == live.GiveBack && accepted == nil:
		s.turns.heard()
		return nil
	case r.Key.Type == live.Take:
		return nil
	}
	turn := Turn{At: r.Received, Waits: r.Reason == live.BecauseHumanActive}
	if accepted != nil {
		turn.Text = accepted.Event.Text
	}
	if r.Outcome.Answers() {
		var frame struct{ Text, Script, Intent string }
		if err := json.Unmarshal(r.Frame, &frame); err != nil {
			return fmt.Errorf("stored reply to %q: %w", r.Key.ID, err)
		}
		turn.Answer, turn.Intent = frame.Script, live.ParseIntent(frame.Intent)
		if r.Key.Type == live.Say {
			turn.Answer = frame.Text
			s.turns.heard()
		}
	}
	if r.Key.Type == live.GiveBack {
		if turn.Waits {
			s.turns.wait(turn.Text)
		} else if r.Outcome.Answers() {
			s.turns.answer(turn.Text, turn.Answer, turn.Intent)
		}
		return nil
	}
	if r.Outcome != live.Shed && r.Reason != live.BecauseChatter {
		s.turns.add(turn)
	}
	return nil
}

func takeOpen(open *[]live.Record, key live.EventKey) *live.Record {
	for i, r := range *open {
		if r.Event.Key() == key {
			*open = append((*open)[:i:i], (*open)[i+1:]...)
			return &r
		}
	}
	return nil
}
