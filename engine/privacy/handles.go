package privacy

import "strings"

const (
	// micro are the characters written for the first of 微信, belief those written for the second.
	micro  = "微薇威维徽溦葳蔚崴嶶幑巍唯惟魏违"
	belief = "信心芯星讯✉"
	hearts = "❤♥♡❥💗💓💕💖💙💚💛💜🖤💘💝💟🧡🤍🤎💞❣"
)

// latinCues are WeChat in Latin letters.
var latinCues = []string{"wechat", "weixin", "weix", "vxin", "wxin", "vx", "wx", "v-x", "w-x", "v.x", "w.x", "v x", "wei xin", "wei-xin", "we chat", "wei信", "w信", "v信", "v心", "w心"}

// joins are what people put between such a cue and the id.
var joins = []string{"号码", "账号", "帐号", "号", "码", "id", "是", "为", "我", "的", "搜", "群", "加", "叫", "联系", "同", "邮箱", "手机", "一样", "都"}

// handles takes the ids of WeChat and QQ that a cue announces.
func (f *finder) handles() {
	for i := 0; i < len(f.cells); i++ {
		if f.open(i) == 0 {
			continue
		}
		if j := f.wechatCue(i); j >= 0 {
			if end := f.wechatID(f.join(j)); end > 0 {
				i = end - 1
				continue
			}
		}
		if j := f.qqCue(i); j >= 0 {
			if end := f.qqID(f.join(j)); end > 0 {
				i = end - 1
			}
		}
	}
}

// join returns the cell after what stands between a cue and its id.
func (f *finder) join(i int) int {
	for range 6 {
		if j := f.afterAny(i, joins...); j >= 0 {
			i = j
		} else if j := f.skip(i, 3); j > i {
			i = j
		} else {
			break
		}
	}
	return i
}

// wechatCue returns the cell after a way of saying WeChat at i, -1 when there is none.
func (f *finder) wechatCue(i int) int {
	r := f.open(i)
	if letter(r) && alnum(f.at(i-1)) && f.at(i-1) != '+' {
		return -1
	}
	if r == 'w' || r == 'v' {
		if j := f.after(i, "wxid_"); j >= 0 {
			return i
		}
		if j := f.afterAny(i, latinCues...); j >= 0 {
			return j
		}
	}
	if r == '卫' {
		if j := f.after(i, "卫星"); j >= 0 {
			return j
		}
		return -1
	}
	first := strings.ContainsRune(micro, r)
	if !first && r != 'v' && r != 'w' {
		return -1
	}
	k := f.skip(i+1, 2)
	for p := i + 1; p < k+1 && p <= i+3; p++ { // a heart may itself be what parts
		if q := f.open(p); q != 0 && strings.ContainsRune(hearts, q) {
			if j := f.afterAny(p+1, "信", "心"); j >= 0 {
				return j
			}
			return p + 1
		}
	}
	if q := f.open(k); q != 0 && strings.ContainsRune(belief, q) {
		return k + 1
	}
	if j := f.afterAny(k, "xin"); j >= 0 {
		return j
	}
	if first && f.open(k) == 'x' && !letter(f.at(k+1)) {
		return k + 1
	}
	// A single character says it after 加 and before a colon.
	if f.adding(i) || f.open(i+1) == ':' || f.after(i+1, "号") >= 0 && (f.open(i+2) == ':' || f.after(i+2, "是") >= 0) {
		return i + 1
	}
	return -1
}

// adding tells whether a way of saying "add" ends right before cell i.
func (f *finder) adding(i int) bool {
	if f.open(i-1) == ' ' {
		i--
	}
	return f.before(i, "加", "+", "➕", "十", "加个", "加我", "家", "找我", "丨", "私")
}

// idStops are words in Latin letters that follow a cue and are no id.
var idStops = []string{"iphone", "android", "huawei", "xiaomi", "taobao", "alipay", "wechat", "weixin", "online", "please", "thanks", "payment", "number", "harmony"}

// wechatID takes the id that starts at cell i and returns the cell after it, 0 when there is none.
func (f *finder) wechatID(i int) int {
	if !alnum(f.open(i)) {
		return 0
	}
	end, n := f.idEnd(i)
	v := f.idText(i, end)
	if n < 5 || n > 24 || strings.IndexFunc(v, func(r rune) bool { return !letter(r) }) < 0 && n < 6 {
		return 0
	}
	for _, s := range idStops {
		if strings.HasPrefix(v, s) {
			return 0
		}
	}
	if number(rune(v[0])) {
		if n == 11 && v[0] == '1' && v[1] >= '3' || n < 6 || f.measured(end) {
			return 0 // a phone, which numbers takes
		}
	}
	f.take(WeChat, i, end, v, v[:1]+"*****")
	return end
}

// measured tells whether a unit follows at cell i.
func (f *finder) measured(i int) bool {
	i = f.skip(i, 1)
	return f.afterAny(i, "元", "块", "件", "个", "万", "人", "单", "次", "份", "年", "月", "g", "ml", "w") >= 0
}

// idEnd returns the cell after an id that starts at i, in one piece or in single characters, and its length.
func (f *finder) idEnd(i int) (end, n int) {
	for end = i; idChar(f.open(end)); end++ {
	}
	for end > i && !alnum(f.open(end-1)) {
		end--
	}
	if end-i > 1 || end == i {
		return end, end - i
	}
	for n = 1; ; n++ {
		k := end
		for g := 0; g < widestGap && f.parting(k) && !(k > end && idChar(f.open(k))); g++ {
			k++
		}
		if k == end || !idChar(f.open(k)) || alnum(f.open(k)) && alnum(f.open(k+1)) {
			break
		}
		end = k + 1
	}
	for end > i && !alnum(f.open(end-1)) {
		end--
		n--
	}
	return end, n
}

func idChar(r rune) bool { return alnum(r) || r == '_' || r == '-' }

// qqCue returns the cell after a way of saying QQ at i, -1 when there is none.
func (f *finder) qqCue(i int) int {
	switch f.open(i) {
	case 'q':
		if alnum(f.at(i - 1)) {
			return -1
		}
		k := f.skip(i+1, 1)
		if f.open(k) == 'q' && !letter(f.at(k+1)) {
			return k + 1
		}
		if !letter(f.at(i + 1)) {
			return i + 1
		}
	case '扣', '抠', '蔻', '叩', '秋', '口', '球':
		if f.open(i+1) == f.open(i) {
			return i + 2
		}
		if j := f.after(i, "扣号"); j >= 0 {
			return j
		}
	case '企':
		return f.after(i, "企鹅")
	case '🐧':
		return i + 1
	}
	return -1
}

// qqID takes the number that starts at cell i: five to eleven digits in any grouping.
func (f *finder) qqID(i int) int {
	if f.figureAt(i) < hanz {
		return 0
	}
	f.readRun(i)
	b := min(len(f.run1), 11)
	for ; b >= 5; b-- {
		if f.edge(b) && (b == len(f.run1) || f.run1[b].sep != 0 || f.run1[b].class != f.run1[b-1].class) {
			if s := f.shape(0, b); s.groups == 1 || s.odd || s.most == 1 || s.even {
				break
			}
		}
	}
	if b < 5 || f.run1[0].digit == '0' || f.run1[b-1].x {
		return 0
	}
	end := f.run1[b-1].cell + 1
	if f.measured(end) || b == 11 && f.mobile(0) == 11 {
		return 0
	}
	v := string(f.plain(0, b))
	f.take(QQ, i, end, v, v[:2]+"****")
	return end
}
