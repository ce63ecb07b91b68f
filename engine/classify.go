package engine

import (
	"context"
	"errors"
	"log/slog"

	"github.com/prometheus/client_golang/prometheus"

	"liveroom/engine/live"
	"liveroom/nlp"
	"liveroom/nlp/onnx"
)

// Classify runs the reader alone, as configured, and calls use with a function that reads one text and returns the
// reading as a JSON object. It opens no storage and no socket.
func Classify(ctx context.Context, cfg Config, log *slog.Logger, use func(read func(string) []byte) error) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	if cfg.NLP.ModelDir == "" {
		cfg.NLP.ModelDir = findModel()
	}
	cfg.NLP.Load = onnx.Open
	s, err := nlp.New(cfg.NLP, log, prometheus.NewRegistry())
	if err != nil {
		return err
	}
	var p parts
	if err := p.openShop(cfg.Shop); err != nil {
		return err
	}
	s.SetCatalogue(p.catalogue.Shop(), p.catalogue.Products())
	g := newGroup(ctx)
	if err := g.start("nlp", s); err != nil {
		return err
	}
	err = use(func(text string) []byte {
		got := make(chan *live.Reading, 1)
		s.Submit(nlp.Query{Shop: p.catalogue.Shop(), Text: text}, func(r *live.Reading) { got <- r })
		return nlp.AppendReadingJSON(nil, text, <-got)
	})
	return errors.Join(err, g.stop("nlp"))
}
