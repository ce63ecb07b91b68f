package storage

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"time"

	"liveroom/engine/live"
	"liveroom/engine/storage/codec"
	"liveroom/engine/storage/seal"
)

// saveErased notes that an erasure is done.
const saveErased = `INSERT INTO erased (id, at, done) VALUES ($1, $2, $3) ON CONFLICT (id) DO UPDATE SET done = excluded.done`

// RequestErasure puts a person into the list of those to be erased, as he is known in the room and in the shop without a
// room, as an order may name him. The next Open of the store does it, whatever becomes of this process meanwhile. The error
// is ErrNotFound when there is no store.
func RequestErasure(ctx context.Context, cfg Config, k live.UserKey) (err error) {
	t, err := OpenKeyTable(ctx, cfg)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, t.Close()) }()
	if len(t.keys) == 0 {
		return fmt.Errorf("store %s holds nothing yet: %w", cfg.Dir, ErrNotFound)
	}
	service, err := cfg.KeyService()
	if err != nil {
		return err
	}
	ring, err := seal.NewKeyring(ctx, service, t.keys, 0)
	if err != nil {
		return err
	}
	at := time.Now()
	list := []Erasure{{At: at, ID: ring.Index("user", string(k.Room), string(k.User))}}
	if k.Room != "" {
		list = append(list, Erasure{At: at, ID: ring.Index("user", "", string(k.User))})
	}
	if err := addErased(cfg.erasedPath(), list); err != nil {
		return fmt.Errorf("write %s: %w", cfg.erasedPath(), err)
	}
	return nil
}

// Erased is what a start has erased.
type Erased struct {
	People  int  // who were asked for, each in one request
	Records int  // taken out of the journal
	Facts   int  // deleted, or kept without the person
	Later   bool // what was freed is overwritten later
}

// Erased returns what was erased when the store was opened.
func (s *Store) Erased() Erased { return s.erased }

// eraser erases some people from a store that does not serve yet.
type eraser struct {
	s      *Store
	ids    map[seal.ID]bool
	known  map[live.UserKey]bool // whose id was asked for
	sealer seal.Apart
	orders map[live.EventID]live.EventID // what an erased person's orders are called from now on
	done   Erased
	until  uint64 // the last block to be looked through, 0 for all
	// write does something on the connection that writes: at a start directly, later between two commits.
	write func(context.Context, func(context.Context) error) error
}

// sealed does something within a transaction.
func (e *eraser) sealed(ctx context.Context, do func(context.Context) error) error {
	return e.write(ctx, func(ctx context.Context) error { return e.s.withinSealed(ctx, func() error { return do(ctx) }) })
}

const (
	eraseBatch = 64     // blocks rewritten in one transaction
	eraseKnown = 100000 // users remembered
)

// applyErasures erases whoever is in the list and is not erased yet. A crash in between leaves some of it to the next start.
func (s *Store) applyErasures(ctx context.Context) error {
	list, err := readErased(s.cfg.erasedPath())
	if err != nil || len(list) == 0 {
		return err
	}
	e := &eraser{s: s, ids: map[seal.ID]bool{}, known: map[live.UserKey]bool{}, orders: map[live.EventID]live.EventID{}}
	e.write = func(ctx context.Context, do func(context.Context) error) error { return do(ctx) }
	latest, requests := map[seal.ID]int64{}, map[int64]bool{} // one request has one time for all it names
	for _, l := range list {
		latest[l.ID] = max(latest[l.ID], l.At.UnixMilli())
	}
	w := &s.committer.writer
	for id, at := range latest {
		var done int64
		err := w.write.QueryRowContext(ctx, `SELECT coalesce(max(done), 0) FROM erased WHERE id = $1`, id[:]).Scan(&done)
		if err != nil {
			return fmt.Errorf("read who was erased: %w", err)
		}
		if done < at {
			e.ids[id] = true
			requests[at] = true
		}
	}
	if len(e.ids) == 0 {
		return s.scrubDue(ctx)
	}
	began := s.now()
	e.done.People = len(requests)
	if e.sealer, err = s.ring.Apart(ctx, began.UnixMilli()); err != nil {
		return err
	}
	if err := w.connect(ctx); err != nil {
		return err
	}
	if w.careful != "" {
		if _, err := w.conn.ExecContext(ctx, w.careful); err != nil {
			return fmt.Errorf("%s: %w", w.careful, err)
		}
	}
	for _, step := range []func(context.Context) error{e.journal, e.facts, e.rows} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	// What was freed is gone from the files before it is called done.
	for _, statement := range w.scrub {
		if err := w.tell(ctx, statement); err != nil {
			return err
		}
	}
	err = w.within(ctx, func() error {
		for id := range e.ids {
			if err := w.exec(ctx, saveErased, id[:], s.now().UnixMilli(), latest[id]); err != nil {
				return err
			}
		}
		return w.exec(ctx, dropMeta, metaScrub)
	})
	if err != nil {
		return err
	}
	s.erased = e.done
	s.log.Info("erased", "people", e.done.People, "records", e.done.Records, "facts", e.done.Facts, "took", s.now().Sub(began))
	return nil
}

// is tells whether a user is one of those to be erased.
func (e *eraser) is(k live.UserKey) bool {
	if k.User == "" {
		return false
	}
	yes, known := e.known[k]
	if !known {
		if len(e.known) >= eraseKnown {
			clear(e.known)
		}
		yes = e.ids[e.s.userID(k)]
		e.known[k] = yes
	}
	return yes
}

// of tells whether a record is one of theirs, or about them.
func (e *eraser) of(raw *codec.Raw) (bool, error) {
	if e.is(raw.User()) {
		return true, nil
	}
	if raw.Kind != live.RecordFact && raw.Kind != live.RecordReservation {
		return false, nil
	}
	rec, err := raw.Record()
	return err == nil && e.about(&rec), err
}

func (e *eraser) about(r *live.Record) bool {
	switch {
	case e.is(r.User):
		return true
	case r.Reservation != nil:
		return e.is(r.Reservation.User)
	case r.Event != nil:
		k, ok := r.Event.Dialogue.User()
		return e.is(r.Event.UserKey()) || ok && e.is(k)
	}
	return false
}

// rewritten is a block without their records.
type rewritten struct {
	seq     uint64
	records int
	plain   []byte
}

// journal takes their records out of every block.
func (e *eraser) journal(ctx context.Context) error {
	var after int64
	for {
		batch, last, err := e.read(ctx, after)
		if err != nil || last == after {
			return err
		}
		w := &e.s.committer.writer
		if len(batch) > 0 {
			err = e.sealed(ctx, func(ctx context.Context) error {
				for _, b := range batch {
					block, _ := codec.Pack(nil, b.plain)
					data, err := e.sealer.Seal(nil, blockPlace(b.seq), block)
					if err != nil {
						return err
					}
					if err := w.exec(ctx, `UPDATE journal SET records = $1, data = $2 WHERE seq = $3`, b.records, data, int64(b.seq)); err != nil {
						return err
					}
				}
				return nil
			})
		}
		if err != nil {
			return fmt.Errorf("rewrite blocks up to %d: %w", last, err)
		}
		if len(batch) > 0 && e.s.cfg.DuringErasure != nil {
			e.s.cfg.DuringErasure()
		}
		after = last
	}
}

// last returns the last block to be looked through: what is committed while this goes on is not theirs, and may never end.
func (e *eraser) last() int64 {
	if e.until == 0 {
		return math.MaxInt64
	}
	return int64(e.until)
}

// read looks through the next blocks and returns those with records of theirs, without them.
func (e *eraser) read(ctx context.Context, after int64) (batch []rewritten, last int64, err error) {
	rows, err := e.s.readPool.QueryContext(ctx, `SELECT seq, data FROM journal WHERE seq > $1 AND seq <= $2 ORDER BY seq LIMIT $3`, after, e.last(), eraseBatch)
	if err != nil {
		return nil, 0, fmt.Errorf("read journal: %w", err)
	}
	defer rows.Close()
	last = after
	for rows.Next() {
		var data []byte
		if err := rows.Scan(&last, &data); err != nil {
			return nil, 0, fmt.Errorf("read journal: %w", err)
		}
		b := rewritten{seq: uint64(last)}
		records, err := e.s.unsealBlock(ctx, b.seq, data)
		if errors.Is(err, ErrCorrupt) {
			continue // nobody reads it; recovery says so
		}
		if err != nil {
			return nil, 0, err
		}
		gone := 0
		err = codec.Each(records, func(raw *codec.Raw) error {
			theirs, err := e.of(raw)
			if theirs {
				gone++
				return err
			}
			b.records++
			b.plain = append(b.plain, raw.Bytes()...)
			return err
		})
		if err != nil || gone == 0 {
			continue
		}
		e.done.Records += gone
		batch = append(batch, b)
	}
	return batch, last, rows.Err()
}

// facts goes through the facts, some at a time: what is read is rewritten before anybody else writes. What stock rests on is
// kept, but nobody is told by it any more.
func (e *eraser) facts(ctx context.Context) error {
	for after := []byte{}; after != nil; {
		err := e.write(ctx, func(ctx context.Context) (err error) { after, err = e.somefacts(ctx, after); return err })
		if err != nil {
			return err
		}
	}
	return nil
}

// eraseFacts is how many facts are gone through in one transaction.
const eraseFacts = 512

// somefacts goes through the facts after an id, and returns the last id, nil at the end.
func (e *eraser) somefacts(ctx context.Context, after []byte) (last []byte, err error) {
	type change struct {
		old  seal.ID
		rows []factRow
	}
	var changes []change
	rows, err := e.s.readPool.QueryContext(ctx, `SELECT id, kind, at, version, data FROM fact WHERE id > $1 ORDER BY id LIMIT $2`, after, eraseFacts)
	if err != nil {
		return nil, fmt.Errorf("read facts: %w", err)
	}
	defer rows.Close()
	seen := 0
	for ; rows.Next(); seen++ {
		var row factRow
		var id, data []byte
		if err := rows.Scan(&id, &row.kind, &row.at, &row.version, &data); err != nil {
			return nil, fmt.Errorf("read facts: %w", err)
		}
		last = bytes.Clone(id)
		rec, err := e.s.openRecord(ctx, factPlace(id, row.version), data)
		if errors.Is(err, ErrCorrupt) || err == nil && !e.about(&rec) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("read facts: %w", err)
		}
		c := change{old: seal.ID(id)}
		if e.nameless(&rec, row.kind) {
			row.record = codec.Append(nil, &rec)
			row.id = c.old
			if rec.Reservation != nil {
				row.id = e.s.factID(row.kind, "", string(rec.Reservation.ID))
			} else if row.kind == "order" {
				row.id = e.s.factID(row.kind, string(rec.Event.Shop), string(rec.Event.ID))
			}
			c.rows = []factRow{row}
		}
		changes = append(changes, c)
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return nil, fmt.Errorf("read facts: %w", err)
	}
	if seen < eraseFacts {
		last = nil
	}
	if len(changes) == 0 {
		return last, nil
	}
	w := &e.s.committer.writer
	err = e.s.withinSealed(ctx, func() error {
		for _, c := range changes {
			if err := w.exec(ctx, `DELETE FROM fact WHERE id = $1`, c.old[:]); err != nil {
				return err
			}
			for _, row := range c.rows {
				if err := e.s.writeFact(ctx, row); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err == nil {
		e.done.Facts += len(changes)
	}
	return last, err
}

// nameless takes the person out of a fact, and tells whether what is left is to be kept.
func (e *eraser) nameless(r *live.Record, kind string) bool {
	if kind == "mute" || kind == "label" || kind == "seat" {
		return false
	}
	r.User, r.Session = live.UserKey{}, ""
	if held := r.Reservation; held != nil {
		held.ID, held.User.User = live.ReservationID(nobody()), ""
		if held.Order != "" {
			held.Order = e.order(held.Order)
		}
		return held.State != live.ReservationReleased
	}
	r.Event.User, r.Event.Name, r.Event.Text, r.Event.Note, r.Event.Dialogue = "", "", "", "", ""
	if kind == "order" {
		r.Event.ID = e.order(r.Event.ID)
	}
	return true
}

// order returns what an order is called from now on.
func (e *eraser) order(was live.EventID) live.EventID {
	if e.orders[was] == "" {
		e.orders[was] = live.EventID(nobody())
	}
	return e.orders[was]
}

// nobody returns a name that nothing leads to.
func nobody() string {
	var random [12]byte
	rand.Read(random[:])
	return "erased-" + hex.EncodeToString(random[:])
}

// rows deletes what is known of them.
func (e *eraser) rows(ctx context.Context) error {
	return e.sealed(ctx, e.dropRows)
}

func (e *eraser) dropRows(ctx context.Context) error {
	w := &e.s.committer.writer
	for id := range e.ids {
		if err := w.exec(ctx, `DELETE FROM user_state WHERE id = $1`, id[:]); err != nil {
			return err
		}
		if err := w.exec(ctx, dropPersonKeys, id[:]); err != nil {
			return err
		}
	}
	return nil
}
