package nlp

import (
	"fmt"
	"hash/maphash"
)

// model is one loaded version: everything a reading needs comes from one of them, so that versions never mix.
type model struct {
	manifest   *Manifest
	tokens     *Tokenizer
	linear     *Linear
	classifier Classifier // nil when there is none
	thresholds [classes]float32
	seed       maphash.Seed // keys of this version's cached results

	// Guarded by Service.mu.
	users   int  // batches running on classifier
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
	m := &model{manifest: manifest, seed: maphash.MakeSeed()}
	if m.tokens, err = NewTokenizer(string(vocab), manifest.Tokens); err != nil {
		return nil, err
	}
	manifest.Vocabulary = m.tokens.Size()
	if m.linear, err = NewLinear(weights); err != nil {
		return nil, err
	}
	m.setThresholds()
	return m, nil
}

// openClassifier adds the trained part and replays the trial cases through all of it.
func (m *model) openClassifier(dir string, load Loader) error {
	if load == nil {
		return fmt.Errorf("%w: none configured", ErrNoRuntime)
	}
	cases, err := m.manifest.ReadVectors(dir)
	if err != nil {
		return err
	}
	c, err := load(dir, m.manifest)
	if err != nil {
		return fmt.Errorf("load model %s: %w", m.manifest.Version, err)
	}
	m.classifier = guarded{c}
	for i := range cases {
		if err := m.prove(&cases[i]); err != nil {
			m.classifier = nil
			if closing := c.Close(); closing != nil {
				return fmt.Errorf("%w: trial run: %w; close: %w", ErrBadModel, err, closing)
			}
			return fmt.Errorf("%w: trial run: %w", ErrBadModel, err)
		}
	}
	return nil
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
