package engine

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"liveroom/engine/live"
	"liveroom/nlp"
)

// modelFolder is a copy of the shipped model whose manifest the test rewrites.
type modelFolder struct {
	t   *testing.T
	dir string
}

func copyModel(t *testing.T) modelFolder {
	t.Helper()
	files, err := filepath.Glob("../nlp/model/*")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		write(t, filepath.Join(dir, filepath.Base(f)), string(b))
	}
	return modelFolder{t, dir}
}

// put replaces the manifest at once by one of a version that weighs its two models by blend.
func (m modelFolder) put(version string, blend float64) {
	m.t.Helper()
	manifest, err := nlp.ReadManifest(m.dir)
	if err != nil {
		m.t.Fatal(err)
	}
	manifest.Version, manifest.Blend = version, blend
	b, err := json.Marshal(manifest)
	if err != nil {
		m.t.Fatal(err)
	}
	m.place(string(b))
}

func (m modelFolder) place(manifest string) {
	m.t.Helper()
	path := filepath.Join(m.dir, nlp.ManifestFile)
	write(m.t, path+".new", manifest)
	if err := os.Rename(path+".new", path); err != nil {
		m.t.Fatal(err)
	}
}

// askSwap posts to the swap route and returns the status, the model in use and the reason of a refusal.
func askSwap(t *testing.T, n *node) (status int, model, refused string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, n.Addrs().Admin+"/v1/model/swap", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", n.bearer(t))
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var answer struct{ Model, Refused string }
	if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, answer.Model, answer.Refused
}

// swapTexts are read as something that has a script, by a sure model.
var swapTexts = []string{"我要退货", "什么时候发货", "包邮吗", "能开发票吗", "支持七天无理由吗", "3号链接还剩多少件", "怎么退货", "有优惠券吗"}

// stream keeps messages in flight on one link, each of a user of its own, and takes their replies.
type stream struct {
	t       *testing.T
	c       *client
	sent    int
	waiting map[string]string             // text by message id
	said    map[string]map[int64]struct{} // confidences by text, in thousandths of a thousandth
}

func (s *stream) send() {
	id := fmt.Sprint("m", s.sent)
	text := swapTexts[s.sent%len(swapTexts)]
	s.sent++
	s.waiting[id] = text
	s.c.send(said("message", id, "user-"+id, text))
}

// turn takes one reply.
func (s *stream) turn() {
	s.t.Helper()
	f := s.c.next("reply", "outcome", "error")
	text, ok := s.waiting[f.text("to")]
	if f.text("type") != "reply" || !ok {
		s.t.Fatalf("got %v, want one reply to each message", f)
	}
	delete(s.waiting, f.text("to"))
	if by := f.text("decided_by"); by != "model" {
		s.t.Errorf("the reply to %q was decided by %s, want model", text, by)
	}
	confidence, _ := f["confidence"].(float64)
	if s.said[text] == nil {
		s.said[text] = make(map[int64]struct{})
	}
	s.said[text][int64(math.Round(confidence*1e4))] = struct{}{}
}

// until keeps messages flowing until the condition holds.
func (s *stream) until(what string, holds func() bool) {
	s.t.Helper()
	for end := time.Now().Add(patience); !holds(); {
		if time.Now().After(end) {
			s.t.Fatalf("waited in vain for %s", what)
		}
		s.turn()
		s.send()
	}
}

// TestSwapUnderLoad swaps the model of a busy node five times, by the watch and by the route. Every message has exactly
// one reply, by the model, and each reading is wholly of one version: the two weigh their halves so differently that a
// mixture would show in the confidence.
func TestSwapUnderLoad(t *testing.T) {
	folder := copyModel(t)
	blends := map[string]float64{"one": 0.9, "two": 0.3}
	folder.put("one", blends["one"])
	n := startNode(t, t.TempDir(), func(c *Config) { c.NLP.ModelDir, c.NLP.Watch = folder.dir, 20*time.Millisecond })
	reader := n.parts.reader
	sure := map[string]map[string]float32{"one": confidences(t, n), "two": nil}

	s := &stream{t: t, c: n.ingest(t), waiting: make(map[string]string), said: make(map[string]map[int64]struct{})}
	for range 24 {
		s.send()
	}
	for i, version := range []string{"two", "one", "two", "one", "two"} {
		before := s.sent
		folder.put(version, blends[version])
		if i%2 == 0 {
			if status, model, refused := askSwap(t, n); status != http.StatusOK || model != version {
				t.Fatalf("swap route: %d, model %q, refused %q, want %q", status, model, refused, version)
			}
		}
		s.until("version "+version, func() bool { return reader.Status().Model == version && s.sent >= before+100 })
	}
	for len(s.waiting) > 0 {
		s.turn()
	}
	sure["two"] = confidences(t, n)
	for text, got := range s.said {
		for c := range got {
			one, two := near(c, sure["one"][text]), near(c, sure["two"][text])
			if !one && !two {
				t.Errorf("%q was read at %.4f, want %.4f or %.4f", text, float64(c)/1e4, sure["one"][text], sure["two"][text])
			}
		}
	}
	if !slices.ContainsFunc(swapTexts, func(text string) bool { return len(s.said[text]) > 1 }) {
		t.Errorf("no reading changed with the model: %v", s.said)
	}
	if st := reader.Status(); st.Degraded != "" || st.Refused != "" {
		t.Errorf("status = %+v", st)
	}
}

func near(tenThousandths int64, c float32) bool {
	return math.Abs(float64(tenThousandths)-float64(c)*1e4) <= 2
}

// confidences reads every text by the model in use, and holds the version of each reading against the status.
func confidences(t *testing.T, n *node) map[string]float32 {
	t.Helper()
	all := make(map[string]float32)
	for _, text := range swapTexts {
		got := make(chan *live.Reading, 1)
		n.parts.reader.Submit(nlp.Query{Shop: n.parts.catalogue.Load().Shop(), Text: text}, func(r *live.Reading) { got <- r })
		r := <-got
		if want := n.parts.reader.Status().Model; r.Model != want || r.DecidedBy != live.DecidedByModel {
			t.Errorf("%q was read by %v %s, want model %s", text, r.DecidedBy, r.Model, want)
		}
		all[text] = r.Confidence
	}
	return all
}

// TestBadModelIsRefusedWithItsReason: by the watch and by the route; the running model stays.
func TestBadModelIsRefusedWithItsReason(t *testing.T) {
	folder := copyModel(t)
	folder.put("one", 0.9)
	n := startNode(t, t.TempDir(), func(c *Config) { c.NLP.ModelDir, c.NLP.Watch = folder.dir, 20*time.Millisecond })
	s := &stream{t: t, c: n.ingest(t), waiting: make(map[string]string), said: make(map[string]map[int64]struct{})}
	s.send()
	write(t, filepath.Join(folder.dir, nlp.LinearFile), "?")
	folder.put("two", 0.3)
	s.until("the refusal", func() bool { return strings.Contains(n.parts.reader.Status().Refused, nlp.LinearFile) })
	if status, model, refused := askSwap(t, n); status != http.StatusUnprocessableEntity || model != "one" || !strings.Contains(refused, nlp.LinearFile) {
		t.Errorf("swap route: %d, model %q, refused %q, want 422, one and the file's name", status, model, refused)
	}
	resp, err := http.Get(n.Addrs().Admin + "/v1/model/swap")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusMethodNotAllowed {
		t.Errorf("GET of the swap route: %d, want 405", resp.StatusCode)
	}
	s.until("the messages after it", func() bool { return s.sent > 5 })
	if got := slices.Collect(maps.Keys(s.said)); len(got) == 0 {
		t.Error("nothing was answered")
	}
}
