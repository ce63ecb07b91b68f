package loadtest

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"
)

func all(a *arrivals) []time.Duration {
	var at []time.Duration
	for {
		next, more := a.next()
		if !more {
			return at
		}
		at = append(at, next)
	}
}

// between counts the instants in [from, to).
func between(at []time.Duration, from, to time.Duration) int {
	n := 0
	for _, x := range at {
		if x >= from && x < to {
			n++
		}
	}
	return n
}

func TestEvenArrivals(t *testing.T) {
	at := all(&arrivals{schedule: newSchedule(Timing{Duration: 10 * time.Second, Rate: 1000}, nil)})
	if len(at) != 10_000 {
		t.Fatalf("%d arrivals, want 10,000", len(at))
	}
	for i, x := range at {
		if want := time.Duration(i)*time.Millisecond + 500*time.Microsecond; (x - want).Abs() > time.Microsecond {
			t.Fatalf("arrival %d at %v, want %v", i, x, want)
		}
	}
}

// An hour at a rate that no clock divides evenly ends where it should: nothing adds up.
func TestNoDrift(t *testing.T) {
	const rate = 7
	at := all(&arrivals{schedule: newSchedule(Timing{Duration: time.Hour, Rate: rate}, nil)})
	last := at[len(at)-1]
	if want := time.Hour - time.Second/(2*rate); len(at) != 3600*rate || (last-want).Abs() > time.Microsecond {
		t.Errorf("%d arrivals, the last at %v; want %d and %v", len(at), last, 3600*rate, want)
	}
}

func TestRamp(t *testing.T) {
	at := all(&arrivals{schedule: newSchedule(Timing{Duration: 10 * time.Second, Ramp: 4 * time.Second, Rate: 1000}, nil)})
	tests := []struct {
		from, to time.Duration
		want     int
	}{
		{0, 2 * time.Second, 500}, {2 * time.Second, 4 * time.Second, 1500}, {4 * time.Second, 10 * time.Second, 6000},
	}
	for _, tt := range tests {
		if got := between(at, tt.from, tt.to); got < tt.want-1 || got > tt.want+1 {
			t.Errorf("%d arrivals from %v to %v, want %d", got, tt.from, tt.to, tt.want)
		}
	}
}

func TestBurst(t *testing.T) {
	burst := Burst{Every: 5 * time.Second, Length: time.Second, Factor: 10}
	at := all(&arrivals{schedule: newSchedule(Timing{Duration: 10 * time.Second, Rate: 100, Burst: burst}, nil)})
	for from, want := range map[time.Duration]int{0: 100, 3 * time.Second: 100, 4 * time.Second: 1000, 5 * time.Second: 100, 9 * time.Second: 1000} {
		if got := between(at, from, from+time.Second); got < want-1 || got > want+1 {
			t.Errorf("%d arrivals in the second from %v, want %d", got, from, want)
		}
	}
}

func TestShape(t *testing.T) {
	at := all(&arrivals{schedule: newSchedule(Timing{Duration: 4 * time.Second, Rate: 100}, []float64{2, 0, 1, 1})})
	for from, want := range map[time.Duration]int{0: 200, time.Second: 0, 2 * time.Second: 100, 3 * time.Second: 100} {
		if got := between(at, from, from+time.Second); got < want-1 || got > want+1 {
			t.Errorf("%d arrivals in the second from %v, want %d", got, from, want)
		}
	}
}

func TestPoissonArrivals(t *testing.T) {
	at := all(&arrivals{schedule: newSchedule(Timing{Duration: 100 * time.Second, Rate: 100}, nil), random: rand.New(rand.NewPCG(1, 1))})
	if n := len(at); math.Abs(float64(n)-10_000) > 500 {
		t.Errorf("%d arrivals, want about 10,000", n)
	}
	empty := 0
	for i := range 10_000 {
		if between(at[:min(len(at), i+200)], time.Duration(i)*10*time.Millisecond, time.Duration(i+1)*10*time.Millisecond) == 0 {
			empty++
		}
	}
	if share := float64(empty) / 10_000; math.Abs(share-1/math.E) > 0.05 {
		t.Errorf("%.2f of the slots of a mean gap are empty, want about 1/e", share)
	}
}

// Whatever the timing, instants rise and stay within the run, and there are as many as the rate's integral.
func TestAnySchedule(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		timing := Timing{
			Duration: time.Duration(rapid.IntRange(1, 60_000).Draw(t, "ms")) * time.Millisecond,
			Rate:     rapid.Float64Range(0.1, 500).Draw(t, "rate"),
		}
		timing.Ramp = time.Duration(rapid.Float64Range(0, 1).Draw(t, "ramp") * float64(timing.Duration))
		var shape []float64
		switch rapid.IntRange(0, 2).Draw(t, "kind") {
		case 1:
			timing.Burst = Burst{Every: 700 * time.Millisecond, Length: 200 * time.Millisecond, Factor: 3}
		case 2:
			shape = rapid.SliceOfN(rapid.Float64Range(0, 4), 1, 30).Draw(t, "shape")
		}
		s := newSchedule(timing, shape)
		at := all(&arrivals{schedule: s})
		if !slices.IsSorted(at) {
			t.Fatal("instants do not rise")
		}
		if n := len(at); n > 0 && at[n-1] > timing.Duration {
			t.Fatalf("the last instant %v is after the end %v", at[n-1], timing.Duration)
		}
		if math.Abs(float64(len(at))-s.total) > 1 {
			t.Fatalf("%d arrivals, want %g", len(at), s.total)
		}
	})
}

// In fake time the pacer releases each send at the first tick after its instant, however long emit takes.
func TestPacer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		a := arrivals{schedule: newSchedule(Timing{Duration: 10 * time.Second, Rate: 250}, nil)}
		p := &pacer{start: start, tick: 3 * time.Millisecond, next: a.next}
		var released []time.Duration
		stalled := false
		p.run(t.Context(), func(now time.Duration, due []time.Duration) {
			for _, at := range due {
				if at > now {
					t.Fatalf("released %v at %v, too early", at, now)
				}
				if lag := now - at; lag > 7*time.Millisecond && !stalled {
					t.Fatalf("released %v at %v", at, now)
				}
			}
			released = append(released, due...)
			if stalled = now > 5*time.Second && now < 5100*time.Millisecond; stalled {
				time.Sleep(200 * time.Millisecond) // fake: a stall of the machine
			}
		})
		if len(released) != 2500 || !slices.IsSorted(released) {
			t.Errorf("%d sends released, want 2,500 in order", len(released))
		}
		if took := time.Since(start); took > 10*time.Second {
			t.Errorf("the pacer took %v for 10 s: a stall was not caught up", took)
		}
	})
}

func TestPacerStopsAndGoesOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := arrivals{schedule: newSchedule(Timing{Duration: 4 * time.Second, Rate: 100}, nil)}
		p := &pacer{start: time.Now(), tick: time.Millisecond, next: a.next}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		n := 0
		count := func(_ time.Duration, due []time.Duration) { n += len(due) }
		p.run(ctx, count)
		if n < 99 || n > 101 {
			t.Errorf("%d sends in the first second, want 100", n)
		}
		time.Sleep(10 * time.Second) // fake: the server is away
		p.postpone(10 * time.Second)
		ctx, cancel = context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		p.run(ctx, count)
		if n < 198 || n > 202 {
			t.Errorf("%d sends after another second, want 200: the time away must not be caught up", n)
		}
	})
}
