package engine

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"liveroom/actors"
	"liveroom/engine/access"
	"liveroom/engine/admin/console"
	"liveroom/engine/labels"
	"liveroom/engine/live"
)

// unsure keeps the latest lines that were not understood, for people to say what they mean: those read without confidence,
// and those that fit no intent. It points to messages that are in memory, and writes nothing down: what is labelled is
// kept with the labels, sealed, and what is not is forgotten when the node stops.
//
// Hot path: ended allocates nothing once the ring is full; TestUnsureLinesCostNothingToKeep.
type unsure struct {
	labels *labels.Book

	mu    sync.Mutex // held for one line, or to copy
	lines []unsureLine
	next  uint64 // place of the next line, from 1; the line at place n is lines[n % maxUnsure]
}

type unsureLine struct {
	place   uint64
	event   *live.Event
	reading *live.Reading
	at      int64
	done    bool // labelled or skipped
}

const (
	maxUnsure     = 2000
	maxUnsureText = 600 // bytes; what is longer is no line that a model learns from
)

func newUnsure(book *labels.Book) *unsure { return &unsure{labels: book, next: 1} }

// forget drops the lines of a user; their places stay, as of lines that were skipped.
func (u *unsure) forget(k live.UserKey) {
	u.mu.Lock()
	defer u.mu.Unlock()
	for i := range u.lines {
		if l := &u.lines[i]; l.event != nil && l.event.UserKey() == k {
			l.event, l.reading, l.done = new(live.Event), new(live.Reading), true
		}
	}
}

// ended keeps a line that was not understood.
func (u *unsure) ended(e actors.Ended) {
	r := e.Reading
	if r == nil || r.DecidedBy == live.DecidedByKeyword || !r.Unsure && r.Intent != live.IntentUnknown ||
		!e.Event.Type.Answerable() || e.Event.ID == "" || e.Event.User == "" || len(e.Event.Text) > maxUnsureText {
		return
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	l := unsureLine{place: u.next, event: e.Event, reading: r, at: e.Received}
	u.next++
	if len(u.lines) < maxUnsure {
		u.lines = append(u.lines, l)
		return
	}
	u.lines[(l.place-1)%maxUnsure] = l
}

// latest returns a copy of what waits, the latest first.
func (u *unsure) latest() (waiting []unsureLine) {
	u.mu.Lock()
	defer u.mu.Unlock()
	for i := range len(u.lines) {
		if l := u.lines[(u.next-2-uint64(i))%maxUnsure]; !l.done {
			waiting = append(waiting, l)
		}
	}
	return waiting
}

// Lines implements console.Unsure.
func (u *unsure) Lines(n int, may func(live.RoomID) bool) console.UnsurePage {
	page := console.UnsurePage{Lines: []console.UnsureLine{}}
	at := make(map[string]int) // of lines shown, by their masked text
	for _, l := range u.latest() {
		if !may(l.event.Room) {
			continue
		}
		page.Waiting++
		if len(page.Lines) >= n && page.Waiting > 20*n {
			continue // what is far behind is counted, and not masked to be compared
		}
		text := masked(l.event.Text)
		if i, known := at[text]; known {
			page.Lines[i].Times++
			continue
		}
		if len(page.Lines) >= n {
			continue
		}
		at[text] = len(page.Lines)
		page.Lines = append(page.Lines, console.UnsureLine{
			Place: l.place, At: l.at, Room: l.event.Room, Type: l.event.Type.String(), Text: text, Reading: *readingOf(l.reading), Times: 1,
		})
	}
	return page
}

// Judge implements console.Unsure.
func (u *unsure) Judge(ctx context.Context, place uint64, as console.Judgement, may func(live.RoomID) bool) error {
	l, ok := u.at(place)
	if !ok || !may(l.event.Room) {
		return fmt.Errorf("%w: line %d; it has been pushed out by later ones", console.ErrUnknown, place)
	}
	if as.Intent != "" {
		_, err := u.labels.Add(ctx, labels.Label{
			Message: labels.Message{User: l.event.UserKey(), Key: l.event.Key()}, Text: l.event.Text,
			Intent: live.ParseIntent(as.Intent), Emotion: live.ParseEmotion(as.Emotion), Sentiment: live.ParseSentiment(as.Sentiment),
			Was: l.reading.Intent, Confidence: l.reading.Confidence, Model: l.reading.Model, By: access.Of(ctx).Name, Source: labels.Labelled,
		})
		if errors.Is(err, labels.ErrInput) {
			return fmt.Errorf("%w: %w", console.ErrInput, err)
		}
		if err != nil {
			return err
		}
	}
	if as.Back {
		if err := u.withdraw(ctx, labels.Message{User: l.event.UserKey(), Key: l.event.Key()}); err != nil {
			return err
		}
	}
	u.settle(masked(l.event.Text), !as.Back, may)
	return nil
}

// withdraw takes back the label that who asks gave a line, none when it was passed over or somebody else labelled it.
func (u *unsure) withdraw(ctx context.Context, m labels.Message) error {
	me := access.Of(ctx).Name
	if l, ok, err := u.labels.Of(ctx, m); err != nil || !ok || l.Source != labels.Labelled || l.By != me {
		return err
	}
	if err := u.labels.Withdraw(ctx, m, me); !errors.Is(err, labels.ErrNone) {
		return err
	}
	return nil
}

func (u *unsure) at(place uint64) (unsureLine, bool) {
	u.mu.Lock()
	defer u.mu.Unlock()
	i := (place - 1) % maxUnsure
	if place == 0 || i >= uint64(len(u.lines)) || u.lines[i].place != place {
		return unsureLine{}, false
	}
	return u.lines[i], true
}

// settle takes every line of a masked text out of those that wait, or puts them back: one judgement is enough for all.
func (u *unsure) settle(text string, done bool, may func(live.RoomID) bool) {
	u.mu.Lock()
	lines := append([]unsureLine(nil), u.lines...)
	u.mu.Unlock()
	var same []uint64
	for _, l := range lines { // masked without holding up the journal
		if l.done != done && may(l.event.Room) && masked(l.event.Text) == text {
			same = append(same, l.place)
		}
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	for _, place := range same {
		if l := &u.lines[(place-1)%maxUnsure]; l.place == place {
			l.done = done
		}
	}
}
