package engine

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"liveroom/actors"
	"liveroom/engine/access"
	"liveroom/engine/admin"
	"liveroom/engine/admin/console"
	"liveroom/engine/audit"
	"liveroom/engine/labels"
	"liveroom/engine/live"
	"liveroom/engine/shop"
	"liveroom/engine/storage"
	"liveroom/nlp"
	"liveroom/scripts"
	"liveroom/transport"
	"liveroom/transport/front"
	"liveroom/transport/wire"
)

// parts are everything a node is made of, in the order of assembly.
type parts struct {
	registry    *prometheus.Registry
	store       *storage.Store
	catalogue   *wares
	ledger      *shop.Ledger
	knowledge   *wisdom
	rooms       *shop.Rooms
	profiles    *shop.Profiles
	reader      *nlp.Service
	book        *scripts.Book
	house       *actors.House
	holds       *holds
	heat        *heat
	unsure      *unsure
	gate        *gate
	server      *transport.Server
	watch       *watch
	front       *front.Front // nil without TLS
	certificate *front.Certificate
	tokens      *access.Tokens
	accounts    *access.Accounts
	sealer      *fileSealer
	guard       *access.Guard
	audit       *audit.Log
	admin       *admin.Server

	console       *console.Console
	labels        *labels.Book
	firstPassword string
}

// assemble turns the configuration into parts. When it fails, what it had opened is closed.
func assemble(ctx context.Context, cfg Config, e *Engine) (p parts, err error) {
	log := e.log
	part := func(name string) *slog.Logger { return log.With("part", name) }
	p.registry = prometheus.NewRegistry()
	p.registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))

	cfg.Storage.BeforeCommit = e.faults.commit
	if p.store, err = storage.Open(ctx, cfg.Storage, log, p.registry); err != nil {
		return p, fmt.Errorf("open storage: %w", err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, p.store.Close())
		}
	}()
	cfg.Audit.Seal = sealPerson(p.store)
	if p.audit, err = audit.Open(cfg.Audit.In(cfg.Storage.Dir), part("audit"), p.registry); err != nil {
		return p, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, p.audit.Close())
		}
	}()
	service, err := cfg.Storage.KeyService()
	if err != nil {
		return p, err
	}
	p.sealer = &fileSealer{audit: p.audit, service: service}
	if p.tokens, err = openTokens(cfg, p.sealer, part("access")); err != nil {
		return p, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, p.tokens.Close())
		}
	}()
	if err = p.openShop(cfg, part("shop")); err != nil {
		return p, err
	}
	if err = p.openReader(cfg, e.faults.loader, part("nlp")); err != nil {
		return p, err
	}
	if p.book, err = scripts.New(cfg.Scripts, figures{p.ledger, p.rooms}, log, p.registry); err != nil {
		return p, fmt.Errorf("open scripts: %w", err)
	}
	p.holds = newHolds(p.ledger, p.store, part("holds"))
	p.gate = &gate{
		tokens: p.tokens, sessions: sessions{func(now time.Time, use func([]byte) bool) { p.tokens.Keys().Each(now, use) }}, catalogue: p.catalogue, ledger: p.ledger, rooms: p.rooms, profiles: p.profiles,
		open: cfg.Shop.OpenRooms, store: p.store, audit: p.audit, log: part("gate"),
		quota: access.Quota{Links: cfg.Access.LinksPerToken, PerSecond: cfg.Access.HellosPerToken},
	}
	p.labels = labels.New(labelShelf{p.store, part("labels")})
	p.watch = newWatch(p.gate)
	if err = p.openGuard(cfg, part("access")); err != nil {
		return p, err
	}
	if err := p.sealer.remember(ctx); err != nil {
		log.Warn("the audit log does not say that accounts are sealed; the next start says it", "err", err)
	}
	settings, err := p.restoreFacts(ctx)
	if err != nil {
		return p, err
	}
	p.heat, p.unsure = newHeat(cfg.Scripts.Zone()), newUnsure(p.labels)
	neighbours := actors.Parts{
		Reader: reader{p.reader}, Composer: composer{book: p.book, catalogue: p.catalogue, knowledge: p.knowledge, ledger: p.ledger}, Catalogue: catalogue{p.catalogue, p.rooms, p.ledger, p.profiles}, Stock: stock{p.ledger},
		Journal: journal{p.store}, Outlet: outlet{p.gate}, OnStep: e.faults.step, OnEnd: p.ended,
		Frames: actors.Frames{Ack: wire.AppendAck, Reply: wire.AppendReply, Outcome: wire.AppendOutcome, Error: wire.AppendError},
	}
	if p.house, err = actors.New(cfg.Actors, neighbours, part("actors"), p.registry); err != nil {
		return p, fmt.Errorf("open actors: %w", err)
	}
	p.house.Seat(actors.RoomParts{Links: &p.gate.byRoom, Figures: roomFigures{figures{p.ledger, p.rooms}}, Alarm: wire.AppendAlarm})
	for _, r := range settings {
		p.house.RestoreRoom(r)
	}
	if p.server, err = transport.New(cfg.Transport, p.gate, part("transport"), p.registry); err != nil {
		return p, fmt.Errorf("open transport: %w", err)
	}
	p.gate.house, p.gate.server = p.house, p.server
	if err = p.openFront(cfg, part("front")); err != nil {
		return p, err
	}
	defer func() {
		if err != nil && p.front != nil {
			err = errors.Join(err, p.front.Close())
		}
	}()
	routes := map[string]http.Handler{"POST /v1/model/swap": swapRoute(p.reader)}
	maps.Copy(routes, e.faults.routes())
	learns := &learning{parts: &e.parts, path: filepath.Join(cfg.Storage.Dir, knowledgeFile), log: part("shop")}
	maps.Copy(routes, e.shopRoutes(learns, part("shop")))
	maps.Copy(routes, roomRoutes{p.gate, part("rooms")}.routes())
	maps.Copy(routes, stockRoutes{p.ledger}.routes())
	maps.Copy(routes, keyRoutes{cfg.Storage, p.store, p.reseal, part("keys")}.routes())
	maps.Copy(routes, (&commandActs{audit: p.audit}).routes())
	maps.Copy(routes, p.guard.Handlers())
	if p.console, err = newConsole(&p, e, learns, part("console")); err != nil {
		return p, err
	}
	maps.Copy(routes, p.console.Routes())
	views := admin.Views{Ready: e.notReady, Status: e.status, Metrics: p.registry, Routes: routes, Guard: p.wrap(e), TLS: p.adminTLS(cfg)}
	if p.admin, err = admin.New(cfg.Admin, views, part("admin")); err != nil {
		return p, fmt.Errorf("open admin: %w", err)
	}
	if p.firstPassword, err = p.accounts.First(ctx, time.Now()); err != nil { // last: nobody sees it when the start fails
		return p, fmt.Errorf("make the first account: %w", errors.Join(err, p.admin.Close()))
	}
	return p, nil
}

// openShop reads the catalogue.
func (p *parts) openShop(cfg Config, log *slog.Logger) error {
	c, err := readCatalogue(cfg, log)
	if err != nil {
		return err
	}
	p.catalogue = new(wares)
	p.catalogue.Store(c)
	p.ledger, p.rooms, p.profiles = shop.NewLedger(c), shop.NewRooms(maxRooms), shop.NewProfiles(0)
	return p.openKnowledge(cfg, log)
}

// restoreFacts rebuilds stock, counts and open rooms from what is stored, and returns the settings of rooms.
func (p *parts) restoreFacts(ctx context.Context) (settings []live.Record, err error) {
	for _, room := range p.catalogue.Load().Rooms() {
		p.gate.know(room.ID)
	}
	err = p.store.Facts(ctx, func(r live.Record) bool {
		p.ledger.Restore(r)
		p.rooms.Restore(r)
		p.profiles.Restore(r)
		if r.Event != nil && r.Event.Room != "" && p.gate.open {
			p.gate.know(r.Event.Room)
		}
		if r.Event != nil && (r.Event.Type == live.RoomModeSet || r.Event.Type == live.UserMuted) {
			settings = append(settings, r)
		}
		return true
	})
	return settings, err
}

// makeKey makes the key of link tokens at the first start.
func makeKey(path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	if err != nil {
		return err
	}
	var random [32]byte
	rand.Read(random[:])
	_, err = f.WriteString(hex.EncodeToString(random[:]) + "\n")
	return errors.Join(err, f.Close())
}

// findModel returns the shipped model: beside the executable, or in the source tree that is the working folder.
func findModel() string {
	places := []string{filepath.Join("nlp", "model")}
	if exe, err := os.Executable(); err == nil {
		places = append([]string{filepath.Join(filepath.Dir(exe), "model")}, places...)
	}
	for _, dir := range places {
		if _, err := os.Stat(filepath.Join(dir, nlp.ManifestFile)); err == nil {
			return dir
		}
	}
	return ""
}
