package wire_test

import (
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"

	"liveroom/engine/live"
	"liveroom/transport/wire"
)

var now = time.UnixMilli(1_790_000_000_000)

const (
	nowText = "1790000000000"
	comment = `{"type":"comment","id":"c1","room":"demo","user":"u1","text":"3号链接还有货吗","at":1790000000000,"name":"小王","level":7}`
)

// one decodes a payload that holds one object.
func one(t *testing.T, payload string) wire.Inbound {
	t.Helper()
	got := wire.Decode([]byte(payload), now, nil)
	if len(got) != 1 {
		t.Fatalf("Decode(%s) gave %d objects, want 1", payload, len(got))
	}
	return got[0]
}

func TestDecodeEvents(t *testing.T) {
	ms := now.UnixMilli()
	for _, c := range []struct {
		payload string
		want    live.Event
	}{
		{comment, live.Event{Type: live.Comment, ID: "c1", Room: "demo", User: "u1", Text: "3号链接还有货吗", At: ms, Name: "小王", Level: 7}},
		{
			` { "at" : ` + nowText + ` , "text":"a\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00z", "x":{"y":[1,{"z":null}]}, "user":"u","room":"r","id":"\u0069","type":"mess\u0061ge"} `,
			live.Event{Type: live.Message, ID: "i", Room: "r", User: "u", Text: "a\"\\/\b\f\n\r\té😀z", At: ms},
		},
		{`{"type":"enter","id":"e","room":"r","user":"u","at":` + nowText + `}`, live.Event{Type: live.Enter, ID: "e", Room: "r", User: "u", At: ms, Count: 1}},
		{`{"type":"like","id":"e","room":"r","user":"u","at":` + nowText + `,"count":15}`, live.Event{Type: live.Like, ID: "e", Room: "r", User: "u", At: ms, Count: 15}},
		{`{"type":"gift","id":"e","room":"r","user":"u","at":` + nowText + `,"count":null,"value_fen":600}`, live.Event{Type: live.Gift, ID: "e", Room: "r", User: "u", At: ms, Count: 1, ValueFen: 600}},
		{`{"type":"counts","room":"r","viewers":0,"at":` + nowText + `}`, live.Event{Type: live.CountsUpdate, Room: "r", At: ms, Viewers: 0, Sold: live.Absent}},
		{`{"type":"counts","room":"r","sold":9,"at":` + nowText + `}`, live.Event{Type: live.CountsUpdate, Room: "r", At: ms, Viewers: live.Absent, Sold: 9}},
		{`{"type":"stock","sku":"DEMO-3","available":0,"at":` + nowText + `}`, live.Event{Type: live.StockUpdate, SKU: "DEMO-3", At: ms}},
		{
			`{"type":"stock","id":"s","shop":"demo","sku":"K","warehouse":"beijing","available":37,"at":` + nowText + `}`,
			live.Event{Type: live.StockUpdate, ID: "s", Shop: "demo", SKU: "K", Warehouse: "beijing", Available: 37, At: ms},
		},
		{
			`{"type":"order","id":"o","user":"u","sku":"K","quantity":2,"amount_fen":19900,"state":"refunded","at":` + nowText + `}`,
			live.Event{Type: live.OrderUpdate, ID: "o", User: "u", SKU: "K", Quantity: 2, AmountFen: 19900, State: live.OrderRefunded, At: ms},
		},
		{`{"type":"present","room":"r","sku":"K","at":` + nowText + `}`, live.Event{Type: live.Present, Room: "r", SKU: "K", At: ms}},
		{`{"type":"rate","id":"x","dialogue":"r/u","score":5,"solved":true}`, live.Event{Type: live.Rate, ID: "x", Dialogue: "r/u", Score: 5, Solved: true}},
		{`{"type":"take","dialogue":"r/u"}`, live.Event{Type: live.Take, Dialogue: "r/u"}},
		{`{"type":"say","dialogue":"r/u","text":"您好","note":"老客"}`, live.Event{Type: live.Say, Dialogue: "r/u", Text: "您好", Note: "老客"}},
		{`{"type":"give_back","dialogue":"r/u","note":""}`, live.Event{Type: live.GiveBack, Dialogue: "r/u"}},
	} {
		in := one(t, c.payload)
		if in.Kind != wire.KindEvent || !reflect.DeepEqual(*in.Event, c.want) {
			t.Errorf("Decode(%s)\n got %+v %v\nwant %+v", c.payload, in.Event, in.Fault, c.want)
		}
	}
}

func TestDecodeOwnsItsMemory(t *testing.T) {
	payload := []byte(comment)
	e := wire.Decode(payload, now, nil)[0].Event
	clear(payload)
	if e.ID != "c1" || e.Text != "3号链接还有货吗" || e.Name != "小王" {
		t.Fatalf("event changed with the payload it came from: %+v", e)
	}
}

func TestDecodeWords(t *testing.T) {
	if k := one(t, `{"type":"ping","at":"whatever"}`).Kind; k != wire.KindPing {
		t.Errorf("ping decoded as %d", k)
	}
	if k := one(t, `{"type":"pong"}`).Kind; k != wire.KindPong {
		t.Errorf("pong decoded as %d", k)
	}
	got := one(t, `{"type":"hello","v":1,"role":"viewer","token":"a.b.c","outcomes":true,"resume":{"session":"s1","after":"r9","x":[]}}`)
	want := &wire.Hello{V: 1, Role: live.Viewer, Token: "a.b.c", Outcomes: true, Resume: &wire.Resume{Session: "s1", After: "r9"}}
	if !reflect.DeepEqual(got.Hello, want) {
		t.Errorf("hello = %+v %v, want %+v", got.Hello, got.Fault, want)
	}
	got = one(t, `{"type":"hello","v":1,"role":"ingest","token":"t","resume":null}`)
	if got.Hello == nil || got.Hello.Resume != nil || got.Hello.Outcomes {
		t.Errorf("short hello = %+v %v", got.Hello, got.Fault)
	}
}

func TestDecodeArray(t *testing.T) {
	in := wire.Decode([]byte(`[`+comment+`,{"type":"ping"},5,{"type":"comment","id":"c2"},`+strings.Replace(comment, "c1", "c3", 1)+`]`), now, make([]wire.Inbound, 1))
	var got []string
	for _, i := range in[1:] {
		switch i.Kind {
		case wire.KindEvent:
			got = append(got, "event "+string(i.Event.ID))
		case wire.KindPing:
			got = append(got, "ping")
		case wire.KindFault:
			got = append(got, i.Fault.Code.String()+" "+i.Fault.Field+" "+string(i.Fault.To))
		}
	}
	want := []string{"event c1", "ping", "bad_json  ", "bad_field room c2", "event c3"}
	if !reflect.DeepEqual(got, want) {
		t.Fatalf("got %q, want %q", got, want)
	}
	if hint := in[3].Fault.Hint; !strings.Contains(hint, "the number 5") || !strings.Contains(hint, "object 3") {
		t.Errorf("hint %q names neither what was seen nor its place", hint)
	}
}

func TestDecodeArrayBounds(t *testing.T) {
	many := func(n int) []wire.Inbound {
		return wire.Decode([]byte("["+strings.TrimSuffix(strings.Repeat(`{"type":"ping"},`, n), ",")+"]"), now, nil)
	}
	if got := many(wire.MaxObjects); len(got) != wire.MaxObjects || got[255].Kind != wire.KindPing {
		t.Fatalf("%d objects gave %d", wire.MaxObjects, len(got))
	}
	for _, n := range []int{wire.MaxObjects + 1, 1000} {
		if got := many(n); len(got) != 1 || got[0].Fault.Code != live.TooLarge || !strings.Contains(got[0].Fault.Hint, "256") {
			t.Fatalf("%d objects gave %d, the first %+v", n, len(got), got[0])
		}
	}
	if got := wire.Decode(make([]byte, wire.MaxPayload+1), now, nil); len(got) != 1 || got[0].Fault.Code != live.TooLarge {
		t.Fatalf("a payload over the bound gave %+v", got)
	}
}

func TestDecodeFaults(t *testing.T) {
	long := strings.Repeat("长", 43) // 129 bytes
	seconds := strconv.FormatInt(now.Unix(), 10)
	swap := func(old, new string) string { return strings.Replace(comment, old, new, 1) }
	for _, c := range []struct {
		name, payload string
		code          live.Code
		field, to     string
		hint          string
	}{
		{"empty", ``, live.BadJSON, "", "", "empty"},
		{"blank", ` `, live.BadJSON, "", "", "expected one object"},
		{"empty array", `[]`, live.BadJSON, "", "", "says nothing"},
		{"bare string", `"comment"`, live.BadJSON, "", "", "expected one object"},
		{"torn", comment[:40], live.BadJSON, "", "", "at byte 40"},
		{"trailing", comment + comment, live.BadJSON, "", "", "one object or one array per frame"},
		{"trailing zero", comment + "\x00", live.BadJSON, "", "", "follows"},
		{"bom", "\ufeff" + comment, live.BadJSON, "", "", "byte order mark"},
		{"single quotes", `{'type':'ping'}`, live.BadJSON, "", "", "double quotes"},
		{"trailing comma", `{"type":"ping",}`, live.BadJSON, "", "", "double quotes"},
		{"not utf-8", swap("小王", "\xff"), live.BadJSON, "", "", "byte 113 (0xff)"},
		{"gbk", swap("小王", "\xd0\xa1\xcd\xf5"), live.BadJSON, "", "", "UTF-8"},
		{"half a surrogate", swap("小王", `\ud800`), live.BadJSON, "", "", "surrogate"},
		{"swapped surrogates", swap("小王", `\ude00\ud83d`), live.BadJSON, "", "", "surrogate"},
		{"raw newline", swap("小王", "\n"), live.BadJSON, "", "", "control character"},
		{"deep", swap("7}", strings.Repeat("[", 100)+strings.Repeat("]", 100)+"}"), live.BadJSON, "", "", "deep"},
		{"no type", `{"id":"c1"}`, live.BadField, "type", "c1", "missing"},
		{"number type", `{"type":1}`, live.BadField, "type", "", "the number 1"},
		{"unknown type", `{"type":"danmu","id":"c1"}`, live.UnknownType, "type", "c1", `"danmu"`},
		{"no id", swap(`"id":"c1",`, ""), live.BadField, "id", "", "missing"},
		{"id as number", swap(`"c1"`, "12345"), live.BadField, "id", "", `"id":"12345"`},
		{"empty id", swap(`"c1"`, `""`), live.BadField, "id", "", "empty"},
		{"huge id", swap(`"c1"`, `"`+long+`"`), live.BadField, "id", "", "129 bytes"},
		{"nul in id", swap(`"c1"`, `"a\u0000"`), live.BadField, "id", "", "U+0000"},
		{"c1 control in id", swap(`"c1"`, `"a\u0085"`), live.BadField, "id", "", "U+0085"},
		{"no room", swap(`"room":"demo",`, ""), live.BadField, "room", "c1", "missing"},
		{"null user", swap(`"u1"`, "null"), live.BadField, "user", "c1", "null"},
		{"object user", swap(`"u1"`, `{"id":"u1"}`), live.BadField, "user", "c1", "an object"},
		{"blank text", swap("3号链接还有货吗", " \u3000 "), live.BadField, "text", "c1", "empty"},
		{"long text", swap("3号链接还有货吗", strings.Repeat("啊", 1366)), live.BadField, "text", "c1", "4098 bytes"},
		{"long name", swap("小王", strings.Repeat("x", 257)), live.BadField, "name", "c1", "257 bytes"},
		{"negative level", swap("7}", "-7}"), live.BadField, "level", "c1", "-7"},
		{"float level", swap("7}", "7.5}"), live.BadField, "level", "c1", "whole number"},
		{"exponent level", swap("7}", "1e3}"), live.BadField, "level", "c1", "whole number"},
		{"time as text", swap(nowText, `"`+nowText+`"`), live.BadField, "at", "c1", "milliseconds"},
		{"float time", swap(nowText, nowText+".5"), live.BadTime, "at", "c1", "whole number"},
		{"seconds", swap(nowText, seconds), live.BadTime, "at", "c1", "looks like seconds"},
		{"microseconds", swap(nowText, nowText+"000"), live.BadTime, "at", "c1", "looks like microseconds"},
		{"nanoseconds", swap(nowText, nowText+"00000"), live.BadTime, "at", "c1", "ahead"},
		{"beyond int64", swap(nowText, strings.Repeat("9", 40)), live.BadTime, "at", "c1", "999999999999999999999999…"},
		{"old", swap(nowText, strconv.FormatInt(now.Add(-24*time.Hour).UnixMilli()-1, 10)), live.BadTime, "at", "c1", "24h0m0.001s ago"},
		{"ahead", swap(nowText, strconv.FormatInt(now.Add(time.Minute).UnixMilli()+1, 10)), live.BadTime, "at", "c1", "1m0.001s ahead"},
		{"nothing counted", `{"type":"counts","room":"r","at":` + nowText + `}`, live.BadField, "viewers", "", "at least one"},
		{"negative counts", `{"type":"counts","room":"r","viewers":-1,"at":` + nowText + `}`, live.BadField, "viewers", "", "-1"},
		{"huge counts", `{"type":"counts","room":"r","sold":1000000001,"at":` + nowText + `}`, live.BadField, "sold", "", "1000000000"},
		{"negative stock", `{"type":"stock","sku":"K","available":-5,"at":` + nowText + `}`, live.BadField, "available", "", "-5"},
		{"no likes", `{"type":"like","id":"l","room":"r","user":"u","count":0,"at":` + nowText + `}`, live.BadField, "count", "l", "from 1"},
		{"order state", `{"type":"order","id":"o","user":"u","sku":"K","quantity":1,"amount_fen":1,"state":"done","at":` + nowText + `}`, live.BadField, "state", "o", "refunded"},
		{"negative amount", `{"type":"order","id":"o","user":"u","sku":"K","quantity":1,"amount_fen":-1,"state":"paid","at":` + nowText + `}`, live.BadField, "amount_fen", "o", "-1"},
		{"score", `{"type":"rate","id":"x","dialogue":"r/u","score":6,"solved":true}`, live.BadField, "score", "x", "from 1 to 5"},
		{"solved", `{"type":"rate","id":"x","dialogue":"r/u","score":5,"solved":"yes"}`, live.BadField, "solved", "x", "true or false"},
		{"empty say", `{"type":"say","dialogue":"r/u","text":""}`, live.BadField, "text", "", "empty"},
		{"hello version", `{"type":"hello","v":2,"role":"viewer","token":"t"}`, live.BadField, "v", "", `"v":1`},
		{"hello role", `{"type":"hello","v":1,"role":"admin","token":"t"}`, live.BadField, "role", "", "ingest, viewer or seat"},
		{"hello token", `{"type":"hello","v":1,"role":"seat"}`, live.BadField, "token", "", "missing"},
		{"hello outcomes", `{"type":"hello","v":1,"role":"seat","token":"t","outcomes":1}`, live.BadField, "outcomes", "", "the number 1"},
		{"hello resume", `{"type":"hello","v":1,"role":"seat","token":"t","resume":"s1"}`, live.BadField, "resume", "", "object"},
		{"resume session", `{"type":"hello","v":1,"role":"seat","token":"t","resume":{"session":7}}`, live.BadField, "session", "", "the number 7"},
		{"resume after", `{"type":"hello","v":1,"role":"seat","token":"t","resume":{"session":"s","after":7}}`, live.BadField, "after", "", "the number 7"},
	} {
		t.Run(c.name, func(t *testing.T) {
			in := one(t, c.payload)
			if in.Kind != wire.KindFault {
				t.Fatalf("Decode(%s) took it as kind %d", c.payload, in.Kind)
			}
			if f := in.Fault; f.Code != c.code || f.Field != c.field || string(f.To) != c.to || !strings.Contains(f.Hint, c.hint) {
				t.Errorf("fault %s field %q to %q hint %q; want %s field %q to %q hint with %q", f.Code, f.Field, f.To, f.Hint, c.code, c.field, c.to, c.hint)
			}
		})
	}
}

func TestDecodeNeverEchoesATokenOrAWholeText(t *testing.T) {
	in := one(t, `{"type":"hello","v":1,"role":"viewer","token":"`+strings.Repeat("secret", 1000)+`"}`)
	if strings.Contains(in.Fault.Hint, "secret") {
		t.Errorf("fault tells the token: %s", in.Fault.Hint)
	}
	in = one(t, `{"type":"`+strings.Repeat("很", 500)+`"}`)
	if len(in.Fault.Hint) > 300 {
		t.Errorf("fault of %d bytes repeats what it refuses: %s", len(in.Fault.Hint), in.Fault.Hint)
	}
}

func TestLastOfADoubledNameWins(t *testing.T) {
	in := one(t, strings.Replace(comment, `"level":7`, `"level":7,"id":"other"`, 1))
	if in.Event == nil || in.Event.ID != "other" {
		t.Errorf("doubled id gave %+v %v", in.Event, in.Fault)
	}
}
