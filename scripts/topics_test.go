package scripts

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"liveroom/engine/live"
)

// of returns the question for a topic.
func of(topic Topic, p *live.Product) Ask {
	a := asking(live.IntentStock, p)
	a.Topic = topic
	return a
}

func number(n int64) *int64 { return &n }

// held returns pieces held for so long from noon.
func held(n int64, left time.Duration) *Hold {
	return &Hold{SKU: "DEMO-3", Quantity: n, Until: noon.Add(left)}
}

// TestTopicsOfADialogue asks for each topic what a dialogue would, of many users, so that every text is met.
func TestTopicsOfADialogue(t *testing.T) {
	b := newBook(t, Config{}, newOwners())
	for _, c := range []struct {
		name  string
		topic Topic
		p     *live.Product
		set   func(*Ask)
		says  []string
	}{
		{"offer", TopicOffer, cup, nil, []string{"“要”|一个“要”"}},
		{"offer of a choice", TopicOffer, dress, func(a *Ask) { a.Variant = &live.Variant{Size: "M", Color: "白色"} }, []string{"M白色", "要"}},
		{"reserved", TopicReserved, cup, func(a *Ask) { a.Hold = held(2, 15*time.Minute) }, []string{"3号链接", "2件", "15分钟", "确认"}},
		{"reserved in a size", TopicReserved, dress, func(a *Ask) { a.Hold, a.Variant = held(1, 90*time.Second), &live.Variant{Size: "M", Color: "白色"} }, []string{"1号链接M白色", "1件", "1分钟"}},
		{"reserved of nothing known", TopicReserved, nil, func(a *Ask) { a.Hold = held(1, time.Second) }, []string{"1件", "1分钟"}},
		{"locked", TopicLocked, dress, func(a *Ask) { a.Hold = held(2, 30*time.Minute) }, []string{"1号链接", "2件", "30分钟", "购物车"}},
		{"locked with instalments", TopicLocked, cup, func(a *Ask) { a.Hold = held(1, 30*time.Minute) }, []string{"1件", "3期免息", "分期"}},
		{"short", TopicShort, cup, func(a *Ask) { a.Left = number(4) }, []string{"4件"}},
		{"short, none left", TopicShort, cup, func(a *Ask) { a.Left = number(0) }, []string{"没货|拍完"}},
		{"short, less than none", TopicShort, nil, func(a *Ask) { a.Left = number(-3) }, []string{"没货|拍完"}},
		{"bounds", TopicBounds, cup, func(a *Ask) { a.Left = number(99) }, []string{"1", "99件"}},
		{"no facts", TopicNoFacts, cup, nil, []string{"没有资料|不了解"}},
		{"short, not known", TopicShort, cup, nil, []string{"库存"}},
		{"expired", TopicExpired, cup, func(a *Ask) { a.Hold = held(1, -time.Minute) }, []string{"3号链接", "时间"}},
		{"declined", TopicDeclined, cup, nil, []string{"没关系|没事"}},
		{"declined what was held", TopicDeclined, cup, func(a *Ask) { a.Hold = held(2, time.Minute) }, []string{"2件", "放回"}},
		{"declined what was locked", TopicDeclined, cup, func(a *Ask) { a.Hold = held(2, time.Minute); a.Hold.Confirmed = true }, []string{"锁定的2件"}},
		{"bridge", TopicBridge, nil, func(a *Ask) { a.Was, a.Next = live.IntentSize, live.IntentDelivery }, []string{"尺码", "配送"}},
		{"resume size", TopicResume, nil, func(a *Ask) { a.Open = OpenSize }, []string{"身高体重"}},
		{"resume offer", TopicResume, nil, func(a *Ask) { a.Open = OpenOffer }, []string{"“要”"}},
		{"resume confirm", TopicResume, nil, func(a *Ask) { a.Open, a.Hold = OpenConfirm, held(2, 9*time.Minute) }, []string{"2件", "9分钟", "确认"}},
		{"resume confirm of nothing known", TopicResume, nil, func(a *Ask) { a.Open = OpenConfirm }, []string{"确认"}},
		{"resume choice", TopicResume, nil, func(a *Ask) { a.Open = OpenChoice }, []string{"颜色尺码"}},
		{"resume instalment", TopicResume, nil, func(a *Ask) { a.Open = OpenInstalment }, []string{"分期"}},
		{"vip", TopicVIP, nil, func(a *Ask) { a.VIP = true }, []string{"谢谢"}},
		{"ask body", TopicAskBody, dress, nil, []string{"身高体重", "1号链接"}},
		{"size advice", TopicSizeAdvice, dress, func(a *Ask) { a.Advice, a.Body = "L码", "165cm、60kg" }, []string{"拍L码", "165cm、60kg", "1号链接"}},
		{"ask choice", TopicAskChoice, dress, nil, []string{"S、M", "黑色、白色"}},
		{"ask choice of a thing without", TopicAskChoice, cup, nil, []string{"颜色"}},
		{"cross sell", TopicCrossSell, cup, func(a *Ask) { a.Other = lamp }, []string{"5号链接"}},
		{"private", TopicPrivate, nil, func(a *Ask) { a.Scope = live.Public }, []string{"私信"}},
		{"private in private", TopicPrivate, nil, nil, []string{"订单号"}},
		{"instalment", TopicInstalment, cup, nil, []string{"3期免息"}},
		{"instalment of a thing without", TopicInstalment, dress, nil, []string{"付款页"}},
		{"no product", TopicNoProduct, nil, nil, []string{"几号链接"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			seen := map[string]bool{}
			for i := range 60 {
				a := of(c.topic, c.p)
				a.User.User = live.UserID(fmt.Sprint("u", i))
				if c.set != nil {
					c.set(&a)
				}
				line := say(t, b, a)
				seen[line.Variant] = true
				for _, want := range c.says {
					if !containsOne(line.Text, want) {
						t.Fatalf("Compose = %s %q, want %q", line.Variant, line.Text, want)
					}
				}
			}
			if len(seen) < 2 {
				t.Errorf("60 users were told %v, want two texts at least", seen)
			}
		})
	}
}

// containsOne tells whether text holds one of the words that | parts.
func containsOne(text, words string) bool {
	for _, w := range strings.Split(words, "|") {
		if strings.Contains(text, w) {
			return true
		}
	}
	return false
}

// TestOptionalTopicsSayNothing asks without what each rests on.
func TestOptionalTopicsSayNothing(t *testing.T) {
	b := newBook(t, Config{}, newOwners())
	for name, a := range map[string]Ask{
		"offer of nothing":           of(TopicOffer, nil),
		"reserved without a hold":    of(TopicReserved, cup),
		"locked without a hold":      of(TopicLocked, cup),
		"bridge from nowhere":        of(TopicBridge, cup),
		"resume with nothing open":   of(TopicResume, cup),
		"vip who is none":            of(TopicVIP, cup),
		"advice without advice":      of(TopicSizeAdvice, cup),
		"cross sell without another": of(TopicCrossSell, cup),
		"hold of no pieces":          with(of(TopicReserved, cup), func(a *Ask) { a.Hold = held(0, time.Minute) }),
		"hold beyond any stock":      with(of(TopicReserved, cup), func(a *Ask) { a.Hold = held(1e9, time.Minute) }),
		"bridge to the same":         with(of(TopicBridge, cup), func(a *Ask) { a.Was, a.Next = live.IntentSize, live.IntentSize }),
		"bridge from a yes":          with(of(TopicBridge, cup), func(a *Ask) { a.Was, a.Next = live.IntentAffirm, live.IntentSize }),
		"bridge from no intent":      with(of(TopicBridge, cup), func(a *Ask) { a.Was, a.Next = 250, live.IntentSize }),
		"open what is unknown":       with(of(TopicResume, cup), func(a *Ask) { a.Open = "weather" }),
		"advice for nobody":          with(of(TopicSizeAdvice, cup), func(a *Ask) { a.Advice = "L" }),
		"advice too long":            with(of(TopicSizeAdvice, cup), func(a *Ask) { a.Advice, a.Body = strings.Repeat("L", 31), "60kg" }),
		"cross sell of the same":     with(of(TopicCrossSell, cup), func(a *Ask) { a.Other = cup }),
		"cross sell of no name":      with(of(TopicCrossSell, cup), func(a *Ask) { a.Other = &live.Product{ID: "x"} }),
	} {
		if line, err := b.Compose(a); !errors.Is(err, ErrNoScript) {
			t.Errorf("%s: Compose = %q, %v, want ErrNoScript", name, line.Text, err)
		}
	}
}

func with(a Ask, set func(*Ask)) Ask { set(&a); return a }

func TestMinutesOfAHold(t *testing.T) {
	dir := bundleDir(t, map[string]string{"reserved.yaml": "name: reserved\ntopics: [reserved]\ncases:\n  - {name: x, needs: [hold], texts: ['{{.Minutes}}']}\n"})
	b := newBook(t, Config{Dir: dir}, newOwners())
	for left, want := range map[time.Duration]string{
		-time.Hour: "1", 0: "1", 59 * time.Second: "1", 119 * time.Second: "1", 2 * time.Minute: "2", 15 * time.Minute: "15",
		1 << 62: "9999",
	} {
		if line := say(t, b, with(of(TopicReserved, nil), func(a *Ask) { a.Hold = held(1, left) })); line.Text != want {
			t.Errorf("%s left: .Minutes = %s, want %s", left, line.Text, want)
		}
	}
}

// TestShortNames follows what a bridge calls an intent: short, else about, else the title.
func TestShortNames(t *testing.T) {
	script := func(names string) string {
		return "name: size\nintents: [size]\n" + names + "cases:" + always
	}
	for names, want := range map[string]string{
		"short: 大小\nabout: 穿几码\n": "大小", "about: 穿几码\n": "穿几码", "": "尺码推荐",
	} {
		b := newBook(t, Config{Dir: bundleDir(t, map[string]string{"size.yaml": script(names)})}, newOwners())
		a := with(of(TopicBridge, nil), func(a *Ask) { a.Was, a.Next = live.IntentSize, live.IntentDelivery })
		if line := say(t, b, a); !strings.Contains(line.Text, want) || !strings.Contains(line.Text, "配送") {
			t.Errorf("size with %q: Compose = %q, want %q in it", names, line.Text, want)
		}
	}
}

// TestOnlyOptionalTopicsMayEndOpen holds the rule of the last case against scripts that answer more.
func TestOnlyOptionalTopicsMayEndOpen(t *testing.T) {
	const cases = "cases:\n  - {name: x, when: [vip], texts: [你好]}\n"
	for _, c := range []struct {
		head string
		ok   bool
	}{
		{"topics: [vip]\n", true},
		{"topics: [vip, offer, bridge]\n", true},
		{"topics: [vip, clarify]\n", false},
		{"topics: [expired]\n", false},
		{"topics: [vip]\nintents: [stock]\n", false},
	} {
		err := Check(Config{Dir: bundleDir(t, map[string]string{"x.yaml": "name: x\n" + c.head + cases})})
		if (err == nil) != c.ok {
			t.Errorf("Check of %q = %v, want accepted: %v", c.head, err, c.ok)
		}
	}
}
