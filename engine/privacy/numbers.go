package privacy

// figure is one digit of a run: digits with no more between them than a spelling puts there.
type figure struct {
	cell  int
	digit byte
	class class
	sep   rune // what parts it from the figure before: 0 nothing, 'e' an emoji, 'w' a word, else the sign
	x     bool // an x, the last place of an ID card
}

const (
	longestRun = 64
	widestGap  = 6 // signs between two digits

	longestWord = 11 // letters that are all digits to a reader
)

// links are words that people put between the pieces of a number.
var links = []string{"然后", "后面", "接着", "中间", "再", "加", "空", "杠", "横杠"}

// numbers reads every run of digits.
func (f *finder) numbers() {
	for i := 0; i < len(f.cells); i++ {
		if f.figureAt(i) == none || f.figureAt(i) == sly && f.figureAt(i+1) == none {
			continue
		}
		end := f.readRun(i)
		f.readValues()
		i = max(i, end-1)
	}
}

// figureAt returns how surely cell i is a digit that may be read. A look-alike letter is none where it belongs to a word.
func (f *finder) figureAt(i int) class {
	if f.open(i) == 0 {
		return none
	}
	c := f.cells[i]
	if c.class == sly && letter(c.r) {
		for j := i - 1; letter(f.open(j)); j-- {
			if f.cells[j].class != sly || i-j > longestWord {
				return none
			}
		}
		for j := i + 1; letter(f.open(j)); j++ {
			if f.cells[j].class != sly || j-i > longestWord {
				return none
			}
		}
	}
	return c.class
}

// readRun collects the run that starts at cell i and returns the cell after it.
func (f *finder) readRun(i int) int {
	f.run1 = f.run1[:0]
	sep, last := rune(0), i
	for len(f.run1) < longestRun {
		c := f.figureAt(i)
		if c == none {
			if f.open(i) == 'x' && len(f.run1) >= 17 && !alnum(f.at(i+1)) {
				f.run1 = append(f.run1, figure{cell: i, digit: 'X', class: sure, sep: sep, x: true})
				last = i + 1
			}
			return last
		}
		f.run1 = append(f.run1, figure{cell: i, digit: '0' + byte(f.cells[i].digit), class: c, sep: sep})
		i++
		last = i
		i, sep = f.gap(i)
	}
	return last
}

// gap returns the cell after what parts two digits from cell i on, and what parts them.
func (f *finder) gap(i int) (int, rune) {
	j := f.skip(i, widestGap)
	if j > i {
		sep := f.at(i)
		if sep == ' ' && j > i+1 {
			sep = f.at(i + 1)
		}
		for k := i; k < j; k++ {
			if f.emoji(k) {
				sep = 'e'
			}
		}
		return j, sep
	}
	if j = f.afterAny(i, links...); j >= 0 && f.figureAt(j) > sly {
		return j, 'w'
	}
	return i, 0
}

// readValues takes what the run holds, from left to right.
func (f *finder) readValues() {
	for a := 0; a < len(f.run1); {
		if !f.edge(a) {
			a++
			continue
		}
		if b := f.readValue(a); b > a {
			a = b
			continue
		}
		a++
	}
}

// edge tells whether a value may start or end before figure k: at a gap, or where another way of writing begins.
func (f *finder) edge(k int) bool {
	return k == 0 || k == len(f.run1) || f.run1[k].sep != 0 || f.run1[k].class != f.run1[k-1].class
}

// readValue takes a value that starts at figure a and returns the figure after it, or a.
func (f *finder) readValue(a int) int {
	for _, rule := range [...]func(*finder, int) int{
		(*finder).idCard, (*finder).bankCard, (*finder).phone, (*finder).landline, (*finder).bareOrder,
	} {
		if b := rule(f, a); b > a {
			return b
		}
	}
	return a
}

// plain returns figures a to b as digits.
func (f *finder) plain(a, b int) []byte {
	out := make([]byte, 0, longestRun)
	for _, g := range f.run1[a:b] {
		out = append(out, g.digit)
	}
	return out
}

// told tells whether one of the words stands within a few cells before figure a.
func (f *finder) told(a int, words ...string) bool {
	i := f.run1[a].cell
	for k := i; k > i-7 && k >= 0; k-- {
		if f.before(k, words...) {
			return true
		}
	}
	return false
}

// shape tells how figures a to b are grouped: how many groups, the smallest and the largest, whether one sign parts
// all of them, whether an emoji or a word does.
type shape struct {
	groups, least, most int
	first               int
	even, odd           bool // one sign throughout; an emoji or a word among them
	sly                 int
}

func (f *finder) shape(a, b int) shape {
	s := shape{groups: 1, least: b - a, even: true}
	n, sep := 0, rune(0)
	for k := a; k < b; k++ {
		g := f.run1[k]
		if g.class == sly {
			s.sly++
		}
		if k > a && g.sep != 0 {
			s.odd = s.odd || g.sep == 'e' || g.sep == 'w'
			s.even = s.even && (sep == 0 || sep == g.sep)
			sep = g.sep
			if s.groups == 1 {
				s.first = n
			}
			s.least, s.most = min(s.least, n), max(s.most, n)
			s.groups++
			n = 0
		}
		n++
	}
	if s.groups == 1 {
		s.first = n
	}
	s.least, s.most = min(s.least, n), max(s.most, n)
	return s
}

// written tells whether a grouping is one that a single number is written in, rather than several numbers in a row.
func (s shape) written() bool {
	switch {
	case s.groups == 1 || s.odd || s.most == 1:
		return true
	case !s.even:
		return false
	case s.groups <= 4:
		return s.least >= 2
	}
	return s.first >= 3 && s.least >= 2 && s.groups <= 5
}

// torn tells whether an end before figure b cuts a row of single digits in two.
func (f *finder) torn(b int, s shape) bool {
	return s.most == 1 && b+1 < len(f.run1) && f.run1[b].sep == f.run1[b-1].sep && f.run1[b+1].sep != 0 && !f.run1[b].x
}

var idWords = []string{"身份证", "证件", "身分证", "实名", "id", "清关"}

func (f *finder) idCard(a int) int {
	if b := a + 18; b <= len(f.run1) && f.edge(b) {
		v := f.plain(a, b)
		if identity(v) {
			f.takeFigures(IDCard, a, b, string(v), ends(string(v), 3, 2))
			return b
		}
	}
	if b := a + 15; b <= len(f.run1) && f.edge(b) {
		s := f.shape(a, b)
		if f.torn(b, s) || b < len(f.run1) && f.told(a, cardWords...) || !s.written() && !(s.even && s.first == 6) && !f.told(a, idWords...) {
			return a
		}
		if v := f.plain(a, b); v[14] != 'X' && oldIdentity(v) {
			f.takeFigures(IDCard, a, b, string(v), ends(string(v), 3, 2))
			return b
		}
	}
	return a
}

var cardWords = []string{"卡", "银行", "账号", "帐号", "账户", "工行", "建行", "农行", "中行", "招行", "打款", "转账", "储蓄", "信用", "打我"}

func (f *finder) bankCard(a int) int {
	if d := f.run1[a].digit; d < '2' || d == '7' {
		return a
	}
	for n := 19; n >= 13; n-- {
		b := a + n
		if b > len(f.run1) || !f.edge(b) || f.run1[b-1].x {
			continue
		}
		s := f.shape(a, b)
		// A grouped number is a card's only in groups of four or six and thirteen.
		if s.groups > 1 && s.most > 1 && !s.odd && !(s.even && s.first >= 4) && !f.told(a, cardWords...) {
			continue
		}
		v, told := f.plain(a, b), f.told(a, cardWords...)
		valid := luhn(v) && issued(v) && (distinct(v) >= 3 || distinct(v) == 2 && (told || n >= 16))
		if !f.torn(b, s) && (valid || told && n >= 16 && b == len(f.run1)) { // a card told of may be mistyped
			f.takeFigures(BankCard, a, b, string(v), ends(string(v), 4, 4))
			return b
		}
	}
	return a
}

var phoneWords = []string{"电话", "手机", "号码", "联系", "微信", "电話", "手機", "tel", "phone", "打", "呼", "拨"}

// phone reads a mobile number, with the country's code or without.
func (f *finder) phone(a int) int {
	from := a
	for _, code := range [...]string{"0086", "86"} {
		if k := a + len(code); k < len(f.run1) && string(f.plain(a, k)) == code {
			from = k
			break
		}
	}
	if b := f.mobile(from); b > from {
		f.takePhone(a, from, b)
		return b
	}
	if from != a {
		if b := f.mobile(a); b > a {
			f.takePhone(a, a, b)
			return b
		}
	}
	return a
}

// mobile returns the figure after a mobile number that starts at a, or a.
func (f *finder) mobile(a int) int {
	b := a + 11
	if b > len(f.run1) || !f.edge(b) || f.run1[a].digit != '1' || f.run1[a+1].digit < '3' || f.run1[b-1].x {
		return a
	}
	s := f.shape(a, b)
	if s.sly > 8 || !s.written() && !f.told(a, phoneWords...) {
		return a
	}
	return b
}

func (f *finder) takePhone(a, from, b int) {
	v := string(f.plain(from, b))
	i := f.run1[a].cell
	if from > a { // the signs around the country's code
		if f.open(i-1) == '+' {
			i--
		}
		if f.open(i-1) == '(' {
			i--
		}
	}
	f.take(Phone, i, f.run1[b-1].cell+1, v, v[:3]+"****"+v[7:])
}

var landlineWords = []string{"座机", "固话", "电话", "办公室", "传真", "前台", "打"}

// landline reads an area code and a number of seven or eight digits; without the code only where a word announces it.
func (f *finder) landline(a int) int {
	rest := len(f.run1) - a
	code := 0
	if rest >= 10 {
		code = areaCode(f.plain(a, a+4))
	}
	if code > 0 {
		for n := 8; n >= 7; n-- {
			b := a + code + n
			if b > len(f.run1) || !f.edge(b) || f.run1[a+code].digit < '2' || f.run1[b-1].x || n == 7 && code == 3 {
				continue
			}
			s := f.shape(a, b)
			loose := s.groups > 1 && s.most > 1 && !s.odd && (s.first < code || s.groups > 4)
			if loose && !f.told(a, landlineWords...) {
				continue
			}
			return f.takeLandline(a, b, code)
		}
		return a
	}
	for n := 8; n >= 7; n-- {
		b := a + n
		if b <= len(f.run1) && f.edge(b) && f.run1[a].digit >= '2' && f.run1[b-1].digit != 'X' && f.told(a, landlineWords[:3]...) && f.shape(a, b).groups <= 2 {
			return f.takeLandline(a, b, 0)
		}
	}
	return a
}

func (f *finder) takeLandline(a, b, code int) int {
	v := string(f.plain(a, b))
	i, end := f.run1[a].cell, f.run1[b-1].cell+1
	if code > 0 && f.open(i-1) == '(' {
		i--
	}
	value := v
	if j, ext := f.extension(end); j > end {
		end, value = j, v+"-"+ext
	}
	mask := v[:code]
	if code > 0 {
		mask += "-"
	}
	f.take(Landline, i, end, value, mask+"****"+v[len(v)-3:])
	for b < len(f.run1) && f.run1[b].cell < end {
		b++
	}
	return b
}

// extension reads what follows a landline behind 转 or a hyphen.
func (f *finder) extension(i int) (int, string) {
	j := f.skip(i, 1)
	k := f.afterAny(j, "转", "分机", "ext", "-")
	if k < 0 {
		if k = f.after(i, "-"); k < 0 {
			return i, ""
		}
	}
	k = f.skip(k, 2)
	var ext []byte
	for ; f.figureAt(k) == sure && len(ext) < 6; k++ {
		ext = append(ext, '0'+byte(f.cells[k].digit))
	}
	if len(ext) == 0 || len(ext) > 5 {
		return i, ""
	}
	return k, string(ext)
}

const (
	shortestOrder = 12 // digits of an order number that nothing announces
	longestOrder  = 32
)

// bareOrder reads a run of digits too long for anything but an order's number.
func (f *finder) bareOrder(a int) int {
	b := a + 1
	for b < len(f.run1) && f.run1[b].sep == 0 && f.run1[b].class == f.run1[a].class {
		b++
	}
	if f.run1[a].class != sure {
		return a
	}
	if n := b - a; n == 4 || n == 6 { // in groups of four, or as one marketplace writes them: a day, then fifteen digits
		e := b
		for e < len(f.run1) && f.run1[e].sep == f.run1[b].sep && e-a < longestOrder {
			k := e + 1
			for k < len(f.run1) && f.run1[k].sep == 0 {
				k++
			}
			if n == 4 && k-e > 4 || n == 6 && k-e != 15 {
				break
			}
			if e = k; n == 6 || (k-a)%4 != 0 {
				break
			}
		}
		b = e
	}
	if b-a < shortestOrder || b-a > longestRun {
		return a
	}
	v := f.plain(a, b)
	if distinct(v) < 4 {
		return b // a shout: 6666 6666 6666
	}
	f.takeFigures(OrderID, a, b, string(v), orderMask(string(v)))
	return b
}

func orderMask(v string) string {
	keep := 4
	if len(v) < 10 {
		keep = 2
	}
	return "****" + v[len(v)-keep:]
}

func (f *finder) takeFigures(kind Kind, a, b int, value, mask string) {
	f.take(kind, f.run1[a].cell, f.run1[b-1].cell+1, value, mask)
}
