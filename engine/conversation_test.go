package engine

import (
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"liveroom/actors"
	"liveroom/engine/live"
	"liveroom/engine/shop"
	"liveroom/engine/shop/knowledge"
	"liveroom/nlp/entity"
	"liveroom/scripts"
)

// TestDialogues replays ../actors/testdata/conversations: what a customer writes in the demo shop, and word for word what
// the shop answers, through the user's state machine, the scripts, the ledger and the entity rules. What a text means is
// given with it, so that a new model does not change a dialogue. With LIVEROOM_GOLDEN=1 the answers are rewritten; the
// file README.md there explains the format to shop staff.
func TestDialogues(t *testing.T) {
	files, err := filepath.Glob("../actors/testdata/conversations/*.txt")
	if err != nil || len(files) < 60 {
		t.Fatalf("%d conversations, want at least 60: %v", len(files), err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			content, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			var got strings.Builder
			c := newConversation(t, filepath.Base(file))
			for line := range strings.Lines(string(content)) {
				line = strings.TrimRight(line, "\n")
				word, rest, _ := strings.Cut(line, " ")
				if answered[word] {
					continue
				}
				got.WriteString(line + "\n")
				if line == "" || strings.HasPrefix(line, "#") {
					continue
				}
				for _, answer := range c.do(word, rest) {
					got.WriteString(answer + "\n")
				}
			}
			if os.Getenv("LIVEROOM_GOLDEN") != "" {
				if err := os.WriteFile(file, []byte(got.String()), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if got.String() != string(content) {
				t.Errorf("replayed\n%s\nwant\n%s", got.String(), content)
			}
		})
	}
}

// answered are the first words of lines that the replay writes.
var answered = map[string]bool{"店": true, "公屏回复": true, "不回": true, "并入": true, "=": true, "拒绝": true, "转坐席": true}

// conversation is one customer of the demo shop, with every part real but the clock, the disk and the model.
type conversation struct {
	t         *testing.T
	now       time.Time
	user      live.UserKey
	state     actors.UserState
	wares     *wares
	ledger    *shop.Ledger
	rooms     *shop.Rooms
	catalogue catalogue
	composer  composer
	names     *entity.Catalogue
	vip       bool
	nobody    bool // no seat is there
	messages  int
	patience  bool // a fragment waits for the customer's next line
	out       []string
}

// newConversation begins a conversation on 2026-11-11 at 20:00. Which of several texts is said depends on the customer, who
// is another one in each file.
func newConversation(t *testing.T, customer string) *conversation {
	zone, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	c := &conversation{t: t, now: time.Date(2026, 11, 11, 20, 0, 0, 0, zone), user: live.UserKey{Room: "demo", User: live.UserID(customer)}, wares: new(wares)}
	c.wares.Store(shop.Demo())
	c.ledger, c.rooms = shop.NewLedger(shop.Demo()), shop.NewRooms(10)
	c.catalogue = catalogue{c.wares, c.rooms, c.ledger, shop.NewProfiles(0), new(clock)}
	cfg := scripts.Default()
	book, err := scripts.New(cfg, figures{c.ledger, c.rooms}, slog.New(slog.DiscardHandler), prometheus.NewRegistry())
	if err != nil {
		t.Fatal(err)
	}
	known := new(wisdom)
	base, _ := knowledge.New(0).Update(knowledge.Demo(), c.now.UnixMilli())
	known.Store(base)
	c.composer = composer{book: book, catalogue: c.wares, knowledge: known, ledger: c.ledger}
	c.names = entity.NewCatalogue(shop.Demo().Products())
	c.state = actors.NewUserState(c.user, 16)
	c.now = c.now.Add(-48 * time.Hour) // he is no stranger
	c.says(false, "你好 〔greeting〕")
	c.now = c.now.Add(48 * time.Hour)
	return c
}

func (c *conversation) do(word, rest string) []string {
	c.out = nil
	switch word {
	case "客", "公屏", "客+":
		c.says(word == "公屏", rest)
		if word != "客+" && c.patience { // nothing follows: the fragment stands alone
			c.wait("+300ms")
		}
	case "时间":
		c.wait(rest)
	case "库存":
		c.stock(strings.Fields(rest))
	case "讲解":
		c.rooms.Present("demo", live.SKU(rest), c.now.UnixMilli())
	case "时刻":
		at, err := time.ParseInLocation("2006-01-02 15:04", rest, c.now.Location())
		if err != nil || at.Before(c.now) {
			c.t.Fatalf("时刻 %s: want a later time such as 2026-12-01 10:00: %v", rest, err)
		}
		c.wait(at.Sub(c.now).String())
	case "下单", "付款", "取消订单", "退款":
		c.order(word, strings.Fields(rest))
	case "人数":
		c.counts(strings.Fields(rest))
	case "新客":
		c.state = actors.NewUserState(c.user, 16)
	case "贵宾":
		c.vip = true
	case "没有坐席":
		c.nobody = true
	case "坐席接手", "坐席", "坐席交还":
		types := map[string]live.EventType{"坐席接手": live.Take, "坐席": live.Say, "坐席交还": live.GiveBack}
		kinds := map[string]actors.InputKind{"坐席接手": actors.InTaken, "坐席": actors.InSaid, "坐席交还": actors.InGaveBack}
		c.messages++
		e := &live.Event{Type: types[word], ID: live.EventID(fmt.Sprint("s", c.messages)), Text: rest}
		c.step(actors.Input{Kind: kinds[word], Arrival: &actors.Arrival{Event: e, Session: "seat", Received: c.now.UnixMilli()}})
	case "账":
		c.account(live.SKU(rest))
	case "状态":
		c.out = append(c.out, "= "+c.state.Summary(c.now.UnixMilli()))
	default:
		c.t.Fatalf("no such line: %s %s", word, rest)
	}
	return c.out
}

func (c *conversation) wait(rest string) {
	d, err := time.ParseDuration(strings.TrimPrefix(rest, "+"))
	if err != nil {
		c.t.Fatalf("时间 %s: %v", rest, err)
	}
	c.now = c.now.Add(d)
	c.ledger.Expire(c.now)
	c.step(actors.Input{Kind: actors.InTick})
}

// stock takes "SKU [warehouse] pieces".
func (c *conversation) stock(fields []string) {
	n, err := strconv.ParseInt(fields[len(fields)-1], 10, 64)
	if err != nil {
		c.t.Fatalf("库存 %v: %v", fields, err)
	}
	e := &live.Event{Type: live.StockUpdate, SKU: live.SKU(fields[0]), Available: n, At: c.now.UnixMilli()}
	if len(fields) == 3 {
		e.Warehouse = fields[1]
	}
	if _, fault := c.ledger.Apply(e, c.now); fault != nil {
		c.t.Fatalf("库存 %v: %v", fields, fault)
	}
}

// order takes "SKU pieces" of the customer's one order.
func (c *conversation) order(word string, fields []string) {
	states := map[string]live.OrderState{
		"下单": live.OrderCreated, "付款": live.OrderPaid, "取消订单": live.OrderCancelled, "退款": live.OrderRefunded,
	}
	if len(fields) != 2 {
		c.t.Fatalf("%s %v: want a sku and a number of pieces", word, fields)
	}
	n, err := strconv.ParseInt(fields[1], 10, 64)
	if err != nil {
		c.t.Fatalf("%s %v: %v", word, fields, err)
	}
	c.ledger.Order(c.now, &live.Event{
		Type: live.OrderUpdate, ID: "order-1", Room: c.user.Room, User: c.user.User, SKU: live.SKU(fields[0]), Quantity: n,
		State: states[word], At: c.now.UnixMilli(),
	})
}

// counts takes "viewers sold" of the room.
func (c *conversation) counts(fields []string) {
	var viewers, sold int64
	if n, _ := fmt.Sscan(strings.Join(fields, " "), &viewers, &sold); n != 2 {
		c.t.Fatalf("人数 %v: want how many watch and how many were sold", fields)
	}
	c.rooms.Apply(&live.Event{Type: live.CountsUpdate, Room: "demo", Viewers: viewers, Sold: sold, At: c.now.UnixMilli()}, c.now)
}

func (c *conversation) account(sku live.SKU) {
	open, confirmed, ordered := c.ledger.Held(sku)
	ps := c.ledger.Stock(shop.Demo().BySKU(sku).ID)
	left, _, _, _ := shop.Total(ps, sku)
	c.out = append(c.out, fmt.Sprintf("= 可售 %d 预留 %d 锁定 %d 已下单 %d", left, open, confirmed, ordered))
}

var meaning = regexp.MustCompile(`^(.*?) ?〔(.*)〕$`)

// reading builds what a text was taken to mean from "intent[=p], intent[=p] … [emotion]" and the real entity rules.
func (c *conversation) reading(text, meant string) *live.Reading {
	r := &live.Reading{Emotion: live.Calm, Sentiment: live.Neutral, DecidedBy: live.DecidedByModel, Entities: entity.Extract(text, c.names)}
	for i, word := range strings.Fields(meant) {
		name, share, _ := strings.Cut(word, "=")
		if e := live.ParseEmotion(name); e != 0 && live.ParseIntent(name) == 0 {
			r.Emotion = e
			continue
		}
		p := .95
		if share != "" {
			fmt.Sscan(share, &p)
		}
		guess := live.Guess{Intent: live.ParseIntent(name), P: float32(p)}
		if guess.Intent == 0 {
			c.t.Fatalf("%s: no intent %q", text, name)
		}
		if i == 0 {
			r.Intent, r.Confidence, r.Unsure = guess.Intent, guess.P, p < .85
		}
		r.Top[min(i, 2)] = guess
	}
	return r
}

func (c *conversation) says(public bool, line string) {
	m := meaning.FindStringSubmatch(line)
	if m == nil {
		c.t.Fatalf("%q: what it means is missing, as in 还有货吗 〔stock〕", line)
	}
	c.messages++
	e := &live.Event{Type: live.Message, Room: "demo", User: c.user.User, ID: live.EventID(fmt.Sprint("m", c.messages)), Text: m[1], At: c.now.UnixMilli()}
	if public {
		e.Type = live.Comment
	}
	a := &actors.Arrival{Event: e, Session: "link", Received: c.now.UnixMilli(), Deadline: c.now.Add(800 * time.Millisecond).UnixMilli()}
	read := c.reading(m[1], m[2])
	in := actors.Input{Kind: actors.InArrived, Arrival: a}
	for _, eff := range c.state.Step(c.now.UnixMilli(), in, nil) {
		if eff.Kind == actors.EffRead {
			next := actors.Input{
				Kind: actors.InRead, Seq: eff.Seq, Reading: read, Shop: "demo", Products: c.catalogue, VIP: c.vip,
			}
			next.Product, next.Others, next.Named = actors.Named(c.catalogue, "demo", m[1], read.Entities)
			if id := c.state.Held(); id != "" {
				next.Hold = stock{Ledger: c.ledger}.Held(id)
			}
			c.step(next)
		}
	}
}

// step steps with one input and carries out what it wants.
func (c *conversation) step(in actors.Input) {
	for _, e := range c.state.Step(c.now.UnixMilli(), in, nil) {
		switch e.Kind {
		case actors.EffAskRoom:
			c.step(actors.Input{Kind: actors.InRuled, Seq: e.Seq, Ruling: actors.RuledFirst, Topic: e.Topic})
		case actors.EffHold:
			c.step(actors.Hold(stock{Ledger: c.ledger}, actors.Default(), c.user, c.now, &e))
		case actors.EffCompose:
			line, err := c.composer.Compose(&actors.Question{
				Say: *e.Say, Shop: "demo", User: c.user, Text: e.Event.Text, Scope: e.Scope, Arrived: time.UnixMilli(e.Received), Now: c.now, Nobody: c.nobody,
			})
			if err != nil {
				c.t.Errorf("%s: %v", e.Event.Text, err)
			}
			c.step(actors.Input{Kind: actors.InComposed, Seq: e.Seq, Line: line, Nobody: c.nobody})
		case actors.EffUndo:
			stock{Ledger: c.ledger}.Undo(e.Before, e.Hold.ID)
		case actors.EffWait:
			c.patience = true
		case actors.EffClose:
			c.patience = false
			c.closed(&e)
		case actors.EffRefuse:
			c.out = append(c.out, "拒绝 "+e.Code.String())
		}
	}
}

func (c *conversation) closed(e *actors.Effect) {
	switch {
	case e.Outcome.Answers() && e.Reply.Scope == live.Public:
		c.out = append(c.out, "公屏回复 "+e.Reply.Text)
	case e.Outcome.Answers():
		c.out = append(c.out, "店 "+e.Reply.Text)
	case e.Outcome == live.Merged:
		c.out = append(c.out, "并入 "+e.Event.Text)
	default:
		c.out = append(c.out, fmt.Sprintf("不回 %s %s", e.Event.Text, e.Reason))
	}
	if e.HandOver != "" {
		c.out = append(c.out, "转坐席 "+string(e.HandOver))
	}
}
