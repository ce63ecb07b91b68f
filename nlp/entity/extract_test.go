package entity_test

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"liveroom/engine/live"
	"liveroom/nlp/entity"
)

var shop = entity.NewCatalogue([]live.Product{
	{
		ID: "coat", Name: "加厚风衣", Aliases: []string{"风衣", "那件Windbreaker"}, Link: 1,
		Variants: []live.Variant{{SKU: "coat-1", Size: "110-120cm", Color: "雾霾蓝"}, {SKU: "coat-2", Size: "XL", Color: "奶油米"}},
	},
	{ID: "mask", Name: "玻尿酸面膜", Aliases: []string{"面膜", "补水面膜", "膜"}, Link: 3},
	{ID: "coat2", Name: "风衣腰带", Link: 4},
})

// found writes entities as one line: kind value→norm unit@start-end.
func found(text string, c *entity.Catalogue) string {
	var out []string
	for _, e := range entity.Extract(text, c) {
		s := e.Kind + " " + e.Value + "→" + e.Norm
		if e.Unit != "" {
			s += " " + e.Unit
		}
		out = append(out, fmt.Sprintf("%s@%d-%d", s, e.Start, e.End))
	}
	return strings.Join(out, "; ")
}

func TestExtract(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		// Numbers of pieces that nobody can have, told after a word that orders.
		{"来-3个", "quantity -3个→-3 piece@1-4"},
		{"要－3个", "quantity －3个→-3 piece@1-4"},
		{"来0个", "quantity 0个→0 piece@1-3"},
		{"来3.5个", "quantity 3.5个→3.5 piece@1-5"},
		{"来1000000000个", "quantity 1000000000个→1000000000 piece@1-12"},
		{"来1000000000000000个", "quantity 1000000000000000个→1000000000000000 piece@1-18"},
		{"要十万件", "quantity 十万件→100000 piece@1-4"},
		{"来1亿个", "quantity 1亿个→100000000 piece@1-4"},
		{"1-3个", "quantity 3个→3 piece@2-4"},
		{"要0个月", ""},
		{"-3个", "quantity -3个→-3 piece@0-3"},
		{"来 −3 个", "quantity −3 个→-3 piece@2-6"},
		{"黑色-3个", "color 黑色→黑色@0-2; quantity 3个→3 piece@3-5"},
		{"0个", "quantity 0个→0 piece@0-2"},
		{"来1,000个", "quantity 1,000个→1000 piece@1-7"},
		{"拍5千个", "quantity 5千个→5000 piece@1-4"},
		{"来1千克", "quantity 1千克→1 kg@1-4"},
		{"来零个", "quantity 零个→0 piece@1-3"},
		{"要零件", ""},
		{"卖了1万件", ""},

		// Link numbers, in every spelling.
		{"3号链接", "product 3号链接→3 link@0-4"},
		{"三号链接还有吗", "product 三号链接→3 link@0-4"},
		{"3号", "product 3号→3 link@0-2"},
		{"三号多少钱", "product 三号→3 link@0-2"},
		{"3⃣️", "product 3⃣️→3 link@0-3"},
		{"3️⃣多少钱", "product 3️⃣→3 link@0-3"},
		{"③还有吗", "product ③→3 link@0-1"},
		{"讲一下⑫", "product ⑫→12 link@3-4"},
		{"❸号链接", "product ❸号链接→3 link@0-4"},
		{"🔟号", "product 🔟号→10 link@0-2"},
		{"1⃣2⃣号", "product 1⃣2⃣号→12 link@0-5"},
		{"链接3", "product 链接3→3 link@0-3"},
		{"链接三号", "product 链接三号→3 link@0-4"},
		{"链接 3 有吗", "product 链接 3→3 link@0-4"},
		{"3链接", "product 3链接→3 link@0-3"},
		{"3 号 链接", "product 3 号 链接→3 link@0-6"},
		{"３号链接", "product ３号链接→3 link@0-4"},
		{"二十三号链接", "product 二十三号链接→23 link@0-6"},
		{"十号宝贝", "product 十号宝贝→10 link@0-4"},
		{"第3个链接", "product 第3个链接→3 link@0-5"},
		{"5号链接和六号", "product 5号链接→5 link@0-4; product 六号→6 link@5-7"},
		{"一号二号有啥区别", "product 一号→1 link@0-2; product 二号→2 link@2-4"},
		{"小黄车2号", "product 小黄车2号→2 link@0-5"},
		{"😀3号链接", "product 3号链接→3 link@1-5"},
		{"e\u03013号", "product 3号→3 link@2-4"},
		{"\u200b3\u200d号", "product 3\u200d号→3 link@1-4"},
		// What only looks like a link.
		{"3号发货", "date 3号→3 day_of_month@0-2"},
		{"12号到", "date 12号→12 day_of_month@0-3"},
		{"5号之前能到吗", "date 5号→5 day_of_month@0-2"},
		{"3号到手价多少", "product 3号→3 link@0-2"},
		{"这个月8号", "date 这个月8号→0-08 month_day@0-5"},
		{"12月3号发", "date 12月3号→12-03 month_day@0-5"},
		{"想换大一号", ""},
		{"5号电池", ""},
		{"第二件半价", ""},
		{"3个链接", ""},
		{"0号", ""},
		// Names from the catalogue.
		{"风衣还有吗", "product 风衣→coat product@0-2"},
		{"加厚风衣多少钱", "product 加厚风衣→coat product@0-4"},
		{"风衣腰带有吗", "product 风衣腰带→coat2 product@0-4"},
		{"补水面膜3盒", "product 补水面膜→mask product@0-4; quantity 3盒→3 piece@4-6"},
		{"那件ＷＩＮＤＢＲＥＡＫＥＲ呢", "product 那件ＷＩＮＤＢＲＥＡＫＥＲ→coat product@0-13"},
		{"雾霾蓝补货吗", "color 雾霾蓝→雾霾蓝@0-3"},
		{"奶油米有吗", "color 奶油米→奶油米@0-3"},
		// Sizes.
		{"有XL吗", "size XL→XL@1-3"},
		{"2XL还有没", "size 2XL→2XL@0-3"},
		{"xxl", "size xxl→2XL@0-3"},
		{"XXXL", "size XXXL→3XL@0-4"},
		{"ＸＬ码", "size ＸＬ码→XL@0-3"},
		{"大码有吗", "size 大码→大码@0-2"},
		{"大号有吗", "size 大号→大码@0-2"},
		{"均码吗", "size 均码→均码@0-2"},
		{"42码", "size 42码→42@0-3"},
		{"36.5码", "size 36.5码→36.5@0-5"},
		{"四十二码", "size 四十二码→42@0-4"},
		{"M码", "size M码→M@0-2"},
		{"有m吗", "size m→M@1-2"},
		{"拍L还是M", "size L→L@1-2; size M→M@4-5"},
		{"180/96A", "size 180/96A→180/96A@0-7"},
		{"75B有吗", "size 75B→75B@0-3"},
		{"穿38可以吗", "size 38→38@1-3"},
		{"鞋码42", "size 42→42@2-4"},
		{"iPhoneX能用吗", ""},
		{"换小一码", ""},
		// Colours.
		{"黑色", "color 黑色→黑色@0-2"},
		{"红的还有吗", "color 红→红色@0-1"},
		{"深蓝色补货", "color 深蓝色→深蓝色@0-3"},
		{"卡其有吗", "color 卡其→卡其色@0-2"},
		{"酒红还有吗", "color 酒红→酒红色@0-2"},
		{"21号色", "color 21号色→21号色@0-4"},
		{"明白了", ""},
		// Quantities.
		{"三件多少钱", "quantity 三件→3 piece@0-2"},
		{"2个", "quantity 2个→2 piece@0-2"},
		{"剩3瓶", "quantity 3瓶→3 piece@1-3"},
		{"两双", "quantity 两双→2 piece@0-2"},
		{"十二盒", "quantity 十二盒→12 piece@0-3"},
		{"三个月", ""},
		{"四件套", ""},
		{"这一款", ""},
		{"5斤苹果", "quantity 5斤→2.5 kg@0-2"},
		// Body figures.
		{"160斤穿多大", "body 160斤→80 kg@0-4"},
		{"一百六十斤", "body 一百六十斤→80 kg@0-5"},
		{"一百六斤", "body 一百六斤→80 kg@0-4"},
		{"115斤", "body 115斤→57.5 kg@0-4"},
		{"55kg", "body 55kg→55 kg@0-4"},
		{"60公斤", "body 60公斤→60 kg@0-4"},
		{"一米六五", "body 一米六五→165 cm@0-4"},
		{"一米七", "body 一米七→170 cm@0-3"},
		{"1米65", "body 1米65→165 cm@0-4"},
		{"1.65米", "body 1.65米→165 cm@0-5"},
		{"1.65m", "body 1.65m→165 cm@0-5"},
		{"165cm", "body 165cm→165 cm@0-5"},
		{"165 110", "body 165→165 cm@0-3; body 110→55 kg@4-7"},
		{"165/110穿什么码", "body 165→165 cm@0-3; body 110→55 kg@4-7"},
		{"165，110斤", "body 165→165 cm@0-3; body 110斤→55 kg@4-8"},
		{"165 52", "body 165→165 cm@0-3; body 52→52 kg@4-6"},
		{"身高165体重110", "body 165→165 cm@2-5; body 110→55 kg@7-10"},
		{"身高165cm体重55kg", "body 165cm→165 cm@2-7; body 55kg→55 kg@9-13"},
		{"110斤165", "body 110斤→55 kg@0-4; body 165→165 cm@4-7"},
		{"175 150斤选L还是XL", "body 175→175 cm@0-3; body 150斤→75 kg@4-8; size L→L@9-10; size XL→XL@12-14"},
		{"腰围80", "body 80→80 cm@2-4"},
		{"二尺三", "body 二尺三→76.7 cm@0-3"},
		// Numbers of orders and telephones.
		{"13812345678", "phone 13812345678→13812345678@0-11"},
		{"138 1234 5678", "phone 138 1234 5678→13812345678@0-13"},
		{"+86 138-1234-5678", "phone 138-1234-5678→13812345678@4-17"},
		{"１３８１２３４５６７８", "phone １３８１２３４５６７８→13812345678@0-11"},
		{"订单123456789012345678", "order_id 123456789012345678→123456789012345678@2-20"},
		{"1234567890123456", "order_id 1234567890123456→1234567890123456@0-16"},
		{"单号：SF1234567890123", "order_id SF1234567890123→SF1234567890123@3-18"},
		{"yt1234567890123到哪了", "order_id yt1234567890123→YT1234567890123@0-15"},
		{"订单号AB-20240101", "order_id AB-20240101→AB20240101@3-14"},
		{"12812345678", ""},
		{"666666666666666", ""},
		{"8989898989898989", ""},
		// Addresses; what only looks like one.
		{"住在上海浦东张江路100弄3号402", "city 上海→上海@2-4; address 浦东张江路100弄3号402→浦东张江路100弄3号402@4-18"},
		{"寄到文三路88号", "address 文三路88号→文三路88号@2-8"},
		{"寄杭州文三路 88号 3幢2单元501室谢谢", "city 杭州→杭州@1-3; address 文三路 88号 3幢2单元501室→文三路88号3幢2单元501室@3-20"},
		{"阳光花园5栋1203", "address 阳光花园5栋1203→阳光花园5栋1203@0-10"},
		{"三号楼二单元五零一室", "address 三号楼二单元五零一室→三号楼二单元五零一室@0-10"},
		{"世纪大道100-2号", "address 世纪大道100-2号→世纪大道100-2号@0-10"},
		{"文三路3号链接", "product 3号链接→3 link@3-7"},
		{"一路3号", "product 3号→3 link@2-4"},
		{"全是套路3号多少钱", "product 3号→3 link@4-6"},
		{"3号2个", "product 3号→3 link@0-2; quantity 2个→2 piece@2-4"},
		{"3号402块", "product 3号→3 link@0-2; money 402块→40200 fen@2-6"},
		{"2室1厅", ""},
		{"3号楼下取", ""},
		// Money.
		{"99块", "money 99块→9900 fen@0-3"},
		{"9.9元", "money 9.9元→990 fen@0-4"},
		{"¥99", "money ¥99→9900 fen@0-3"},
		{"￥99.9", "money ￥99.9→9990 fen@0-5"},
		{"9块9", "money 9块9→990 fen@0-3"},
		{"三块五", "money 三块五→350 fen@0-3"},
		{"一百五十块钱", "money 一百五十块钱→15000 fen@0-6"},
		{"5毛", "money 5毛→50 fen@0-2"},
		{"1万元", "money 1万元→1000000 fen@0-3"},
		{"1千块", "money 1千块→100000 fen@0-3"},
		{"100rmb", "money 100rmb→10000 fen@0-6"},
		{"满300减50", "money 300→30000 fen@1-4; money 50→5000 fen@5-7"},
		{"羽绒服3毛衣2", ""},
		{"一块买", ""},
		// Dates.
		{"今天发吗", "date 今天→0 day@0-2"},
		{"明天能到吗", "date 明天→1 day@0-2"},
		{"昨天拍的", "date 昨天→-1 day@0-2"},
		{"12月3日", "date 12月3日→12-03 month_day@0-5"},
		{"十二月三号", "date 十二月三号→12-03 month_day@0-5"},
		{"2024-01-02", "date 2024-01-02→2024-01-02 date@0-10"},
		{"2024年1月2日", "date 2024年1月2日→2024-01-02 date@0-9"},
		{"周三", "date 周三→3 weekday@0-2"},
		{"下周三能到吗", "date 下周三→+3 weekday@0-3"},
		{"星期天", "date 星期天→7 weekday@0-3"},
		{"双十一会便宜吗", "date 双十一→11-11 month_day@0-3"},
		{"双11", "date 双11→11-11 month_day@0-3"},
		{"618有活动吗", "date 618→06-18 month_day@0-3"},
		{"一周", ""},
		// Places and rivals.
		{"发杭州吗", "city 杭州→杭州@1-3"},
		{"北京市几天到", "city 北京市→北京@0-3"},
		{"新疆发吗", "city 新疆→新疆@0-2"},
		{"南京路", ""},
		{"比京东便宜吗", "competitor 京东→京东@1-3"},
		{"拼夕夕才9块9", "competitor 拼夕夕→拼多多@0-3; money 9块9→990 fen@4-7"},
		{"pdd更便宜", "competitor pdd→拼多多@0-3"},
		{"和专柜一样吗", "competitor 专柜→专柜@1-3"},
		// Together.
		{"3号链接XL黑色要两件发杭州", "product 3号链接→3 link@0-4; size XL→XL@4-6; color 黑色→黑色@6-8; quantity 两件→2 piece@9-11; city 杭州→杭州@12-14"},
		{"", ""},
		{"还有货吗", ""},
		{"666", ""},
		{"扣1", ""},
	} {
		if got := found(c.text, shop); got != c.want {
			t.Errorf("Extract(%q) =\n  %s\nwant\n  %s", c.text, got, c.want)
		}
	}
}

func TestNoCatalogue(t *testing.T) {
	if c := entity.NewCatalogue(nil); c != nil {
		t.Errorf("NewCatalogue(nil) = %v, want nil", c)
	}
	if got := found("风衣3号", nil); got != "product 3号→3 link@2-4" {
		t.Errorf("Extract without a catalogue = %s", got)
	}
}

// check holds what must be true of every extraction.
func check(t *testing.T, text string, c *entity.Catalogue) {
	t.Helper()
	var starts []int // bytes of each character
	for i := range text {
		starts = append(starts, i)
	}
	starts = append(starts, len(text))
	end := 0
	all := entity.Extract(text, c)
	if len(all) > entity.Max {
		t.Fatalf("Extract(%q) finds %d, want at most %d", text, len(all), entity.Max)
	}
	for _, e := range all {
		if e.Start < end || e.End <= e.Start || e.End >= len(starts) {
			t.Fatalf("Extract(%q) finds %+v after %d of %d characters", text, e, end, len(starts)-1)
		}
		end = e.End
		if got := text[starts[e.Start]:starts[e.End]]; got != e.Value {
			t.Fatalf("Extract(%q) finds %+v, but its offsets hold %q", text, e, got)
		}
		if e.Kind == "" || e.Norm == "" || !utf8.ValidString(e.Norm) {
			t.Fatalf("Extract(%q) finds %+v, want a kind and a normal form", text, e)
		}
	}
}

func TestHostileTexts(t *testing.T) {
	for _, unit := range map[string]string{
		"digits": "1", "numerals": "一百", "links": "3号", "letters": "x", "names": "风衣", "keys": "3⃣️", "slashes": "1/",
		"marks": "e\u0301", "bad": "\xff", "spaces": " ", "phones": "138 1234 567", "metres": "一米", "years": "2024-", "prefixes": "加厚风",
		"children": "110的换", "pairs": "1 ", "commas": "1,111", "groups": "订单1234-", "packs": "两大",
	} {
		check(t, strings.Repeat(unit, 10_000), shop)
		check(t, "号"+strings.Repeat(unit, 10_000), nil)
	}
}

func TestExtractAllocations(t *testing.T) {
	if racing {
		t.Skip("allocations cannot be counted under the race detector")
	}
	if n := testing.AllocsPerRun(100, func() { entity.Extract("这件还有货吗？什么时候能发", nil) }); n > 0 {
		t.Errorf("Extract of a text that names nothing allocates %v times, want 0", n)
	}
}

func FuzzExtract(f *testing.F) {
	for _, s := range []string{
		"3号链接XL黑色要两件发杭州", "165 110", "138 1234 5678", "3⃣️①🔟", "9块9", "下周三12月3号", "180/96A", "\xff3号", "e\u0301风衣", "①\u0301", "ﬃ가각ｶﾞ",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		check(t, s, shop)
		check(t, s, nil)
	})
}

func BenchmarkExtract(b *testing.B) {
	for name, text := range map[string]string{
		"none": "这件还有货吗什么时候能发", "two": "3号链接还有黑色XL吗", "accents": "3号链接é还有黑色吗",
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				entity.Extract(text, shop)
			}
		})
	}
}
