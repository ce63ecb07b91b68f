package storage

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"liveroom/engine/live"
	"liveroom/engine/storage/seal"
)

var elsewhere = seal.Place{Table: "audit", Row: []byte("~12")}

func sealPerson(t *testing.T, s *Store, k live.UserKey) []byte {
	t.Helper()
	sealed, err := s.SealPerson(k, elsewhere, []byte(k.User))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.SavePeople(t.Context()); err != nil || s.PersonWaits(sealed) {
		t.Fatalf("its key is stored with %v, waits %v", err, s.PersonWaits(sealed))
	}
	if bytes.Contains(sealed, []byte(k.User)) || !PersonSealed(sealed) {
		t.Fatalf("sealed is %x", sealed)
	}
	return sealed
}

func TestWhatIsSealedOfAPersonGoesWithHim(t *testing.T) {
	s, stop := start(t, Config{}, nil)
	cfg := s.cfg
	must(t, s, accepted(gone, "a"), closed(gone, "a"))
	mine, other := sealPerson(t, s, gone), sealPerson(t, s, user(1))
	open := func(sealed []byte, want live.UserKey, wanted error) {
		t.Helper()
		plain, err := s.OpenPerson(t.Context(), elsewhere, bytes.Clone(sealed))
		if !errors.Is(err, wanted) || wanted == nil && string(plain) != string(want.User) {
			t.Errorf("opened is %q, %v; want %q, %v", plain, err, want.User, wanted)
		}
	}
	open(mine, gone, nil)
	if _, err := s.OpenPerson(t.Context(), seal.Place{Table: "audit", Row: []byte("~13")}, mine); !errors.Is(err, ErrCorrupt) {
		t.Errorf("in another's place: %v", err)
	}
	for _, broken := range [][]byte{nil, mine[:9], mine[:len(mine)-1], append(bytes.Clone(mine[:len(mine)-1]), mine[len(mine)-1]^1)} {
		if _, err := s.OpenPerson(t.Context(), elsewhere, broken); !errors.Is(err, ErrCorrupt) {
			t.Errorf("%d bytes of %d: %v", len(broken), len(mine), err)
		}
	}
	stop()
	s, stop = start(t, cfg, nil)
	open(mine, gone, nil)
	open(other, user(1), nil)
	stop()
	if err := RequestErasure(t.Context(), cfg, gone); err != nil {
		t.Fatal(err)
	}
	s, _ = start(t, cfg, nil)
	open(mine, gone, ErrErased)
	open(other, user(1), nil)
	for k, want := range map[live.UserKey]bool{gone: true, user(1): false} {
		if got, err := s.WasErased(t.Context(), k); err != nil || got != want {
			t.Errorf("%v was erased: %v, %v", k, got, err)
		}
	}
	open(sealPerson(t, s, gone), gone, nil) // who comes back is sealed anew
	// A key that is lost, or does not open, is no erasure; verifying tells of the one that is there.
	if v := verdict(t, cfg); v.Faults != 0 || v.People != 3 {
		t.Errorf("the verdict is %+v, want 3 keys without a fault", v)
	}
	key := int64(binary.BigEndian.Uint64(other[1:]))
	edit(t, cfg.Dir, `UPDATE person_key SET data = $1 WHERE number = $2`, []byte("broken"), key)
	open(other, user(1), ErrCorrupt)
	if v := verdict(t, cfg); v.Faults != 1 || !strings.Contains(v.Problems[0], fmt.Sprint(key)) {
		t.Errorf("with a key that does not open the verdict is %+v", v)
	}
	edit(t, cfg.Dir, `DELETE FROM person_key WHERE number = $1`, key)
	open(other, user(1), ErrKeyLost)
	open(mine, gone, ErrErased)
	id := s.userID(gone)
	var left int
	if err := s.readPool.QueryRow(`SELECT count(*) FROM person_key WHERE number = $1 AND (id = $2 OR length(data) > 1)`,
		int64(binary.BigEndian.Uint64(mine[1:])), id[:]).Scan(&left); err != nil || left != 0 {
		t.Errorf("of the destroyed key %d rows tell more than that it was, %v", left, err)
	}
}

func TestKeysOfPeopleAreBounded(t *testing.T) {
	at := newClock()
	s := drive(t, Config{}, at.now)
	for n := range maxPersonKeys + 10 {
		at.pass(time.Millisecond)
		if _, err := s.SealPerson(user(n), elsewhere, nil); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(s.people.keys); n != maxPersonKeys || s.people.keys[s.userID(user(9))] != nil || s.people.keys[s.userID(user(10))] == nil {
		t.Errorf("%d keys are at hand, want %d, those of the latest", n, maxPersonKeys)
	}
	key := s.people.keys[s.userID(user(maxPersonKeys+9))]
	at.pass(personKeyLife + time.Second)
	if now, _ := s.personKey(key.id); now == key {
		t.Error("a key seals for ever")
	}
	s.failure = errors.New("disk full")
	if _, err := s.SealPerson(user(1), elsewhere, nil); !errors.Is(err, ErrUnsaved) {
		t.Errorf("while commits fail: %v", err)
	}
}

// A key waits until it is stored, and others do not wait with it.
func TestAPersonsKeyWaitsUntilItIsStored(t *testing.T) {
	s, _ := start(t, Config{}, nil)
	stored := sealPerson(t, s, user(1))
	fresh, err := s.SealPerson(user(2), elsewhere, []byte("u"))
	if err != nil || !s.PersonWaits(fresh) || s.PersonWaits(stored) || s.PersonWaits([]byte("x")) {
		t.Errorf("before it is stored: %v, waits %v, the other's %v", err, s.PersonWaits(fresh), s.PersonWaits(stored))
	}
	if err := s.SavePeople(t.Context()); err != nil || s.PersonWaits(fresh) {
		t.Errorf("stored with %v it waits %v", err, s.PersonWaits(fresh))
	}
}

// Keys go when nothing is left that they have sealed, a few at a time, and the others stay.
func TestOldKeysOfPeopleAreDropped(t *testing.T) {
	at := newClock()
	s := at.rules(drive(t, Config{}, at.now))
	count := func() (n int) {
		if err := s.readPool.QueryRow(`SELECT count(*) FROM person_key`).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	look := func() {
		for range surveyTicks {
			s.tend(t.Context())
		}
	}
	const many = 2*peopleBatch + 10
	for n := range many {
		if _, err := s.SealPerson(user(n), elsewhere, nil); err != nil {
			t.Fatal(err)
		}
	}
	made := at.now()
	if err := s.SavePeople(t.Context()); err != nil {
		t.Fatal(err)
	}
	at.pass(10 * day)
	young := sealPerson(t, s, user(1))
	look()
	since, known := made, false
	s.SealedSince(func() (time.Time, bool) { return since, known })
	look()
	known = true
	for range 4 {
		look()
	}
	since = made.Add(personKeyLife + peopleSlack) // what it sealed last may have been written then
	for range 4 {
		look()
	}
	if n := count(); n != many+1 {
		t.Fatalf("%d keys are left while what they have sealed may be there, want %d", n, many+1)
	}
	since = since.Add(time.Millisecond)
	for range 4 {
		before := count()
		look()
		if gone := before - count(); gone > peopleBatch {
			t.Errorf("%d keys went at once, want at most %d", gone, peopleBatch)
		}
	}
	if n := count(); n != 1 {
		t.Errorf("%d keys are left, want the young one", n)
	}
	if _, err := s.OpenPerson(t.Context(), elsewhere, young); err != nil {
		t.Errorf("the young one: %v", err)
	}
}

// TestWhatIsSealedOfAPersonDuringHisErasureOpensNoMore seals after his keys have gone, and before and after his erasure.
func TestWhatIsSealedOfAPersonDuringHisErasureOpensNoMore(t *testing.T) {
	s, _ := start(t, Config{}, nil)
	must(t, s, accepted(gone, "a"), closed(gone, "a"))
	before := sealPerson(t, s, gone)
	if _, err := s.EraseNow(t.Context(), gone); err != nil {
		t.Fatal(err)
	}
	between := sealPerson(t, s, gone)
	id := s.userID(gone)
	s.people.forget(map[seal.ID]bool{id: true}) // as in the middle of a second one
	during, other := sealPerson(t, s, gone), sealPerson(t, s, user(1))
	if again := sealPerson(t, s, gone); !bytes.Equal(again[:personHead], during[:personHead]) {
		t.Error("each thing that is sealed meanwhile has a key of its own")
	}
	s.people.erased()
	after := sealPerson(t, s, gone)
	for name, c := range map[string]struct {
		sealed []byte
		want   error
	}{"before": {before, ErrErased}, "between": {between, nil}, "during": {during, ErrErased}, "other": {other, nil}, "after": {after, nil}} {
		if _, err := s.OpenPerson(t.Context(), elsewhere, c.sealed); !errors.Is(err, c.want) {
			t.Errorf("what was sealed %s opens with %v, want %v", name, err, c.want)
		}
	}
	var keys int
	if err := s.readPool.QueryRow(`SELECT count(*) FROM person_key WHERE id = $1`, id[:]).Scan(&keys); err != nil || keys != 2 {
		t.Errorf("%d keys are his, %v; want those of between and after", keys, err)
	}
}
