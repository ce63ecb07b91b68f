package actors

import (
	"fmt"
	"reflect"
	"testing"

	"liveroom/engine/live"
)

// TestAStepIsTakenBack has the state as before whatever a step changed, in place or not.
func TestAStepIsTakenBack(t *testing.T) {
	for _, held := range []int{0, 1, 3, maxTurns - 1, maxTurns, maxTurns + 3} {
		s := NewUserState(live.UserKey{Room: "room", User: "u"}, 8)
		for i := range held {
			s.turns.add(Turn{At: int64(i), Text: fmt.Sprint("turn ", i)})
		}
		for i := range min(held, 5) {
			e := &live.Event{Type: live.Message, ID: live.EventID(fmt.Sprint(i)), Text: "还有吗"}
			s.Step(0, Input{Kind: InArrived, Arrival: &Arrival{Event: e, Deadline: 1000}}, nil)
		}
		want := fmt.Sprintf("%+v %+v %+v", s.turns.list, s.pending, s.answered)
		var k kept
		for range 2 { // what is kept serves again
			k.keep(&s)
			s.turns.add(Turn{Text: "new"})
			for i := range s.pending {
				s.pending[i].stage = stageJoined
			}
			if len(s.pending) > 0 {
				s.end(1, s.pending[0], Effect{Outcome: live.Shed}, nil)
			}
			s = k.back()
			if got := fmt.Sprintf("%+v %+v %+v", s.turns.list, s.pending, s.answered); got != want {
				t.Fatalf("with %d turns: %s, want %s", held, got, want)
			}
		}
		k.forget()
		if !reflect.DeepEqual(k.state, UserState{}) {
			t.Error("a state that was let go is still held")
		}
	}
}
