package spell

import (
	"math/rand/v2"
	"strings"
)

var (
	thai    = []rune("๐๑๒๓๔๕๖๗๘๙")
	sans    = []rune("𝟬𝟭𝟮𝟯𝟰𝟱𝟲𝟳𝟴𝟵")
	lowered = []rune("₀₁₂₃₄₅₆₇₈₉")
)

// lateFrames and lateWays were written when the masker was done, to have a half that it cannot have been fitted to.
var lateFrames = map[string][]string{
	"phone":     {"老板{}回个电话", "麻烦{}联系一下", "我新号{}旧的不用了", "备用号码：{}", "急！！{}", "取件打{}谢谢啦", "你记一下哈{}", "手机：{}（白天）", "我妈收，{}", "有事{}"},
	"landline":  {"办公室{}", "店里座机：{}", "传真{}", "白天打{}", "前台 {}", "老家电话{}"},
	"id_card":   {"给你身份证{}", "登记的是{}吗", "身份证号码给你 {}", "我的证件：{}", "海关要的{}", "本人{}"},
	"bank_card": {"储蓄卡{}", "退款到卡{}吧", "中国银行{}", "卡号发你：{}", "打我{}上", "信用卡 {}"},
	"address":   {"帮忙改送{}", "新地址→{}", "东西寄{}就好", "我搬到{}了", "还是送{}吧", "地址是：{}。电话没变", "【{}】", "收货 {}"},
	"email":     {"把发票pdf发{}", "备用邮箱：{}", "e-mail {}", "可以发邮件到{}吗", "抄送{}"},
	"wechat": {
		"微❤️信号：{}", "V 信 {}", "VX号{}", "薇❤号是{}", "加溦信：{}", "V芯：{}", "微~信：{}", "微/信 {}", "➕薇信{}", "wei xin：{}", "w-x:{}", "威❤{}", "WX号 {}", "找我微信:{}", "加我v {}", "我的微信是{}哦",
	},
	"qq":       {"Q号码：{}", "球球：{}", "加我QQ{}", "qq群{}", "我的扣扣号是{}", "小企鹅 {}", "QQ:{}", "企鹅：{}"},
	"order_id": {"我订单编号 {}", "单号发你{}", "包裹单号{}", "快递单号是{}吗", "取件订单号{}", "退的订单号：{}", "这个运单 {} 没动静"},
	"name":     {"收货人改{}", "收件人是{}哈", "我姓名{}", "名字：{}", "收货人名字{}", "联系人写{}", "我叫{}呀", "收件人：{} 手机13812345678", "姓名写的{}", "{}，手机13812345678"},
	"plate":    {"我车牌{}", "车牌登记{}", "车牌：{}谢谢", "车牌尾号不对，车牌是{}"},
}

func lateWays(kind string) []way {
	switch kind {
	case "address":
		return []way{
			{"tabs", replaced(" ", "\t")},
			{"enumeration commas", replaced(" ", "、")},
			{"all full-width", then(withoutSpaces, wide)},
			{"emoji between levels", replaced(" ", "📍")},
			{"slashes", replaced(" ", "/")},
			{"bold digits", then(withoutSpaces, inTable(bold))},
		}
	case "email":
		return []way{
			{"wide at, spaced", replaced("@", " ＠ ")},
			{"braces", replaced("@", "{at}")},
			{"Chinese in brackets", replaced("@", "(艾特)")},
			{"spaced Chinese dot", replaced(".com", " 点 com")},
			{"hidden at", replaced("@", "\u200B@\u200B")},
			{"sans", inTable(sans)},
		}
	case "wechat":
		return []way{
			{"tilde all", between("~")}, {"mixed case", mixedCase}, {"keycaps", keycaps}, {"sans digits", inTable(sans)}, {"hidden all", between("\u200B")},
		}
	case "name":
		return []way{{"spaced", between(" ")}, {"hidden all", between("\u200D")}, {"plain", asIs}, {"dots", between(".")}}
	case "plate":
		return []way{{"dot", dotted}, {"spaced", dottedBy(" ")}, {"bold", boldLetters}}
	}
	ways := []way{
		{"Thai", inTable(thai)},
		{"sans", inTable(sans)},
		{"lowered", inTable(lowered)},
		{"in parentheses", eachIn("(", ")")},
		{"in brackets", eachIn("[", "]")},
		{"colon groups", grouped(":", 3, 4, 4)},
		{"ellipsis groups", grouped("…", 3, 4, 4)},
		{"a line each", between("\n")},
		{"bars", between("|")},
		{"three writings", then(mixed(circled), mixed(han))},
		{"tab groups", grouped("\t", 3, 4, 4)},
		{"quotes", between("'")},
		{"two hearts", between("❤❤")},
		{"hidden and spaced", then(grouped(" ", 3, 4, 4), scattered("\u200B"))},
		{"spoken in groups", then(grouped("-", 3, 4, 4), inTable(spoken))},
	}
	for i, w := range ways { // who groups anew leaves the number's own hyphen out
		ways[i].spell = then(without("-"), w.spell)
	}
	return ways
}

func eachIn(open, shut string) func(*rand.Rand, string) string {
	return func(_ *rand.Rand, v string) string {
		return open + strings.Join(strings.Split(v, ""), shut+open) + shut
	}
}

func mixedCase(r *rand.Rand, v string) string {
	return strings.Map(func(c rune) rune {
		if 'a' <= c && c <= 'z' && r.IntN(2) == 0 {
			return c - 'a' + 'A'
		}
		return c
	}, v)
}

func dotted(r *rand.Rand, v string) string { return dottedBy("·")(r, v) }

// dottedBy parts the front of a plate from its number.
func dottedBy(sign string) func(*rand.Rand, string) string {
	return func(_ *rand.Rand, v string) string {
		runes := []rune(v)
		return string(runes[:2]) + sign + string(runes[2:])
	}
}
