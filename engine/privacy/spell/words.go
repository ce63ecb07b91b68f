package spell

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

var boldLetters = func(_ *rand.Rand, v string) string {
	return strings.Map(func(c rune) rune {
		switch {
		case 'a' <= c && c <= 'z':
			return c - 'a' + 0x1D41A
		case 'A' <= c && c <= 'Z':
			return c - 'A' + 0x1D400
		case '0' <= c && c <= '9':
			return c - '0' + 0x1D7CE
		}
		return c
	}, v)
}

// wide writes ASCII full-width.
func wide(_ *rand.Rand, v string) string {
	return strings.Map(func(c rune) rune {
		if '!' <= c && c <= '~' {
			return c + 0xFEE0
		}
		return c
	}, v)
}

func upper(_ *rand.Rand, v string) string { return strings.ToUpper(v) }

// idWays are the ways of ids of letters and digits.
func idWays() []way {
	return []way{
		{"plain", asIs},
		{"full-width", wide},
		{"capitals", upper},
		{"hidden between", scattered(hidden...)},
		{"every letter spaced", between(" ")},
		{"every letter dotted", between(".")},
		{"bold", boldLetters},
		{"emoji between all", between("❤", "🌹")},
		{"circled digits", inTable(circled)},
		{"keycaps", keycaps},
	}
}

func emailWays() []way {
	return []way{
		{"plain", asIs},
		{"full-width", wide},
		{"capitals", upper},
		{"wide at", replaced("@", "＠")},
		{"spaced at", replaced("@", " @ ")},
		{"at in words", replaced("@", " at ")},
		{"at in brackets", replaced("@", "[at]")},
		{"at in parentheses", replaced("@", "(at)")},
		{"at in Chinese", replaced("@", "艾特")},
		{"circle a", replaced("@", "ⓐ")},
		{"dot in Chinese", replaced(".com", "点com")},
		{"Chinese stop", replaced(".com", "。com")},
		{"hidden between", scattered(hidden...)},
		{"bold", boldLetters},
		{"at and dot in Chinese", replaced("@", "艾特", ".com", "点com")},
		{"at and dot in words", replaced("@", " at ", ".com", " dot com")},
		{"wide stop", replaced(".com", "．com")},
		{"spaced dot", replaced(".com", " . com")},
		{"every letter spaced", between(" ")},
		{"middle dot", replaced(".com", "·com")},
	}
}

func nameWays() []way {
	split := func(separator string) func(*rand.Rand, string) string {
		return func(_ *rand.Rand, v string) string { return strings.Join(strings.Split(v, ""), separator) }
	}
	return []way{
		{"plain", asIs},
		{"spaced", split(" ")},
		{"hidden between", split("\u200B")},
		{"middle dots", split("·")},
		{"emoji between", split("❤")},
		{"wide spaces", split("\u3000")},
	}
}

func addressWays() []way {
	return []way{
		{"plain", func(_ *rand.Rand, v string) string { return bare(v) }},
		{"spaced levels", asIs},
		{"no suffixes", func(_ *rand.Rand, v string) string { return bare(unsuffixed(v)) }},
		{"comma levels", replaced(" ", "，")},
		{"no province", func(_ *rand.Rand, v string) string { return bare(after(v, 1)) }},
		{"district on", func(_ *rand.Rand, v string) string { return bare(after(v, strings.Count(v, " ")-1)) }},
		{"Chinese numerals", then(withoutSpaces, inTable(han))},
		{"full-width digits", then(withoutSpaces, inTable(fullWidth))},
		{"hidden between", then(withoutSpaces, runesApart("\u200B"))},
		{"line breaks", replaced(" ", "\n")},
		{"last level only", func(_ *rand.Rand, v string) string { return lastLevel(v) }},
		{"hyphen levels", replaced(" ", "-")},
		{"hyphen door", then(withoutSpaces, replaced("幢", "-", "栋", "-", "号楼", "-", "单元", "-", "室", ""))},
		{"spaced numbers", then(withoutSpaces, replaced("号楼", " 号楼 ", "号", " 号 ", "单元", " 单元 "))},
		{"no suffixes, spaced", func(_ *rand.Rand, v string) string { return unsuffixed(v) }},
		{"full-width, spaced", inTable(fullWidth)},
	}
}

func withoutSpaces(_ *rand.Rand, v string) string { return bare(v) }

func runesApart(separator string) func(*rand.Rand, string) string {
	return func(_ *rand.Rand, v string) string { return strings.Join(strings.Split(v, ""), separator) }
}

// unsuffixed writes province and city as people say them: 浙江 for 浙江省, 杭州 for 杭州市.
func unsuffixed(address string) string {
	return strings.NewReplacer("壮族自治区 ", " ", "自治区 ", " ", "省 ", " ", "市 ", " ").Replace(address)
}

// after drops the first n levels of an address, and keeps at least what follows the first.
func after(address string, n int) string {
	for range n {
		if _, rest, ok := strings.Cut(address, " "); ok && strings.Contains(rest, " ") {
			address = rest
		}
	}
	return address
}

// lastLevel keeps what says the door: the last two levels of an address written in full.
func lastLevel(address string) string {
	levels := strings.Split(address, " ")
	return strings.Join(levels[max(0, len(levels)-1-boolInt(strings.Count(address, " ") > 3)):], "")
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

// wechatCues are the ways of saying WeChat, a held-out one after each open one.
var wechatCues = []string{
	"微信", "薇信", "威信", "维信", "V信", "v信", "vx", "VX", "wx", "Vx", "V❤", "薇❤", "微❤信", "薇❤️", "v❤️", "微❤", "加v", "加V", "加薇", "加微",
	"➕v", "+v", "微 信", "微.信", "WeChat", "weixin", "wei信", "w信", "卫星", "徽信", "微xin", "v-x", "ｖｘ", "Ⅴ信", "微心", "薇心", "葳信", "蔚信", "𝐕𝐗", "v ❤",
	"➕薇", "十v", "加个微", "加个v", "wechat", "WX", "微信号", "薇信号", "嶶信", "幑信",
}

// wechatFrames builds lines around every cue.
func wechatFrames() []string {
	lines := []string{"%s%s{}", "我%s%s{}", "你%s%s{} 发我", "主播%s%s{}，聊", "有需要%s%s{}", "宝宝们%s%s{}", "优惠的来%s%s{}", "断货款%s%s{}"}
	joins := []string{"", ":", "：", " ", "号", "是", "→", "号：", "号是", "："}
	var frames []string
	for i, cue := range wechatCues {
		join := joins[(i/2)%len(joins)]
		if last := cue[len(cue)-1]; join == "" && (last >= 'a' && last <= 'z' || last >= 'A' && last <= 'Z') || strings.HasSuffix(cue, "号") && strings.HasPrefix(join, "号") {
			join = ":" // what stands apart for a reader too
		}
		frames = append(frames, fmt.Sprintf(lines[(i/2)%len(lines)], cue, join))
	}
	return frames
}

var qqCues = []string{"QQ", "qq", "扣扣", "抠抠", "Q", "q", "加Q", "加q", "企鹅号码", "企鹅", "Q Q", "q.q", "QQ号", "qq号码", "蔻蔻", "叩叩", "🐧", "🐧号", "ＱＱ", "扣号"}

func qqFrames() []string {
	lines := []string{"%s%s{}", "我%s%s{}", "有问题%s%s{} 找我", "来%s%s{}", "要图的%s%s{}"}
	joins := []string{"：", ":", "号是", " ", "号"}
	var frames []string
	for i, cue := range qqCues {
		join := joins[(i/2)%len(joins)]
		if strings.HasSuffix(cue, "号") || strings.HasSuffix(cue, "号码") {
			join = strings.TrimPrefix(join, "号")
		}
		frames = append(frames, fmt.Sprintf(lines[(i/2)%len(lines)], cue, join))
	}
	return frames
}

func lower(_ *rand.Rand, v string) string { return strings.ToLower(v) }

// aroundArea puts a landline's area code in parentheses.
func aroundArea(open, shut string) func(*rand.Rand, string) string {
	return func(_ *rand.Rand, v string) string {
		area, number, _ := strings.Cut(v, "-")
		return open + area + shut + number
	}
}

func suffixed(suffixes ...string) func(*rand.Rand, string) string {
	return func(r *rand.Rand, v string) string { return v + pick(r, suffixes...) }
}

// groupedNumber parts the number after a landline's area code in the middle.
func groupedNumber(_ *rand.Rand, v string) string {
	return v[:len(v)-4] + " " + v[len(v)-4:]
}
