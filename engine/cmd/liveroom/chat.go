package main

import (
	"bufio"
	"context"
	_ "embed"
	"fmt"
	"io"
	"os"
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
	Bare bool   `help:"Begin with no stock and no counts known, as a node does before its platform has told it."`
}

// chatOpening sets the demo room's scene, a command a line: a stranger's first question is mostly whether there is any left.
//
//go:embed chat_opening.txt
var chatOpening string

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
  /more 文字                       私信，话还没说完：不等回答，下一行接着说
  /public 文字                     在公屏上说
  /stock SKU [仓] 数量             设置库存
  /present SKU                     主播现在讲解哪个商品
  /counts 在看 已卖                直播间的人数和卖出的件数
  /order SKU 数量 [状态 [金额]]    平台传来这位客人的订单：created、paid（不写就是它）、cancelled、refunded；金额的单位是分
  /take、/say 文字、/back          客服接手、说话、交还给机器人
  /time +30m、/time 2026-12-01 10:00   过了半小时、到了这个时间
  /state                           看对话现在记得什么
  /quit                            结束
`

// chat is one person's talk with the shop.
type chat struct {
	streams
	engine *engine.Engine
	dial   func(carrier loadtest.Carrier, claims token.Claims) (*loadtest.Link, error)
	user   live.UserKey
	zone   *time.Location
	typed  bool // lines come from a keyboard: none waits until the one before is answered

	viewer, ingest, seat *loadtest.Link // seat is nil until it is needed
	heard                chan heard
	over                 chan struct{} // closed when the talk has ended

	open   map[live.EventID]bool // messages that have no outcome yet
	orders map[live.SKU]order    // the latest of each
	said   int
	run    string // part of every id, so that a second talk over the same data is no repetition
}

func (c *chatCommand) talk(ctx context.Context, e *engine.Engine, cfg engine.Config, s streams) error {
	t := &chat{
		streams: s, engine: e, user: live.UserKey{Room: live.RoomID(c.Room), User: live.UserID(c.User)}, typed: isKeyboard(s.in),
		zone: cfg.Scripts.Zone(), heard: make(chan heard), over: make(chan struct{}), open: make(map[live.EventID]bool), orders: make(map[live.SKU]order),
		run: strconv.FormatInt(time.Now().UnixNano(), 36),
	}
	addrs := e.Addrs()
	t.dial = func(carrier loadtest.Carrier, claims token.Claims) (*loadtest.Link, error) {
		addr := addrs.TCP
		if carrier == loadtest.WebSocket {
			addr = addrs.WS
		}
		signed, err := signFor(cfg, claims)
		if err != nil {
			return nil, err
		}
		return loadtest.Dial(ctx, carrier, addr, wire.Hello{Role: claims.Role, Token: signed, Outcomes: true})
	}
	defer t.close()
	var err error
	if t.ingest, err = t.link(loadtest.TCP, token.Claims{Role: live.Ingest}); err != nil {
		return err
	}
	if t.viewer, err = t.link(loadtest.WebSocket, token.Claims{Role: live.Viewer, Room: t.user.Room, User: t.user.User}); err != nil {
		return err
	}
	fmt.Fprintf(s.out, "liveroom chat · 房间 %s · 客人 %s · /help 看命令\n", c.Room, c.User)
	if !c.Bare && t.user.Room == demoRoom && c.Data == "" && cfg.Shop.Catalogue == "" {
		if err := t.begin(ctx); err != nil {
			return err
		}
	}
	if err := t.converse(ctx); err != nil && ctx.Err() == nil {
		return err
	}
	return nil // or told to stop
}

// begin sets the scene of the demo room.
func (t *chat) begin(ctx context.Context) error {
	for line := range strings.Lines(chatOpening) {
		if err := t.line(ctx, strings.TrimSpace(line)); err != nil {
			return err
		}
	}
	fmt.Fprintln(t.out, "演示店的库存和人数已经设好，1 到 6 号链接都有货，/stock、/counts 可以改；--bare 从什么都不知道开始")
	return nil
}

// isKeyboard tells whether a person types, rather than a file or a program being read.
func isKeyboard(in io.Reader) bool {
	f, ok := in.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// converse takes lines until there are no more, and shows what is heard meanwhile.
func (t *chat) converse(ctx context.Context) error {
	lines, failed := t.lines()
	fmt.Fprint(t.out, "> ")
	for {
		select {
		case <-ctx.Done():
			fmt.Fprintln(t.out)
			return nil
		case h := <-t.heard:
			if t.typed {
				fmt.Fprint(t.out, "\r") // over the prompt
			}
			if err := t.show(h); err != nil {
				return err
			}
			if !t.typed {
				continue // one prompt for each line that is read
			}
		case line, more := <-lines:
			if !more || line == "/quit" {
				if err := t.settle(ctx); err != nil {
					return err
				}
				fmt.Fprintln(t.out)
				return *failed
			}
			if line != "" {
				if err := t.line(ctx, line); err != nil {
					return err
				}
			}
		}
		fmt.Fprint(t.out, "> ")
	}
}

// lines reads ahead. The error is that of reading, and is set before the lines end.
func (t *chat) lines() (<-chan string, *error) {
	lines, failed := make(chan string), new(error)
	go func() {
		defer close(lines)
		in := bufio.NewScanner(t.in)
		for in.Scan() {
			select {
			case lines <- strings.TrimSpace(in.Text()):
			case <-t.over:
				return
			}
		}
		*failed = in.Err()
	}()
	return lines, failed
}

// line does what one line says.
func (t *chat) line(ctx context.Context, line string) error {
	command, rest, _ := strings.Cut(line, " ")
	rest = strings.TrimSpace(rest)
	switch {
	case !strings.HasPrefix(command, "/"):
		return t.say(ctx, live.Message, line, t.typed)
	case command == "/more" && rest != "":
		return t.say(ctx, live.Message, rest, true)
	case command == "/public" && rest != "":
		return t.say(ctx, live.Comment, rest, t.typed)
	case command == "/state" && rest == "":
		state, err := t.engine.Dialogue(ctx, t.user)
		if err != nil {
			return err
		}
		fmt.Fprintln(t.out, state)
		return nil
	}
	known, err := t.scene(ctx, command, rest)
	if !known {
		fmt.Fprint(t.out, chatHelp)
	}
	return err
}
