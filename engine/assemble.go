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
	"slices"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"liveroom/actors"
	"liveroom/engine/access"
	"liveroom/engine/admin"
	"liveroom/engine/admin/console"
	"liveroom/engine/audit"
	"liveroom/engine/heat"
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
	papers      *papers
	rooms       *shop.Rooms
	profiles    *shop.Profiles
	reader      *nlp.Service
	book        *scripts.Book
	house       *actors.House
	holds       *holds
	shopMetrics *shopMetrics
	heat        *heat.Map
	heatKeeper  *heat.Keeper
	sentiments  *sentiments
	unsure      *unsure
	gate        *gate
	presence    *presence
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

// assembly makes the parts of a node, each step from those of the steps before.
type assembly struct {
	*parts
	cfg    Config
	engine *Engine
	opened []func() error // what closes what was opened, in the order of opening
}

// assemble turns the configuration into parts. When it fails, what it had opened is closed.
func assemble(ctx context.Context, cfg Config, e *Engine) (p parts, err error) {
	a := &assembly{parts: &p, cfg: cfg, engine: e}
	p.registry = prometheus.NewRegistry()
	p.registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	for _, step := range []func(context.Context) error{a.openStores, a.openMind, a.openGate, a.openHouse, a.openDoors, a.openAdmin} {
		if err := step(ctx); err != nil {
			return p, errors.Join(err, a.undo())
		}
	}
	return p, nil
}

// undo closes what was opened, the latest first.
func (a *assembly) undo() (err error) {
	for _, closeIt := range slices.Backward(a.opened) {
		err = errors.Join(err, closeIt())
	}
	return err
}

func (a *assembly) log(part string) *slog.Logger { return a.engine.log.With("part", part) }

// openStores opens what lasts: the store, the audit log, tokens.
func (a *assembly) openStores(ctx context.Context) (err error) {
	if a.cfg.Storage.BeforeCommit == nil {
		a.cfg.Storage.BeforeCommit = a.engine.faults.commit
	}
	if a.store, err = storage.Open(ctx, a.cfg.Storage, a.engine.log, a.registry); err != nil {
		return fmt.Errorf("open storage: %w", err)
	}
	a.opened = append(a.opened, a.store.Close)
	a.cfg.Audit.Seal, a.cfg.Audit.Sealed = sealPerson(a.store), savePeople(a.store)
	a.cfg.Audit.Waits = keyWaits(a.store)
	a.cfg.Audit.KeepHead, a.cfg.Audit.HeadsKept = keepHead(a.store), headsKept(a.store.Documents)
	if a.audit, err = audit.Open(a.cfg.Audit.In(a.cfg.Storage.Dir), a.log("audit"), a.registry); err != nil {
		return err
	}
	a.opened = append(a.opened, a.audit.Close)
	a.store.SealedSince(a.audit.Since)
	a.engine.names.By(a.audit.Pseudonym) // so that a line of the log leads to what the audit log says of the same person
	service, err := a.cfg.Storage.KeyService()
	if err != nil {
		return err
	}
	a.sealer = &fileSealer{audit: a.audit, service: service}
	if a.tokens, err = openTokens(a.cfg, a.sealer, a.log("access")); err != nil {
		return err
	}
	a.opened = append(a.opened, a.tokens.Close)
	return nil
}

// openMind opens what knows the shop, reads texts and finds words.
func (a *assembly) openMind(ctx context.Context) (err error) {
	a.papers = newPapers(a.store, a.audit, a.cfg.Storage.Dir, a.log("shop"))
	if err := a.openShop(ctx, a.cfg); err != nil {
		return err
	}
	if err := a.openReader(a.cfg, a.engine.faults.loader, a.log("nlp")); err != nil {
		return err
	}
	a.cfg.Scripts.Journal = a.scriptsChanged
	if s := scriptShelf(a.cfg); s != nil {
		if err := s.Recover(); err != nil {
			return fmt.Errorf("scripts: %w", err)
		}
	}
	if a.book, err = scripts.New(a.cfg.Scripts, figures{a.ledger, a.rooms}, a.engine.log, a.registry); err != nil {
		return fmt.Errorf("open scripts: %w", err)
	}
	a.shopMetrics = newShopMetrics(a.registry, a.ledger, a.knowledge)
	a.holds = newHolds(a.ledger, a.store, a.log("holds"), &a.engine.clock)
	a.holds.metrics = a.shopMetrics
	a.labels = labels.New(labelShelf{a.store, func(k live.UserKey) bool { return a.gate.erases(k) }, a.log("labels")})
	a.heat, a.sentiments, a.unsure = heat.New(a.cfg.Scripts.Zone()), newSentiments(), newUnsure(a.labels)
	a.heatKeeper = heat.Keep(a.heat, a.cfg.Storage.Dir, a.log("heat"))
	return nil
}

// openGate opens what decides who comes in.
func (a *assembly) openGate(ctx context.Context) error {
	keys := func(now time.Time, use func([]byte) bool) { a.tokens.Keys().Each(now, use) }
	a.gate = &gate{
		tokens: a.tokens, sessions: sessions{keys}, catalogue: a.catalogue, ledger: a.ledger, rooms: a.rooms, profiles: a.profiles,
		open: a.cfg.Shop.OpenRooms, store: a.store, audit: a.audit, log: a.log("gate"), clock: &a.engine.clock,
		ratings: ratings{zone: a.cfg.Scripts.Zone()},
		quota:   access.Quota{Links: a.cfg.Access.LinksPerToken, PerSecond: a.cfg.Access.HellosPerToken},
	}
	a.presence = newPresence(a.cfg.Access, a.engine.clock.now, a.gate.linked)
	a.gate.presence, a.gate.taken = a.presence, a.engine.taken
	a.watch = newWatch(a.gate)
	signIns, err := newSignIns(a.audit, a.registry)
	if err != nil {
		return fmt.Errorf("sign-in metrics: %w", err)
	}
	a.gate.signIns = signIns
	if err := a.openGuard(a.cfg, a.log("access")); err != nil {
		return err
	}
	if err := a.sealer.remember(ctx); err != nil {
		a.engine.log.Warn("the audit log does not say that accounts are sealed; the next start says it", "err", err)
	}
	return nil
}

// openHouse opens the actors, with what is stored of stock, counts and rooms.
func (a *assembly) openHouse(ctx context.Context) error {
	settings, err := a.restoreFacts(ctx)
	if err != nil {
		return err
	}
	neighbours := actors.Parts{
		Reader:    reader{a.reader, &a.engine.clock},
		Composer:  composer{book: a.book, catalogue: a.catalogue, knowledge: a.knowledge, ledger: a.ledger, metrics: a.shopMetrics},
		Catalogue: catalogue{a.catalogue, a.rooms, a.ledger, a.profiles, &a.engine.clock}, Now: a.engine.clock.now,
		Stock: stock{a.ledger, a.shopMetrics}, Journal: journal{a.store}, Outlet: outlet{a.gate}, OnStep: a.engine.faults.step, OnEnd: a.ended, OnTaken: a.engine.taken,
		Gone: a.presence.gone, OnSeatGone: a.engine.seatGone,
		Frames: actors.Frames{Ack: wire.AppendAck, Reply: wire.AppendReply, Outcome: wire.AppendOutcome, Error: wire.AppendError},
	}
	if a.house, err = actors.New(a.cfg.Actors, neighbours, a.log("actors"), a.registry); err != nil {
		return fmt.Errorf("open actors: %w", err)
	}
	a.store.Spare(func() func(live.UserKey) bool {
		holders := a.ledger.Holders()
		return func(k live.UserKey) bool { return a.house.Has(k) || holders[k] }
	})
	a.house.Seat(actors.RoomParts{Links: &a.gate.byRoom, Figures: roomFigures{figures{a.ledger, a.rooms}}, Alarm: appendAlarm})
	for _, r := range settings {
		if t := r.Event.Type; t == live.Take || t == live.GiveBack {
			a.house.RestoreSeat(r)
			continue
		}
		a.house.RestoreRoom(r)
	}
	return nil
}

// openDoors takes the addresses of links.
func (a *assembly) openDoors(context.Context) (err error) {
	if a.server, err = transport.New(a.cfg.Transport, a.gate, a.log("transport"), a.registry); err != nil {
		return fmt.Errorf("open transport: %w", err)
	}
	a.gate.house, a.gate.server = a.house, a.server
	if err := a.openFront(a.cfg, a.log("front")); err != nil {
		return err
	}
	if a.front != nil {
		a.opened = append(a.opened, a.front.Close)
	}
	return nil
}

// openAdmin takes the address of the admin side and its console.
func (a *assembly) openAdmin(ctx context.Context) (err error) {
	learns := &learning{parts: &a.engine.parts, last: &a.engine.imports.knowledge, log: a.log("shop")}
	if a.console, err = newConsole(a.parts, a.engine, learns, a.log("console")); err != nil {
		return err
	}
	routes := map[string]http.Handler{"POST /v1/model/swap": swapRoute(a.reader)}
	for _, more := range []map[string]http.Handler{
		a.engine.faults.routes(), a.engine.shopRoutes(learns, a.log("shop")), roomRoutes{a.gate, a.log("rooms")}.routes(),
		stockRoutes{a.ledger}.routes(), keyRoutes{a.cfg.Storage, a.store, a.reseal, a.log("keys"), new(atomic.Pointer[keyTurn])}.routes(),
		eraseRoute{a.gate, a.ledger, a.store, a.forgets(), a.log("erase"), new(underWay)}.routes(), (&commandActs{audit: a.audit}).routes(), a.guard.Handlers(), a.console.Routes(),
		reservationRoutes{a.ledger, a.catalogue.Load, a.store, a.audit.Pseudonym, a.shopMetrics, &a.engine.clock, a.log("stock")}.routes(),
	} {
		maps.Copy(routes, more)
	}
	views := admin.Views{
		Ready: a.engine.notReady, Parts: a.engine.partsTold, Status: a.engine.status, Metrics: a.registry, Routes: routes, Guard: a.wrap(a.engine), TLS: a.adminTLS(a.cfg),
	}
	if a.admin, err = admin.New(a.cfg.Admin, views, a.log("admin")); err != nil {
		return fmt.Errorf("open admin: %w", err)
	}
	a.opened = append(a.opened, a.admin.Close)
	if err := a.admin.Register(a.registry); err != nil {
		return fmt.Errorf("open admin: %w", err)
	}
	if a.firstPassword, err = a.accounts.First(ctx, time.Now()); err != nil { // last: nobody sees it when the start fails
		return fmt.Errorf("make the first account: %w", err)
	}
	return nil
}

// openShop reads the catalogue and the knowledge base.
func (p *parts) openShop(ctx context.Context, cfg Config) error {
	c, err := p.readCatalogue(ctx, cfg)
	if err != nil {
		return err
	}
	p.catalogue = new(wares)
	p.catalogue.Store(c)
	p.ledger, p.rooms, p.profiles = shop.NewLedger(c), shop.NewRooms(maxRooms), shop.NewProfiles(0)
	return p.openKnowledge(ctx, cfg)
}

// restoreFacts rebuilds stock, counts and open rooms from what is stored, and returns the settings of rooms and who has which dialogue.
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
		if r.Event == nil {
			return true
		}
		switch r.Event.Type {
		case live.RoomModeSet, live.UserMuted, live.Take, live.GiveBack:
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
