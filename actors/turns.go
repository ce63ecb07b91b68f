package actors

import "liveroom/engine/live"

// Turn is one exchange. The words of the answer are not kept here: they are in the journal.
type Turn struct {
	At     int64 // receipt, Unix milliseconds
	Text   string
	Intent live.Intent
	Waits  bool   // written to the person who has the dialogue, and nothing has been said since
	Answer string // the script that answered, or what a person said; "" when nothing was answered
}

// maxTurns is how many turns a dialogue remembers.
const maxTurns = 8

// turns are the latest turns, oldest first. They change in place: see kept.
type turns struct{ list []Turn }

func (t *turns) add(turn Turn) {
	if len(t.list) < maxTurns {
		t.list = append(t.list, turn)
		return
	}
	copy(t.list, t.list[1:])
	t.list[maxTurns-1] = turn
}

// latest calls yield for each turn, newest first.
func (t *turns) latest(yield func(*Turn) bool) {
	for i := len(t.list) - 1; i >= 0; i-- {
		if !yield(&t.list[i]) {
			return
		}
	}
}

// all calls yield for each turn, oldest first.
func (t *turns) all(yield func(*Turn) bool) {
	for i := range t.list {
		if !yield(&t.list[i]) {
			return
		}
	}
}

// heard notes that whatever waits is in good hands.
func (t *turns) heard() {
	for i := range t.list {
		t.list[i].Waits = false
	}
}

// wait notes that something waits again: another seat has taken the dialogue before it was answered.
func (t *turns) wait(text string) {
	for turn := range t.latest {
		if turn.Text == text {
			turn.Waits = true
			return
		}
	}
}

// answer notes what was answered to something that had waited, and tells whether that is still remembered.
func (t *turns) answer(text, answer string, in live.Intent) bool {
	for turn := range t.latest {
		if turn.Text == text && turn.Answer == "" {
			turn.Answer, turn.Intent = answer, in
			return true
		}
	}
	return false
}
