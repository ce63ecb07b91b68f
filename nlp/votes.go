package nlp

import (
	"fmt"
	"math"

	"liveroom/engine/live"
)

// Votes says how the part for sentiment counts where intent and emotion are told. It reads every text anyway, in
// another way than the main part does, so its file may score all heads.
type Votes struct {
	Intent  Vote `json:"intent"`
	Emotion Vote `json:"emotion"`
}

// Vote is one head's say.
type Vote struct {
	Temperature float64 `json:"temperature"` // divides the logits, above 0
	Share       float64 `json:"share"`       // of the average, 0 to 1; the main part and the linear model divide the rest
}

// check returns what is wrong with the votes; nil has no fault.
func (v *Votes) check() (bad []error) {
	if v == nil {
		return nil
	}
	for _, h := range []struct {
		name string
		vote Vote
	}{{"intent", v.Intent}, {"emotion", v.Emotion}} {
		if t := h.vote.Temperature; !(t > 0) || math.IsInf(t, 0) {
			bad = append(bad, fmt.Errorf("sentiment votes: %s temperature is %v, must be above 0", h.name, t))
		}
		if s := h.vote.Share; !(s >= 0 && s <= 1) {
			bad = append(bad, fmt.Errorf("sentiment votes: %s share is %v, must be 0 to 1", h.name, s))
		}
	}
	return bad
}

// votes tells whether the part for sentiment scores intent and emotion too.
func (m *model) votes() bool { return m.manifest.Sentiment != nil && m.manifest.Sentiment.Votes != nil }

// poll adds the say of the part for sentiment, and returns what remains of each head for the others: all of it where
// that part has none, was not run (nil) or scores what is not finite.
func (m *model) poll(mood *Scores, intent *[live.Intents]float32, emotion *[live.Emotions]float32) (restIntent, restEmotion float32) {
	restIntent, restEmotion = 1, 1
	if mood == nil || !m.votes() {
		return restIntent, restEmotion
	}
	v := m.manifest.Sentiment.Votes
	if share := float32(v.Intent.Share); addSoftmax(intent[:], mood.Intent[:], v.Intent.Temperature, share) {
		restIntent -= share
	}
	if share := float32(v.Emotion.Share); addSoftmax(emotion[:], mood.Emotion[:], v.Emotion.Temperature, share) {
		restEmotion -= share
	}
	return restIntent, restEmotion
}
