package nlptest

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"liveroom/engine/live"
	"liveroom/nlp"
	"liveroom/nlp/chars"
)

// Model says what a written test model is like.
type Model struct {
	Version string
	Says    live.Intent // what the trained part says of every text
	Linear  live.Intent // what the linear part says of every text
	// Feels is what the part for sentiment says of every text; 0 writes a model without that part.
	Feels live.Sentiment
	// LinearFeels is what the linear part says of sentiment; 0 writes one that does not tell it.
	LinearFeels live.Sentiment
	// Votes is what the part for sentiment says of the intent, at half of the say; 0 when it has none.
	Votes live.Intent
}

const vocabulary = "还有货吗我要退主播好美多少钱发快递尺码颜色号链接0123456789abc "

// Write makes a model directory of all the files that package nlp wants, for a Loader of this package.
func Write(dir string, m Model) error {
	vocab := lines(vocabulary)
	files := map[string][]byte{
		nlp.VocabFile:  vocab,
		nlp.LinearFile: linearFile(m.Linear, m.LinearFeels),
		nlp.ModelFile:  []byte(m.Says.String()),
	}
	shape := nlp.TokenShape{MaxLen: 64, Pad: 0, Unknown: 1, Edge: 2}
	if m.Feels != 0 {
		files[nlp.SentimentFile] = []byte(m.Feels.String())
		if m.Votes != 0 {
			files[nlp.SentimentFile] = []byte(m.Feels.String() + " " + m.Votes.String())
		}
	}
	vectors, err := vectorsFile(files, shape, m)
	if err != nil {
		return fmt.Errorf("write test model: %w", err)
	}
	files[nlp.VectorsFile] = vectors
	manifest := nlp.Manifest{
		Version: m.Version, Created: "2026-01-01", Tokens: shape, Files: map[string]nlp.FileSeal{},
		Thresholds:  map[string]float64{"default": 0.85},
		Temperature: nlp.Temperatures{Intent: 1, Emotion: 1, LinearIntent: 1, LinearEmotion: 1},
		Blend:       1,
	}
	for i := range live.Intents {
		manifest.Intents = append(manifest.Intents, live.Intent(i+1).String())
	}
	for i := range live.Emotions {
		manifest.Moods = append(manifest.Moods, live.Emotion(i+1).String())
	}
	if m.Feels != 0 {
		manifest.Sentiment = &nlp.SentimentHead{MaxLen: 8, Temperature: 1}
		for i := range live.Sentiments {
			manifest.Sentiment.Classes = append(manifest.Sentiment.Classes, live.Sentiment(i+1).String())
		}
		if m.Votes != 0 {
			half := nlp.Vote{Temperature: 1, Share: 0.5}
			manifest.Sentiment.Votes = &nlp.Votes{Intent: half, Emotion: half}
		}
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("write test model: %w", err)
	}
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o644); err != nil {
			return fmt.Errorf("write test model: %w", err)
		}
		manifest.Files[name] = Seal(content)
	}
	return WriteManifest(dir, &manifest)
}

// WriteManifest replaces the manifest of a model directory.
func WriteManifest(dir string, m *nlp.Manifest) error {
	raw, err := json.Marshal(m)
	if err != nil {
		return fmt.Errorf("write test manifest: %w", err)
	}
	if err := os.WriteFile(filepath.Join(dir, nlp.ManifestFile), raw, 0o644); err != nil {
		return fmt.Errorf("write test manifest: %w", err)
	}
	return nil
}

// Seal returns the seal of a file's content.
func Seal(content []byte) nlp.FileSeal {
	sum := sha256.Sum256(content)
	return nlp.FileSeal{SHA256: hex.EncodeToString(sum[:]), Bytes: int64(len(content))}
}

func lines(chars string) []byte {
	var out bytes.Buffer
	seen := map[rune]bool{}
	for _, r := range chars {
		if !seen[r] {
			seen[r] = true
			fmt.Fprintf(&out, "%c\n", r)
		}
	}
	return out.Bytes()
}

// linearFile is a linear model without weights: its bias decides.
func linearFile(says live.Intent, feels live.Sentiment) []byte {
	const buckets = 16
	bias := make([]float32, live.Intents+live.Emotions, live.Intents+live.Emotions+live.Sentiments)
	bias[says-1] = Certain
	bias[live.Intents+int(live.Calm)-1] = Certain
	if feels != 0 {
		bias = bias[:cap(bias)]
		bias[live.Intents+live.Emotions+int(feels)-1] = Certain
	}
	stances := len(bias) - live.Intents - live.Emotions
	out := []byte("LRLIN2\x00\x00")
	for _, n := range []int{buckets, len(bias) - stances, min(stances, 1) * buckets, stances} {
		out = binary.LittleEndian.AppendUint32(out, uint32(n))
	}
	for _, row := range [][]float32{make([]float32, len(bias)), bias} {
		out, _ = binary.Append(out, binary.LittleEndian, row) // fails for types without a fixed size only
	}
	return append(out, make([]byte, buckets*len(bias))...)
}

func vectorsFile(files map[string][]byte, shape nlp.TokenShape, m Model) ([]byte, error) {
	tokens, err := chars.NewTokenizer(string(files[nlp.VocabFile]), shape)
	if err != nil {
		return nil, err
	}
	linear, err := nlp.NewLinear(files[nlp.LinearFile])
	if err != nil {
		return nil, err
	}
	var cases []nlp.Vector
	for _, text := range []string{"还有货吗", "我要退货", "", "ＸＬ 码"} {
		v := nlp.Vector{Text: text, Normalized: chars.Normalize(text)}
		v.IDs = tokens.Encode(nil, v.Normalized)
		trained := Scores(m.Says)
		if m.Feels != 0 {
			ids := v.IDs[shape.Edge : len(v.IDs)-shape.Edge]
			v.SentimentIDs = ids[:min(len(ids), 8)]
			feels := Feelings(m.Feels)
			v.Sentiment = feels.Sentiment[:]
			if m.Votes != 0 {
				votes := Scores(m.Votes)
				v.VoteIntent, v.VoteEmotion = votes.Intent[:], votes.Emotion[:]
			}
		}
		v.Intent, v.Emotion = trained.Intent[:], trained.Emotion[:]
		var flat nlp.Scores
		linear.Score(v.Normalized, &flat)
		v.LinearIntent, v.LinearEmotion = flat.Intent[:], flat.Emotion[:]
		if m.LinearFeels != 0 {
			v.LinearSentiment = flat.Sentiment[:]
		}
		cases = append(cases, v)
	}
	return json.Marshal(cases)
}
