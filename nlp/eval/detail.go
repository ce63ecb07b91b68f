package main

import (
	"liveroom/engine/live"
)

// labelFigures is how one label fared.
type labelFigures struct {
	Label     string  `json:"label"`
	Precision share   `json:"precision"`
	Recall    share   `json:"recall"`
	F1        float64 `json:"f1"`
}

// mistake is how often one label was taken for another.
type mistake struct {
	Truth string `json:"truth"`
	Said  string `json:"said"`
	Lines int    `json:"lines"`
}

// detail is what stands behind the table for one set of lines.
type detail struct {
	Name       string         `json:"name"`
	Lines      int            `json:"lines"`
	Mistakes   []mistake      `json:"confusions"`
	Intents    []labelFigures `json:"intents"`
	Emotions   []labelFigures `json:"emotions"`
	Sentiments []labelFigures `json:"sentiments,omitempty"`
	Bins       [10]bin        `json:"bins"`
	Error      float64        `json:"calibration_error"`
	Curve      []point        `json:"coverage"`
}

// mostMistakes is how many confusions are shown.
const mostMistakes = 25

func (m *measured) details() []detail {
	sets := []detail{m.detail("our frozen test", m.own)}
	if m.shared {
		sets = append(sets, m.detail("real lines, held-out fifth, `clear` = 1", m.clear),
			m.detail("real lines, held-out fifth, `clear` = 0", m.vague))
	}
	return sets
}

func (m *measured) detail(name string, all []answered) detail {
	intent := func(label int) string { return live.Intent(label).String() }
	judged := confidences(all)
	d := detail{
		Name: name, Lines: len(all), Bins: bins(judged), Error: calibrationError(judged),
		Curve:   curve(judged, 0, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 0.99),
		Intents: labels(intents(all), intent), Emotions: labels(emotions(all), func(l int) string { return live.Emotion(l).String() }),
	}
	if m.sentiment {
		d.Sentiments = labels(sentiments(all), func(l int) string { return live.Sentiment(l).String() })
	}
	for _, c := range confusions(intents(all), mostMistakes) {
		d.Mistakes = append(d.Mistakes, mistake{intent(c.truth), intent(c.said), c.lines})
	}
	return d
}

func labels(pairs []pair, name func(int) string) (out []labelFigures) {
	for _, c := range byClass(pairs) {
		out = append(out, labelFigures{name(c.label), share{c.hits, c.said}, share{c.hits, c.truths}, c.f1})
	}
	return out
}
