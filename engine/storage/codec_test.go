package storage

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
			encoded = appendRecord(encoded, &records[i])
		}
		place := rapid.Uint64().Draw(t, "place")
		opened, err := openBlock(place, sealBlock(nil, place, encoded))
		if err != nil {
			t.Fatal(err)
		}
		for i := range records {
			raw, rest, err := nextRecord(opened)
			if err != nil {
				t.Fatal(err)
			}
			opened = rest
			got, err := raw.record()
			if err != nil || !reflect.DeepEqual(got, records[i]) {
				t.Fatalf("record %d came back as %+v (%v), was %+v", i, got, err, records[i])
			}
			if want := entryOf(&records[i]); raw.kind != live.RecordFact && raw.entry() != want {
				t.Fatalf("the index sees %+v, not %+v", raw.entry(), want)
			}
		}
		if len(opened) != 0 {
			t.Fatalf("%d bytes are left over", len(opened))
		}
	})
}

func TestASealedBlockOpensOnlyInItsPlaceAndWhole(t *testing.T) {
	a := accepted(user(1), "a")
	sealed := sealBlock(nil, 7, appendRecord(nil, &a))
	if _, err := openBlock(8, sealed); !errors.Is(err, ErrCorrupt) {
		t.Errorf("in another place: %v", err)
	}
	for i := range sealed {
		if _, err := openBlock(7, sealed[:i]); !errors.Is(err, ErrCorrupt) {
			t.Errorf("cut to %d bytes: %v", i, err)
		}
		for bit := range 8 {
			damaged := bytes.Clone(sealed)
			damaged[i] ^= 1 << bit
			if _, err := openBlock(7, damaged); !errors.Is(err, ErrCorrupt) {
				t.Errorf("with bit %d of byte %d turned: %v", bit, i, err)
			}
		}
	}
}

func TestEncodingAllocatesNothing(t *testing.T) {
	a, c := accepted(user(1), "a"), closed(user(1), "a")
	buf := make([]byte, 0, 4096)
	if n := testing.AllocsPerRun(100, func() { buf = appendRecord(appendRecord(buf[:0], &a), &c) }); n != 0 {
		t.Errorf("encoding allocates %v times, want 0", n)
	}
}

// FuzzCodec feeds arbitrary bytes to the decoder: it never panics, and what it accepts comes back the same from what is
// encoded of it.
func FuzzCodec(f *testing.F) {
	a, c := accepted(user(1), "a"), closed(user(1), "a")
	s, fact := snapshot(user(1), ""), stock("A", "w", math.MaxInt64, math.MinInt64)
	for _, r := range []*live.Record{&a, &c, &s, &fact} {
		f.Add(appendRecord(nil, r))
	}
	f.Add(appendRecord(appendRecord(nil, &a), &c))
	f.Add([]byte{255, 255, 255, 255})
	f.Fuzz(func(t *testing.T, data []byte) {
		openBlock(1, data)
		eachRecord(data, func(raw *rawRecord) error {
			rec, err := raw.record()
			if err != nil {
				return err
			}
			again, rest, err := nextRecord(appendRecord(nil, &rec))
			if err != nil || len(rest) > 0 {
				t.Fatalf("%+v does not come back: %v", rec, err)
			}
			if got, err := again.record(); err != nil || !reflect.DeepEqual(got, rec) {
				t.Fatalf("%+v came back as %+v (%v)", rec, got, err)
			}
			return nil
		})
	})
}
