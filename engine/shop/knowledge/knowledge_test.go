package knowledge

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"liveroom/engine/live"
	"liveroom/engine/shop/document"
)

// then is when the tests' entries are told.
const then = 1_700_000_000_000

const file = `entries:
  - id: wash
    question: 这件能机洗吗
    alternatives: [可以放洗衣机洗吗]
    answer: 可以机洗，建议放洗衣袋。
    tags: [机洗, 洗衣机]
    products: [tee]
    intents: [usage]
  - {id: wash-any, question: 能机洗吗, answer: 衣服类的都可以机洗。, tags: [机洗], intents: [usage]}
  - {id: iron, question: 能熨烫吗, answer: 可以低温熨烫。, tags: [熨, 挂烫机], products: [tee, jeans], intents: [usage]}
  - {id: store, question: 你们实体店在哪里, answer: 我们只有直播间，没有实体店。}
  - {id: ram128, question: 128G的版本拍照够用吗, answer: 日常拍照够用。, products: [phone]}
  - {id: ram256, question: 256G的版本拍照够用吗, answer: 很够用。, products: [phone]}
`

func base(t testing.TB, text string) *Base {
	t.Helper()
	entries, err := Parse(document.YAML, []byte(text), Rules{})
	if err != nil {
		t.Fatal(err)
	}
	b, _ := New(0).Update(entries, then)
	return b
}

func TestFind(t *testing.T) {
	b := base(t, file)
	for _, c := range []struct {
		text    string
		intent  live.Intent
		product live.ProductID
		want    string // entry, "" for none
		exact   bool
	}{
		{"这件能机洗吗", live.IntentUsage, "tee", "wash", true},
		{"亲，请问１号链接的 能机洗吗？？", live.IntentUsage, "jeans", "wash-any", true},
		{"能机洗", live.IntentUsage, "", "wash-any", true},
		{"这件能机洗吗", live.IntentUsage, "jeans", "wash-any", false}, // by its tag
		{"洗衣机和机洗的区别", live.IntentUsage, "tee", "wash", false},    // two tags
		{"挂烫机烫一下行不行", live.IntentUsage, "jeans", "iron", false},
		{"挂烫机烫一下行不行", live.IntentUsage, "phone", "", false},
		{"挂烫机烫一下行不行", live.IntentUsage, "", "", false},
		{"挂烫机烫一下行不行", live.IntentMaterial, "tee", "", false},
		{"你们的实体店在哪里呢", live.IntentUnknown, "", "store", true},
		{"有没有实体店在哪里", live.IntentCompare, "tee", "store", false},
		{"128G的版本拍照够用不", live.IntentSpec, "phone", "ram128", false},
		{"256G的版本拍照够用不", live.IntentSpec, "phone", "ram256", false},
		{"512G的版本拍照够用不", live.IntentSpec, "phone", "", false}, // another number is another question
		{"128G的版本拍照够用吗", live.IntentSpec, "", "", false},
		{"可以放进洗衣机里洗吗", live.IntentUsage, "tee", "wash", false},
		{"你好", live.IntentGreeting, "", "", false},
		{"", 0, "", "", false},
		{"？？？", 0, "tee", "", false},
		{"快递到哪了", live.IntentTracking, "tee", "", false},
	} {
		got, ok := b.Find(c.text, c.intent, c.product)
		if got.Entry != c.want || ok != (c.want != "") || got.Exact != c.exact {
			t.Errorf("%q of %s about %q: got %q, exact %v, score %.2f; want %q, exact %v", c.text, c.intent, c.product, got.Entry, got.Exact, got.Score, c.want, c.exact)
		}
		if ok && (got.Version != 1 || got.Text == "") {
			t.Errorf("%q: the answer is %+v", c.text, got)
		}
	}
	if _, ok := New(0).Find("能机洗吗", live.IntentUsage, "tee"); ok {
		t.Error("an empty base answers")
	}
}

// TestThreshold has the table that DefaultThreshold was chosen from: of these pairs every one that asks the same must reach
// it, but for the last ones, which have no more in common than others that differ, and none that asks something else.
func TestThreshold(t *testing.T) {
	for _, c := range []struct {
		known, asked string
		want         bool
	}{
		{"你们实体店在哪里", "实体店在哪里呀", true},
		{"你们实体店在哪里", "你们的实体店在哪", true},
		{"快递丢了怎么赔", "快递丢了怎么赔偿", true},
		{"直播间的价格和店铺一样吗", "直播间价格和店铺一样吗", true},
		{"保温杯的密封圈可以单独买吗", "密封圈可以单独买吗", true},
		{"保温杯的密封圈可以单独买吗", "保温杯密封圈能单独买吗", true},
		{"会员积分怎么兑换", "积分怎么兑换", true},
		{"会员积分怎么兑换", "会员的积分怎么兑换呢", true},
		{"下单后多久能改地址", "下单后多久可以改地址", true},
		{"可以退货吗", "可以换货吗", false},
		{"这个可以退吗", "这个可以洗吗", false},
		{"黑色什么时候补货", "黑色什么时候发货", false},
		{"孕妇可以用吗", "儿童可以用吗", false},
		{"能开发票吗", "能开直播吗", false},
		{"直播间的价格和店铺一样吗", "直播间的款式和店铺一样吗", false},
		{"快递丢了怎么赔", "衣服坏了怎么赔", false},
		{"保温杯可以装牛奶吗", "保温杯可以装可乐吗", false},
		{"可以用信用卡分期吗", "可以用信用卡付款吗", false},
		{"冬天穿会冷吗", "冬天穿会起静电吗", false},
		{"可以开企业抬头的发票吗", "可以开公司抬头的发票吗", false},
	} {
		b, _ := New(0).Update([]Entry{{ID: "e", Question: c.known, Answer: "a"}}, 1)
		got, ok := b.Find(c.asked, live.IntentUnknown, "")
		if ok != c.want {
			low, _ := New(0.01).Update([]Entry{{ID: "e", Question: c.known, Answer: "a"}}, 1)
			near, _ := low.Find(c.asked, live.IntentUnknown, "")
			t.Errorf("%s / %s: taken for the same is %v at %.2f, want %v", c.known, c.asked, ok, max(got.Score, near.Score), c.want)
		}
	}
}

func TestVersions(t *testing.T) {
	b := base(t, file)
	again, changes := b.Update(b.Entries(), then+1)
	if changes != (Changes{}) || !reflect.DeepEqual(again.Entries(), b.Entries()) || len(again.past) != 0 {
		t.Errorf("the same entries changed %+v", changes)
	}
	change := func(b *Base, now int64, answer string) *Base {
		entries := append([]Entry(nil), b.Entries()...)
		entries[3].Answer = answer
		b, changes = b.Update(entries, now)
		return b
	}
	next := change(b, then+1, "在杭州。")
	e, past, ok := next.Entry("store")
	if changes != (Changes{Changed: 1}) || !ok || e.Version != 2 || e.Updated != then+1 || len(past) != 1 || past[0].Version != 1 || past[0].Updated != then || past[0].Answer == e.Answer {
		t.Errorf("a changed entry is %+v after %+v, changes %+v", e, past, changes)
	}
	if got, _ := next.Find("实体店在哪里", 0, ""); got.Version != 2 || got.Text != "在杭州。" {
		t.Errorf("the answer is %+v, want the second version", got)
	}
	if got, _ := b.Find("实体店在哪里", 0, ""); got.Version != 1 {
		t.Errorf("an update changed the base before it: %+v", got)
	}
	for i := range 30 {
		next = change(next, int64(then+2+i), fmt.Sprint("在杭州", i))
	}
	if e, past, _ = next.Entry("store"); e.Version != 32 || len(past) != maxPast || past[0].Version != 31 || past[maxPast-1].Version != 22 {
		t.Errorf("after 31 changes version %d with %d before it, the first %d", e.Version, len(past), past[0].Version)
	}
	without, changes := next.Update(next.Entries()[:3], then+100)
	if e, past, ok := without.Entry("store"); changes != (Changes{Removed: 3}) || e != nil || !ok || past[0].Version != 32 {
		t.Errorf("a removed entry is %v after %v, %v, changes %+v", e, past[0].Version, ok, changes)
	}
	back, changes := without.Update(b.Entries(), then+200)
	if e, _, _ := back.Entry("store"); changes != (Changes{Added: 3}) || e.Version != 33 {
		t.Errorf("an entry that came back has version %d, want 33, changes %+v", e.Version, changes)
	}
	if _, _, ok := back.Entry("never"); ok {
		t.Error("there is an entry that never was")
	}
	kept, err := back.Keep()
	if err != nil {
		t.Fatal(err)
	}
	loaded, err := Load(kept, 0)
	if err != nil || !reflect.DeepEqual(loaded.Entries(), back.Entries()) || !reflect.DeepEqual(loaded.past, back.past) {
		t.Errorf("what was kept came back as another (%v)", err)
	}
	for _, bad := range []string{"", "{", `{"entries":[{"id":"a"}]}`} {
		if _, err := Load([]byte(bad), 0); err == nil {
			t.Errorf("%q was loaded", bad)
		}
	}
}

func TestThePastIsBounded(t *testing.T) {
	b := New(0)
	for round := range 3 {
		var entries []Entry
		for i := range maxGone {
			entries = append(entries, Entry{ID: fmt.Sprint(round, "-", i), Question: fmt.Sprint("问题", round, i), Answer: "答"})
		}
		b, _ = b.Update(entries, int64(1000*(round+1)))
	}
	if _, _, ok := b.Entry("0-5"); ok || len(b.past) != maxGone {
		t.Errorf("%d entries that are no more are remembered, the oldest among them (%v)", len(b.past), ok)
	}
}

func TestEveryFormatBringsTheSameBack(t *testing.T) {
	awkward := rapid.StringOfN(rapid.RuneFrom([]rune(" |=\\\"',#:-[]{}好的棉？a1\u2028")), 0, 20, -1)
	rapid.Check(t, func(t *rapid.T) {
		var entries []Entry
		n := 0
		text := func() string { n++; return awkward.Draw(t, "text") + fmt.Sprint("字", n) }
		list := func() (all []string) {
			for range rapid.IntRange(0, 2).Draw(t, "some") {
				all = append(all, text())
			}
			return all
		}
		for range rapid.IntRange(0, 3).Draw(t, "entries") {
			e := Entry{ID: fmt.Sprint("e", n), Question: text(), Answer: text(), Alternatives: list(), Version: uint64(n), Updated: int64(n)*1000 + 1_700_000_000_123}
			for _, p := range list() {
				e.Products = append(e.Products, live.ProductID(p))
			}
			if rapid.Bool().Draw(t, "tagged") {
				e.Intents, e.Tags = []live.Intent{live.IntentUsage, live.IntentStock}, []string{"洗|烫", "b"}
			}
			entries = append(entries, e)
		}
		for _, format := range []document.Format{document.YAML, document.JSON, document.CSV} {
			file, err := Export(format, entries)
			if err != nil {
				t.Fatal(err)
			}
			got, err := Parse(format, file, Rules{})
			if err != nil || len(got) != len(entries) || len(entries) > 0 && !reflect.DeepEqual(got, entries) {
				t.Fatalf("%s: %+v came back as %+v (%v)\n%s", format, entries, got, err, file)
			}
		}
	})
}

type censor struct{}

func (censor) Forbidden(text string) (string, string, bool) {
	return "最好", "绝对化用语", strings.Contains(text, "最好")
}

func TestParseListsEveryProblem(t *testing.T) {
	rules := Rules{Censor: censor{}, Sells: func(id live.ProductID) bool { return id == "tee" }}
	for _, c := range []struct {
		format document.Format
		file   string
		want   []string
	}{
		{document.YAML, "entries:\n- {id: a, question: 能洗吗, answer: 能}\n- {id: a, question: 能洗, answer: 能}\n", []string{
			`line 3: entries[1].id: entry "a" is taken by entries[0].id`, "line 3: entries[1].question: the same question as entries[0].question",
		}},
		{document.YAML, "entries:\n- {id: a, question: 能洗吗, answer: 最好洗, products: [cup], intents: [wash], tags: [洗], update_time: 昨天}\n", []string{
			`entries[0].products[0]: the shop has no product "cup"`, `entries[0].intents[0]: "wash" is no intent`, "entries[0].update_time: ",
			`entries[0].answer: says "最好", which may not be said (绝对化用语)`,
		}},
		{document.YAML, "entries:\n- {id: a, question: '？', answer: '', tags: [洗]}\n", []string{
			"entries[0].tags: count for the intents", "entries[0].answer: missing", "entries[0].question: has no letter",
		}},
		{document.JSON, `{"entries":[{"id":"a","question":"q","answer":"a","colour":1}]}`, []string{`line 1: unknown field "colour"`}},
		{document.CSV, "id,question,answer,products,version\na,能洗吗,能,cup,x\nb,能洗,能,cup\n", []string{
			`row 2, column version: "x" is no whole number`, `row 2, column products: the shop has no product "cup"`,
			`row 3, column products: the shop has no product "cup"`, "row 3, column question: the same question as row 2, column question",
		}},
		{document.CSV, "id,question,reply\na,b,c\n", []string{"row 1, column reply: unknown column", "row 2, column answer: missing"}},
	} {
		_, err := Parse(c.format, []byte(c.file), rules)
		var problems *document.Error
		if !errors.As(err, &problems) || len(problems.Problems) != len(c.want) {
			t.Errorf("%s: got %v, want %q", c.file, err, c.want)
			continue
		}
		for i, p := range problems.Problems {
			if !strings.Contains(p.String(), c.want[i]) {
				t.Errorf("problem %d is %q, want %q", i, p, c.want[i])
			}
		}
	}
	if _, err := Parse(document.YAML, []byte("entries:\n- {id: a, question: 能洗吗, answer: 能, products: [tee]}\n- {id: b, question: 能洗吗, answer: 能}\n"), rules); err != nil {
		t.Errorf("one answer for a product and one for the others: %v", err)
	}
}

// large returns a base of that many entries, whose questions are made of the same few words, as a shop's are.
func large(n int) *Base {
	things := strings.Fields("短袖 牛仔裤 保温杯 口红 手机 跑鞋 外套 面膜 充电器 雨伞 枕头 台灯 书包 帽子 手套 围巾 耳机 锅 茶叶 毛巾 凉席 被子 风扇 洗衣液 牙刷")
	asks := strings.Fields("能不能机洗 可以退换吗 保质期有多久 会不会掉色 适合什么年纪的人用 怎么清洗保养 配件可以单独买吗 坏了在哪里修 能用信用卡分期吗 可以送到乡镇吗 有没有质检报告 包装可以送人吗 和去年的款式有什么不同 用久了会不会有异味 冬天用合适吗 可以带上飞机吗 说明书是中文的吗 夏天穿热不热 里面有没有异味 送不送替换装")
	colors := strings.Fields("黑色 白色 红色 蓝色 绿色 灰色 粉色 紫色 黄色 橙色")
	var entries []Entry
	for i := range n {
		thing, ask, color := things[i%len(things)], asks[i/len(things)%len(asks)], colors[i/len(things)/len(asks)%len(colors)]
		e := Entry{ID: fmt.Sprint(i), Question: color + "的" + thing + ask, Answer: "答", Intents: []live.Intent{live.Intent(1 + i%29)}, Tags: []string{thing + ask}}
		e.Alternatives = []string{thing + "要" + color + "的" + ask}
		entries = append(entries, e)
	}
	b, _ := New(0).Update(entries, 1)
	return b
}

func BenchmarkFind(b *testing.B) {
	base := large(5000)
	for _, c := range []struct{ name, text string }{
		{"exact", "黑色的保温杯会不会掉色"}, {"alike", "黑色保温杯平时会不会掉色呀"}, {"unlike", "主播今天下播以后还有没有这个活动呢"}, {"long", strings.Repeat("黑色的保温杯会不会掉色呀，", 12)},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				base.Find(c.text, live.IntentUnknown, "tee")
			}
		})
	}
}

func TestFindAllocatesLittle(t *testing.T) {
	if raceDetector {
		t.Skip("the race detector allocates")
	}
	base := large(500)
	base.Find("黑色保温杯平时会不会掉色呀", live.IntentEfficacy, "")
	if n := testing.AllocsPerRun(200, func() { base.Find("黑色保温杯平时会不会掉色呀", live.IntentEfficacy, "") }); n > 3 {
		t.Errorf("Find allocates %v times, want at most 3", n)
	}
}

func FuzzFind(f *testing.F) {
	for _, text := range []string{"能机洗吗", "3号链接的能机洗吗", "128G的版本拍照够用吗", "号链接", "12号的的", "吗吗吗", "\xff\xfe"} {
		f.Add(text)
	}
	b := base(f, file)
	f.Fuzz(func(t *testing.T, text string) {
		for _, p := range []live.ProductID{"", "tee", "phone"} {
			got, ok := b.Find(text, live.IntentUsage, p)
			if e, _, _ := b.Entry(got.Entry); ok != (e != nil) || ok && (!e.fits(p) || got.Text != e.Answer || got.Score < b.threshold || got.Score > 1) {
				t.Fatalf("%q about %q: %+v, %v", text, p, got, ok)
			}
		}
	})
}
