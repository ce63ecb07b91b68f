package engine

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"liveroom/engine/live"
	"liveroom/transport/wire/token"
)

func TestStockQuestionOverTCP(t *testing.T) {
	n := startNode(t, t.TempDir(), nil)
	c := n.ingest(t)
	for i, pieces := range []int{37, 4711} {
		id := fmt.Sprint("m", i)
		c.send(stockIs(pieces))
		c.send(said("message", id, "u1", "3号链接还剩多少件"))
		if ack := c.next("ack", "error"); ack.text("type") != "ack" || ack.text("id") != id {
			t.Fatalf("got %v, want the ack of %s", ack, id)
		}
		r := c.next("reply", "error")
		if !strings.Contains(r.text("text"), fmt.Sprint(pieces)) || r.text("by") != "script" || r.text("scope") != "private" {
			t.Fatalf("got %v, want a private reply by script with %d", r, pieces)
		}
		if r.text("to") != id || r.text("room") != "demo" || r.text("user") != "u1" || r.text("intent") != "stock" || r.text("domain") != "presale" {
			t.Errorf("reply %v does not name what it answers", r)
		}
	}
}

func TestStockQuestionOverWebSocket(t *testing.T) {
	n := startNode(t, t.TempDir(), nil)
	c := n.ingest(t)
	c.send(stockIs(37))
	c.send(said("message", "m0", "u1", "我要退货"))
	c.next("reply") // so the stock before it has been taken in
	v := n.viewer(t, "guest")
	v.send(said("message", "m1", "guest", "3号链接还剩多少件"))
	if r := v.next("reply", "error"); !strings.Contains(r.text("text"), "37") {
		t.Fatalf("got %v, want 37", r)
	}
}

func TestPublicReplyReachesTheRoom(t *testing.T) {
	n := startNode(t, t.TempDir(), nil)
	c, v := n.ingest(t), n.viewer(t, "guest")
	c.send(stockIs(37))
	c.send(said("comment", "c1", "u1", "3号链接还剩多少件"))
	for name, link := range map[string]*client{"ingest": c, "viewer": v} {
		if r := link.next("reply", "error"); r.text("scope") != "public" || r.text("to") != "c1" {
			t.Errorf("the %s link got %v, want the public reply", name, r)
		}
	}
	c.send(said("message", "m1", "u1", "3号链接还剩多少件"))
	c.next("reply")
	v.send(said("message", "m2", "guest", "包邮吗"))
	if r := v.next("reply"); r.text("to") != "m2" {
		t.Errorf("the viewer got %v, a private reply to somebody else", r)
	}
}

func TestRepetitionBringsTheSameFrame(t *testing.T) {
	dir := t.TempDir()
	n := startNode(t, dir, nil)
	c := n.ingest(t)
	c.send(said("message", "m1", "u1", "我要退货"))
	first := c.next("reply")
	c.send(said("message", "m1", "u1", "我要退货"))
	if again := c.next("reply"); again.text("id") != first.text("id") || again.text("text") != first.text("text") {
		t.Errorf("the repetition got %v, want %v", again, first)
	}
	if err := n.stop(); err != nil {
		t.Fatal(err)
	}
	n = startNode(t, dir, nil)
	c = n.ingest(t)
	c.send(said("message", "m1", "u1", "我要退货"))
	if again := c.next("reply"); again.text("id") != first.text("id") || again.text("text") != first.text("text") {
		t.Errorf("after a restart the repetition got %v, want %v", again, first)
	}
}

func TestResumeBringsWhatWasMissed(t *testing.T) {
	n := startNode(t, t.TempDir(), nil)
	signed := n.token(t, token.Claims{Role: live.Ingest})
	c := dialTCP(t, n.Addrs().TCP).hello("ingest", signed, frame{"outcomes": true})
	var ids []string
	for i := range 3 {
		c.send(said("message", fmt.Sprint("m", i), "u1", "我要退货"))
		ids = append(ids, c.next("reply").text("id"))
	}
	c.close()
	again := dialTCP(t, n.Addrs().TCP).hello("ingest", signed, frame{
		"outcomes": true, "resume": frame{"session": c.Session, "after": ids[0]},
	})
	if again.Session != c.Session {
		t.Fatalf("session %q resumed as %q", c.Session, again.Session)
	}
	for _, want := range ids[1:] {
		if r := again.next("reply"); r.text("id") != want {
			t.Errorf("resumed with %v, want %s", r, want)
		}
	}
	thief := dialWS(t, n.Addrs().WS).hello("viewer", n.token(t, token.Claims{Role: live.Viewer, Room: "demo", User: "x"}),
		frame{"resume": frame{"session": c.Session, "after": ""}})
	if thief.Session == c.Session {
		t.Error("a viewer resumed the session of an ingest link")
	}
}

func TestBadInputIsNamed(t *testing.T) {
	n := startNode(t, t.TempDir(), func(c *Config) { c.Shop.OpenRooms = false })
	c := n.ingest(t)
	for _, bad := range []struct {
		send        frame
		code, field string
	}{
		{frame{"type": "comment", "id": "1", "room": "nowhere", "user": "u", "text": "x", "at": said("", "", "", "")["at"]}, "unknown_room", "room"},
		{frame{"type": "stock", "sku": "NO-SUCH", "available": 1, "at": said("", "", "", "")["at"]}, "bad_field", "sku"},
		{frame{"type": "stock", "sku": "DEMO-3", "available": -1, "at": said("", "", "", "")["at"]}, "bad_field", "available"},
		{frame{"type": "stock", "sku": "DEMO-3", "warehouse": "moon", "available": 1, "at": said("", "", "", "")["at"]}, "bad_field", "warehouse"},
		{frame{"type": "stock", "shop": "other", "sku": "DEMO-3", "available": 1, "at": said("", "", "", "")["at"]}, "bad_field", "shop"},
		{frame{"type": "present", "room": "demo", "sku": "NO-SUCH", "at": said("", "", "", "")["at"]}, "bad_field", "sku"},
		{frame{"type": "message", "id": "2", "room": "demo", "user": "u", "text": "x", "at": 1}, "bad_time", "at"},
		{frame{"type": "dance"}, "unknown_type", "type"},
		{frame{"type": "message", "id": strings.Repeat("x", 200), "room": "demo", "user": "u", "text": "x", "at": said("", "", "", "")["at"]}, "bad_field", "id"},
	} {
		c.send(bad.send)
		if e := c.next("error", "reply", "ack"); e.text("code") != bad.code || e.text("field") != bad.field || e.text("message") == "" {
			t.Errorf("%v got %v, want %s at %s", bad.send, e, bad.code, bad.field)
		}
	}
	c.send(said("message", "ok", "u", "我要退货")) // and the link still works
	c.next("reply")
}

func TestStartWithoutTheModel(t *testing.T) {
	n := startNode(t, t.TempDir(), func(c *Config) { c.NLP.ModelDir = t.TempDir() })
	c := n.ingest(t)
	c.send(stockIs(37))
	c.send(said("message", "m1", "u1", "3号链接还剩多少件"))
	if r := c.next("reply", "error"); r.text("decided_by") != "rules" || !strings.Contains(r.text("text"), "37") {
		t.Fatalf("got %v, want 37 decided by rules", r)
	}
	if s := n.parts.reader.Status(); s.Degraded == "" {
		t.Error("the status does not say that the model is away")
	}
}

func TestCorruptModelIsRefusedAndTheOldOneStays(t *testing.T) {
	n := startNode(t, t.TempDir(), nil)
	before := n.parts.reader.Status()
	if before.Degraded != "" {
		t.Fatalf("the shipped model is not in use: %s", before.Degraded)
	}
	dir := t.TempDir()
	files, err := filepath.Glob("../nlp/model/*")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		if filepath.Base(f) == "intent.onnx" {
			b = bytes.ReplaceAll(b, []byte{0}, []byte{1})
		}
		if err := os.WriteFile(filepath.Join(dir, filepath.Base(f)), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := n.parts.reader.Swap(dir); err == nil {
		t.Fatal("a corrupt model was taken")
	}
	c := n.ingest(t)
	c.send(said("message", "m1", "u1", "我要退货"))
	if r := c.next("reply"); r.text("decided_by") != "model" {
		t.Errorf("got %v, want a reply decided by the old model", r)
	}
}

func TestDrainAnswersWhatWasAccepted(t *testing.T) {
	n := startNode(t, t.TempDir(), func(c *Config) { c.Transport.Times.Linger = patience }) // however slowly all of it is read
	c := n.ingest(t)
	const messages = 200
	for i := range messages {
		c.send(said("message", fmt.Sprint("m", i), fmt.Sprint("u", i%20), "我要退货"))
	}
	c.next("ack") // they have begun to arrive
	stopped := make(chan error, 1)
	go func() { stopped <- n.stop() }()
	ended := make(map[string]bool)
	for {
		f := c.next("reply", "outcome", "error", "bye")
		if f.text("type") == "bye" {
			if f.text("code") != "draining" {
				t.Errorf("bye %v, want draining", f)
			}
			break
		}
		if to := f.text("to"); ended[to] {
			t.Errorf("%s ended twice", to)
		} else {
			ended[to] = true
		}
	}
	c.close()
	if len(ended) != messages {
		t.Errorf("%d messages ended, want %d", len(ended), messages)
	}
	if err := <-stopped; err != nil {
		t.Fatal(err)
	}
}

func TestDifferentChoicesDoNotShareAnAnswer(t *testing.T) {
	n := startNode(t, t.TempDir(), nil)
	c := n.ingest(t)
	for _, s := range []struct {
		sku    string
		pieces int
	}{{"DEMO-1-XL-BLACK", 7}, {"DEMO-1-L-WHITE", 51}} {
		c.send(frame{"type": "stock", "sku": s.sku, "available": s.pieces, "at": time.Now().UnixMilli()})
	}
	c.send(said("comment", "c1", "u1", "1号链接XL码黑色还有货吗"))
	if r := c.next("reply", "outcome", "error"); !strings.Contains(r.text("text"), "7") {
		t.Fatalf("got %v, want the 7 black XL", r)
	}
	c.send(said("comment", "c2", "u2", "1号链接L码白色还有货吗"))
	if r := c.next("reply", "outcome", "error"); !strings.Contains(r.text("text"), "51") {
		t.Fatalf("got %v, want the 51 white L and no part in another's answer", r)
	}
	c.send(said("comment", "c3", "u3", "1号链接L码白色还有货吗"))
	if o := c.next("reply", "outcome", "error"); o.text("outcome") != "merged" {
		t.Errorf("got %v, want the same question merged", o)
	}
}

func TestAnOpenedRoomIsThereAfterARestart(t *testing.T) {
	dir := t.TempDir()
	n := startNode(t, dir, nil)
	c := n.ingest(t)
	opening := said("comment", "c1", "u1", "来了来了")
	opening["room"] = "popup"
	c.send(opening)
	c.next("ack")
	if err := n.stop(); err != nil {
		t.Fatal(err)
	}
	n = startNode(t, dir, nil)
	claims := token.Claims{Role: live.Viewer, Room: "popup", User: "u1"}
	dialWS(t, n.Addrs().WS).hello("viewer", n.token(t, claims), nil)
}

func TestATokenOfAnotherShopIsRefused(t *testing.T) {
	n := startNode(t, t.TempDir(), unspoken)
	c := dialTCP(t, n.Addrs().TCP)
	c.send(frame{"type": "hello", "v": 1, "role": "ingest", "token": n.token(t, token.Claims{Role: live.Ingest, Shop: "other"})})
	if bye := c.next("bye"); bye.text("code") != "forbidden" {
		t.Errorf("got %v, want bye forbidden", bye)
	}
}

func TestASeatSpeaksToTheUsersOwnLink(t *testing.T) {
	n := startNode(t, t.TempDir(), nil)
	c, v := n.ingest(t), n.viewer(t, "guest")
	seat := dialTCP(t, n.Addrs().TCP).hello("seat", n.token(t, token.Claims{Role: live.Seat}), nil)
	v.send(said("message", "m1", "guest", "我要退货"))
	dialogue := v.next("reply").text("dialogue")
	c.send(said("comment", "c1", "guest", "哈哈哈")) // heard of elsewhere meanwhile
	c.next("outcome")
	seat.send(frame{"type": "take", "id": "t1", "dialogue": dialogue})
	seat.next("ack")
	shown := seat.next("handover")
	if lines, _ := shown["history"].([]any); len(lines) < 2 || shown.text("dialogue") != dialogue {
		t.Errorf("the seat was shown %v, want what was said before it took the dialogue", shown)
	} else if first, _ := lines[0].(map[string]any); first["who"] != "user" || first["text"] != "我要退货" || first["id"] != "m1" {
		t.Errorf("the history begins with %v, want the user's line", first)
	} else if next, _ := lines[1].(map[string]any); next["who"] != "engine" || next["text"] == "" {
		t.Errorf("the history goes on with %v, want what was answered", next)
	}
	v.send(said("message", "m2", "guest", "包邮吗，我的电话13812345678"))
	v.next("ack")
	line := seat.next("alarm")
	if line.text("kind") != "line" || line.text("to") != "m2" || !strings.Contains(line.text("text"), "包邮吗") || strings.Contains(line.text("text"), "13812345678") {
		t.Errorf("the seat was shown %v, want the user's line, masked", line)
	}
	seat.send(frame{"type": "say", "id": "s1", "dialogue": dialogue, "text": "您好，我是店长"})
	if r := v.next("reply"); r.text("by") != "human" || r.text("text") != "您好，我是店长" {
		t.Errorf("the viewer got %v, want the person's line and none of the engine's", r)
	}
	seat.next("ack")
	seat.send(frame{"type": "give_back", "id": "g1", "dialogue": dialogue})
	seat.next("ack")
	v.send(said("message", "m3", "guest", "包邮吗"))
	if r := v.next("reply"); r.text("to") != "m3" || r.text("by") != "script" {
		t.Errorf("the viewer got %v, want the engine again", r)
	}
}

func TestAPersonIsCalledOnlyWhereOneIs(t *testing.T) {
	n := startNode(t, t.TempDir(), nil)
	v := n.viewer(t, "guest")
	v.send(said("message", "m1", "guest", "转人工"))
	if r := v.next("reply"); r["outcome"] != nil || !strings.Contains(r.text("text"), "不在线") && !strings.Contains(r.text("text"), "没有人工客服在线") {
		t.Errorf("without a seat the viewer got %v, want to be told that nobody is there", r)
	}
	seat := dialTCP(t, n.Addrs().TCP).hello("seat", n.token(t, token.Claims{Role: live.Seat}), nil)
	v.send(said("message", "m2", "guest", "转人工"))
	reply := v.next("reply")
	if reply.text("outcome") != "handed_over" || !strings.Contains(reply.text("text"), "同事看到后会在这里回您") {
		t.Errorf("the viewer got %v, want to be told that a person comes", reply)
	}
	alarm := seat.next("alarm")
	for name, want := range map[string]string{
		"kind": "handover", "room": "demo", "dialogue": reply.text("dialogue"), "to": "m2", "text": "转人工", "reason": "asked",
	} {
		if alarm.text(name) != want {
			t.Errorf("the seat was shown %v, want %s %q", alarm, name, want)
		}
	}
	v.send(said("message", "m2", "guest", "转人工"))
	if again := v.next("reply"); again.text("id") != reply.text("id") || again.text("outcome") != "handed_over" {
		t.Errorf("the same again brought %v, want the same reply", again)
	}
}
