package wire_test

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"liveroom/engine/live"
	"liveroom/transport/wire"
)

// The judge: encoding/json, plain and slow, with the few rules on which we are stricter spelled out.

var (
	pair  = regexp.MustCompile(`\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}`)
	half  = regexp.MustCompile(`\\u[dD][89a-fA-F][0-9a-fA-F]{2}`)
	whole = regexp.MustCompile(`^-?(0|[1-9][0-9]*)$`)
)

// wellFormed tells whether a payload is JSON by the judge's word and ours.
func wellFormed(payload []byte) bool {
	rest := strings.ReplaceAll(string(payload), `\\`, "")
	return utf8.Valid(payload) && json.Valid(payload) && !half.MatchString(pair.ReplaceAllString(rest, "")) && depth(payload) <= 30
}

// depth is how deep brackets nest, brackets in strings counted too: an upper bound.
func depth(payload []byte) int {
	deepest, at := 0, 0
	for _, c := range payload {
		switch c {
		case '[', '{':
			at++
			deepest = max(deepest, at)
		case ']', '}':
			at--
		}
	}
	return deepest
}

// objectsOf reads a payload with the judge: its objects, each name with its last value.
func objectsOf(t *testing.T, payload []byte) []map[string]json.RawMessage {
	t.Helper()
	var raw []json.RawMessage
	if strings.HasPrefix(strings.TrimSpace(string(payload)), "[") {
		if err := json.Unmarshal(payload, &raw); err != nil {
			t.Fatal(err)
		}
	} else {
		raw = []json.RawMessage{payload}
	}
	objects := make([]map[string]json.RawMessage, len(raw))
	for i, r := range raw {
		if err := json.Unmarshal(r, &objects[i]); err != nil {
			objects[i] = nil // not an object
		}
	}
	return objects
}

func text(raw json.RawMessage) (s string) {
	if json.Unmarshal(raw, &s) != nil {
		return ""
	}
	return s
}

func integer(raw json.RawMessage) (n int64) {
	if !whole.Match(raw) || json.Unmarshal(raw, &n) != nil {
		return -1 << 62
	}
	return n
}

func FuzzDecode(f *testing.F) {
	for _, seed := range []string{
		comment, "[" + comment + `,{"type":"ping"},null]`, `{"type":"hello","v":1,"role":"viewer","token":"t","resume":{"session":"s"}}`,
		`{"type":"stock","sku":"K","available":1,"at":` + nowText + `,"x":[{"y":"\ud83d\ude00"}]}`, `{"type":"comment","\u0069d":"1","id":2}`,
		`{"type":"order","id":"o","user":"u","sku":"K","quantity":1,"amount_fen":1,"state":"paid","at":1.5e3}`, `{"a":"\ud800"}`, "{\"\x7f\":\"\\/\"} x", `[[[[1]]]]`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, payload []byte) {
		got := wire.Decode(payload, now, nil)
		if len(got) == 0 {
			t.Fatalf("Decode(%q) says nothing at all", payload)
		}
		for _, in := range got {
			checkInbound(t, in)
		}
		broken := len(got) == 1 && got[0].Kind == wire.KindFault && got[0].Fault.To == "" && got[0].Fault.Field == "" &&
			(got[0].Fault.Code == live.BadJSON || got[0].Fault.Code == live.TooLarge)
		if broken {
			trimmed := strings.TrimSpace(string(payload))
			simple := wellFormed(payload) && strings.HasPrefix(trimmed, "{") && len(payload) <= wire.MaxPayload
			if simple {
				t.Fatalf("Decode(%q) refuses JSON the judge takes: %s", payload, got[0].Fault.Hint)
			}
			return
		}
		if !json.Valid(payload) || !utf8.Valid(payload) {
			t.Fatalf("Decode(%q) takes what is no JSON", payload)
		}
		objects := objectsOf(t, payload)
		if len(objects) != len(got) {
			t.Fatalf("Decode(%q) says %d things, the judge %d", payload, len(got), len(objects))
		}
		for i, in := range got {
			if in.Kind == wire.KindEvent {
				checkAgainst(t, in.Event, objects[i])
			}
		}
	})
}

// checkInbound holds what every decoded object promises.
func checkInbound(t *testing.T, in wire.Inbound) {
	t.Helper()
	switch in.Kind {
	case wire.KindFault:
		if in.Fault.Code == live.OK || in.Fault.Hint == "" || len(in.Fault.Hint) > 600 {
			t.Fatalf("fault %+v", in.Fault)
		}
		var o wire.Outbound
		if frame := wire.AppendError(nil, in.Fault); !json.Valid(frame) || wire.DecodeOutbound(frame, &o) != nil || o.Message != in.Fault.Hint {
			t.Fatalf("fault %+v is written as %s", in.Fault, frame)
		}
	case wire.KindEvent:
		again := wire.Decode(wire.AppendEvent(nil, in.Event), now, nil)
		if len(again) != 1 || again[0].Event == nil || *again[0].Event != *in.Event {
			t.Fatalf("event %+v written and read again is %+v", in.Event, again[0])
		}
	case wire.KindHello:
		if in.Hello.V != 1 || in.Hello.Token == "" || in.Hello.Role == 0 {
			t.Fatalf("hello %+v", in.Hello)
		}
	case wire.KindPing, wire.KindPong:
	default:
		t.Fatalf("kind %d", in.Kind)
	}
}

// checkAgainst compares an event with what the judge read.
func checkAgainst(t *testing.T, e *live.Event, o map[string]json.RawMessage) {
	t.Helper()
	if e.Type.String() != text(o["type"]) {
		t.Fatalf("type %s, the judge says %s", e.Type, o["type"])
	}
	for name, got := range map[string]string{
		"id": string(e.ID), "room": string(e.Room), "user": string(e.User), "sku": string(e.SKU), "dialogue": string(e.Dialogue),
		"text": e.Text, "name": e.Name, "warehouse": e.Warehouse, "note": e.Note,
	} {
		if got != "" && got != text(o[name]) {
			t.Fatalf("%s is %q, the judge says %s", name, got, o[name])
		}
	}
	for name, got := range map[string]int64{"level": e.Level, "available": e.Available, "quantity": e.Quantity, "amount_fen": e.AmountFen, "value_fen": e.ValueFen, "score": e.Score} {
		if got != 0 && got != integer(o[name]) {
			t.Fatalf("%s is %d, the judge says %s", name, got, o[name])
		}
	}
	if e.At != 0 && (e.At != integer(o["at"]) || e.At < now.Add(-wire.MaxAge).UnixMilli() || e.At > now.Add(wire.MaxAhead).UnixMilli()) {
		t.Fatalf("at is %d, the judge says %s", e.At, o["at"])
	}
	if slices.ContainsFunc([]rune(string(e.ID)+string(e.Room)+string(e.User)), unicode.IsControl) {
		t.Fatalf("a control character in an id of %+v", e)
	}
}

func FuzzOutbound(f *testing.F) {
	f.Add(wire.AppendReply(nil, &reply))
	f.Add(wire.AppendBye(nil, live.Idle, "x", time.Second))
	f.Add([]byte(`{"type":"error","code":"bad\u005fjson","confidence":1e999}`))
	f.Add(wire.AppendAlarm(nil, &live.Alarm{Kind: live.AlarmHost, Room: "r", Top: []live.AlarmTopic{{Intent: live.IntentStock, Count: 2}}}))
	f.Fuzz(func(t *testing.T, frame []byte) {
		var o wire.Outbound
		if err := wire.DecodeOutbound(frame, &o); err != nil {
			return
		}
		var judge map[string]json.RawMessage
		if err := json.Unmarshal(frame, &judge); err != nil {
			t.Fatalf("DecodeOutbound(%q) takes what the judge refuses: %v", frame, err)
		}
		if utf8.Valid(frame) && !half.MatchString(string(frame)) && (o.Type != text(judge["type"]) || o.Text != text(judge["text"])) {
			t.Fatalf("DecodeOutbound(%q) = %+v", frame, o)
		}
	})
}

func FuzzAppendString(f *testing.F) {
	f.Add("a\"\\\x00\u2028\xff中")
	f.Fuzz(func(t *testing.T, s string) {
		var o wire.Outbound
		frame := wire.AppendAck(nil, live.EventID(s))
		if err := wire.DecodeOutbound(frame, &o); err != nil || string(o.ID) != strings.ToValidUTF8(s, "\ufffd") && utf8.ValidString(s) {
			t.Fatalf("%q is written as %s and read as %q, %v", s, frame, o.ID, err)
		}
		var judge struct{ ID string }
		if err := json.Unmarshal(frame, &judge); err != nil || judge.ID != string(o.ID) {
			t.Fatalf("%q is written as %s, which the judge reads as %q, %v", s, frame, judge.ID, err)
		}
	})
}
