package dialogue

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"liveroom/engine/live"
)

// yesNo is how a message takes a question that waits for yes or no.
type yesNo uint8

const (
	neither yesNo = iota
	yes
	no
)

// Whole answers, bare of marks and particles, as people give them to a question. They hold only while one is open.
var (
	yesWords = words("要 要的 我要 好 好的 好滴 可以 行 行的 成 中 嗯 嗯嗯 是 是的 对 对的 确认 确定 锁定 锁单 下单 预留 留 留着 帮我留 留一件 1 ok 来 来一件 要一件 拍 拍了 同意 没问题 就这个 就它 安排 整 可 需要 分期 要分期 妥 得")
	noWords  = words("不 不要 不用 不用了 不要了 算了 先不 先不用 先不要 不需要 不是 没有 不了 再看看 再想想 考虑一下 我再看看 取消 取消预留 别留 别留了 不留了 放弃 2 no")
)

func words(s string) map[string]bool {
	m := make(map[string]bool)
	for _, w := range strings.Fields(s) {
		m[w] = true
	}
	return m
}

// maxBare is the longest text that is looked at as a whole answer, in runes.
const maxBare = 12

// bare folds a short text to its letters and digits without the particles at its end, "" when it is long.
func bare(text string) string {
	var b strings.Builder
	n := 0
	for _, r := range norm.NFKC.String(text) {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			continue
		}
		if n++; n > maxBare {
			return ""
		}
		b.WriteRune(unicode.ToLower(r))
	}
	s := b.String()
	for {
		cut := strings.TrimRight(s, "啊呀哈哦噢呐哒吧啦嘛亲")
		if cut == s || cut == "" {
			return s
		}
		s = cut
	}
}

// asks tells whether a text is put as a question.
func asks(text string) bool { return strings.ContainsAny(text, "?？吗么呢") }

// takes says how a message takes a question for yes or no: by a whole answer, else by its reading.
func takes(text string, r *live.Reading) yesNo {
	b := bare(text)
	switch {
	case asks(text):
		return neither
	case yesWords[b] || yesWords[strings.TrimSuffix(b, "了")]:
		return yes
	case noWords[b]:
		return no
	case r.Intent == live.IntentAffirm && r.Confidence >= .5:
		return yes
	case r.Intent == live.IntentDeny && r.Confidence >= .5:
		return no
	}
	return neither
}

// asksStock tells whether a text asks for a size, colour or product in the words that ask whether there is any.
func asksStock(text string) bool {
	return hasAny(text, "有吗", "有没", "还有", "有货", "有不", "没有了", "剩")
}

func hasAny(text string, words ...string) bool {
	for _, w := range words {
		if strings.Contains(text, w) {
			return true
		}
	}
	return false
}

// corrects tells whether a text takes back what was said before: 不是，要黑色.
func corrects(text string) bool {
	return hasAny(text, "不是", "不对", "错了", "我要的是", "换成", "改成", "不要这")
}

// points tells whether a text points at what the host shows.
func points(text string) bool {
	return hasAny(text, "这个", "这件", "这款", "这条", "这双", "现在讲的", "手上的", "那个", "那件", "那款")
}

var ordinals = [3][]string{
	{"1", "一", "a", "第一", "第一个", "前面", "前者", "前面那个"},
	{"2", "二", "b", "第二", "第二个", "后面", "后者", "后面那个"},
	{"3", "三", "c", "第三", "第三个", "最后一个"},
}

// ordinal returns which of n candidates a text points at, -1 for none.
func ordinal(text string, n int) int {
	b := bare(text)
	for i := range min(n, len(ordinals)) {
		for _, w := range ordinals[i] {
			if b == w {
				return i
			}
		}
	}
	return -1
}
