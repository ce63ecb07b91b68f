package actors

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"liveroom/engine/live"
)

// say puts a closing reply into words and says it to the room. What cannot be put into words is not said.
func (r *room) say(now time.Time, c Closing) {
	h, room := r.house, r.cell.key
	line := r.compose(now, c)
	if line.Text == "" {
		return
	}
	reply := live.Reply{
		ID: closingID(room, c), Room: room, Text: line.Text, Scope: live.Public, Intent: c.Topic.Intent, Confidence: 1,
		By: line.By, Script: line.Script, Variant: line.Variant, Count: int64(c.Askers),
	}
	said := &live.Event{
		Type: live.Say, ID: live.EventID(reply.ID), Room: room, At: now.UnixMilli(), Text: reply.Text, Count: reply.Count,
		Note: reply.Script,
	}
	r.publish(said, &reply, func(err error) {
		if err != nil {
			h.log.Warn("a closing reply is not stored and not said", "room", room, "err", err)
			return
		}
		h.metrics.closings.Inc()
	})
}

// compose puts a closing reply into words; a composer that panics has none.
func (r *room) compose(now time.Time, c Closing) (line Line) {
	h := r.house
	defer func() {
		if p := recover(); p != nil {
			h.metrics.panics.Inc()
			h.log.Error("composer panicked", "room", r.cell.key, "err", fmt.Sprint(p))
			line = Line{}
		}
	}()
	q := Question{
		Shop: h.parts.Catalogue.Shop(r.cell.key), User: live.UserKey{Room: r.cell.key}, Scope: live.Public,
		Askers: int64(c.Askers), Arrived: time.UnixMilli(c.Start), Now: now,
	}
	q.Topic, q.Reading = "closing", &live.Reading{Intent: c.Topic.Intent, Confidence: 1, Emotion: live.Calm}
	if c.Topic.Product != "" {
		q.Product = h.parts.Catalogue.Product(q.Shop, c.Topic.Product)
	}
	line, err := h.parts.Composer.Compose(&q)
	if err != nil {
		h.log.Warn("no closing reply", "room", r.cell.key, "intent", c.Topic.Intent.String(), "err", err)
		return Line{}
	}
	return line
}

// closingID derives the id of the one closing reply to a burst. No user has an empty name, so it is the id of no other.
func closingID(room live.RoomID, c Closing) live.ReplyID {
	burst := strconv.AppendInt(nil, c.Start, 10)
	for _, s := range [...]string{c.Topic.Intent.String(), string(c.Topic.Product)} {
		burst = append(append(burst, 0), s...)
	}
	return live.ReplyIDFor(live.UserKey{Room: room}, live.EventKey{Type: live.Say, ID: live.EventID(burst)})
}

// feed shows the seats what the room asks, when it is time and something has changed since they were last shown it.
func (r *room) feed(now time.Time) {
	if !r.state.FeedDue(now.UnixMilli()) {
		return
	}
	seats := r.house.seats(r.cell.key)
	if len(seats) == 0 {
		r.shown, r.seats = nil, nil
		r.state.Unfed(now.UnixMilli())
		return
	}
	top, due := r.state.Feed(now.UnixMilli())
	if !due {
		return
	}
	a := r.hostAlarm(now, top)
	if slices.Equal(seats, r.seats) && sameFeed(a, r.shown) {
		return
	}
	r.shown, r.seats = a, seats
	r.house.alarm(seats, a)
}

// hostAlarm puts the figures of now beside the topics.
func (r *room) hostAlarm(now time.Time, top []TopicCount) *live.Alarm {
	h, room := r.house, r.cell.key
	a := &live.Alarm{Kind: live.AlarmHost, Room: room, At: now.UnixMilli(), Viewers: live.Absent, Sold: live.Absent}
	if h.seating.Figures != nil {
		a.Viewers, a.Sold = h.seating.Figures.Counts(room)
	}
	shop := h.parts.Catalogue.Shop(room)
	for _, t := range top {
		entry := live.AlarmTopic{Intent: t.Topic.Intent, Product: t.Topic.Product, Count: int64(t.Askers), Stock: live.Absent}
		if entry.Product != "" {
			if p := h.parts.Catalogue.Product(shop, entry.Product); p != nil {
				entry.Link = p.Link
			}
			if h.seating.Figures != nil {
				if pieces, age, ok := h.seating.Figures.Stock(entry.Product, now); ok {
					entry.Stock, entry.AgeMs = pieces, max(0, age.Milliseconds())
				}
			}
		}
		a.Top = append(a.Top, entry)
	}
	return a
}

// sameFeed tells whether two feeds say the same, whatever their times.
func sameFeed(a, b *live.Alarm) bool {
	return b != nil && a.Viewers == b.Viewers && a.Sold == b.Sold && slices.EqualFunc(a.Top, b.Top, func(x, y live.AlarmTopic) bool {
		x.AgeMs, y.AgeMs = 0, 0
		return x == y
	})
}
