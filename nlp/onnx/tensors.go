package onnx

import (
	"errors"
	"fmt"

	ort "github.com/yalue/onnxruntime_go"
)

// tensors are the memory of one run at a time, seen through a tensor for every shape that was needed so far.
type tensors struct {
	ids     []int64
	narrow  []int32     // lengths, for a graph that takes 32 bits
	lengths []int64     // lengths, for one that takes 64
	scores  [][]float32 // by head
	shapes  map[[2]int]*shaped
}

// shaped is the tensors of one batch size and length. They share the memory of their owner.
type shaped struct {
	in  []ort.Value
	out []ort.Value
}

func newTensors(g *graph) *tensors {
	t := &tensors{ids: make([]int64, max(maxCells, roundUp(g.longest))), shapes: map[[2]int]*shaped{}}
	switch {
	case g.lengths && g.wide:
		t.lengths = make([]int64, maxBatch)
	case g.lengths:
		t.narrow = make([]int32, maxBatch)
	}
	for _, h := range g.heads {
		t.scores = append(t.scores, make([]float32, maxBatch*h.width))
	}
	return t
}

func (t *tensors) setLength(i, n int) {
	switch {
	case t.lengths != nil:
		t.lengths[i] = int64(n)
	case t.narrow != nil:
		t.narrow[i] = int32(n)
	}
}

func (t *tensors) shaped(g *graph, batch, length int) (*shaped, error) {
	key := [2]int{batch, length}
	if s := t.shapes[key]; s != nil {
		return s, nil
	}
	s := &shaped{}
	t.shapes[key] = s
	n := int64(batch)
	ids, err := ort.NewTensor(ort.NewShape(n, int64(length)), t.ids)
	if err != nil {
		return nil, fmt.Errorf("make tensor: %w", err)
	}
	s.in = append(s.in, ids)
	if g.lengths {
		lengths, err := t.lengthTensor(n)
		if err != nil {
			return nil, fmt.Errorf("make tensor: %w", err)
		}
		s.in = append(s.in, lengths)
	}
	for k, h := range g.heads {
		scores, err := ort.NewTensor(ort.NewShape(n, int64(h.width)), t.scores[k])
		if err != nil {
			return nil, fmt.Errorf("make tensor: %w", err)
		}
		s.out = append(s.out, scores)
	}
	return s, nil
}

func (t *tensors) lengthTensor(n int64) (ort.Value, error) {
	if t.lengths != nil {
		return ort.NewTensor(ort.NewShape(n), t.lengths)
	}
	return ort.NewTensor(ort.NewShape(n), t.narrow)
}

func (t *tensors) destroy() (err error) {
	for _, s := range t.shapes {
		for _, v := range append(s.in, s.out...) {
			err = errors.Join(err, v.Destroy())
		}
	}
	t.shapes = nil
	return err
}
