package scripts

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"liveroom/engine/live"
	"liveroom/scripts/forbidden"
)

// greeting returns a script whose one text starts on line 5.
func greeting(text string) string {
	return "name: greeting\nintents: [greeting]\ncases:\n  - name: x\n    texts: [" + text + "]\n"
}

// TestForbiddenWordRefusesTheSet says it in every way a text can.
func TestForbiddenWordRefusesTheSet(t *testing.T) {
	for name, c := range map[string]struct{ script, says string }{
		"plainly":         {greeting("'亲，全网最低价～'"), `x.yaml:5: case "x", text 1 says "全网最低", which is forbidden (绝对化用语: 广告法`},
		"spread out":      {greeting("'加 V❤信 聊'"), `says "加v"`},
		"full width":      {greeting("'１００％有效'"), `says "100%有效"`},
		"across an if":    {greeting("'这款最{{if .Gifts}}好{{else}}贵{{end}}'"), `says "最好"`},
		"across a hole":   {greeting("'全网最{{if .Gifts}}{{.Gifts}}{{end}}低'"), `says "全网最低"`},
		"across a quote":  {greeting("'第{{or .Promotion \"一\"}}名'"), `says "第一"`},
		"across a remark": {greeting("'最{{/* x */}}好'"), `says "最好"`},
		"across rows":     {"name: greeting\nintents: [greeting]\ncases:\n  - {name: g, needs: [guesses], texts: ['{{range .Guesses}}信{{.Topic}}加微{{end}}']}\n  - {name: x, texts: [好]}\n", `x.yaml:4: case "g", text 1 says`},
		"as a name":       {"about: 最好的\n" + greeting("你好"), `x.yaml:1: about says "最好"`},
		"as a short name": {"short: 治疗\n" + greeting("你好"), `x.yaml:1: short says "治疗"`},
		"in a block":      {"name: greeting\nintents: [greeting]\ncases:\n  - name: x\n    texts:\n      - |\n        亲，全网最低价～\n", `x.yaml:7: case "x", text 1 says "全网最低"`},
		"too many ways":   {greeting("'" + strings.Repeat("{{if .Gifts}}一{{else}}二{{end}}", 20) + "'"), "more than 1000 different sentences"},
	} {
		err := Check(Config{Dir: bundleDir(t, map[string]string{"x.yaml": c.script})})
		if err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: Check = %v, want %q", name, err, c.says)
		}
	}
	for name, text := range map[string]string{
		"an exception":    "亲，第一次买最好手洗，最低温度别低于0度",
		"a warning":       "请勿加微信，谨防私下转账",
		"across a value":  "最{{or .Promotion .Gifts \"近\"}}好",
		"across a figure": "第{{or .Promotion \"二\"}}一",
	} {
		if err := Check(Config{Dir: bundleDir(t, map[string]string{"x.yaml": greeting("'" + text + "'")})}); err != nil {
			t.Errorf("%s: Check = %v, want it accepted", name, err)
		}
	}
}

func TestForbiddenWordLeavesTheRunningSet(t *testing.T) {
	dir := bundleDir(t, map[string]string{"greeting.yaml": greeting("好的")})
	b := newBook(t, Config{Dir: dir}, newOwners())
	write(t, filepath.Join(dir, "greeting.yaml"), greeting("国家级好店"))
	if changed, err := b.Reload(); changed || err == nil || hello(t, b) != "好的" {
		t.Fatalf("Reload = %v, %v and says %q, want the old set to stay", changed, err, hello(t, b))
	}
	if s := b.Status(); !strings.Contains(s.Refused, "greeting.yaml:5") || !strings.Contains(s.Refused, "国家级") {
		t.Errorf("Status = %+v, want file, line and word", s)
	}
	if got := counter(t, b.met.refused); got != 1 {
		t.Errorf("reload_total{refused} = %v, want 1", got)
	}
}

// TestForbiddenValueIsNotSaid lets the catalogue bring the word.
func TestForbiddenValueIsNotSaid(t *testing.T) {
	var logged bytes.Buffer
	b, err := New(Config{}, newOwners(), slog.New(slog.NewTextHandler(&logged, nil)), prometheus.NewRegistry())
	if err != nil {
		t.Fatal(err)
	}
	p := *cup
	p.Promotion, p.Attributes = "全网最低价", map[string]string{"efficacy": "能治 疗失眠"}
	for i := range 30 {
		a := asking(live.IntentPromo, &p)
		a.User.User = live.UserID(fmt.Sprint("u", i))
		if line := say(t, b, a); strings.Contains(line.Text, "最低") || !strings.HasPrefix(line.Variant, "instalment/") {
			t.Fatalf("Compose = %s %q, want the next case", line.Variant, line.Text)
		}
	}
	if line := say(t, b, asking(live.IntentEfficacy, &p)); !strings.HasPrefix(line.Variant, "product/") {
		t.Errorf("Compose = %s %q, want the next case", line.Variant, line.Text)
	}
	if got := counter(t, b.met.forbidden.WithLabelValues("promo", "全网最低")); got != 60 { // both texts, each time
		t.Errorf("forbidden_total{promo} = %v, want 60", got)
	}
	if n := strings.Count(logged.String(), "reply not said"); n != 1 || !strings.Contains(logged.String(), "script=promo") || !strings.Contains(logged.String(), "term=全网最低") {
		t.Errorf("logged %d times in one second, want once with script and term:\n%s", n, logged.String())
	}
	a := asking(live.IntentPromo, &p)
	a.Now = a.Now.Add(time.Second)
	say(t, b, a)
	if n := strings.Count(logged.String(), "reply not said"); n != 2 {
		t.Errorf("logged %d times in two seconds, want 2", n)
	}

	// Where every text brings it, nothing is said.
	named := &live.Product{ID: "x", Name: "国家级枕头"}
	dir := bundleDir(t, map[string]string{"vip.yaml": "name: vip\ntopics: [vip]\ncases:\n  - {name: x, needs: [product], texts: ['{{.Name}}', '看看{{.Name}}']}\n"})
	if line, err := newBook(t, Config{Dir: dir}, newOwners()).Compose(of(TopicVIP, named)); !errors.Is(err, ErrNoScript) {
		t.Errorf("Compose = %q, %v, want ErrNoScript", line.Text, err)
	}
}

// TestForbiddenAcrossValues joins two values, or a value and words, to one that may not be said.
func TestForbiddenAcrossValues(t *testing.T) {
	dir := bundleDir(t, map[string]string{"price.yaml": "name: price\nintents: [price]\ncases:\n  - {name: x, needs: [product, gifts], texts: ['{{.Name}}{{.Gifts}}']}\n  - {name: ask, texts: [您问哪个]}\n"})
	b := newBook(t, Config{Dir: dir}, newOwners())
	for _, c := range []struct{ name, gift, want string }{
		{"全网最", "低价袜", "您问哪个"}, {"全网最 ", " 低价袜", "您问哪个"}, {"第一", "次性拖鞋", "第一次性拖鞋"}, {"毛巾", "袜子", "毛巾袜子"},
	} {
		p := &live.Product{ID: "x", Name: c.name, Gifts: []string{c.gift}}
		if line := say(t, b, asking(live.IntentPrice, p)); line.Text != c.want {
			t.Errorf("%s with %s: Compose = %q, want %q", c.name, c.gift, line.Text, c.want)
		}
	}
}

func TestOwnForbiddenWords(t *testing.T) {
	dir := bundleDir(t, map[string]string{
		"greeting.yaml": greeting("您的首选小店"), "forbidden.txt": "# 我们店\n!首选\n隔壁老王\n",
	})
	b := newBook(t, Config{Dir: dir}, newOwners())
	if hello(t, b) != "您的首选小店" {
		t.Errorf("the greeting is %q, want what the shop allows", hello(t, b))
	}
	if term, reason, bad := b.Forbidden("隔 壁老王家"); !bad || term != "隔壁老王" || reason == "" {
		t.Errorf("Forbidden = %q, %q, %v, want the shop's own word", term, reason, bad)
	}
	if term, reason, bad := b.Forbidden("我们能治愈"); !bad || term != "治愈" || !strings.Contains(reason, "广告法") {
		t.Errorf("Forbidden = %q, %q, %v, want 治愈 and why", term, reason, bad)
	}
	if term, reason, bad := b.Forbidden("亲，在的～"); bad || term != "" || reason != "" {
		t.Errorf("Forbidden = %q, %q, %v, want nothing", term, reason, bad)
	}
	if n := testing.AllocsPerRun(100, func() { b.Forbidden("亲，3号链接还剩37件～") }); n != 0 {
		t.Errorf("Forbidden allocates %v times, want 0", n)
	}

	// A change of the file alone is a change of the set, and a mistake in it keeps the old one.
	write(t, filepath.Join(dir, "forbidden.txt"), "!首选\n好\n")
	if changed, err := b.Reload(); changed || err == nil || !strings.Contains(err.Error(), "forbidden.txt:2: ") {
		t.Errorf("Reload = %v, %v, want line 2 refused", changed, err)
	}
	write(t, filepath.Join(dir, "forbidden.txt"), "!首选\n库存\n")
	if _, err := b.Reload(); err == nil || !strings.Contains(err.Error(), "stock.yaml:") || !strings.Contains(err.Error(), forbidden.OwnCategory) {
		t.Errorf("Reload = %v, want the library's own texts refused by name", err)
	}
	write(t, filepath.Join(dir, "forbidden.txt"), "!首选\n")
	if changed, err := b.Reload(); !changed || err != nil {
		t.Errorf("Reload = %v, %v, want the cure taken", changed, err)
	}
	if err := os.Remove(filepath.Join(dir, "forbidden.txt")); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Reload(); err == nil || !strings.Contains(err.Error(), "首选") {
		t.Errorf("Reload without the file = %v, want 首选 refused again", err)
	}
}
