package loadtest

import (
	"math"
	"math/rand/v2"
	"slices"
)

// dice draws from 0 to n-1 by a Draw or by given weights. It is immutable: the randomness is the caller's.
type dice struct {
	n   int
	cum []float64 // running sums of the weights; nil for uniform
}

func newDice(n int, d Draw) dice {
	if d.By != "zipf" {
		return dice{n: n}
	}
	weights := make([]float64, n)
	for i := range weights {
		weights[i] = math.Pow(float64(i+1), -d.Skew)
	}
	return weighted(weights)
}

func weighted(weights []float64) dice {
	cum := make([]float64, len(weights))
	sum := 0.0
	for i, w := range weights {
		sum += w
		cum[i] = sum
	}
	return dice{n: len(weights), cum: cum}
}

func (d dice) roll(r *rand.Rand) int {
	if d.n <= 1 {
		return 0
	}
	if d.cum == nil {
		return r.IntN(d.n)
	}
	x := r.Float64() * d.cum[d.n-1]
	i, exact := slices.BinarySearch(d.cum, x)
	if exact { // x is where the next one begins
		i++
	}
	return min(i, d.n-1)
}
