package codec

import (
	"bytes"
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
		Kind: rapid.SampledFrom([]live.RecordKind{live.RecordAccepted, live.RecordClosed, live.RecordSnapshot, live.RecordFact}).Draw(t, "kind"),
		User: live.UserKey{Room: live.RoomID(text.Draw(t, "room")), User: live.UserID(text.Draw(t, "user"))}, Session: live.SessionID(text.Draw(t, "session")),
		Received: number.Draw(t, "received"),
	}
	switch r.Kind {
	case live.RecordAccepted, live.RecordFact:
		e := &live.Event{}
		v := reflect.ValueOf(e).Elem()
		for i := range v.NumField() { // whatever fields an event will have, the codec must keep them
			switch f := v.Field(i); f.Kind() {
			case reflect.String:
				f.SetString(text.Draw(t, "string"))
			case reflect.Int64:
				f.SetInt(number.Draw(t, "number"))
			case reflect.Uint8:
				f.SetUint(uint64(rapid.Uint8().Draw(t, "small")))
			case reflect.Bool:
				f.SetBool(rapid.Bool().Draw(t, "flag"))
			default:
				t.Fatalf("an event has a field of kind %s that this test cannot draw", f.Kind())
			}
		}
		if rapid.Bool().Draw(t, "own") {
			e.Room, e.User = r.User.Room, r.User.User
		}
		r.Event = e
	case live.RecordClosed:
		r.Key = live.EventKey{Type: live.EventType(rapid.Uint8().Draw(t, "type")), ID: live.EventID(text.Draw(t, "id"))}
		r.Outcome, r.Reason = live.Outcome(rapid.Uint8().Draw(t, "outcome")), live.Reason(text.Draw(t, "reason"))
		r.Joined = live.ReplyID(text.Draw(t, "joined"))
		r.Frame = append([]byte(nil), rapid.SliceOf(rapid.Byte()).Draw(t, "frame")...)
		r.State = append([]byte(nil), rapid.SliceOf(rapid.Byte()).Draw(t, "state")...)
	}
	return r
}

func TestRecordsComeBackAsTheyWere(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		records := rapid.SliceOfN(rapid.Custom(anyRecord), 1, 5).Draw(t, "records")
		var encoded []byte
		for i := range records {
			encoded = Append(encoded, &records[i])
		}
		place := rapid.Uint64().Draw(t, "place")
		opened, err := Open(place, Seal(nil, place, encoded))
		if err != nil {
			t.Fatal(err)
		}
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

func TestASealedBlockOpensOnlyInItsPlaceAndWhole(t *testing.T) {
	a := accepted(user(1), "a")
	sealed := Seal(nil, 7, Append(nil, &a))
	if _, err := Open(8, sealed); !errors.Is(err, ErrCorrupt) {
		t.Errorf("in another place: %v", err)
	}
	for i := range sealed {
		if _, err := Open(7, sealed[:i]); !errors.Is(err, ErrCorrupt) {
			t.Errorf("cut to %d bytes: %v", i, err)
		}
		for bit := range 8 {
			damaged := bytes.Clone(sealed)
			damaged[i] ^= 1 << bit
			if _, err := Open(7, damaged); !errors.Is(err, ErrCorrupt) {
				t.Errorf("with bit %d of byte %d turned: %v", bit, i, err)
			}
		}
	}
}

func TestEncodingAllocatesNothing(t *testing.T) {
	a, c := accepted(user(1), "a"), closed(user(1), "a")
	buf := make([]byte, 0, 4096)
	if n := testing.AllocsPerRun(100, func() { buf = Append(Append(buf[:0], &a), &c) }); n != 0 {
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

// FuzzCodec feeds arbitrary bytes to the decoder: it never panics, and what it accepts comes back the same from what is
// encoded of it.
func FuzzCodec(f *testing.F) {
	a, c := accepted(user(1), "a"), closed(user(1), "a")
	s, fact := live.Record{Kind: live.RecordSnapshot, User: user(1)}, live.Record{
		Kind: live.RecordFact, Event: &live.Event{Type: live.StockUpdate, SKU: "A", Available: math.MaxInt64, At: math.MinInt64},
	}
	for _, r := range []*live.Record{&a, &c, &s, &fact} {
		f.Add(Append(nil, r))
	}
	f.Add(Append(Append(nil, &a), &c))
	f.Add([]byte{255, 255, 255, 255})
	f.Fuzz(func(t *testing.T, data []byte) {
		Open(1, data)
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
