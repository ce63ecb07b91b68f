package actors

import "liveroom/engine/live"

// Turn is one exchange. The words of the answer are not kept here: they are in the journal.
type Turn struct {
	At     int64 // receipt, Unix milliseconds
	Text   string
	Intent live.Intent
	Answer string // the script that answered, or what a person said; "" when nothing was answered
}

// maxTurns is how many turns a dialogue remembers.
const maxTurns = 8

// turns are the latest turns. It is a value without references to shared memory, so that a copy of the state is whole.
type turns struct {
	ring [maxTurns]Turn
	next int // where the next one goes
	len  int
}

func (t *turns) add(turn Turn) {
	t.ring[t.next] = turn
	t.next = (t.next + 1) % maxTurns
	t.len = min(t.len+1, maxTurns)
}

// latest calls yield for each turn, newest first.
func (t *turns) latest(yield func(Turn) bool) {
	for i := range t.len {
		if !yield(t.ring[(t.next-1-i+2*maxTurns)%maxTurns]) {
			return
		}
	}
}

// all calls yield for each turn, oldest first.
func (t *turns) all(yield func(Turn) bool) {
	for i := range t.len {
		if !yield(t.ring[(t.next-t.len+i+maxTurns)%maxTurns]) {
			return
		}
	}
}
