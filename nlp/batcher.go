package nlp

import (
	"cmp"
	"slices"
	"time"

	"liveroom/engine/live"
)

// worker is one goroutine that drains the queue into batches. It takes what waits, never waits for more, and keeps
// its scratch between batches.
type worker struct {
	s      *Service
	taken  []*item
	batch  []sequence // MaxBatch long
	ids    [][]int32  // of a group, as the classifier wants them
	scores []Scores
	linear Scores
	inner  [][]int32 // of a group, as the sentiment part wants them
	moods  []Scores  // of the sentiment part; no part counts where its felt is false
	felt   []bool

	texts        int // in the run under way, 0 before the first of what was taken
	began, ended time.Time
}

// sequence is a text of the batch, encoded.
type sequence struct {
	it  *item
	ids []int32
}

func (s *Service) work() {
	most := s.config.MaxBatch
	w := &worker{
		s: s, batch: make([]sequence, most), scores: make([]Scores, most), moods: make([]Scores, most), felt: make([]bool, most),
	}
	for {
		w.taken = s.queue.take(w.taken[:0], s.config.MaxBatch)
		if len(w.taken) > 0 {
			w.read(w.taken)
			continue
		}
		select {
		case <-s.queue.wake:
		case <-s.queue.shut:
			// What was pushed before the end is still to be read.
			if w.taken = s.queue.take(w.taken[:0], s.config.MaxBatch); len(w.taken) == 0 {
				return
			}
			w.read(w.taken)
		}
	}
}

// read answers every text taken, through one version of the model.
func (w *worker) read(items []*item) {
	m := w.s.borrow()
	defer w.s.giveBack(m)
	if m == nil || m.classifier == nil {
		for _, it := range items {
			w.without(whyAway, m, it)
		}
		return
	}
	w.texts = 0
	batch := w.encode(m, items)
	for len(batch) > 0 {
		n := group(batch)
		w.run(m, batch[:n])
		batch = batch[n:]
	}
	for i := range w.batch {
		w.batch[i].it = nil // answered texts are not kept alive
	}
	clear(items)
}

// encode makes sequences of the texts that the cache, by now, does not know: shortest first, equal texts together.
func (w *worker) encode(m *model, items []*item) []sequence {
	n := 0
	for _, it := range items {
		if r := w.s.lookUp(m, it.norm, it.query.Text, it.words); r != nil {
			w.settle(it, r)
			continue
		}
		w.batch[n].it = it
		w.batch[n].ids = m.tokens.Encode(w.batch[n].ids[:0], it.norm)
		n++
	}
	slices.SortFunc(w.batch[:n], func(a, b sequence) int {
		return cmp.Or(cmp.Compare(len(a.ids), len(b.ids)), cmp.Compare(a.it.norm, b.it.norm))
	})
	return w.batch[:n]
}

// runCost is what a run of its own costs, in characters of padding (BenchmarkClassify of package onnx: some 22 µs
// against 0.45 µs).
const runCost = 48

// group returns how many sequences, sorted by length, run together: until padding the ones before to the length of
// the next would cost more than a new run.
func group(batch []sequence) int {
	for n := 1; n < len(batch); n++ {
		if n*(len(batch[n].ids)-len(batch[n-1].ids)) > runCost {
			return n
		}
	}
	return len(batch)
}

// repeats tells whether sequence i is the same text as the one before it, which then is classified for both.
func repeats(group []sequence, i int) bool {
	return i > 0 && group[i].it.norm == group[i-1].it.norm
}

// run classifies a group of sequences. When that fails, each is tried alone, so that one bad text loses no other; what
// fails alone is left to the linear model.
func (w *worker) run(m *model, group []sequence) {
	w.ids = w.ids[:0]
	for i := range group {
		if !repeats(group, i) {
			w.ids = append(w.ids, group[i].ids)
		}
	}
	w.began = time.Now()
	err := m.classifier.Classify(w.ids, w.scores)
	took := time.Since(w.began)
	w.texts, w.ended = len(w.ids), w.began.Add(took)
	w.s.metrics.run.Observe(took.Seconds())
	w.s.metrics.batch.Observe(float64(len(w.ids)))
	if err == nil {
		w.feel(m)
		w.publish(m, group)
		return
	}
	w.s.runFailed(err)
	if len(group) == 1 {
		w.without(whyFailed, m, group[0].it)
		return
	}
	for i := range group {
		w.run(m, group[i:i+1])
	}
}

// feel runs the sentiment part over the texts just classified. When that fails, each is tried alone; what fails alone
// has its sentiment from the linear model, or none, and keeps its intent.
func (w *worker) feel(m *model) {
	n := len(w.ids)
	clear(w.felt[:n])
	if m.sentiment == nil {
		return
	}
	w.inner = w.inner[:0]
	for _, ids := range w.ids {
		w.inner = append(w.inner, m.inner(ids))
	}
	began := time.Now()
	err := m.sentiment.Classify(w.inner, w.moods)
	took := time.Since(began)
	w.ended = began.Add(took)
	w.s.metrics.feel.Observe(took.Seconds())
	if err == nil {
		for i := range n {
			w.felt[i] = true
		}
		return
	}
	w.s.feelFailed(err)
	if n == 1 {
		return
	}
	for i := range n {
		if err := m.sentiment.Classify(w.inner[i:i+1], w.moods[i:i+1]); err != nil {
			w.s.feelFailed(err)
			continue
		}
		w.felt[i] = true
	}
}

// publish turns the scores of a group into readings, keeps them and answers with them.
func (w *worker) publish(m *model, group []sequence) {
	k := -1
	var plain *live.Reading
	for i := range group {
		it := group[i].it
		whole := false
		if !repeats(group, i) {
			k++
			plain = &live.Reading{}
			m.linear.Score(it.norm, &w.linear)
			if whole = w.judge(m, k, plain); plain.Intent == 0 {
				plain = nil
			}
		}
		if plain == nil {
			w.without(whyFailed, m, it)
			continue
		}
		full := withEntities(plain, it.query.Text, it.words)
		if whole {
			w.s.cache.set(&cached{
				model: m, norm: it.norm, plain: plain,
				text: it.query.Text, catalogue: it.words.catalogue, full: full,
			})
		}
		w.settle(it, full)
	}
}

// judge makes the reading of the text at place k of the run, and tells whether every part had its say: else the reading
// is not worth keeping. The reading is left without an intent when the main part's scores are not finite.
func (w *worker) judge(m *model, k int, r *live.Reading) (whole bool) {
	var mood *Scores
	if w.felt[k] {
		mood = &w.moods[k]
	}
	if !m.judge(&w.scores[k], mood, &w.linear, r) {
		return false
	}
	var good bool
	if r.Sentiment, good = m.sense(mood, &w.linear); !good {
		w.s.feelFailed(errNotFinite)
	}
	return good && (m.sentiment == nil || mood != nil)
}

// settle answers a text with a reading, unless the watch has answered it by now.
func (w *worker) settle(it *item, r *live.Reading) {
	if !w.s.queue.settle(it) {
		w.s.metrics.late.Inc()
		return
	}
	it.query.Trace.run(w.texts, w.began, w.ended)
	w.s.answer(r, it.done)
}

// without answers a text without the trained model, unless the watch has answered it by now.
func (w *worker) without(reason why, m *model, it *item) {
	if w.s.queue.settle(it) {
		it.query.Trace.from(whyNames[reason])
		w.s.fallBack(reason, m, it.norm, it.query.Text, it.words, it.done)
	}
}

// watch takes over, for the linear model, every text whose deadline comes near, and returns when the service has
// stopped and all is answered.
func (s *Service) watch() {
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	shut := s.queue.shut
	var late []*item
	for {
		var next time.Time
		late, next = s.queue.overdue(time.Now(), late[:0])
		for _, it := range late {
			it.query.Trace.from(whyNames[whyLate])
			s.fallBack(whyLate, s.model.Load(), it.norm, it.query.Text, it.words, it.done)
		}
		clear(late)
		if next.IsZero() && shut == nil {
			return
		}
		wait := time.Hour
		if !next.IsZero() {
			wait = time.Until(next)
		}
		timer.Reset(wait)
		select {
		case <-timer.C:
		case <-s.queue.rearm:
		case <-shut:
			shut = nil
		}
	}
}
