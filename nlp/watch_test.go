package nlp_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"liveroom/engine/live"
	"liveroom/nlp"
	"liveroom/nlp/nlptest"
)

// watched runs a service that watches its model directory every second, inside a bubble of time.
func watched(t *testing.T, test func(t *testing.T, r *rig, dir string, looks func(n int))) {
	dir := modelDir(t, "v1", live.IntentStock)
	synctest.Test(t, func(t *testing.T) {
		r := start(t, func(c *nlp.Config, _ *nlptest.Loader) { c.ModelDir, c.Watch = dir, time.Second })
		defer r.stop()
		test(t, r, dir, func(n int) {
			time.Sleep(time.Duration(n) * time.Second)
			synctest.Wait()
		})
	})
}

func offer(t *testing.T, dir, version string, says live.Intent) {
	t.Helper()
	if err := nlptest.Write(dir, nlptest.Model{Version: version, Says: says, Linear: live.IntentPrice}); err != nil {
		t.Fatal(err)
	}
}

func TestWatchTakesANewModel(t *testing.T) {
	watched(t, func(t *testing.T, r *rig, dir string, looks func(int)) {
		looks(5)
		if n := len(r.loader.Opened()); n != 1 {
			t.Fatalf("%d models opened while nothing changed, want 1", n)
		}
		offer(t, dir, "v2", live.IntentSize)
		looks(1)
		if got := r.Status().Model; got != "v1" {
			t.Errorf("after one look the model is %s, want v1: it may still be written", got)
		}
		looks(1)
		if got := r.ask(nlp.Query{Text: "还有货吗"}); got.Model != "v2" || got.Intent != live.IntentSize {
			t.Errorf("after two looks the reading is %+v, want size by v2", got)
		}
		looks(5)
		if n := len(r.loader.Opened()); n != 2 {
			t.Errorf("%d models opened, want 2", n)
		}
	})
}

func TestWatchWaitsForTheLastWrite(t *testing.T) {
	watched(t, func(t *testing.T, r *rig, dir string, looks func(int)) {
		for i, version := range []string{"v2", "v3", "v4"} {
			offer(t, dir, version, live.IntentSize)
			looks(1)
			if n := len(r.loader.Opened()); n != 1 {
				t.Fatalf("%d models opened after change %d, want the first alone", n, i)
			}
		}
		looks(1)
		if got := r.Status().Model; got != "v4" {
			t.Errorf("model is %s, want v4", got)
		}
	})
}

func TestWatchRefusesOnce(t *testing.T) {
	watched(t, func(t *testing.T, r *rig, dir string, looks func(int)) {
		offer(t, dir, "v2", live.IntentSize)
		good, err := os.ReadFile(filepath.Join(dir, nlp.VocabFile))
		if err != nil {
			t.Fatal(err)
		}
		write(t, dir, nlp.VocabFile, "?")
		looks(10)
		if n := r.metric("liveroom_nlp_swaps_total", "refused"); n != 1 {
			t.Errorf("swaps refused = %v, want 1: what did not change is not tried again", n)
		}
		if st := r.Status(); st.Model != "v1" || !strings.Contains(st.Refused, nlp.VocabFile) {
			t.Errorf("status = %+v, want v1 and the file's name", st)
		}
		if got := r.ask(nlp.Query{Text: "还有货吗"}); got.Model != "v1" || got.DecidedBy != live.DecidedByModel {
			t.Errorf("reading = %+v, want one by v1", got)
		}
		write(t, dir, nlp.VocabFile, string(good)) // the file that came late
		looks(2)
		if st := r.Status(); st.Model != "v2" || st.Refused != "" {
			t.Errorf("status = %+v, want v2 and no refusal", st)
		}
		remove(t, dir, nlp.ManifestFile)
		looks(3)
		if st := r.Status(); st.Model != "v2" || st.Refused != "" {
			t.Errorf("without a manifest: status = %+v, want v2 and no refusal", st)
		}
		write(t, dir, nlp.ManifestFile, "{")
		looks(2)
		if st := r.Status(); st.Model != "v2" || !strings.Contains(st.Refused, "parse manifest") {
			t.Errorf("with a torn manifest: status = %+v, want v2 and the reason", st)
		}
	})
}

func TestReload(t *testing.T) {
	watched(t, func(t *testing.T, r *rig, dir string, looks func(int)) {
		offer(t, dir, "v2", live.IntentSize)
		if err := r.Reload(); err != nil || r.Status().Model != "v2" {
			t.Fatalf("Reload = %v, status %+v, want v2", err, r.Status())
		}
		looks(5)
		if n := len(r.loader.Opened()); n != 2 {
			t.Errorf("%d models opened, want 2: the watch need not take what runs", n)
		}
		other := modelDir(t, "v9", live.IntentGift)
		if err := r.Swap(other); err != nil {
			t.Fatalf("Swap = %v", err)
		}
		looks(5)
		if got := r.Status().Model; got != "v9" {
			t.Errorf("model is %s, want v9: the watch undoes nothing", got)
		}
	})
	r := start(t, func(c *nlp.Config, _ *nlptest.Loader) { c.ModelDir = "" })
	if err := r.Reload(); err == nil {
		t.Error("Reload without a model directory = nil, want an error")
	}
}

// TestWatchHealsABadStart: a node that came up without its model takes it once it is whole.
func TestWatchHealsABadStart(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "later")
	synctest.Test(t, func(t *testing.T) {
		r := start(t, func(c *nlp.Config, _ *nlptest.Loader) { c.ModelDir, c.Watch = dir, time.Second })
		defer r.stop()
		time.Sleep(3 * time.Second)
		synctest.Wait()
		if n := r.metric("liveroom_nlp_swaps_total", "refused"); n != 0 {
			t.Errorf("swaps refused = %v, want none: nothing was offered", n)
		}
		offer(t, dir, "v1", live.IntentSize)
		time.Sleep(3 * time.Second)
		synctest.Wait()
		if st := r.Status(); st.Model != "v1" || st.Degraded != "" {
			t.Errorf("status = %+v, want v1", st)
		}
	})
}
