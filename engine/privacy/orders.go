package privacy

import "strings"

var orderWords = []string{
	"订单编号", "订单号码", "订单号", "快递单号", "物流单号", "运单号", "退货单号", "快递号", "物流号", "流水号", "订单", "运单", "单号", "编号", "这单", "那单", "訂單號", "訂單",
}

// announcedOrders takes what a word for an order or a parcel announces: letters, then digits, in any grouping.
func (f *finder) announcedOrders() {
	for i := 0; i < len(f.cells); i++ {
		switch f.at(i) {
		case '订', '訂', '快', '物', '运', '退', '流', '单', '编', '这', '那':
		default:
			continue
		}
		j := f.afterAny(i, orderWords...)
		if j < 0 {
			continue
		}
		for n := 0; n < 6 && (f.parting(j) || containsRune("是为号码发给你您", f.open(j))); n++ {
			j++
		}
		f.announcedOrder(j)
	}
}

func (f *finder) announcedOrder(i int) {
	j := i
	for n := 0; letter(f.open(j)) && n < 6; n++ {
		j = f.skip(j+1, widestGap)
	}
	if f.figureAt(j) == none {
		return
	}
	f.readRun(j)
	b := len(f.run1)
	if b > 0 && f.run1[b-1].x {
		b--
	}
	b = min(b, longestOrder)
	prefix := f.lettersOf(i, j)
	for b > 0 && !f.edge(b) {
		b--
	}
	if b+len(prefix) < 8 || b < 6 || f.shape(0, b).groups > 1 && b < 10 {
		return
	}
	if b == 8 && prefix == "" && birthday(f.plain(0, 8)) { // 订单20260301: a day
		return
	}
	if b == 11 && prefix == "" && f.mobile(0) == 11 {
		return // 订单 13800138000: how the buyer is reached
	}
	v := prefix + string(f.plain(0, b))
	f.take(OrderID, i, f.run1[b-1].cell+1, v, orderMask(v))
}

// lettersOf returns the letters of cells i to j as capitals.
func (f *finder) lettersOf(i, j int) string {
	var b strings.Builder
	for ; i < j; i++ {
		if r := f.at(i); letter(r) {
			b.WriteRune(r - 'a' + 'A')
		}
	}
	return b.String()
}

// letteredOrders takes parcel numbers that nothing announces: two to four letters and at least nine digits.
func (f *finder) letteredOrders() {
	for i := 0; i < len(f.cells); i++ {
		if !letter(f.open(i)) {
			continue
		}
		j := i
		for letter(f.open(j)) {
			j++
		}
		end := j
		for f.figureAt(end) == sure {
			end++
		}
		if n := j - i; n >= 2 && n <= 4 && end-j >= 9 && end-j <= 24 && !alnum(f.at(end)) && !alnum(f.at(i-1)) &&
			!(end-j == 11 && f.at(j) == '1' && f.at(j+1) >= '3') && distinct(f.digitsOf(j, end)) >= 4 {
			v := f.lettersOf(i, j) + string(f.digitsOf(j, end))
			f.take(OrderID, i, end, v, orderMask(v))
		}
		i = max(end, j) - 1
	}
}

// digitsOf returns the digits of cells i to j.
func (f *finder) digitsOf(i, j int) []byte {
	out := make([]byte, 0, longestRun)
	for ; i < j; i++ {
		out = append(out, '0'+byte(f.cells[i].digit))
	}
	return out
}

const (
	plateProvinces = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
	// alsoColors are those of them that a colour or a common word begins or ends with; they count where a plate is told.
	alsoColors = "黑青新贵云藏川桂宁"
)

var plateWords = []string{"车牌", "车牌号", "车牌:", "车牌号:", "车牌 ", "车牌号 ", "车牌是", "车牌号是", "车牌登记", "车"}

// plates takes number plates: province, letter, then five places, six on an electric car (GA 36).
func (f *finder) plates() {
	for i := 0; i < len(f.cells); i++ {
		if !strings.ContainsRune(plateProvinces, f.open(i)) || f.open(i) == 0 || !letter(f.open(i+1)) {
			continue
		}
		j := i + 2
		dot := f.open(j) == '·' || f.open(j) == '.' || f.open(j) == '•'
		announced := f.before(i, plateWords...)
		if dot || announced && f.parting(j) {
			j++
		}
		end, figures := j, 0
		for ; alnum(f.open(end)); end++ {
			if number(f.open(end)) {
				figures++
			}
		}
		told := dot || announced
		if n := end - j; n < 5 || n > 6 || figures < 3 || !told && strings.ContainsRune(alsoColors, f.at(i)) {
			continue
		}
		front := string([]rune{f.at(i), f.at(i+1) - 'a' + 'A'})
		f.take(Plate, i, end, front+strings.ToUpper(f.text(j, end)), front+strings.Repeat("*", end-j))
		i = end - 1
	}
}

// text returns cells i to j folded, without what parts them.
func (f *finder) text(i, j int) string {
	var b strings.Builder
	for ; i < j; i++ {
		if c := f.cells[i]; c.class == sure {
			b.WriteByte('0' + byte(c.digit))
		} else if c.r != ' ' && !f.emoji(i) {
			b.WriteRune(c.r)
		}
	}
	return b.String()
}
