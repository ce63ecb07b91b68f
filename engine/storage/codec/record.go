package codec

import (
	"encoding/binary"
	"fmt"

	"liveroom/engine/live"
)

// A record on disk:
//
//	size     4 bytes, little endian: of all that follows
//	kind     1 byte
//	room, user, session   strings (uvarint length, bytes)
//	received varint
//	accepted, fact: the event
//	closed:  type 1 byte, id string, outcome 1 byte, reason string, joined string, frame bytes, state bytes, and where
//	         the record has been copied out of its block, that block as uvarint
//	snapshot: nothing; the state stands in the user's row
//	reservation: id string, uvarint mask of the fields that follow, the fields in the order of their bits
//
// An event: type 1 byte, id string, uvarint mask of the fields that follow, the fields in the order of their bits.
// A field that is zero is left out. A new field takes a new bit at the end; a new kind takes a new number; anything else
// is a new block version.

// The bits of an event's mask, in the order the fields are written.
const (
	hasOwner = 1 << iota // room and user are the record's own
	hasShop
	hasRoom
	hasUser
	hasAt
	hasText
	hasName
	hasLevel
	hasCount
	hasValue
	hasViewers
	hasSold
	hasSKU
	hasWarehouse
	hasAvailable
	hasQuantity
	hasAmount
	hasState
	hasDialogue
	hasScore
	hasSolved
	hasNote
	hasAll = hasNote<<1 - 1
)

// Append appends the encoding of a record, a snapshot without its state. Hot path: BenchmarkEncode; it allocates nothing but room in dst.
func Append(dst []byte, r *live.Record) []byte {
	start := len(dst)
	dst = append(dst, 0, 0, 0, 0, byte(r.Kind))
	dst = appendString(dst, string(r.User.Room))
	dst = appendString(dst, string(r.User.User))
	dst = appendString(dst, string(r.Session))
	dst = binary.AppendVarint(dst, r.Received)
	switch r.Kind {
	case live.RecordAccepted, live.RecordFact:
		dst = appendEvent(dst, r.Event, r.User)
	case live.RecordReservation:
		dst = appendReservation(dst, r.Reservation, r.User)
	case live.RecordClosed:
		dst = append(dst, byte(r.Key.Type))
		dst = appendString(dst, string(r.Key.ID))
		dst = append(dst, byte(r.Outcome))
		dst = appendString(dst, string(r.Reason))
		dst = appendString(dst, string(r.Joined))
		dst = appendBytes(dst, r.Frame)
		dst = appendBytes(dst, r.State)
		if r.Block != 0 {
			dst = binary.AppendUvarint(dst, r.Block)
		}
	}
	binary.LittleEndian.PutUint32(dst[start:], uint32(len(dst)-start-4))
	return dst
}

func appendEvent(dst []byte, e *live.Event, owner live.UserKey) []byte {
	var none live.Event
	if e == nil {
		e = &none
	}
	dst = append(dst, byte(e.Type))
	dst = appendString(dst, string(e.ID))
	mask := eventMask(e, owner)
	dst = binary.AppendUvarint(dst, mask)
	text := func(bit uint64, s string) {
		if mask&bit != 0 {
			dst = appendString(dst, s)
		}
	}
	number := func(bit uint64, n int64) {
		if mask&bit != 0 {
			dst = binary.AppendVarint(dst, n)
		}
	}
	text(hasShop, string(e.Shop))
	text(hasRoom, string(e.Room))
	text(hasUser, string(e.User))
	number(hasAt, e.At)
	text(hasText, e.Text)
	text(hasName, e.Name)
	number(hasLevel, e.Level)
	number(hasCount, e.Count)
	number(hasValue, e.ValueFen)
	number(hasViewers, e.Viewers)
	number(hasSold, e.Sold)
	text(hasSKU, string(e.SKU))
	text(hasWarehouse, e.Warehouse)
	number(hasAvailable, e.Available)
	number(hasQuantity, e.Quantity)
	number(hasAmount, e.AmountFen)
	number(hasState, int64(e.State))
	text(hasDialogue, string(e.Dialogue))
	number(hasScore, e.Score)
	text(hasNote, e.Note)
	return dst
}

// eventMask tells which fields of e are written.
func eventMask(e *live.Event, owner live.UserKey) (mask uint64) {
	set := func(bit uint64, present bool) {
		if present {
			mask |= bit
		}
	}
	if e.UserKey() == owner {
		mask = hasOwner
	} else {
		set(hasRoom, e.Room != "")
		set(hasUser, e.User != "")
	}
	set(hasShop, e.Shop != "")
	set(hasAt, e.At != 0)
	set(hasText, e.Text != "")
	set(hasName, e.Name != "")
	set(hasLevel, e.Level != 0)
	set(hasCount, e.Count != 0)
	set(hasValue, e.ValueFen != 0)
	set(hasViewers, e.Viewers != 0)
	set(hasSold, e.Sold != 0)
	set(hasSKU, e.SKU != "")
	set(hasWarehouse, e.Warehouse != "")
	set(hasAvailable, e.Available != 0)
	set(hasQuantity, e.Quantity != 0)
	set(hasAmount, e.AmountFen != 0)
	set(hasState, e.State != 0)
	set(hasDialogue, e.Dialogue != "")
	set(hasScore, e.Score != 0)
	set(hasSolved, e.Solved)
	set(hasNote, e.Note != "")
	return mask
}

func appendString(dst []byte, s string) []byte {
	return append(binary.AppendUvarint(dst, uint64(len(s))), s...)
}

func appendBytes(dst, b []byte) []byte {
	return append(binary.AppendUvarint(dst, uint64(len(b))), b...)
}

// Raw is a record found in a block, looked at no further than finding it again needs. It is a view of the block.
type Raw struct {
	Kind live.RecordKind
	Told bool // closed: it holds a frame

	whole               []byte // with its size
	body                []byte // without
	room, user, session []byte
	keyType             live.EventType // accepted, fact, closed
	keyID               []byte
}

// Is tells whether the record belongs to k.
func (r *Raw) Is(k live.UserKey) bool {
	return string(r.user) == string(k.User) && string(r.room) == string(k.Room)
}

// Of tells whether the record belongs to session s.
func (r *Raw) Of(s live.SessionID) bool { return string(r.session) == string(s) }

// User returns the user the record belongs to, zero for none.
func (r *Raw) User() live.UserKey {
	return live.UserKey{Room: live.RoomID(r.room), User: live.UserID(r.user)}
}

// Session returns the session that carried the event, "" for none.
func (r *Raw) Session() live.SessionID { return live.SessionID(r.session) }

// Key returns the event that the record is about, zero for a snapshot or reservation.
func (r *Raw) Key() live.EventKey {
	return live.EventKey{Type: r.keyType, ID: live.EventID(r.keyID)}
}

// Bytes returns the record as it stands in its block.
func (r *Raw) Bytes() []byte { return r.whole }

// Next splits the first record off a run of them. The error is ErrCorrupt.
func Next(records []byte) (raw Raw, rest []byte, err error) {
	if len(records) < 4 {
		return raw, nil, fmt.Errorf("record cut short: %w", ErrCorrupt)
	}
	size := binary.LittleEndian.Uint32(records)
	if uint64(size) > uint64(len(records)-4) {
		return raw, nil, fmt.Errorf("record longer than its block: %w", ErrCorrupt)
	}
	raw.whole, rest = records[:4+size], records[4+size:]
	raw.body = raw.whole[4:]
	c := cursor{rest: raw.body}
	raw.Kind = live.RecordKind(c.octet())
	raw.room, raw.user, raw.session = c.bytes(), c.bytes(), c.bytes()
	c.varint()
	switch raw.Kind {
	case live.RecordAccepted, live.RecordFact:
		raw.keyType, raw.keyID = live.EventType(c.octet()), c.bytes()
	case live.RecordClosed:
		raw.keyType, raw.keyID = live.EventType(c.octet()), c.bytes()
		c.octet()
		c.bytes()
		c.bytes()
		raw.Told = len(c.bytes()) > 0
	case live.RecordSnapshot, live.RecordReservation:
	default:
		c.bad = true
	}
	if c.bad {
		return raw, nil, fmt.Errorf("record head: %w", ErrCorrupt)
	}
	return raw, rest, nil
}

// Record decodes the whole record; nothing of it points into the block. The error is ErrCorrupt.
func (r *Raw) Record() (live.Record, error) {
	c := cursor{rest: r.body}
	rec := live.Record{Kind: live.RecordKind(c.octet())}
	rec.User.Room, rec.User.User = live.RoomID(c.text()), live.UserID(c.text())
	rec.Session = live.SessionID(c.text())
	rec.Received = c.varint()
	switch rec.Kind {
	case live.RecordAccepted, live.RecordFact:
		rec.Event = c.event(rec.User)
	case live.RecordReservation:
		rec.Reservation = c.reservation(rec.User)
	case live.RecordClosed:
		rec.Key = live.EventKey{Type: live.EventType(c.octet()), ID: live.EventID(c.text())}
		rec.Outcome = live.Outcome(c.octet())
		rec.Reason, rec.Joined = live.Reason(c.text()), live.ReplyID(c.text())
		rec.Frame, rec.State = c.copied(), c.copied()
		if !c.bad && len(c.rest) > 0 {
			rec.Block = c.uvarint()
		}
	}
	if c.bad || len(c.rest) > 0 {
		return live.Record{}, fmt.Errorf("record: %w", ErrCorrupt)
	}
	return rec, nil
}

// Each calls do for every record of a block, in order, until an error.
func Each(records []byte, do func(*Raw) error) error {
	for len(records) > 0 {
		raw, rest, err := Next(records)
		if err != nil {
			return err
		}
		if err := do(&raw); err != nil {
			return err
		}
		records = rest
	}
	return nil
}

// cursor reads encoded values; after the first that does not fit it is bad and gives zeros.
type cursor struct {
	rest []byte
	bad  bool
}

func (c *cursor) octet() byte {
	if c.bad || len(c.rest) == 0 {
		c.bad = true
		return 0
	}
	b := c.rest[0]
	c.rest = c.rest[1:]
	return b
}

func (c *cursor) uvarint() uint64 {
	n, size := binary.Uvarint(c.rest)
	if c.bad || size <= 0 {
		c.bad = true
		return 0
	}
	c.rest = c.rest[size:]
	return n
}

func (c *cursor) varint() int64 {
	n, size := binary.Varint(c.rest)
	if c.bad || size <= 0 {
		c.bad = true
		return 0
	}
	c.rest = c.rest[size:]
	return n
}

// bytes returns a view; nil when empty.
func (c *cursor) bytes() []byte {
	n := c.uvarint()
	if c.bad || n > uint64(len(c.rest)) {
		c.bad = true
		return nil
	}
	if n == 0 {
		return nil
	}
	b := c.rest[:n:n]
	c.rest = c.rest[n:]
	return b
}

func (c *cursor) text() string { return string(c.bytes()) }

func (c *cursor) copied() []byte { return append([]byte(nil), c.bytes()...) }

// masked reads which fields follow, a bit each, and returns readers of those fields: one that is not there is zero.
func (c *cursor) masked(all uint64) (mask uint64, text func(bit uint64) string, number func(bit uint64) int64) {
	mask = c.uvarint()
	if mask&^all != 0 {
		c.bad = true
	}
	text = func(bit uint64) string {
		if mask&bit == 0 {
			return ""
		}
		return c.text()
	}
	number = func(bit uint64) int64 {
		if mask&bit == 0 {
			return 0
		}
		return c.varint()
	}
	return mask, text, number
}

func (c *cursor) event(owner live.UserKey) *live.Event {
	e := &live.Event{Type: live.EventType(c.octet()), ID: live.EventID(c.text())}
	mask, text, number := c.masked(hasAll)
	e.Shop = live.ShopID(text(hasShop))
	e.Room, e.User = live.RoomID(text(hasRoom)), live.UserID(text(hasUser))
	if mask&hasOwner != 0 {
		e.Room, e.User = owner.Room, owner.User
	}
	e.At = number(hasAt)
	e.Text, e.Name = text(hasText), text(hasName)
	e.Level, e.Count, e.ValueFen = number(hasLevel), number(hasCount), number(hasValue)
	e.Viewers, e.Sold = number(hasViewers), number(hasSold)
	e.SKU, e.Warehouse = live.SKU(text(hasSKU)), text(hasWarehouse)
	e.Available, e.Quantity, e.AmountFen = number(hasAvailable), number(hasQuantity), number(hasAmount)
	e.State = live.OrderState(number(hasState))
	e.Dialogue = live.DialogueID(text(hasDialogue))
	e.Score = number(hasScore)
	e.Solved = mask&hasSolved != 0
	e.Note = text(hasNote)
	return e
}
