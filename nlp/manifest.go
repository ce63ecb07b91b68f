package nlp

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"

	"liveroom/engine/live"
	"liveroom/nlp/chars"
)

// Names of a model's files.
const (
	ManifestFile = "manifest.json"
	VocabFile    = "vocab.txt"
	LinearFile   = "linear.bin"
	ModelFile    = "intent.onnx"
	VectorsFile  = "vectors.json"
	// SentimentFile is there when the manifest has a sentiment section.
	SentimentFile = "sentiment.onnx"
)

const (
	defaultThreshold = 0.85
	maxModelFile     = 256 << 20 // bytes
)

// Manifest describes a model: what its files must be, and how its scores are to be read.
type Manifest struct {
	Version string              `json:"version"` // 1 to 64 characters
	Created string              `json:"created"`
	Files   map[string]FileSeal `json:"files"`
	Tokens  TokenShape          `json:"tokenizer"`
	Intents []string            `json:"intents"`  // wire names in the order of the outputs
	Moods   []string            `json:"emotions"` // wire names in the order of the outputs
	// Thresholds is the confidence below which a reading is unsure, by intent; "default" for the others.
	Thresholds  map[string]float64 `json:"thresholds"`
	Temperature Temperatures       `json:"temperature"`
	// Blend is the share of the trained model's probabilities in the average with the linear model's, 0 to 1.
	Blend float64 `json:"blend"`
	// Sentiment describes the trained part that tells sentiment; nil when the model has none.
	Sentiment *SentimentHead `json:"sentiment,omitempty"`
	// BlendSentiment is Blend for sentiment, where both models tell it; nil is 0.5.
	BlendSentiment *float64 `json:"blend_sentiment,omitempty"`

	// Vocabulary is one more than the largest id the tokenizer makes. It is known once the vocabulary has been read,
	// before a Loader is called.
	Vocabulary int `json:"-"`

	sum [sha256.Size]byte // of the manifest's file
}

// SentimentHead describes the trained part that tells sentiment. It reads the ids between the edges of a sequence.
type SentimentHead struct {
	Classes     []string `json:"classes"`     // wire names in the order of the output
	MaxLen      int      `json:"max_len"`     // most characters read, 1 to the tokenizer's
	Temperature float64  `json:"temperature"` // divides the logits, above 0
	// Votes is set where the file scores intent and emotion too.
	Votes *Votes `json:"votes,omitempty"`
}

// FileSeal is what a file must be.
type FileSeal struct {
	SHA256 string `json:"sha256"`
	Bytes  int64  `json:"bytes"`
}

// TokenShape says how ids stand in a sequence.
type TokenShape = chars.Shape

// Temperatures divide the logits of each head before they become probabilities; each is above 0.
type Temperatures struct {
	Intent        float64 `json:"intent"`
	Emotion       float64 `json:"emotion"`
	LinearIntent  float64 `json:"linear_intent"`
	LinearEmotion float64 `json:"linear_emotion"`
	// LinearSentiment counts where the linear model tells sentiment; left out it is 1.
	LinearSentiment float64 `json:"linear_sentiment,omitempty"`
}

// ReadManifest reads and checks the manifest of the model in dir. Every fault found is in the error, which wraps
// ErrBadModel; a directory without a manifest is one.
func ReadManifest(dir string) (*Manifest, error) {
	raw, err := os.ReadFile(filepath.Join(dir, ManifestFile))
	if err != nil {
		return nil, fmt.Errorf("%w: read manifest: %w", ErrBadModel, err)
	}
	m := Manifest{sum: sha256.Sum256(raw)}
	if err := json.Unmarshal(raw, &m); err != nil {
		return nil, fmt.Errorf("%w: parse manifest: %w", ErrBadModel, err)
	}
	if err := m.check(); err != nil {
		return nil, fmt.Errorf("%w: manifest: %w", ErrBadModel, err)
	}
	return &m, nil
}

func (m *Manifest) check() error {
	var bad []error
	fault := func(wrong bool, format string, args ...any) {
		if wrong {
			bad = append(bad, fmt.Errorf(format, args...))
		}
	}
	fault(m.Version == "" || len(m.Version) > 64, "version %q must be 1 to 64 bytes", m.Version)
	for _, name := range []string{VocabFile, LinearFile, ModelFile, VectorsFile} {
		_, ok := m.Files[name]
		fault(!ok, "file %s is not listed", name)
	}
	t := m.Tokens
	fault(t.MaxLen < 1 || t.MaxLen > 512, "max_len is %d, must be 1 to 512", t.MaxLen)
	fault(t.Edge < 0 || t.Edge > 16, "edge is %d, must be 0 to 16", t.Edge)
	fault(t.Pad != 0, "pad is %d, must be 0", t.Pad)
	fault(t.Unknown < 1 || t.Unknown >= chars.Reserved, "unk is %d, must be 1 or 2", t.Unknown)
	bad = append(bad, m.checkLabels()...)
	for name, x := range map[string]float64{
		"intent": m.Temperature.Intent, "emotion": m.Temperature.Emotion,
		"linear_intent": m.Temperature.LinearIntent, "linear_emotion": m.Temperature.LinearEmotion,
	} {
		fault(!(x > 0) || math.IsInf(x, 0), "temperature %s is %v, must be above 0", name, x)
	}
	fault(!(m.Blend >= 0 && m.Blend <= 1), "blend is %v, must be 0 to 1", m.Blend)
	return errors.Join(append(bad, m.checkSentiment()...)...)
}

// checkLabels holds the model's labels against ours: the same names in the same order.
func (m *Manifest) checkLabels() (bad []error) {
	if len(m.Intents) != live.Intents {
		bad = append(bad, fmt.Errorf("%d intents, want %d", len(m.Intents), live.Intents))
	}
	for i, key := range m.Intents {
		if want := live.Intent(i + 1).String(); i < live.Intents && key != want {
			bad = append(bad, fmt.Errorf("intent %d is %q, want %q", i, key, want))
		}
	}
	if len(m.Moods) != live.Emotions {
		bad = append(bad, fmt.Errorf("%d emotions, want %d", len(m.Moods), live.Emotions))
	}
	for i, key := range m.Moods {
		if want := live.Emotion(i + 1).String(); i < live.Emotions && key != want {
			bad = append(bad, fmt.Errorf("emotion %d is %q, want %q", i, key, want))
		}
	}
	for key, x := range m.Thresholds {
		if key != "default" && live.ParseIntent(key) == 0 {
			bad = append(bad, fmt.Errorf("threshold of unknown intent %q", key))
		}
		if !(x >= 0 && x <= 1) {
			bad = append(bad, fmt.Errorf("threshold of %s is %v, must be 0 to 1", key, x))
		}
	}
	return bad
}

// threshold returns the confidence below which a reading as the intent is unsure.
func (m *Manifest) threshold(i live.Intent) float32 {
	if x, ok := m.Thresholds[i.String()]; ok {
		return float32(x)
	}
	if x, ok := m.Thresholds["default"]; ok {
		return float32(x)
	}
	return defaultThreshold
}

// ReadFile returns the content of one of the model's files after holding it against its seal. An error wraps
// ErrBadModel.
func (m *Manifest) ReadFile(dir, name string) ([]byte, error) {
	seal, ok := m.Files[name]
	if !ok {
		return nil, fmt.Errorf("%w: file %s is not listed", ErrBadModel, name)
	}
	path := filepath.Join(dir, name)
	stat, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrBadModel, err)
	}
	if stat.Size() != seal.Bytes || seal.Bytes > maxModelFile {
		return nil, fmt.Errorf("%w: file %s has %d bytes, manifest says %d", ErrBadModel, name, stat.Size(), seal.Bytes)
	}
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrBadModel, err)
	}
	if sum := sha256.Sum256(content); hex.EncodeToString(sum[:]) != seal.SHA256 {
		return nil, fmt.Errorf("%w: file %s has hash %x, manifest says %s", ErrBadModel, name, sum[:6], seal.SHA256)
	}
	return content, nil
}
