package storage

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"strconv"

	"liveroom/engine/live"
	"liveroom/engine/storage/codec"
	"liveroom/engine/storage/seal"
)

// factRow is the latest of its key in table fact.
type factRow struct {
	id      seal.ID
	kind    string
	at      int64
	version int64  // of a reservation, 0 for others
	record  []byte // encoded
}

// appendFacts appends the rows that a fact changes: none for those that only the journal keeps (rates). A
// counts event changes two, since viewers and sold come and age apart.
func (s *Store) appendFacts(rows []factRow, r *live.Record) []factRow {
	e := r.Event
	row := factRow{at: e.At}
	add := func(kind, key string) {
		if row.record == nil {
			row.record = codec.Append(nil, r)
		}
		row.id, row.kind = s.factID(kind, string(e.Shop), key), kind
		rows = append(rows, row)
	}
	switch e.Type {
	case live.StockUpdate:
		// The length keeps SKU and warehouse apart, whatever characters they hold.
		add("stock", strconv.Itoa(len(e.SKU))+":"+string(e.SKU)+e.Warehouse)
	case live.OrderUpdate:
		add("order", string(e.ID))
	case live.Enter: // the first word of a room, which opened it
		add("room", string(e.Room))
	case live.Present:
		add("present", string(e.Room))
	case live.RoomModeSet:
		add("mode", string(e.Room))
	case live.Take, live.GiveBack: // who has a dialogue
		add("seat", strconv.Itoa(len(e.Room))+":"+string(e.Room)+string(e.User))
	case live.UserMuted:
		add("mute", strconv.Itoa(len(e.Room))+":"+string(e.Room)+string(e.User))
	case live.MessageLabelled:
		add("label", strconv.Itoa(len(e.Room))+":"+string(e.Room)+strconv.Itoa(len(e.User))+":"+string(e.User)+string(e.ID))
	case live.CountsUpdate:
		if e.Viewers != live.Absent {
			add("viewers", string(e.Room))
		}
		if e.Sold != live.Absent {
			add("sold", string(e.Room))
		}
	}
	return rows
}

// reservationRow returns the row of a reservation. Its time is when it ceases to matter, for tidying: an open or confirmed
// one ends by itself, a released one has, and of an ordered one a later stock figure knows.
func (s *Store) reservationRow(r *live.Record) factRow {
	held := r.Reservation
	at := held.At
	if held.State == live.ReservationOpen || held.State == live.ReservationConfirmed {
		at = max(at, held.Until)
	}
	return factRow{
		id: s.factID("reservation", "", string(held.ID)), kind: "reservation", at: at,
		version: int64(min(held.Version, math.MaxInt64)), record: codec.Append(nil, r),
	}
}

// Facts yields the facts that ledgers are rebuilt from at start, until yield returns false: of every SKU and warehouse the
// stock with the latest sender's time, of every order its latest state (orders of the last Config.KeepUsers and Config.Keep at least), of every
// room the latest viewers, sold, presented SKU and mode, of every user who was ever muted the latest mute, of every dialogue that a seat ever took the latest take or give_back, of every message that somebody labelled the latest label, of every
// reservation the latest version (for Config.Keep at least after it was released, was ordered or has ended). Of two with
// the same time, or version, the one committed last counts. A counts event whose viewers and sold are both the latest
// comes twice. What does not open is counted, logged and left out.
func (s *Store) Facts(ctx context.Context, yield func(live.Record) bool) error {
	rows, err := s.readPool.QueryContext(ctx, `SELECT id, kind, version, data FROM fact`)
	if err != nil {
		return fmt.Errorf("read facts: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var id, data []byte
		var kind sql.NullString
		var version sql.NullInt64
		if err := rows.Scan(&id, &kind, &version, &data); err != nil {
			return fmt.Errorf("read facts: %w", err)
		}
		if !kind.Valid || !version.Valid { // neither may be: the page is damaged
			s.noteDamage(errNull)
			s.quarantine("fact", 0, errNull)
			continue
		}
		rec, err := s.openRecord(ctx, factPlace(id, version.Int64), data)
		if err != nil && !errors.Is(err, ErrCorrupt) {
			return fmt.Errorf("read facts: %w", err)
		}
		if err != nil {
			s.quarantine("fact", 0, err, "kind", kind.String)
			continue
		}
		if !yield(rec) {
			return nil
		}
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("read facts: %w", err)
	}
	return nil
}

// openRecord opens what was sealed as a single record in a row of its own.
func (s *Store) openRecord(ctx context.Context, place seal.Place, sealed []byte) (live.Record, error) {
	records, err := s.unseal(ctx, place, sealed)
	if err != nil {
		return live.Record{}, err
	}
	raw, rest, err := codec.Next(records)
	if err != nil || len(rest) > 0 {
		return live.Record{}, fmt.Errorf("single record: %w", ErrCorrupt)
	}
	return raw.Record()
}

// writeFact writes a row, in the transaction under way.
func (s *Store) writeFact(ctx context.Context, f factRow) error {
	data, err := s.ring.Seal(nil, factPlace(f.id[:], f.version), f.record)
	if err != nil {
		return fmt.Errorf("seal fact: %w", err)
	}
	return s.committer.writer.exec(ctx, upsertFact, f.id[:], f.kind, f.at, f.version, data)
}
