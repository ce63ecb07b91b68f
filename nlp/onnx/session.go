package onnx

import (
	"errors"
	"fmt"
	"sync"

	ort "github.com/yalue/onnxruntime_go"

	"liveroom/nlp"
)

const (
	maxBatch = 64 // sequences of one call
	// maxCells are the ids of one run, padding included; a longer sequence runs alone. What more would save in calls it loses
	// to the processor's cache (64 texts of 40 characters take twice as long as eight runs of 8), and the runtime's arena keeps
	// the memory of the largest run for good.
	maxCells = 256
	stride   = 4  // lengths are rounded up to it, so that few shapes of tensors are needed
	maxIdle  = 16 // sets of tensors kept for later runs
)

// errTooLarge refuses a batch that would grow the runtime's arena, which never shrinks.
var errTooLarge = errors.New("batch too large")

func roundUp(n int) int { return (n + stride - 1) / stride * stride }

// session is a file of a model opened on the runtime.
type session struct {
	// Set when opened.
	inner   *ort.DynamicAdvancedSession
	graph   graph
	unknown int64 // stands in for an id out of range, which would fail the whole batch
	size    int64 // one more than the largest id

	mu   sync.Mutex
	idle []*tensors
}

// Classify implements nlp.Classifier. Sequences are padded to the longest of their run.
func (s *session) Classify(batch [][]int32, out []nlp.Scores) error {
	length := 0
	for _, ids := range batch {
		length = max(length, len(ids))
	}
	if len(batch) == 0 {
		return nil
	}
	if longest := s.graph.longest; len(batch) > maxBatch || length > longest || len(batch) > len(out) {
		return fmt.Errorf("%w: %d sequences of up to %d ids, at most %d of %d", errTooLarge, len(batch), length, maxBatch, longest)
	}
	t := s.borrow()
	if t == nil {
		t = newTensors(&s.graph)
	}
	for first := 0; first < len(batch); {
		end, length := fill(batch, first)
		if err := s.run(t, batch[first:end], length, out[first:end]); err != nil {
			return errors.Join(err, t.destroy())
		}
		first = end
	}
	s.giveBack(t)
	return nil
}

// fill returns the end of the run that begins with the sequence first, and the length it is padded to.
func fill(batch [][]int32, first int) (end, length int) {
	for end = first; end < len(batch); end++ {
		longer := max(length, roundUp(max(len(batch[end]), 1)))
		if end > first && (end+1-first)*longer > maxCells {
			break
		}
		length = longer
	}
	return end, length
}

func (s *session) run(t *tensors, batch [][]int32, length int, out []nlp.Scores) error {
	for i, ids := range batch {
		row := t.ids[i*length : (i+1)*length]
		for k, id := range ids {
			if row[k] = int64(id); id < 0 || row[k] >= s.size {
				row[k] = s.unknown
			}
		}
		clear(row[len(ids):])
		t.setLength(i, max(len(ids), 1)) // a sequence of nothing is one of padding
	}
	shape, err := t.shaped(&s.graph, len(batch), length)
	if err != nil {
		return err
	}
	if err := s.inner.Run(shape.in, shape.out); err != nil {
		return fmt.Errorf("run model: %w", err)
	}
	for k, h := range s.graph.heads {
		for i := range batch {
			copy(h.of(&out[i]), t.scores[k][i*h.width:(i+1)*h.width])
		}
	}
	return nil
}

func (s *session) borrow() *tensors {
	s.mu.Lock()
	defer s.mu.Unlock()
	if n := len(s.idle); n > 0 {
		t := s.idle[n-1]
		s.idle = s.idle[:n-1]
		return t
	}
	return nil
}

func (s *session) giveBack(t *tensors) {
	s.mu.Lock()
	kept := len(s.idle) < maxIdle
	if kept {
		s.idle = append(s.idle, t)
	}
	s.mu.Unlock()
	if !kept {
		// Nothing can be done about a tensor that cannot be freed, and the scores are good.
		_ = t.destroy()
	}
}

// Close implements nlp.Classifier.
func (s *session) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	var err error
	for _, t := range s.idle {
		err = errors.Join(err, t.destroy())
	}
	s.idle = nil
	return errors.Join(err, s.inner.Destroy())
}
