package wire_test

import (
	"strings"
	"testing"
	"time"

	"liveroom/engine/live"
	"liveroom/transport/wire"
)

func TestDecodeAllocations(t *testing.T) {
	dst := make([]wire.Inbound, 0, wire.MaxObjects)
	escaped := strings.Replace(comment, "小王", `\u5c0f\ud83d\ude00`, 1)
	for _, c := range []struct {
		name, payload string
		budget        float64
	}{
		{"comment", comment, 2},
		{"escaped comment", escaped, 2},
		{"ping", `{"type":"ping"}`, 0},
		{"array of 4", "[" + comment + "," + comment + "," + comment + "," + comment + "]", 8},
	} {
		payload := []byte(c.payload)
		if got := testing.AllocsPerRun(100, func() { dst = wire.Decode(payload, now, dst[:0]) }); got > c.budget {
			t.Errorf("decoding a %s allocates %.0f times, the budget is %.0f", c.name, got, c.budget)
		}
		if dst[0].Kind == wire.KindFault {
			t.Fatal(dst[0].Fault)
		}
	}
}

func TestEncodeAllocations(t *testing.T) {
	dst := make([]byte, 0, 4096)
	fault := &live.Fault{Code: live.BadField, Field: "id", Hint: "missing", To: "c1"}
	event := &live.Event{Type: live.Comment, ID: "c1", Room: "r", User: "u", Text: "还有货吗", At: 5}
	alarm := &live.Alarm{Kind: live.AlarmHost, Room: "r", Top: []live.AlarmTopic{{Intent: live.IntentStock, Count: 9}}}
	for name, encode := range map[string]func(){
		"reply":   func() { wire.AppendReply(dst, &reply) },
		"outcome": func() { wire.AppendOutcome(dst, "c1", live.Quiet, live.BecauseChatter, "") },
		"alarm":   func() { wire.AppendAlarm(dst, alarm) },
		"ack":     func() { wire.AppendAck(dst, "c1") },
		"error":   func() { wire.AppendError(dst, fault) },
		"bye":     func() { wire.AppendBye(dst, live.Idle, "idle", time.Second) },
		"welcome": func() { wire.AppendWelcome(dst, "s1", time.Second) },
		"event":   func() { wire.AppendEvent(dst, event) },
		"frame":   func() { wire.AppendFrame(dst, []byte(comment)) },
	} {
		if got := testing.AllocsPerRun(100, encode); got > 0 {
			t.Errorf("encoding a %s allocates %.0f times, the budget is 0", name, got)
		}
	}
}

func TestOutboundAllocations(t *testing.T) {
	frame := wire.AppendReply(nil, &reply)
	var o wire.Outbound
	if got := testing.AllocsPerRun(100, func() { _ = wire.DecodeOutbound(frame, &o) }); got > 1 {
		t.Errorf("decoding a reply allocates %.0f times, the budget is 1", got)
	}
}

func BenchmarkDecode(b *testing.B) {
	array := "[" + strings.Repeat(comment+",", 99) + comment + "]"
	enter := `{"type":"enter","id":"e1","room":"demo","user":"u1","at":1790000000000}`
	for _, c := range []struct{ name, payload string }{{"comment", comment}, {"enter", enter}, {"array100", array}} {
		b.Run(c.name, func(b *testing.B) {
			payload := []byte(c.payload)
			dst := make([]wire.Inbound, 0, wire.MaxObjects)
			b.ReportAllocs()
			b.SetBytes(int64(len(payload)))
			for b.Loop() {
				dst = wire.Decode(payload, now, dst[:0])
			}
		})
	}
}

func BenchmarkAppendReply(b *testing.B) {
	dst := make([]byte, 0, 4096)
	b.ReportAllocs()
	for b.Loop() {
		dst = wire.AppendReply(dst[:0], &reply)
	}
}

func BenchmarkDecodeOutbound(b *testing.B) {
	frame := wire.AppendReply(nil, &reply)
	var o wire.Outbound
	b.ReportAllocs()
	for b.Loop() {
		if err := wire.DecodeOutbound(frame, &o); err != nil {
			b.Fatal(err)
		}
	}
}
