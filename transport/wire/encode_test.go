package wire_test

import (
	"encoding/json"
	"math"
	"reflect"
	"testing"
	"time"

	"liveroom/engine/live"
	"liveroom/transport/wire"
)

var reply = live.Reply{
	ID: "r1", To: "c1", Room: "demo", User: "u1", Dialogue: "demo/u1", Text: "3号链接还剩 37 件\n\"现货\"", Scope: live.Public,
	Intent: live.IntentStock, Confidence: float64(float32(0.93217)), Emotion: live.Calm, By: live.ByScript,
	Decided: live.DecidedByModel, Script: "stock", Variant: "b", Count: 3, TookMs: 12,
}

func TestFramesByteForByte(t *testing.T) {
	short := reply
	short.Decided, short.Script, short.Variant, short.Count, short.Confidence, short.Scope = 0, "", "", 0, math.NaN(), live.Private
	for _, c := range []struct{ got, want string }{
		{
			string(wire.AppendReply(nil, &reply)),
			`{"type":"reply","id":"r1","to":"c1","room":"demo","user":"u1","dialogue":"demo/u1","text":"3号链接还剩 37 件\n\"现货\"","scope":"public","intent":"stock","domain":"presale","confidence":0.9322,"emotion":"calm","by":"script","decided_by":"model","script":"stock","variant":"b","count":3,"took_ms":12}`,
		},
		{
			string(wire.AppendReply(nil, &short)),
			`{"type":"reply","id":"r1","to":"c1","room":"demo","user":"u1","dialogue":"demo/u1","text":"3号链接还剩 37 件\n\"现货\"","scope":"private","intent":"stock","domain":"presale","confidence":0,"emotion":"calm","by":"script","took_ms":12}`,
		},
		{string(wire.AppendOutcome(nil, "c1", live.Quiet, live.BecauseChatter, "")), `{"type":"outcome","to":"c1","outcome":"quiet","reason":"chatter"}`},
		{string(wire.AppendOutcome(nil, "c1", live.Merged, "", "r9")), `{"type":"outcome","to":"c1","outcome":"merged","joined":"r9"}`},
		{string(wire.AppendAck(nil, "c\x001")), `{"type":"ack","id":"c\u00001"}`},
		{
			string(wire.AppendError(nil, &live.Fault{Code: live.BadField, Field: "id", Hint: "missing", To: "c1"})),
			`{"type":"error","code":"bad_field","field":"id","message":"missing","to":"c1"}`,
		},
		{string(wire.AppendError(nil, &live.Fault{Code: live.RateLimited, Hint: "slow"})), `{"type":"error","code":"rate_limited","message":"slow"}`},
		{string(wire.AppendBye(nil, live.Draining, "restart", 1500*time.Millisecond)), `{"type":"bye","code":"draining","reason":"restart","retry_ms":1500}`},
		{string(wire.AppendBye(nil, live.Idle, "quiet", 0)), `{"type":"bye","code":"idle","reason":"quiet"}`},
		{string(wire.AppendBye(nil, live.Idle, "quiet", 1)), `{"type":"bye","code":"idle","reason":"quiet","retry_ms":1}`},
		{string(wire.AppendWelcome(nil, "s1", 15*time.Second)), `{"type":"welcome","session":"s1","heartbeat_ms":15000,"durable":true}`},
		{
			string(wire.AppendAlarm(nil, &live.Alarm{
				Kind: live.AlarmHost, Room: "demo", At: 5, Viewers: 1234, Sold: live.Absent, Top: []live.AlarmTopic{
					{Intent: live.IntentStock, Product: "P3", Link: 3, Count: 37, Stock: 0, AgeMs: 1200},
					{Intent: live.IntentGift, Count: 2, Stock: live.Absent, AgeMs: 7},
				},
			})),
			`{"type":"alarm","kind":"host","room":"demo","at":5,"top":[{"intent":"stock","product":"P3","link":3,"count":37,"stock":0,"age_ms":1200},{"intent":"gift","count":2}],"viewers":1234}`,
		},
		{
			string(wire.AppendAlarm(nil, &live.Alarm{Kind: live.AlarmHost, Room: "demo", At: 5, Viewers: live.Absent, Sold: 0})),
			`{"type":"alarm","kind":"host","room":"demo","at":5,"top":[],"sold":0}`,
		},
		{
			string(wire.AppendAlarm(nil, &live.Alarm{
				Kind: live.AlarmSuggest, Room: "demo", At: 5, Viewers: live.Absent, Sold: live.Absent,
				Dialogue: "demo/u\"1", Text: "还有 37 件", To: "c1",
			})),
			`{"type":"alarm","kind":"suggest","room":"demo","at":5,"dialogue":"demo/u\"1","text":"还有 37 件","to":"c1"}`,
		},
		{string(wire.AppendPing(nil)), `{"type":"ping"}`},
		{string(wire.AppendPong(nil)), `{"type":"pong"}`},
		{string(wire.AppendEvent(nil, &live.Event{Type: live.StockUpdate, SKU: "K", At: 5})), `{"type":"stock","sku":"K","available":0,"at":5}`},
		{
			string(wire.AppendEvent(nil, &live.Event{Type: live.CountsUpdate, Room: "r", Viewers: 0, Sold: live.Absent, At: 5})),
			`{"type":"counts","room":"r","viewers":0,"at":5}`,
		},
		{string(wire.AppendEvent(nil, &live.Event{})), ``},
		{
			string(wire.AppendHello(nil, &wire.Hello{Role: live.Seat, Token: "t", Resume: &wire.Resume{Session: "s", After: "r"}})),
			`{"type":"hello","v":1,"role":"seat","token":"t","outcomes":false,"resume":{"session":"s","after":"r"}}`,
		},
	} {
		if c.got != c.want {
			t.Errorf("\n got %s\nwant %s", c.got, c.want)
		}
		if c.want != "" && !json.Valid([]byte(c.got)) {
			t.Errorf("not JSON: %s", c.got)
		}
	}
}

func TestOutboundReadsWhatWeWrite(t *testing.T) {
	var o wire.Outbound
	if err := wire.DecodeOutbound(wire.AppendReply(nil, &reply), &o); err != nil {
		t.Fatal(err)
	}
	want := wire.Outbound{
		Type: "reply", ID: "r1", To: "c1", Room: "demo", User: "u1", Dialogue: "demo/u1", Text: reply.Text, Scope: "public",
		Intent: "stock", Domain: "presale", Confidence: 0.9322, Emotion: "calm", By: "script", DecidedBy: "model", Script: "stock",
		Variant: "b", Count: 3, TookMs: 12,
	}
	if o != want || o.ReplyID() != "r1" {
		t.Errorf("reply\n got %+v\nwant %+v", o, want)
	}
	for _, c := range []struct {
		frame []byte
		want  wire.Outbound
	}{
		{wire.AppendAck(nil, "a"), wire.Outbound{Type: "ack", ID: "a"}},
		{wire.AppendOutcome(nil, "c", live.Merged, "", "r"), wire.Outbound{Type: "outcome", To: "c", Outcome: "merged", Joined: "r"}},
		{wire.AppendOutcome(nil, "c", live.Shed, "overloaded", ""), wire.Outbound{Type: "outcome", To: "c", Outcome: "shed", Reason: "overloaded"}},
		{
			wire.AppendError(nil, &live.Fault{Code: live.BadTime, Field: "at", Hint: "h", To: "c"}),
			wire.Outbound{Type: "error", Code: "bad_time", Field: "at", Message: "h", To: "c"},
		},
		{wire.AppendBye(nil, live.Idle, "why", time.Second), wire.Outbound{Type: "bye", Code: "idle", Reason: "why", RetryMs: 1000}},
		{wire.AppendWelcome(nil, "s", time.Second), wire.Outbound{Type: "welcome", Session: "s", HeartbeatMs: 1000, Durable: true}},
		{
			wire.AppendAlarm(nil, &live.Alarm{
				Kind: live.AlarmHost, Room: "r", At: 5, Viewers: 9, Sold: 8, Top: []live.AlarmTopic{{Intent: live.IntentGift, Count: 2, Stock: live.Absent}},
			}),
			wire.Outbound{Type: "alarm", Kind: "host", Room: "r", At: 5, Viewers: 9, Sold: 8, Top: `[{"intent":"gift","count":2}]`},
		},
		{
			wire.AppendAlarm(nil, &live.Alarm{Kind: live.AlarmSuggest, Room: "r", Viewers: live.Absent, Sold: live.Absent, Dialogue: "r/u", Text: "t", To: "c"}),
			wire.Outbound{Type: "alarm", Kind: "suggest", Room: "r", Dialogue: "r/u", Text: "t", To: "c"},
		},
		{wire.AppendPing(nil), wire.Outbound{Type: "ping"}},
		{[]byte(`{"type":"alarm","level":{"x":[1]},"text":null}`), wire.Outbound{Type: "alarm"}},
	} {
		if err := wire.DecodeOutbound(c.frame, &o); err != nil || o != c.want {
			t.Errorf("DecodeOutbound(%s) = %+v, %v; want %+v", c.frame, o, err, c.want)
		}
	}
	for _, bad := range []string{``, `[]`, `{}`, `{"type":"ack","id":7}`, `{"type":"reply","count":"x"}`, `{"type":"pong"}x`, `{"type":"welcome","durable":1}`, `{"type":"reply","confidence":"1"}`, `{"type":"alarm","top":{}}`, `{"type":"alarm","at":"1"}`} {
		if err := wire.DecodeOutbound([]byte(bad), &o); err == nil {
			t.Errorf("DecodeOutbound(%s) took it", bad)
		}
	}
}

func TestClientWordsComeBack(t *testing.T) {
	ms := now.UnixMilli()
	for _, e := range []live.Event{
		{Type: live.Comment, ID: "c1", Room: "r", User: "u", Text: "a\u2028\x01\"\\", At: ms, Name: "n", Level: 3},
		{Type: live.Gift, ID: "g", Room: "r", User: "u", At: ms, Count: 2, ValueFen: 5},
		{Type: live.CountsUpdate, Room: "r", At: ms, Viewers: 3, Sold: 0},
		{Type: live.StockUpdate, Shop: "s", SKU: "k", Warehouse: "w", At: ms},
		{Type: live.OrderUpdate, ID: "o", Shop: "s", Room: "r", User: "u", SKU: "k", Quantity: 1, AmountFen: 2, State: live.OrderPaid, At: ms},
		{Type: live.Present, Room: "r", SKU: "k", At: ms},
		{Type: live.Rate, ID: "x", Dialogue: "r/u", Score: 1},
		{Type: live.Say, Dialogue: "r/u", Text: "t", Note: "n"},
		{Type: live.GiveBack, Dialogue: "r/u"},
	} {
		in := one(t, string(wire.AppendEvent(nil, &e)))
		if in.Event == nil || !reflect.DeepEqual(*in.Event, e) {
			t.Errorf("%s came back as %+v %v", wire.AppendEvent(nil, &e), in.Event, in.Fault)
		}
	}
	h := &wire.Hello{V: 1, Role: live.Viewer, Token: "t", Outcomes: true, Resume: &wire.Resume{Session: "s"}}
	if in := one(t, string(wire.AppendHello(nil, h))); !reflect.DeepEqual(in.Hello, h) {
		t.Errorf("hello came back as %+v %v", in.Hello, in.Fault)
	}
}

func TestInvalidUTF8NeverLeaves(t *testing.T) {
	frame := wire.AppendAck(nil, "a\xffb\xc3")
	if string(frame) != `{"type":"ack","id":"a`+"\ufffd"+`b`+"\ufffd"+`"}` {
		t.Errorf("got %q", frame)
	}
}
