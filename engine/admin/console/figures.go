package console

import (
	"context"
	"fmt"
	"slices"
	"time"

	"liveroom/engine/live"
)

// Figures are the figures of the business.
type Figures struct {
	Since int64    `json:"since" doc:"what they are counted from: the start of the node"`
	At    int64    `json:"at"`
	List  []Figure `json:"list"`
}

// Figure is one figure. Without Value there is no data yet, which is not the same as 0.
type Figure struct {
	Key        string   `json:"key"`
	Value      *float64 `json:"value,omitempty"`
	Unit       string   `json:"unit" enum:"share,seconds,score,ratio"`
	Target     *float64 `json:"target,omitempty"`
	AtMost     bool     `json:"at_most,omitempty" doc:"the target is the most it may be, not the least"`
	Count      float64  `json:"count" doc:"how many cases it is of"`
	Source     string   `json:"source,omitempty" doc:"where it is counted, empty when nothing counts it yet"`
	Definition string   `json:"definition"`
	Cases      bool     `json:"cases,omitempty" doc:"the dialogues behind it can be listed"`
}

// Ratings are what users said of their dialogues.
type Ratings struct {
	All, Score, Solved float64
	Night, NightSolved float64 // given from 20 to 24 h
}

// Labelled are messages whose meaning people have judged, where it is known how they had been read.
type Labelled struct{ All, Right float64 }

// Case is one dialogue behind a figure, at one message. It holds nothing that a person wrote.
type Case struct {
	At     int64        `json:"at"`
	Room   live.RoomID  `json:"room"`
	User   live.UserID  `json:"user"`
	Event  live.EventID `json:"event,omitempty"`
	TookMs *int64       `json:"took_ms,omitempty"`
	Note   string       `json:"note,omitempty" doc:"why it was shed; made, taken or declined; the score"`
}

// CaseList are the dialogues behind a figure.
type CaseList struct {
	Cases []Case `json:"cases" doc:"the latest first; a sample of at most ten a second"`
}

type figureKind struct {
	key, unit, definition string
	target                float64 // 0 for none
	atMost, cases         bool
}

// The figures, with what they mean. The page has the same in Chinese.
var figureKinds = []figureKind{
	{"first_response", "seconds", "95 % of accepted messages had their durable outcome within this time of their receipt", 15, true, true},
	{"within_line", "share", "accepted messages whose outcome was durable within 0.8 s of their receipt", .99, false, true},
	{"handed_over", "share", "outcomes that were handed over to a person, of all", 0, false, true},
	{"shed", "share", "outcomes that were shed, of all; each was told to its sender", 0, false, true},
	{"mood", "score", "median of users' mood over their session after each message, 1 furious to 5 delighted; a stand-in for CSAT, not it", 4.2, false, true},
	{"intent_accuracy", "share", "of the messages whose meaning people judged, those that had been read so; people judge above all what was unsure", .9, false, true},
	{"task_completion", "share", "order lines confirmed, of the reservations that dialogues offered", 0, false, true},
	{"resolution", "share", "dialogues that their users called solved, of those they rated", .85, false, true},
	{"csat", "score", "mean score that users gave their dialogues, 1 to 5", 4.2, false, true},
	{"night_resolution", "share", "dialogues that their users called solved, of those they rated from 20 to 24 h", 0, false, true},
	{"recommendation_acceptance", "share", "offers of another product that were taken up, of those made", 0, false, true},
	{"promotion_acceptance", "share", "promotions named unasked that were taken up, of those named", 0, false, true},
	{"conversion", "share", "dialogues followed by a paid order; nothing counts distinct dialogues yet", .12, false, false},
	{"conversion_lift", "ratio", "conversion with the engine against without it; it needs a comparison of both", 0, false, false},
}

// figures counts what has a source since the start of the node.
func (c *Console) figures(ctx context.Context, now time.Time) (Figures, error) {
	started := c.from.Node.Status().Started
	families, err := c.from.Metrics.Gather()
	if err != nil {
		return Figures{}, fmt.Errorf("read metrics: %w", err)
	}
	labelled, err := c.from.Business.Labelled(ctx)
	if err != nil {
		return Figures{}, err
	}
	p := period{now: countedOf(families), seconds: now.Sub(time.UnixMilli(started)).Seconds(), since: true}
	f := Figures{Since: started, At: now.UnixMilli()}
	for _, kind := range figureKinds {
		one := Figure{Key: kind.key, Unit: kind.unit, AtMost: kind.atMost, Definition: kind.definition, Cases: kind.cases}
		if kind.target != 0 {
			one.Target = &kind.target
		}
		one.fill(p, c.from.Business.Ratings(), labelled)
		f.List = append(f.List, one)
	}
	return f, nil
}

// fill gives a figure its value, where it has a source.
func (f *Figure) fill(p period, r Ratings, l Labelled) {
	const outcomes, offers = "liveroom_actors_outcomes_total", "liveroom_actors_offers_total"
	const leastMood = 1
	switch f.Key {
	case "first_response":
		f.histogram(p, "liveroom_actors_stage_seconds", "total", func(h histogram) (float64, bool) { return h.quantile(.95, 0) })
	case "within_line":
		f.histogram(p, "liveroom_actors_stage_seconds", "total", func(h histogram) (float64, bool) { return h.within(lineMs / 1000.0) })
	case "mood":
		f.histogram(p, "liveroom_actors_mood_score", "", func(h histogram) (float64, bool) { return h.quantile(.5, leastMood) })
	case "handed_over", "shed":
		if all, ok := p.now.sum(outcomes); ok {
			f.share(outcomes, p.now.values[series{outcomes, f.Key}], all)
		}
	case "task_completion":
		f.share(offers, p.now.values[series{offers, "confirm/taken"}], p.now.values[series{offers, "offer/made"}])
	case "recommendation_acceptance":
		f.share(offers, p.now.values[series{offers, "cross/taken"}], p.now.values[series{offers, "cross/made"}])
	case "promotion_acceptance":
		f.share(offers, p.now.values[series{offers, "promotion/taken"}], p.now.values[series{offers, "promotion/made"}])
	case "intent_accuracy":
		f.share("labels", l.Right, l.All)
	case "resolution":
		f.share("rate", r.Solved, r.All)
	case "night_resolution":
		f.share("rate", r.NightSolved, r.Night)
	case "csat":
		f.share("rate", r.Score, r.All)
	}
}

func (f *Figure) histogram(p period, name, label string, value func(histogram) (float64, bool)) {
	h, ok := p.histogram(name, label)
	if !ok {
		return
	}
	f.Source, f.Count = name, float64(h.total())
	if v, ok := value(h); ok {
		f.Value = &v
	}
}

// share is part of all; of nothing there is no share.
func (f *Figure) share(source string, part, all float64) {
	f.Source, f.Count = source, all
	if all > 0 {
		v := part / all
		f.Value = &v
	}
}

// cases returns the dialogues behind a figure that who asks may read.
func (c *Console) cases(ctx context.Context, figure string) (CaseList, error) {
	i := slices.IndexFunc(figureKinds, func(k figureKind) bool { return k.key == figure })
	if i < 0 {
		return CaseList{}, fmt.Errorf("%w: figure %.64q", ErrUnknown, figure)
	}
	list := CaseList{Cases: []Case{}}
	all, err := c.from.Business.Cases(ctx, figure)
	for _, one := range all {
		if c.from.Access.May(ctx, DialogueRead, one.Room) {
			list.Cases = append(list.Cases, one)
		}
	}
	return list, err
}
