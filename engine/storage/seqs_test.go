package storage

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// TestSeqs holds the packed list against a plain one through random additions and removals.
func TestSeqs(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	var q seqs
	var plain []uint64
	next := uint64(1)
	for i := range 20_000 {
		switch r.IntN(12) {
		case 0:
			n := r.IntN(12)
			q.keep(n)
			plain = plain[max(0, len(plain)-n):]
		case 1:
			through := next - min(next, uint64(r.IntN(2000)))
			q.forget(through)
			plain = slices.DeleteFunc(plain, func(b uint64) bool { return b <= through })
		case 2:
			next += 1 << r.IntN(40)
			fallthrough
		default:
			next += uint64(r.IntN(300))
			if n := len(plain); n == 0 || plain[n-1] != next {
				plain = append(plain, next)
			}
			q.add(next)
		}
		if got := slices.Collect(q.all); !slices.Equal(got, plain) || q.count != len(plain) {
			t.Fatalf("step %d: %d, want %d", i, got, plain)
		}
		if n := r.IntN(5); !slices.Equal(q.latest(n), plain[max(0, len(plain)-n):]) {
			t.Fatalf("step %d: the latest %d are %d, want %d", i, n, q.latest(n), plain[max(0, len(plain)-n):])
		}
		if len(plain) > 0 && (q.first != plain[0] || q.last != plain[len(plain)-1]) {
			t.Fatalf("step %d: from %d to %d, want %d to %d", i, q.first, q.last, plain[0], plain[len(plain)-1])
		}
	}
	if q := (*seqs)(nil); q.latest(3) != nil {
		t.Error("no list has blocks")
	}
}
