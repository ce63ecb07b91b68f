package codec

import (
	"bytes"
	"encoding/hex"
	"errors"
	"math"
	"reflect"
	"testing"

	"pgregory.net/rapid"

	"liveroom/engine/live"
)

// anyRecord draws a record with everything its kind keeps, and nothing else.
func anyRecord(t *rapid.T) live.Record {
	text := rapid.OneOf(rapid.Just(""), rapid.String())
	number := rapid.OneOf(rapid.Just(int64(0)), rapid.Just(int64(live.Absent)), rapid.Int64())
	r := live.Record{
		Kind: rapid.SampledFrom([]live.RecordKind{live.RecordAccepted, live.RecordClosed, live.RecordSnapshot, live.RecordFact, live.RecordReservation}).Draw(t, "kind"),
		User: live.UserKey{Room: live.RoomID(text.Draw(t, "room")), User: live.UserID(text.Draw(t, "user"))}, Session: live.SessionID(text.Draw(t, "session")),
		Received: number.Draw(t, "received"),
	}
	switch r.Kind {
	case live.RecordAccepted, live.RecordFact:
		e := &live.Event{}
		fill(t, reflect.ValueOf(e).Elem())
		if rapid.Bool().Draw(t, "own") {
			e.Room, e.User = r.User.Room, r.User.User
		}
		r.Event = e
	case live.RecordReservation:
		held := &live.Reservation{}
		fill(t, reflect.ValueOf(held).Elem())
		if rapid.Bool().Draw(t, "own") {
			held.User = r.User
		}
		r.Reservation = held
	case live.RecordClosed:
		r.Key = live.EventKey{Type: live.EventType(rapid.Uint8().Draw(t, "type")), ID: live.EventID(text.Draw(t, "id"))}
		r.Outcome, r.Reason = live.Outcome(rapid.Uint8().Draw(t, "outcome")), live.Reason(text.Draw(t, "reason"))
		r.Joined = live.ReplyID(text.Draw(t, "joined"))
		r.Frame = append([]byte(nil), rapid.SliceOf(rapid.Byte()).Draw(t, "frame")...)
		r.State = append([]byte(nil), rapid.SliceOf(rapid.Byte()).Draw(t, "state")...)
	}
	return r
}

// fill draws every field of a struct: whatever fields it will have, the codec must keep them.
func fill(t *rapid.T, v reflect.Value) {
	text := rapid.OneOf(rapid.Just(""), rapid.String())
	number := rapid.OneOf(rapid.Just(int64(0)), rapid.Just(int64(live.Absent)), rapid.Int64())
	for i := range v.NumField() {
		switch f := v.Field(i); f.Kind() {
		case reflect.String:
			f.SetString(text.Draw(t, "string"))
		case reflect.Int64:
			f.SetInt(number.Draw(t, "number"))
		case reflect.Uint64:
			f.SetUint(rapid.Uint64().Draw(t, "version"))
		case reflect.Uint8:
			f.SetUint(uint64(rapid.Uint8().Draw(t, "small")))
		case reflect.Bool:
			f.SetBool(rapid.Bool().Draw(t, "flag"))
		case reflect.Struct:
			fill(t, f)
		default:
			t.Fatalf("there is a field of kind %s that this test cannot draw", f.Kind())
		}
	}
}

func TestRecordsComeBackAsTheyWere(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		records := rapid.SliceOfN(rapid.Custom(anyRecord), 1, 5).Draw(t, "records")
		var encoded []byte
		for i := range records {
			encoded = Append(encoded, &records[i])
		}
		opened := encoded
		for i := range records {
			raw, rest, err := Next(opened)
			if err != nil {
				t.Fatal(err)
			}
			opened = rest
			got, err := raw.Record()
			if err != nil || !reflect.DeepEqual(got, records[i]) {
				t.Fatalf("record %d came back as %+v (%v), was %+v", i, got, err, records[i])
			}
			key := got.Key
			if got.Event != nil {
				key = got.Event.Key()
			}
			if raw.Kind != got.Kind || !raw.Is(got.User) || !raw.Of(got.Session) || raw.User() != got.User ||
				raw.Session() != got.Session || raw.Key() != key || raw.Told != (len(got.Frame) > 0) {
				t.Fatalf("looked at from outside, %+v is %+v", got, raw)
			}
		}
		if len(opened) != 0 {
			t.Fatalf("%d bytes are left over", len(opened))
		}
	})
}

func TestAStateComesBackWithItsOwner(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		k := live.UserKey{Room: live.RoomID(rapid.String().Draw(t, "room")), User: live.UserID(rapid.String().Draw(t, "user"))}
		state := rapid.SliceOf(rapid.Byte()).Draw(t, "state")
		encoded := AppendState(nil, k, state)
		owner, got, err := State(encoded)
		if err != nil || owner != k || !bytes.Equal(got, state) {
			t.Fatalf("the state of %v came back as %q of %v (%v), was %q", k, got, owner, err, state)
		}
		if _, _, err := State(encoded[:rapid.IntRange(0, len(encoded)-len(state)-1).Draw(t, "cut")]); !errors.Is(err, ErrCorrupt) {
			t.Fatalf("a state cut within its owner: %v, want ErrCorrupt", err)
		}
	})
}

func TestEncodingAllocatesNothing(t *testing.T) {
	a, c, h := accepted(user(1), "a"), closed(user(1), "a"), reserved(user(1))
	buf := make([]byte, 0, 4096)
	if n := testing.AllocsPerRun(100, func() { buf = Append(Append(Append(buf[:0], &a), &c), &h) }); n != 0 {
		t.Errorf("encoding allocates %v times, want 0", n)
	}
}

func user(n int) live.UserKey { return live.UserKey{Room: "demo", User: live.UserID(rune('a' + n))} }

func accepted(k live.UserKey, id live.EventID) live.Record {
	return live.Record{
		Kind: live.RecordAccepted, User: k, Session: "link", Received: 1700000000000,
		Event: &live.Event{Type: live.Message, ID: id, Room: k.Room, User: k.User, Text: "还剩多少件", Viewers: live.Absent, Sold: live.Absent},
	}
}

func closed(k live.UserKey, id live.EventID) live.Record {
	return live.Record{
		Kind: live.RecordClosed, User: k, Session: "link", Key: live.EventKey{Type: live.Message, ID: id}, Outcome: live.Replied,
		Frame: []byte(`{"type":"reply"}`), State: []byte("state"),
	}
}

func reserved(k live.UserKey) live.Record {
	return live.Record{Kind: live.RecordReservation, User: k, Reservation: &live.Reservation{
		ID: live.ReservationIDFor(k, live.EventKey{Type: live.Message, ID: "要"}), User: k, Product: "cup", SKU: "DEMO-3", Warehouse: "beijing",
		Quantity: 2, State: live.ReservationOrdered, Order: "o-1", At: 1700000000000, Until: 1700000900000, Version: 3,
	}}
}

// A block written before there were reservations opens as it did.
func TestABlockOfBeforeReservationsOpens(t *testing.T) {
	block, err := hex.DecodeString("2a000000010464656d6f0162046c696e6b80a0abfef962020161a1180fe8bf98e589a9e5a49ae5b091e4bbb601012b000000020464656d" +
		"6f0162046c696e6b00020161010000107b2274797065223a227265706c79227d05737461746518000000040000000e0a0093a0010464656d6f0c0644" +
		"454d4f2d3340")
	if err != nil {
		t.Fatal(err)
	}
	a, c := accepted(user(1), "a"), closed(user(1), "a")
	fact := live.Record{Kind: live.RecordFact, Received: 7, Event: &live.Event{Type: live.StockUpdate, Shop: "demo", SKU: "DEMO-3", Available: 32, At: 6}}
	var got []live.Record
	err = Each(block, func(raw *Raw) error {
		rec, err := raw.Record()
		got = append(got, rec)
		return err
	})
	if want := []live.Record{a, c, fact}; err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("the old block holds %+v (%v), want %+v", got, err, want)
	}
}

// FuzzCodec feeds arbitrary bytes to the decoder: it never panics, and what it accepts comes back the same from what is
// encoded of it.
func FuzzCodec(f *testing.F) {
	a, c := accepted(user(1), "a"), closed(user(1), "a")
	s, fact := live.Record{Kind: live.RecordSnapshot, User: user(1)}, live.Record{
		Kind: live.RecordFact, Event: &live.Event{Type: live.StockUpdate, SKU: "A", Available: math.MaxInt64, At: math.MinInt64},
	}
	held := reserved(user(1))
	for _, r := range []*live.Record{&a, &c, &s, &fact, &held} {
		f.Add(Append(nil, r))
	}
	f.Add(Append(Append(nil, &a), &c))
	f.Add(Append(Append(nil, &c), &held))
	f.Add([]byte{255, 255, 255, 255})
	f.Fuzz(func(t *testing.T, data []byte) {
		if k, state, err := State(data); err == nil {
			if owner, again, err := State(AppendState(nil, k, state)); err != nil || owner != k || !bytes.Equal(again, state) {
				t.Fatalf("the state %q of %v came back as %q of %v (%v)", state, k, again, owner, err)
			}
		}
		Each(data, func(raw *Raw) error {
			rec, err := raw.Record()
			if err != nil {
				return err
			}
			again, rest, err := Next(Append(nil, &rec))
			if err != nil || len(rest) > 0 {
				t.Fatalf("%+v does not come back: %v", rec, err)
			}
			if got, err := again.Record(); err != nil || !reflect.DeepEqual(got, rec) {
				t.Fatalf("%+v came back as %+v (%v)", rec, got, err)
			}
			return nil
		})
	})
}
