package engine

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"time"

	"liveroom/engine/admin/console"
	"liveroom/engine/live"
)

// desk is the seat of the people at the console: their acts go through the user's mailbox like those of a seat's link,
// and what would be sent to that link is what they wait for.
type desk struct {
	mu    sync.Mutex
	waits map[live.EventID]chan<- error // guarded by mu; bounded by the requests under way
}

// deskPrefix begins the session of a person at the console. No link has such a session: theirs hold no colon.
const deskPrefix = "console:"

// deskFor is how long an act may take to be durable.
const deskFor = 5 * time.Second

func (d *desk) seat(name string) live.SessionID { return live.SessionID(deskPrefix + name) }

// nameOf returns who has a dialogue, as people are told.
func (d *desk) nameOf(seat string) string {
	if name, ok := strings.CutPrefix(seat, deskPrefix); ok {
		return name
	}
	return "seat"
}

// do has an act done in the name of a person, and returns when it is durable or refused.
func (d *desk) do(ctx context.Context, name string, e *live.Event, deliver func(*live.Event, live.SessionID, time.Time) live.Code) error {
	if name == "" {
		return fmt.Errorf("%w: who you are is not known", console.ErrForbidden)
	}
	e.ID = live.EventID("console-" + rand.Text())
	done := make(chan error, 1)
	d.mu.Lock()
	if d.waits == nil {
		d.waits = make(map[live.EventID]chan<- error)
	}
	d.waits[e.ID] = done
	d.mu.Unlock()
	defer func() {
		d.mu.Lock()
		defer d.mu.Unlock()
		delete(d.waits, e.ID)
	}()
	if code := deliver(e, d.seat(name), time.Now()); code != live.OK {
		return fmt.Errorf("%w: %s", console.ErrAway, code)
	}
	ctx, stop := context.WithTimeout(ctx, deskFor)
	defer stop()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return fmt.Errorf("it may come about later, or not at all; look at the dialogue: %w", console.ErrAway)
	}
}

// isDesk tells whether a session is of a person at the console. Hot path: a comparison of eight bytes.
func isDesk(s live.SessionID) bool { return strings.HasPrefix(string(s), deskPrefix) }

// got takes a frame for a person at the console.
func (d *desk) got(frame []byte) bool {
	var f struct {
		Type    string       `json:"type"`
		ID      live.EventID `json:"id"`
		To      live.EventID `json:"to"`
		Code    string       `json:"code"`
		Message string       `json:"message"`
	}
	if json.Unmarshal(frame, &f) != nil {
		return false
	}
	var err error
	id := f.ID
	if f.Type == "error" {
		id, err = f.To, fmt.Errorf("%w: %s", console.ErrRefused, f.Message)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	done, waits := d.waits[id]
	if waits {
		select {
		case done <- err:
		default:
		}
	}
	return waits
}
