package nlp_test

import (
	"errors"
	"math"
	"strings"
	"testing"

	"liveroom/engine/live"
	"liveroom/nlp"
	"liveroom/nlp/nlptest"
)

// votingDir writes a model whose main part says stock, its linear one price, and whose part for sentiment votes gift.
func votingDir(t testing.TB) string {
	t.Helper()
	dir := t.TempDir()
	m := nlptest.Model{
		Version: "v1", Says: live.IntentStock, Linear: live.IntentPrice, Feels: live.Negative, Votes: live.IntentGift,
	}
	if err := nlptest.Write(dir, m); err != nil {
		t.Fatalf("nlptest.Write = %v", err)
	}
	return dir
}

func near(got float32, want float64) bool { return math.Abs(float64(got)-want) < 1e-5 }

// TestVotes: what the part for sentiment says of an intent counts by its share, and the two others divide the rest.
func TestVotes(t *testing.T) {
	for _, c := range []struct {
		share, blend       float64
		gift, stock, price float64
		best               live.Intent
	}{
		{0.5, 0.8, 0.5, 0.4, 0.1, live.IntentGift},
		{0, 0.6, 0, 0.6, 0.4, live.IntentStock},
		{1, 0.5, 1, 0, 0, live.IntentGift},
		{0.2, 0.25, 0.2, 0.2, 0.6, live.IntentPrice},
	} {
		dir := votingDir(t)
		editManifest(t, dir, func(m *nlp.Manifest) { m.Sentiment.Votes.Intent.Share, m.Blend = c.share, c.blend })
		r, _ := startFeeling(t, dir)
		got := r.ask(nlp.Query{Text: "还有货吗"})
		p := map[live.Intent]float32{}
		for _, g := range got.Top {
			p[g.Intent] = g.P
		}
		if got.Intent != c.best || !near(p[live.IntentGift], c.gift) || !near(p[live.IntentStock], c.stock) || !near(p[live.IntentPrice], c.price) {
			t.Errorf("share %v, blend %v: reading = %+v, want gift %v, stock %v, price %v", c.share, c.blend, got, c.gift, c.stock, c.price)
		}
		if got.Sentiment != live.Negative || got.Emotion != live.Calm {
			t.Errorf("reading = %+v, want negative and calm", got)
		}
	}
}

// TestVotesAway: where the part for sentiment fails or scores nonsense, the others decide alone, and the reading is not
// kept in the cache.
func TestVotesAway(t *testing.T) {
	dir := votingDir(t)
	r, heads := startFeeling(t, dir)
	for name, spoil := range map[string]func(c *nlptest.Classifier){
		"fails": func(c *nlptest.Classifier) { c.Fail(func([][]int32) error { return errors.New("no") }) },
		"not a number": func(c *nlptest.Classifier) {
			c.Answer(func([]int32) nlp.Scores {
				s := nlptest.Scores(live.IntentGift)
				s.Intent[3], s.Emotion[1] = float32(math.NaN()), float32(math.Inf(1))
				s.Sentiment[0] = float32(math.NaN())
				return s
			})
		},
	} {
		spoil(heads.Latest())
		got := r.ask(nlp.Query{Text: "多少钱" + name[:1]})
		if got.Intent != live.IntentStock || !near(got.Confidence, 1) || got.DecidedBy != live.DecidedByModel {
			t.Errorf("%s: reading = %+v, want stock for certain", name, got)
		}
		heads.Latest().Fail(nil)
		heads.Latest().Answer(nil)
		r.SettleCache()
		if got := r.ask(nlp.Query{Text: "多少钱" + name[:1]}); !near(got.Confidence, 0.5) {
			t.Errorf("%s: reading after the cure = %+v, want half of the say", name, got)
		}
	}
	r.stop()
	if got := r.ask(nlp.Query{Text: "还有货吗"}); got.Intent != live.IntentPrice || got.DecidedBy != live.DecidedByLinear {
		t.Errorf("reading without the trained parts = %+v, want price by linear", got)
	}
}

func TestSwapRefusesBadVotes(t *testing.T) {
	r, _ := startFeeling(t, feelingDir(t, live.Negative, 0))
	vote := func(edit func(v *nlp.Votes)) func(*testing.T, string) {
		return func(t *testing.T, dir string) {
			editManifest(t, dir, func(m *nlp.Manifest) { edit(m.Sentiment.Votes) })
		}
	}
	scores := func(edit func(v *nlp.Vector)) func(*testing.T, string) {
		return func(t *testing.T, dir string) { replaceFile(t, dir, nlp.VectorsFile, vectorsEdit(t, edit)) }
	}
	for name, bad := range map[string]struct {
		spoil func(t *testing.T, dir string)
		word  string
	}{
		"temperature":  {vote(func(v *nlp.Votes) { v.Intent.Temperature = 0 }), "intent temperature"},
		"share":        {vote(func(v *nlp.Votes) { v.Emotion.Share = 1.1 }), "emotion share"},
		"negative":     {vote(func(v *nlp.Votes) { v.Intent.Share = -0.1 }), "intent share"},
		"other scores": {scores(func(v *nlp.Vector) { v.VoteIntent[2] = 7 }), "vote on"},
		"other moods":  {scores(func(v *nlp.Vector) { v.VoteEmotion[0] -= 3 }), "vote on"},
		"no scores":    {scores(func(v *nlp.Vector) { v.VoteIntent = nil }), "vote on"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := votingDir(t)
			bad.spoil(t, dir)
			if err := r.Swap(dir); !errors.Is(err, nlp.ErrBadModel) || !strings.Contains(err.Error(), bad.word) {
				t.Errorf("Swap = %v, want ErrBadModel that names %q", err, bad.word)
			}
		})
	}
	if err := r.Swap(votingDir(t)); err != nil {
		t.Errorf("Swap to a model that votes = %v", err)
	}
	if got := r.ask(nlp.Query{Text: "还有货吗"}); !near(got.Confidence, 0.5) {
		t.Errorf("after the swap: reading = %+v, want half of the say", got)
	}
}
