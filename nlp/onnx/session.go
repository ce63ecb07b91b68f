package onnx

import (
	"errors"
	"fmt"
	"sync"

	ort "github.com/yalue/onnxruntime_go"

	"liveroom/engine/live"
	"liveroom/nlp"
)

const (
	maxBatch = 64 // sequences of one run
	stride   = 4  // lengths are rounded up to it, so that few shapes of tensors are needed
	maxIdle  = 16 // sets of tensors kept for later runs
)

// errTooLarge refuses a batch that would grow the runtime's arena, which never shrinks.
var errTooLarge = errors.New("batch too large")

func roundUp(n int) int { return (n + stride - 1) / stride * stride }

// session is a model opened on the runtime.
type session struct {
	// Set when opened.
	inner   *ort.DynamicAdvancedSession
	unknown int64 // stands in for an id out of range, which would fail the whole batch
	size    int64 // one more than the largest id
	longest int   // most ids of a sequence

	mu   sync.Mutex
	idle []*tensors
}

// Classify implements nlp.Classifier. Sequences are padded to the longest of them.
func (s *session) Classify(batch [][]int32, out []nlp.Scores) error {
	length := 0
	for _, ids := range batch {
		length = max(length, len(ids))
	}
	if len(batch) == 0 {
		return nil
	}
	if len(batch) > maxBatch || length > s.longest || len(batch) > len(out) {
		return fmt.Errorf("%w: %d sequences of up to %d ids, at most %d of %d", errTooLarge, len(batch), length, maxBatch, s.longest)
	}
	t := s.borrow()
	if t == nil {
		t = newTensors(s.longest)
	}
	err := s.run(t, batch, roundUp(max(length, 1)), out)
	if err != nil {
		return errors.Join(err, t.destroy())
	}
	s.giveBack(t)
	return nil
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
	}
	shape, err := t.shaped(len(batch), length)
	if err != nil {
		return err
	}
	if err := s.inner.Run(shape.in[:], shape.out[:]); err != nil {
		return fmt.Errorf("run model: %w", err)
	}
	for i := range batch {
		copy(out[i].Intent[:], t.intent[i*live.Intents:])
		copy(out[i].Emotion[:], t.emotion[i*live.Emotions:])
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

// tensors are the memory of one run at a time, seen through a tensor for every shape that was needed so far.
type tensors struct {
	ids     []int64
	intent  []float32
	emotion []float32
	shapes  map[[2]int]*shaped
}

// shaped is the tensors of one batch size and length. They share the memory of their owner.
type shaped struct {
	in  [1]ort.Value
	out [2]ort.Value
}

func newTensors(longest int) *tensors {
	return &tensors{
		ids:     make([]int64, maxBatch*longest),
		intent:  make([]float32, maxBatch*live.Intents),
		emotion: make([]float32, maxBatch*live.Emotions),
		shapes:  map[[2]int]*shaped{},
	}
}

func (t *tensors) shaped(batch, length int) (*shaped, error) {
	key := [2]int{batch, length}
	if s := t.shapes[key]; s != nil {
		return s, nil
	}
	n := int64(batch)
	ids, err := ort.NewTensor(ort.NewShape(n, int64(length)), t.ids)
	if err != nil {
		return nil, fmt.Errorf("make tensor: %w", err)
	}
	s := &shaped{in: [1]ort.Value{ids}}
	t.shapes[key] = s
	intent, err := ort.NewTensor(ort.NewShape(n, int64(live.Intents)), t.intent)
	if err != nil {
		return nil, fmt.Errorf("make tensor: %w", err)
	}
	s.out[0] = intent
	emotion, err := ort.NewTensor(ort.NewShape(n, int64(live.Emotions)), t.emotion)
	if err != nil {
		return nil, fmt.Errorf("make tensor: %w", err)
	}
	s.out[1] = emotion
	return s, nil
}

func (t *tensors) destroy() (err error) {
	for _, s := range t.shapes {
		for _, v := range append(s.in[:], s.out[:]...) {
			if v != nil {
				err = errors.Join(err, v.Destroy())
			}
		}
	}
	t.shapes = nil
	return err
}
