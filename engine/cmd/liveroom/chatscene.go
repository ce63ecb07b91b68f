package main

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"liveroom/engine/live"
	"liveroom/loadtest"
	"liveroom/transport/wire/token"
)

// order is one that the platform has told of.
type order struct {
	id    live.EventID
	state live.OrderState
}

// scene does what a command says that sets the scene, and tells whether there is such a command.
func (t *chat) scene(ctx context.Context, command, rest string) (known bool, err error) {
	words := strings.Fields(rest)
	switch n := len(words); {
	case command == "/stock" && (n == 2 || n == 3):
		return true, t.stock(ctx, words)
	case command == "/present" && n == 1:
		e := t.event(live.Present)
		e.SKU = live.SKU(words[0])
		return true, t.pass(ctx, t.ingest, e)
	case command == "/counts" && n == 2:
		e := t.event(live.CountsUpdate)
		if !t.number(words[0], &e.Viewers) || !t.number(words[1], &e.Sold) {
			return true, nil
		}
		return true, t.pass(ctx, t.ingest, e)
	case command == "/order" && n >= 2 && n <= 4:
		return true, t.order(ctx, words)
	case command == "/take" && n == 0:
		return true, t.act(ctx, live.Take, "")
	case command == "/say" && n > 0:
		return true, t.act(ctx, live.Say, rest)
	case command == "/back" && n == 0:
		return true, t.act(ctx, live.GiveBack, "")
	case command == "/time" && n > 0:
		return true, t.forward(rest)
	}
	return false, nil
}

// number reads a whole number, or says that it is none.
func (t *chat) number(word string, n *int64) bool {
	var err error
	if *n, err = strconv.ParseInt(word, 10, 64); err != nil {
		fmt.Fprintf(t.out, "要写成整数，不是 %q\n", word)
	}
	return err == nil
}

// stock takes "SKU [warehouse] pieces".
func (t *chat) stock(ctx context.Context, words []string) error {
	e := t.event(live.StockUpdate)
	e.SKU, e.Room = live.SKU(words[0]), ""
	if len(words) == 3 {
		e.Warehouse = words[1]
	}
	if !t.number(words[len(words)-1], &e.Available) {
		return nil
	}
	return t.pass(ctx, t.ingest, e)
}

// order takes "SKU pieces [state [fen]]". An order that is paid, cancelled or refunded is the latest of its product's piece,
// unless that had come to an end already.
func (t *chat) order(ctx context.Context, words []string) error {
	e := t.event(live.OrderUpdate)
	e.SKU, e.User, e.State = live.SKU(words[0]), t.user.User, live.OrderPaid
	if !t.number(words[1], &e.Quantity) || len(words) == 4 && !t.number(words[3], &e.AmountFen) {
		return nil
	}
	if len(words) > 2 {
		if e.State = live.ParseOrderState(words[2]); e.State == 0 {
			fmt.Fprintf(t.out, "订单状态要写成 created、paid、cancelled 或 refunded，不是 %q\n", words[2])
			return nil
		}
	}
	last, known := t.orders[e.SKU]
	if e.ID = last.id; !known || e.State <= last.state || last.state >= live.OrderCancelled {
		e.ID = t.id("o")
	}
	t.orders[e.SKU] = order{e.ID, e.State}
	return t.pass(ctx, t.ingest, e)
}

// act does what a person of the shop does with the dialogue, over a link of their own.
func (t *chat) act(ctx context.Context, as live.EventType, text string) (err error) {
	if t.seat == nil {
		if t.seat, err = t.link(loadtest.TCP, token.Claims{Role: live.Seat}); err != nil {
			return err
		}
	}
	e := t.event(as)
	e.ID, e.Room, e.Dialogue, e.Text = t.id("s"), "", live.DialogueOf(t.user), text
	if err := t.seat.Send(e); err != nil {
		return err
	}
	taken, told := false, as != live.Say // the seat has heard that it is done; the customer has what was said
	return t.until(ctx, func(h heard) bool {
		taken = taken || h.from == t.seat && h.Type == "ack" && h.ID == e.ID
		told = told || h.from == t.viewer && h.Type == "reply" && h.To == "" && h.Text == text
		return taken && told || h.from == t.seat && h.Type == "error" && h.To == e.ID
	})
}

// forward takes "+30m" or "2026-12-01 10:00". Before anything was said the time may go back too.
func (t *chat) forward(rest string) error {
	now := t.engine.Now().In(t.zone)
	to, err := time.ParseInLocation("2006-01-02 15:04", rest, t.zone)
	if after, ok := strings.CutPrefix(rest, "+"); ok {
		var d time.Duration
		d, err = time.ParseDuration(after)
		to = now.Add(d)
	}
	switch {
	case err != nil:
		fmt.Fprintf(t.out, "时间要写成 +30m、+2h 或 2026-12-01 10:00，不是 %q\n", rest)
		return nil
	case to.Before(now) && t.said > 0:
		fmt.Fprintf(t.out, "现在是 %s，时间不能往回走；要从更早开始，就在说第一句话以前设\n", now.Format("2006-01-02 15:04"))
		return nil
	}
	t.engine.Forward(to.Sub(now))
	fmt.Fprintf(t.out, "现在是 %s\n", to.Format("2006-01-02 15:04"))
	return nil
}
