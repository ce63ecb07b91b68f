package nlp_test

import (
	"errors"
	"path/filepath"
	"testing"

	"liveroom/engine/live"
	"liveroom/nlp"
	"liveroom/nlp/nlptest"
	"liveroom/nlp/onnx"
)

func startShipped(t testing.TB, edit func(c *nlp.Config)) *rig {
	t.Helper()
	r := start(t, func(c *nlp.Config, _ *nlptest.Loader) {
		c.ModelDir, c.Load, c.LoadSentiment = "model", onnx.Open, onnx.OpenSentiment
		if edit != nil {
			edit(c)
		}
	})
	if st := r.Status(); st.Degraded != "" {
		t.Fatalf("status = %+v, want the shipped model in use", st)
	}
	return r
}

// TestShippedModel reads some lines with what a release carries. Opening it has replayed all of its trial cases.
func TestShippedModel(t *testing.T) {
	r := startShipped(t, nil)
	for text, want := range map[string]live.Intent{
		"还有货吗": live.IntentStock, "我要退货": live.IntentReturnRefund, "主播好美": live.IntentPraise,
		"3号链接还剩多少件": live.IntentStock, "什么时候发货": live.IntentShipTime, "转人工": live.IntentHuman,
	} {
		got := r.ask(nlp.Query{Text: text})
		if got.Intent != want || got.DecidedBy != live.DecidedByModel {
			t.Errorf("reading of %q = %+v, want %v by model", text, got, want)
		}
	}
	if err := r.Swap("model"); err != nil {
		t.Errorf("Swap to the same model = %v", err)
	}
}

// TestWithoutLibrary names a runtime that is not there: the loader says so, and the service reads by the linear model.
func TestWithoutLibrary(t *testing.T) {
	missing := filepath.Join(t.TempDir(), "none.so")
	if _, err := onnx.Locate(missing); !errors.Is(err, nlp.ErrNoRuntime) {
		t.Errorf("Locate(%q) = %v, want ErrNoRuntime", missing, err)
	}
	r := start(t, func(c *nlp.Config, _ *nlptest.Loader) { c.ModelDir, c.Load = "model", nil })
	got := r.ask(nlp.Query{Text: "我要退货"})
	if got.DecidedBy != live.DecidedByLinear || got.Intent != live.IntentReturnRefund {
		t.Errorf("reading = %+v, want return_refund by linear", got)
	}
}

func TestHostileTexts(t *testing.T) {
	r := startShipped(t, nil)
	for name, text := range hostile {
		got := r.ask(nlp.Query{Text: text})
		if got.Intent == 0 || got.Confidence < 0 || got.Confidence > 1 {
			t.Errorf("%s: reading = %+v, want a valid one", name, got)
		}
		for _, e := range got.Entities {
			if e.Start < 0 || e.End <= e.Start || e.End > len([]rune(text)) {
				t.Errorf("%s: entity %+v outside the text", name, e)
			}
		}
	}
}
