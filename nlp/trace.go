package nlp

import (
	"time"

	"liveroom/engine/live"
	"liveroom/nlp/keyword"
)

// Trace is how one text was read, for who looks at that very text. A query without one, as nearly all are, costs a nil check
// at each place that fills it in. It is written before the reading is handed over, and not after.
type Trace struct {
	From    string // what the reading came from: keyword, cache, model, blank, or why it is the linear model's: late, full, failed, away, stopped
	Waiting int    // texts that waited for the model when this one came
	Batch   int    // different texts in its run of the model, 0 when there was none
	Began   time.Time
	Ended   time.Time // of that run, the part for sentiment included; zero when there was none
	Match   string    // how the shop's rule matched: exact, prefix or contains; "" when none decided
	Rule    string    // what it matched, in normal form
}

// The names of where a reading came from, beside those of why a text was not read by the model.
const (
	fromKeyword = "keyword"
	fromCache   = "cache"
	fromModel   = "model"
	fromBlank   = "blank"
)

// from notes where the reading comes from. It is for a nil Trace too, as all of its methods.
func (t *Trace) from(name string) {
	if t != nil {
		t.From = name
	}
}

// rule notes the rule that decided.
func (t *Trace) rule(r *keyword.Rules, norm string) {
	if t == nil {
		return
	}
	t.From = fromKeyword
	match, text := r.Matched(norm)
	t.Match, t.Rule = match.String(), text
}

// queue notes how much waits.
func (t *Trace) queue(q *queue) {
	if t != nil {
		t.Waiting, _ = q.depth()
	}
}

// run notes a run of the model, none when texts is 0.
func (t *Trace) run(texts int, began, ended time.Time) {
	if t == nil {
		return
	}
	if t.From = fromCache; texts > 0 {
		t.From, t.Batch, t.Began, t.Ended = fromModel, texts, began, ended
	}
}

// Thresholds returns what the confidence of each candidate of a reading must reach, zeros when the version that made the
// reading is not in use any more or had no threshold.
func (s *Service) Thresholds(r *live.Reading) (of [3]float32) {
	m := s.model.Load()
	if m == nil || r == nil || m.manifest.Version != r.Model {
		return of
	}
	for i, g := range r.Top {
		if g.Intent.String() != "" {
			of[i] = m.thresholds[g.Intent-1]
		}
	}
	return of
}
