package seal

import (
	"context"
	"errors"
	"fmt"
)

// rewrapEvery is after how many keys those that are wrapped anew are stored.
const rewrapEvery = 16

// Rewrap wraps every key under another service's master key and has them stored. store gets every key, those not stored
// before too, and must store all or none.
//
// A service may be slow: where the other one opens the old keys too, what is done is stored on the way and stays when the rest
// fails, and a repeat goes on behind it. Otherwise nothing has changed when it fails. Where every key is under the other
// service's master key already, all are wrapped anew.
func (r *Keyring) Rewrap(ctx context.Context, to KeyService, store func([]Row) error) error {
	r.making.Lock()
	defer r.making.Unlock()
	r.mu.RLock()
	w := rewrap{ring: r, from: r.service, to: to, store: store, rows: r.rows()}
	r.mu.RUnlock()
	err := w.run(ctx)
	if err == nil {
		err = w.keep(to)
	} else if w.since > 0 && w.resumes {
		if kept := w.keep(pair{to, w.from}); kept != nil {
			err = errors.Join(err, kept)
		}
	}
	if err != nil && w.kept > 0 {
		err = fmt.Errorf("%d of %d keys are under master key %s and stay so, run it again to go on: %w", w.kept, len(w.rows), w.master, err)
	}
	return err
}

// rewrap is one under way.
type rewrap struct {
	ring     *Keyring
	from, to KeyService
	store    func([]Row) error
	rows     []Row

	master  string // the new one, known after the first key
	resumes bool   // the new service opens what the old one has wrapped
	since   int    // keys done that are not stored
	done    int    // keys under the new master key
	kept    int    // of them, those that were stored by now
}

func (w *rewrap) run(ctx context.Context) error {
	var lost []*Row
	skip := false
	for i := range w.rows {
		row := &w.rows[i]
		if skip && row.Master == w.master {
			w.done++
			continue
		}
		old := *row
		err := w.one(ctx, row)
		if errors.Is(err, ErrCorrupt) {
			lost = append(lost, row)
			continue
		}
		if err != nil {
			return err
		}
		if w.done++; w.since == 0 && !skip && !w.resumes {
			skip = w.mixed(old)
			_, err := w.to.Unwrap(ctx, old.Master, old.Wrapped, old.label())
			w.resumes = err == nil
		}
		if w.since++; w.since >= rewrapEvery && w.resumes {
			if err := w.keep(pair{w.to, w.from}); err != nil {
				return err
			}
		}
	}
	for _, row := range lost {
		row.Master = w.master // no better than before, but no reason to want the old master key
	}
	return nil
}

// one wraps a key anew.
func (w *rewrap) one(ctx context.Context, row *Row) error {
	key, err := w.from.Unwrap(ctx, row.Master, row.Wrapped, row.label())
	if errors.Is(err, ErrWrongMaster) {
		key, err = w.to.Unwrap(ctx, row.Master, row.Wrapped, row.label())
	}
	if err != nil {
		return fmt.Errorf("%s key %d: %w", row.Purpose, row.ID, err)
	}
	wrapped, master, err := w.to.Wrap(ctx, key, row.label())
	if err != nil {
		if errors.Is(err, ErrCorrupt) { // of the answer, not of the key
			err = fmt.Errorf("%w: %v", ErrAway, err)
		}
		return fmt.Errorf("wrap %s key %d: %w", row.Purpose, row.ID, err)
	}
	row.Wrapped, row.Master, w.master = wrapped, master, master
	return nil
}

// mixed tells whether some keys were under another master key than the new one, the first as it was among them.
func (w *rewrap) mixed(first Row) bool {
	if first.Master != w.master {
		return true
	}
	for i := range w.rows {
		if w.rows[i].Master != w.master {
			return true
		}
	}
	return false
}

// keep has the keys stored, and used by a service that opens all of them.
func (w *rewrap) keep(service KeyService) error {
	if err := w.store(w.rows); err != nil {
		return err
	}
	w.since, w.kept = 0, w.done
	r := w.ring
	r.mu.Lock()
	defer r.mu.Unlock()
	r.service, r.unsaved = service, nil
	for _, row := range w.rows {
		r.keys[row.ID].row = row
	}
	return nil
}

// pair is the service that wraps from now on and the one before, while keys are under either.
type pair struct{ to, from KeyService }

// Wrap implements KeyService.
func (p pair) Wrap(ctx context.Context, key, label []byte) ([]byte, string, error) {
	return p.to.Wrap(ctx, key, label)
}

// Unwrap implements KeyService.
func (p pair) Unwrap(ctx context.Context, master string, wrapped, label []byte) ([]byte, error) {
	key, err := p.to.Unwrap(ctx, master, wrapped, label)
	if errors.Is(err, ErrWrongMaster) {
		return p.from.Unwrap(ctx, master, wrapped, label)
	}
	return key, err
}
