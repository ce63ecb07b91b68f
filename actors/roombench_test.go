package actors

import (
	"fmt"
	"testing"
)

// crowdOfAskers are questions of many people about a few subjects.
func crowdOfAskers(n int) []Asker {
	all := make([]Asker, n)
	for i := range all {
		all[i] = askerOf(fmt.Sprint("user-", i), "stock", map[string]string{"product": fmt.Sprint("P", i%4)})
	}
	return all
}

// BenchmarkRoomAsk measures one public question of a storm: ten thousand people, four subjects, a thousand a second.
func BenchmarkRoomAsk(b *testing.B) {
	s := NewRoomState(testRules)
	all := crowdOfAskers(10_000)
	var out []RoomEffect
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		n++
		out = stepOfRoom(&s, int64(n), all[n%len(all)], out[:0])
	}
}

// BenchmarkRoomTick measures a look at a room that remembers as much as it may.
func BenchmarkRoomTick(b *testing.B) {
	rules := testRules
	rules.PublicPerMinute = maxPublicPerMinute
	s := NewRoomState(rules)
	for i := range maxTopics {
		a := askerOf("u", "stock", map[string]string{"product": fmt.Sprint("P", i)})
		s.Ask(0, a, nil)
		s.Answered(0, Answer{Asker: a.AskerID, Topic: a.Topic, Reply: "r"}, nil)
	}
	b.ReportAllocs()
	for b.Loop() {
		s.Tick(1000, nil)
	}
}

func stepOfRoom(s *RoomState, now int64, a Asker, out []RoomEffect) []RoomEffect {
	out = s.Ask(now, a, out)
	if len(out) > 0 && out[0].Ruling == RuledFirst {
		out = s.Answered(now, Answer{Asker: a.AskerID, Topic: a.Topic, Reply: "r"}, out)
	}
	if now%1000 == 0 {
		out = s.Tick(now, out)
	}
	return out
}

func TestAllocationsOfARoomStep(t *testing.T) {
	s := NewRoomState(testRules)
	all := crowdOfAskers(1000)
	out := make([]RoomEffect, 0, 16)
	n := 0
	if got := testing.AllocsPerRun(5000, func() {
		n++
		out = stepOfRoom(&s, int64(n), all[n%len(all)], out[:0])
	}); got > 0 {
		t.Errorf("a public question that joins allocates %v times, want none", got)
	}
}
