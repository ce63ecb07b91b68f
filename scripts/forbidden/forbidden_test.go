package forbidden

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

func list(t testing.TB, own string) *List {
	t.Helper()
	l, flaws := New(own)
	if flaws != nil {
		t.Fatalf("New(%q): %v", own, flaws)
	}
	return l
}

// TestMaintainedListIsRight holds list.yaml against what New expects of it and a reader of it.
func TestMaintainedListIsRight(t *testing.T) {
	terms, err := maintained()
	if err != nil {
		t.Fatal(err)
	}
	l := list(t, "")
	if len(l.Terms()) < 150 {
		t.Errorf("%d terms, want 150 at least", len(l.Terms()))
	}
	if len(terms) != len(l.Terms()) {
		seen := map[string]bool{}
		for _, x := range terms {
			p, _ := newPattern(x.Text)
			if seen[string(p.runes)] {
				t.Errorf("term %q comes twice", x.Text)
			}
			seen[string(p.runes)] = true
		}
	}
	categories := map[string]int{}
	for _, x := range l.Terms() {
		categories[x.Category]++
		if x.Text == "" || x.Category == "" || x.Reason == "" {
			t.Errorf("term %+v lacks a field", x)
		}
		if got, ok := l.Find(x.Text); !ok {
			t.Errorf("%q is not found in itself", x.Text)
		} else if !strings.Contains(foldText(x.Text), foldText(got.Text)) {
			t.Errorf("Find(%q) = %q", x.Text, got.Text)
		}
		for _, e := range x.Except {
			if got, ok := l.Find(e); ok && got.Text == x.Text {
				t.Errorf("%q is found in its exception %q", x.Text, e)
			}
		}
	}
	if len(categories) < 5 {
		t.Errorf("categories %v, want five", categories)
	}
}

// foldText is the whole folded text.
func foldText(text string) string {
	var b strings.Builder
	f := folder{text: text}
	for {
		r, _ := f.next()
		if r == 0 {
			return b.String()
		}
		b.WriteRune(r)
	}
}

func TestFold(t *testing.T) {
	for text, want := range map[string]string{
		"":                     "",
		"最好":                   "最好",
		"最 好":                  "最好",
		"最\u200b好\ufeff！":      "最好",
		"V❤信":                  "v信",
		"Ｖ Ｘ":                  "vx",
		"ⓥⓧ１２３":                "vx123",
		"𝐕𝗫":                   "vx",
		"最\u0301好":             "最好",
		"N O . ①":              "no1",
		"１００％有效":               "100%有效",
		"e\u0301té":            "ete",
		"\xff最\xfe好\xff":       "最好",
		"〇々":                   "〇々",
		"한국":                   "한국",
		"㊙方㎏":                  "秘方kg",
		"亲，3号链接还剩2件～":          "亲3号链接还剩2件",
		"👍🏻最👨‍👩‍👧好":            "最好",
		"İI":                   "ii",
		strings.Repeat("（", 9): "",
	} {
		if got := foldText(text); got != want {
			t.Errorf("fold of %q = %q, want %q", text, got, want)
		}
	}
}

// TestFind lists what is found, "" for nothing.
func TestFind(t *testing.T) {
	l := list(t, "")
	for text, want := range map[string]string{
		"":             "",
		"亲，3号链接还剩37件～": "",
		"这是全网最低的价格":    "全网最低",
		"最好的面料":        "最好",
		"最 好 的面料":      "最好",
		"最❤好的面料":       "最好",
		"最\u200b好":     "最好",
		"最，好":          "最好",
		"最近上新，最后三件":    "",
		"第一次买的宝宝":      "",
		"第一次买，全国第一":    "全国第一",
		"全国第一次进口":      "全国第一",
		"第一":           "第一",
		"质量第一，次日达":     "第一", // 第一，次 is not 第一次
		"最低温度零下5度":     "",
		"最低温度、最低价":     "最低",
		"最低 温度":        "最低",
		"最好手洗，别暴晒":     "",
		"加V信聊":         "加v",
		"V❤信聊":         "v信",
		"加ＶＸ：abc123":   "vx",
		"加vx123":       "vx",
		"v.x联系":        "vx",
		"加V领毛衣配起来":     "",
		"VXL型号":        "",
		"envx":         "",
		"en vx":        "vx",
		"可以用微信支付":      "",
		"加微信支付宝都行":     "",
		"请勿加微信，谨防私下转账": "",
		"加微信私下转账":      "加微",
		"NO.1的选择":      "NO.1",
		"No.10号链接":     "",
		"no.1":         "NO.1",
		"piano.1":      "",
		"TOP 1":        "TOP1",
		"100%有效":       "100%有效",
		"１００％ 有效":      "100%有效",
		"满100有效":       "",
		"2100%有效":      "",
		"100%纯棉":       "",
		"能治疗失眠":        "治疗",
		"本品不能代替药物，不能治疗疾病":                "",
		"无疾病预防、治疗功能":                     "",
		"疾病预防治疗功能":                       "",
		"不是治疗用品，但能治愈":                    "治愈",
		"祛斑立竿见影":                         "祛斑立竿见影",
		"寄去死海泥面膜":                        "去死",
		"温和去死皮":                          "",
		"黑色情侣款":                          "",
		"消毒品":                            "",
		"女生发型":                           "",
		"容易发生发霉":                         "",
		"书包白色":                           "",
		"确保本周发货":                         "",
		strings.Repeat("很长的话，", 200):     "",
		strings.Repeat("第一次", 100):       "",
		strings.Repeat("第一", 100):        "第一",
		strings.Repeat("第一次", 30) + "第一": "第一",
	} {
		got, ok := l.Find(text)
		if ok != (want != "") || got.Text != want {
			t.Errorf("Find(%.60q) = %q, %v, want %q", text, got.Text, ok, want)
		}
		if ok && got.Reason == "" {
			t.Errorf("Find(%q) gives no reason", text)
		}
	}
}

func TestOwnWords(t *testing.T) {
	l := list(t, "\ufeff# 我们店\n某某牌\n  Abc  \r\n!首选\n! 王牌面料\n\n第一时间\n")
	for text, want := range map[string]string{
		"某某 牌":  "某某牌",
		"ABC的":  "Abc",
		"abcd":  "",
		"首选":    "",
		"王牌面料":  "",
		"王 牌面料": "",
		"王牌":    "王牌",
		"第一时间":  "第一时间", // the shop's word beats the exception of 第一
		"第一次":   "",
	} {
		if got, _ := l.Find(text); got.Text != want {
			t.Errorf("Find(%q) = %q, want %q", text, got.Text, want)
		}
	}
	if got, _ := l.Find("某某牌"); got.Category != OwnCategory || got.Reason == "" {
		t.Errorf("Find of an own word = %+v, want it called own", got)
	}
}

func TestOwnFileRefused(t *testing.T) {
	for own, want := range map[string]Flaw{
		"好":                       {1, "fewer than 2"},
		"# x\n\n！！！":              {3, "fewer than 2"},
		"!":                       {1, "fewer than 2"},
		strings.Repeat("长", 33):   {1, "longer than 32"},
		"某某\n!某 某\n":              {2, "both forbidden and allowed, see line 1"},
		"!某某\n某某\n":               {2, "both forbidden and allowed, see line 1"},
		strings.Repeat("\n", 3e3): {2001, "more than 2000 lines"},
	} {
		l, flaws := New(own)
		if l != nil || len(flaws) != 1 || flaws[0].Line != want.Line || !strings.Contains(flaws[0].Text, want.Text) {
			t.Errorf("New(%.20q) = %v, want line %d: %s", own, flaws, want.Line, want.Text)
		}
	}
	if _, flaws := New("好\n坏\n"); len(flaws) != 2 {
		t.Errorf("%d flaws, want both", len(flaws))
	}
}

func TestSampleChangesNothing(t *testing.T) {
	if a, b := list(t, Sample()), list(t, ""); len(a.Terms()) != len(b.Terms()) {
		t.Errorf("the sample makes it %d terms, want %d", len(a.Terms()), len(b.Terms()))
	}
	if !strings.Contains(Sample(), "# 全网最低\n") {
		t.Error("the sample does not name 全网最低")
	}
}

// plainFind finds the slow way: every term at every place, every exception around it.
func plainFind(l *List, text string) map[string]bool {
	var runes []rune
	var gaps []bool
	f := folder{text: text}
	for {
		r, gap := f.next()
		if r == 0 {
			break
		}
		runes, gaps = append(runes, r), append(gaps, gap)
	}
	at := func(p pattern, i int) bool {
		return i >= 0 && i+len(p.runes) <= len(runes) && slices.Equal(runes[i:i+len(p.runes)], p.runes)
	}
	joined := func(i int) bool { // whether character i goes on from the one before
		return i > 0 && i < len(runes) && !gaps[i] && kindOf(runes[i]) != kindOther && kindOf(runes[i]) == kindOf(runes[i-1])
	}
	hits := map[string]bool{}
	for _, term := range l.terms {
		p, _ := newPattern(term.Text)
	places:
		for i := range runes {
			if !at(p, i) || joined(i) || joined(i+len(p.runes)) {
				continue
			}
			for _, e := range term.Except {
				x, _ := newPattern(e)
				for j := i + len(p.runes) - len(x.runes); j <= i; j++ {
					if !at(x, j) {
						continue
					}
					fits := true
					for g := 1; g < len(x.runes); g++ {
						fits = fits && (!gaps[j+g] || x.gaps>>(len(x.runes)-1-g)&1 != 0)
					}
					if fits {
						continue places
					}
				}
			}
			hits[term.Text] = true
		}
	}
	return hits
}

// TestFindAgreesWithThePlainWay mixes pieces of the list with what evaders put between them.
func TestFindAgreesWithThePlainWay(t *testing.T) {
	l := list(t, "")
	var pieces []string
	for _, x := range l.Terms() {
		for _, s := range append(slices.Clone(x.Except), x.Text) {
			pieces = append(pieces, s)
			if r := []rune(s); len(r) > 1 {
				pieces = append(pieces, string(r[:len(r)/2]), string(r[len(r)/2:]))
			}
		}
	}
	pieces = append(pieces, " ", "，", "❤", "\u200b", "a", "1", "%", "的", "亲", "", "")
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOfN(rapid.SampledFrom(pieces), 0, 8).Draw(t, "pieces"), "")
		agree(t, l, text)
	})
}

func agree(t interface {
	Helper()
	Fatalf(string, ...any)
}, l *List, text string,
) {
	t.Helper()
	got, ok := l.Find(text)
	want := plainFind(l, text)
	if ok != (len(want) > 0) || ok && !want[got.Text] {
		t.Fatalf("Find(%q) = %q, %v, the plain way finds %v", text, got.Text, ok, want)
	}
}

func FuzzFind(f *testing.F) {
	for _, s := range []string{"最 好", "V❤信", "第一次，第一", "加v领vx", "100%有效", "\xff最\xfe好", "疾病预防、治疗功能", "no.1 no.10"} {
		f.Add(s)
	}
	l := list(f, "")
	f.Fuzz(func(t *testing.T, text string) {
		if utf8.RuneCountInString(text) > 300 {
			t.Skip()
		}
		agree(t, l, text)
	})
}

func TestFindAllocatesNothing(t *testing.T) {
	l := list(t, "")
	for _, text := range []string{"亲，3号链接还剩37件：北京仓32件，今天16点前拍今天发～", "Ｖ❤信ⓥ最好", "第一次第一次第一"} {
		if n := testing.AllocsPerRun(100, func() { l.Find(text) }); n != 0 {
			t.Errorf("Find(%q) allocates %v times, want 0", text, n)
		}
	}
}

func BenchmarkFind(b *testing.B) {
	l := list(b, "")
	for name, text := range map[string]string{
		"reply": "亲，3号链接还剩37件：北京仓32件，今天16点前拍今天发；杭州仓5件，今天11点已截单，明天起发～",
		"short": "亲，我在的～想了解几号链接直接说就好",
		"found": "这一款的面料是全网最好的，亲放心拍～",
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				l.Find(text)
			}
		})
	}
}

func BenchmarkNew(b *testing.B) {
	for b.Loop() {
		New("# nothing")
	}
}
