package privacy_test

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"liveroom/engine/live"
	"liveroom/engine/privacy"
	"liveroom/engine/privacy/spell"
)

// TestMask shows one of each kind as it is masked.
func TestMask(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"电话13800138000", "电话138****8000"},
		{"打+86 138-0013-8000", "打138****8000"},
		{"幺三八零零幺三八零零零", "138****8000"},
		{"１３８０0138000和13912345678", "138****8000和139****5678"},
		{"座机0571-88886666转801", "座机0571-****666"},
		{"座机88886666", "座机****666"},
		{"身份证11010519491231002X", "身份证110*************2X"},
		{"身份证330106880101123", "身份证330**********23"},
		{"卡号6222 0200 0000 0000 00", "卡号6222**********0000"}, // mistyped: not Luhn's
		{"卡号4111 1111 1111 1111", "卡号4111********1111"},
		{"寄到浙江省杭州市西湖区文三路88号3幢2单元501室，谢谢", "寄到[地址]，谢谢"},
		{"阳光小区5栋302", "[地址]"},
		{"邮箱zhangsan@qq.com", "邮箱z***@qq.com"},
		{"发zhang艾特163点com", "发z***@163.com"},
		{"薇❤abc12345", "薇❤a*****"},
		{"QQ：123456789", "QQ：12****"},
		{"订单号2603112233445566", "订单号****5566"},
		{"SF1234567890123到哪了", "****0123到哪了"},
		{"收件人王小明", "收件人王**"},
		{"收件人:欧阳静", "收件人:欧**"},
		{"王小明 13800138000 浙江省杭州市西湖区文三路88号", "王** 138****8000 [地址]"},
		{"收货人李女士", "收货人李**"},
		{"车牌浙A12345", "车牌浙A*****"},
	} {
		if got, found := privacy.Mask(c.text); got != c.want {
			t.Errorf("Mask(%q) = %q (%v), want %q", c.text, got, found, c.want)
		}
	}
}

// TestOrdinaryFigures holds what a shop's lines are full of and nobody may mask.
func TestOrdinaryFigures(t *testing.T) {
	for _, text := range []string{
		"3号链接多少钱", "1299.00元", "￥1,299.00", "99.9一件，199.9两件，299.9三件", "原价1599现价1299立减300", "尺码38 39 40 41 42 43都有吗", "38、39、40、41、42、43",
		"160/84A 165/88A 170/92A", "身高165体重110", "165 170 175 180 185码", "2026-03-11 20:30:00开始", "20260311", "2026年3月11日20:00", "12:30-14:00", "买了500000件", "库存1000000",
		"1234567", "66666666666", "6666 6666 6666", "23333333333333", "111111111111111111", "00000000000000", "一二三四五", "一一一一一一一一一一一", "三三两两", "第一百三十八个", "订单20260311那天的", "订单 3 件",
		"加v", "加微信", "微信支付1000元", "微信付款", "vx支付可以吗", "微信 iphone 不支持", "QQ糖", "QQ音乐", "扣扣子", "企鹅好可爱", "我叫他来", "我叫什么", "姓名填错了", "收件人写错了", "名字打错了", "联系人怎么改", "寄给我吧", "寄给朋友",
		"发到浙江要几天", "浙江省杭州市几天到", "北京仓发货吗", "3号线", "一路平安", "走这条路5号到", "3层加厚", "3室2厅", "A座", "8号发货", "三座大山", "地址填错了", "改地址", "小区", "在路上3天了", "3栋", "400-820-8820", "95588", "10086", "12315",
		"iPhone 15 Pro Max 256G", "A4纸500张", "GB/T 18401-2010", "0.5 1.5 2.5 3.5", "100ml*3瓶", "满300减50，满500减100", "3+1+2+5+8", "黑S99元", "黑L 1件 青M 2件", "look at this", "@主播 看看3号", "1.3.8", "138", "13800", "尾号8000",
	} {
		if got, found := privacy.Mask(text); found != nil {
			t.Errorf("Mask(%q) = %q: found %v, want nothing", text, got, found)
		}
	}
}

// TestAValueKnownOnceIsMaskedEverywhere: what a cue gives away is masked where no cue stands, too.
func TestAValueKnownOnceIsMaskedEverywhere(t *testing.T) {
	for _, text := range []string{"收件人王小明，就是那个王小明啦", "微信abcd1234，搜abcd1234", "QQ 12345678 对，12345678"} {
		masked, found := privacy.Mask(text)
		if len(found) != 2 || strings.Contains(masked, found[0].Value) {
			t.Errorf("Mask(%q) = %q, %v: want the value masked twice", text, masked, found)
		}
	}
}

// TestView: a role reads as written only what its own links carried.
func TestView(t *testing.T) {
	const text = "电话13800138000"
	for role, clear := range map[live.Role]bool{live.Ingest: true, live.Viewer: true, live.Seat: false, live.Admin: false, 0: false, 200: false} {
		if got := privacy.View(role, text); (got == text) != clear {
			t.Errorf("View(%v) = %q, want as written %v", role, got, clear)
		}
	}
}

// TestMaskName keeps the first character alone.
func TestMaskName(t *testing.T) {
	for name, want := range map[string]string{"": "", "王": "**", "王小明": "王**", "a": "**", "小草🌱": "小**", "\xff\xfe": "\xff**"} {
		if got := privacy.MaskName(name); got != want {
			t.Errorf("MaskName(%q) = %q, want %q", name, got, want)
		}
	}
}

// TestBadText: whatever comes in, what goes out holds the promises.
func TestBadText(t *testing.T) {
	for _, text := range []string{
		"", "\xff\xfe13800138000\xff", "\u200B", "\u20E3", "1\u20E3", "+86", "(+86)13800138000", "((((", "[地址][地址]", "****", "138****8000", "微信:", "订单号", "@", "@qq.com", "a@b", "收件人", "王**", strings.Repeat("1", 500),
		strings.Repeat("13800138000 ", 300), strings.Repeat("文三路88号", 200), strings.Repeat("微", 2000), strings.Repeat("王", 2000), strings.Repeat("1 ", 2000), "收:李" + strings.Repeat("❤", 50),
		"138\x0000138000", "x\u0301@qq.com", "𝟏", "㍿", "ﷺ13800138000",
	} {
		promises(t, text)
	}
}

// promises fails where Mask does not hold what it promises for text.
func promises(t *testing.T, text string) {
	t.Helper()
	masked, found := privacy.Mask(text)
	n := utf8.RuneCountInString(text)
	last := 0
	for _, s := range found {
		if s.Start < last || s.End <= s.Start || s.End > n || s.Value == "" {
			t.Fatalf("Mask(%q): span %+v after %d of %d characters", text, s, last, n)
		}
		last = s.End
		if strings.Contains(masked, s.Value) {
			t.Fatalf("Mask(%q) = %q holds %q", text, masked, s.Value)
		}
	}
	if found == nil && masked != text {
		t.Fatalf("Mask(%q) = %q with nothing found", text, masked)
	}
	again, more := privacy.Mask(masked)
	if again != masked || more != nil {
		t.Fatalf("Mask(%q) = %q, and that masked is %q: %v", text, masked, again, more)
	}
}

func FuzzMask(f *testing.F) {
	for _, kind := range spell.Kinds() {
		for _, c := range spell.Cases(5, kind, spell.Open, 20) {
			f.Add(c.Text)
		}
	}
	f.Add("收件人王小明，13800138000，浙江省杭州市西湖区文三路88号，王小明收")
	f.Fuzz(promises)
}

// TestPairs joins lines of two kinds, in both orders and close together.
func TestPairs(t *testing.T) {
	for i, a := range spell.Kinds() {
		for j, b := range spell.Kinds() {
			as, bs := spell.Cases(uint64(i+1), a, spell.Open, 12), spell.Cases(uint64(j+50), b, spell.Open, 12)
			for k := range as {
				promises(t, as[k].Text+bs[k].Text)
				promises(t, as[k].Value+bs[k].Value)
				promises(t, as[k].Text+" "+bs[k].Value)
			}
		}
	}
}

func TestMaskAllocations(t *testing.T) {
	if racing {
		t.Skip("the race detector makes pools forget")
	}
	for _, text := range []string{"这个还有货吗主播呀在吗", "3号链接多少钱呢 XL码", "微信支付1000元可以吗", "发到浙江省杭州市要几天"} {
		if got := testing.AllocsPerRun(200, func() { privacy.Mask(text) }); got > 2 {
			t.Errorf("Mask(%q) allocates %.0f times, want at most 2", text, got)
		}
	}
}

func BenchmarkMask(b *testing.B) {
	for name, text := range map[string]string{
		"12_plain": "这个还有货吗主播呀在吗亲", "12_figures": "3号链接XL码多少钱呀", "phone": "我的电话是13800138000谢谢", "address": "寄到浙江省杭州市西湖区文三路88号3幢2单元501室",
		"long": strings.Repeat("这个还有货吗主播呀在吗亲", 20),
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				privacy.Mask(text)
			}
		})
	}
}

func ExampleMask() {
	masked, found := privacy.Mask("薇❤：abc12345，电话一三八零零一三八零零零")
	fmt.Println(masked)
	for _, s := range found {
		fmt.Println(s.Kind, s.Start, s.End, s.Value)
	}
	// Output:
	// 薇❤：a*****，电话138****8000
	// wechat 3 11 abc12345
	// phone 14 25 13800138000
}
