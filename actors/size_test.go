package actors

import (
	"fmt"
	"runtime"
	"testing"

	"liveroom/actors/dialogue"
	"liveroom/engine/live"
)

// TestAnActiveUserIsSmall holds the dialogue of one user, slots and the latest turns, to 4 KiB. The ids of answered messages
// are beside that.
func TestAnActiveUserIsSmall(t *testing.T) {
	const users, most = 2_000, 4 << 10
	states := make([]*UserState, users)
	before := heap()
	for i := range states {
		s := NewUserState(live.UserKey{Room: "room", User: live.UserID(fmt.Sprint("user", i))}, 128)
		s.talk = dialogue.State{
			Slots: dialogue.Slots{Product: "tee", Size: fmt.Sprint("XL", i), Color: fmt.Sprint("黑色", i), City: fmt.Sprint("城", i), Kg: 60, Cm: 170},
			Open:  dialogue.Open{Kind: dialogue.Confirm, SKU: live.SKU(fmt.Sprint("DEMO-", i)), Hold: live.ReservationID(fmt.Sprintf("r%024d", i))},
		}
		for j := range 2 * maxTurns {
			s.turns.add(Turn{At: int64(j), Text: fmt.Sprintf("第%d个问题：这款%d号还有没有XL码黑色的呀", j, i), Answer: "stock"})
		}
		states[i] = &s
	}
	if each := (heap() - before) / users; each > most {
		t.Errorf("an active user takes %d bytes, want at most %d", each, most)
	} else {
		t.Logf("an active user takes %d bytes", each)
	}
	runtime.KeepAlive(states)
}

func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
