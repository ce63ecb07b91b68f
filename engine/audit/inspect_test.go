package audit

import (
	"errors"
	"os"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// figures returns the log's metrics by name.
func (r *rig) figures() map[string]float64 {
	r.t.Helper()
	reg := prometheus.NewRegistry()
	if err := r.register(reg); err != nil {
		r.t.Fatal(err)
	}
	families, err := reg.Gather()
	if err != nil {
		r.t.Fatal(err)
	}
	got := make(map[string]float64)
	for _, f := range families {
		m := f.GetMetric()[0]
		got[f.GetName()] = m.GetCounter().GetValue() + m.GetGauge().GetValue()
	}
	return got
}

func (r *rig) wantFigures(want map[string]float64) {
	r.t.Helper()
	got := r.figures()
	for name, v := range want {
		if is, ok := got["liveroom_audit_"+name]; !ok || is != v {
			r.t.Errorf("liveroom_audit_%s is %v (%v), want %v", name, is, ok, v)
		}
	}
}

// TestFiguresTellHowTheLogStands writes, fails to write, verifies a sound log and one that was changed.
func TestFiguresTellHowTheLogStands(t *testing.T) {
	r := newRig(t, nil)
	r.do("a", "b")
	r.wantFigures(map[string]float64{"records_total": 5, "last_seq": 5, "refused_total": 0, "failing_bool": 0, "verified_seq": 0, "verify_faults": 0})
	r.disk.set(0, nil, nil)
	if err := r.Do(t.Context(), Act{Act: "c"}, func() error { return nil }); !errors.Is(err, ErrRefused) {
		t.Fatalf("with a full disk: %v", err)
	}
	r.wantFigures(map[string]float64{"records_total": 5, "refused_total": 1, "failing_bool": 1})
	r.disk.set(-1, nil, nil)
	r.do("d")
	report, err := r.Log.Verify()
	if err != nil || len(report.Faults) > 0 || report.Headed != report.Last || report.Last != 8 {
		t.Fatalf("a sound log: %+v, %v", report, err)
	}
	r.wantFigures(map[string]float64{"failing_bool": 0, "verified_seq": 8, "verify_faults": 0, "last_seq": 8})
	r.edit(fileName(1), func(b []byte) []byte { b[len(b)-40] ^= 1; return b })
	if report, err = r.Log.Verify(); err != nil || len(report.Faults) != 1 || report.Faults[0].Seq != 8 {
		t.Fatalf("a changed log: %+v, %v", report, err)
	}
	r.wantFigures(map[string]float64{"verified_seq": 8, "verify_faults": 1})
	if v := r.Status().Verified; v == nil || v.Seq != 8 || v.Faults != 1 {
		t.Errorf("the status says %+v", v)
	}
}

// TestHeadAgeGrowsWhileNoHeadIsWritten takes the second place away, and brings it back.
func TestHeadAgeGrowsWhileNoHeadIsWritten(t *testing.T) {
	r := newRig(t, nil)
	r.do("a")
	r.head()
	age := func() time.Duration {
		return time.Duration(r.figures()["liveroom_audit_head_age_seconds"] * float64(time.Second)).Round(time.Second)
	}
	if got := age(); got != 0 {
		t.Errorf("with a head just written the age is %v", got)
	}
	r.clock.step(time.Minute)
	r.head() // nothing new: what is there is vouched for as it was
	if got := age(); got != 0 {
		t.Errorf("of a log at rest the age is %v", got)
	}
	if err := os.Remove(r.cfg.HeadsFile[0]); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(r.cfg.HeadsFile[0], 0o700); err != nil {
		t.Fatal(err)
	}
	r.do("b")
	r.clock.step(time.Minute)
	r.head()
	if got := age(); got != time.Minute {
		t.Errorf("without a second place the age is %v", got)
	}
	if err := os.Remove(r.cfg.HeadsFile[0]); err != nil {
		t.Fatal(err)
	}
	r.head()
	if got := age(); got != 0 {
		t.Errorf("with the second place again the age is %v", got)
	}
}

// TestVerifyWithoutASecondPlaceSaysSo has a place that cannot be read, and one that does not exist.
func TestVerifyWithoutASecondPlaceSaysSo(t *testing.T) {
	r := newRig(t, func(c *Config) { c.HeadsFile = []string{c.Dir + "-gone/heads.jsonl"} })
	r.do("a")
	report, err := r.Log.Verify()
	if err != nil || len(report.Faults) > 0 {
		t.Fatalf("%+v, %v", report, err)
	}
	for _, n := range report.Notes {
		if n.Kind == NoHeads && n.File == r.cfg.HeadsFile[0] {
			return
		}
	}
	t.Errorf("the notes are %v", report.Notes)
}

func TestOneVerificationAtATime(t *testing.T) {
	r := newRig(t, nil)
	r.verifying.Lock()
	if _, err := r.Log.Verify(); !errors.Is(err, ErrBusy) {
		t.Errorf("a second one: %v", err)
	}
	r.verifying.Unlock()
	if _, err := r.Log.Verify(); err != nil {
		t.Error(err)
	}
}
