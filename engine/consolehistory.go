package engine

import (
	"context"
	"fmt"

	"liveroom/engine/admin/console"
	"liveroom/engine/live"
	"liveroom/engine/storage"
)

// Earlier implements console.Dialogues. It looks into the journal until a page is full, everything has been seen, or it has
// taken too long; then the page says from where on to look next.
func (v talkView) Earlier(ctx context.Context, k live.UserKey, before uint64) (console.Earlier, error) {
	ctx, stop := context.WithTimeout(ctx, lookFor)
	defer stop()
	if !v.exists(k) {
		return console.Earlier{}, fmt.Errorf("%w: user %.128q in room %.128q", console.ErrUnknown, string(k.User), string(k.Room))
	}
	view, err := v.view(ctx, k)
	if err != nil {
		return console.Earlier{}, err
	}
	var records []live.Record
	messages := make(map[live.EventKey]bool)
	page, err := v.seek(ctx, k, view.Blocks, before, func(found []live.Record) bool {
		for i := range found {
			if found[i].Kind == live.RecordClosed {
				messages[found[i].Key] = true
			}
		}
		records = append(records, found...)
		return len(messages) >= turnsShown
	})
	if err != nil {
		return console.Earlier{}, err
	}
	page.Turns = turnsOf(nil, records)
	if err := v.mark(ctx, k, page.Turns); err != nil {
		return console.Earlier{}, fmt.Errorf("%w: %w", console.ErrAway, err)
	}
	return page, nil
}

// seek shows take what was said with a user before a block, the latest first, until take says that it is enough, nothing is
// left, or most of the time is over. It returns from where on to look next.
func (v talkView) seek(ctx context.Context, k live.UserKey, known []uint64, before uint64, take func([]live.Record) bool) (console.Earlier, error) {
	hurry, stop := context.WithTimeout(ctx, lookFor/2)
	defer stop()
	at := console.Earlier{Before: before}
	for {
		found, err := v.look(ctx, k, storage.Look{Before: at.Before, Known: known, Turns: turnsShown})
		if err != nil {
			return at, fmt.Errorf("%w: %w", console.ErrAway, err)
		}
		at.Before, at.At = found.Before, found.At
		if take(found.Records) || at.Before == 0 || hurry.Err() != nil {
			return at, nil
		}
	}
}

func (v talkView) look(ctx context.Context, k live.UserKey, where storage.Look) (storage.Earlier, error) {
	type result struct {
		found storage.Earlier
		err   error
	}
	got := make(chan result, 1)
	v.e.parts.store.Earlier(k, where, func(found storage.Earlier, err error) { got <- result{found, err} })
	select {
	case r := <-got:
		return r.found, r.err
	case <-ctx.Done():
		return storage.Earlier{}, ctx.Err()
	}
}
