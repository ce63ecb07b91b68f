package engine

import (
	"context"
	"fmt"
	"strconv"

	"liveroom/actors"
	"liveroom/engine/admin/console"
	"liveroom/engine/labels"
	"liveroom/engine/live"
)

// businessView tells what figures are made of.
type businessView struct{ e *Engine }

// casesShown is how many dialogues behind a figure are listed.
const casesShown = 100

// labelPages bounds how many pages of labels are counted for one look at the figures; the earliest count first.
const labelPages = 20

// Ratings implements console.Business.
func (v businessView) Ratings() console.Ratings {
	s, _, _ := v.e.parts.gate.ratings.now(0, nil)
	return console.Ratings{
		All: float64(s.all), Score: float64(s.score), Solved: float64(s.solved), Night: float64(s.night), NightSolved: float64(s.nightSolved),
	}
}

// Labelled implements console.Business.
func (v businessView) Labelled(ctx context.Context) (console.Labelled, error) {
	var n console.Labelled
	err := v.eachLabel(ctx, func(l *labels.Label) {
		n.All++
		if l.Was == l.Intent {
			n.Right++
		}
	})
	return n, err
}

// eachLabel calls see with the labels of messages of which it is known how they had been read.
func (v businessView) eachLabel(ctx context.Context, see func(*labels.Label)) error {
	after := int64(0)
	for range labelPages {
		page, err := v.e.parts.labels.List(ctx, after, labels.MaxPage)
		if err != nil {
			return fmt.Errorf("%w: %w", console.ErrAway, err)
		}
		for i := range page {
			if page[i].Was != 0 {
				see(&page[i])
			}
			after = page[i].At
		}
		if len(page) < labels.MaxPage {
			break
		}
	}
	return nil
}

// kindsOf are the outcomes behind figures.
var kindsOf = map[string]actors.CaseKind{
	"first_response": actors.CaseLate, "within_line": actors.CaseLate, "handed_over": actors.CaseHandedOver, "shed": actors.CaseShed,
	"mood": actors.CaseUnhappy, "recommendation_acceptance": actors.CaseRecommend, "task_completion": actors.CaseReserve,
	"promotion_acceptance": actors.CasePromotion,
}

// Cases implements console.Business.
func (v businessView) Cases(ctx context.Context, figure string) ([]console.Case, error) {
	switch figure {
	case "intent_accuracy":
		return v.misread(ctx)
	case "csat":
		return v.rated(func(*rating) bool { return true }), nil
	case "resolution":
		return v.rated(func(r *rating) bool { return !r.solved }), nil
	case "night_resolution":
		return v.rated(func(r *rating) bool { return !r.solved && r.night }), nil
	}
	kind, ok := kindsOf[figure]
	if !ok {
		return nil, nil
	}
	var list []console.Case
	for _, c := range v.e.parts.house.Cases(kind) {
		list = append(list, console.Case{At: c.At, Room: c.User.Room, User: c.User.User, Event: c.Event, TookMs: &c.TookMs, Note: c.Note})
	}
	return list, nil
}

// misread are the messages that had been read otherwise than people judged, the latest first.
func (v businessView) misread(ctx context.Context) ([]console.Case, error) {
	var list []console.Case
	err := v.eachLabel(ctx, func(l *labels.Label) {
		if l.Was != l.Intent {
			list = append([]console.Case{{
				At: l.At, Room: l.User.Room, User: l.User.User, Event: l.Key.ID, Note: l.Was.String() + " → " + l.Intent.String(),
			}}, list[:min(len(list), casesShown-1)]...)
		}
	})
	return list, err
}

// rated are the dialogues that users have rated, the latest first.
func (v businessView) rated(keep func(*rating) bool) []console.Case {
	_, users, latest := v.e.parts.gate.ratings.now(casesShown, keep)
	list := make([]console.Case, 0, len(users))
	for i, r := range latest {
		list = append(list, caseOfRating(users[i], &r))
	}
	return list
}

func caseOfRating(k live.UserKey, r *rating) console.Case {
	return console.Case{At: r.at, Room: k.Room, User: k.User, Event: r.event, Note: strconv.FormatInt(r.score, 10) + " / 5"}
}
