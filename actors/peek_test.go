package actors

import (
	"slices"
	"testing"
	"time"

	"liveroom/engine/live"
)

// TestNobodyPeeksForNothing is the structural promise of looking at one actor: a message that nobody looks at costs no
// allocation for it, not even while another actor is looked at.
func TestNobodyPeeksForNothing(t *testing.T) {
	s := newUnswept(t, nil) // a sweep allocates
	k, now := live.UserKey{Room: "room", User: "u"}, time.Now()
	msg := &arrived{Arrival: Arrival{Event: message("m1"), posted: now}}
	free := func(when string) {
		t.Helper()
		if n := testing.AllocsPerRun(100, func() { s.peeks.note(k, msg, now, 0) }); n != 0 || s.Peeked(k) != nil {
			t.Errorf("%s a message costs %v allocations and leaves %v, want none", when, n, s.Peeked(k))
		}
	}
	free("unwatched,")
	stop := s.Peek(live.UserKey{Room: "room", User: "another"})
	free("with another actor watched,")
	stop()
	stop()
	if s.peeks.all.Load() != nil {
		t.Error("nobody looks any more, and something is kept")
	}
}

func TestPeekKeepsTheLatestMessages(t *testing.T) {
	s := newUnswept(t, nil) // ticks are messages too, and would push m1 out
	k := live.UserKey{Room: "room", User: "u"}
	stop, second := s.Peek(k), s.Peek(k)
	s.say(t, live.Message, "u", "m1", "stock secret")
	s.links.waitFor(reply("m1", "stock about -", "stock"))
	s.until(t, func() bool {
		return slices.ContainsFunc(s.Peeked(k), func(h Handled) bool { return h.Kind == "reading" })
	})
	seen := s.Peeked(k)
	i := slices.IndexFunc(seen, func(h Handled) bool { return h.ID == "m1" })
	if i < 0 || seen[i].Kind != "message" || seen[i].Wait <= 0 || seen[0].At.Before(seen[i].At) {
		t.Errorf("kept %+v, want the message with its wait, the latest first", seen)
	}
	for range 2 * maxPeeked {
		view := make(chan UserView, 1)
		s.UserView(k, func(v UserView) { view <- v })
		<-view
	}
	if n := len(s.Peeked(k)); n != maxPeeked {
		t.Errorf("%d messages are kept, want %d", n, maxPeeked)
	}
	stop()
	if s.Peeked(k) == nil {
		t.Error("one of two stopped looking, and nothing is kept any more")
	}
	second()
	if s.Peeked(k) != nil {
		t.Error("nobody looks any more, and something is kept")
	}
	s.drained(t)
}

func TestEveryMessageHasAKind(t *testing.T) {
	e := message("m1")
	for _, msg := range []any{
		&arrived{Arrival: Arrival{Event: e}}, &wasRead{reading: &live.Reading{}}, &ruled{ruling: RuledSuggest}, &restored{}, &commitFailed{},
		&settled{}, &saved{}, &tick{}, &woken{}, &describe{}, &asked{}, &released{}, &attended{}, &setting{}, &settingKept{event: e},
		&viewRoom{}, &viewUser{}, &restartAsked{}, &stopAsked{}, &hostSays{},
	} {
		if k := handledOf(msg).Kind; k == "" || k == "other" {
			t.Errorf("a %T is called %q", msg, k)
		}
	}
	if k := handledOf(struct{}{}).Kind; k != "other" {
		t.Errorf("what is not ours is called %q", k)
	}
}
