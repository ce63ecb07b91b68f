package main

import (
	"context"
	_ "embed"
	"fmt"
	"io"
	"strconv"
	"strings"
	"sync"
	"time"

	"liveroom/engine/live"
	"liveroom/loadtest"
	"liveroom/transport/wire"
)

// demoScript is the replayed room: per line a pause in milliseconds, who, what and the rest.
//
//go:embed demo_room.txt
var demoScript string

// replay plays the demo room over a real link and prints what is said and answered; stays tells whether the engine goes on.
func replay(ctx context.Context, info demoInfo, stays bool, out io.Writer) error {
	link, err := loadtest.Dial(ctx, loadtest.TCP, info.TCP, wire.Hello{Role: live.Ingest, Token: info.Tokens["ingest"], Outcomes: true})
	if err != nil {
		return err
	}
	defer link.Close()
	show := &screen{out: out, asked: make(map[string]string)}
	show.printf("liveroom demo · TCP %s · WebSocket %s · 管理端 %s\n\n", info.TCP, info.WS, info.Admin)
	last := make(chan struct{})
	go show.receive(link, last)
	n := 0
	for line := range strings.Lines(demoScript) {
		if line = strings.TrimSpace(line); line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		fields := strings.SplitN(line, " ", 4)
		pause, err := strconv.Atoi(fields[0])
		if err != nil || len(fields) < 3 {
			return fmt.Errorf("demo room: bad line %q", line)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(time.Duration(pause) * time.Millisecond):
		}
		n++
		e, err := demoEvent(n, fields[1:])
		if err != nil {
			return err
		}
		show.asking(e)
		if err := link.Send(*e); err != nil {
			return fmt.Errorf("demo room: %w", err)
		}
	}
	show.settle(ctx)
	link.Close()
	<-last
	show.printf("\n%s\n", farewell(stays))
	return nil
}

// farewell says what follows the replay.
func farewell(stays bool) string {
	if stays {
		return "回放结束，引擎仍在运行；按 Ctrl-C 退出。"
	}
	return "回放结束，引擎停止。"
}

// demoEvent reads "who what rest".
func demoEvent(n int, fields []string) (*live.Event, error) {
	e := &live.Event{
		ID: live.EventID("demo-" + strconv.Itoa(n)), Room: demoRoom, User: live.UserID(fields[0]), Name: fields[0],
		Type: live.ParseEventType(fields[1]), At: time.Now().UnixMilli(), Viewers: live.Absent, Sold: live.Absent, Count: 1,
	}
	rest := ""
	if len(fields) > 2 {
		rest = fields[2]
	}
	var err error
	switch e.Type {
	case live.Comment, live.Message:
		e.Text = rest
	case live.StockUpdate:
		_, err = fmt.Sscan(rest, &e.SKU, &e.Warehouse, &e.Available)
		e.ID, e.Room, e.User = "", "", ""
	case live.CountsUpdate:
		_, err = fmt.Sscan(rest, &e.Viewers, &e.Sold)
		e.ID, e.User = "", ""
	case live.Present:
		e.SKU, e.ID, e.User = live.SKU(rest), "", ""
	case live.Enter, live.Like:
	default:
		err = fmt.Errorf("no such event")
	}
	if err != nil {
		return nil, fmt.Errorf("demo room: line %d: %w", n, err)
	}
	return e, nil
}

// screen prints the room. It is used by the replaying and the receiving goroutine.
type screen struct {
	out io.Writer

	mu    sync.Mutex
	asked map[string]string // open questions by event id; guarded by mu
}

func (s *screen) printf(format string, args ...any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	fmt.Fprintf(s.out, format, args...)
}

func (s *screen) asking(e *live.Event) {
	switch {
	case e.Type.Answerable():
		s.printf("%s%s：%s\n", e.Name, map[bool]string{true: "（私信）"}[e.Type == live.Message], e.Text)
		s.mu.Lock()
		s.asked[string(e.ID)] = e.Text
		s.mu.Unlock()
	case e.Type == live.Present:
		s.printf("── 主播正在讲解 %s\n", e.SKU)
	}
}

func (s *screen) receive(link *loadtest.Link, done chan<- struct{}) {
	defer close(done)
	for {
		o, err := link.Receive()
		if err != nil {
			return
		}
		switch o.Type {
		case "reply":
			s.answered(string(o.To), fmt.Sprintf("   ↳ %s  〔%s %.2f · %s · %d ms〕\n", o.Text, o.Intent, o.Confidence, o.DecidedBy, o.TookMs))
		case "outcome":
			s.answered(string(o.To), fmt.Sprintf("   · %s %s\n", o.Outcome, o.Reason))
		case "error":
			s.answered(string(o.To), fmt.Sprintf("   ! %s %s %s\n", o.Code, o.Field, o.Message))
		}
	}
}

func (s *screen) answered(to, line string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	question := s.asked[to]
	delete(s.asked, to)
	if len(s.asked) > 0 && question != "" {
		line = strings.Replace(line, "   ", "   「"+question+"」", 1)
	}
	fmt.Fprint(s.out, line)
}

// settle waits until every question has its outcome.
func (s *screen) settle(ctx context.Context) {
	ctx, stop := context.WithTimeout(ctx, 5*time.Second)
	defer stop()
	for {
		s.mu.Lock()
		open := len(s.asked)
		s.mu.Unlock()
		select {
		case <-ctx.Done():
			return
		case <-time.After(20 * time.Millisecond):
			if open == 0 {
				return
			}
		}
	}
}
