package storage

import (
	"errors"
	"fmt"
	"testing"

	"liveroom/engine/live"
)

func labelled(id string, at int64, note string) live.Record {
	return live.Record{Kind: live.RecordFact, Event: &live.Event{
		Type: live.MessageLabelled, ID: live.EventID("comment " + id), Room: "demo", User: "u1", Text: "几号能到", Note: note, At: at,
	}}
}

func TestFactsOfAKindAreReadByPages(t *testing.T) {
	s, _ := start(t, Config{}, nil)
	for i := range 5 {
		must(t, s, labelled(fmt.Sprint("c", i), int64(10+i), "x"), stock("DEMO-3", "beijing", 7, int64(10+i)))
	}
	must(t, s, labelled("c0", 20, "again"))
	var ids string
	after := int64(0)
	for {
		page, err := s.FactsAfter(t.Context(), "label", after, 2)
		if err != nil {
			t.Fatal(err)
		}
		if len(page) == 0 {
			break
		}
		for _, r := range page {
			ids += string(r.Event.ID) + ";"
			after = r.Event.At
		}
	}
	if want := "comment c1;comment c2;comment c3;comment c4;comment c0;"; ids != want {
		t.Errorf("the pages hold %s, want %s", ids, want)
	}
	r, err := s.FactLike(t.Context(), labelled("c0", 0, "").Event)
	if err != nil || r.Event.Note != "again" || r.Event.Text != "几号能到" {
		t.Errorf("FactLike = %+v, %v, want the latest", r.Event, err)
	}
	if _, err := s.FactLike(t.Context(), labelled("none", 0, "").Event); !errors.Is(err, ErrNotFound) {
		t.Errorf("FactLike of nothing: %v", err)
	}
	if _, err := s.FactLike(t.Context(), &live.Event{Type: live.Rate}); !errors.Is(err, ErrNotFound) {
		t.Errorf("FactLike of what is no fact of its own: %v", err)
	}
}

// TestWhatDoesNotOpenEndsNoPage breaks the rows of a whole page.
func TestWhatDoesNotOpenEndsNoPage(t *testing.T) {
	s, stop := start(t, Config{}, nil)
	for i := range 3 {
		must(t, s, labelled(fmt.Sprint("c", i), int64(10+i), "x"))
	}
	dir := s.cfg.Dir
	stop()
	edit(t, dir, `UPDATE fact SET data = $1 WHERE at < 12`, []byte("broken"))
	s, _ = start(t, Config{Dir: dir}, nil)
	before := s.Status().Quarantined
	page, err := s.FactsAfter(t.Context(), "label", 0, 1)
	if err != nil || len(page) != 1 || page[0].Event.At != 12 {
		t.Errorf("FactsAfter = %+v, %v; want what opens", page, err)
	}
	if q := s.Status().Quarantined - before; q != 2 {
		t.Errorf("%d rows are quarantined, want 2", q)
	}
}
