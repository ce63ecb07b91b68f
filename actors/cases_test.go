package actors

import (
	"testing"

	"liveroom/actors/dialogue"
	"liveroom/engine/live"
)

func TestCasesAreKeptByKind(t *testing.T) {
	var k cases
	h := &House{}
	see := func(c *closing, at int64) {
		c.event = message("m1")
		h.cases.note(c, at)
	}
	const now = 1_790_000_000_000
	see(&closing{outcome: live.HandedOver, received: now}, now)
	see(&closing{outcome: live.Shed, reason: "overloaded", received: now - 900}, now)
	see(&closing{outcome: live.Replied, mood: 1.5, received: now}, now)
	see(&closing{outcome: live.Replied, received: now, offers: offers{made: dialogue.Cross}}, now)
	see(&closing{outcome: live.Replied, received: now, offers: offers{settled: dialogue.Confirm, taken: true}}, now)
	see(&closing{outcome: live.Replied, received: now, offers: offers{promotion: offerDeclined}}, now)
	see(&closing{outcome: live.Replied, received: now - 5000, redriven: true}, now+1) // what a crash held up is not late
	for kind, want := range []Case{
		CaseHandedOver: {}, CaseShed: {Note: "overloaded", TookMs: 900}, CaseLate: {TookMs: 900}, CaseUnhappy: {}, CaseRecommend: {Note: "made"}, CaseReserve: {Note: "taken"},
		CasePromotion: {Note: "declined"},
	} {
		want.User, want.Event, want.At = live.UserKey{Room: "room", User: "u"}, "m1", now
		if got := h.Cases(CaseKind(kind)); len(got) != 1 || got[0] != want {
			t.Errorf("kind %d keeps %+v, want %+v", kind, got, want)
		}
	}
	if h.Cases(caseKinds) != nil {
		t.Error("there is a kind too many")
	}
	plain := &closing{event: message("m2"), outcome: live.Replied, mood: 3, received: now}
	if n := testing.AllocsPerRun(100, func() { k.note(plain, now) }); n != 0 {
		t.Errorf("an outcome that is no case costs %v allocations", n)
	}
}

func TestCasesAreBoundedAndSampled(t *testing.T) {
	h := &House{}
	c := &closing{event: message("m1"), outcome: live.Shed}
	for at := range int64(3 * maxCases) {
		h.cases.note(c, 1_790_000_000_000+at*casesGap)
		h.cases.note(c, 1_790_000_000_000+at*casesGap+1)
	}
	got := h.Cases(CaseShed)
	if len(got) != maxCases || got[0].At != 1_790_000_000_000+(3*maxCases-1)*casesGap || got[1].At != got[0].At-casesGap {
		t.Errorf("%d are kept, beginning with %+v", len(got), got[:2])
	}
}
