package privacy

// nameDots part the pieces of a name written in several, as those of Uyghurs, Kazakhs and foreigners are.
const nameDots = "·•・‧∙⋅."

const longestPiece = 6 // ideographs of one piece of such a name

// pieceEnds begin what follows such a name.
var pieceEnds = []string{"手机", "电话", "联系", "地址", "号码", "收", "代收", "签收", "亲收", "查收", "就行", "就好", "吗", "吧"}

// receiverCues come before one who takes a parcel in, and receives after: 写王建国收.
var (
	receiverCues = []string{"写给", "写上", "写成", "寄给", "发给", "交给", "转给", "送给", "写", "给", "由", "让", "交", "叫"}
	receives     = []string{"收", "代收", "签收", "亲收", "查收"}
)

// afterReceives may follow it; with anything else 收 is another word: 收腰, 收费, 收到.
const afterReceives = "吧哦啊呀呢就件货谢电手地"

// noReceivers look like names of two characters between the two.
var noReceivers = []string{"单位", "管理", "平台", "商场", "门卫", "保安", "花店", "单肩", "连衣", "高中"}

// dottedName returns the cell after a name of several pieces that starts at i, i when there is none.
func (f *finder) dottedName(i int) int {
	end := i
	for pieces := 0; ; pieces++ {
		k := end
		if pieces > 0 {
			if k = f.nameDot(end); k < 0 {
				break
			}
		}
		p := k
		for p-k < longestPiece && han(f.open(p)) && (p == k || f.afterAny(p, pieceEnds...) < 0) {
			p++
		}
		if p == k || pieces == 0 && p-k < 2 {
			break
		}
		if han(f.open(p)) && pieces == 0 { // too long for a piece
			return i
		}
		end = p
		if pieces == 0 && f.nameDot(p) < 0 {
			return i
		}
	}
	if end == i || !f.hasDot(i, end) {
		return i
	}
	return end
}

// nameDot returns the cell after a dot between two pieces at i, with a space on either side at most; -1 when there is
// none.
func (f *finder) nameDot(i int) int {
	if f.open(i) == ' ' {
		i++
	}
	if !containsRune(nameDots, f.open(i)) {
		return -1
	}
	if i++; f.open(i) == ' ' {
		i++
	}
	return i
}

func (f *finder) hasDot(i, end int) bool {
	for ; i < end; i++ {
		if containsRune(nameDots, f.open(i)) {
			return true
		}
	}
	return false
}

// dottedBefore returns the cells of such a name that ends where a word of cells from to end does.
func (f *finder) dottedBefore(from, end int) int {
	i := from
	for containsRune(nameDots, f.open(i-1)) && han(f.open(i-2)) {
		for i--; han(f.open(i-1)) && from-i <= 3*longestPiece; i-- {
		}
	}
	if i < from && f.dottedName(i) == end {
		return i
	}
	return from
}

// receiver takes the name between a cue at cell i and 收, and returns the cell after it, 0 when there is none.
func (f *finder) receiver(i int) int {
	j := f.afterAny(i, receiverCues...)
	if j < 0 {
		return 0
	}
	k := f.nameJoin(j)
	end := f.dottedName(k)
	if end == k && f.place(k) < 0 && f.afterAny(k, noReceivers...) < 0 {
		end = f.nameAt(k, false)
	}
	if end == k {
		end = f.latinName(k)
	}
	if end == k {
		return 0
	}
	e := f.afterAny(f.skip(end, 1), receives...)
	if e < 0 || han(f.open(e)) && !containsRune(afterReceives, f.open(e)) {
		return 0
	}
	f.takeName(k, end)
	return end
}

// unannounced returns the cells of a name whose first dot is cell i, which stands alone but for what receives after it:
// 阿依古丽·买买提收.
func (f *finder) unannounced(i int) (from, end int) {
	from = i
	for han(f.open(from - 1)) {
		from--
	}
	end = f.dottedName(from)
	if e := f.afterAny(f.skip(end, 1), receives...); end == from || e < 0 || han(f.open(e)) && !containsRune(afterReceives, f.open(e)) {
		return i, i
	}
	return from, end
}
