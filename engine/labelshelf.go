package engine

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"liveroom/actors"
	"liveroom/engine/admin/console"
	"liveroom/engine/labels"
	"liveroom/engine/live"
	"liveroom/engine/storage"
)

// labelShelf keeps labels in storage, as facts about the user who wrote the message.
type labelShelf struct {
	store  *storage.Store
	erases func(live.UserKey) bool // tells who is being erased
	log    *slog.Logger
}

// Keep implements labels.Shelf. Of whoever is being erased nothing is stored anew, a label that is taken back neither.
func (s labelShelf) Keep(ctx context.Context, l labels.Label) error {
	if s.erases(l.User) {
		return fmt.Errorf("%w: %w", console.ErrAway, actors.ErrBarred)
	}
	e, err := l.Event()
	if err != nil {
		return err
	}
	kept := make(chan error, 1)
	record := live.Record{Kind: live.RecordFact, Received: l.At, Event: e}
	s.store.Submit(live.Entry{Records: []live.Record{record}, Done: func(_ uint64, err error) { kept <- err }})
	select {
	case err := <-kept:
		return err
	case <-ctx.Done():
		return fmt.Errorf("it may be kept or not; look, or say it again: %w", ctx.Err())
	}
}

// factsOfLabels is the kind of fact that storage keeps labels as.
const factsOfLabels = "label"

// Read implements labels.Shelf. What is no label any more, since the taxonomy has changed, is left out and logged.
func (s labelShelf) Read(ctx context.Context, after int64, n int) (list []labels.Label, err error) {
	for len(list) == 0 {
		records, err := s.store.FactsAfter(ctx, factsOfLabels, after, n)
		if err != nil || len(records) == 0 {
			return list, err
		}
		for i := range records {
			after = records[i].Event.At
			l, err := labels.FromEvent(records[i].Event)
			if err != nil {
				s.log.Warn("a stored label is left out", "room", records[i].Event.Room, "err", err)
				continue
			}
			list = append(list, l)
		}
	}
	return list, nil
}

// Find implements labels.Shelf.
func (s labelShelf) Find(ctx context.Context, m labels.Message) (labels.Label, bool, error) {
	r, err := s.store.FactLike(ctx, m.Identity())
	if errors.Is(err, storage.ErrNotFound) {
		return labels.Label{}, false, nil
	}
	if err != nil {
		return labels.Label{}, false, err
	}
	l, err := labels.FromEvent(r.Event)
	return l, err == nil, err
}
