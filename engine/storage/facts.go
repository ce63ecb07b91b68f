package storage

import (
	"context"
	"fmt"
	"math"
	"strconv"

	"liveroom/engine/live"
	"liveroom/engine/storage/codec"
)

// factRow is the latest of its key in table fact.
type factRow struct {
	kind, shop, key string
	at              int64
	version         int64  // of a reservation, 0 for others
	data            []byte // one sealed record
}

// appendFacts appends the rows that a fact changes: none for those that only the journal keeps (rates, seat acts). A
// counts event changes two, since viewers and sold come and age apart.
func appendFacts(rows []factRow, r *live.Record) []factRow {
	e := r.Event
	row := factRow{shop: string(e.Shop), at: e.At}
	add := func(kind, key string) {
		if row.data == nil {
			row.data = codec.Seal(nil, 0, codec.Append(nil, r))
		}
		row.kind, row.key = kind, key
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
	case live.UserMuted:
		add("mute", strconv.Itoa(len(e.Room))+":"+string(e.Room)+string(e.User))
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
func reservationRow(r *live.Record) factRow {
	held := r.Reservation
	at := held.At
	if held.State == live.ReservationOpen || held.State == live.ReservationConfirmed {
		at = max(at, held.Until)
	}
	return factRow{
		kind: "reservation", key: string(held.ID), at: at, version: int64(min(held.Version, math.MaxInt64)),
		data: codec.Seal(nil, 0, codec.Append(nil, r)),
	}
}

// Facts yields the facts that ledgers are rebuilt from at start, until yield returns false: of every SKU and warehouse the
// stock with the latest sender's time, of every order its latest state (orders of the last Config.Keep at least), of every
// room the latest viewers, sold, presented SKU and mode, of every user who was ever muted the latest mute, of every
// reservation the latest version (for Config.Keep at least after it was released, was ordered or has ended). Of two with
// the same time, or version, the one committed last counts. A counts event whose viewers and sold are both the latest
// comes twice. What does not open is counted, logged and left out.
func (s *Store) Facts(ctx context.Context, yield func(live.Record) bool) error {
	rows, err := s.readPool.QueryContext(ctx, `SELECT kind, data FROM fact`)
	if err != nil {
		return fmt.Errorf("read facts: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var kind string
		var data []byte
		if err := rows.Scan(&kind, &data); err != nil {
			return fmt.Errorf("read facts: %w", err)
		}
		rec, err := openRecord(data)
		if err != nil {
			s.quarantine("fact", 0, err, "kind", kind)
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
func openRecord(sealed []byte) (live.Record, error) {
	records, err := codec.Open(0, sealed)
	if err != nil {
		return live.Record{}, err
	}
	raw, rest, err := codec.Next(records)
	if err != nil || len(rest) > 0 {
		return live.Record{}, fmt.Errorf("single record: %w", ErrCorrupt)
	}
	return raw.Record()
}
