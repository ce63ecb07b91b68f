package engine

import (
	"errors"
	"fmt"
	"math"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"
	"unicode"

	"liveroom/engine/admin/console"
	"liveroom/engine/audit"
	"liveroom/engine/live"
	"liveroom/nlp"
)

// wellVitals are of a node with nothing wrong.
func wellVitals() vitals {
	v := vitals{now: time.Unix(1_000_000, 0), files: 10, mostOpen: 1000, queueLimit: 100, lowSpace: 1e9, products: 6, entries: 9}
	v.doors.Max, v.house.Most, v.nlp.Limit = 100, 100, 100
	v.store.Free, v.store.Size = 5e9, 9e9
	v.certificate = &certificateVitals{ends: v.now.Add(90 * 24 * time.Hour)}
	return v
}

// TestEachIllnessIsToldByItsPart makes one thing worse at a time.
func TestEachIllnessIsToldByItsPart(t *testing.T) {
	well := wellVitals()
	for _, p := range well.parts() {
		if p.State != console.PartOK || (p.Name == "knowledge") != (p.Note != "") {
			t.Errorf("of a node with nothing wrong %+v is told", p)
		}
	}
	const failing, degraded = console.PartFailing, console.PartDegraded
	for _, c := range []struct {
		part, state, en, zh string
		worsen              func(*vitals)
	}{
		{"transport", failing, "tcp, ws", "没有在接受连接", func(v *vitals) { v.doors.Deaf = []string{"tcp", "ws"} }},
		{"transport", "", "", "", func(v *vitals) { v.doors.Deaf, v.draining = []string{"tcp", "ws"}, true }},
		{"transport", failing, "too many open files", "3 秒前系统拒绝了新连接", func(v *vitals) {
			v.doors.Last, v.doors.Why = v.now.Add(-3*time.Second), "too many open files"
		}},
		{"transport", "", "", "", func(v *vitals) { v.doors.Last = v.now.Add(-time.Hour) }},
		{"transport", degraded, "900 of 1000", "LimitNOFILE", func(v *vitals) { v.files = 900 }},
		{"transport", degraded, "90 of 100 links", "transport.links.max", func(v *vitals) { v.doors.Links = 90 }},
		{"front", failing, "expired", "已过期", func(v *vitals) { v.certificate.ends = v.now }},
		{"front", degraded, "3 days", "还有 3 天到期", func(v *vitals) { v.certificate.ends = v.now.Add(73 * time.Hour) }},
		{"front", degraded, "no key", "用不了", func(v *vitals) { v.certificate.refused = "no key" }},
		{"actors", failing, "6s", "6 秒没有运行", func(v *vitals) { v.house.Waited = 6 * time.Second }},
		{"actors", degraded, "1.5s", "排队等待", func(v *vitals) { v.house.Waited = 1500 * time.Millisecond }},
		{"actors", degraded, "overloaded", "正被拒绝", func(v *vitals) { v.house.Shedding = true }},
		{"actors", degraded, "95 messages", "95 条", func(v *vitals) { v.house.InFlight = 95 }},
		{"actors", degraded, "restarted", "共 4 次", func(v *vitals) { v.house.Restarts, v.house.Restarted = 4, v.now.Add(-time.Second) }},
		{"actors", "", "", "", func(v *vitals) { v.house.Restarts, v.house.Restarted = 4, v.now.Add(-time.Hour) }},
		{"nlp", degraded, "no model", "备用规则", func(v *vitals) { v.nlp = nlp.Status{Degraded: "no model"} }},
		{"nlp", degraded, "runs fail", "一部分", func(v *vitals) { v.nlp.Degraded, v.nlp.Runtime = "runs fail", true }},
		{"nlp", degraded, "bad digest", "没有通过检查", func(v *vitals) { v.nlp.Refused = "bad digest" }},
		{"nlp", degraded, "95 texts", "等待模型", func(v *vitals) { v.nlp.Waiting = 95 }},
		{"scripts", degraded, "a.yaml: line 3", "话术", func(v *vitals) { v.scripts.Refused = "a.yaml: line 3" }},
		{"knowledge", degraded, "empty", "商品目录是空的", func(v *vitals) { v.products = 0 }},
		{"knowledge", degraded, "2 problem", "商品目录导入有 2 处问题", func(v *vitals) { v.catalogue = &importRefusal{v.now, 2} }},
		{"knowledge", degraded, "failed", "知识库导入没有成功", func(v *vitals) { v.knowledge = &importRefusal{v.now, 0} }},
		{"storage", failing, "no space", "数据目录", func(v *vitals) { v.store.Failing, v.store.Failure = true, "no space" }},
		{"storage", failing, "refused", "PostgreSQL", func(v *vitals) { v.store.Silent, v.remote = "refused", true }},
		{"storage", degraded, "95 entries", "等待写入", func(v *vitals) { v.store.Queue = 95 }},
		{"storage", degraded, "2 blocks", "打不开", func(v *vitals) { v.store.Quarantined = 2 }},
		{"disk", degraded, "500 MB", "只剩 500 MB", func(v *vitals) { v.store.Free = 5e8 }},
		{"disk", failing, "50 MB", "马上就要写满", func(v *vitals) { v.store.Free = 5e7 }},
		{"disk", "", "", "", func(v *vitals) { v.store.Free = -1 }},
		{"audit", failing, "disk full", "管理操作都被拒绝", func(v *vitals) { v.audit.Failure = "disk full" }},
		{"audit", degraded, "3 record(s)", "3 条", func(v *vitals) { v.audit.Keyless, v.audit.Held = "disk full", 3 }},
		{"audit", degraded, "/far/heads", "链头", func(v *vitals) { v.audit.Heads = []audit.PlaceStatus{{File: "/far/heads", Failure: "gone"}} }},
		{"audit", failing, "1 fault", "改动或损坏", func(v *vitals) { v.audit.Verified = &audit.Verified{Faults: 1} }},
	} {
		ill := wellVitals()
		c.worsen(&ill)
		for _, p := range ill.parts() {
			want := console.PartOK
			if p.Name == c.part && c.state != "" {
				want = c.state
			}
			switch {
			case p.State != want:
				t.Errorf("%s %s: %+v, want %s", c.part, c.en, p, want)
			case want != console.PartOK && (!strings.Contains(p.Note, c.en) || !strings.Contains(p.Advice, c.zh) || !chinese(p.Advice)):
				t.Errorf("%+v, want %q and %q", p, c.en, c.zh)
			}
		}
	}
	both := wellVitals()
	both.store.Quarantined, both.store.Failing, both.store.Failure = 2, true, "no space"
	if p := partOf("storage", both.storing()); p.State != failing || !strings.HasPrefix(p.Note, "no space") || !strings.Contains(p.Note, "2 blocks") {
		t.Errorf("of two illnesses %+v is told, want the worse first", p)
	}
}

// chinese tells whether a text is a whole sentence in Chinese.
func chinese(text string) bool {
	return strings.ContainsFunc(text, func(r rune) bool { return unicode.Is(unicode.Han, r) }) && strings.HasSuffix(text, "。")
}

// TestSickPartsOfANodeAreTold makes the parts of a whole node sick, one after the other, and looks where people look.
func TestSickPartsOfANodeAreTold(t *testing.T) {
	var commit, full atomic.Bool
	own := t.TempDir()
	n := startNode(t, t.TempDir(), func(c *Config) {
		whoseLogFills(&full)(c)
		c.Scripts.Dir = own
		c.Storage.BeforeCommit = func() error {
			if commit.Load() {
				return errors.New("no space left on device")
			}
			return nil
		}
	})
	state := func(part string) (p console.Part) {
		for _, p := range look[console.Overview](t, n, "/v1/overview").Parts {
			if p.Name == part {
				return p
			}
		}
		t.Fatalf("there is no part %s", part)
		return p
	}
	// toldOf looks at what /readyz/parts, /v1/status and the alarms say of a part, and returns what they lack.
	toldOf := func(p console.Part) string {
		_, told := n.ask(t, "GET", "/readyz/parts", "", nil)
		if line := fmt.Sprintf("\n%s\t%s\t%s\n", p.Name, p.State, p.Advice); !strings.Contains(string(told), line) {
			return fmt.Sprintf("/readyz/parts says %q, want %q", told, line)
		}
		if p.State == console.PartOK {
			return ""
		}
		if _, status := n.ask(t, "GET", "/v1/status", "", nil); !strings.Contains(string(status), p.Advice) {
			return "/v1/status does not say it"
		}
		for _, a := range look[console.Overview](t, n, "/v1/overview").Alarms {
			if a.Key == "part."+p.Name && a.Advice == p.Advice && chinese(a.Advice) {
				return ""
			}
		}
		return "no alarm tells of it"
	}
	// is waits until a part is told to be so, everywhere in the same words.
	is := func(part, want string) {
		t.Helper()
		for end := time.Now().Add(20 * time.Second); state(part).State != want; runtime.Gosched() {
			if time.Now().After(end) {
				t.Fatalf("%s is %+v, want %s", part, state(part), want)
			}
		}
		for end := time.Now().Add(patience); ; {
			p := state(part)
			problem := toldOf(p)
			switch still := state(part) == p; {
			case problem == "" && p.State == want:
				return
			case still && p.State == want || time.Now().After(end):
				t.Errorf("of %+v, want %s: %s", p, want, problem)
				return
			}
			// An advice says for how many seconds something has been so: meanwhile another one began.
		}
	}
	for _, part := range []string{"transport", "actors", "nlp", "scripts", "knowledge", "storage", "disk", "audit"} {
		is(part, console.PartOK)
	}

	commit.Store(true)
	c := n.ingest(t)
	c.send(said("message", "m1", "u1", "我要退货"))
	c.next("error")
	is("storage", console.PartFailing)
	if status, body := n.ask(t, "GET", "/readyz/parts", "", nil); status != http.StatusServiceUnavailable || !strings.HasPrefix(string(body), "storage: ") {
		t.Errorf("/readyz/parts answers %d %s while commits fail", status, body)
	}
	commit.Store(false)
	is("storage", console.PartOK)

	full.Store(true)
	n.room(t, "PUT", "/mode", `{"mode":"paused"}`)
	is("audit", console.PartFailing)
	full.Store(false)
	n.room(t, "PUT", "/mode", `{"mode":"auto"}`)
	is("audit", console.PartOK)

	bad := filepath.Join(own, "bad.yaml")
	if err := os.WriteFile(bad, []byte("script: ["), 0o600); err != nil {
		t.Fatal(err)
	}
	n.parts.book.Reload()
	is("scripts", console.PartDegraded)
	if err := os.Remove(bad); err != nil {
		t.Fatal(err)
	}
	n.parts.book.Reload()
	is("scripts", console.PartOK)

	_, file := n.ask(t, "GET", "/v1/knowledge", "", nil)
	n.ask(t, "PUT", "/v1/knowledge?dry_run=1", "application/yaml", []byte("- nonsense: 1"))
	is("knowledge", console.PartOK)
	n.ask(t, "PUT", "/v1/knowledge", "application/yaml", []byte("- nonsense: 1"))
	is("knowledge", console.PartDegraded)
	if status, body := n.ask(t, "PUT", "/v1/knowledge", "application/yaml", file); status != http.StatusOK {
		t.Fatalf("the knowledge as it is was answered %d %s", status, body)
	}
	is("knowledge", console.PartOK)

	c.send(said("message", "m2", "u2", "我要退货"))
	c.next("reply")
	if status, body := n.post(t, live.Operator, "/v1/rooms/demo/users/u2/actor/restart", ""); status != http.StatusOK {
		t.Fatalf("restart answered %d %s", status, body)
	}
	is("actors", console.PartDegraded)

	if err := n.parts.server.Refuse(); err != nil {
		t.Fatal(err)
	}
	is("transport", console.PartFailing)
}

// TestANodeWithLittleRoomAndNoModelSaysSo starts one that is sick from the start.
func TestANodeWithLittleRoomAndNoModelSaysSo(t *testing.T) {
	n := startNode(t, t.TempDir(), func(c *Config) {
		c.Storage.LowSpaceBytes, c.NLP.ModelDir = math.MaxInt64, t.TempDir()
	})
	found := map[string]string{}
	for _, p := range look[console.Overview](t, n, "/v1/overview").Parts {
		found[p.Name] = p.State
	}
	if found["disk"] != console.PartFailing || found["nlp"] != console.PartDegraded {
		t.Errorf("the parts are %v", found)
	}
}

func TestDescriptorsAreCounted(t *testing.T) {
	if open, most := descriptors(); open < 3 || most < open {
		t.Errorf("%d of %d are open, want 3 at least, and as many as may be at most", open, most)
	}
}
