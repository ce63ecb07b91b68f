package console

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
)

func TestWhichLinesAreWanted(t *testing.T) {
	line := Line{
		User: "u-Li", Name: "小美", Type: "comment", Text: "这件 XL 还有吗", Outcome: "replied",
		Reading: &Reading{Intent: "stock", Sentiment: "negative"}, Reply: &Answer{Text: "还剩 88 件"},
	}
	bare := Line{Type: "say", User: "u"}
	for _, of := range []struct {
		filter     LineFilter
		line, bare bool
	}{
		{LineFilter{}, true, true},
		{LineFilter{Q: " \t "}, true, true},
		{LineFilter{Q: " xl "}, true, false},
		{LineFilter{Q: "U-LI"}, true, false},
		{LineFilter{Q: "小美"}, true, false},
		{LineFilter{Q: "88"}, true, false},
		{LineFilter{Q: "库存"}, true, false},
		{LineFilter{Q: "stock"}, true, false},
		{LineFilter{Q: "换货"}, false, false},
		{LineFilter{Outcome: "replied"}, true, false},
		{LineFilter{Outcome: "shed"}, false, false},
		{LineFilter{Type: "comment", Sentiment: "negative"}, true, false},
		{LineFilter{Type: "comment", Sentiment: "positive"}, false, false},
		{LineFilter{Type: "say"}, false, true},
		{LineFilter{Q: "xl", Outcome: "quiet"}, false, false},
	} {
		f, err := of.filter.read()
		if err != nil {
			t.Fatal(err)
		}
		if got, none := f.wants(&line), f.wants(&bare); got != of.line || none != of.bare {
			t.Errorf("%+v wants %v and %v, want %v and %v", of.filter, got, none, of.line, of.bare)
		}
	}
}

// TestWhatIsFilteredOutIsNotSent has two pages on one room, one of which wants what was handed over: the other's lines neither
// reach it nor crowd out its own.
func TestWhatIsFilteredOutIsNotSent(t *testing.T) {
	s := newStand(t)
	all, some := s.page(t), s.page(t)
	all.say(`{"open":"a","view":"lines","args":{"room":"demo"}}`)
	some.say(`{"open":"s","view":"lines","args":{"room":"demo","outcome":"handed_over","q":"退"}}`)
	for {
		s.hub.mu.Lock()
		open := len(s.hub.feeds)
		s.hub.mu.Unlock()
		if open == 2 {
			break
		}
		runtime.Gosched()
	}
	for i := range maxWaiting + 5 {
		s.house.say("demo", Line{ID: fmt.Sprint(i), Type: "comment", Text: "想退货", Outcome: "replied"})
	}
	s.house.say("demo", Line{ID: "x", Type: "comment", Text: "我要退款", Outcome: "handed_over"})
	if m := some.hear(); len(m.Lines) != 1 || m.Lines[0].ID != "x" || m.Lost != 0 {
		t.Errorf("heard %d lines and %d lost, want the one handed over", len(m.Lines), m.Lost)
	}
	if m := all.hear(); len(m.Lines) == 0 || m.Lines[0].ID != "0" {
		t.Errorf("the page without a filter heard %+v, want everything", m)
	}
}

func TestAFilterThatCannotBeMeantIsRefused(t *testing.T) {
	s := newStand(t)
	p := s.page(t)
	for args, want := range map[string]string{
		`"outcome":"lost"`:                          `outcome: there is no "lost"; want replied, merged, handed_over, quiet, shed`,
		`"type":"enter"`:                            "type: there is no",
		`"sentiment":"angry"`:                       "want positive, neutral, negative",
		`"q":"` + strings.Repeat("退", 43) + `"`:     "q: 129 bytes; want at most 128",
		`"q":["退"]`:                                 "args:",
		`"type":"` + strings.Repeat("x", 900) + `"`: "type: there is no",
	} {
		p.say(`{"open":"f","view":"lines","args":{"room":"demo",` + args + `}}`)
		if m := p.hear(); m.ID != "f" || !strings.Contains(m.Error, want) || len(m.Error) > 300 {
			t.Errorf("%.60s was answered %+v, want an error with %q", args, m, want)
		}
	}
	s.hub.mu.Lock()
	defer s.hub.mu.Unlock()
	if len(s.hub.feeds) != 0 {
		t.Errorf("%d feeds are open after refusals", len(s.hub.feeds))
	}
}
