package audit

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// vault is where keys of people are stored, one for each value, or are not while it is shut.
type vault struct {
	mu     sync.Mutex
	used   []string // by Seal
	stored map[string]bool
	shut   error
	tries  int
}

func (v *vault) into(c *Config) {
	v.stored = make(map[string]bool)
	c.Seal = func(p Subject) (string, error) {
		v.mu.Lock()
		defer v.mu.Unlock()
		v.used = append(v.used, "key-of-"+p.Value)
		return "key-of-" + p.Value, nil
	}
	c.Sealed = func() error {
		v.mu.Lock()
		defer v.mu.Unlock()
		v.tries++
		if v.shut == nil {
			for _, k := range v.used {
				v.stored[k] = true
			}
		}
		return v.shut
	}
	c.Waits = func(sealed string) bool {
		v.mu.Lock()
		defer v.mu.Unlock()
		return !v.stored[sealed]
	}
}

func (v *vault) set(shut error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.shut = shut
}

func actsOf(all []Record) (acts []string) {
	for _, r := range all {
		if r.Who != Self {
			acts = append(acts, r.Act)
		}
	}
	return acts
}

// While keys cannot be stored, only what tells of people without one waits: other acts and other people do not, more of it
// than may wait is refused, and all is written when the keys are.
func TestOnlyWhoseKeyIsMissingWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := new(vault)
		r := newRig(t, v.into)
		ctx, end := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- r.Run(ctx) }()
		synctest.Wait()
		note := func(act, person string) error {
			a := Act{Act: act, On: "room demo"}
			if person != "" {
				a.On += " user " + Personal(person)
			}
			return r.Note(a)
		}
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		must(note("first", "ann"))
		must(note("second", ""))
		synctest.Wait()
		v.set(errors.New("no space"))
		must(note("held", "bob"))
		must(note("plain", ""))
		must(note("known", "ann"))
		synctest.Wait()
		if got, want := actsOf(r.records()), []string{"first", "second", "plain", "known"}; !slices.Equal(got, want) {
			t.Fatalf("written are %q, want %q", got, want)
		}
		if s := r.Status(); s.Held != 1 || s.Waiting != 1 || !strings.Contains(s.Keyless, "no space") || s.Failure != "" {
			t.Errorf("status %+v, want one held and why", s)
		}
		if err := r.Do(t.Context(), Act{Act: "deed", On: "room demo"}, func() error { return nil }); err != nil {
			t.Errorf("an act on nobody got %v", err)
		}
		if err := r.Do(t.Context(), Act{Act: "deed", On: Personal("cid")}, func() error { return nil }); !errors.Is(err, ErrRefused) {
			t.Errorf("an act on somebody without a key got %v", err)
		}
		for i := range queueLimit - 1 {
			must(note("more", "bob"))
			if i%100 == 0 {
				synctest.Wait()
			}
		}
		synctest.Wait()
		if err := note("too many", "bob"); !errors.Is(err, ErrFull) {
			t.Errorf("one more than may be held got %v", err)
		}
		must(note("plain", ""))
		must(note("known", "ann"))
		time.Sleep(3*retryEvery + retryEvery/2) // by the clock of the bubble, between two tries
		synctest.Wait()
		r.clock.step(3 * retryEvery)
		v.set(nil)
		time.Sleep(2 * retryEvery)
		synctest.Wait()
		first, err := r.Records(0, 20, Filter{})
		must(err)
		rest, err := r.Records(21, maxRecords, Filter{})
		must(err)
		last, err := r.Records(21+maxRecords, maxRecords, Filter{})
		must(err)
		acts := actsOf(slices.Concat(first, rest, last))
		if want := 4 + 2 + 2 + queueLimit; len(acts) != want || acts[8] != "held" {
			t.Errorf("%d records, want %d, the first %q, want the ninth held", len(acts), want, acts[:12])
		}
		for _, one := range first {
			if one.Act == "held" && (!strings.Contains(one.Detail, "noted at 2026-") || !strings.Contains(one.On, "=key-of-bob")) {
				t.Errorf("written late it is %+v", one)
			}
		}
		if s := r.Status(); s.Held != 0 || s.Waiting != 0 || s.Keyless != "" || s.Unkept != 0 {
			t.Errorf("with the keys stored: %+v", s)
		}
		end()
		must(<-ended)
		r.reopen()
		r.sound()
	})
}

// What must be written at the end, or of what has happened, without a key says that nobody was kept; who has a key stays.
func TestAtTheEndThePseudonymIsLeft(t *testing.T) {
	v := new(vault)
	r := newRig(t, v.into)
	stop := r.run()
	if err := r.Do(t.Context(), Act{Act: "x", On: Personal("ann")}, func() error { return nil }); err != nil {
		t.Fatal(err)
	}
	v.set(errors.New("the store is closed"))
	if err := r.Tell(Act{Act: "told", On: Personal("cid")}); err != nil {
		t.Fatal(err)
	}
	for i := range 3 {
		err := r.Note(Act{Act: "y", On: fmt.Sprintf("%s and %s", Personal("ann"), Personal("bob")), Detail: fmt.Sprint(i)})
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := stop(); err != nil {
		t.Fatal(err)
	}
	r.reopen()
	var told, noted int
	for _, one := range r.records() {
		switch one.Act {
		case "told":
			told++
			if want := []Person{{r.Pseudonym("cid"), NotKept}}; !slices.Equal(one.People(), want) {
				t.Errorf("of what was told the people are %v, want %v", one.People(), want)
			}
		case "y":
			noted++
			want := []Person{{r.Pseudonym("ann"), "key-of-ann"}, {r.Pseudonym("bob"), NotKept}}
			if !slices.Equal(one.People(), want) || !strings.HasPrefix(one.Detail, fmt.Sprint(noted-1)) {
				t.Errorf("record %d tells of %v, %q; want %v", noted, one.People(), one.Detail, want)
			}
			if shown, n := Unsealed(one.On); strings.Contains(shown, "=") || n != 2 {
				t.Errorf("it is shown as %q", shown)
			}
		}
	}
	if told != 1 || noted != 3 {
		t.Errorf("%d told and %d noted, want 1 and 3", told, noted)
	}
	r.sound()
}
