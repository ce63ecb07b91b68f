package storage

import (
	"context"
	"errors"
	"fmt"
	"time"

	"liveroom/engine/live"
	"liveroom/engine/storage/codec"
	"liveroom/engine/storage/seal"
)

// Verdict is what Verify found.
type Verdict struct {
	Keys, Blocks, Records, Users, Facts, Documents int64
	People                                         int64 // keys of theirs, those destroyed too
	Faults                                         int64
	Problems                                       []string // what they are, the first of them
}

// maxProblems is how many problems are told one by one.
const maxProblems = 100

func (v *Verdict) fault(format string, args ...any) {
	if v.Faults++; len(v.Problems) < maxProblems {
		v.Problems = append(v.Problems, fmt.Sprintf(format, args...))
	}
}

// Verify walks through everything that is stored, as it stands at one instant, a node working on it or not: every key is
// unwrapped, every block, snapshot, tail, fact, document and key of a person opened at its place and read to its end, and held against what refers to
// it. What it finds wrong is in the verdict; the error tells that it could not be done.
func Verify(ctx context.Context, cfg Config) (v Verdict, err error) {
	snap, err := openSnapshot(ctx, cfg)
	if err != nil {
		return v, err
	}
	defer func() { err = errors.Join(err, snap.close()) }()
	c := &verifier{instant: snap, v: &v, counts: map[uint32]uint64{}, ids: map[live.UserKey]seal.ID{}}
	list, err := readErased(cfg.erasedPath())
	if err != nil {
		v.fault("%v", err)
	}
	c.erased = list
	for _, step := range []func(context.Context) error{c.keys, c.journal, c.bounds, c.users, c.facts, c.documents, c.people, c.gone} {
		if err := step(ctx); err != nil {
			return v, fmt.Errorf("verify: %w", err)
		}
	}
	return v, nil
}

// verifier is one walk.
type verifier struct {
	*instant
	v           *Verdict
	first, last int64
	counts      map[uint32]uint64 // of the blocks of each key, the latest
	ids         map[live.UserKey]seal.ID
	erased      []Erasure
}

// keys unwraps every key.
func (c *verifier) keys(ctx context.Context) error {
	rows, err := readKeys(ctx, c.conn)
	if err != nil {
		return err
	}
	for _, k := range rows {
		c.v.Keys++
		if err := c.ring.Try(ctx, k.ID); err != nil {
			c.v.fault("data_key %d: %v", k.ID, err)
		}
	}
	return nil
}

// open opens something, and says whether it does.
func (c *verifier) open(ctx context.Context, place seal.Place, sealed []byte, what string) ([]byte, bool) {
	plain, err := c.ring.Open(ctx, place, sealed)
	if err != nil {
		c.v.fault("%s: %v", what, err)
	}
	return plain, err == nil
}

// read decodes every record.
func (c *verifier) read(plain []byte, what string, each func(live.Record)) (n int64) {
	err := codec.Each(plain, func(raw *codec.Raw) error {
		rec, err := raw.Record()
		if err == nil {
			n++
			each(rec)
		}
		return err
	})
	if err != nil {
		c.v.fault("%s: record %d: %v", what, n+1, err)
	}
	return n
}

func (c *verifier) journal(ctx context.Context) error {
	rows, err := c.conn.QueryContext(ctx, `SELECT seq, records, data FROM journal ORDER BY seq`)
	if err != nil {
		return fmt.Errorf("read journal: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var seq, records int64
		var data []byte
		if err := rows.Scan(&seq, &records, &data); err != nil {
			return fmt.Errorf("read journal: %w", err)
		}
		what := fmt.Sprintf("block %d", seq)
		if c.v.Blocks++; c.first == 0 {
			c.first = seq
		} else if seq != c.last+1 {
			c.v.fault("blocks %d to %d are missing", c.last+1, seq-1)
		}
		c.last = seq
		if key, count, err := seal.Nonce(data); err == nil {
			if count <= c.counts[key] {
				c.v.fault("%s: its nonce was used before (key %d)", what, key)
			}
			c.counts[key] = count
		}
		plain, ok := c.open(ctx, blockPlace(uint64(seq)), data, what)
		if !ok {
			continue
		}
		if plain, err = codec.Unpack(plain); err != nil {
			c.v.fault("%s: %v", what, err)
			continue
		}
		if n := c.read(plain, what, func(live.Record) {}); n != records {
			c.v.fault("%s: %d records, %d were written", what, n, records)
		}
		c.v.Records += records
	}
	return rows.Err()
}

// bounds holds the checkpoint against the journal.
func (c *verifier) bounds(ctx context.Context) error {
	checkpoint, err := metaValue(ctx, c.conn, metaCheckpoint)
	if err != nil {
		return err
	}
	if c.v.Blocks > 0 && checkpoint > 0 && (checkpoint > c.last || checkpoint < c.first-1) {
		c.v.fault("the checkpoint is %d, the journal goes from %d to %d", checkpoint, c.first, c.last)
	}
	return nil
}

func (c *verifier) users(ctx context.Context) error {
	rows, err := c.conn.QueryContext(ctx, `SELECT id, seq, state, tail_seq, tail FROM user_state`)
	if err != nil {
		return fmt.Errorf("read users: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var raw, state, tail []byte
		var seq, tailSeq int64
		if err := rows.Scan(&raw, &seq, &state, &tailSeq, &tail); err != nil {
			return fmt.Errorf("read users: %w", err)
		}
		c.v.Users++
		what := fmt.Sprintf("user %x", raw)
		var id seal.ID
		if copy(id[:], raw) != len(raw) || len(raw) != len(id) {
			c.v.fault("%s: no id", what)
			continue
		}
		if top := max(seq, tailSeq); c.v.Blocks > 0 && top > c.last {
			c.v.fault("%s: it is of block %d, the journal ends at %d", what, top, c.last)
		}
		if state != nil {
			if plain, ok := c.open(ctx, statePlace(id, uint64(seq)), state, what+": snapshot"); ok {
				owner, _, err := codec.State(plain)
				if err != nil || c.id(owner) != id {
					c.v.fault("%s: its snapshot is another's (%v)", what, err)
				}
			}
		}
		if tail == nil {
			continue
		}
		if plain, ok := c.open(ctx, tailPlace(id, uint64(tailSeq)), tail, what+": folded tail"); ok {
			c.read(plain, what+": folded tail", func(r live.Record) {
				if c.id(r.User) != id {
					c.v.fault("%s: its folded tail holds what is another's", what)
				}
			})
		}
	}
	return rows.Err()
}

// id returns what a user's row is found by.
func (c *verifier) id(k live.UserKey) seal.ID {
	id, known := c.ids[k]
	if !known {
		if len(c.ids) >= eraseKnown {
			clear(c.ids)
		}
		id = c.ring.Index("user", string(k.Room), string(k.User))
		c.ids[k] = id
	}
	return id
}

func (c *verifier) facts(ctx context.Context) error {
	rows, err := c.conn.QueryContext(ctx, `SELECT id, kind, version, data FROM fact`)
	if err != nil {
		return fmt.Errorf("read facts: %w", err)
	}
	defer rows.Close()
	finder := &Store{ring: c.ring}
	for rows.Next() {
		var id, data []byte
		var kind string
		var version int64
		if err := rows.Scan(&id, &kind, &version, &data); err != nil {
			return fmt.Errorf("read facts: %w", err)
		}
		c.v.Facts++
		what := fmt.Sprintf("%s %x", kind, id)
		plain, ok := c.open(ctx, factPlace(id, version), data, what)
		if !ok {
			continue
		}
		var found bool
		n := c.read(plain, what, func(r live.Record) {
			var ids []factRow
			switch {
			case r.Reservation != nil:
				ids = append(ids, finder.reservationRow(&r))
			case r.Event != nil:
				ids = finder.appendFacts(nil, &r)
			}
			for _, row := range ids {
				found = found || row.kind == kind && string(row.id[:]) == string(id) && row.version == version
			}
		})
		if n != 1 || !found {
			c.v.fault("%s: it holds something else", what)
		}
	}
	return rows.Err()
}

// documents opens every version of every document. The kind in the row is the one that its id is made of.
func (c *verifier) documents(ctx context.Context) error {
	version, err := metaValue(ctx, c.conn, metaSchema)
	if err != nil || version < since["document"] {
		return err
	}
	rows, err := c.conn.QueryContext(ctx, `SELECT id, version, kind, data FROM document`)
	if err != nil {
		return fmt.Errorf("read documents: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var id, data []byte
		var version int64
		var kind string
		if err := rows.Scan(&id, &version, &kind, &data); err != nil {
			return fmt.Errorf("read documents: %w", err)
		}
		c.v.Documents++
		what := fmt.Sprintf("%s %x version %d", kind, id, version)
		d, err := openDocument(ctx, c.ring, id, uint64(version), data)
		if err != nil {
			c.v.fault("%s: %v", what, err)
			continue
		}
		if want := documentID(c.ring, kind, d.Name); string(want[:]) != string(id) {
			c.v.fault("%s: it holds something else", what)
		}
	}
	return rows.Err()
}

// people opens the key of every person, but those that an erasure has destroyed.
func (c *verifier) people(ctx context.Context) error {
	version, err := metaValue(ctx, c.conn, metaSchema)
	if err != nil || version < since["person_key"] {
		return err
	}
	rows, err := c.conn.QueryContext(ctx, `SELECT number, id, data FROM person_key`)
	if err != nil {
		return fmt.Errorf("read keys of people: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var number int64
		var id, data []byte
		if err := rows.Scan(&number, &id, &data); err != nil {
			return fmt.Errorf("read keys of people: %w", err)
		}
		c.v.People++
		if keyDestroyed(data) {
			continue
		}
		if _, err := openPersonKey(ctx, c.ring, number, id, data); err != nil {
			c.v.fault("key %d of person %x: %v", number, id, err)
		}
	}
	return rows.Err()
}

// gone looks for rows of those who were erased.
func (c *verifier) gone(ctx context.Context) error {
	for _, e := range c.erased {
		var left bool
		err := c.conn.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM user_state WHERE id = $1) AND
			NOT EXISTS (SELECT 1 FROM erased WHERE id = $1 AND done >= $2)`, e.ID[:], e.At.UnixMilli()).Scan(&left)
		if err != nil {
			return fmt.Errorf("look for the erased: %w", err)
		}
		if left {
			c.v.fault("user %x is to be erased since %s; the next start of the node does it", e.ID[:], e.At.Format(time.RFC3339))
		}
	}
	return nil
}
