package dialogue

import (
	"strings"
	"unicode"

	"liveroom/engine/live"
	"liveroom/engine/live/text"
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
	noWords  = words("不 不要 不用 不用了 不要了 算了 先不 先不用 先不要 不需要 不是 没有 不了 再看看 再想想 考虑一下 我再看看 随便看看 先看看 我先看看 看看再说 我看看 逛逛 随便逛逛 取消 取消预留 别留 别留了 不留了 放弃 2 no")
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
func bare(said string) string {
	var room [maxBare + 1]rune
	runes := text.Bare(room[:0], said, maxBare+1)
	if len(runes) > maxBare {
		return ""
	}
	s := string(runes)
	for {
		cut := strings.TrimRight(s, "啊呀哈哦噢呐哒吧啦嘛亲")
		if cut == s || cut == "" {
			return s
		}
		s = cut
	}
}

// wordless tells whether a text has neither letters nor digits.
func wordless(text string) bool {
	return strings.IndexFunc(text, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }) < 0
}

// Sticker tells whether a text is nothing but signs and stickers as links send them (😂, [玫瑰]), none of which takes or
// asks anything.
func Sticker(text string) bool {
	if hasAny(text, signs...) || strings.ContainsAny(text, "?？") {
		return false
	}
	for text != "" {
		before, rest, open := strings.Cut(text, "[")
		if !wordless(before) {
			return false
		}
		if !open {
			return true
		}
		name, after, closed := strings.Cut(rest, "]")
		if !closed || len(name) > maxSticker {
			return false
		}
		text = after
	}
	return true
}

// maxSticker is the longest name of a sticker, in bytes.
const maxSticker = 24

// signs are those that say yes.
var signs = []string{"👌", "🆗", "👍", "✅"}

// asks tells whether a text is put as a question.
func asks(text string) bool { return strings.ContainsAny(text, "?？吗么呢") }

// line is a text with what is left of it when it is short: see bare.
type line struct{ text, bare string }

func lineOf(text string) line { return line{text, bare(text)} }

// takes says how a message takes a question for yes or no: by a whole answer, else by its reading.
func (l *line) takes(r *live.Reading) yesNo {
	said := l.whole()
	switch {
	case said != neither || asks(l.text):
		return said
	case r.Intent == live.IntentAffirm && r.Confidence >= .5 && !l.hesitates():
		return yes
	case r.Intent == live.IntentDeny && r.Confidence >= .5:
		return no
	}
	return neither
}

// whole says what a text says as a whole answer.
func (l *line) whole() yesNo {
	b, text := l.bare, l.text
	if soft := strings.TrimSuffix(b, "呢"); soft != b && soft != "要" && (yesWords[soft] || noWords[soft]) && !strings.ContainsAny(text, "?？") {
		b, text = soft, soft // 好的呢 asks nothing
	}
	for _, w := range [...]string{"那就", "那", "就"} {
		if rest := strings.TrimPrefix(b, w); rest != b && (yesWords[rest] || noWords[rest]) {
			b = rest
		}
	}
	switch {
	case asks(text):
		return neither
	case yesWords[b] || yesWords[strings.TrimSuffix(b, "了")]:
		return yes
	case noWords[b]:
		return no
	}
	return neither
}

// hesitations are words of who has not made up his mind, whatever yes stands beside them; decisions take them back.
var (
	hesitations = []string{"想想", "想一想", "想一下", "考虑", "再看", "看看再", "这个嘛", "那个嘛", "以后再说", "回头再说", "到时再说", "再说吧", "犹豫", "纠结", "不一定", "不确定", "没想好", "等等", "等一下", "等会"}
	decisions   = []string{"考虑好了", "想好了", "想想还是", "不考虑", "不想", "不用", "不要", "别"}
)

// hesitates tells whether a short text neither takes nor declines what is open, but wants time: 嗯……我想想.
func (l *line) hesitates() bool {
	return !asks(l.text) && l.whole() == neither && hasAny(l.text, hesitations...) && !hasAny(l.text, decisions...)
}

// firmly is takes where a yes binds pieces: by a reading that is not sure nobody is bound, unless the text itself says that
// something is wanted, be it by a sign.
func (l *line) firmly(r *live.Reading) yesNo {
	answer := l.takes(r)
	if answer == yes && r.Unsure && l.whole() != yes && !l.wants() && !(wordless(l.text) && hasAny(l.text, signs...)) {
		return neither
	}
	return answer
}

// wants tells whether a short text says by itself that something is wanted after all: 还是要吧, 帮我留着.
func (l *line) wants() bool {
	b := l.bare
	return b != "" && !asks(l.text) && hasAny(b, "要", "留", "来一", "来两", "整一", "下单", "锁定", "预留") && !hasAny(b, "不", "别", "没", "再看", "再想", "算了") && !l.hesitates()
}

var (
	confirmWords = words("确认 确定 锁定 锁单 确认要 确定要 确认锁定 要确认 我确认 我确定")
	lookWords    = words("看看 看一下 看下 想看 想看看 了解一下 发来看看 说说 介绍一下 讲讲 可以看看 好看看 好的看看 有吧 有什么 那看看")
	cancelWords  = words("取消 取消吧 取消预留 取消锁定 帮我取消 不买了 不想要了 不拍了 放弃 我不买了 我不想要了")
	noneWords    = words("都不是 都不对 不是这些 不是这个 都没有 不是这意思 不是这个意思 没有一个")
)

// confirms tells whether a text confirms in so many words.
func (l *line) confirms() bool { return confirmWords[strings.TrimSuffix(l.bare, "了")] }

// looks tells whether a text takes an invitation to look at something.
func (l *line) looks() bool { return lookWords[l.bare] }

// cancels tells whether a text gives back an order line, whatever else has been asked since.
func (l *line) cancels(open Kind) bool {
	b := l.bare
	return cancelWords[b] || b != "" && strings.Contains(b, "取消") && !asks(l.text) && !strings.Contains(b, "不取消") || open == Locked && (b == "不要了" || b == "我不要了" || b == "不要")
}

// none tells whether a text says that no candidate was meant.
func (l *line) none() bool { return noneWords[l.bare] }

// missWords are what somebody says who waits for a person and sees none.
var missWords = words("在吗 还在吗 在不在 还在不在 有人吗 有人在吗 没人吗 没人在吗 人呢 人在吗 客服呢 人工呢 还没来吗 还没来 怎么没人 怎么还没人 怎么还没来")

// missesSomebody tells whether a text asks where the person is who was called.
func (l *line) missesSomebody() bool { return missWords[l.bare] }

// thanks tells whether a greeting gives thanks.
func thanks(h *Heard) bool {
	return hasAny(h.Text, "谢", "感恩", "辛苦了", "麻烦你了", "麻烦您了", "3q", "thank")
}

// leaves tells whether a greeting says goodbye.
func leaves(text string) bool {
	return hasAny(text, "拜拜", "再见", "晚安", "白白", "回见", "先走了", "先下了", "下次见", "明天见", "bye", "88")
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

// points tells whether a text points at something.
func points(text string) bool {
	return pointsHere(text) || hasAny(text, "那个", "那件", "那款", "那条", "那双")
}

// pointsHere tells whether a text points at what the host shows.
func pointsHere(text string) bool {
	return hasAny(text, "这个", "这件", "这款", "这条", "这双", "现在讲的", "正在讲的", "手上的", "身上的")
}

var ordinals = [3][]string{
	{"1", "一", "a", "第一", "第一个", "前面", "前者", "前面那个"},
	{"2", "二", "b", "第二", "第二个", "后面", "后者", "后面那个"},
	{"3", "三", "c", "第三", "第三个", "最后一个"},
}

// ordinal returns which of n candidates a bare text points at, -1 for none.
func ordinal(b string, n int) int {
	for i := range min(n, len(ordinals)) {
		for _, w := range ordinals[i] {
			if b == w {
				return i
			}
		}
	}
	return -1
}
