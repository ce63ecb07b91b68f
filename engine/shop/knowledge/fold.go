package knowledge

import (
	"math"
	"slices"
	"strings"

	"liveroom/engine/live/text"
)

// What may stand before or after a question without changing it, longest first.
var (
	openings = words("你们家 咱们家 你们 你家 咱家 你们店 麻烦问一下 我想问一下 麻烦问下 我想问下 想问一下 请问一下 小姐姐 亲爱的 我想问 想问下 问一下 请问 你好 您好 主播 客服 老板 老师 掌柜 麻烦 想问 问下 哈喽 hello 亲亲 亲 hi")
	endings  = words("吗 呢 啊 呀 吧 嘛 哦 哈 啦 哇 诶 鸭")
	link     = []rune("号链接")
)

// synonyms are ways to say the same in a question, the usual one last; none is longer than what it stands for. By first
// character, longest first.
var synonyms = func() map[rune][]synonym {
	all := make(map[rune][]synonym)
	for _, line := range []string{
		"可不可以 能不能 可以不可以 能否 可否 可以 能", "如何 怎样 怎么样 咋 怎么", "多长时间 多少时间 多久", "在哪里 在哪儿 哪里 哪儿 在哪 哪",
		"没有 没", "啥 什", "什么 什", "会不会 是否会 会", "是不是 是否 是", "有没有 有木有 有无 有", "要不要 是否要 要", "的",
	} {
		list := words(line)
		to := list[len(list)-1]
		if len(list) == 1 {
			to = nil
			list = append(list, nil)
		}
		for _, from := range list[:len(list)-1] {
			all[from[0]] = append(all[from[0]], synonym{from, to})
		}
	}
	for _, list := range all {
		slices.SortFunc(list, func(a, b synonym) int { return len(b.from) - len(a.from) })
	}
	return all
}()

type synonym struct{ from, to []rune }

// usual puts the usual way to say something in the place of others.
func usual(s []rune) []rune {
	kept := s[:0]
next:
	for i := 0; i < len(s); {
		for _, y := range synonyms[s[i]] {
			if hasPrefix(s[i:], y.from) {
				kept = append(kept, y.to...)
				i += len(y.from)
				continue next
			}
		}
		kept = append(kept, s[i])
		i++
	}
	return kept
}

func words(list string) (all [][]rune) {
	for _, w := range strings.Fields(list) {
		all = append(all, []rune(w))
	}
	return all
}

// fold appends a question as it is compared: full-width and half-width alike, lower case, letters and digits alone, without
// what only opens or ends a question, without link numbers, which name the product, and in the usual words. dst is empty.
func fold(dst []rune, question string) []rune {
	whole := text.Bare(dst, question, math.MaxInt)
	dst = whole
	for {
		n := len(dst)
		for _, w := range openings {
			if hasPrefix(dst, w) {
				dst = dst[len(w):]
				break
			}
		}
		for _, w := range endings {
			if len(dst) > 0 && dst[len(dst)-1] == w[0] {
				dst = dst[:len(dst)-1]
				break
			}
		}
		if dst = withoutLink(dst); len(dst) == n {
			break
		}
	}
	if dst = usual(dst); len(dst) == 0 {
		return whole // nothing but a greeting
	}
	return dst
}

// withoutLink drops 3号链接 wherever it stands, and 3号 at the beginning, each with 的 behind it.
func withoutLink(s []rune) []rune {
	for i := 0; i < len(s); i++ {
		from := i
		for i < len(s) && s[i] >= '0' && s[i] <= '9' {
			i++
		}
		if i == from || i == len(s) || s[i] != '号' {
			continue
		}
		to := i
		switch {
		case hasPrefix(s[i:], link):
			to = i + len(link)
		case from == 0 && i <= 2 && i+1 < len(s):
			to = i + 1
		default:
			continue
		}
		if to < len(s) && s[to] == '的' {
			to++
		}
		return slices.Delete(s, from, to)
	}
	return s
}

func hasPrefix(s, prefix []rune) bool {
	return len(s) >= len(prefix) && slices.Equal(s[:len(prefix)], prefix)
}

// figures folds the numbers in a text into one value: texts with other numbers ask for something else.
func figures(s []rune) (sum uint64) {
	n := uint64(0)
	for _, r := range s {
		if r >= '0' && r <= '9' {
			n = n*31 + uint64(r)
			continue
		}
		sum, n = sum+n*n, 0
	}
	return sum + n*n
}
