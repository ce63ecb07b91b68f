package nlp_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"liveroom/engine/live"
	"liveroom/nlp"
	"liveroom/nlp/nlptest"
)

// editManifest changes the manifest of a model directory.
func editManifest(t *testing.T, dir string, edit func(m *nlp.Manifest)) {
	t.Helper()
	m, err := nlp.ReadManifest(dir)
	if err != nil {
		t.Fatalf("ReadManifest = %v", err)
	}
	edit(m)
	if err := nlptest.WriteManifest(dir, m); err != nil {
		t.Fatal(err)
	}
}

// replaceFile gives a model directory another file, sealed in its manifest.
func replaceFile(t *testing.T, dir, name string, edit func(content []byte) []byte) {
	t.Helper()
	path := filepath.Join(dir, name)
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	content = edit(content)
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	editManifest(t, dir, func(m *nlp.Manifest) { m.Files[name] = nlptest.Seal(content) })
}

func vectorsEdit(t *testing.T, edit func(v *nlp.Vector)) func([]byte) []byte {
	return func(content []byte) []byte {
		var cases []nlp.Vector
		if err := json.Unmarshal(content, &cases); err != nil {
			t.Fatal(err)
		}
		edit(&cases[0])
		out, err := json.Marshal(cases)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
}

// badModels spoil a good model directory, each in one way, and name the word that the refusal must hold.
var badModels = map[string]struct {
	spoil func(t *testing.T, dir string)
	word  string
}{
	"no manifest":   {func(t *testing.T, dir string) { remove(t, dir, nlp.ManifestFile) }, "manifest"},
	"no json":       {func(t *testing.T, dir string) { write(t, dir, nlp.ManifestFile, "{") }, "parse manifest"},
	"no linear":     {func(t *testing.T, dir string) { remove(t, dir, nlp.LinearFile) }, nlp.LinearFile},
	"no vectors":    {func(t *testing.T, dir string) { remove(t, dir, nlp.VectorsFile) }, nlp.VectorsFile},
	"altered model": {func(t *testing.T, dir string) { write(t, dir, nlp.ModelFile, "gift") }, "hash"},
	"torn model":    {func(t *testing.T, dir string) { write(t, dir, nlp.ModelFile, "s") }, "bytes"},
	"unlisted": {func(t *testing.T, dir string) {
		editManifest(t, dir, func(m *nlp.Manifest) { delete(m.Files, nlp.VocabFile) })
	}, "not listed"},
	"other order": {func(t *testing.T, dir string) {
		editManifest(t, dir, func(m *nlp.Manifest) { m.Intents[0], m.Intents[1] = m.Intents[1], m.Intents[0] })
	}, "intent 0"},
	"fewer moods": {func(t *testing.T, dir string) {
		editManifest(t, dir, func(m *nlp.Manifest) { m.Moods = m.Moods[:3] })
	}, "3 emotions"},
	"temperature": {func(t *testing.T, dir string) {
		editManifest(t, dir, func(m *nlp.Manifest) { m.Temperature.LinearEmotion = 0 })
	}, "linear_emotion"},
	"blend": {func(t *testing.T, dir string) { editManifest(t, dir, func(m *nlp.Manifest) { m.Blend = 1.5 }) }, "blend"},
	"threshold": {func(t *testing.T, dir string) {
		editManifest(t, dir, func(m *nlp.Manifest) { m.Thresholds["stok"] = 0.9 })
	}, "stok"},
	"version": {func(t *testing.T, dir string) { editManifest(t, dir, func(m *nlp.Manifest) { m.Version = "" }) }, "version"},
	"max_len": {func(t *testing.T, dir string) { editManifest(t, dir, func(m *nlp.Manifest) { m.Tokens.MaxLen = 0 }) }, "max_len"},
	"linear magic": {func(t *testing.T, dir string) {
		replaceFile(t, dir, nlp.LinearFile, func(c []byte) []byte { return append([]byte("x"), c[1:]...) })
	}, "linear"},
	"linear torn": {func(t *testing.T, dir string) {
		replaceFile(t, dir, nlp.LinearFile, func(c []byte) []byte { return c[:len(c)-1] })
	}, "bytes"},
	"linear buckets": {func(t *testing.T, dir string) {
		replaceFile(t, dir, nlp.LinearFile, func(c []byte) []byte { c[8] = 15; return c })
	}, "buckets"},
	"vocabulary twice": {func(t *testing.T, dir string) {
		replaceFile(t, dir, nlp.VocabFile, func(c []byte) []byte { return append(c, "还\n"...) })
	}, "repeats"},
	"vocabulary line": {func(t *testing.T, dir string) {
		replaceFile(t, dir, nlp.VocabFile, func(c []byte) []byte { return append(c, "ab\n"...) })
	}, "one character"},
	"no case": {func(t *testing.T, dir string) {
		replaceFile(t, dir, nlp.VectorsFile, func([]byte) []byte { return []byte("[]") })
	}, "no case"},
	"other reading": {func(t *testing.T, dir string) {
		replaceFile(t, dir, nlp.VectorsFile, vectorsEdit(t, func(v *nlp.Vector) { v.Normalized += "x" }))
	}, "normalise"},
	"other ids": {func(t *testing.T, dir string) {
		replaceFile(t, dir, nlp.VectorsFile, vectorsEdit(t, func(v *nlp.Vector) { v.IDs[2]++ }))
	}, "encode"},
	"other linear scores": {func(t *testing.T, dir string) {
		replaceFile(t, dir, nlp.VectorsFile, vectorsEdit(t, func(v *nlp.Vector) { v.LinearIntent[3] += 0.1 }))
	}, "linear score"},
	"other model scores": {func(t *testing.T, dir string) {
		replaceFile(t, dir, nlp.VectorsFile, vectorsEdit(t, func(v *nlp.Vector) { v.Emotion[0] -= 0.1 }))
	}, "model score"},
}

func remove(t *testing.T, dir, name string) {
	t.Helper()
	if err := os.Remove(filepath.Join(dir, name)); err != nil {
		t.Fatal(err)
	}
}

func write(t *testing.T, dir, name, content string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestSwapRefusesBadModels: whatever is wrong, the refusal says it, the running model stays and nothing stays open.
func TestSwapRefusesBadModels(t *testing.T) {
	r := start(t, nil)
	running := r.model()
	for name, bad := range badModels {
		t.Run(name, func(t *testing.T) {
			dir := modelDir(t, "v2", live.IntentSize)
			bad.spoil(t, dir)
			err := r.Swap(dir)
			if !errors.Is(err, nlp.ErrBadModel) || !strings.Contains(err.Error(), bad.word) {
				t.Errorf("Swap = %v, want ErrBadModel that names %q", err, bad.word)
			}
		})
	}
	if got := r.ask(nlp.Query{Text: "还有货吗"}); got.Model != "v1" || got.DecidedBy != live.DecidedByModel {
		t.Errorf("reading after refusals = %+v, want by model v1", got)
	}
	for _, c := range r.loader.Opened() {
		if c != running && !c.Closed() {
			t.Error("a refused model was left open")
		}
	}
	if n := r.metric("liveroom_nlp_swaps_total", "refused"); n != float64(len(badModels)) {
		t.Errorf("swaps refused = %v, want %d", n, len(badModels))
	}
}

// TestStartDegraded: with whatever is missing the service serves, by the best that is left, and says so; a good model
// offered later heals it.
func TestStartDegraded(t *testing.T) {
	noRuntime := fmt.Errorf("%w: not here", nlp.ErrNoRuntime)
	for name, c := range map[string]struct {
		edit func(c *nlp.Config, l *nlptest.Loader)
		by   live.Decider
	}{
		"no model":      {func(c *nlp.Config, _ *nlptest.Loader) { c.ModelDir = "" }, live.DecidedByRules},
		"no such model": {func(c *nlp.Config, _ *nlptest.Loader) { c.ModelDir = filepath.Join(t.TempDir(), "none") }, live.DecidedByRules},
		"no runtime":    {func(_ *nlp.Config, l *nlptest.Loader) { l.Refuse(noRuntime) }, live.DecidedByLinear},
		"corrupt linear": {func(c *nlp.Config, _ *nlptest.Loader) {
			write(t, c.ModelDir, nlp.LinearFile, "?")
		}, live.DecidedByRules},
		"corrupt model": {func(c *nlp.Config, _ *nlptest.Loader) {
			write(t, c.ModelDir, nlp.ModelFile, "?")
		}, live.DecidedByLinear},
	} {
		t.Run(name, func(t *testing.T) {
			r := start(t, c.edit)
			got := r.ask(nlp.Query{Text: "还有货吗"})
			if got.DecidedBy != c.by || got.Intent == live.IntentUnknown {
				t.Errorf("reading = %+v, want one by %v", got, c.by)
			}
			if st := r.Status(); st.Degraded == "" || st.Runtime {
				t.Errorf("status = %+v, want a reason", st)
			}
			if r.metric("liveroom_nlp_degraded_count", "") != 1 {
				t.Error("metric does not show a degraded service")
			}
			r.loader.Refuse(nil)
			dir := modelDir(t, "v2", live.IntentSize)
			if err := r.Swap(dir); err != nil {
				t.Fatalf("Swap = %v", err)
			}
			if got := r.ask(nlp.Query{Text: "还有货吗"}); got.Model != "v2" || r.Status().Degraded != "" {
				t.Errorf("after the cure: reading %+v, status %+v", got, r.Status())
			}
		})
	}
}
