package actors

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"liveroom/engine/live"
)

// fakeReader reads texts by a table, at once or when told to.
type fakeReader struct {
	mu     sync.Mutex
	more   sync.Cond // more waits
	held   bool
	waits  []func()
	intent func(text string) live.Reading
}

func newFakeReader() *fakeReader {
	r := new(fakeReader)
	r.more.L = &r.mu
	return r
}

func (r *fakeReader) Submit(_ live.ShopID, text string, _ time.Time, done func(*live.Reading)) {
	reading := readingOf(text)
	if r.intent != nil {
		reading = r.intent(text)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.held {
		r.waits = append(r.waits, func() { done(&reading) })
		r.more.Broadcast()
		return
	}
	go done(&reading)
}

func (r *fakeReader) hold() { r.mu.Lock(); r.held = true; r.mu.Unlock() }

func (r *fakeReader) letGo() {
	r.mu.Lock()
	waits := r.waits
	r.waits, r.held = nil, false
	r.mu.Unlock()
	for _, w := range waits {
		w()
	}
}

// letFirst lets the text go that has waited longest.
func (r *fakeReader) letFirst() {
	r.mu.Lock()
	first := r.waits[0]
	r.waits = r.waits[1:]
	r.mu.Unlock()
	first()
}

// await waits until n texts are held.
func (r *fakeReader) await(n int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for len(r.waits) < n {
		r.more.Wait()
	}
}

// readingOf reads "intent rest"; a text that starts with "?" is unsure.
func readingOf(text string) live.Reading {
	var word string
	fmt.Sscan(text, &word)
	unsure := len(word) > 0 && word[0] == '?'
	if unsure {
		word = word[1:]
	}
	intent := live.ParseIntent(word)
	if intent == 0 {
		intent = live.IntentUnknown
	}
	return live.Reading{Intent: intent, Confidence: .9, Unsure: unsure, Emotion: live.Calm, DecidedBy: live.DecidedByModel}
}

type fakeComposer struct{}

func (fakeComposer) Compose(q *Question) (Line, error) {
	product := live.ProductID("-")
	if q.Product != nil {
		product = q.Product.ID
	}
	intent := q.Reading.Intent.String()
	if q.Nobody {
		intent += ", nobody is there"
	}
	return Line{Text: fmt.Sprintf("%s%s about %s", q.Topic, intent, product), Script: "fake", By: live.ByScript}, nil
}

type fakeCatalogue struct{}

func (fakeCatalogue) Shop(live.RoomID) live.ShopID { return "shop" }
func (fakeCatalogue) Resolve(_ live.RoomID, es []live.Entity) (*live.Product, bool) {
	for _, e := range es {
		return &live.Product{ID: live.ProductID(e.Norm)}, true
	}
	return nil, false
}

func (fakeCatalogue) Product(_ live.ShopID, id live.ProductID) *live.Product {
	return &live.Product{ID: id}
}
func (fakeCatalogue) StockVersion(live.ShopID, live.ProductID) uint64 { return 1 }
func (fakeCatalogue) CountsVersion(live.RoomID) uint64                { return 1 }
func (fakeCatalogue) VIP(live.UserKey) bool                           { return false }

// shelf is a stock of one figure for every SKU.
type shelf struct {
	mu   sync.Mutex
	left int64
	held map[live.ReservationID]live.Reservation
}

func newShelf(left int64) *shelf {
	return &shelf{left: left, held: make(map[live.ReservationID]live.Reservation)}
}

func (s *shelf) Reserve(now time.Time, r live.Reservation) (*live.Reservation, int64, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if r.Quantity > s.left {
		return nil, s.left, true
	}
	s.left -= r.Quantity
	r.State, r.At, r.Version = live.ReservationOpen, now.UnixMilli(), 1
	s.held[r.ID] = r
	return &r, 0, true
}

func (s *shelf) Confirm(now time.Time, id live.ReservationID, until int64) *live.Reservation {
	return s.turn(now, id, live.ReservationConfirmed, until)
}

func (s *shelf) Release(now time.Time, id live.ReservationID) *live.Reservation {
	return s.turn(now, id, live.ReservationReleased, 0)
}

func (s *shelf) turn(now time.Time, id live.ReservationID, to live.ReservationState, until int64) *live.Reservation {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, ok := s.held[id]
	if !ok || r.State == live.ReservationReleased || now.UnixMilli() > r.Until {
		return nil
	}
	if to == live.ReservationReleased {
		s.left += r.Quantity
	}
	r.State, r.Until, r.At, r.Version = to, until, now.UnixMilli(), r.Version+1
	s.held[id] = r
	return &r
}

func (s *shelf) Held(id live.ReservationID) *live.Reservation {
	s.mu.Lock()
	defer s.mu.Unlock()
	if r, ok := s.held[id]; ok {
		return &r
	}
	return nil
}

func (s *shelf) Undo(before *live.Reservation, id live.ReservationID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.held[id]
	if now.State != live.ReservationReleased && (before == nil || before.State == live.ReservationReleased) {
		s.left += now.Quantity
	}
	if before == nil {
		delete(s.held, id)
		return
	}
	if now.State == live.ReservationReleased && before.State != live.ReservationReleased {
		s.left -= before.Quantity
	}
	s.held[id] = *before
}

func (s *shelf) rest() int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.left
}

// memory is a journal in memory: it commits on a goroutine of its own, and fails when told to.
type memory struct {
	mu      sync.Mutex
	queue   []live.Entry
	records []live.Record // committed, in order
	blocks  uint64
	failing error
	failed  int      // entries that did not get in
	least   int      // no group is smaller
	unread  error    // what loads end with
	held    []func() // loads that wait, nil while none is to
	wake    chan struct{}
	stop    chan struct{}
	stopped chan struct{}
}

func newMemory() *memory {
	m := &memory{wake: make(chan struct{}, 1), stop: make(chan struct{}), stopped: make(chan struct{})}
	go m.run()
	return m
}

func (m *memory) run() {
	defer close(m.stopped)
	for {
		select {
		case <-m.stop:
			return
		case <-m.wake:
			m.commit()
		}
	}
}

func (m *memory) commit() {
	m.mu.Lock()
	if m.least > len(m.queue) {
		m.mu.Unlock()
		return
	}
	queue, failing := m.queue, m.failing
	m.queue = nil
	var done []func()
	for _, e := range queue {
		err := failing
		if e.Lease.Broken() {
			err = errors.New("lease is broken")
		}
		if err != nil {
			m.failed++
			if e.Lease != nil {
				e.Lease.Break()
			}
			done = append(done, func() { e.Done(0, err) })
			continue
		}
		m.blocks++
		block := m.blocks
		for _, r := range e.Records {
			r.Block, r.State, r.Frame = block, bytes.Clone(r.State), bytes.Clone(r.Frame) // the records are ours until Done alone
			m.records = append(m.records, r)
		}
		done = append(done, func() { e.Done(block, nil) })
	}
	m.mu.Unlock()
	for _, d := range done {
		d()
	}
}

func (m *memory) Submit(e live.Entry) {
	m.mu.Lock()
	m.queue = append(m.queue, e)
	m.mu.Unlock()
	m.poke()
}

func (m *memory) poke() {
	select {
	case m.wake <- struct{}{}:
	default:
	}
}

func (m *memory) fail(err error) { m.mu.Lock(); m.failing = err; m.mu.Unlock() }

func (m *memory) Known(k live.UserKey) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.ContainsFunc(m.records, func(r live.Record) bool { return r.User == k })
}

func (m *memory) Load(k live.UserKey, done func([]byte, []live.Record, error)) {
	m.mu.Lock()
	var state []byte
	var tail []live.Record
	for _, r := range m.records {
		switch {
		case r.User != k:
		case r.Kind == live.RecordSnapshot:
			state, tail = r.State, nil
		default:
			tail = append(tail, r)
		}
	}
	defer m.mu.Unlock()
	err := m.unread
	if err != nil {
		state, tail = nil, nil
	}
	if m.held != nil {
		m.held = append(m.held, func() { done(state, tail, err) })
		return
	}
	go done(state, tail, err)
}

// gather has nothing committed before so many entries wait; 0 commits as they come.
func (m *memory) gather(least int) {
	m.mu.Lock()
	m.least = least
	m.mu.Unlock()
	m.poke()
}

// lose has groups of at least so many entries fail with err; 0 and nil commit them again, as they come.
func (m *memory) lose(least int, err error) {
	m.mu.Lock()
	m.least, m.failing = least, err
	m.mu.Unlock()
	m.poke()
}

// waiting tells how many entries wait to be committed.
func (m *memory) waiting() int { m.mu.Lock(); defer m.mu.Unlock(); return len(m.queue) }

// failLoads has loads from now on end with an error, nil for none.
func (m *memory) failLoads(err error) { m.mu.Lock(); m.unread = err; m.mu.Unlock() }

// loading tells how many loads wait.
func (m *memory) loading() int { m.mu.Lock(); defer m.mu.Unlock(); return len(m.held) }

// holdLoads has loads wait until letLoad.
func (m *memory) holdLoads() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.held = make([]func(), 0, 1)
}

func (m *memory) letLoad() {
	m.mu.Lock()
	held := m.held
	m.held = nil
	m.mu.Unlock()
	for _, answer := range held {
		answer()
	}
}

func (m *memory) Closed(block uint64, _ live.UserKey, key live.EventKey, done func(live.Record, error)) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, r := range m.records {
		if r.Kind == live.RecordClosed && r.Key == key && r.Block == block {
			go done(r, nil)
			return
		}
	}
	go done(live.Record{}, fmt.Errorf("no record of %q in block %d", key.ID, block))
}

// sent is one frame that reached a link.
type sent struct {
	session live.SessionID
	frame   string
}

// links records what is sent and lets tests wait for it.
type links struct {
	mu    sync.Mutex
	cond  *sync.Cond
	sent  []sent
	casts []string
}

func newLinks() *links {
	l := new(links)
	l.cond = sync.NewCond(&l.mu)
	return l
}

func (l *links) Send(s live.SessionID, frame []byte) bool {
	l.mu.Lock()
	l.sent = append(l.sent, sent{s, string(frame)})
	l.mu.Unlock()
	l.cond.Broadcast()
	return true
}

func (l *links) SendOutcome(s live.SessionID, frame []byte) { l.Send(s, frame) }

func (l *links) Broadcast(_ live.RoomID, frame []byte, _ live.SessionID) {
	l.mu.Lock()
	l.casts = append(l.casts, string(frame))
	l.mu.Unlock()
	l.cond.Broadcast()
}

// wait returns the frames sent once ok holds of them; the test's own deadline ends a wait in vain.
func (l *links) wait(ok func([]sent) bool) []sent {
	l.mu.Lock()
	defer l.mu.Unlock()
	for !ok(l.sent) {
		l.cond.Wait()
	}
	return slices.Clone(l.sent)
}

func (l *links) waitFor(frame string) []sent {
	return l.wait(func(all []sent) bool {
		return slices.ContainsFunc(all, func(s sent) bool { return s.frame == frame })
	})
}

func (l *links) count(frame string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	n := 0
	for _, s := range l.sent {
		if s.frame == frame {
			n++
		}
	}
	return n
}

func (l *links) sessionOf(frame string) live.SessionID {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, s := range l.sent {
		if s.frame == frame {
			return s.session
		}
	}
	return ""
}

// plainFrames are frames that a test can read.
var plainFrames = Frames{
	Ack: func(dst []byte, id live.EventID) []byte { return fmt.Appendf(dst, "ack %s", id) },
	Reply: func(dst []byte, r *live.Reply) []byte {
		return fmt.Appendf(dst, `{"to":%q,"text":%q,"intent":%q}`, r.To, r.Text, r.Intent)
	},
	Outcome: func(dst []byte, to live.EventID, o live.Outcome, reason live.Reason, joined live.ReplyID) []byte {
		return bytes.TrimRight(fmt.Appendf(dst, "%s %s %s%s", o, to, reason, joined), " ")
	},
	Error: func(dst []byte, f *live.Fault) []byte { return fmt.Appendf(dst, "error %s %s", f.Code, f.To) },
}

// stand is a House with fakes around it.
type stand struct {
	*House
	reader  *fakeReader
	journal *memory
	links   *links
	reg     *prometheus.Registry
	end     func()
	clock   func() time.Time // in place of the real one
	seating RoomParts
	facts   []live.Record // stored before it opens
	seats   []live.Record // likewise: who has which dialogue
}

func newStand(t *testing.T, change func(*Config, *Parts)) *stand {
	t.Helper()
	s := &stand{reader: newFakeReader(), journal: newMemory(), links: newLinks()}
	s.open(t, change)
	t.Cleanup(func() {
		s.end()
		close(s.journal.stop)
		<-s.journal.stopped
	})
	return s
}

// open starts a House over the stand's journal and links; a second call is a restart.
func (s *stand) open(t *testing.T, change func(*Config, *Parts)) {
	t.Helper()
	cfg := Default()
	cfg.SweepEvery = time.Millisecond
	cfg.Budget, cfg.ShedAfter = time.Minute, time.Minute // tests say themselves when something is late
	parts := Parts{
		Reader: s.reader, Composer: fakeComposer{}, Catalogue: fakeCatalogue{}, Stock: newShelf(100), Journal: s.journal, Outlet: s.links,
		Frames: plainFrames,
	}
	if change != nil {
		change(&cfg, &parts)
	}
	s.reg = prometheus.NewRegistry()
	h, err := New(cfg, parts, slog.New(slog.DiscardHandler), s.reg)
	if err != nil {
		t.Fatal(err)
	}
	s.House = h
	h.Seat(s.seating)
	if s.clock != nil {
		h.now, h.began = s.clock, s.clock().Add(-24*time.Hour) // whatever the day on which the test runs
	}
	for _, f := range s.facts {
		h.RestoreRoom(f)
	}
	for _, f := range s.seats {
		h.RestoreSeat(f)
	}
	ctx := t.Context()
	run, stop := contextWithCancel(ctx)
	done := make(chan error, 1)
	go func() { done <- h.Run(run) }()
	<-h.Ready()
	s.end = func() { stop(); <-done }
}

func (s *stand) say(t *testing.T, typ live.EventType, user, id, text string) {
	t.Helper()
	e := &live.Event{Type: typ, Room: "room", User: live.UserID(user), ID: live.EventID(id), Text: text}
	if c := s.Deliver(e, live.SessionID("link-"+user), time.Now()); c != live.OK {
		t.Fatalf("Deliver(%s) = %s, want ok", id, c)
	}
}
