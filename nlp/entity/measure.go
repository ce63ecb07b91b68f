package entity

// counters are the measure words of goods.
var counters = []string{
	"件", "个", "双", "条", "瓶", "盒", "包", "箱", "套", "只", "支", "袋", "份", "本", "张", "把", "台", "组", "对", "片", "罐",
	"桶", "盆", "颗", "粒", "提", "卷", "顶", "副", "床", "枚", "根", "杯", "串", "捆", "朵", "棵", "听", "板", "筒", "单", "碗", "束", "贴", "筐", "盘", "株", "壶", "打", "辆", "部",
}

// numbered looks at what follows the number at i and decides what it counts.
func (s *scan) numbered(i int) int {
	n, ok := s.number(i)
	if !ok {
		if n.end > i {
			if k := s.huge(i, n.end); k > i {
				return k
			}
		}
		return max(n.end, i)
	}
	if containsRune("几数百", s.at(i-1)) && n.han {
		return n.end // 几十块
	}
	if letter(s.at(i-1)) && !n.han && !s.touches(i) {
		return n.end // part of a model name
	}
	for _, read := range [...]func(*scan, int, number) int{
		(*scan).dayOrMonth, (*scan).numberedLink, (*scan).numberSize, (*scan).weight, (*scan).length, (*scan).bodyTail, (*scan).money, (*scan).quantity, (*scan).bareSize, (*scan).bareMoney,
	} {
		if j := read(s, i, n); j > i {
			return j
		}
	}
	if n.han && n.spelt {
		return i + 1 // 一二三号: only the last belongs to what follows
	}
	return n.end
}
