package nlp

import (
	"errors"
	"fmt"
	"math"

	"liveroom/engine/live"
	"liveroom/nlp/chars"
)

const defaultBlendSentiment = 0.5

// checkSentiment checks what the manifest says of sentiment.
func (m *Manifest) checkSentiment() (bad []error) {
	fault := func(wrong bool, format string, args ...any) {
		if wrong {
			bad = append(bad, fmt.Errorf(format, args...))
		}
	}
	if b := m.BlendSentiment; b != nil {
		fault(!(*b >= 0 && *b <= 1), "blend_sentiment is %v, must be 0 to 1", *b)
	}
	t := m.Temperature.LinearSentiment
	fault(!(t >= 0) || math.IsInf(t, 0), "temperature linear_sentiment is %v, must be above 0", t)
	_, listed := m.Files[SentimentFile]
	h := m.Sentiment
	if h == nil {
		fault(listed, "file %s is listed without a sentiment section", SentimentFile)
		return bad
	}
	fault(!listed, "file %s is not listed", SentimentFile)
	fault(h.MaxLen < 1 || h.MaxLen > m.Tokens.MaxLen, "sentiment max_len is %d, must be 1 to the tokenizer's %d", h.MaxLen, m.Tokens.MaxLen)
	fault(!(h.Temperature > 0) || math.IsInf(h.Temperature, 0), "sentiment temperature is %v, must be above 0", h.Temperature)
	bad = append(bad, h.Votes.check()...)
	fault(len(h.Classes) != live.Sentiments, "%d sentiments, want %d", len(h.Classes), live.Sentiments)
	for i, name := range h.Classes {
		want := live.Sentiment(i + 1).String()
		fault(i < live.Sentiments && name != want, "sentiment %d is %q, want %q", i, name, want)
	}
	return bad
}

// openSentiment adds the trained part that tells sentiment, if the model has one, and replays the trial cases through
// it.
func (m *model) openSentiment(load Loader, cases []Vector) error {
	if load == nil || m.manifest.Sentiment == nil {
		return nil
	}
	c, err := load(m.dir, m.manifest)
	if err != nil {
		return fmt.Errorf("load sentiment of model %s: %w", m.manifest.Version, err)
	}
	m.sentiment = guarded{c}
	proven := 0
	for i := range cases {
		if len(cases[i].Sentiment) == 0 {
			continue
		}
		proven++
		if err := m.proveSentiment(&cases[i]); err != nil {
			m.sentiment = nil
			return refuseTrial(err, c)
		}
	}
	if proven == 0 {
		m.sentiment = nil
		return refuseTrial(errors.New("no case names a sentiment"), c)
	}
	return nil
}

// inner returns the ids of a sequence that the sentiment part reads: those between the edges, as many as it takes.
func (m *model) inner(ids []int32) []int32 {
	edge := m.manifest.Tokens.Edge
	ids = ids[edge : len(ids)-edge]
	return ids[:min(len(ids), m.manifest.Sentiment.MaxLen)]
}

// sense tells the sentiment that is most likely by odds, 0 where there are none, and false with odds.
func (m *model) sense(trained, linear *Scores) (live.Sentiment, bool) {
	p, good := m.odds(trained, linear)
	best := 0
	for i := range p {
		if p[i] > p[best] {
			best = i
		}
	}
	if p[best] == 0 {
		return 0, good
	}
	return live.Sentiment(best + 1), good
}

// odds returns the calibrated probabilities of whichever models tell sentiment, their average when both do. trained is
// nil when the trained part does not. They are all 0 when none does. It returns false when the trained scores are not
// finite; the odds are then the linear model's.
func (m *model) odds(trained, linear *Scores) (p [live.Sentiments]float32, good bool) {
	wide := m.linear.Sentiments()
	good = true
	share := float32(0)
	if trained != nil {
		share = 1
		if wide {
			share = m.blendSentiment()
		}
		if good = addSoftmax(p[:], trained.Sentiment[:], m.manifest.Sentiment.Temperature, share); !good {
			share = 0
		}
	}
	if wide && share < 1 {
		addSoftmax(p[:], linear.Sentiment[:], m.linearSentimentTemperature(), 1-share)
	}
	return p, good
}

// Stance returns how likely each sentiment is of a text, in the order of live's, for whoever wants more than the
// likeliest, such as a measurement. It does the reading at once, past queue and cache. The error is ErrNotRunning while
// no model is loaded; the odds are all 0 where the model tells no sentiment.
func (s *Service) Stance(text string) ([live.Sentiments]float32, error) {
	m := s.borrow()
	defer s.giveBack(m)
	if m == nil {
		return [live.Sentiments]float32{}, fmt.Errorf("tell stance: %w", ErrNotRunning)
	}
	norm := chars.Normalize(text)
	var linear Scores
	var trained [1]Scores
	m.linear.Score(norm, &linear)
	if m.sentiment == nil {
		p, _ := m.odds(nil, &linear)
		return p, nil
	}
	if err := m.sentiment.Classify([][]int32{m.inner(m.tokens.Encode(nil, norm))}, trained[:]); err != nil {
		return [live.Sentiments]float32{}, fmt.Errorf("tell stance: %w", err)
	}
	p, good := m.odds(&trained[0], &linear)
	if !good {
		return p, fmt.Errorf("tell stance: %w", errNotFinite)
	}
	return p, nil
}

func (m *model) blendSentiment() float32 {
	if b := m.manifest.BlendSentiment; b != nil {
		return float32(*b)
	}
	return defaultBlendSentiment
}

func (m *model) linearSentimentTemperature() float64 {
	if t := m.manifest.Temperature.LinearSentiment; t != 0 {
		return t
	}
	return 1
}
