package dialogue

import (
	"strings"

	"liveroom/engine/live"
)

// What a text asks by its own words, where the intent alone is too wide: both are questions of stock.
const (
	subjectRestock = "restock" // when there will be more
	subjectUrgency = "urgency" // how it sells, and who looks on
)

// subject returns the script topic of such a question, "" for any other text.
func subject(text string, r *live.Reading) string {
	switch {
	case !r.Unsure && r.Intent != live.IntentStock && r.Intent != live.IntentPrice:
		return ""
	case restocks(text):
		return subjectRestock
	case sells(text):
		return subjectUrgency
	}
	return ""
}

// restocks tells whether a text asks when there will be pieces again.
func restocks(text string) bool {
	if hasAny(text, "补货", "补不补", "补吗", "会补", "再补", "还会有货", "再有货") {
		return true
	}
	for _, w := range [...]string{"什么时候", "啥时候", "几时", "何时", "多久"} {
		if _, after, ok := strings.Cut(text, w); ok && hasAny(after, "有货", "来货", "上货") {
			return true
		}
	}
	return false
}

// sells tells whether a text asks how many were sold, or how many look on. What was paid for it is the price.
func sells(text string) bool {
	if hasAny(text, "钱", "元", "块", "价") {
		return false
	}
	if hasAny(text, "销量", "抢手", "好卖吗", "卖得好", "卖的好", "卖得快", "卖得怎么样", "卖的怎么样") {
		return true
	}
	for _, w := range [...]string{"多少", "几件", "几个", "几单"} {
		before, after, ok := strings.Cut(text, w)
		if ok && (hasAny(before, "卖了", "卖出", "卖掉", "拍了", "抢了") || strings.HasPrefix(after, "人在") || strings.HasPrefix(after, "人看") ||
			strings.HasPrefix(after, "人买") || strings.HasPrefix(after, "人拍") || strings.HasPrefix(after, "人下单")) {
			return true
		}
	}
	return false
}
