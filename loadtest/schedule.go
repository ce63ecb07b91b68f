package loadtest

import (
	"math"
	"math/rand/v2"
	"time"
)

// stretch is a part of a schedule in which the rate runs in a straight line from one value to another.
type stretch struct {
	from, length float64 // seconds
	rate, slope  float64 // events a second at its start, and how that changes a second
	before       float64 // events due before it
}

// due returns how many events are due x seconds into the stretch.
func (s stretch) due(x float64) float64 { return s.rate*x + s.slope*x*x/2 }

// schedule is the rate over a run. It is immutable.
type schedule struct {
	stretches []stretch
	total     float64
}

// newSchedule builds the schedule of a timing; shape is the relative rate of equal parts of the duration, nil for none.
func newSchedule(t Timing, shape []float64) schedule {
	var s schedule
	duration, ramp := t.Duration.Seconds(), t.Ramp.Seconds()
	rate := func(at float64) float64 { // but for the burst
		if at < ramp {
			return t.Rate * at / ramp
		}
		return t.Rate
	}
	cuts := t.cuts(shape)
	for i, from := range cuts {
		to := duration
		if i+1 < len(cuts) {
			to = cuts[i+1]
		}
		if to <= from {
			continue
		}
		factor := t.factor((from+to)/2, shape)
		first, last := rate(from)*factor, rate(to)*factor
		s.add(from, to-from, first, last)
	}
	return s
}

func (s *schedule) add(from, length, first, last float64) {
	piece := stretch{from: from, length: length, rate: first, slope: (last - first) / length, before: s.total}
	s.stretches = append(s.stretches, piece)
	s.total += piece.due(length)
}

// cuts returns the seconds at which the rate bends or jumps, ascending, the first being 0.
func (t Timing) cuts(shape []float64) []float64 {
	duration, ramp := t.Duration.Seconds(), t.Ramp.Seconds()
	var at []float64
	switch {
	case shape != nil:
		for i := range shape {
			at = append(at, duration*float64(i)/float64(len(shape)))
		}
	case t.Burst.Every > 0:
		every, length := t.Burst.Every.Seconds(), t.Burst.Length.Seconds()
		for i := 0; float64(i)*every < duration; i++ {
			start := float64(i) * every
			at = append(at, start)
			if quiet := start + every - length; quiet < duration { // the burst ends each period
				at = append(at, quiet)
			}
		}
	default:
		at = []float64{0}
	}
	for i, x := range at {
		if x >= ramp {
			if x > ramp && ramp > 0 {
				at = append(at[:i], append([]float64{ramp}, at[i:]...)...)
			}
			return at
		}
	}
	if ramp > 0 && ramp < duration {
		at = append(at, ramp)
	}
	return at
}

func (t Timing) factor(at float64, shape []float64) float64 {
	switch {
	case shape != nil:
		i := int(at / t.Duration.Seconds() * float64(len(shape)))
		return shape[min(i, len(shape)-1)]
	case t.Burst.Every > 0:
		every := t.Burst.Every.Seconds()
		if math.Mod(at, every) >= every-t.Burst.Length.Seconds() {
			return t.Burst.Factor
		}
	}
	return 1
}

// arrivals hands out the instants of a schedule in order.
type arrivals struct {
	schedule schedule
	random   *rand.Rand // nil for even arrivals
	at       int        // the stretch of the last one
	done     float64    // events handed out, or the place of the last one on the schedule's count
}

// next returns when the next send is due, from the start of the schedule; false when it is over. Instants come from the
// schedule's integral, never from adding up gaps, so they do not drift.
func (a *arrivals) next() (time.Duration, bool) {
	if a.random == nil {
		a.done++
	} else {
		a.done += a.random.ExpFloat64()
	}
	place := a.done
	if a.random == nil {
		place -= 0.5 // in the middle of its share of the schedule, so that the first is not due at 0
	}
	if place > a.schedule.total {
		return 0, false
	}
	for a.at+1 < len(a.schedule.stretches) && a.schedule.stretches[a.at+1].before <= place {
		a.at++
	}
	s := a.schedule.stretches[a.at]
	return time.Duration((s.from + s.when(place-s.before)) * float64(time.Second)), true
}

// when returns how many seconds into the stretch n events are due: the inverse of due.
func (s stretch) when(n float64) float64 {
	if math.Abs(s.slope) < 1e-9 {
		if s.rate == 0 {
			return s.length
		}
		return min(n/s.rate, s.length)
	}
	root := math.Sqrt(max(0, s.rate*s.rate+2*s.slope*n))
	return min(max(0, 2*n/(s.rate+root)), s.length)
}
