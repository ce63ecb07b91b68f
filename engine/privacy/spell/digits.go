package spell

import (
	"math/rand/v2"
	"strings"
)

// tables of ten: how each digit may be written.
var (
	fullWidth  = []rune("０１２３４５６７８９")
	han        = []rune("零一二三四五六七八九")
	spoken     = []rune("零幺二三四五六七八九")
	radio      = []rune("洞幺两三四五六拐八勾")
	capital    = []rune("零壹贰叁肆伍陆柒捌玖")
	traditions = []rune("零壹貳參肆伍陸柒捌玖")
	circled    = []rune("⓪①②③④⑤⑥⑦⑧⑨")
	blackDot   = []rune("⓿❶❷❸❹❺❻❼❽❾")
	bold       = []rune("𝟎𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖𝟗")
	mono       = []rune("𝟶𝟷𝟸𝟹𝟺𝟻𝟼𝟽𝟾𝟿")
	raised     = []rune("⁰¹²³⁴⁵⁶⁷⁸⁹")
	arabic     = []rune("٠١٢٣٤٥٦٧٨٩")
	halfHan    = []rune("〇一二三四五六七八九")
)

// inTable writes every digit as a table has it.
func inTable(table []rune) func(*rand.Rand, string) string {
	return func(_ *rand.Rand, v string) string {
		return strings.Map(func(c rune) rune {
			if '0' <= c && c <= '9' {
				return table[c-'0']
			}
			return c
		}, v)
	}
}

// mixed writes some digits as a table has them.
func mixed(table []rune) func(*rand.Rand, string) string {
	return func(r *rand.Rand, v string) string {
		return strings.Map(func(c rune) rune {
			if '0' <= c && c <= '9' && r.IntN(2) == 0 {
				return table[c-'0']
			}
			return c
		}, v)
	}
}

// between puts one of the separators between all characters, the same one throughout.
func between(separators ...string) func(*rand.Rand, string) string {
	return func(r *rand.Rand, v string) string {
		return strings.Join(strings.Split(v, ""), pick(r, separators...))
	}
}

// scattered puts separators between some characters, at least one.
func scattered(separators ...string) func(*rand.Rand, string) string {
	return func(r *rand.Rand, v string) string {
		var b strings.Builder
		sure := 1 + r.IntN(len(v)-1)
		for i, c := range v {
			if i == sure || i > 0 && r.IntN(3) == 0 {
				b.WriteString(pick(r, separators...))
			}
			b.WriteRune(c)
		}
		return b.String()
	}
}

// grouped parts a value into groups of the given sizes, what is left last.
func grouped(separator string, sizes ...int) func(*rand.Rand, string) string {
	return func(_ *rand.Rand, v string) string {
		var groups []string
		for i := 0; len(v) > 0; i++ {
			n := min(sizes[min(i, len(sizes)-1)], len(v))
			groups = append(groups, v[:n])
			v = v[n:]
		}
		return strings.Join(groups, separator)
	}
}

func asIs(_ *rand.Rand, v string) string { return v }

func keycaps(_ *rand.Rand, v string) string {
	var b strings.Builder
	for _, c := range v {
		b.WriteRune(c)
		if '0' <= c && c <= '9' {
			b.WriteString("\uFE0F\u20E3")
		}
	}
	return b.String()
}

// lookAlike writes o for 0 and l or I for 1, as on a keyboard that digits are kept from.
func lookAlike(r *rand.Rand, v string) string {
	return strings.NewReplacer("0", pick(r, "o", "O"), "1", pick(r, "l", "I")).Replace(v[:1]) +
		strings.NewReplacer("0", pick(r, "o", "O")).Replace(v[1:])
}

// struck puts a combining line through every digit.
func struck(_ *rand.Rand, v string) string {
	var b strings.Builder
	for _, c := range v {
		b.WriteRune(c)
		b.WriteRune('\u0336')
	}
	return b.String()
}

func then(ways ...func(*rand.Rand, string) string) func(*rand.Rand, string) string {
	return func(r *rand.Rand, v string) string {
		for _, w := range ways {
			v = w(r, v)
		}
		return v
	}
}

func prefixed(prefixes ...string) func(*rand.Rand, string) string {
	return func(r *rand.Rand, v string) string { return pick(r, prefixes...) + v }
}

func without(cut string) func(*rand.Rand, string) string {
	return func(_ *rand.Rand, v string) string { return strings.ReplaceAll(v, cut, "") }
}

func replaced(pairs ...string) func(*rand.Rand, string) string {
	return func(_ *rand.Rand, v string) string { return strings.NewReplacer(pairs...).Replace(v) }
}

// hidden are characters that nobody sees.
var hidden = []string{"\u200B", "\u200C", "\u200D", "\u2060", "\uFEFF", "\u00AD"}

// numberWays are the ways of numbers of every kind, a held-out one after each open one.
func numberWays(sizes ...int) []way {
	return []way{
		{"plain", asIs},
		{"full-width", inTable(fullWidth)},
		{"spaced groups", grouped(" ", sizes...)},
		{"hyphen groups", grouped("-", sizes...)},
		{"every digit spaced", between(" ")},
		{"every digit dotted", between(".", "·")},
		{"Chinese numerals", inTable(han)},
		{"Chinese numerals with 〇", inTable(halfHan)},
		{"spoken numerals", inTable(spoken)},
		{"capital numerals", inTable(capital)},
		{"half Chinese", mixed(han)},
		{"half capital", mixed(capital)},
		{"circled", inTable(circled)},
		{"black circles", inTable(blackDot)},
		{"keycaps", keycaps},
		{"keycaps spaced", then(keycapsSpaced)},
		{"hidden between", scattered(hidden...)},
		{"hidden between all", between(hidden...)},
		{"emoji between", scattered("❤", "😊", "👌", "🌹")},
		{"emoji between all", between("❤️", "🍎", "👍🏻")},
		{"bold", inTable(bold)},
		{"monospace", inTable(mono)},
		{"dotted groups", grouped(".", sizes...)},
		{"underscored groups", grouped("_", sizes...)},
		{"comma groups", grouped("，", sizes...)},
		{"stroke groups", grouped("/", sizes...)},
		{"half circled", mixed(circled)},
		{"half full-width", mixed(fullWidth)},
		{"wide spaces", grouped("\u3000", sizes...)},
		{"line breaks", grouped("\n", sizes...)},
		{"struck through", struck},
		{"raised", inTable(raised)},
		{"tilde groups", grouped("~", sizes...)},
		{"dash groups", grouped("——", sizes...)},
		{"traditional capitals", inTable(traditions)},
		{"Arabic digits", inTable(arabic)},
		{"spoken, spaced", then(inTable(spoken), between(" "))},
		{"Chinese, dotted", then(inTable(han), between("."))},
		{"full-width groups", then(grouped("－", sizes...), inTable(fullWidth))},
		{"full-width spaced", then(between(" "), inTable(fullWidth))},
	}
}

func keycapsSpaced(r *rand.Rand, v string) string {
	return strings.ReplaceAll(keycaps(r, v), "\u20E3", "\u20E3 ")[:len(keycaps(r, v))+len(v)-1]
}
