package dialogue

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"liveroom/engine/live"
)

// MaxQuantity bounds the pieces that one person may ask to have reserved.
const MaxQuantity = 99

// Meant returns the entities of a text without those that it says are not meant: 不要白色的，黑色; 不是3号是1号.
func Meant(text string, entities []live.Entity) []live.Entity {
	if !hasAny(text, refusals...) {
		return entities
	}
	runes := []rune(text)
	var meant []live.Entity
	for i := range entities {
		if start := entities[i].Start; start > 0 && start <= len(runes) && refuses(string(runes[:start])) {
			continue
		}
		meant = append(meant, entities[i])
	}
	return meant
}

// refusals are the words before what is not meant; asked as a question they refuse nothing.
var refusals = []string{"不要", "不是", "不想要", "不喜欢", "不拍", "不买", "别拿", "别发"}

func refuses(before string) bool {
	before = strings.TrimRight(before, " 这那个件的")
	for _, w := range refusals {
		if strings.HasSuffix(before, w) {
			return !strings.HasSuffix(before, "要不要") && !strings.HasSuffix(before, "是不是")
		}
	}
	return false
}

// byWeight is the unit of goods by weight, which tell no number of pieces: 来6斤.
const byWeight = "kg"

// strange tells whether a number of pieces was asked for that nobody can have: none, fewer than none, parts of one, or more
// than can be counted.
func strange(entities []live.Entity) bool {
	for i := range entities {
		if e := &entities[i]; e.Kind == "quantity" && e.Unit != byWeight {
			if n, err := strconv.ParseInt(e.Norm, 10, 64); err != nil || n < 1 {
				return true
			}
		}
	}
	return false
}

// slight are the words that may stand beside a size, a colour or a product without asking or telling anything more.
var slight = []string{"不是", "不对", "错了", "说错", "我要的", "换成", "改成", "要是", "那个", "那", "我", "要", "是", "就", "的话", "的", "呢", "啊", "呀", "吧", "哦", "嘛", "啦", "了", "亲", "呗", "哈", "款", "码", "色", "这个"}

// barely tells whether a text is nothing but what fills slots, particles and a correction: 黑色呢; 不是，要黑色.
func barely(h *Heard) bool {
	es := h.Reading.Entities
	if len(es) == 0 || h.line.bare == "" {
		return false
	}
	for i := range es {
		switch es[i].Kind {
		case "product", "size", "color", "quantity", "city", "body":
		default:
			return false
		}
	}
	var room [maxBare + 1]rune
	left, at := room[:0], 0
	for _, r := range h.Text {
		for len(es) > 0 && at >= es[0].End {
			es = es[1:]
		}
		if len(es) == 0 || at < es[0].Start {
			if left = append(left, r); len(left) > maxBare {
				return false
			}
		}
		at++
	}
	rest := bare(string(left))
	for rest != "" {
		cut := rest
		for _, w := range slight {
			if cut = strings.TrimPrefix(rest, w); cut != rest {
				break
			}
		}
		if cut == rest {
			return false
		}
		rest = cut
	}
	return true
}

// said returns what the entities of one text tell, beside products.
func said(entities []live.Entity) (s Slots) {
	for i := range entities {
		e := &entities[i]
		switch e.Kind {
		case "size":
			s.Size = own(e.Norm, e.Value)
		case "color":
			s.Color = own(e.Norm, e.Value)
		case "quantity":
			if n, err := strconv.ParseInt(e.Norm, 10, 64); err == nil && n > 0 && s.Quantity == 0 && e.Unit != byWeight {
				s.Quantity = n
			}
		case "city":
			s.City = own(e.Norm, e.Value)
		case "order_id":
			s.Order = own(e.Norm, e.Value)
		case "body":
			s.body(e)
		}
	}
	return s
}

// words takes in sizes and colours that a text names in the product's own words, where no rule has found any: 256的 of
// 256G, 冰川蓝.
func (s *Slots) words(text string, p *live.Product) {
	for i := range p.Variants {
		v := &p.Variants[i]
		if s.Size == "" && names(text, v.Size) {
			s.Size = v.Size
		}
		if s.Color == "" && v.Color != "" && strings.Contains(text, v.Color) {
			s.Color = v.Color
		}
	}
}

// names tells whether a text names a size, in full or by its number of at least two digits alone.
func names(text, size string) bool {
	if word := strings.TrimRight(size, ".0123456789GgTtMmLl升克毫"); word != size && utf8.RuneCountInString(word) > 1 && strings.Contains(text, word) {
		return true // 正装 of 正装3.5g
	}
	digits := strings.TrimRight(size, "GgTtMmLl码号升克寸")
	if len(digits) < 2 || strings.Trim(digits, "0123456789") != "" {
		return len(size) > 1 && strings.Contains(text, size)
	}
	at := strings.Index(text, digits)
	end := at + len(digits)
	return at >= 0 && (at == 0 || !digit(text[at-1])) && (end == len(text) || !digit(text[end]))
}

func digit(b byte) bool { return b >= '0' && b <= '9' }

// own copies a word out of the event's memory.
func own(norm, value string) string {
	if norm == "" {
		norm = value
	}
	return strings.Clone(norm)
}

// body takes in a height or weight that a person can have.
func (s *Slots) body(e *live.Entity) {
	f, err := strconv.ParseFloat(e.Norm, 64)
	if err != nil {
		return
	}
	switch {
	case e.Unit == "kg" && f >= 2 && f <= 300:
		s.Kg = f
	case e.Unit == "cm" && f >= 40 && f <= 250:
		s.Cm = f
	}
}

// choice tells whether a size or colour is among the slots.
func (s *Slots) choice() bool { return s.Size != "" || s.Color != "" }

// merge puts what was said over what was known.
func (s Slots) merge(said *Slots) Slots {
	if said.Size != "" {
		s.Size = said.Size
	}
	if said.Color != "" {
		s.Color = said.Color
	}
	if said.Quantity != 0 {
		s.Quantity = said.Quantity
	}
	if said.City != "" {
		s.City = said.City
	}
	if said.Order != "" {
		s.Order = said.Order
	}
	if said.Kg != 0 {
		s.Kg = said.Kg
	}
	if said.Cm != 0 {
		s.Cm = said.Cm
	}
	return s
}

// about makes the slots speak of a product. Size, colour and quantity belong to the product they were said of.
func (s Slots) about(p *live.Product, named bool) Slots {
	if p.ID != s.Product {
		s.Size, s.Color, s.Quantity = "", "", 0
		s.Product, s.Shown = p.ID, !named
	} else if named {
		s.Shown = false
	}
	return s
}

// advised makes the slots speak of a size that was recommended, as far as the product comes in it.
func (s *Slots) advised(p *live.Product, size string) {
	for i := range p.Variants {
		if v := &p.Variants[i]; v.Size != "" && (v.Size == size || v.Size+"码" == size) {
			s.Size = v.Size
		}
	}
}

// take makes the slots speak of the size and colour of one SKU, where the product has several.
func (s *Slots) take(p *live.Product, sku live.SKU) {
	if v := chosenOf(p, sku); v != nil {
		s.Size, s.Color = v.Size, v.Color
	}
}

// variant returns the size and colour asked for of a product: the one SKU that fits, else what was asked for without a
// SKU, nil when neither was. one is the SKU that is meant, nil when several or none fit.
func (s *Slots) variant(p *live.Product) (v, one *live.Variant) {
	want := live.Variant{
		Size:  match(p, s.Size, func(v *live.Variant) string { return v.Size }),
		Color: match(p, s.Color, func(v *live.Variant) string { return v.Color }),
	}
	fits := 0
	for i := range p.Variants {
		v := &p.Variants[i]
		if (want.Size == "" || v.Size == want.Size) && (want.Color == "" || v.Color == want.Color) {
			fits++
			one = v
		}
	}
	if fits != 1 {
		one = nil
	}
	switch {
	case want.Size == "" && want.Color == "":
		return nil, one
	case one != nil:
		return one, one
	}
	// What it does not come in at all is said alone: 没有粉色 rather than 没有M粉色.
	switch size, color := offers(p, &live.Variant{Size: want.Size}), offers(p, &live.Variant{Color: want.Color}); {
	case size == 0 && color > 0:
		want.Color = ""
	case color == 0 && size > 0:
		want.Size = ""
	}
	return &want, nil
}

// offers returns how many SKUs of a product have a size and colour, of which either may be left open.
func offers(p *live.Product, want *live.Variant) (n int) {
	for i := range p.Variants {
		v := &p.Variants[i]
		if (want.Size == "" || v.Size == want.Size) && (want.Color == "" || v.Color == want.Color) {
			n++
		}
	}
	return n
}

// without returns size and colour without those that a product does not come in.
func without(p *live.Product, size, color string, told *live.Variant) (string, string) {
	if told.Size != "" && offers(p, &live.Variant{Size: told.Size}) == 0 {
		size = ""
	}
	if told.Color != "" && offers(p, &live.Variant{Color: told.Color}) == 0 {
		color = ""
	}
	return size, color
}

// match returns the product's own word for what was said: the same, or the only one that has it in it (蓝色 is 雾霾蓝).
// What the product does not come in is returned as said, "" when it has no such choice at all.
func match(p *live.Product, said string, of func(*live.Variant) string) string {
	if said == "" {
		return ""
	}
	stem, found, has := strings.TrimSuffix(said, "色"), "", false
	for i := range p.Variants {
		word := of(&p.Variants[i])
		if word == "" {
			continue
		}
		has = true
		switch {
		case strings.EqualFold(word, said):
			return word
		case stem != "" && len(stem) >= len("蓝") && strings.Contains(word, stem) && found == "":
			found = word
		case stem != "" && len(stem) >= len("蓝") && strings.Contains(word, stem) && found != word:
			found = "?"
		}
	}
	switch {
	case !has:
		return ""
	case found != "" && found != "?":
		return found
	}
	return said
}
