package console

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// InferenceNow is how texts are read, with figures.
type InferenceNow struct {
	Inference
	WindowS   float64 `json:"window_s"`
	Since     bool    `json:"since_start"`
	Decided   []Count `json:"decided" doc:"texts by the stage that read them"`
	Fallbacks []Count `json:"fallbacks" doc:"why a text was not read by the trained model"`
	Batch     *Stage  `json:"batch,omitempty" doc:"texts in one run"`
	Run       *Stage  `json:"run,omitempty" doc:"milliseconds of one run"`
	Swaps     []Count `json:"swaps"`

	Intents []IntentCount `json:"intents" doc:"readings since the start by intent, most first"`
}

// IntentCount is how often an intent was read, and how surely.
type IntentCount struct {
	Count
	Mean   *float64 `json:"mean,omitempty" doc:"mean confidence"`
	Unsure float64  `json:"unsure" doc:"of them, readings below the threshold"`
}

// Card is what people are to know of the model.
type Card struct {
	Model string `json:"model" doc:"version in use"`
	Text  string `json:"text" doc:"Markdown"`
}

func (c *Console) inference(now time.Time) (InferenceNow, error) {
	p, err := c.meter.look(now, time.UnixMilli(c.from.Node.Status().Started))
	if err != nil {
		return InferenceNow{}, fmt.Errorf("read metrics: %w", err)
	}
	n := InferenceNow{
		Inference: c.from.Node.Inference(), WindowS: p.seconds, Since: p.since,
		Decided:   inOrder(p.each("liveroom_nlp_texts_total"), "keyword", "model", "linear", "rules"),
		Fallbacks: p.each("liveroom_nlp_fallbacks_total"), Swaps: p.each("liveroom_nlp_swaps_total"),
	}
	if h, ok := p.histogram("liveroom_nlp_batch_texts", ""); ok {
		s := stageOf("texts", h, 1)
		n.Batch = &s
	}
	if h, ok := p.histogram("liveroom_nlp_run_seconds", ""); ok {
		s := stageOf("run", h, 1000)
		n.Run = &s
	}
	n.Intents = intentsOf(p)
	return n, nil
}

// intentsOf counts readings by intent.
func intentsOf(p period) []IntentCount {
	const metric = "liveroom_nlp_intent_confidence_ratio"
	list := []IntentCount{}
	for _, c := range p.each(metric + "_count") {
		one := IntentCount{Count: c}
		if sum, ok := p.now.values[series{metric + "_sum", c.Name}]; ok && c.Total > 0 {
			mean := sum / c.Total
			one.Mean = &mean
		}
		if u := p.count("liveroom_nlp_unsure_total", c.Name); u != nil {
			one.Unsure = u.Total
		}
		list = append(list, one)
	}
	slices.SortStableFunc(list, func(a, b IntentCount) int { return cmp.Compare(b.Total, a.Total) })
	return list
}
