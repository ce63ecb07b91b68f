package engine

import (
	"context"
	"errors"
	"log/slog"

	"github.com/prometheus/client_golang/prometheus"

	"liveroom/engine/live"
	"liveroom/nlp"
)

// Classify runs the reader alone, as configured, and calls use with a function that reads one text and returns the
// reading as a JSON object. It opens no socket, and of storage it reads what was imported.
func Classify(ctx context.Context, cfg Config, log *slog.Logger, use func(read func(string) []byte) error) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	p := parts{registry: prometheus.NewRegistry(), papers: papersBeside(cfg.Storage, log)}
	if err := p.openShop(ctx, cfg); err != nil {
		return err
	}
	cfg.NLP.Watch = 0 // it ends with its input
	if err := p.openReader(cfg, func(open nlp.Loader) nlp.Loader { return open }, log); err != nil {
		return err
	}
	s := p.reader
	g := newGroup(ctx)
	if err := g.start("nlp", s); err != nil {
		return err
	}
	err := use(func(text string) []byte {
		got := make(chan *live.Reading, 1)
		s.Submit(nlp.Query{Shop: p.catalogue.Load().Shop(), Text: text}, func(r *live.Reading) { got <- r })
		return nlp.AppendReadingJSON(nil, text, <-got)
	})
	return errors.Join(err, g.stop(ctx, "nlp"))
}
