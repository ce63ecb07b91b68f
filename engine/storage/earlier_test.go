package storage

import (
	"fmt"
	"slices"
	"testing"

	"liveroom/engine/live"
)

// look is one look of a test.
func look(t *testing.T, s *Store, k live.UserKey, l Look) Earlier {
	t.Helper()
	type result struct {
		found Earlier
		err   error
	}
	got := make(chan result, 1)
	s.Earlier(k, l, func(e Earlier, err error) { got <- result{e, err} })
	r := <-got
	if r.err != nil {
		t.Fatal(r.err)
	}
	return r.found
}

// spoken are the ids of what was found, accepted as "+id" and closed as "-id", in the order found.
func spoken(e Earlier) (ids []string) {
	for _, r := range e.Records {
		if r.Kind == live.RecordAccepted {
			ids = append(ids, "+"+string(r.Event.ID))
		} else {
			ids = append(ids, "-"+string(r.Key.ID))
		}
	}
	return ids
}

// talk stores messages of a user, each accepted in one block and closed in another, with blocks of somebody else between,
// and returns the blocks that closed them.
func talk(t *testing.T, s *Store, n, between int) (closedIn []uint64) {
	t.Helper()
	for i := range n {
		id := fmt.Sprintf("m%03d", i)
		must(t, s, accepted(user(1), id))
		for j := range between {
			must(t, s, accepted(user(2), fmt.Sprintf("x%d-%d", i, j)), closed(user(2), fmt.Sprintf("x%d-%d", i, j)))
		}
		closedIn = append(closedIn, must(t, s, closed(user(1), id)))
	}
	return closedIn
}

// TestEarlierFindsEverythingPageByPage reads a whole history in looks, with and without knowing where it stands.
func TestEarlierFindsEverythingPageByPage(t *testing.T) {
	s, _ := start(t, Config{}, nil)
	blocks := talk(t, s, 23, 3)
	for name, known := range map[string][]uint64{"known": blocks, "half known": blocks[12:], "unknown": nil} {
		seen := map[string]int{}
		var order []string
		before := uint64(0)
		for looks := 0; ; looks++ {
			e := look(t, s, user(1), Look{Before: before, Known: known, Turns: 5})
			for _, id := range spoken(e) {
				seen[id]++
				order = append(order, id)
			}
			if len(e.Records) > 12 {
				t.Errorf("%s: a look for 5 messages brought %d records", name, len(e.Records))
			}
			if before = e.Before; before == 0 {
				break
			}
			if looks > 30 {
				t.Fatalf("%s: it does not end", name)
			}
		}
		if len(seen) != 46 {
			t.Errorf("%s: %d records were found, want 46", name, len(seen))
		}
		for id, n := range seen {
			if n != 1 {
				t.Errorf("%s: %s was found %d times", name, id, n)
			}
		}
		if first, last := slices.Index(order, "-m022"), slices.Index(order, "+m000"); first != 0 || last != 45 {
			t.Errorf("%s: they came as %v", name, order)
		}
	}
}

// TestOneLookIsBounded looks for a message that somebody wrote long before everything else.
func TestOneLookIsBounded(t *testing.T) {
	s, _ := start(t, Config{}, nil)
	must(t, s, accepted(user(1), "old"), closed(user(1), "old"))
	for i := range 2*lookBlocks + 10 {
		must(t, s, closed(user(2), fmt.Sprint(i)))
	}
	looks, before := 0, uint64(0)
	for {
		e := look(t, s, user(1), Look{Before: before, Turns: 5})
		looks++
		if len(e.Records) > 0 {
			if ids := spoken(e); len(ids) != 2 || e.Before != 0 || e.At == 0 {
				t.Errorf("found %v, look on before %d", ids, e.Before)
			}
			break
		}
		if e.Before == 0 || looks > 3 {
			t.Fatalf("after %d looks: %+v", looks, e)
		}
		before = e.Before
	}
	if looks != 3 {
		t.Errorf("it took %d looks over %d blocks", looks, 2*lookBlocks+10)
	}
	if e := look(t, s, user(1), Look{Known: []uint64{1}, Turns: 5}); len(e.Records) != 2 || e.Before != 0 {
		t.Errorf("where it is known to stand %+v is found", e)
	}
}

// TestAMessageThatIsNotKeptIsNotLookedForForEver: its answer is, and what was said before it is found all the same.
func TestAMessageThatIsNotKeptIsNotLookedForForEver(t *testing.T) {
	s, _ := start(t, Config{}, nil)
	first := must(t, s, accepted(user(1), "a"), closed(user(1), "a"))
	second := must(t, s, closed(user(1), "b"))
	e := look(t, s, user(1), Look{Known: []uint64{first, second}, Turns: 5})
	if ids := spoken(e); !slices.Equal(ids, []string{"-b", "+a", "-a"}) || e.Before != 0 {
		t.Errorf("found %v, look on before %d", ids, e.Before)
	}
	if e := look(t, s, user(3), Look{Turns: 5}); len(e.Records) != 0 || e.Before != 0 {
		t.Errorf("of a stranger %+v is found", e)
	}
}
