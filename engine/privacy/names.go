package privacy

import (
	"sort"
	"strings"
	"unicode/utf8"
)

const (
	// surnames are those of more than 99 in 100 people.
	surnames = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段章钱汤尹黎易常武乔贺赖龚文" +
		"庞樊兰殷施陶洪翟安颜倪严牛温芦季俞章鲁葛伍韦申尤毕聂丛焦向柳邢路岳齐沿梅莫庄辛管祝左涂谷祁时舒耿牟卜路詹关苗凌费纪靳盛童欧甄项曲成游阳裴席卫查屈鲍位覃霍翁隋植甘景薄单包司柏宁柯阮桂闵解强柴华车冉房边辜吉饶刁瞿戚丘古米池滕晋苑邬臧畅宫来嵺苟全褚廉简娄盖符奚木穆党燕郎邸冀谈姬屠连郜晏栾郁商蒙计喻揭窦迟宇敖糜鄢冷卓花仇艾蓝都巩稽井练仲乐虞卞封竺冼原官衣楚佟栗匡宗应台巫鞠僧桑荆谌银扬明沙薄伏岑习胥保和蔺劉張陳楊趙黃吳孫鄭謝韓馮蕭許鄧呂蘇盧蔣賈葉閻鍾譚鄒陸顧龍萬錢湯賀賴龔龐蘭顏嚴溫魯韋畢齊莊關費紀項陽衛單寧華車邊饒蓋黨連喬羅馬"
	// paired are surnames of two characters, one after the other.
	paired = "欧阳司马上官诸葛皇甫尉迟公孙慕容令狐司徒夏侯东方宇文长孙端木南宫独孤轩辕申屠歐陽司馬"
)

const longestNames = 8 // ideographs in a row that are looked at as a name

// nameCues announce a name whatever follows; they are read with what joins them to it.
var nameCues = []string{
	"收件人姓名", "收货人姓名", "收件人", "收货人", "寄件人", "签收人", "联系人", "持卡人", "开户名", "户名", "姓名", "真名", "全名", "本人姓名", "我叫", "名字", "收货名", "寄给", "收:", "收貨人",
}

// nameJoins stand between a cue and the name.
var nameJoins = []string{"姓名", "名字", "改成", "改为", "换成", "写成", "填写", "是", "为", "叫", "写", "填", "改", "的", "我"}

// afterNames begin what follows a name of two characters.
const afterNames = "电手地收的吗先女小住在是号就帮麻我可和写联下转换这那也呢吧了到不买单拍要你有没行订寄发退快您他她给把跟说请还谁什怎能会去来个姓名错对"

// notNames look like names after a cue.
var notNames = []string{"师傅", "何时", "于是", "方便", "白天", "常联", "高峰", "万分", "安心", "时间", "成交", "金色", "花色", "明早", "明晚", "路过", "高兴", "马上", "安排", "时候", "成功", "常用", "金额", "黄色", "白色", "蓝色", "石头", "单独", "全部", "全家", "都想", "全是", "都是", "都写", "和地", "和电", "和手", "解释", "查一", "关于", "应该", "连接", "包裹", "包邮", "管家", "路上", "明天", "明白", "来了", "来不", "项目", "任何", "任意", "盖章", "车牌", "安装", "温柔", "万一", "向你", "江湖", "方式", "商家", "官方", "原来", "成了", "符合", "计算", "保密", "白条", "简单", "强烈", "顾客", "卫生", "店铺", "快递"}

// titles may follow a surname instead of a given name.
var titles = []string{"先生", "女士", "小姐", "老师", "阿姨", "师傅", "太太"}

// labels may stand between a name and its phone or address.
var labels = []string{"手机号码", "电话号码", "联系电话", "联系方式", "手机号", "收货地址", "手机", "电话", "地址", "号码"}

// names takes names that a cue announces, and those beside a phone or an address.
func (f *finder) names() {
	for i := 0; i < len(f.cells); i++ {
		switch f.open(i) {
		case '·', '•', '・':
			if from, end := f.unannounced(i); from < end {
				f.takeName(from, end)
				i = end - 1
			}
			continue
		case '收', '签', '联', '持', '开', '户', '姓', '真', '全', '本', '我', '名':
		case '寄', '写', '给', '由', '让', '交', '叫', '发', '转', '送':
			if end := f.receiver(i); end > 0 {
				i = end - 1
				continue
			}
		default:
			continue
		}
		j := f.afterAny(i, nameCues...)
		if j < 0 || f.before(i, "用") {
			continue
		}
		weak := f.after(i, "名字") >= 0 || f.after(i, "寄给") >= 0
		k := f.nameJoin(j)
		if weak && k == j && f.after(i, "名字") >= 0 {
			continue
		}
		if end := f.dottedName(k); end > k {
			f.takeName(k, end)
			i = end - 1
		} else if end := f.nameAt(k, f.after(i, "寄给") >= 0); end > k {
			f.takeName(k, end)
			i = end - 1
		} else if end := f.latinName(k); end > k && k > j {
			f.takeName(k, end)
			i = end - 1
		}
	}
	for _, s := range f.found[:len(f.found):len(f.found)] {
		if s.Kind == Phone || s.Kind == Address {
			f.beside(s)
		}
	}
}

// nameJoin returns the cell after what stands between a cue and the name.
func (f *finder) nameJoin(i int) int {
	for range 4 {
		if j := f.afterAny(i, nameJoins...); j >= 0 {
			i = j
		} else if j := f.skip(i, 2); j > i {
			i = j
		} else {
			break
		}
	}
	return i
}

// surname returns the cell after a surname at i, -1 when none stands there. Its characters may be parted.
func (f *finder) surname(i int) int {
	r := f.open(i)
	if !han(r) {
		return -1
	}
	next := f.skip(i+1, 2)
	for p := paired; len(p) > 0; {
		first, n := utf8.DecodeRuneInString(p)
		second, m := utf8.DecodeRuneInString(p[n:])
		if r == first && f.open(next) == second {
			return next + 1
		}
		p = p[n+m:]
	}
	if strings.ContainsRune(surnames, r) {
		return i + 1
	}
	return -1
}

// nameAt returns the cell after a name that starts at i, i when there is none. A strict one must end where no
// ideograph follows.
func (f *finder) nameAt(i int, strict bool) int {
	k := f.surname(i)
	if k < 0 || f.afterAny(i, notNames...) >= 0 {
		return i
	}
	if j := f.afterAny(k, titles...); j >= 0 {
		return j
	}
	end, given := k, 0
	for parted := false; given < 2; given++ {
		p := f.skip(end, 2)
		if !f.givenChar(p, given) || given > 0 && parted != (p > end) {
			break // one character parted, the other not
		}
		if parted = p > end; parted && given == 0 && f.word(p) > 1 {
			if f.open(end) != ' ' { // 王·静就行
				end = p + 1
				given++
				break
			}
			if f.word(p) > 2 || !f.givenChar(p+1, 1) {
				break
			}
			parted = false // 王 小明
		}
		end = p + 1
	}
	if given == 0 || strict && han(f.open(end)) && !containsRune("收吧的", f.open(end)) {
		return i
	}
	return end
}

// givenChar tells whether cell p may be the first (n 0) or second (n 1) character of a given name.
func (f *finder) givenChar(p, n int) bool {
	r := f.open(p)
	return han(r) && (!containsRune(afterNames, r) || n == 0 && containsRune("小可单明和", r)) && (n == 0 || f.place(p) < 0)
}

// word returns how many ideographs stand together from cell i on.
func (f *finder) word(i int) (n int) {
	for han(f.open(i)) && n < longestNames {
		i++
		n++
	}
	return n
}

// latinName reads two or three capitalised words.
func (f *finder) latinName(i int) int {
	end, words := i, 0
	for k := i; words < 3 && k < len(f.cells) && f.cells[k].upper; words++ {
		j := k
		for letter(f.open(j)) {
			j++
		}
		if j-k < 2 {
			break
		}
		end = j
		k = j
		if f.open(k) == ' ' {
			k++
		}
	}
	if words < 2 {
		return i
	}
	return end
}

func (f *finder) takeName(i, end int) {
	v := f.name(i, end)
	for j := range v {
		if j > 0 {
			f.take(Name, i, end, v, v[:j]+"**")
			return
		}
	}
}

// name returns the ideographs and letters of cells i to end.
func (f *finder) name(i, end int) string {
	var b strings.Builder
	for ; i < end; i++ {
		if r := f.at(i); han(r) || letter(r) {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// beside takes the name right before or after a phone or an address.
func (f *finder) beside(s Span) {
	first, last := f.cellsOf(s)
	if i, end := f.wordBefore(first); i < end {
		if j := f.dottedBefore(i, end); j < i || f.isName(i, end) {
			f.takeName(j, end)
		}
	}
	i := f.skip(last, 3)
	if e := f.dottedName(i); e > i {
		f.takeName(i, e)
		return
	}
	end := i
	for han(f.open(end)) && end-i < longestNames {
		end++
	}
	for _, tail := range []string{"收件", "签收", "收"} {
		if n := len([]rune(tail)); f.after(end-n, tail) == end && end-n > i {
			end -= n
			break
		}
	}
	if f.isName(i, end) {
		f.takeName(i, end)
	} else if e := f.nameAt(i, true); e > i && end == i+1 && f.after(f.skip(e, 2), "收") < 0 && !han(f.open(f.skip(e, 1))) { // parted
		f.takeName(i, e)
	}
}

// cellsOf returns the cells of a span found in this reading.
func (f *finder) cellsOf(s Span) (first, last int) {
	first = sort.Search(len(f.cells), func(i int) bool { return int(f.cells[i].start) >= s.Start })
	last = first + sort.Search(len(f.cells)-first, func(i int) bool { return int(f.cells[first+i].start) >= s.End })
	return first, last
}

// wordBefore returns the ideographs that stand before cell i, close together or parted one by one.
func (f *finder) wordBefore(i int) (from, end int) {
	end = i
	for n := 0; n < 3 && f.parting(end-1); n++ {
		end--
	}
	for _, label := range labels {
		if f.before(end, label) {
			end -= utf8.RuneCountInString(label)
			for n := 0; n < 3 && f.parting(end-1); n++ {
				end--
			}
			break
		}
	}
	if f.before(end, "收") && f.parting(end-2) {
		end--
		for f.parting(end - 1) {
			end--
		}
	} else if f.before(end, "收") && end >= 3 {
		end--
	}
	from = end
	for han(f.open(from-1)) && end-from < longestNames {
		from--
	}
	if end-from != 1 {
		return from, end
	}
	for n := 0; n < 3; n++ { // 王 小 明
		p := from - 1
		for g := 0; g < 2 && f.parting(p); g++ {
			p--
		}
		if p == from-1 || !han(f.open(p)) || han(f.open(p-1)) {
			break
		}
		from = p
	}
	return from, end
}

// isName tells whether cells i to end are a name and nothing else.
func (f *finder) isName(i, end int) bool {
	k := f.surname(i)
	if k < 0 || k >= end || f.afterAny(i, notNames...) >= 0 {
		return false
	}
	if j := f.afterAny(k, titles...); j == end {
		return true
	}
	n := 0
	if end-i == 2 && f.at(i) == f.at(i+1) { // 谢谢
		return false
	}
	for p := k; p < end; p++ {
		if han(f.open(p)) {
			n++
		}
	}
	return n >= 1 && n <= 2
}
