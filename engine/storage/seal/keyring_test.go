package seal

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"
)

var here = Place{Table: "journal", Seq: 7}

func TestWhatIsSealedOpensOnlyInItsPlaceAndWhole(t *testing.T) {
	r := ring(t, master(t, testKey), nil)
	row := Place{Table: "fact", Seq: 7, Row: []byte("row")}
	s := sealed(t, r, row, "还剩多少件")
	if got, err := opened(r, row, s); err != nil || got != "还剩多少件" {
		t.Fatalf("opened %q, %v", got, err)
	}
	for _, place := range []Place{
		{},
		{Table: "fact", Seq: 7},
		{Table: "fact", Seq: 8, Row: []byte("row")},
		{Table: "facts", Seq: 7, Row: []byte("row")},
		{Table: "fact", Seq: 7, Row: []byte("rox")},
		{Table: "fact", Seq: 7, Row: []byte("row ")},
	} {
		if got, err := opened(r, place, s); !errors.Is(err, ErrCorrupt) || got != "" {
			t.Errorf("at %+v: %q, %v, want ErrCorrupt", place, got, err)
		}
	}
	for i := range s {
		if _, err := opened(r, row, s[:i]); !errors.Is(err, ErrCorrupt) {
			t.Errorf("cut to %d bytes: %v", i, err)
		}
		for bit := range 8 {
			damaged := append([]byte(nil), s...)
			damaged[i] ^= 1 << bit
			if _, err := opened(r, row, damaged); !errors.Is(err, ErrCorrupt) {
				t.Errorf("with bit %d of byte %d turned: %v", bit, i, err)
			}
		}
	}
	if _, err := opened(r, row, append(s, 0)); !errors.Is(err, ErrCorrupt) {
		t.Error("with a byte more it opens")
	}
	if _, err := opened(ring(t, master(t, testKey), nil), row, s); !errors.Is(err, ErrCorrupt) {
		t.Error("it opens with another store's keys")
	}
}

func TestNoTwoPlacesAreOne(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		draw := func(n string) Place {
			return Place{
				Table: rapid.SampledFrom([]string{"a", "ab", "b", "a.b"}).Draw(t, n), Seq: rapid.Uint64Max(300).Draw(t, n),
				Row: rapid.SliceOfN(rapid.Byte(), 0, 3).Draw(t, n),
			}
		}
		a, b := draw("a"), draw("b")
		same := a.Table == b.Table && a.Seq == b.Seq && string(a.Row) == string(b.Row)
		if got := string(a.AppendTo(nil)) == string(b.AppendTo(nil)); got != same {
			t.Fatalf("%+v and %+v: said the same is %v", a, b, got)
		}
	})
}

func TestNoNonceIsUsedTwice(t *testing.T) {
	service := master(t, testKey)
	r := ring(t, service, nil)
	var mu sync.Mutex
	seen := make(map[string]bool)
	note := func(s []byte) {
		mu.Lock()
		defer mu.Unlock()
		if nonce := string(s[:headBytes]); seen[nonce] {
			t.Errorf("nonce %x twice", nonce)
		} else {
			seen[nonce] = true
		}
	}
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for i := range 200 {
				s, err := r.Seal(nil, here, nil)
				if err != nil {
					t.Error(err)
				}
				note(s)
				if i%50 == 0 {
					if _, err := r.Rotate(t.Context(), 1); err != nil {
						t.Error(err)
					}
				}
			}
		})
	}
	all.Wait()
	for range 3 { // starts after a crash: what the last one counted to is not known
		r = ring(t, service, r.Rows())
		note(sealed(t, r, here, ""))
	}
}

// A key of an earlier start never seals: what it counted to may be lost.
func TestAKeyOfAnEarlierStartOnlyOpens(t *testing.T) {
	service := master(t, testKey)
	first := ring(t, service, nil)
	id := first.Current()
	s := sealed(t, first, here, "x")
	second := ring(t, service, first.Rows())
	if got, err := opened(second, here, s); err != nil || got != "x" {
		t.Fatalf("opened %q, %v", got, err)
	}
	if second.Current() == id {
		t.Fatal("the second start seals under the key of the first")
	}
	second.current.Store(second.keys[id]) // as a mistake in this package might
	if _, err := second.Seal(nil, here, nil); !errors.Is(err, ErrSpent) {
		t.Errorf("it was made to seal: %v, want ErrSpent", err)
	}
}

func TestAKeyThatHasCountedToItsEndRefusesForEver(t *testing.T) {
	r := ring(t, master(t, testKey), nil)
	r.current.Load().count.Store(maxSeals - 1)
	sealed(t, r, here, "the last")
	for range 3 {
		if _, err := r.Seal(nil, here, nil); !errors.Is(err, ErrSpent) {
			t.Errorf("one more: %v, want ErrSpent", err)
		}
	}
	if _, err := r.Rotate(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	sealed(t, r, here, "under the next")
}

func TestTheWrongMasterKeyIsNamed(t *testing.T) {
	right, wrong := master(t, testKey), master(t, "ffffffffffffffffffffffffffffffff")
	rows := ring(t, right, nil).Rows()
	_, err := NewKeyring(t.Context(), wrong, rows, 1)
	if !errors.Is(err, ErrWrongMaster) || !strings.Contains(err.Error(), right.IDs()[0]) || !strings.Contains(err.Error(), wrong.IDs()[0]) {
		t.Errorf("with another master key: %v; want ErrWrongMaster, naming %s and %s", err, right.IDs()[0], wrong.IDs()[0])
	}
	if _, err := NewKeyring(t.Context(), broken{}, rows, 1); !errors.Is(err, errAway) || errors.Is(err, ErrCorrupt) {
		t.Errorf("with the key service away: %v", err)
	}
	both := master(t, "ffffffffffffffffffffffffffffffff", testKey)
	r := ring(t, both, rows)
	if last := r.Rows()[len(rows)]; last.Master != wrong.IDs()[0] {
		t.Errorf("of two master keys %s wraps, want the first, %s", last.Master, wrong.IDs()[0])
	}
}

func TestADamagedDataKeyLosesOnlyWhatItSealed(t *testing.T) {
	service := master(t, testKey)
	first := ring(t, service, nil)
	one := sealed(t, first, here, "one")
	second := ring(t, service, first.Rows())
	two := sealed(t, second, here, "two")
	rows := second.Rows()
	key, _, _ := Nonce(one)
	for i := range rows {
		if rows[i].ID == key {
			rows[i].Wrapped = append([]byte{1}, rows[i].Wrapped[1:]...)
			rows[i].Wrapped[20] ^= 1
		}
	}
	third := ring(t, service, rows)
	if _, err := opened(third, here, one); !errors.Is(err, ErrCorrupt) {
		t.Errorf("under the damaged key: %v", err)
	}
	if got, err := opened(third, here, two); err != nil || got != "two" {
		t.Errorf("under the other: %q, %v", got, err)
	}
	// Two rows that changed places are no better than damaged ones: a wrapped key knows what it is.
	rows = second.Rows()
	rows[1].Wrapped, rows[2].Wrapped = rows[2].Wrapped, rows[1].Wrapped
	if _, err := opened(ring(t, service, rows), here, one); !errors.Is(err, ErrCorrupt) {
		t.Errorf("with keys changed about: %v", err)
	}
	// Without the key of the index nothing would be found again: that is said, not papered over with a new one.
	if _, err := NewKeyring(t.Context(), service, second.Rows()[1:], 1); !errors.Is(err, ErrNoKey) {
		t.Errorf("without the key of the index: %v, want ErrNoKey", err)
	}
	rows = second.Rows()
	rows[0].Wrapped = rows[0].Wrapped[:5]
	if _, err := NewKeyring(t.Context(), service, rows, 1); !errors.Is(err, ErrCorrupt) {
		t.Errorf("with that key damaged: %v, want ErrCorrupt", err)
	}
}

func TestRewrap(t *testing.T) {
	from, to := master(t, testKey), master(t, "ffffffffffffffffffffffffffffffff")
	r := ring(t, from, nil)
	one, id := sealed(t, r, here, "one"), r.Index("user", "demo", "u1")
	r = ring(t, from, r.Rows())
	var stored []Row
	refuse := errors.New("no disk")
	if err := r.Rewrap(t.Context(), to, func([]Row) error { return refuse }); !errors.Is(err, refuse) {
		t.Fatalf("not stored: %v", err)
	}
	if rows := r.Rows(); rows[0].Master != from.IDs()[0] || len(r.Unsaved()) != 1 {
		t.Errorf("a rewrap that was not stored left %+v", rows)
	}
	if err := r.Rewrap(t.Context(), to, func(rows []Row) error { stored = rows; return nil }); err != nil {
		t.Fatal(err)
	}
	if len(r.Unsaved()) != 0 || len(stored) != 3 {
		t.Errorf("%d keys were stored, %d left to be; want 3, 0", len(stored), len(r.Unsaved()))
	}
	if _, err := r.Rotate(t.Context(), 2); err != nil || r.Rows()[3].Master != to.IDs()[0] {
		t.Errorf("the next key: %+v, %v; want it under the new master key", r.Rows()[3], err)
	}
	for name, r := range map[string]*Keyring{"the same ring": r, "a new one": ring(t, to, stored)} {
		if got, err := opened(r, here, one); err != nil || got != "one" {
			t.Errorf("%s opens %q, %v", name, got, err)
		}
		if r.Index("user", "demo", "u1") != id {
			t.Errorf("%s finds users elsewhere", name)
		}
	}
	if _, err := NewKeyring(t.Context(), from, stored, 1); !errors.Is(err, ErrWrongMaster) {
		t.Errorf("with the old master key: %v", err)
	}
	// A key that was damaged stays so, and gives no reason to want the old master key.
	stored[1].Wrapped = nil
	r = ring(t, to, stored)
	if err := r.Rewrap(t.Context(), from, func(rows []Row) error { stored = rows; return nil }); err != nil {
		t.Fatal(err)
	}
	ring(t, from, stored)
}

func TestTheIndexTellsNothingAndKeepsApart(t *testing.T) {
	service := master(t, testKey)
	r := ring(t, service, nil)
	ids := map[ID]string{}
	for _, values := range [][]string{{"user", "a", "bc"}, {"user", "ab", "c"}, {"user", "abc", ""}, {"user", "abc"}, {"fact", "a", "bc"}, {"user", "a", "bc", ""}} {
		id := r.Index(values[0], values[1:]...)
		if other, twice := ids[id]; twice {
			t.Errorf("%q has the id of %q", values, other)
		}
		ids[id] = fmt.Sprint(values)
		if again := ring(t, service, r.Rows()).Index(values[0], values[1:]...); again != id {
			t.Errorf("%q has another id at the next start", values)
		}
		if ring(t, service, nil).Index(values[0], values[1:]...) == id {
			t.Errorf("%q has the same id in another store", values)
		}
	}
}

// Whatever is done to print what holds a key, no key is printed.
func TestKeysAreNotPrinted(t *testing.T) {
	m := master(t, testKey)
	r := ring(t, m, nil)
	key := keyInUse(t, r, m)
	type holder struct {
		Keys    KeyService
		Private *Master
		ring    *Keyring
		master  *Master
	}
	var out strings.Builder
	log := slog.New(slog.NewTextHandler(&out, nil))
	logJSON := slog.New(slog.NewJSONHandler(&out, nil))
	for _, v := range []any{m, r, holder{m, m, r, m}, &holder{m, m, r, m}, []*Master{m}, map[string]any{"x": m}} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d"} {
			fmt.Fprintf(&out, verb+"\n", v)
		}
		log.Info("x", "v", v)
		logJSON.Info("x", "v", v)
		j, err := json.Marshal(v)
		out.Write(j)
		if err != nil {
			t.Errorf("%T does not marshal: %v", v, err)
		}
	}
	said := strings.ToLower(out.String())
	for _, secret := range [][]byte{unhex(t, testKey), key} {
		for _, form := range []string{hex.EncodeToString(secret), strings.Trim(fmt.Sprint(secret), "[]"), string(secret), fmt.Sprintf("%#v", secret)[7:40]} {
			if strings.Contains(said, form) {
				t.Errorf("a key was printed")
			}
		}
	}
	if !strings.Contains(said, redacted) {
		t.Errorf("nothing says that a key is not shown")
	}
}

func FuzzOpen(f *testing.F) {
	r := ring(f, master(f, testKey), nil)
	s := sealed(f, r, here, "还剩多少件")
	f.Add(s)
	f.Add(s[:Overhead])
	f.Add([]byte{2})
	f.Fuzz(func(t *testing.T, data []byte) {
		known := string(data) == string(s)
		if plain, err := r.Open(context.Background(), here, bytes.Clone(data)); (err == nil) != known || (err != nil && !errors.Is(err, ErrCorrupt)) {
			t.Errorf("%x opened as %q, %v", data, plain, err)
		}
	})
}
