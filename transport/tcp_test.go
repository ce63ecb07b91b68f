package transport_test

import (
	"fmt"
	"net"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"liveroom/engine/live"
	"liveroom/transport"
	"liveroom/transport/wire"
)

// TestASentFrameIsTheCallersAgain has frames written over once they are sent, while earlier ones still wait for the loop.
func TestASentFrameIsTheCallersAgain(t *testing.T) {
	s := serve(t, transport.Config{})
	c, l := s.hello(t, live.Ingest, "shop//")
	const frames = 2000
	go func() {
		var frame []byte
		for i := range frames {
			frame = wire.AppendAck(frame[:0], live.EventID(strconv.Itoa(i)))
			if !s.Send(l.Session, frame) {
				t.Error("a frame was not taken")
			}
		}
	}()
	for i := range frames {
		if o := c.hear(); string(o.ID) != strconv.Itoa(i) {
			t.Fatalf("got %+v, want ack %d", o, i)
		}
	}
}

func TestEventsAndFramesOverTCP(t *testing.T) {
	s := serve(t, transport.Config{})
	c, l := s.hello(t, live.Ingest, "shop//")
	c.say("[" + comment("1") + "," + comment("2") + "]")
	for _, want := range []live.EventID{"1", "2"} {
		if e := receive(t, s.engine.events, "event"); e.ID != want || e.Text != "还有货吗" {
			t.Fatalf("got %+v, want event %s", e, want)
		}
	}
	if !s.SendAll(l.Session, [][]byte{wire.AppendAck(nil, "1"), wire.AppendAck(nil, "2")}) || !s.Send(l.Session, wire.AppendPong(nil)) {
		t.Fatal("frames were not taken")
	}
	for _, want := range []string{"ack 1", "ack 2", "pong "} {
		if o := c.hear(); o.Type+" "+string(o.ID) != want {
			t.Fatalf("got %+v, want %s", o, want)
		}
	}
	if s.Send("nobody", wire.AppendPong(nil)) || s.SendAll("nobody", nil) {
		t.Error("a frame for nobody was taken")
	}
	c.say(`{"type":"ping"}`)
	if o := c.hear(); o.Type != "pong" {
		t.Fatalf("ping was answered by %+v", o)
	}
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	if got := receive(t, s.engine.closed, "closed"); got != l {
		t.Fatalf("closed %+v, want %+v", got, l)
	}
	if s.Send(l.Session, wire.AppendPong(nil)) {
		t.Error("a frame for a closed link was taken")
	}
}

func TestOneByteAtATime(t *testing.T) {
	s := serve(t, transport.Config{})
	c := s.dial(t)
	stream := wire.AppendFrame(nil, wire.AppendHello(nil, &wire.Hello{Role: live.Viewer, Token: "s/r/u"}))
	stream = wire.AppendFrame(stream, []byte(comment("1")))
	for i := range stream {
		c.raw(stream[i : i+1])
	}
	if o := c.hear(); o.Type != "welcome" {
		t.Fatalf("got %+v", o)
	}
	if e := receive(t, s.engine.events, "event"); e.ID != "1" {
		t.Fatalf("got %+v", e)
	}
}

func TestBrokenStreams(t *testing.T) {
	s := serve(t, transport.Config{})
	for _, c := range []struct {
		name, bytes string
		code        live.Code
		hint        string
	}{
		{"http", "GET / HTTP/1.1\r\nHost: x\r\n\r\n", live.BadFrame, "/v1/link"},
		{"tls", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", live.BadFrame, "TLS"},
		{"no length", comment("1"), live.BadFrame, "without its length"},
		{"oversized", "\x00\x01\x00\x01" + strings.Repeat("x", 200_000), live.TooLarge, "65537"},
		{"empty frame", "\x00\x00\x00\x00", live.BadFrame, "empty"},
	} {
		t.Run(c.name, func(t *testing.T) {
			link := s.dial(t)
			link.raw([]byte(c.bytes))
			if o := link.hearBye(c.code); !strings.Contains(o.Reason, c.hint) {
				t.Errorf("reason %q, want %q in it", o.Reason, c.hint)
			}
		})
	}
	// The same in the middle of a link.
	link, _ := s.hello(t, live.Ingest, "s//")
	link.say(comment("1"))
	link.raw([]byte("\xff\xff\xff\xff"))
	link.hearBye(live.TooLarge)
}

func TestBadObjectsLeaveTheLinkOpen(t *testing.T) {
	s := serve(t, transport.Config{})
	c, _ := s.hello(t, live.Ingest, "s//")
	for _, bad := range []struct {
		payload string
		code    live.Code
		field   string
		to      string
	}{
		{"\xff\xfe", live.BadJSON, "", ""},
		{`{"type":`, live.BadJSON, "", ""},
		{`{"type":"comment","id":"7"}`, live.BadField, "room", "7"},
		{`{"type":"danmu","id":"7"}`, live.UnknownType, "type", "7"},
		{strings.Replace(comment("7"), `"at":`, `"at":1`, 1), live.BadTime, "at", "7"},
		{"[" + strings.Repeat(`{"type":"ping"},`, 999) + `{"type":"ping"}]`, live.TooLarge, "", ""},
		{`{"type":"hello","v":1,"role":"viewer","token":"s/r/u"}`, live.Forbidden, "type", ""},
		{`{"type":"take","id":"7","dialogue":"r/u"}`, live.Forbidden, "type", "7"},
	} {
		c.say(bad.payload)
		if o := c.hearError(bad.code, bad.to); o.Field != bad.field || o.Message == "" {
			t.Errorf("%s: got %+v, want field %q", bad.payload, o, bad.field)
		}
	}
	c.say("[" + comment("8") + `,5,{"type":"ping"}]`)
	if e := receive(t, s.engine.events, "event"); e.ID != "8" {
		t.Errorf("got %+v", e)
	}
	c.hearError(live.BadJSON, "")
	if o := c.hear(); o.Type != "pong" {
		t.Errorf("got %+v", o)
	}
}

func TestBeforeHello(t *testing.T) {
	s := serve(t, transport.Config{})
	for _, c := range []struct {
		payload string
		code    live.Code
		hint    string
	}{
		{comment("1"), live.Unauthorized, "first word must be hello"},
		{`{"type":"hello","v":9,"role":"viewer","token":"t"}`, live.BadField, `v: the number 9`},
		{`{"type":"hello","v":1,"role":"viewer","token":"forged"}`, live.Unauthorized, "not one of ours"},
		{`nonsense`, live.BadJSON, "expected"},
	} {
		link := s.dial(t)
		link.say(c.payload)
		if o := link.hearBye(c.code); !strings.Contains(o.Reason, c.hint) {
			t.Errorf("%s: reason %q", c.payload, o.Reason)
		}
	}
	link := s.dial(t)
	link.say(`[{"type":"ping"},{"type":"hello","v":1,"role":"viewer","token":"s/r/u"},` + comment("1") + `]`)
	for _, want := range []string{"pong", "welcome"} {
		if o := link.hear(); o.Type != want {
			t.Fatalf("got %+v, want %s", o, want)
		}
	}
	receive(t, s.engine.events, "the event behind the hello")
}

func TestFloodBeforeHello(t *testing.T) {
	s := serve(t, transport.Config{Viewer: transport.Allowance{Rate: 0.001, Burst: 2}})
	c := s.dial(t)
	c.say(`[{"type":"ping"},{"type":"ping"},{"type":"ping"}]`)
	for range 2 {
		if o := c.hear(); o.Type != "pong" {
			t.Fatalf("got %+v", o)
		}
	}
	c.hearBye(live.RateLimited)
}

func TestHelloTimeout(t *testing.T) {
	s := serve(t, transport.Config{Times: transport.Times{Hello: 30 * time.Millisecond}})
	quiet, drip := s.dial(t), s.dial(t)
	drip.raw([]byte{0, 0})
	for _, c := range []*tcp{quiet, drip} {
		if o := c.hearBye(live.HelloTimeout); !strings.Contains(o.Reason, "30ms") {
			t.Errorf("reason %q", o.Reason)
		}
	}
}

func TestIdle(t *testing.T) {
	s := serve(t, transport.Config{Times: transport.Times{Heartbeat: 20 * time.Millisecond, Idle: 60 * time.Millisecond, Linger: 20 * time.Millisecond}})
	c, _ := s.hello(t, live.Viewer, "s/r/u")
	if o := c.hear(); o.Type != "ping" {
		t.Fatalf("a silent link was told %+v, want a ping", o)
	}
	c.hearBye(live.Idle)
	receive(t, s.engine.closed, "closed")
}

func TestFloodIsLimited(t *testing.T) {
	s := serve(t, transport.Config{Viewer: transport.Allowance{Rate: 0.001, Burst: 3}})
	c, _ := s.hello(t, live.Viewer, "s/r/u")
	other, _ := s.hello(t, live.Ingest, "s//")
	for i := range 10 {
		c.say(comment(fmt.Sprint(i)))
	}
	for i := 3; i < 10; i++ {
		if o := c.hearError(live.RateLimited, fmt.Sprint(i)); !strings.Contains(o.Message, "ms") {
			t.Errorf("message %q does not say when to come back", o.Message)
		}
	}
	other.say(comment("other"))
	for _, want := range []live.EventID{"0", "1", "2", "other"} {
		if e := receive(t, s.engine.events, "event"); e.ID != want {
			t.Errorf("got %s, want %s", e.ID, want)
		}
	}
}

func TestHandlersFaultNamesTheEvent(t *testing.T) {
	s := serve(t, transport.Config{})
	shared := &live.Fault{Code: live.UnknownRoom, Field: "room", Hint: "no such room"}
	s.engine.reactWith(func(*live.Link, *live.Event) *live.Fault { return shared })
	c, _ := s.hello(t, live.Viewer, "s/r/u")
	c.say(comment("1"))
	c.say(comment("2"))
	c.hearError(live.UnknownRoom, "1")
	c.hearError(live.UnknownRoom, "2")
	if shared.To != "" {
		t.Error("the handler's fault was changed")
	}
}

func TestTooManyLinks(t *testing.T) {
	s := serve(t, transport.Config{Links: transport.LinkBounds{Max: 2}})
	a, _ := s.hello(t, live.Viewer, "s/r/a")
	s.hello(t, live.Viewer, "s/r/b")
	if o := s.dial(t).hearBye(live.TooManyLinks); o.RetryMs <= 0 {
		t.Errorf("bye %+v does not say when to come back", o)
	}
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	receive(t, s.engine.closed, "closed")
	for s.Doors().Links > 1 { // the link is counted out right after its owner has heard of it
		runtime.Gosched()
	}
	s.hello(t, live.Viewer, "s/r/c")
}

func TestAcceptRate(t *testing.T) {
	s := serve(t, transport.Config{Links: transport.LinkBounds{AcceptRate: 0.001, AcceptBurst: 1}})
	s.hello(t, live.Viewer, "s/r/a")
	s.dial(t).hearBye(live.TooManyLinks)
}

func TestResumeReplacesTheOldLink(t *testing.T) {
	s := serve(t, transport.Config{})
	old, first := s.hello(t, live.Viewer, "s/r/u")
	c := s.dial(t)
	c.say(string(wire.AppendHello(nil, &wire.Hello{Role: live.Viewer, Token: "s/r/u", Resume: &wire.Resume{Session: first.Session, After: "r7"}})))
	if o := c.hear(); o.Type != "welcome" || o.Session != first.Session {
		t.Fatalf("got %+v", o)
	}
	if r := receive(t, s.engine.resumes, "resume"); r == nil || r.After != "r7" {
		t.Fatalf("resume %+v", r)
	}
	if o := old.hearBye(live.Expired); o.RetryMs != 0 {
		t.Errorf("the old link is asked to come back: %+v", o)
	}
	old.Close()
	if l := receive(t, s.engine.closed, "closed"); l != first {
		t.Error("the wrong link was closed")
	}
	if !s.Send(first.Session, wire.AppendAck(nil, "x")) {
		t.Fatal("the resumed session has no link")
	}
	if o := c.hear(); o.ID != "x" {
		t.Fatalf("got %+v", o)
	}
}

func TestByeKicks(t *testing.T) {
	s := serve(t, transport.Config{})
	c, l := s.hello(t, live.Viewer, "s/r/u")
	s.Send(l.Session, wire.AppendAck(nil, "before"))
	s.Bye(l.Session, live.Forbidden, "踢出", 5*time.Second)
	s.Bye("nobody", live.Forbidden, "", 0)
	if o := c.hear(); o.ID != "before" {
		t.Fatalf("got %+v", o)
	}
	if o := c.hearBye(live.Forbidden); o.Reason != "踢出" || o.RetryMs != 5000 {
		t.Errorf("got %+v", o)
	}
}

// TestByeSurvivesUnreadBytes: a close with unread bytes resets the connection, which would take the bye along.
func TestByeSurvivesUnreadBytes(t *testing.T) {
	s := serve(t, transport.Config{Times: transport.Times{Linger: time.Minute}}) // cut earlier, it would be reset indeed
	c, l := s.hello(t, live.Ingest, "s//")
	s.Bye(l.Session, live.Forbidden, "go", 0)
	for range 50 {
		if _, err := c.Write(wire.AppendFrame(nil, []byte(comment("1")))); err != nil {
			break
		}
	}
	for {
		if o := c.hear(); o.Type == "bye" {
			break
		}
	}
	c.end()
}

func TestLingererIsCut(t *testing.T) {
	s := serve(t, transport.Config{Times: transport.Times{Linger: 20 * time.Millisecond}})
	c, l := s.hello(t, live.Viewer, "s/r/u")
	s.Bye(l.Session, live.Forbidden, "go", 0)
	c.hearBye(live.Forbidden) // our side stays open
	receive(t, s.engine.closed, "closed")
}

func TestSlowReaderIsEvictedAlone(t *testing.T) {
	s := serve(t, transport.Config{Loops: 1})
	slow, lazy := s.hello(t, live.Viewer, "s/r/slow")
	if err := slow.SetReadBuffer(4 << 10); err != nil {
		t.Fatal(err)
	}
	good, eager := s.hello(t, live.Viewer, "s/r/good")
	frame := wire.AppendError(nil, &live.Fault{Code: live.Internal, Hint: strings.Repeat("长", 300)})
	evicted := false
	for n := 0; !evicted && n < 10_000; n++ {
		for range 8 {
			s.Send(lazy.Session, frame)
		}
		if !s.Send(eager.Session, frame) {
			t.Fatal("a frame for the good reader was refused")
		}
		if o := good.hear(); o.Type != "error" {
			t.Fatalf("the good reader got %+v", o)
		}
		select {
		case l := <-s.engine.closed:
			if l != lazy {
				t.Fatalf("%s was evicted", l.User)
			}
			evicted = true
		default:
		}
	}
	if !evicted {
		t.Error("the slow reader was never evicted")
	}
	if !s.Send(eager.Session, wire.AppendPong(nil)) || good.hear().Type != "pong" {
		t.Error("the good reader was not served to the end")
	}
	if n := s.metric(t, "evictions_total"); n != 1 {
		t.Errorf("%g evictions, want 1", n)
	}
}

func TestIngestMayLagBehindABurst(t *testing.T) {
	s := serve(t, transport.Config{})
	c, l := s.hello(t, live.Ingest, "s//")
	frame := wire.AppendError(nil, &live.Fault{Code: live.Internal, Hint: strings.Repeat("x", 500)})
	const burst = 4000 // 2 MB
	for i := range burst {
		if !s.Send(l.Session, frame) {
			t.Fatalf("frame %d was refused", i)
		}
	}
	for range burst {
		c.hear()
	}
}

func TestStatus(t *testing.T) {
	s := serve(t, transport.Config{})
	c, l := s.hello(t, live.Viewer, "s/r/u")
	s.dial(t) // has not said hello
	c.say(`{"type":"ping"}`)
	c.hear()
	var all []transport.LinkStatus
	s.Links(func(st transport.LinkStatus) bool {
		all = append(all, st)
		return true
	})
	if len(all) != 1 {
		t.Fatalf("%d links, want 1", len(all))
	}
	st := all[0]
	if st.Session != l.Session || st.Role != live.Viewer || st.Room != "r" || st.User != "u" || st.Carrier != "tcp" || st.In != 2 || st.Out != 2 ||
		st.Outbox != 0 || st.Remote.String() != c.LocalAddr().String() || time.Since(st.Since) > time.Hour {
		t.Errorf("status %+v", st)
	}
}

func TestListenFails(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	s, err := newServer(transport.Config{TCPAddr: "127.0.0.1:0", WSAddr: ln.Addr().String()})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Run(t.Context()); err == nil || !strings.Contains(err.Error(), ln.Addr().String()) {
		t.Fatalf("Run = %v, want the address in use", err)
	}
}
