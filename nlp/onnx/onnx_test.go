package onnx_test

import (
	"encoding/json"
	"errors"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"liveroom/nlp"
	"liveroom/nlp/chars"
	"liveroom/nlp/nlptest"
	"liveroom/nlp/onnx"
)

const shipped = "../model"

func open(t testing.TB) (nlp.Classifier, *chars.Tokenizer) {
	t.Helper()
	m, err := nlp.ReadManifest(shipped)
	if err != nil {
		t.Fatalf("ReadManifest(%q) = %v", shipped, err)
	}
	vocab, err := m.ReadFile(shipped, nlp.VocabFile)
	if err != nil {
		t.Fatalf("ReadFile = %v", err)
	}
	tokens, err := chars.NewTokenizer(string(vocab), m.Tokens)
	if err != nil {
		t.Fatalf("NewTokenizer = %v", err)
	}
	m.Vocabulary = tokens.Size()
	c, err := onnx.Open(shipped, m)
	if err != nil {
		t.Fatalf("Open(%q) = %v", shipped, err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Errorf("Close = %v", err)
		}
	})
	return c, tokens
}

func vectors(t testing.TB) []nlp.Vector {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(shipped, nlp.VectorsFile))
	if err != nil {
		t.Fatal(err)
	}
	var cases []nlp.Vector
	if err := json.Unmarshal(raw, &cases); err != nil {
		t.Fatal(err)
	}
	return cases
}

// far tells how far scores lie from what the training side wrote.
func far(s *nlp.Scores, v *nlp.Vector) (worst float64) {
	for i, want := range v.Intent {
		worst = max(worst, math.Abs(float64(s.Intent[i]-want)))
	}
	for i, want := range v.Emotion {
		worst = max(worst, math.Abs(float64(s.Emotion[i]-want)))
	}
	return worst
}

// TestVectors holds the logits against the training side's, alone and in mixed batches: padding and neighbours must
// not change them.
func TestVectors(t *testing.T) {
	c, _ := open(t)
	cases := vectors(t)
	scores := make([]nlp.Scores, 16)
	for i := range cases {
		if err := c.Classify([][]int32{cases[i].IDs}, scores); err != nil {
			t.Fatalf("Classify(%q) = %v", cases[i].Text, err)
		}
		if d := far(&scores[0], &cases[i]); d > 1e-3 {
			t.Errorf("logits of %q are off by %v", cases[i].Text, d)
		}
	}
	for at := 0; at < len(cases); at += len(scores) {
		group := cases[at:min(at+len(scores), len(cases))]
		var batch [][]int32
		for i := range group {
			batch = append(batch, group[i].IDs)
		}
		if err := c.Classify(batch, scores); err != nil {
			t.Fatalf("Classify(batch at %d) = %v", at, err)
		}
		for i := range group {
			if d := far(&scores[i], &group[i]); d > 1e-3 {
				t.Errorf("in a batch, logits of %q are off by %v", group[i].Text, d)
			}
		}
	}
}

// TestStrangeIDs feeds ids that no tokenizer makes: they count as unknown and spoil nothing.
func TestStrangeIDs(t *testing.T) {
	c, tokens := open(t)
	cases := vectors(t)
	odd := []int32{0, 0, -1, math.MinInt32, math.MaxInt32, int32(tokens.Size()), 0, 0}
	unknown := []int32{0, 0, 1, 1, 1, 1, 0, 0}
	scores := make([]nlp.Scores, 3)
	if err := c.Classify([][]int32{odd, cases[0].IDs, unknown}, scores); err != nil {
		t.Fatalf("Classify with ids out of range = %v", err)
	}
	if d := far(&scores[1], &cases[0]); d > 1e-3 {
		t.Errorf("a neighbour of ids out of range is off by %v", d)
	}
	if scores[0] != scores[2] {
		t.Errorf("ids out of range do not score as unknown ones")
	}
	if err := c.Classify([][]int32{{}}, scores); err != nil {
		t.Errorf("Classify of an empty sequence = %v", err)
	}
}

// TestTooLarge refuses what would make the runtime's memory grow for good, and what has no room to answer.
func TestTooLarge(t *testing.T) {
	c, _ := open(t)
	if err := c.Classify(make([][]int32, 65), make([]nlp.Scores, 65)); err == nil {
		t.Error("Classify of 65 sequences = nil, want an error")
	}
	if err := c.Classify([][]int32{make([]int32, 200)}, make([]nlp.Scores, 1)); err == nil {
		t.Error("Classify of 200 ids = nil, want an error")
	}
	if err := c.Classify([][]int32{{1}, {1}}, make([]nlp.Scores, 1)); err == nil {
		t.Error("Classify with room for one of two = nil, want an error")
	}
	if err := c.Classify(nil, nil); err != nil {
		t.Errorf("Classify of nothing = %v", err)
	}
}

// TestConcurrent runs batches of many shapes on one session at once.
func TestConcurrent(t *testing.T) {
	c, _ := open(t)
	cases := vectors(t)
	var wait sync.WaitGroup
	for g := range 4 {
		wait.Go(func() {
			r := rand.New(rand.NewPCG(1, uint64(g)))
			scores := make([]nlp.Scores, 16)
			for range 50 {
				var batch [][]int32
				var of []int
				for range 1 + r.IntN(16) {
					k := r.IntN(len(cases))
					of, batch = append(of, k), append(batch, cases[k].IDs)
				}
				if err := c.Classify(batch, scores); err != nil {
					t.Errorf("Classify = %v", err)
					return
				}
				for i, k := range of {
					if d := far(&scores[i], &cases[k]); d > 1e-3 {
						t.Errorf("logits of %q are off by %v", cases[k].Text, d)
					}
				}
			}
		})
	}
	wait.Wait()
}

// TestBadModel opens files that are whole by their seals and no model of ours.
func TestBadModel(t *testing.T) {
	open(t) // the runtime is there
	content, err := os.ReadFile(filepath.Join(shipped, nlp.ModelFile))
	if err != nil {
		t.Fatal(err)
	}
	for name, bad := range map[string][]byte{
		"empty": {}, "text": []byte("no model"), "torn": content[:len(content)/2],
	} {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, nlp.ModelFile), bad, 0o600); err != nil {
			t.Fatal(err)
		}
		m := &nlp.Manifest{Files: map[string]nlp.FileSeal{nlp.ModelFile: nlptest.Seal(bad)}}
		if _, err := onnx.Open(dir, m); !errors.Is(err, nlp.ErrBadModel) {
			t.Errorf("%s: Open = %v, want ErrBadModel", name, err)
		}
	}
}

// TestLocate: a library that was named is taken or missed, never replaced.
func TestLocate(t *testing.T) {
	missing := filepath.Join(t.TempDir(), "none.so")
	if _, err := onnx.Locate(missing); !errors.Is(err, nlp.ErrNoRuntime) {
		t.Errorf("Locate(missing) = %v, want ErrNoRuntime", err)
	}
	t.Setenv("LIVEROOM_ONNXRUNTIME", missing)
	if _, err := onnx.Locate(""); !errors.Is(err, nlp.ErrNoRuntime) {
		t.Errorf("Locate with %q in the environment = %v, want ErrNoRuntime", missing, err)
	}
	named := filepath.Join(t.TempDir(), "named.so")
	if err := os.WriteFile(named, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("LIVEROOM_ONNXRUNTIME", named)
	if got, err := onnx.Locate(""); got != named || err != nil {
		t.Errorf("Locate = %q, %v, want %q", got, err, named)
	}
}

func BenchmarkClassify(b *testing.B) {
	c, tokens := open(b)
	ids := tokens.Encode(nil, "这件还有货吗什么时候能发")
	for _, n := range []int{1, 4, 16} {
		b.Run(map[int]string{1: "1", 4: "4", 16: "16"}[n], func(b *testing.B) {
			batch := make([][]int32, n)
			for i := range batch {
				batch[i] = ids
			}
			scores := make([]nlp.Scores, n)
			b.ReportAllocs()
			for b.Loop() {
				if err := c.Classify(batch, scores); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n)/1000, "µs/text")
		})
	}
}
