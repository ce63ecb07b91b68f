package main

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
)

// share is so many of so many.
type share struct {
	Hits int `json:"hits"`
	Of   int `json:"of"`
}

func (s *share) add(hit bool) {
	s.Of++
	if hit {
		s.Hits++
	}
}

// rate is the share as a number, 0 to 1; 0 of nothing is 0.
func (s share) rate() float64 { return float64(s.Hits) / float64(max(s.Of, 1)) }

// z95 is the normal deviate of a 95 % interval.
const z95 = 1.959964

// wilson returns the 95 % Wilson interval of the share; of nothing, it is everything.
func (s share) wilson() (low, high float64) {
	if s.Of == 0 {
		return 0, 1
	}
	n, p := float64(s.Of), s.rate()
	d := 1 + z95*z95/n
	middle := p + z95*z95/(2*n)
	half := z95 * math.Sqrt(p*(1-p)/n+z95*z95/(4*n*n))
	return max(0, (middle-half)/d), min(1, (middle+half)/d)
}

// pair is a label and what was said instead; 0 means none.
type pair struct{ truth, said int }

// class is how one label fared.
type class struct {
	label                 int
	hits, said, truths    int
	precision, recall, f1 float64
}

// byClass returns how each label fared that occurs as truth, in the order of labels.
func byClass(pairs []pair) []class {
	found := map[int]*class{}
	at := func(label int) *class {
		if found[label] == nil {
			found[label] = &class{label: label}
		}
		return found[label]
	}
	for _, p := range pairs {
		at(p.truth).truths++
		at(p.said).said++
		if p.truth == p.said {
			at(p.truth).hits++
		}
	}
	var out []class
	for _, c := range found {
		if c.truths == 0 {
			continue
		}
		c.precision, c.recall = share{c.hits, c.said}.rate(), share{c.hits, c.truths}.rate()
		c.f1 = f1(c.hits, c.said, c.truths)
		out = append(out, *c)
	}
	slices.SortFunc(out, func(a, b class) int { return cmp.Compare(a.label, b.label) })
	return out
}

// f1 is the harmonic mean of precision and recall, 0 when there is nothing to find or nothing was said.
func f1(hits, said, truths int) float64 {
	if said+truths == 0 {
		return 0
	}
	return 2 * float64(hits) / float64(said+truths)
}

// macroF1 is the mean F1 of the labels that occur as truth; 0 without any.
func macroF1(pairs []pair) float64 {
	classes := byClass(pairs)
	sum := 0.0
	for _, c := range classes {
		sum += c.f1
	}
	return sum / float64(max(len(classes), 1))
}

// accuracy is the share of pairs in which what was said is the truth.
func accuracy(pairs []pair) (s share) {
	for _, p := range pairs {
		s.add(p.truth == p.said)
	}
	return s
}

// commonest returns the label that is most often the truth, of equals the smallest; 0 of nothing.
func commonest(pairs []pair) (label int) {
	counts := map[int]int{}
	for _, p := range pairs {
		counts[p.truth]++
	}
	for l, n := range counts {
		if n > counts[label] || n == counts[label] && l < label {
			label = l
		}
	}
	return label
}

// constant returns the pairs of somebody who always says the commonest label.
func constant(pairs []pair) []pair {
	label := commonest(pairs)
	out := make([]pair, len(pairs))
	for i, p := range pairs {
		out[i] = pair{p.truth, label}
	}
	return out
}

// confusion is how often one label was taken for another.
type confusion struct{ truth, said, lines int }

// confusions returns the commonest mistakes, at most a number of them, worst first.
func confusions(pairs []pair, most int) []confusion {
	counts := map[pair]int{}
	for _, p := range pairs {
		if p.truth != p.said {
			counts[p]++
		}
	}
	out := make([]confusion, 0, len(counts))
	for p, n := range counts {
		out = append(out, confusion{p.truth, p.said, n})
	}
	slices.SortFunc(out, func(a, b confusion) int {
		return cmp.Or(cmp.Compare(b.lines, a.lines), cmp.Compare(a.truth, b.truth), cmp.Compare(a.said, b.said))
	})
	return out[:min(most, len(out))]
}

// judged is one answer with its confidence, 0 to 1.
type judged struct {
	confidence float64
	right      bool
}

// bin is the answers whose confidence lies in one tenth.
type bin struct {
	Right      share   `json:"right"`
	Confidence float64 `json:"confidence"` // their mean
}

// bins sorts answers into ten equal widths of confidence.
func bins(all []judged) (out [10]bin) {
	for _, j := range all {
		b := &out[min(max(int(j.confidence*10), 0), 9)]
		b.Right.add(j.right)
		b.Confidence += j.confidence
	}
	for i := range out {
		out[i].Confidence /= float64(max(out[i].Right.Of, 1))
	}
	return out
}

// calibrationError is the expected calibration error over ten equal widths of confidence.
func calibrationError(all []judged) float64 {
	sum := 0.0
	for _, b := range bins(all) {
		sum += float64(b.Right.Of) * math.Abs(b.Right.rate()-b.Confidence)
	}
	return sum / float64(max(len(all), 1))
}

// point is one place of the coverage curve: at or above a confidence, how many are covered and how many of them right.
type point struct {
	At      float64 `json:"at"`
	Covered share   `json:"covered"`
	Right   share   `json:"right"`
}

// curve returns the points at the given confidences.
func curve(all []judged, at ...float64) []point {
	out := make([]point, len(at))
	for i, limit := range at {
		out[i].At = limit
		for _, j := range all {
			out[i].Covered.add(j.confidence >= limit)
			if j.confidence >= limit {
				out[i].Right.add(j.right)
			}
		}
	}
	return out
}

// resamples is how often bootstrap draws.
const resamples = 400

// bootstrap returns the 95 % percentile interval of a score over n observations, from draws with replacement by a fixed
// seed. score is given the places drawn.
func bootstrap(n int, score func(picks []int) float64) (low, high float64) {
	if n == 0 {
		return 0, 1
	}
	random := rand.New(rand.NewPCG(1, 2))
	scores := make([]float64, resamples)
	picks := make([]int, n)
	for k := range scores {
		for i := range picks {
			picks[i] = random.IntN(n)
		}
		scores[k] = score(picks)
	}
	slices.Sort(scores)
	return scores[resamples*25/1000], scores[resamples-1-resamples*25/1000]
}

// drawn returns the elements at the places picked.
func drawn[T any](all []T, picks []int) []T {
	out := make([]T, len(picks))
	for i, p := range picks {
		out[i] = all[p]
	}
	return out
}
