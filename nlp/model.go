package nlp

import (
	"errors"
	"fmt"
	"hash/maphash"
	"math"

	"liveroom/engine/live"
	"liveroom/nlp/chars"
)

// model is one loaded version: everything a reading needs comes from one of them, so that versions never mix.
type model struct {
	dir        string
	manifest   *Manifest
	tokens     *chars.Tokenizer
	linear     *Linear
	classifier Classifier // nil when there is none
	sentiment  Classifier // nil when there is none
	thresholds [classes]float32
	seed       maphash.Seed // keys of this version's cached results

	// Guarded by Service.mu.
	users   int  // batches running on the trained parts
	retired bool // replaced: closed by whoever uses it last
}

// openLinear reads the part of a model that needs no runtime.
func openLinear(dir string) (*model, error) {
	manifest, err := ReadManifest(dir)
	if err != nil {
		return nil, err
	}
	vocab, err := manifest.ReadFile(dir, VocabFile)
	if err != nil {
		return nil, err
	}
	weights, err := manifest.ReadFile(dir, LinearFile)
	if err != nil {
		return nil, err
	}
	m := &model{dir: dir, manifest: manifest, seed: maphash.MakeSeed()}
	if m.tokens, err = chars.NewTokenizer(string(vocab), manifest.Tokens); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrBadModel, err)
	}
	manifest.Vocabulary = m.tokens.Size()
	if m.linear, err = NewLinear(weights); err != nil {
		return nil, err
	}
	m.setThresholds()
	return m, nil
}

// openTrained adds the trained parts, each once it has come through the trial cases. At an error those before it stay.
func (m *model) openTrained(load, loadSentiment Loader) error {
	if load == nil {
		return fmt.Errorf("%w: none configured", ErrNoRuntime)
	}
	cases, err := m.manifest.ReadVectors(m.dir)
	if err != nil {
		return err
	}
	if err := m.openClassifier(load, cases); err != nil {
		return err
	}
	return m.openSentiment(loadSentiment, cases)
}

// openClassifier adds the main trained part and replays the trial cases through all of it.
func (m *model) openClassifier(load Loader, cases []Vector) error {
	c, err := load(m.dir, m.manifest)
	if err != nil {
		return fmt.Errorf("load model %s: %w", m.manifest.Version, err)
	}
	m.classifier = guarded{c}
	for i := range cases {
		if err := m.prove(&cases[i]); err != nil {
			m.classifier = nil
			return refuseTrial(err, c)
		}
	}
	return nil
}

// refuseTrial closes a trained part that failed its trial and returns why it is refused.
func refuseTrial(err error, c Classifier) error {
	if closing := c.Close(); closing != nil {
		return fmt.Errorf("%w: trial run: %w; close: %w", ErrBadModel, err, closing)
	}
	return fmt.Errorf("%w: trial run: %w", ErrBadModel, err)
}

// close releases the trained parts.
func (m *model) close() (err error) {
	for _, c := range []Classifier{m.classifier, m.sentiment} {
		if c != nil {
			err = errors.Join(err, c.Close())
		}
	}
	return err
}

// guarded turns a panic of a classifier into an error of that batch.
type guarded struct{ Classifier }

func (g guarded) Classify(batch [][]int32, out []Scores) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("classifier panicked: %v", r)
		}
	}()
	return g.Classifier.Classify(batch, out)
}

// setThresholds lays the manifest's thresholds out by intent.
func (m *model) setThresholds() {
	for i := range live.Intents {
		m.thresholds[i] = m.manifest.threshold(live.Intent(i + 1))
	}
}

// judge turns scores into a reading: the average of the calibrated probabilities of all models, or the linear model's
// alone when trained is nil. mood is what the part for sentiment scored, nil when it did not: it may vote too. judge
// returns false when the trained scores are not finite; r is then not to be used.
func (m *model) judge(trained, mood, linear *Scores, r *live.Reading) bool {
	t := &m.manifest.Temperature
	var intent [live.Intents]float32
	var emotion [live.Emotions]float32
	restIntent, restEmotion := m.poll(mood, &intent, &emotion)
	share := float32(0)
	if trained != nil {
		share = float32(m.manifest.Blend)
		if !addSoftmax(intent[:], trained.Intent[:], t.Intent, share*restIntent) ||
			!addSoftmax(emotion[:], trained.Emotion[:], t.Emotion, share*restEmotion) {
			return false
		}
	}
	if share < 1 {
		addSoftmax(intent[:], linear.Intent[:], t.LinearIntent, (1-share)*restIntent)
		addSoftmax(emotion[:], linear.Emotion[:], t.LinearEmotion, (1-share)*restEmotion)
	}
	m.decide(&intent, &emotion, r)
	r.DecidedBy = live.DecidedByLinear
	if trained != nil {
		r.DecidedBy = live.DecidedByModel
	}
	return true
}

// decide picks the best guesses.
func (m *model) decide(intent *[live.Intents]float32, emotion *[live.Emotions]float32, r *live.Reading) {
	r.Top = [3]live.Guess{}
	for i, p := range intent {
		g := live.Guess{Intent: live.Intent(i + 1), P: min(p, 1)}
		for k := range r.Top {
			if r.Top[k].Intent == 0 || g.P > r.Top[k].P {
				r.Top[k], g = g, r.Top[k]
			}
			if g.Intent == 0 {
				break
			}
		}
	}
	r.Intent, r.Confidence = r.Top[0].Intent, r.Top[0].P
	r.Unsure = r.Confidence < m.thresholds[r.Intent-1]
	best := 0
	for i, p := range emotion {
		if p > emotion[best] {
			best = i
		}
	}
	r.Emotion = live.Emotion(best + 1)
	r.Model = m.manifest.Version
}

// negligible is the exponent below which odds count as none: far below what a sum of float32 shows, and arithmetic on
// the smallest of numbers is slow.
const negligible = -30

// addSoftmax adds share times the probabilities of logits at a temperature to sum, and tells whether they are finite.
func addSoftmax(sum, logits []float32, temperature float64, share float32) bool {
	top := logits[0]
	for _, x := range logits {
		top = max(top, x) // NaN wins
	}
	if math.IsNaN(float64(top)) || math.IsInf(float64(top), 0) {
		return false
	}
	var room [live.Intents]float32
	odds := room[:len(logits)]
	total := float32(0)
	for i, x := range logits {
		if z := float64(x-top) / temperature; z > negligible {
			odds[i] = float32(math.Exp(z))
			total += odds[i]
		}
	}
	for i, x := range odds {
		sum[i] += share * x / total
	}
	return true
}
