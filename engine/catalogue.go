package engine

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"liveroom/engine/live"
	"liveroom/engine/shop"
	"liveroom/engine/shop/document"
)

// wares is the one place that holds what the shop sells. The catalogue in it is immutable and swapped whole; who needs it
// loads it once for one piece of work and keeps it no longer.
type wares = atomic.Pointer[shop.Catalogue]

// readCatalogue returns the catalogue to start with: the one imported last, else the configured one, else the demo shop's.
func (p *parts) readCatalogue(ctx context.Context, cfg Config) (c *shop.Catalogue, err error) {
	imported, err := p.papers.read(ctx, cataloguePaper, func(file []byte) (err error) {
		c, err = shop.ParseCatalogue(file)
		return err
	})
	switch {
	case err != nil:
		return nil, fmt.Errorf("read imported catalogue: %w", err)
	case imported:
		return c, nil
	case cfg.Shop.Catalogue == "":
		return shop.Demo(), nil
	}
	file, err := os.ReadFile(cfg.Shop.Catalogue)
	if err != nil {
		return nil, fmt.Errorf("read catalogue: %w", err)
	}
	format, err := document.FormatOf(cfg.Shop.Catalogue)
	if err != nil {
		format = document.YAML
	}
	if c, err = shop.Parse(format, file); err != nil {
		return nil, fmt.Errorf("catalogue %s: %w", cfg.Shop.Catalogue, err)
	}
	return c, nil
}

// restock replaces the catalogue of a running node.
type restock struct {
	parts *parts
	last  *lastImport
	log   *slog.Logger
	mu    sync.Mutex // held by the one who replaces
}

// factsBudget is how long looking for stock of SKUs that came may take.
const factsBudget = 10 * time.Second

// shopRoutes returns the handlers of what the shop keeps. The parts are complete when a request comes.
func (e *Engine) shopRoutes(l *learning, log *slog.Logger) map[string]http.Handler {
	r := &restock{parts: &e.parts, last: &e.imports.catalogue, log: log}
	routes := r.keepsake().routes("/v1/catalogue")
	maps.Copy(routes, l.routes())
	return routes
}

// keepsake returns what the admin side needs.
func (r *restock) keepsake() keepsake {
	return keepsake{
		name: "catalogue", log: r.log, last: r.last,
		export: func(format document.Format) ([]byte, error) { return shop.Export(format, r.parts.catalogue.Load()) },
		replace: func(ctx context.Context, format document.Format, file []byte, dry bool) (any, error) {
			changes, err := r.replace(ctx, format, file, dry)
			return changes, err
		},
	}
}

// replace puts a catalogue in force. It is checked whole and kept in the store before anything changes.
func (r *restock) replace(ctx context.Context, format document.Format, file []byte, dry bool) (shop.Changes, error) {
	next, err := shop.Parse(format, file)
	if err != nil {
		return shop.Changes{}, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	now := r.parts.catalogue.Load()
	if err := now.SameShop(next); err != nil {
		return shop.Changes{}, err
	}
	changes := shop.Compare(now, next)
	if dry {
		return changes, nil
	}
	kept, err := shop.Export(document.YAML, next)
	if err != nil {
		return shop.Changes{}, err
	}
	if err := r.parts.papers.keep(ctx, cataloguePaper, kept); err != nil {
		return shop.Changes{}, err
	}
	r.put(now, next)
	r.log.Info("catalogue replaced", "products", changes.Products, "skus", changes.SKUs)
	return changes, nil
}

// put makes every part work with the new catalogue: those first that must know a SKU before anybody speaks of it.
func (r *restock) put(now, next *shop.Catalogue) {
	p := r.parts
	p.ledger.SetCatalogue(next)
	p.reader.SetCatalogue(next.Shop(), next.Products())
	for _, room := range next.Rooms() {
		p.gate.know(room.ID)
	}
	p.catalogue.Store(next)
	// A SKU that comes back after a restart without it has its stock in storage alone.
	ctx, stop := context.WithTimeout(context.Background(), factsBudget)
	defer stop()
	err := p.store.Facts(ctx, func(rec live.Record) bool {
		if e := rec.Event; e != nil && e.Type == live.StockUpdate && next.Has(e.SKU) && !now.Has(e.SKU) {
			p.ledger.Restore(rec)
		}
		return true
	})
	if err != nil {
		r.log.Warn("stock of new skus is not known until it is told again", "err", err)
	}
}
