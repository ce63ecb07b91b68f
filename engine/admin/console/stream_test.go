package console

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"
)

// quiet waits until no sampler runs.
func (s *stand) quiet() {
	for {
		s.hub.mu.Lock()
		running := s.hub.running
		s.hub.mu.Unlock()
		if running == nil {
			return
		}
		<-running
	}
}

// TestNothingRunsWhenNobodyLooks is the promise of the package: no sampler, no pass over the actors, no tap, no memory of
// what was counted, before anybody looks, with a stream open that shows nothing, and after the last has looked away.
func TestNothingRunsWhenNobodyLooks(t *testing.T) {
	s := newStand(t)
	idle := func(when string) {
		t.Helper()
		s.quiet()
		s.hub.mu.Lock()
		running, views, feeds := s.hub.running, len(s.hub.views), len(s.hub.feeds)
		s.hub.mu.Unlock()
		s.house.mu.Lock()
		before, taps := s.house.passes, len(s.house.watching["demo"])
		s.house.mu.Unlock()
		if running != nil || views+feeds+taps != 0 {
			t.Fatalf("%s a sampler runs: %v, with %d views, %d feeds, %d taps", when, running != nil, views, feeds, taps)
		}
		s.census.mu.Lock()
		kept := s.census.all != nil || s.census.handled != nil
		s.census.mu.Unlock()
		s.links.mu.Lock()
		kept = kept || s.links.all != nil || s.links.seen != nil
		s.links.mu.Unlock()
		s.meter.mu.Lock()
		kept = kept || s.meter.seen != nil
		s.meter.mu.Unlock()
		if kept {
			t.Errorf("%s what was counted is kept", when)
		}
		s.house.mu.Lock()
		after := s.house.passes
		s.house.mu.Unlock()
		if after != before {
			t.Errorf("%s the actors are counted", when)
		}
	}
	idle("before anybody looks,")
	p := s.page(t)
	idle("with a page that shows nothing,")
	p.say(`{"open":"a","view":"overview"}`)
	p.say(`{"open":"l","view":"lines","args":{"room":"demo"}}`)
	if m := p.hear(); m.ID != "a" || m.Full["version"] != "test" {
		t.Fatalf("heard %+v, want the overview whole", m)
	}
	for s.house.say("demo", Line{ID: "1"}) == 0 {
		runtime.Gosched()
	}
	p.say(`{"close":"a"}`)
	p.say(`{"close":"l"}`)
	for { // until the commands have been carried out
		s.hub.mu.Lock()
		open := len(s.hub.views) + len(s.hub.feeds)
		s.hub.mu.Unlock()
		if open == 0 {
			break
		}
		runtime.Gosched()
	}
	idle("after the last view was closed,")
	p.say(`{"open":"b","view":"actors"}`)
	p.hear()
	p.say(`{"open":"c","view":"links"}`)
	p.hear()
	p.conn.CloseNow() // a page that goes without a word
	for {
		s.mu.Lock()
		streams := s.streams
		s.mu.Unlock()
		if streams == 0 {
			break
		}
		runtime.Gosched()
	}
	idle("after the page was closed,")
}

func TestOnlyDifferencesAreSent(t *testing.T) {
	s := newStand(t)
	p := s.page(t)
	p.say(`{"open":"r","view":"room","args":{"room":"demo"}}`)
	if m := p.hear(); m.Full["mode"] != "auto" || m.Full["viewers"] != nil {
		t.Fatalf("heard %+v, want the room whole and no viewers, which nobody has told", m)
	}
	seven := int64(7)
	s.house.mu.Lock()
	s.house.figures.Viewers = &seven
	s.house.mu.Unlock()
	if m := p.hear(); m.Full != nil || fmt.Sprint(m.Diff) != "map[viewers:7]" {
		t.Fatalf("heard %+v, want only the viewers", m)
	}
	other := s.page(t) // who comes later is told all
	other.say(`{"open":"x","view":"room","args":{"room":"demo"}}`)
	if m := other.hear(); m.ID != "x" || m.Full["viewers"] != 7.0 {
		t.Fatalf("the second page heard %+v, want the room whole", m)
	}
	s.house.mu.Lock()
	s.house.figures.Viewers = nil
	s.house.mu.Unlock()
	for _, page := range []*page{p, other} {
		if m := page.hear(); fmt.Sprint(m.Diff) != "map[viewers:<nil>]" {
			t.Errorf("heard %+v, want that viewers are not known any more", m)
		}
	}
}

func TestManyWhoLookAreOneSample(t *testing.T) {
	s := newStand(t)
	for range 8 {
		p := s.page(t)
		p.say(`{"open":"a","view":"actors","args":{"sort":"mailbox"}}`)
		p.hear()
	}
	s.hub.mu.Lock()
	defer s.hub.mu.Unlock()
	if len(s.hub.views) != 1 {
		t.Errorf("8 pages with one view keep %d views", len(s.hub.views))
	}
}

// TestEverybodyIsToldWhyThereIsNothing: who comes to a view that fails already is told too.
func TestEverybodyIsToldWhyThereIsNothing(t *testing.T) {
	s := newStand(t)
	for i := range 3 {
		p := s.page(t)
		p.say(`{"open":"a","view":"room","args":{"room":"nowhere"}}`)
		if m := p.hear(); !strings.Contains(m.Error, "nowhere") {
			t.Errorf("page %d heard %+v, want why there is nothing", i, m)
		}
	}
}

func TestLinesAreBoundedAndCounted(t *testing.T) {
	f := &feed{user: "u"}
	for range maxWaiting + 30 {
		f.see(Line{User: "u"})
		f.see(Line{User: "other"})
	}
	if len(f.lines) != maxWaiting || f.lost != 30 {
		t.Errorf("%d lines wait and %d are lost, want %d and 30", len(f.lines), f.lost, maxWaiting)
	}
}

func TestAStreamThatIsNotReadIsClosed(t *testing.T) {
	ended := make(chan error, 1)
	s := &stream{out: make(chan []byte, maxBehind), end: func(err error) { ended <- err }}
	for range maxBehind {
		s.send(message{ID: "a"})
	}
	if len(ended) != 0 {
		t.Fatal("closed while there was room")
	}
	s.send(message{ID: "a"})
	if err := <-ended; err != errSlow {
		t.Errorf("ended with %v, want that it is too slow", err)
	}
}

func TestWhatAStreamMayNotBeAsked(t *testing.T) {
	s := newStand(t)
	s.house.denied[DialogueRead] = true
	p := s.page(t)
	for command, want := range map[string]string{
		`{"open":"a","view":"dance"}`:                               "overview, rooms, room",
		`{"open":"b","view":"lines","args":{"room":"demo"}}`:        ErrForbidden.Error(),
		`{"open":"c","view":"room","args":{"room":"nowhere"}}`:      "nowhere",
		`{"open":"d","view":"actors","args":{"sort":"colour"}}`:     "want one of",
		`{"open":"e","view":"actors","args":"all"}`:                 "args:",
		`{"view":"overview"}`:                                       "want an id",
		`not json`:                                                  "not a command",
		`{"open":"` + strings.Repeat("x", 33) + `","view":"links"}`: "want an id",
	} {
		p.say(command)
		if m := p.hear(); !strings.Contains(m.Error, want) {
			t.Errorf("%s was answered %+v, want an error with %q", command, m, want)
		}
	}
	s.house.mu.Lock()
	s.house.denied[DialogueRead] = false
	s.house.mu.Unlock()
	p.say(`{"open":"l","view":"lines","args":{"room":"nowhere"}}`)
	for m := p.hear(); ; m = p.hear() {
		if m.ID == "l" {
			if !strings.Contains(m.Error, "nowhere") {
				t.Errorf("a room that there is not was answered %+v", m)
			}
			break
		}
	}
	for i := range maxOpen + 3 {
		p.say(fmt.Sprintf(`{"open":"v%d","view":"links"}`, i))
	}
	for {
		if m := p.hear(); strings.Contains(m.Error, "as many as a stream may have") {
			break
		}
	}
}

func TestAStreamEndsWithItsSession(t *testing.T) {
	if testing.Short() {
		t.Skip("takes as long as a look whether the session holds")
	}
	s := newStand(t)
	p := s.page(t)
	s.house.mu.Lock()
	s.house.expired = true
	s.house.mu.Unlock()
	if closed := p.end(); closed.Code != statusSignIn {
		t.Errorf("closed with %v, want %d", closed, statusSignIn)
	}
}

func TestTooManyStreamsAreRefused(t *testing.T) {
	s := newStand(t)
	for range maxStreams {
		if !s.enter() {
			t.Fatal("refused below the bound")
		}
	}
	if s.enter() {
		t.Error("let in above the bound")
	}
	for range maxStreams {
		s.leave()
	}
}

func TestMeterTellsTheLatestSeconds(t *testing.T) {
	s := newStand(t)
	start := time.Now()
	if _, err := s.meter.look(start, start.Add(-time.Minute)); err != nil {
		t.Fatal(err)
	}
	for i := range 300 {
		if _, err := s.meter.look(start.Add(time.Duration(i)*100*time.Millisecond), start); err != nil {
			t.Fatal(err)
		}
	}
	p, err := s.meter.look(start.Add(30*time.Second), start)
	if err != nil || p.since || p.seconds < window.Seconds()-1 || p.seconds > window.Seconds()+1 {
		t.Errorf("after 30 s figures are of %v s (since the start: %v), want about %v", p.seconds, p.since, window)
	}
	if n := len(s.meter.seen); n > maxLooks {
		t.Errorf("%d looks are kept, want at most %d", n, maxLooks)
	}
	if p, _ = s.meter.look(start.Add(time.Hour), start); !p.since {
		t.Errorf("after an hour without anybody looking, figures are of %v s before", p.seconds)
	}
}
