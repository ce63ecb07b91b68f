package storage

import "encoding/binary"

// seqs is an ascending list of block numbers, kept as the differences between neighbours in variable length: about two
// bytes each, where ten thousand users with dozens of blocks each would take eight. The zero value is empty.
type seqs struct {
	first, last uint64
	count       int
	steps       []byte // count-1 differences, as unsigned varints
}

// add appends a block that is not below the last; the last once more changes nothing.
func (q *seqs) add(seq uint64) {
	switch {
	case q.count == 0:
		q.first = seq
	case seq == q.last:
		return
	default:
		q.steps = binary.AppendUvarint(q.steps, seq-q.last)
	}
	q.last = seq
	q.count++
}

// all calls yield for each block, ascending.
func (q *seqs) all(yield func(uint64) bool) {
	seq, steps := q.first, q.steps
	for left := q.count; left > 0 && yield(seq); left-- {
		step, n := binary.Uvarint(steps)
		seq, steps = seq+step, steps[n:]
	}
}

// latest returns up to n blocks, the last ones, ascending.
func (q *seqs) latest(n int) []uint64 {
	if q == nil || q.count == 0 {
		return nil
	}
	skip, out := q.count-n, make([]uint64, 0, min(n, q.count))
	for seq := range q.all {
		if skip--; skip < 0 {
			out = append(out, seq)
		}
	}
	return out
}

// keep drops all but the last n.
func (q *seqs) keep(n int) {
	switch {
	case q.count <= n:
		return
	case n <= 0:
		*q = seqs{}
		return
	}
	gone := 0
	for ; q.count > n; q.count-- {
		step, size := binary.Uvarint(q.steps[gone:])
		q.first += step
		gone += size
	}
	q.steps = append(q.steps[:0], q.steps[gone:]...)
}

// forget drops the blocks up to and including through.
func (q *seqs) forget(through uint64) {
	if q.count > 0 && q.first > through {
		return
	}
	gone := 0
	for seq := range q.all {
		if seq > through {
			break
		}
		gone++
	}
	q.keep(q.count - gone)
}
