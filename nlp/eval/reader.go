package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"liveroom/engine/live"
	"liveroom/nlp"
	"liveroom/nlp/onnx"
)

const (
	inFlight = 1024 // texts submitted and not yet read
	longest  = 5 * time.Minute
)

// reader is the service under test, on the model runtime.
type reader struct {
	*nlp.Service
	stop func() error
}

// errDegraded says that the service does not read by all of the model, so that figures would not be the model's.
var errDegraded = errors.New("the model is not in use")

// openReader runs the service over a model, with a cache of so many results.
func openReader(dir string, cached int) (*reader, error) {
	config := nlp.Config{
		ModelDir: dir, Load: onnx.Open, LoadSentiment: onnx.OpenSentiment, QueueLimit: 2 * inFlight, CacheEntries: cached,
	}
	s, err := nlp.New(config, slog.New(slog.DiscardHandler), prometheus.NewRegistry())
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	r := &reader{s, func() error { cancel(); return <-ended }}
	select {
	case <-s.Ready():
	case err := <-ended:
		cancel()
		return nil, err
	}
	if why := s.Status().Degraded; why != "" {
		return nil, errors.Join(fmt.Errorf("%w: %s", errDegraded, why), r.stop())
	}
	return r, nil
}

// readAll reads texts in the words of a shop, and returns the readings in their order. Any that the model did not
// decide, but for blank ones, is an error.
func (r *reader) readAll(shop live.ShopID, texts []string) ([]*live.Reading, error) {
	readings := make([]*live.Reading, len(texts))
	places := make(chan struct{}, inFlight)
	var wait sync.WaitGroup
	deadline := time.Now().Add(longest)
	for i, text := range texts {
		places <- struct{}{}
		wait.Add(1)
		r.Submit(nlp.Query{Shop: shop, Text: text, Deadline: deadline}, func(got *live.Reading) {
			readings[i] = got
			<-places
			wait.Done()
		})
	}
	wait.Wait()
	strange := 0
	for _, got := range readings {
		if blank := got.DecidedBy == live.DecidedByRules && got.Confidence == 0; got.DecidedBy != live.DecidedByModel && !blank {
			strange++
		}
	}
	if strange > 0 {
		return nil, fmt.Errorf("%w: it did not decide on %d of %d texts", errDegraded, strange, len(texts))
	}
	return readings, nil
}

// sides returns of each line whether it is positive or negative, and which of the two the model holds likelier.
func (r *reader) sides(lines []line) (pairs []pair, err error) {
	for i := range lines {
		odds, err := r.Stance(lines[i].text)
		if err != nil {
			return nil, err
		}
		said := live.Positive
		if odds[live.Negative-1] > odds[live.Positive-1] {
			said = live.Negative
		}
		pairs = append(pairs, pair{int(lines[i].sentiment), int(said)})
	}
	return pairs, nil
}

// answered is a line and what the service made of it.
type answered struct {
	line
	got *live.Reading
}

func (r *reader) answer(lines []line) ([]answered, error) {
	texts := make([]string, len(lines))
	for i := range lines {
		texts[i] = lines[i].text
	}
	readings, err := r.readAll("", texts)
	out := make([]answered, len(readings))
	for i := range readings {
		out[i] = answered{lines[i], readings[i]}
	}
	return out, err
}
