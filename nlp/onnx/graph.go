package onnx

import (
	"fmt"

	ort "github.com/yalue/onnxruntime_go"

	"liveroom/engine/live"
	"liveroom/nlp"
)

const (
	idsInput     = "ids"
	lengthsInput = "lengths"
)

// graph is what a file is fed and what is read from it.
type graph struct {
	file    string
	longest int  // most ids of a sequence, a multiple of stride
	lengths bool // the graph is also told how long each sequence is, so that padding does not count
	wide    bool // lengths are 64-bit integers, else 32-bit; known once checked
	heads   []head
}

// head is one output: a row of scores for each sequence.
type head struct {
	name  string
	width int
	of    func(*nlp.Scores) []float32 // where a text's row goes
}

func intentGraph(m *nlp.Manifest) graph {
	return graph{
		file:    nlp.ModelFile,
		longest: roundUp(m.Tokens.MaxLen + 2*m.Tokens.Edge),
		heads:   mainHeads(),
	}
}

func sentimentGraph(m *nlp.Manifest) graph {
	heads := []head{{"sentiment", live.Sentiments, func(s *nlp.Scores) []float32 { return s.Sentiment[:] }}}
	if m.Sentiment.Votes != nil {
		heads = append(heads, mainHeads()...)
	}
	return graph{file: nlp.SentimentFile, longest: roundUp(m.Sentiment.MaxLen), lengths: true, heads: heads}
}

// mainHeads are intent and emotion.
func mainHeads() []head {
	return []head{
		{"intent", live.Intents, func(s *nlp.Scores) []float32 { return s.Intent[:] }},
		{"emotion", live.Emotions, func(s *nlp.Scores) []float32 { return s.Emotion[:] }},
	}
}

func (g *graph) inputs() []string {
	if g.lengths {
		return []string{idsInput, lengthsInput}
	}
	return []string{idsInput}
}

func (g *graph) outputs() []string {
	names := make([]string, len(g.heads))
	for i, h := range g.heads {
		names[i] = h.name
	}
	return names
}

// check holds the inputs and outputs of a file against what we feed and read, and learns the type of its lengths.
func (g *graph) check(model []byte) error {
	inputs, outputs, err := ort.GetInputOutputInfoWithONNXData(model)
	if err != nil {
		return fmt.Errorf("%w: read %s: %w", nlp.ErrBadModel, g.file, err)
	}
	want := map[string]bool{}
	for _, name := range g.inputs() {
		want[name] = true
	}
	for _, in := range inputs {
		if !want[in.Name] || !g.feeds(in) {
			return fmt.Errorf("%w: %s: input %v is not one of ours (%v)", nlp.ErrBadModel, g.file, in, g.inputs())
		}
		delete(want, in.Name)
	}
	for _, h := range g.heads {
		want[h.name] = true
		for _, o := range outputs {
			if o.Name == h.name && o.DataType == ort.TensorElementDataTypeFloat && len(o.Dimensions) == 2 && o.Dimensions[1] == int64(h.width) {
				delete(want, h.name)
			}
		}
	}
	if len(want) > 0 {
		return fmt.Errorf("%w: %s: inputs are %v and outputs %v, still want %v", nlp.ErrBadModel, g.file, inputs, outputs, want)
	}
	return nil
}

// feeds tells whether an input is of the type and shape that we feed it.
func (g *graph) feeds(in ort.InputOutputInfo) bool {
	if in.Name == idsInput {
		return in.DataType == ort.TensorElementDataTypeInt64 && len(in.Dimensions) == 2
	}
	g.wide = in.DataType == ort.TensorElementDataTypeInt64
	return len(in.Dimensions) == 1 && (g.wide || in.DataType == ort.TensorElementDataTypeInt32)
}
