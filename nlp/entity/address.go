package entity

// address reads where somebody lives from the number at i on: 张江路100弄3号402, 5幢2单元501室. The road or estate named
// before it belongs to it. A number after 路 or 街 is a house; without one there must be two levels, of which one is a
// building's, so that 3号 alone stays a link.
func (s *scan) address(i int) int {
	end, levels, built := s.doors(i)
	if levels == 0 {
		return i
	}
	from := i
	if s.at(i-1) == ' ' {
		from--
	}
	switch {
	case s.roadBefore(from):
	case built > 0 && s.before(from, estates...):
	case levels > 1 && built > 0:
		from = i
	default:
		return i
	}
	for edge := s.lastEnd(); from > 0 && s.placeName(from-1) && s.cells[from-1].start >= edge && i-from < longestPlace; {
		from--
	}
	return s.take(Address, from, end, s.solid(from, end), "")
}

const longestPlace = 12 // characters of a road or estate with its district

// The words at the end of a level: houses of a road, and what only buildings have.
var (
	houseWords = []string{"号", "层", "楼", "户", "巷"}
	doorWords  = []string{"号楼", "号院", "支弄", "弄", "幢", "栋", "单元", "室"}
	roadWords  = []string{"路", "街", "大道", "巷", "胡同"}
	estates    = []string{"小区", "花园", "公寓", "家园", "新村", "大厦", "宿舍", "佳苑", "雅苑", "新城", "山庄", "校区", "园区", "村"}
	notRoads   = []string{"套路", "线路", "电路", "铁路", "思路", "出路", "走路", "逛街", "马路"}
)

// doors reads house, building, unit and room one after the other. built counts the levels that only buildings have.
func (s *scan) doors(i int) (end, levels, built int) {
	end = i
	for k := i; levels < 8; k = s.gap(end) {
		n, ok := s.number(k)
		if !ok || !n.whole || n.milli == 0 {
			break
		}
		j := n.end
		if s.at(j) == '-' && digit(s.at(j+1)) {
			j = s.digitsEnd(j + 1) // 100-2号
		}
		unit := s.gap(j)
		switch door, house := s.afterAny(unit, doorWords...), s.afterAny(unit, houseWords...); {
		case door >= 0:
			end, levels, built = door, levels+1, built+1
		case house >= 0 && s.linkName(s.gap(house)) < 0 && s.afterAny(house, "色", "码", "款", "宝贝", "商品") < 0:
			end, levels = house, levels+1
		case levels > 0 && !n.han && n.digits >= 2 && n.digits <= 4 && s.counter(j) < 0 && !alnum(s.at(j)) && !containsRune("块元斤折码%.点米月年寸克:", s.at(j)):
			return j, levels + 1, built // the room
		default:
			return end, levels, built
		}
	}
	return end, levels, built
}

// roadBefore tells whether a road's name of at least two characters ends before cell i.
func (s *scan) roadBefore(i int) bool {
	if !s.before(i, roadWords...) || s.before(i, notRoads...) {
		return false
	}
	return s.placeName(i-2) && s.placeName(i-3) || s.before(i, "大道", "胡同")
}

// placeName tells whether cell i may belong to the name of a place.
func (s *scan) placeName(i int) bool {
	r := s.at(i)
	return 0x4E00 <= r && r <= 0x9FA5 && !containsRune("我你他她您的了吗呢吧是在不没要能什怎这那哪也还就给把寄发到往送住去址改收说想买卖家查和请帮在", r)
}

// lastEnd returns the character of the original after what was found last.
func (s *scan) lastEnd() int32 {
	if n := len(s.found); n > 0 {
		return int32(s.found[n-1].End)
	}
	return 0
}

// solid returns cells i to j without the spaces among them.
func (s *scan) solid(i, j int) string {
	out := make([]rune, 0, j-i)
	for ; i < j; i++ {
		if r := s.at(i); r != ' ' {
			out = append(out, r)
		}
	}
	return string(out)
}
