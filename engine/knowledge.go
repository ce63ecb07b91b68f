package engine

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"liveroom/actors"
	"liveroom/engine/live"
	"liveroom/engine/shop"
	"liveroom/engine/shop/document"
	"liveroom/engine/shop/knowledge"
	"liveroom/scripts"
)

// wisdom is the one place that holds what the shop knows to answer, swapped whole as wares are.
type wisdom = atomic.Pointer[knowledge.Base]

// knowledgeFrom makes what is kept of a knowledge base out of what was exported of one.
func knowledgeFrom(export []byte) ([]byte, error) {
	entries, err := knowledge.Parse(document.YAML, export, knowledge.Rules{})
	if err != nil {
		return nil, err
	}
	b, _ := knowledge.New(0).Update(entries, time.Now().UnixMilli())
	return b.Keep()
}

// openKnowledge reads the knowledge base: as it was changed last, else as configured, else the demo shop's.
func (p *parts) openKnowledge(ctx context.Context, cfg Config) error {
	p.knowledge = new(wisdom)
	changed, err := p.papers.read(ctx, knowledgePaper, func(file []byte) error {
		b, err := knowledge.Load(file, cfg.Shop.KnowledgeThreshold)
		if err == nil {
			p.knowledge.Store(b)
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("read imported knowledge: %w", err)
	}
	if changed {
		return nil
	}
	var entries []knowledge.Entry
	switch {
	case cfg.Shop.Knowledge != "":
		file, err := os.ReadFile(cfg.Shop.Knowledge)
		if err != nil {
			return fmt.Errorf("read knowledge: %w", err)
		}
		format, err := document.FormatOf(cfg.Shop.Knowledge)
		if err != nil {
			format = document.YAML
		}
		if entries, err = knowledge.Parse(format, file, knowledge.Rules{Sells: p.sells}); err != nil {
			return fmt.Errorf("knowledge %s: %w", cfg.Shop.Knowledge, err)
		}
	case p.catalogue.Load() == shop.Demo():
		entries = knowledge.Demo()
	}
	b, _ := knowledge.New(cfg.Shop.KnowledgeThreshold).Update(entries, time.Now().UnixMilli())
	p.knowledge.Store(b)
	return nil
}

func (p *parts) sells(id live.ProductID) bool { return p.catalogue.Load().ByID(id) != nil }

// learning replaces the knowledge base of a running node.
type learning struct {
	parts *parts
	last  *lastImport
	log   *slog.Logger
	mu    sync.Mutex // held by the one who replaces
}

// routes returns the handlers of the admin side.
func (l *learning) routes() map[string]http.Handler {
	k := keepsake{
		name: "knowledge", log: l.log, last: l.last,
		export: func(format document.Format) ([]byte, error) {
			return knowledge.Export(format, l.parts.knowledge.Load().Entries())
		},
		replace: func(ctx context.Context, format document.Format, file []byte, dry bool) (any, error) {
			changes, err := l.replace(ctx, format, file, dry)
			return changes, err
		},
	}
	routes := k.routes("/v1/knowledge")
	routes["GET /v1/knowledge/{id}"] = http.HandlerFunc(l.history)
	return routes
}

// replace puts a knowledge base in force. It is checked whole and kept in the store before anything changes.
func (l *learning) replace(ctx context.Context, format document.Format, file []byte, dry bool) (knowledge.Changes, error) {
	entries, err := knowledge.Parse(format, file, knowledge.Rules{Censor: l.parts.book, Sells: l.parts.sells})
	if err != nil {
		return knowledge.Changes{}, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	next, changes := l.parts.knowledge.Load().Update(entries, time.Now().UnixMilli())
	if dry {
		return changes, nil
	}
	if err := l.keep(ctx, next); err != nil {
		return knowledge.Changes{}, err
	}
	l.log.Info("knowledge replaced", "added", changes.Added, "changed", changes.Changed, "removed", changes.Removed)
	return changes, nil
}

// keep puts a base in force once it is stored, its past with it. mu is held.
func (l *learning) keep(ctx context.Context, next *knowledge.Base) error {
	kept, err := next.Keep()
	if err == nil {
		err = l.parts.papers.keep(ctx, knowledgePaper, kept)
	}
	if err == nil {
		l.parts.knowledge.Store(next)
	}
	return err
}

// history answers with an entry as it is and as it was, the latest first.
func (l *learning) history(w http.ResponseWriter, r *http.Request) {
	id := r.PathValue("id")
	now, past, ok := l.parts.knowledge.Load().Entry(id)
	if !ok {
		answer(w, http.StatusNotFound, refusal{Error: fmt.Sprintf("id: there is no entry %q and never was; GET /v1/knowledge lists them", document.Clip(id))})
		return
	}
	answer(w, http.StatusOK, knowledge.History(now, past))
}

// figureIntents are answered with live figures, which knowledge does not have: there the exact question alone is.
var figureIntents = map[live.Intent]bool{live.IntentStock: true, live.IntentPrice: true, live.IntentPromo: true}

// ofStock tells whether a script topic is the plain answer to a question, or a narrower one of stock.
func ofStock(topic string) bool {
	return topic == "" || topic == string(scripts.TopicRestock) || topic == string(scripts.TopicUrgency)
}

// known returns the line that the shop's knowledge has for a question, false when scripts are to answer.
func (c composer) known(q *actors.Question) (actors.Line, bool) {
	if c.knowledge == nil {
		return actors.Line{}, false
	}
	base := c.knowledge.Load()
	found, ok := answerIn(base, q)
	if plain, unsure := asks(q); plain || unsure {
		c.metrics.answered(ok)
	}
	if !ok {
		return actors.Line{}, false
	}
	if _, _, bad := c.book.Forbidden(found.Text); bad { // the list may have grown since it was imported
		return actors.Line{}, false
	}
	if q.Basis != nil {
		q.Basis.Entry = &actors.BasisEntry{ID: found.Entry, Version: found.Version, Exact: found.Exact, Score: found.Score}
	}
	base.Note(found.Entry)
	return actors.Line{Text: found.Text, Script: "kb/" + found.Entry, Variant: fmt.Sprint("v", found.Version), By: live.ByKnowledge, Alone: true}, true
}

// asks tells whether a question is one that the knowledge base may answer: a plain one, or one that was not understood, since
// what the shop has written an answer to need not be asked back.
func asks(q *actors.Question) (plain, unsure bool) {
	if q.Text == "" {
		return false, false
	}
	return ofStock(q.Topic) && q.Reading != nil && q.Reading.Intent.Business(), q.Topic == string(scripts.TopicClarify)
}

// answerIn returns the answer that a base has for a question, false when scripts are to answer.
func answerIn(base *knowledge.Base, q *actors.Question) (knowledge.Answer, bool) {
	plain, unsure := asks(q)
	if !plain && !unsure {
		return knowledge.Answer{}, false
	}
	var product live.ProductID
	if q.Product != nil {
		product = q.Product.ID
	}
	found, ok := base.Find(q.Text, q.Reading.Intent, product)
	return found, ok && (found.Exact || !unsure && !figureIntents[q.Reading.Intent])
}
