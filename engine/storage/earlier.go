package storage

import (
	"context"
	"errors"
	"slices"

	"liveroom/engine/live"
	"liveroom/engine/storage/codec"
)

// Look is where to look for what was said with a user earlier.
type Look struct {
	Before uint64   // blocks before this one; 0 for all there are
	Known  []uint64 // blocks of which it is known that they say how messages of the user ended, oldest first; those may be all or only the latest
	Turns  int      // how many messages are enough
}

// Earlier is what one look has found.
type Earlier struct {
	Records []live.Record // accepted and closed, the latest block first; of a block in their order
	Before  uint64        // look on before this block; 0 when nothing is kept from before
	At      int64         // when the earliest block looked at was committed, 0 for none
}

// Bounds of one look, so that those who wait for a reader do not wait for long.
const (
	lookBlocks = 256  // opened at most
	lookBatch  = 32   // asked of the database at a time
	lookSlack  = 2000 // milliseconds that the clock may have been set between receipt and commit
)

// Earlier reads what was said with a user before a block, the latest first, and calls done exactly once: from a reader's
// goroutine, or at once with ErrBusy or ErrClosed. It opens the blocks that are known and those shortly before each, where the
// message that was answered stands; and, where none is known any more, one after the other. What it has found when it has opened
// as many as it may is what it returns, and that may be nothing: look on with Before. A block that does not open is left out.
func (s *Store) Earlier(k live.UserKey, look Look, done func(Earlier, error)) {
	s.admit(readJob{
		kind: "earlier",
		run: func(ctx context.Context) error {
			found, err := s.readEarlier(ctx, k, look)
			done(found, err)
			return err
		},
		fail: func(err error) { done(Earlier{}, err) },
	}, false)
}

// search is one look under way.
type search struct {
	s     *Store
	user  live.UserKey
	found Earlier
	open  map[live.EventKey]int64 // closed of which the message has not been found, with the time it was received
	turns int                     // messages found
	left  int                     // blocks that may still be opened
}

func (s *Store) readEarlier(ctx context.Context, k live.UserKey, look Look) (Earlier, error) {
	f := &search{s: s, user: k, open: make(map[live.EventKey]int64), left: lookBlocks}
	f.found.Before = look.Before
	if look.Before == 0 {
		f.found.Before = s.lastBlock() + 1
	}
	i, _ := slices.BinarySearch(look.Known, f.found.Before)
	known := look.Known[:i]
	for first := true; len(known) > 0 && f.left > 0 && f.turns < look.Turns; first = false {
		at, had, turns := known[len(known)-1], len(f.found.Records), f.turns
		if err := f.back(ctx, at+1, f.met); err != nil {
			return Earlier{}, err
		}
		if !f.met() && f.left <= 0 && !first { // the next look begins with it
			f.found.Records, f.turns, f.found.Before = f.found.Records[:had], turns, at+1
			break
		}
		clear(f.open) // where a message was not found, it is not kept
		for len(known) > 0 && known[len(known)-1] >= f.found.Before {
			known = known[:len(known)-1]
		}
	}
	if len(known) == 0 && f.left > 0 && f.turns < look.Turns && f.found.Before > 0 {
		if err := f.back(ctx, f.found.Before, func() bool { return f.turns >= look.Turns && f.met() }); err != nil {
			return Earlier{}, err
		}
	}
	if f.found.Before <= s.first.Load() {
		f.found.Before = 0
	}
	return f.found, nil
}

// lastBlock returns the last block committed.
func (s *Store) lastBlock() uint64 {
	s.index.mu.RLock()
	defer s.index.mu.RUnlock()
	return s.index.last
}

// back opens the blocks before one, the latest first, until enough says so, none are left, or as many were opened as may be.
// It opens one at least.
func (f *search) back(ctx context.Context, before uint64, enough func() bool) error {
	for {
		n, err := f.batch(ctx, before, enough)
		if err != nil || n == 0 || f.left <= 0 || enough() {
			return err
		}
		before = f.found.Before
	}
}

// met tells whether the message was found of everything that was closed, or would have been by now.
func (f *search) met() bool {
	for _, received := range f.open {
		if f.found.At+lookSlack >= received {
			return false
		}
	}
	return true
}

// batch opens some blocks before one, and returns how many.
func (f *search) batch(ctx context.Context, before uint64, enough func() bool) (n int, err error) {
	rows, err := f.s.readPool.QueryContext(ctx, `SELECT seq, at, data FROM journal WHERE seq < $1 ORDER BY seq DESC LIMIT $2`, int64(before), min(lookBatch, f.left))
	if err != nil {
		return 0, f.s.meetDamage(err)
	}
	defer rows.Close()
	var data []byte
	for rows.Next() {
		var seq int64
		if err := rows.Scan(&seq, &f.found.At, &data); err != nil {
			return n, f.s.meetDamage(err)
		}
		n++
		f.left--
		f.found.Before = uint64(seq)
		if err := f.take(ctx, uint64(seq), data); err != nil {
			return n, err
		}
		if enough() {
			return n, nil
		}
	}
	if n == 0 {
		f.found.Before = 0 // there is nothing before
	}
	return n, f.s.meetDamage(rows.Err())
}

// take looks through one block.
func (f *search) take(ctx context.Context, seq uint64, data []byte) error {
	records, err := f.s.unsealBlock(ctx, seq, data)
	if errors.Is(err, ErrCorrupt) {
		return nil // who needs it says so
	}
	if err != nil {
		return err
	}
	err = codec.Each(records, func(raw *codec.Raw) error {
		if raw.Kind != live.RecordAccepted && raw.Kind != live.RecordClosed || !raw.Is(f.user) {
			return nil
		}
		rec, err := raw.Record()
		if err != nil {
			return err
		}
		rec.Block = seq
		f.found.Records = append(f.found.Records, rec)
		return nil
	})
	f.count(seq)
	if errors.Is(err, codec.ErrCorrupt) {
		return nil
	}
	return err
}

// count goes through what the latest block brought: first what it closed, then what it accepted.
func (f *search) count(seq uint64) {
	from := len(f.found.Records)
	for from > 0 && f.found.Records[from-1].Block == seq {
		from--
	}
	for _, kind := range []live.RecordKind{live.RecordClosed, live.RecordAccepted} {
		for i := from; i < len(f.found.Records); i++ {
			r := &f.found.Records[i]
			switch {
			case r.Kind != kind:
			case kind == live.RecordClosed:
				f.open[r.Key] = r.Received
				f.turns++
			default:
				if _, ok := f.open[r.Event.Key()]; !ok {
					f.turns++
				}
				delete(f.open, r.Event.Key())
			}
		}
	}
}
