package privacy

import "slices"

// route is what the levels read so far add up to.
type route struct {
	levels   int // all of them
	dict     int // provinces and cities by name
	admin    int // districts and counties
	town     int // townships
	village  int
	road     int
	estate   int
	house    int // numbers: 8号, 3组
	building int // numbers that only buildings have: 3幢 2单元 501室
}

// addressCues are what an address follows.
var addressCues = []string{
	"收货地址", "收件地址", "退货地址", "地址", "地止", "寄到", "寄往", "寄去", "寄", "发到", "发往", "送到", "送去", "邮到", "邮寄到", "住在", "住", "家在", "位于", "我在", "改成", "改为", "是", "到", "在", "家", "麻烦", "帮我",
}

// addresses takes places to send a parcel to, from wherever one may begin to its last level.
func (f *finder) addresses() {
	if f.mark()&(beginsAdmin|beginsRoad|beginsEstate|beginsDoor) == 0 {
		return
	}
	for i := 0; i < len(f.cells); i++ {
		if !f.opens(i) {
			continue
		}
		if end, r := f.route(i); end > 0 && r.personal() {
			f.takeAddress(i, end)
			i = end - 1
		}
	}
}

// mark notes what every cell may begin, and returns all of it together.
func (f *finder) mark() (all uint8) {
	f.bits = f.bits[:0]
	table := begins()
	for _, c := range f.cells {
		b := uint8(0)
		if c.r >= 0x4E00 || c.r == '#' {
			b = table[c.r]
		}
		f.bits = append(f.bits, b)
		all |= b
	}
	return all
}

// may tells whether one of the things of a mask may begin at cell i.
func (f *finder) may(i int, mask uint8) bool { return i >= 0 && i < len(f.bits) && f.bits[i]&mask != 0 }

// opens tells whether an address may begin at cell i: at a place by name, a building's number, after what is no
// ideograph, after a cue.
func (f *finder) opens(i int) bool {
	r := f.open(i)
	if !han(r) && !alnum(r) {
		return false
	}
	before := f.open(i - 1)
	if !han(before) && !(alnum(before) && alnum(r)) || han(before) && f.figureAt(i) >= hanz && f.figureAt(i-1) == none {
		return true
	}
	return han(r) && (f.place(i) > 0 || f.may(i-1, endsCue) && f.before(i, addressCues...))
}

// personal tells whether the levels lead to a door.
func (r route) personal() bool {
	where := r.road + r.estate + r.village
	switch {
	case where > 0 && r.house+r.building > 0:
		return r.road+r.village > 0 || r.building > 0 || r.dict+r.admin > 0
	case r.building >= 2:
		return true
	case r.dict+r.admin >= 1 && r.town+r.dict+r.admin >= 2 && r.building+r.house > 0:
		return true
	}
	return r.levels >= 3 && r.dict+r.admin >= 1 && where > 0
}

func (f *finder) takeAddress(i, end int) {
	f.take(Address, i, end, f.text(i, end), "[地址]")
}

// route reads the levels of an address from cell i on, and returns the cell after the last one.
func (f *finder) route(i int) (end int, r route) {
	for k := i; r.levels < 24; {
		j := f.level(k, &r)
		if j < 0 {
			p := f.skip(k, 3)
			if p == k || r.levels == 0 {
				break
			}
			if j = f.level(p, &r); j < 0 {
				break
			}
		}
		k, end = j, j
	}
	return end, r
}

// level reads one level at cell i and returns the cell after it, -1 when none stands there.
func (f *finder) level(i int, r *route) int {
	if j := f.door(i, r); j > 0 {
		r.levels++
		return j
	}
	if j := f.place(i); j > 0 && r.road+r.estate+r.house+r.building == 0 {
		r.levels++
		r.dict++
		return j
	}
	if j := f.admin(i, r); j > 0 {
		r.levels++
		return j
	}
	if j := f.named(i, roads, beginsRoad, 6); j > 0 && f.roadAt(i, j, r) {
		r.levels++
		r.road++
		return j
	}
	if j := f.named(i, estates, beginsEstate, 8); j > 0 && (r.levels > 0 || f.buildingAt(j)) {
		r.levels++
		r.estate++
		return j
	}
	if r.dict+r.admin+r.town+r.road+r.estate+r.village > 0 || f.before(i, addressCues[:6]...) {
		if j := f.anyEstate(i); j > 0 {
			r.levels++
			r.estate++
			return j
		}
	}
	return -1
}

// admin reads a district, a township or a village: the nearest suffix within a few characters.
func (f *finder) admin(i int, r *route) int {
	for k := i; k <= i+5; k++ {
		if k > i && !f.nameChar(k-1) {
			return -1
		}
		if !f.may(k, beginsAdmin) && f.open(k) != '小' && f.open(k) != '园' && f.open(k) != '校' {
			continue
		}
		if f.afterAny(k, "小区", "园区", "校区", "市场", "区别", "市面") >= 0 {
			return -1
		}
		for n, list := range [...][]string{districts, townships, villages} {
			j := f.afterAny(k, list...)
			if j < 0 || k == i && (n != 0 || r.levels == 0) || k-i > 4 {
				continue
			}
			if k-i < 1 && r.dict == 0 {
				continue
			}
			switch n {
			case 0:
				r.admin++
			case 1:
				r.town++
			default:
				r.village++
			}
			return j
		}
	}
	return -1
}

// named reads a name of at most n characters that ends with one of the suffixes, and returns the cell after it.
func (f *finder) named(i int, suffixes []string, bit uint8, n int) int {
	for k := i; k <= i+n; k++ {
		if k > i && !f.nameChar(k-1) {
			return -1
		}
		if k == i || !f.may(k, bit) {
			continue
		}
		if j := f.afterAny(k, suffixes...); j >= 0 {
			return j
		}
	}
	return -1
}

// nameChar tells whether cell i may belong to the name of a road or a house.
func (f *finder) nameChar(i int) bool {
	switch f.open(i) {
	case '我', '你', '他', '她', '它', '您', '的', '了', '吗', '呢', '吧', '是', '在', '不', '没', '要', '能', '什', '怎', '这', '那', '哪', '也', '还', '就', '给', '把', '被', '让', '说', '想', '买', '卖', '吃', '啊', '么', '很', '请', '帮':
		return false
	}
	return han(f.open(i))
}

// roadAt tells whether the name of cells i to j is a road: a number follows, or levels went before.
func (f *finder) roadAt(i, j int, r *route) bool {
	last := f.at(j - 1)
	if j-i == 2 && (last == '路' || last == '道' || last == '线' || last == '条' || last == '里' || last == '段') && containsRune(notRoads, f.at(i)) {
		return false
	}
	if containsRune("里条段线道", last) && !(j-i > 2 && f.at(j-2) == '大') && r.dict+r.admin+r.town == 0 {
		return false
	}
	if f.houseAt(j) {
		return true
	}
	return r.dict+r.admin+r.town > 0 && j-i >= 3
}

// houseAt tells whether a number of a house follows at cell i.
func (f *finder) houseAt(i int) bool {
	r := route{road: 1}
	return f.door(f.skip(i, 1), &r) > 0 && r.house+r.building > 0
}

// buildingAt tells whether a number that only buildings have follows at cell i.
func (f *finder) buildingAt(i int) bool {
	var r route
	return f.door(f.skip(i, 1), &r) > 0 && r.building > 0
}

// anyEstate reads a name of any ending that a building's number follows.
func (f *finder) anyEstate(i int) int {
	latin := 0
	for k := i; k <= i+8+latin; k++ {
		if k > i+1 && f.buildingAt(k) && !(alnum(f.at(k-1)) && alnum(f.at(k))) {
			return k
		}
		switch r := f.open(k); {
		case letter(r), number(r) && latin > 0: // 望京SOHO, K11
			latin = min(latin+1, longestLatin)
		case !f.nameChar(k):
			return -1
		}
	}
	return -1
}

const longestLatin = 8 // letters and digits in the name of a building

// door reads a number with what it counts: 88号, 三幢, B座, 12-3-501.
func (f *finder) door(i int, r *route) int {
	k, wide := f.count(i)
	if k < 0 {
		return -1
	}
	j := f.afterAny(k, doors...)
	if j < 0 {
		j = f.afterAny(f.skip(k, 1), doors...)
	}
	if j < 0 {
		return f.bareDoor(i, k, r)
	}
	if f.after(k, "座") >= 0 && f.figureAt(i) == hanz { // 三座大山
		return -1
	}
	word := f.after(k, "号") >= 0 || f.open(k) == ' ' && f.after(k+1, "号") >= 0
	if word && f.afterAny(k, "号楼", "号院") < 0 && f.open(k) != ' ' {
		if r.road+r.village+r.estate+r.town+r.house == 0 || f.afterAny(j, notHouse...) >= 0 {
			return -1
		}
	}
	if slices.ContainsFunc(building, func(b string) bool { return f.afterAny(f.skip(k, 1), b) >= 0 }) && f.afterAny(j, "厅") < 0 {
		r.building++
		if e, ok := f.room(j); ok {
			return e
		}
	} else if !wide || f.afterAny(k, "座") >= 0 {
		r.house++
	}
	return j
}

// room reads a bare number of two to four digits after a building's.
func (f *finder) room(i int) (int, bool) {
	k := f.skip(i, 1)
	e := k
	for ; f.figureAt(e) >= hanz; e++ {
	}
	if n := e - k; n < 2 || n > 4 || f.afterAny(e, doors...) >= 0 || f.afterAny(e, "元", "块", "件", "斤", "个") >= 0 || letter(f.open(e)) || f.open(e) == '-' {
		return i, false
	}
	return e, true
}

// bareDoor reads numbers that hyphens part after a road or a house: 12-3-501.
func (f *finder) bareDoor(i, k int, r *route) int {
	if r.levels == 0 || r.dict+r.admin+r.road+r.estate+r.village+r.house == 0 {
		return -1
	}
	parts := 1
	for f.open(k) == '-' || f.open(k) == '—' {
		e, _ := f.count(k + 1)
		if e < 0 {
			break
		}
		parts++
		k = e
	}
	if j := f.afterAny(k, "室", "房", "号", "户"); j >= 0 {
		k = j
	}
	if parts < 2 {
		if n := k - i; r.road+r.estate+r.village == 0 || r.house+r.building == 0 || n < 3 || n > 4 {
			return -1
		}
	}
	r.building++
	return k
}

// count reads the number of a door at cell i: up to five digits, a Chinese figure, or one letter; wide is a letter.
func (f *finder) count(i int) (end int, wide bool) {
	end = i
	for end-i < 6 && (f.figureAt(end) >= hanz || end > i && containsRune("十百千", f.open(end)) || end == i && f.open(end) == '十') {
		end++
	}
	if end > i {
		if letter(f.open(end)) && !alnum(f.open(end+1)) { // 12B
			end++
		}
		if end-i > 5 {
			return -1, false
		}
		return end, false
	}
	if letter(f.open(i)) && !letter(f.at(i-1)) && f.cells[i].class != sure && f.figureAt(i+1) == sure { // T3座
		e := i + 2
		if f.figureAt(e) == sure {
			e++
		}
		if f.afterAny(f.skip(e, 1), towers...) >= 0 {
			return e, false
		}
	}
	if letter(f.open(i)) && !alnum(f.open(i+1)) && !alnum(f.open(i-1)) || f.open(i) == '甲' || f.open(i) == '乙' || f.open(i) == '东' && f.afterAny(i+1, "单元", "户") >= 0 || f.open(i) == '西' && f.afterAny(i+1, "单元", "户") >= 0 {
		return i + 1, true
	}
	return -1, false
}

func containsRune(set string, r rune) bool {
	for _, s := range set {
		if s == r {
			return r != 0
		}
	}
	return false
}
