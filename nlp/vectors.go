package nlp

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"

	"liveroom/nlp/chars"
)

// Vector is one case written by the training side: a text and everything that must come of it.
type Vector struct {
	Text          string    `json:"text"`
	Normalized    string    `json:"normalized"`
	IDs           []int32   `json:"ids"`
	Intent        []float32 `json:"intent"`
	Emotion       []float32 `json:"emotion"`
	LinearIntent  []float32 `json:"linear_intent"`
	LinearEmotion []float32 `json:"linear_emotion"`
	// What must come of it where a model tells sentiment; left out where it does not, or need not be proven.
	SentimentIDs    []int32   `json:"sentiment_ids,omitempty"`
	Sentiment       []float32 `json:"sentiment,omitempty"`
	LinearSentiment []float32 `json:"linear_sentiment,omitempty"`
	// What the part for sentiment must score of the other heads, where it votes.
	VoteIntent  []float32 `json:"vote_intent,omitempty"`
	VoteEmotion []float32 `json:"vote_emotion,omitempty"`
}

// How far logits may lie from the training side's: the linear model is the same arithmetic, the trained one is not.
const (
	linearTolerance = 1e-4
	modelTolerance  = 1e-3
	// The sentiment part may compute in 8 bits, whose rounding depends on the processor.
	sentimentTolerance = 0.05
)

// ReadVectors returns the trial cases of a model. An error wraps ErrBadModel.
func (m *Manifest) ReadVectors(dir string) ([]Vector, error) {
	raw, err := m.ReadFile(dir, VectorsFile)
	if err != nil {
		return nil, err
	}
	var cases []Vector
	if err := json.Unmarshal(raw, &cases); err != nil {
		return nil, fmt.Errorf("%w: parse %s: %w", ErrBadModel, VectorsFile, err)
	}
	if len(cases) == 0 {
		return nil, fmt.Errorf("%w: %s holds no case", ErrBadModel, VectorsFile)
	}
	return cases, nil
}

// prove replays a case: the reading of the text, the linear model, and the trained one where there is one.
func (m *model) prove(v *Vector) error {
	if got := chars.Normalize(v.Text); got != v.Normalized {
		return fmt.Errorf("normalise %q: %q, want %q", v.Text, got, v.Normalized)
	}
	ids := m.tokens.Encode(nil, v.Normalized)
	if !slices.Equal(ids, v.IDs) {
		return fmt.Errorf("encode %q: %v, want %v", v.Text, ids, v.IDs)
	}
	var scores [1]Scores
	m.linear.Score(v.Normalized, &scores[0])
	if err := near(&scores[0], v.LinearIntent, v.LinearEmotion, linearTolerance); err != nil {
		return fmt.Errorf("linear score of %q: %w", v.Text, err)
	}
	if m.linear.Sentiments() && len(v.LinearSentiment) > 0 {
		if err := nearSentiment(&scores[0], v.LinearSentiment, linearTolerance); err != nil {
			return fmt.Errorf("linear score of %q: %w", v.Text, err)
		}
	}
	if m.classifier == nil {
		return nil
	}
	if err := m.classifier.Classify([][]int32{ids}, scores[:]); err != nil {
		return fmt.Errorf("classify %q: %w", v.Text, err)
	}
	if err := near(&scores[0], v.Intent, v.Emotion, modelTolerance); err != nil {
		return fmt.Errorf("model score of %q: %w", v.Text, err)
	}
	return nil
}

// proveSentiment replays a case through the trained part that tells sentiment.
func (m *model) proveSentiment(v *Vector) error {
	ids := m.inner(m.tokens.Encode(nil, v.Normalized))
	if v.SentimentIDs != nil && !slices.Equal(ids, v.SentimentIDs) {
		return fmt.Errorf("encode %q for sentiment: %v, want %v", v.Text, ids, v.SentimentIDs)
	}
	var scores [1]Scores
	if err := m.sentiment.Classify([][]int32{ids}, scores[:]); err != nil {
		return fmt.Errorf("tell sentiment of %q: %w", v.Text, err)
	}
	if err := nearSentiment(&scores[0], v.Sentiment, sentimentTolerance); err != nil {
		return fmt.Errorf("sentiment score of %q: %w", v.Text, err)
	}
	if m.votes() {
		if err := near(&scores[0], v.VoteIntent, v.VoteEmotion, sentimentTolerance); err != nil {
			return fmt.Errorf("vote on %q: %w", v.Text, err)
		}
	}
	return nil
}

func near(got *Scores, intent, emotion []float32, tolerance float64) error {
	if len(intent) != len(got.Intent) || len(emotion) != len(got.Emotion) {
		return fmt.Errorf("%d and %d wanted scores, want %d and %d", len(intent), len(emotion), len(got.Intent), len(got.Emotion))
	}
	if err := allNear(got.Intent[:], intent, tolerance); err != nil {
		return fmt.Errorf("intent: %w", err)
	}
	if err := allNear(got.Emotion[:], emotion, tolerance); err != nil {
		return fmt.Errorf("emotion: %w", err)
	}
	return nil
}

func nearSentiment(got *Scores, want []float32, tolerance float64) error {
	if len(want) != len(got.Sentiment) {
		return fmt.Errorf("%d wanted sentiments, want %d", len(want), len(got.Sentiment))
	}
	return allNear(got.Sentiment[:], want, tolerance)
}

func allNear(got, want []float32, tolerance float64) error {
	for i, x := range got {
		// Large logits are compared relatively: float32 has seven digits.
		if off := math.Abs(float64(x - want[i])); !(off <= tolerance*max(1, math.Abs(float64(want[i])))) {
			return fmt.Errorf("class %d scores %v, want %v", i, x, want[i])
		}
	}
	return nil
}
