package privacy

import "strings"

const longestLocal = 64 // characters before the @ (RFC 5321)

// providers are domains that people leave the ending of.
var providers = []string{"qq", "163", "126", "139", "gmail", "foxmail", "outlook", "hotmail", "sina", "sohu", "yeah", "aliyun", "icloud"}

// endings are the domain endings that make an address of what only looks like one, the longer first.
var endings = []string{"com", "net", "org", "edu", "gov", "vip", "top", "xyz", "cn", "cc", "me", "io", "co", "hk", "tw", "jp", "uk", "us"}

// emails takes e-mail addresses, around every way of writing the @.
func (f *finder) emails() {
	for i := 0; i < len(f.cells); i++ {
		from, to := f.atSign(i)
		if to < 0 {
			continue
		}
		start := f.localPart(from)
		if start == from {
			continue
		}
		domain, end := f.domain(to)
		if end < 0 {
			continue
		}
		local := f.idText(start, from)
		if local == "" {
			continue
		}
		first := ""
		if len(local) > 1 {
			first = local[:1]
		}
		f.take(Email, start, end, local+"@"+domain, first+"***@"+domain)
		i = end - 1
	}
}

// atSign returns the cells of an @ at i, with what is written around it; -1 when there is none.
func (f *finder) atSign(i int) (from, to int) {
	switch f.open(i) {
	case '@':
		return i, i + 1
	case circleA:
		return i, i + 1
	case '艾':
		if j := f.afterAny(i, "艾特"); j >= 0 {
			return i, j
		}
	case '圈':
		if j := f.after(i, "圈a"); j >= 0 {
			return i, j
		}
	case '[', '(', '{', '<', '【':
		if j := f.afterAny(i+1, "at", "@", "艾特"); j >= 0 && strings.ContainsRune("])}>】", f.open(j)) && f.open(j) != 0 {
			return i, j + 1
		}
	case ' ':
		if j := f.afterAny(i+1, "at ", "at_"); j >= 0 {
			return i, j
		}
	}
	return i, -1
}

// localPart returns the cell where what stands before an @ begins: one word, or single characters parted throughout.
func (f *finder) localPart(i int) int {
	k := i
	for n := 0; n < 2 && f.parting(k-1) && !strings.ContainsRune(".-_+", f.open(k-1)); n++ {
		k--
	}
	start := k
	for localChar(f.open(start-1)) && k-start < longestLocal {
		start--
	}
	if start == k {
		return i
	}
	if k-start == 1 { // single characters?
		for n := 1; n < longestLocal; n++ {
			p := start - 1
			for g := 0; g < widestGap && f.parting(p) && !localChar(f.open(p)); n++ {
				p--
			}
			if p == start-1 || !localChar(f.open(p)) || localChar(f.open(p-1)) {
				break
			}
			start = p
		}
	}
	for start < k && !alnum(f.open(start)) {
		start++
	}
	if start == k {
		return i
	}
	return start
}

func localChar(r rune) bool {
	return alnum(r) || r == '.' || r == '_' || r == '-' || r == '+' || r == '%'
}

// domain reads a domain from cell i on, dots in any writing, and returns it with the cell after it, -1 when there is none.
func (f *finder) domain(i int) (string, int) {
	var text []byte
	var cells []int
	for i = f.skip(i, 2); len(text) < 48; i++ {
		r := f.open(i)
		switch {
		case r == 0:
		case alnum(r) || r == '-' || r == '.':
			text, cells = append(text, byte(r)), append(cells, i)
			continue
		case r == '点' || r == '。' || r == '·' || r == '丶' || r == '、' && letter(f.open(i+1)):
			text, cells = append(text, '.'), append(cells, i)
			continue
		case r == ' ' && f.after(i+1, "dot") >= 0 && !letter(f.open(i+4)):
			text, cells = append(text, '.'), append(cells, i)
			i += 3
			continue
		case f.parting(i):
			continue
		}
		break
	}
	for k := 1; k < len(text); k++ {
		if text[k] != '.' || text[k-1] == '.' {
			continue
		}
		if end := f.ending(text, cells, k+1); end > 0 {
			for end < len(text) && text[end] == '.' { // .com.cn
				more := f.ending(text, cells, end+1)
				if more < 0 {
					break
				}
				end = more
			}
			return string(text[:end]), cells[end-1] + 1
		}
	}
	for _, p := range providers {
		if n := len(p); strings.HasPrefix(string(text), p) && f.wordEnds(cells, n) {
			return p, cells[n-1] + 1
		}
	}
	return "", -1
}

// ending returns where a domain ending that starts at k is over, -1 when there is none.
func (f *finder) ending(text []byte, cells []int, k int) int {
	for _, e := range endings {
		if end := k + len(e); end <= len(text) && string(text[k:end]) == e && f.wordEnds(cells, end) {
			return end
		}
	}
	return -1
}

// wordEnds tells whether a word ends before the n-th of cells.
func (f *finder) wordEnds(cells []int, n int) bool {
	last := cells[n-1]
	if !alnum(f.at(last + 1)) {
		single := n < len(cells) && n >= 2 && cells[n-1] != cells[n-2]+1 && alnum(f.at(cells[n])) && !alnum(f.at(cells[n]+1))
		return !single
	}
	return false
}

// idText returns the letters, digits and signs of cells i to j, without what parts them.
func (f *finder) idText(i, j int) string {
	var b strings.Builder
	for ; i < j; i++ {
		if c := f.cells[i]; c.class == sure {
			b.WriteByte('0' + byte(c.digit))
		} else if localChar(c.r) {
			b.WriteRune(c.r)
		}
	}
	return b.String()
}
