package main

import (
	"liveroom/engine/live"
)

// measured is everything that was read.
type measured struct {
	own       []answered
	clear     []answered // held-out real lines that can be judged alone
	vague     []answered // those that cannot
	shared    bool       // the shared corpora were there
	sentiment bool       // the model tells sentiment
	danmaku   []*live.Reading
	scope     []*live.Reading
	reviews   []answered
	sides     []pair        // of reviews, where neutral is not among the answers
	entities  *entityResult // nil when there is no test of them
}

// table returns the figures to reach, in the order in which they were set.
func (m *measured) table() []row {
	return []row{
		m.both("level 1 accuracy", func(all []answered, real bool) []figure {
			return []figure{levelFigure("", domains(all)).atLeast(pick(real, 0.97, 0.93))}
		}),
		m.both("level 2 accuracy (`chatter` = `unknown`) / macro-F1", func(all []answered, real bool) []figure {
			return []figure{
				levelFigure("", intents(all)).atLeast(pick(real, 0.94, 0.89)),
				macroFigure("macro-F1", intents(all)).atLeast(pick(real, 0.93, 0.80)),
			}
		}),
		m.both("accuracy where confidence ≥ 0.85 / coverage", func(all []answered, real bool) []figure {
			right, covered := sureFigures(all)
			return []figure{right.atLeast(pick(real, 0.98, 0.96)), covered.atLeast(pick(real, 0.80, 0.65))}
		}),
		m.both("expected calibration error", func(all []answered, real bool) []figure {
			// The constant answer's confidence is its share, which is exactly how often it is right.
			return []figure{scoreFigure("", confidences(all), 0, calibrationError).atMost(pick(real, 0.04, 0.05))}
		}),
		m.vagueRow(),
		m.scopeRow(),
		m.both("emotion macro-F1 (accuracy beside the constant's)", func(all []answered, real bool) []figure {
			return []figure{
				macroFigure("", emotions(all)).atLeast(pick(real, 0.78, 0.60)),
				levelFigure("accuracy", emotions(all)),
			}
		}),
		m.sentimentRow(),
		m.both("recall of `quality_complaint`, `service_complaint`, `human` and of negative", m.recalls),
		m.entityRow(),
	}
}

func pick(real bool, own, other float64) float64 {
	if real {
		return other
	}
	return own
}

// both makes a row of the same figures on our test and on the clear real lines.
func (m *measured) both(name string, figures func(all []answered, real bool) []figure) row {
	return row{Name: name, Own: figures(m.own, false), Real: m.ifShared(figures(m.clear, true))}
}

// ifShared says why there are no figures on real lines where there are none.
func (m *measured) ifShared(figures []figure) []figure {
	if m.shared {
		return figures
	}
	for i := range figures {
		figures[i].Absent = "no shared corpora"
	}
	return figures
}

// levelFigure is the accuracy on one level.
func levelFigure(name string, pairs []pair) figure {
	return shareFigure(name, accuracy(pairs), accuracy(constant(pairs)).rate())
}

// macroFigure is the macro-F1 on one level.
func macroFigure(name string, pairs []pair) figure {
	return scoreFigure(name, pairs, macroF1(constant(pairs)), macroF1)
}

// sureFigures are the accuracy where the confidence is high, and how much that covers. The constant answer's confidence
// is its share, so that it covers nothing unless the set is of one label.
func sureFigures(all []answered) (right, covered figure) {
	given := filter(all, func(a *answered) bool { return a.got.Confidence >= sure })
	always := accuracy(constant(intents(all))).rate()
	reach := 0.0
	if always >= sure {
		reach = 1
	}
	common := view(given, func(a *answered) pair { return pair{int(asJudged(a.intent)), commonest(intents(all))} })
	right = shareFigure("", accuracy(intents(given)), accuracy(common).rate())
	return right, shareFigure("coverage", share{len(given), len(all)}, reach)
}

// vagueRow is how many lines that cannot be judged alone come out as if they could.
func (m *measured) vagueRow() row {
	above := filter(m.vague, func(a *answered) bool { return a.got.Confidence >= sure })
	unsure := filter(m.vague, func(a *answered) bool { return !a.got.Unsure })
	return row{Name: "`clear` = 0 lines above the threshold", Real: m.ifShared([]figure{
		shareFigure("", share{len(above), len(m.vague)}, 0).atMost(0.35),
		shareFigure("above the threshold of their intent", share{len(unsure), len(m.vague)}, 0),
	})}
}

// scopeRow is how many lines that want nothing of a shop are acted on.
func (m *measured) scopeRow() row {
	var own share
	for i := range m.own {
		if a := &m.own[i]; asJudged(a.intent) == live.IntentUnknown {
			own.add(fires(a.got))
		}
	}
	fired := func(readings []*live.Reading) (s share) {
		for _, r := range readings {
			s.add(fires(r))
		}
		return s
	}
	return row{
		Name: "out-of-scope lines that fire a business intent at 0.85",
		Own:  []figure{shareFigure("", own, 0).atMost(0.04)},
		Real: m.ifShared([]figure{
			shareFigure("danmaku", fired(m.danmaku), 0).atMost(0.06),
			shareFigure("assistant commands", fired(m.scope), 0),
		}),
	}
}

const silent = "the model tells no sentiment"

// sentimentRow is about the stance of a line. On reviews only positive and negative are right: once as whichever of the
// two is likelier, once with neutral counted as wrong; of those that the model takes a side on, the share it is right
// about stands beside.
func (m *measured) sentimentRow() row {
	r := row{Name: "sentiment 3-class macro-F1"}
	if !m.sentiment {
		r.Own = []figure{absent("", silent).atLeast(0.88)}
		r.Real = []figure{absent("", silent).atLeast(0.80), absent("binary", silent).atLeast(0.93)}
		return r
	}
	taken := filter(m.reviews, func(a *answered) bool { return a.got.Sentiment != live.Neutral })
	r.Own = []figure{macroFigure("", sentiments(m.own)).atLeast(0.88), levelFigure("accuracy", sentiments(m.own))}
	r.Real = m.ifShared([]figure{
		macroFigure("", sentiments(m.clear)).atLeast(0.80), levelFigure("accuracy", sentiments(m.clear)),
		levelFigure("binary, neutral not among the answers", m.sides).atLeast(0.93),
		levelFigure("binary, neutral counts as wrong", sentiments(m.reviews)).atLeast(0.93),
		levelFigure("binary, where not neutral", sentiments(taken)),
	})
	return r
}

// recalls are how many of the lines that must not be missed are found.
func (m *measured) recalls(all []answered, real bool) []figure {
	target := pick(real, 0.92, 0.85)
	var out []figure
	for _, i := range []live.Intent{live.IntentQualityComplaint, live.IntentServiceComplaint, live.IntentHuman} {
		out = append(out, recallFigure("`"+i.String()+"`", intents(all), int(i)).atLeast(target))
	}
	if !m.sentiment {
		return append(out, absent("negative", silent).atLeast(target))
	}
	return append(out, recallFigure("negative", sentiments(all), int(live.Negative)).atLeast(target))
}

func recallFigure(name string, pairs []pair, label int) figure {
	var s share
	for _, p := range pairs {
		if p.truth == label {
			s.add(p.said == label)
		}
	}
	always := 0.0
	if commonest(pairs) == label {
		always = 1
	}
	return shareFigure(name, s, always)
}

func (m *measured) entityRow() row {
	r := row{Name: "entities, exact span and value, products unseen in training"}
	if m.entities == nil {
		r.Own = []figure{absent("F1", "no entity test").atLeast(0.95)}
		return r
	}
	r.Own = m.entities.figures()
	return r
}
