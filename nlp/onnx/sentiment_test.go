package onnx_test

import (
	"errors"
	"math"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"liveroom/nlp"
	"liveroom/nlp/chars"
	"liveroom/nlp/nlptest"
	"liveroom/nlp/onnx"
)

// openSum opens a graph of testdata as the part for sentiment: it scores the sum of the ids, the length, their difference.
func openSum(t *testing.T, file string) (nlp.Classifier, error) {
	t.Helper()
	content, err := os.ReadFile(filepath.Join("testdata", file))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, nlp.SentimentFile), content, 0o600); err != nil {
		t.Fatal(err)
	}
	return onnx.OpenSentiment(dir, &nlp.Manifest{
		Files:      map[string]nlp.FileSeal{nlp.SentimentFile: nlptest.Seal(content)},
		Tokens:     nlp.TokenShape{MaxLen: 64, Unknown: 1, Edge: 2},
		Sentiment:  &nlp.SentimentHead{MaxLen: 10, Temperature: 1},
		Vocabulary: 100,
	})
}

// TestSentimentGraph: lengths of both widths reach the graph, padding does not count, ids out of range are unknown, and
// the places of the other heads are left alone.
func TestSentimentGraph(t *testing.T) {
	for _, file := range []string{"narrow.onnx", "wide.onnx"} {
		c, err := openSum(t, file)
		if err != nil {
			t.Fatalf("%s: OpenSentiment = %v", file, err)
		}
		batch := [][]int32{{5, 7, 9}, {}, {99, 100, -4, 20, 30, 3}, {4}}
		want := [][3]float32{{21, 3, 18}, {0, 1, -1}, {154, 6, 148}, {4, 1, 3}}
		var wait sync.WaitGroup
		for range 4 {
			wait.Go(func() {
				scores := make([]nlp.Scores, len(batch))
				for i := range scores {
					scores[i].Intent[3], scores[i].Emotion[1] = 8, 9
				}
				for range 20 {
					if err := c.Classify(batch, scores); err != nil {
						t.Errorf("%s: Classify = %v", file, err)
						return
					}
					for i, s := range scores {
						if s.Sentiment != want[i] || s.Intent[3] != 8 || s.Emotion[1] != 9 {
							t.Errorf("%s: scores of %v = %v, want %v and the others left alone", file, batch[i], s, want[i])
						}
					}
					if err := c.Classify(batch[2:3], scores[2:]); err != nil || scores[2].Sentiment != want[2] {
						t.Errorf("%s: alone, scores are %v, %v, want %v", file, scores[2].Sentiment, err, want[2])
					}
				}
			})
		}
		wait.Wait()
		if err := c.Classify([][]int32{make([]int32, 13)}, make([]nlp.Scores, 1)); err == nil {
			t.Errorf("%s: Classify of 13 ids = nil, want an error", file)
		}
		if err := c.Close(); err != nil {
			t.Errorf("%s: Close = %v", file, err)
		}
	}
}

func TestSentimentGraphRefused(t *testing.T) {
	for _, file := range []string{"real.onnx", "renamed.onnx", "make.py"} {
		if _, err := openSum(t, file); !errors.Is(err, nlp.ErrBadModel) {
			t.Errorf("%s: OpenSentiment = %v, want ErrBadModel", file, err)
		}
	}
}

// openShippedSentiment opens the shipped part for sentiment; a release without one skips the test.
func openShippedSentiment(t testing.TB) (nlp.Classifier, *nlp.Manifest, *chars.Tokenizer) {
	t.Helper()
	m, err := nlp.ReadManifest(shipped)
	if err != nil {
		t.Fatal(err)
	}
	if m.Sentiment == nil {
		t.Skip("the shipped model has no part for sentiment")
	}
	vocab, err := m.ReadFile(shipped, nlp.VocabFile)
	if err != nil {
		t.Fatal(err)
	}
	shape := m.Tokens
	shape.Edge, shape.MaxLen = 0, m.Sentiment.MaxLen
	tokens, err := chars.NewTokenizer(string(vocab), shape)
	if err != nil {
		t.Fatal(err)
	}
	m.Vocabulary = tokens.Size()
	c, err := onnx.OpenSentiment(shipped, m)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Errorf("Close = %v", err)
		}
	})
	return c, m, tokens
}

// TestShippedSentimentPadding: neighbours and padding must move neither a sentiment nor a vote: a text scores in a batch
// of longer and shorter ones as it does alone.
func TestShippedSentimentPadding(t *testing.T) {
	c, m, tokens := openShippedSentiment(t)
	cases := vectors(t)
	long := tokens.Encode(nil, strings.Repeat("这件还有货吗", m.Sentiment.MaxLen))
	scores := make([]nlp.Scores, 17)
	for at := 0; at+16 <= len(cases); at += 16 {
		batch := [][]int32{long} // pads every other to the full length
		for i := range cases[at : at+16] {
			batch = append(batch, tokens.Encode(nil, cases[at+i].Normalized))
		}
		if err := c.Classify(batch, scores); err != nil {
			t.Fatalf("Classify = %v", err)
		}
		for i := range batch {
			var alone [1]nlp.Scores
			if err := c.Classify(batch[i:i+1], alone[:]); err != nil {
				t.Fatalf("Classify = %v", err)
			}
			apart := func(a, b []float32) (most float64) {
				for k, x := range a {
					most = max(most, math.Abs(float64(x-b[k])))
				}
				return most
			}
			s := &scores[i]
			// Other sizes of a product may add in another order.
			off := max(apart(alone[0].Sentiment[:], s.Sentiment[:]), apart(alone[0].Intent[:], s.Intent[:]), apart(alone[0].Emotion[:], s.Emotion[:]))
			if !(off <= 1e-4) {
				t.Errorf("text %d alone scores %v, in a batch %v", at+i-1, alone[0], *s)
			}
		}
	}
}

func BenchmarkSentiment(b *testing.B) {
	c, _, tokens := openShippedSentiment(b)
	ids := tokens.Encode(nil, "这件还有货吗什么时候能发")
	batch := make([][]int32, 16)
	for i := range batch {
		batch[i] = ids
	}
	scores := make([]nlp.Scores, len(batch))
	b.ReportAllocs()
	for b.Loop() {
		if err := c.Classify(batch, scores); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(batch))/1000, "µs/text")
}
