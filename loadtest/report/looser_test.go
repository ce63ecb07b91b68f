package report

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"
)

func TestLooserLimitsStandBesideTheVerdict(t *testing.T) {
	r := good()
	if r.Verdict.Looser != nil {
		t.Errorf("the standard is looser than itself: %q", r.Verdict.Looser)
	}
	r.Limits.P99, r.Limits.Late, r.Limits.Reached = 20*time.Second, 1, 0.9
	r.Limits.Replied = 0.95 // stricter, and so not told
	r.Judge()
	want := []string{"p99 at most 20s, standard 800ms", "late sends at most 100 %, standard 0.1 %", "rate reached at least 90 %, standard 99 %"}
	if !reflect.DeepEqual(r.Verdict.Looser, want) {
		t.Errorf("looser = %q, want %q", r.Verdict.Looser, want)
	}
	var text strings.Builder
	if err := r.Text(&text); err != nil {
		t.Fatal(err)
	}
	if end := "looser: " + want[2] + "\nverdict: valid, met; 3 limits were looser than the standard\n"; !strings.HasSuffix(text.String(), end) {
		t.Errorf("the text ends otherwise than with %q:\n%s", end, text.String())
	}
	b, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(b), `"looser":["p99 at most 20s, standard 800ms",`) {
		t.Errorf("the JSON lacks them: %s", b)
	}
}

// TestEveryLimitCanBeToldLooser keeps a limit that is added from being forgotten.
func TestEveryLimitCanBeToldLooser(t *testing.T) {
	for i := range reflect.TypeFor[Limits]().NumField() {
		told := false
		for _, by := range []float64{-1, 1} { // some bound from above, some from below
			l := DefaultLimits()
			switch f := reflect.ValueOf(&l).Elem().Field(i); f.Kind() {
			case reflect.Bool:
				f.SetBool(true)
			case reflect.Float64:
				f.SetFloat(f.Float() + by*0.005)
			default:
				f.SetInt(f.Int() + int64(by*float64(time.Millisecond)))
			}
			told = told || len(l.looser()) == 1
		}
		if !told {
			t.Errorf("%s can be looser and is not told", reflect.TypeFor[Limits]().Field(i).Name)
		}
	}
}
