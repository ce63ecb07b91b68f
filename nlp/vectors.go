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
}

// How far logits may lie from the training side's: the linear model is the same arithmetic, the trained one is not.
const (
	linearTolerance = 1e-4
	modelTolerance  = 1e-3
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

func near(got *Scores, intent, emotion []float32, tolerance float64) error {
	if len(intent) != len(got.Intent) || len(emotion) != len(got.Emotion) {
		return fmt.Errorf("%d and %d wanted scores, want %d and %d", len(intent), len(emotion), len(got.Intent), len(got.Emotion))
	}
	for i, want := range slices.Concat(intent, emotion) {
		x := got.at(i)
		// Large logits are compared relatively: float32 has seven digits.
		if off := math.Abs(float64(x - want)); !(off <= tolerance*max(1, math.Abs(float64(want)))) {
			return fmt.Errorf("class %d scores %v, want %v", i, x, want)
		}
	}
	return nil
}

// at returns the score of a class: intents first, then emotions.
func (s *Scores) at(class int) float32 {
	if class < len(s.Intent) {
		return s.Intent[class]
	}
	return s.Emotion[class-len(s.Intent)]
}
