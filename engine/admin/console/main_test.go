package console

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/goleak"

	"liveroom/engine/live"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// house is a node that tells what the test says, and counts who asks.
type house struct {
	mu       sync.Mutex
	reg      *prometheus.Registry
	actors   []Actor
	passes   int // over the actors
	watching map[live.RoomID]map[int]func(Line)
	next     int
	expired  bool
	only     live.RoomID // the one room that who looks may see
	denied   map[string]bool
	figures  RoomFigures
	acts     []string
	peeked   map[live.UserKey]int // who looks at single actors
	letters  []Letter
	links    []Link
	ratings  Ratings
	felt     map[int64]MinuteSentiment
}

func newHouse() *house {
	return &house{reg: prometheus.NewRegistry(), watching: make(map[live.RoomID]map[int]func(Line)), denied: make(map[string]bool), peeked: make(map[live.UserKey]int)}
}

func (h *house) Status() Status {
	return Status{Version: "test", Ready: "ready", Started: time.Now().Add(-time.Minute).UnixMilli(), Parts: []Part{{Name: "storage", State: PartOK}}}
}
func (h *house) Inference() Inference  { return Inference{Model: "m1"} }
func (h *house) Card() (string, error) { return "# Card <script>", nil }
func (h *house) Scripts() Scripts      { return Scripts{List: []Script{}} }
func (h *house) Settings() []Setting   { return []Setting{{"admin.addr", "x", "default"}} }

// Of implements Sentiments.
func (h *house) Of(live.RoomID, time.Time) Sentiment {
	h.mu.Lock()
	defer h.mu.Unlock()
	return Sentiment{Minutes: maps.Clone(h.felt)}
}

type houseLinks struct{ *house }

func (h houseLinks) Each(yield func(Link) bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.links == nil {
		yield(Link{Session: "s1", Role: "ingest"})
	}
	for _, l := range h.links {
		if !yield(l) {
			return
		}
	}
}

func (h houseLinks) Kick(s live.SessionID) error {
	if s != "s1" {
		return fmt.Errorf("%w: link", ErrUnknown)
	}
	return nil
}

type houseActors struct{ *house }

func (h houseActors) Each(yield func(Actor) bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.passes++
	for _, a := range h.actors {
		if !yield(a) {
			return
		}
	}
}

func (h houseActors) One(context.Context, live.UserKey) (Actor, string, error) {
	return Actor{Kind: "user"}, "what he wrote", nil
}
func (h houseActors) Touch(context.Context, live.UserKey, string) error { return nil }

func (h houseActors) Watch(k live.UserKey) func() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.peeked[k]++
	return func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		if h.peeked[k]--; h.peeked[k] == 0 {
			delete(h.peeked, k)
		}
	}
}

func (h houseActors) Latest(k live.UserKey) (Actor, []Handled, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if k.User == "nobody" {
		return Actor{}, nil, fmt.Errorf("%w: nobody", ErrUnknown)
	}
	latest := []Handled{}
	if h.peeked[k] > 0 {
		latest = append(latest, Handled{Kind: "message", ID: "m1"})
	}
	return Actor{Kind: "user", Room: k.Room, User: k.User}, latest, nil
}

func (h houseActors) Owners() []Owner { return []Owner{{Name: "ledger", Figures: []Count{}}} }

type houseBusiness struct{ *house }

func (h houseBusiness) Ratings() Ratings { return h.ratings }
func (h houseBusiness) Labelled(context.Context) (Labelled, error) {
	return Labelled{All: 4, Right: 3}, nil
}

func (h houseBusiness) Cases(_ context.Context, figure string) ([]Case, error) {
	if figure == "shed" {
		return []Case{{Room: "demo", User: "u", Note: "overloaded"}}, nil
	}
	return nil, nil
}

type houseLetters struct{ *house }

func (h houseLetters) List() []Letter {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.letters
}

func (h houseLetters) Replay(id uint64) error {
	if id != 1 {
		return fmt.Errorf("%w: letter", ErrUnknown)
	}
	return fmt.Errorf("%w: replayed already", ErrRefused)
}

type houseRooms struct{ *house }

func (h houseRooms) Say(_ context.Context, room live.RoomID, text string) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if text == "全网最低价" {
		return fmt.Errorf("%w: text: forbidden", ErrInput)
	}
	h.acts = append(h.acts, "say "+string(room)+" "+text)
	return nil
}

func (h houseRooms) Each(yield func(live.RoomID) bool) { yield("demo") }
func (h houseRooms) Figures(live.RoomID) RoomFigures {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.figures
}

func (h houseRooms) State(context.Context, live.RoomID) (RoomState, error) {
	return RoomState{Mode: "auto", Muted: []Muted{}, Top: []Question{}}, nil
}

func (h houseRooms) Watch(room live.RoomID, see func(Line)) func() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.next++
	id := h.next
	if h.watching[room] == nil {
		h.watching[room] = make(map[int]func(Line))
	}
	h.watching[room][id] = see
	return func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		delete(h.watching[room], id)
	}
}

func (h *house) say(room live.RoomID, l Line) (seen int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, see := range h.watching[room] {
		see(l)
	}
	return len(h.watching[room])
}

type houseTalk struct{ *house }

func (h houseTalk) Earlier(_ context.Context, k live.UserKey, before uint64) (Earlier, error) {
	return Earlier{Turns: []Turn{}, Before: before}, nil
}

func (h houseTalk) Show(_ context.Context, k live.UserKey) (Dialogue, error) {
	if k.User == "nobody" {
		return Dialogue{}, fmt.Errorf("%w: nobody", ErrUnknown)
	}
	return Dialogue{Room: k.Room, User: k.User, Turns: []Turn{}}, nil
}

func (h houseTalk) Read(_ context.Context, text string) (Reading, error) {
	return Reading{Intent: text}, nil
}

func (h houseTalk) Do(_ context.Context, k live.UserKey, act string, with SeatAct) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if k.User == "taken" {
		return fmt.Errorf("%w: another has it", ErrRefused)
	}
	h.acts = append(h.acts, fmt.Sprintf("%s %s/%s %s", act, k.Room, k.User, with.Text))
	return nil
}

type houseAudit struct{ *house }

func (h houseAudit) Status() AuditStatus {
	return AuditStatus{Chain: "c", Last: 130, Heads: []AuditHead{}}
}

// Records has as many as are asked for, up to 130.
func (h houseAudit) Records(q AuditQuery) (all []AuditRecord, err error) {
	for seq := min(q.Before-1, 130); seq > 0 && len(all) <= q.Limit; seq-- {
		all = append(all, AuditRecord{Seq: seq, Act: q.Act})
	}
	return all, nil
}

func (h houseAudit) Reveal(context.Context, uint64) ([]AuditPerson, error) {
	return []AuditPerson{{Pseudonym: "~1", Value: "li"}}, nil
}

func (h houseAudit) Verify() (AuditReport, error) {
	return AuditReport{}, fmt.Errorf("%w: it is done already", ErrRefused)
}

func (h *house) May(_ context.Context, act string, _ live.RoomID) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return !h.denied[act]
}

// Room implements Access.
func (h *house) Room(context.Context) live.RoomID {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.only
}

func (h *house) Holds(context.Context) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return !h.expired
}

// stand is a console over a house, served.
type stand struct {
	*Console
	house *house
	mux   *http.ServeMux
	url   string
}

// newStand serves a console; the sampler beats fast, so that no test waits for seconds.
func newStand(t *testing.T) *stand {
	t.Helper()
	h := newHouse()
	c, err := New(Sources{
		Metrics: h.reg, Node: h, Rooms: houseRooms{h}, Dialogues: houseTalk{h}, Actors: houseActors{h}, Links: houseLinks{h}, Access: h, Audit: houseAudit{h},
		Shelf: houseShelf{h}, Inside: houseActors{h}, Letters: houseLetters{h}, Business: houseBusiness{h}, Messages: houseMessages{h},
		Answers: houseAnswers{h}, Unsure: houseUnsure{h}, Sentiments: h,
	}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	c.hub.every = 5 * time.Millisecond
	s := &stand{Console: c, house: h, mux: http.NewServeMux()}
	for pattern, handler := range c.Routes() {
		s.mux.Handle(pattern, handler)
	}
	server := httptest.NewServer(s.mux)
	s.url = server.URL
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	done := make(chan error, 1)
	go func() { done <- c.Run(ctx) }()
	<-c.Ready()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
		server.Close()
		http.DefaultClient.CloseIdleConnections()
	})
	return s
}

// ask makes a request and reads its answer into out, when that is not nil.
func (s *stand) ask(t *testing.T, method, path, body string, out any) int {
	t.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	w := httptest.NewRecorder()
	s.mux.ServeHTTP(w, r)
	if out != nil {
		if err := json.Unmarshal(w.Body.Bytes(), out); err != nil {
			t.Fatalf("%s %s answered %d %s: %v", method, path, w.Code, w.Body, err)
		}
	}
	return w.Code
}

// page is a client of the stream.
type page struct {
	t    *testing.T
	conn *websocket.Conn
}

func (s *stand) page(t *testing.T) *page {
	t.Helper()
	conn, _, err := websocket.Dial(t.Context(), s.url+"/v1/stream", nil)
	if err != nil {
		t.Fatal(err)
	}
	conn.SetReadLimit(1 << 20)
	t.Cleanup(func() { conn.CloseNow() })
	return &page{t, conn}
}

func (p *page) say(command string) {
	p.t.Helper()
	if err := p.conn.Write(p.t.Context(), websocket.MessageText, []byte(command)); err != nil {
		p.t.Fatal(err)
	}
}

// got is a message as a page reads it.
type got struct {
	ID    string         `json:"id"`
	At    int64          `json:"at"`
	Full  map[string]any `json:"full"`
	Diff  map[string]any `json:"diff"`
	Lines []Line         `json:"lines"`
	Lost  int            `json:"lost"`
	Error string         `json:"error"`
}

// hear returns the next message that says something.
func (p *page) hear() got {
	p.t.Helper()
	for {
		_, b, err := p.conn.Read(p.t.Context())
		if err != nil {
			p.t.Fatal(err)
		}
		var m got
		if err := json.Unmarshal(b, &m); err != nil {
			p.t.Fatal(err)
		}
		if m.ID != "" || m.Error != "" {
			return m
		}
	}
}

// end reads until the stream is closed and returns how.
func (p *page) end() websocket.CloseError {
	for {
		if _, _, err := p.conn.Read(p.t.Context()); err != nil {
			var closed websocket.CloseError
			errors.As(err, &closed)
			return closed
		}
	}
}

type houseMessages struct{ *house }

func (h houseMessages) Trace(_ context.Context, _ live.UserKey, m MessageRef) (Trace, error) {
	if m.ID != "c1" {
		return Trace{}, fmt.Errorf("%w: trace", ErrUnknown)
	}
	return Trace{ID: m.ID, Spans: []Span{{Stage: "decode", Us: 5}}, Said: []Said{}, Figures: []LiveFigure{}, Experiments: []string{}}, nil
}

func (h houseMessages) Reveal(context.Context, live.UserKey, MessageRef) (Revealed, error) {
	return Revealed{Text: "电话13812345678"}, nil
}

func (h houseMessages) Withdraw(_ context.Context, _ live.UserKey, m MessageRef) error {
	if m.ID != "c1" {
		return fmt.Errorf("%w: a label", ErrUnknown)
	}
	return nil
}

func (h houseMessages) Label(_ context.Context, k live.UserKey, m MessageRef, as LabelAct) (Label, error) {
	if live.ParseIntent(as.Intent) == 0 {
		return Label{}, fmt.Errorf("%w: intent", ErrInput)
	}
	return Label{At: 1, Room: k.Room, User: k.User, Type: m.Type, ID: m.ID, Intent: as.Intent}, nil
}

func (h houseMessages) Labels(_ context.Context, after int64, n int) (list []Label, err error) {
	for at := after + 1; at <= 5 && len(list) < n; at++ {
		list = append(list, Label{At: at, Room: "demo", Intent: "stock"})
	}
	return list, nil
}

func (h houseMessages) Export(_ context.Context, w io.Writer, only func(live.RoomID) bool) error {
	h.mu.Lock()
	broken := h.expired
	h.mu.Unlock()
	io.WriteString(w, "text\n")
	if broken {
		return errors.New("half way")
	}
	if only("demo") {
		io.WriteString(w, "你好\n")
	}
	return nil
}
