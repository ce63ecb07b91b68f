package main

import (
	"bufio"
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"liveroom/engine"
	"liveroom/engine/live"
	"liveroom/loadtest"
	"liveroom/transport/wire"
	"liveroom/transport/wire/token"
)

type chatCommand struct {
	local
	Room string `help:"Room to talk in." default:"demo"`
	User string `help:"Who talks." default:"guest"`
}

// Run serves the shop in this process and lets a person talk with it: lines are private messages, and lines that begin
// with a slash set the scene.
func (c *chatCommand) Run(ctx context.Context, s streams) error {
	hurry := func(base *engine.Config) { base.Node.DrainJitter = 0 }
	return c.run(ctx, s, hurry, func(ctx context.Context, e *engine.Engine, cfg engine.Config) (bool, error) {
		return false, c.talk(ctx, e, cfg, s)
	})
}

// chatHelp is what /help prints.
const chatHelp = `直接输入一行就是发给店铺的私信。
  /public 文字            在公屏上说
  /stock SKU [仓] 数量    设置库存
  /present SKU            主播现在讲解哪个商品
  /order SKU 数量         平台传来这位客人的订单（已付款）
  /state                  看对话现在记得什么
  /quit                   结束
`

// chat is one person's talk with the shop.
type chat struct {
	streams
	engine *engine.Engine
	user   live.UserKey
	viewer *loadtest.Link
	ingest *loadtest.Link
	said   int
	run    string // part of every id, so that a second talk over the same data is no repetition
}

func (c *chatCommand) talk(ctx context.Context, e *engine.Engine, cfg engine.Config, s streams) error {
	t := &chat{streams: s, engine: e, user: live.UserKey{Room: live.RoomID(c.Room), User: live.UserID(c.User)}}
	t.run = strconv.FormatInt(time.Now().UnixNano(), 36)
	var err error
	addrs := e.Addrs()
	if t.ingest, err = dialAs(ctx, cfg, loadtest.TCP, addrs.TCP, token.Claims{Role: live.Ingest}); err != nil {
		return err
	}
	defer t.ingest.Close()
	viewer := token.Claims{Role: live.Viewer, Room: t.user.Room, User: t.user.User}
	if t.viewer, err = dialAs(ctx, cfg, loadtest.WebSocket, addrs.WS, viewer); err != nil {
		return err
	}
	defer t.viewer.Close()
	fmt.Fprintf(s.out, "liveroom chat · 房间 %s · 客人 %s · /help 看命令\n", c.Room, c.User)
	lines := bufio.NewScanner(s.in)
	for fmt.Fprint(s.out, "> "); lines.Scan(); fmt.Fprint(s.out, "> ") {
		line := strings.TrimSpace(lines.Text())
		if line == "/quit" {
			break
		}
		if line != "" {
			if err := t.line(ctx, line); err != nil {
				return err
			}
		}
	}
	fmt.Fprintln(s.out)
	return lines.Err()
}

// dialAs opens a link in a role.
func dialAs(ctx context.Context, cfg engine.Config, carrier loadtest.Carrier, addr string, claims token.Claims) (*loadtest.Link, error) {
	signed, err := signFor(cfg, claims)
	if err != nil {
		return nil, err
	}
	return loadtest.Dial(ctx, carrier, addr, wire.Hello{Role: claims.Role, Token: signed, Outcomes: true})
}

// line does what one line says.
func (t *chat) line(ctx context.Context, line string) error {
	fields := strings.Fields(line)
	now := time.Now().UnixMilli()
	e := &live.Event{Room: t.user.Room, At: now, Viewers: live.Absent, Sold: live.Absent, Count: 1}
	switch command, rest := fields[0], fields[1:]; {
	case !strings.HasPrefix(command, "/"):
		return t.say(live.Message, line)
	case command == "/public" && len(rest) > 0:
		return t.say(live.Comment, strings.TrimSpace(strings.TrimPrefix(line, command)))
	case command == "/state":
		state, err := t.engine.Dialogue(ctx, t.user)
		if err != nil {
			return err
		}
		fmt.Fprintln(t.out, state)
		return nil
	case command == "/stock" && (len(rest) == 2 || len(rest) == 3):
		e.Type, e.SKU, e.Room = live.StockUpdate, live.SKU(rest[0]), ""
		if len(rest) == 3 {
			e.Warehouse = rest[1]
		}
		return t.set(ctx, e, rest[len(rest)-1], &e.Available)
	case command == "/present" && len(rest) == 1:
		e.Type, e.SKU = live.Present, live.SKU(rest[0])
		return t.set(ctx, e, "", nil)
	case command == "/order" && len(rest) == 2:
		e.Type, e.SKU, e.User, e.State = live.OrderUpdate, live.SKU(rest[0]), t.user.User, live.OrderPaid
		e.ID = t.id("o")
		return t.set(ctx, e, rest[1], &e.Quantity)
	}
	fmt.Fprint(t.out, chatHelp)
	return nil
}

func (t *chat) id(kind string) live.EventID {
	t.said++
	return live.EventID(kind + t.run + "-" + strconv.Itoa(t.said))
}

// say sends a line of the person's and prints what comes of it.
func (t *chat) say(as live.EventType, text string) error {
	e := live.Event{
		Type: as, ID: t.id("m"), Room: t.user.Room, User: t.user.User, Text: text, At: time.Now().UnixMilli(),
		Viewers: live.Absent, Sold: live.Absent, Count: 1,
	}
	if err := t.viewer.Send(e); err != nil {
		return err
	}
	for {
		o, err := t.viewer.Receive()
		if err != nil {
			return err
		}
		if o.To != e.ID && !(o.Type == "reply" && o.To == "") {
			continue
		}
		switch o.Type {
		case "reply":
			fmt.Fprintf(t.out, "%s\n  〔%s %.2f %s · %s · %s %s · %d ms〕\n", o.Text, o.Intent, o.Confidence, o.DecidedBy, o.By, o.Script, o.Variant, o.TookMs)
		case "outcome":
			fmt.Fprintf(t.out, "（不回：%s %s）\n", o.Outcome, o.Reason)
		case "error":
			fmt.Fprintf(t.out, "（%s %s %s）\n", o.Code, o.Field, o.Message)
		default:
			continue
		}
		if o.To == e.ID {
			return nil
		}
	}
}

// set sends an event that sets the scene, with a number from the line, and waits until the engine has taken or refused it:
// a ping behind it comes back only then.
func (t *chat) set(ctx context.Context, e *live.Event, number string, n *int64) (err error) {
	if n != nil {
		if *n, err = strconv.ParseInt(number, 10, 64); err != nil {
			fmt.Fprintf(t.out, "数量要写成整数，不是 %q\n", number)
			return nil
		}
	}
	if err := t.ingest.Send(*e); err != nil {
		return err
	}
	if err := t.ingest.Ping(); err != nil {
		return err
	}
	for {
		o, err := t.ingest.Receive()
		if err != nil {
			return err
		}
		switch o.Type {
		case "error":
			fmt.Fprintf(t.out, "（%s %s %s）\n", o.Code, o.Field, o.Message)
		case "pong":
			return ctx.Err()
		}
	}
}
