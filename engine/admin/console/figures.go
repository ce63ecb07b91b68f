package console

import "time"

// Figures are the figures of the business.
type Figures struct {
	Since int64    `json:"since" doc:"what they are counted from: the start of the node"`
	At    int64    `json:"at"`
	List  []Figure `json:"list"`
}

// Figure is one figure. Without Value there is no data yet, which is not the same as 0.
type Figure struct {
	Key    string   `json:"key"`
	Value  *float64 `json:"value,omitempty"`
	Unit   string   `json:"unit" enum:"share,seconds,score,ratio"`
	Target *float64 `json:"target,omitempty"`
	AtMost bool     `json:"at_most,omitempty" doc:"the target is the most it may be, not the least"`
	Count  float64  `json:"count" doc:"how many cases it is of"`
	Source string   `json:"source,omitempty" doc:"where it is counted, empty when nothing counts it yet"`
}

// figures counts what has a source since the start of the node.
func (c *Console) figures(now time.Time) (Figures, error) {
	started := c.from.Node.Status().Started
	families, err := c.from.Metrics.Gather()
	if err != nil {
		return Figures{}, err
	}
	p := period{now: countedOf(families), seconds: now.Sub(time.UnixMilli(started)).Seconds(), since: true}
	f := Figures{Since: started, At: now.UnixMilli()}
	least := func(v float64) *float64 { return &v }

	first := Figure{Key: "first_response", Unit: "seconds", Target: least(15), AtMost: true}
	in := Figure{Key: "within_line", Unit: "share", Target: least(.99)}
	if h, ok := p.histogram("liveroom_actors_stage_seconds", "total"); ok {
		first.Source, in.Source = "liveroom_actors_stage_seconds", "liveroom_actors_stage_seconds"
		first.Count, in.Count = float64(h.total()), float64(h.total())
		if v, ok := h.quantile(.95); ok {
			first.Value = &v
		}
		if v, ok := h.within(lineMs / 1000.0); ok {
			in.Value = &v
		}
	}
	mood := Figure{Key: "mood", Unit: "score", Target: least(4.2)}
	if h, ok := p.now.histograms[series{"liveroom_actors_mood_score", ""}]; ok {
		mood.Source, mood.Count = "liveroom_actors_mood_score", float64(h.total())
		if v, ok := h.quantile(.5); ok {
			mood.Value = &v
		}
	}
	f.List = []Figure{
		first, in, c.shareOf(p, "handed_over"), c.shareOf(p, "shed"), mood,
		{Key: "intent_accuracy", Unit: "share", Target: least(.9)},
		{Key: "task_completion", Unit: "share"},
		{Key: "resolution", Unit: "share", Target: least(.85)},
		{Key: "conversion", Unit: "share", Target: least(.12)},
		{Key: "conversion_lift", Unit: "ratio"},
		{Key: "csat", Unit: "score", Target: least(4.2)},
		{Key: "night_resolution", Unit: "share"},
		{Key: "recommendation_acceptance", Unit: "share"},
	}
	return f, nil
}

// shareOf is the share of an outcome among all.
func (c *Console) shareOf(p period, outcome string) Figure {
	const metric = "liveroom_actors_outcomes_total"
	f := Figure{Key: outcome, Unit: "share"}
	all, ok := p.now.sum(metric)
	if ok {
		f.Source, f.Count = metric, all
	}
	if ok && all > 0 {
		v := p.now.values[series{metric, outcome}] / all
		f.Value = &v
	}
	return f
}
