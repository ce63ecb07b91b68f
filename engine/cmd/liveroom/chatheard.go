package main

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"liveroom/engine/live"
	"liveroom/loadtest"
	"liveroom/transport/wire"
	"liveroom/transport/wire/token"
)

// heard is what came over one of a talk's links.
type heard struct {
	from *loadtest.Link
	wire.Outbound
	err error
}

// link opens a link of the talk, and listens on it until the talk is over.
func (t *chat) link(carrier loadtest.Carrier, claims token.Claims) (*loadtest.Link, error) {
	l, err := t.dial(carrier, claims)
	if err != nil {
		return nil, err
	}
	go func() {
		for {
			o, err := l.Receive()
			select {
			case t.heard <- heard{l, o, err}:
			case <-t.over:
				return
			}
			if err != nil {
				return
			}
		}
	}()
	return l, nil
}

func (t *chat) close() {
	close(t.over)
	for _, l := range []*loadtest.Link{t.viewer, t.ingest, t.seat} {
		if l != nil {
			l.Close()
		}
	}
}

func (t *chat) id(kind string) live.EventID {
	t.said++
	return live.EventID(kind + t.run + "-" + strconv.Itoa(t.said))
}

// event returns an event of now, of the talk's room.
func (t *chat) event(as live.EventType) live.Event {
	return live.Event{
		Type: as, Room: t.user.Room, At: time.Now().UnixMilli(), Viewers: live.Absent, Sold: live.Absent, Count: 1,
	}
}

// say sends a line of the person's and, unless they go on, waits until every line has its outcome.
func (t *chat) say(ctx context.Context, as live.EventType, text string, goOn bool) error {
	e := t.event(as)
	e.ID, e.User, e.Text = t.id("m"), t.user.User, text
	t.open[e.ID] = true
	if err := t.viewer.Send(e); err != nil || goOn {
		return err
	}
	return t.settle(ctx)
}

// settle shows what is heard until every line has its outcome.
func (t *chat) settle(ctx context.Context) error {
	return t.until(ctx, func(heard) bool { return len(t.open) == 0 })
}

// pass sends an event that is no line of the person's, and returns when the engine has taken or refused it: a ping behind
// it comes back only then.
func (t *chat) pass(ctx context.Context, l *loadtest.Link, e live.Event) error {
	if err := l.Send(e); err != nil {
		return err
	}
	return t.reach(ctx, l)
}

func (t *chat) reach(ctx context.Context, l *loadtest.Link) error {
	if err := l.Ping(); err != nil {
		return err
	}
	return t.until(ctx, func(h heard) bool { return h.from == l && h.Type == "pong" })
}

// until shows what is heard until done says so of the latest; done is asked once before.
func (t *chat) until(ctx context.Context, done func(heard) bool) error {
	for h := (heard{}); !done(h); {
		select {
		case h = <-t.heard:
			if err := t.show(h); err != nil {
				return err
			}
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// show prints what was heard, as far as it concerns the talk.
func (t *chat) show(h heard) error {
	if h.err != nil {
		return h.err
	}
	ours := h.from == t.viewer && t.open[h.To]
	if ours && (h.Type == "reply" || h.Type == "outcome" || h.Type == "error") {
		delete(t.open, h.To)
	}
	switch {
	case h.Type == "reply" && h.from == t.viewer && (ours || h.To == ""):
		fmt.Fprintf(t.out, "%s\n  〔%s %.2f %s · %s · %s %s · %d ms〕\n", h.Text, h.Intent, h.Confidence, h.DecidedBy, h.By, h.Script, h.Variant, h.TookMs)
	case h.Type == "outcome" && ours && h.Outcome == live.Merged.String():
		fmt.Fprint(t.out, "（和后面的话一起回）\n")
	case h.Type == "outcome" && ours:
		fmt.Fprintf(t.out, "（不回：%s %s）\n", h.Outcome, h.Reason)
	case h.Type == "error":
		fmt.Fprintf(t.out, "（%s %s %s）\n", h.Code, h.Field, h.Message)
	case h.Type == "alarm" && h.from == t.seat && h.Text != "":
		fmt.Fprintf(t.out, "（客服收到 %s：%s）\n", h.Kind, h.Text)
	}
	return nil
}
