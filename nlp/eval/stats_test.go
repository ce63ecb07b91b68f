package main

import (
	"math"
	"slices"
	"testing"
)

func near(a, b float64) bool { return math.Abs(a-b) < 1e-4 }

func TestWilson(t *testing.T) {
	for _, c := range []struct {
		share     share
		low, high float64
	}{
		{share{0, 0}, 0, 1},
		{share{0, 10}, 0, 0.2775},
		{share{10, 10}, 0.7225, 1},
		{share{5, 10}, 0.2366, 0.7634},
		{share{466, 589}, 0.7565, 0.8220}, // as an independent program has it
	} {
		if low, high := c.share.wilson(); !near(low, c.low) || !near(high, c.high) {
			t.Errorf("wilson(%v) = %.4f, %.4f, want %.4f, %.4f", c.share, low, high, c.low, c.high)
		}
	}
	if r := (share{}).rate(); r != 0 {
		t.Errorf("rate of nothing = %v", r)
	}
}

// somePairs: label 1 has 2 of 3 found, 2 has 1 of 1 with one false alarm; 3 is said once and never true.
var somePairs = []pair{{1, 1}, {1, 1}, {1, 2}, {2, 2}, {4, 3}}

func TestByClass(t *testing.T) {
	got := byClass(somePairs)
	if len(got) != 3 || got[0].label != 1 || got[1].label != 2 || got[2].label != 4 {
		t.Fatalf("byClass = %+v, want labels 1, 2 and 4", got)
	}
	if c := got[0]; c.precision != 1 || !near(c.recall, 2.0/3) || !near(c.f1, 0.8) || c.truths != 3 || c.said != 2 || c.hits != 2 {
		t.Errorf("label 1 = %+v", c)
	}
	if c := got[1]; c.precision != 0.5 || c.recall != 1 || !near(c.f1, 2.0/3) {
		t.Errorf("label 2 = %+v", c)
	}
	if m := macroF1(somePairs); !near(m, (0.8+2.0/3)/3) {
		t.Errorf("macroF1 = %v", m)
	}
	if m := macroF1(nil); m != 0 {
		t.Errorf("macroF1 of nothing = %v", m)
	}
	if a := accuracy(somePairs); a != (share{3, 5}) {
		t.Errorf("accuracy = %v, want 3 of 5", a)
	}
}

func TestConstant(t *testing.T) {
	if l := commonest(somePairs); l != 1 {
		t.Errorf("commonest = %d, want 1", l)
	}
	if l := commonest([]pair{{3, 0}, {2, 0}}); l != 2 {
		t.Errorf("commonest of equals = %d, want the smaller, 2", l)
	}
	if a := accuracy(constant(somePairs)); a != (share{3, 5}) {
		t.Errorf("accuracy of the constant answer = %v, want 3 of 5", a)
	}
	if l := commonest(nil); l != 0 {
		t.Errorf("commonest of nothing = %d", l)
	}
}

func TestConfusions(t *testing.T) {
	got := confusions([]pair{{1, 2}, {3, 2}, {1, 2}, {1, 1}, {2, 1}}, 2)
	if want := []confusion{{1, 2, 2}, {2, 1, 1}}; !slices.Equal(got, want) {
		t.Errorf("confusions = %v, want %v", got, want)
	}
}

func TestCalibration(t *testing.T) {
	all := []judged{{1, true}, {0.95, true}, {0.95, false}, {0.55, true}, {0, false}}
	got := bins(all)
	if got[9].Right != (share{2, 3}) || !near(got[9].Confidence, 2.9/3) || got[5].Right != (share{1, 1}) || got[0].Right != (share{0, 1}) {
		t.Errorf("bins = %+v", got)
	}
	if e := calibrationError(all); !near(e, (0.9+0.45)/5) {
		t.Errorf("calibrationError = %v, want %v", e, (0.9+0.45)/5)
	}
	if e := calibrationError(nil); e != 0 {
		t.Errorf("calibrationError of nothing = %v", e)
	}
	points := curve(all, 0.5, 0.95, 1)
	want := []point{{0.5, share{4, 5}, share{3, 4}}, {0.95, share{3, 5}, share{2, 3}}, {1, share{1, 5}, share{1, 1}}}
	if !slices.Equal(points, want) {
		t.Errorf("curve = %v, want %v", points, want)
	}
}

func TestBootstrap(t *testing.T) {
	values := make([]float64, 400)
	for i := range values {
		values[i] = float64(i % 2)
	}
	mean := func(picks []int) float64 {
		sum := 0.0
		for _, x := range drawn(values, picks) {
			sum += x
		}
		return sum / float64(len(picks))
	}
	low, high := bootstrap(len(values), mean)
	wantLow, wantHigh := share{200, 400}.wilson()
	if math.Abs(low-wantLow) > 0.01 || math.Abs(high-wantHigh) > 0.01 {
		t.Errorf("bootstrap = %v, %v, want about %v, %v", low, high, wantLow, wantHigh)
	}
	if a, b := bootstrap(len(values), mean); a != low || b != high {
		t.Error("bootstrap is not the same twice")
	}
	if low, high := bootstrap(0, mean); low != 0 || high != 1 {
		t.Errorf("bootstrap of nothing = %v, %v", low, high)
	}
}
