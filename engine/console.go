package engine

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"time"

	"liveroom/actors"
	"liveroom/engine/access"
	"liveroom/engine/admin/console"
	"liveroom/engine/live"
	"liveroom/engine/privacy"
	"liveroom/engine/shop"
	"liveroom/nlp"
	"liveroom/scripts"
)

// newConsole lets the console see the parts.
func newConsole(p *parts, e *Engine, learns *learning, log *slog.Logger) (*console.Console, error) {
	desk := newScriptDesk(e)
	c, err := console.New(console.Sources{
		Metrics: p.registry, Node: nodeView{e, time.Now()}, Rooms: roomsView{e}, Dialogues: talkView{e, &p.gate.desk},
		Actors: actorsView{e}, Links: linksView{e}, Access: consoleAccess{p.guard}, Audit: auditView{p.audit, p.store},
		Shelf: desk, Bundle: desk, Inside: insideView{e}, Letters: lettersView{e}, Business: businessView{e},
		Messages: messageView{talkView{e, &p.gate.desk}, p.labels, log},
		Answers:  answersDesk{e, learns}, Unsure: p.unsure, Sentiments: p.sentiments, Elsewhere: described(),
	}, log)
	if err != nil {
		return nil, err
	}
	if err := c.Register(p.registry); err != nil {
		return nil, fmt.Errorf("console metrics: %w", err)
	}
	return c, nil
}

// consoleAccess says who looks at the console, and what he may.
type consoleAccess struct{ guard *access.Guard }

// May implements console.Access.
func (a consoleAccess) May(ctx context.Context, act string, room live.RoomID) bool {
	who := access.Of(ctx)
	return access.May(who.Role, access.Act(act)) && (who.Room == "" || room == "" || who.Room == room)
}

// Room implements console.Access.
func (a consoleAccess) Room(ctx context.Context) live.RoomID { return access.Of(ctx).Room }

// Holds implements console.Access.
func (a consoleAccess) Holds(ctx context.Context) bool {
	who := access.Of(ctx)
	if !a.guard.Holds(who) {
		return false
	}
	if a.guard.Heard != nil {
		a.guard.Heard(who.Name)
	}
	return true
}

// nodeView tells of the node.
type nodeView struct {
	e       *Engine
	started time.Time
}

// Status implements console.Node.
func (v nodeView) Status() console.Status {
	s := console.Status{Version: Version(), Ready: "ready", Started: v.started.UnixMilli(), Shop: string(v.e.parts.catalogue.Load().Shop())}
	if err := v.e.notReady(); err != nil {
		s.Ready = err.Error()
	}
	now := v.e.vitals(time.Now())
	s.Parts = now.parts()
	return s
}

// Inference implements console.Node.
func (v nodeView) Inference() console.Inference {
	s := v.e.parts.reader.Status()
	return console.Inference{
		Model: s.Model, Created: s.Created, Runtime: s.Runtime, Sentiment: s.Sentiment, Degraded: s.Degraded, Refused: s.Refused,
		Waiting: s.Waiting, Running: s.Running, Limit: s.Limit, HitRate: s.HitRate(),
	}
}

// Card implements console.Node.
func (v nodeView) Card() (string, error) {
	text, err := v.e.parts.reader.Card()
	if errors.Is(err, nlp.ErrNoCard) {
		return "", fmt.Errorf("%w: %w", console.ErrUnknown, err)
	}
	return text, err
}

// Scripts implements console.Node.
func (v nodeView) Scripts() console.Scripts {
	b := v.e.parts.book
	s := b.Status()
	shown := console.Scripts{Digest: s.Digest, Loaded: s.Loaded.UnixMilli(), Texts: s.Texts, Refused: s.Refused, List: []console.Script{}}
	for _, l := range b.List() {
		shown.List = append(shown.List, console.Script{Name: l.Name, File: l.File, Own: l.Own, Intents: l.Intents, Topics: l.Topics, Texts: l.Texts, Variants: l.Variants, Said: l.Said})
	}
	shown.Folder, shown.Files = v.e.cfg.Scripts.Dir, scripts.Files(v.e.cfg.Scripts.Dir)
	return shown
}

// Settings implements console.Node.
func (v nodeView) Settings() []console.Setting {
	keys := v.e.cfg.Keys()
	list := make([]console.Setting, 0, len(keys))
	for _, k := range keys {
		source := k.Source
		if told, ok := v.e.cfg.told[k.Name]; ok {
			source = told
		}
		list = append(list, console.Setting{Name: k.Name, Value: fmt.Sprint(k.Value), Source: source})
	}
	return list
}

// linksView tells of links.
type linksView struct{ e *Engine }

// Each implements console.Links.
func (v linksView) Each(yield func(console.Link) bool) {
	p := &v.e.parts
	for l := range p.server.Links {
		one := console.Link{
			Session: l.Session, Role: l.Role.String(), Room: l.Room, User: l.User, Remote: shortened(l.Remote), Carrier: l.Carrier,
			In: l.In, Out: l.Out, Outbox: l.Outbox, Most: l.Most, Since: l.Since.UnixMilli(),
		}
		if !yield(one) {
			return
		}
	}
}

// shortened is an address without what tells one household from another.
func shortened(a netip.AddrPort) string {
	addr := a.Addr().Unmap()
	bits := 24
	if addr.Is6() {
		bits = 48
	}
	if addr.IsLoopback() || addr.IsPrivate() {
		return addr.String()
	}
	prefix, err := addr.Prefix(bits)
	if err != nil {
		return ""
	}
	return prefix.String()
}

// Kick implements console.Links.
func (v linksView) Kick(session live.SessionID) error {
	if _, ok := v.e.parts.gate.links.Load(session); !ok {
		return fmt.Errorf("%w: a link of that session", console.ErrUnknown)
	}
	v.e.parts.server.Bye(session, live.Forbidden, "ended by a person of the shop; you may connect again", time.Second)
	return nil
}

// actorsView tells of actors.
type actorsView struct{ e *Engine }

// Each implements console.Actors.
func (v actorsView) Each(yield func(console.Actor) bool) {
	for s := range v.e.parts.house.Actors {
		if !yield(actorOf(s)) {
			return
		}
	}
}

func actorOf(s actors.Status) console.Actor {
	a := console.Actor{
		Kind: s.Kind, Room: s.Room, User: s.User, Mailbox: s.Mailbox, Handled: s.Handled, Restarts: s.Restarts, Active: s.Active,
	}
	if s.Handled > 0 {
		a.MeanUs = float64(s.BusyNs) / float64(s.Handled) / 1000
	}
	return a
}

// One implements console.Actors.
func (v actorsView) One(ctx context.Context, k live.UserKey) (console.Actor, string, error) {
	s, ok := v.e.parts.house.ActorOf(k)
	if !ok {
		return console.Actor{}, "", fmt.Errorf("%w: it is not in memory", console.ErrUnknown)
	}
	state, err := v.e.parts.house.Describe(ctx, k)
	if err != nil {
		return console.Actor{}, "", fmt.Errorf("%w: %w", console.ErrAway, err)
	}
	state, _ = privacy.Mask(state)
	return actorOf(s), state, nil
}

// Touch implements console.Actors.
func (v actorsView) Touch(_ context.Context, k live.UserKey, deed string) error {
	d := actors.ParseDeed(deed)
	if d == 0 {
		return fmt.Errorf("%w: deed %.32q; want restart, passivate or stop", console.ErrInput, deed)
	}
	if !v.e.parts.house.Touch(k, d) {
		return fmt.Errorf("%w: it is not in memory", console.ErrUnknown)
	}
	return nil
}

// roomsView tells of rooms.
type roomsView struct{ e *Engine }

// Each implements console.Rooms.
func (v roomsView) Each(yield func(live.RoomID) bool) {
	v.e.parts.gate.known.Range(func(room, _ any) bool { return yield(room.(live.RoomID)) })
}

// Figures implements console.Rooms.
func (v roomsView) Figures(room live.RoomID) console.RoomFigures {
	p := &v.e.parts
	var f console.RoomFigures
	if c := p.rooms.Counts(room); c != nil {
		f.Viewers, f.Sold = present(c.Viewers), present(c.Sold)
	}
	sku := p.rooms.Presenting(room).SKU
	product := p.catalogue.Load().BySKU(sku)
	if sku == "" || product == nil {
		return f
	}
	f.Showing, f.Product = string(sku), product.Name
	if pieces, _, seen, skus := shop.ProductTotal(p.ledger.Stock(product.ID)); skus > 0 {
		f.Stock, f.StockAt = &pieces, seen
	}
	return f
}

func present(n int64) *int64 {
	if n == live.Absent {
		return nil
	}
	return &n
}

// State implements console.Rooms.
func (v roomsView) State(ctx context.Context, room live.RoomID) (console.RoomState, error) {
	got := make(chan actors.RoomView, 1)
	v.e.parts.house.RoomView(room, func(view actors.RoomView) { got <- view })
	var view actors.RoomView
	select {
	case view = <-got:
	case <-ctx.Done():
		return console.RoomState{}, fmt.Errorf("room %.128q: %w", string(room), console.ErrAway)
	}
	s := console.RoomState{
		Mode: view.Mode.String(), Answers: view.Answers, LastMinute: view.LastMinute, PerMinute: view.PerMinute,
		Muted: []console.Muted{}, Top: []console.Question{},
	}
	for _, m := range view.Muted {
		shown := mutedOf(m.User, m.Until)
		s.Muted = append(s.Muted, console.Muted{User: string(shown.User), Until: shown.Until})
	}
	for _, t := range view.Top {
		q := console.Question{Intent: t.Topic.Intent.String(), Askers: t.Askers}
		if product := v.e.parts.catalogue.Load().ByID(t.Topic.Product); product != nil {
			q.Product = product.Name
		}
		s.Top = append(s.Top, q)
	}
	return s, nil
}

// Watch implements console.Rooms.
func (v roomsView) Watch(room live.RoomID, see func(console.Line)) (stop func()) {
	return v.e.parts.house.Watch(room, func(s *actors.Seen) { see(lineOf(s)) })
}
