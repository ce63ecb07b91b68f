package labels

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"liveroom/engine/live"
)

// shelf keeps events in memory, as storage does.
type shelf struct {
	kept map[Message]*live.Event
	fail error
}

func (s *shelf) Keep(_ context.Context, l Label) error {
	if s.fail != nil {
		return s.fail
	}
	e, err := l.Event()
	s.kept[l.Message] = e
	return err
}

func (s *shelf) Read(_ context.Context, after int64, n int) (list []Label, err error) {
	for _, e := range s.kept {
		l, err := FromEvent(e)
		if err != nil {
			return nil, err
		}
		if l.At > after {
			list = append(list, l)
		}
	}
	slices.SortFunc(list, func(a, b Label) int { return int(a.At - b.At) })
	return list[:min(n, len(list))], s.fail
}

func (s *shelf) Find(_ context.Context, m Message) (Label, bool, error) {
	e := s.kept[m]
	if e == nil {
		return Label{}, false, s.fail
	}
	l, err := FromEvent(e)
	return l, true, err
}

func newShelf() *shelf { return &shelf{kept: make(map[Message]*live.Event)} }

func sample(id string) Label {
	return Label{
		Message: Message{User: live.UserKey{Room: "demo", User: "u1"}, Key: live.EventKey{Type: live.Comment, ID: live.EventID(id)}},
		Text:    "几号能到 " + id, Intent: live.IntentDelivery, Emotion: live.Calm, Sentiment: live.Neutral,
		Was: live.IntentStock, Confidence: 0.4, Model: "m1", By: "lin", Source: Corrected,
	}
}

func add(t *testing.T, b *Book, l Label) Label {
	t.Helper()
	kept, err := b.Add(t.Context(), l)
	if err != nil {
		t.Fatalf("Add(%+v): %v", l, err)
	}
	return kept
}

func TestALabelComesBackAsItWasSaid(t *testing.T) {
	b := New(newShelf())
	want := add(t, b, sample("c 1"))
	got, ok, err := b.Of(t.Context(), want.Message)
	if err != nil || !ok || got != want {
		t.Fatalf("Of = %+v, %v, %v; want %+v", got, ok, err, want)
	}
	if _, ok, _ := b.Of(t.Context(), sample("other").Message); ok {
		t.Error("a message without a label has one")
	}
	again := want
	again.Intent, again.By = live.IntentTracking, "wang"
	add(t, b, again)
	list, err := b.List(t.Context(), 0, 10)
	if err != nil || len(list) != 1 || list[0].Intent != live.IntentTracking || list[0].By != "wang" {
		t.Errorf("after a second label of the same message the list is %+v, %v", list, err)
	}
}

// TestPagesMissNothing reads page by page while the clock stands still and then goes back.
func TestPagesMissNothing(t *testing.T) {
	s := newShelf()
	b := New(s)
	at := time.UnixMilli(1_800_000_000_000)
	b.now = func() time.Time { return at }
	for i := range 7 {
		add(t, b, sample(fmt.Sprint("c", i)))
	}
	b = New(s) // a restart
	at = at.Add(-time.Hour)
	b.now = func() time.Time { return at }
	add(t, b, sample("late"))
	var seen []string
	for after := int64(0); ; {
		page, err := b.List(t.Context(), after, 3)
		if err != nil {
			t.Fatal(err)
		}
		if len(page) == 0 {
			break
		}
		for _, l := range page {
			seen = append(seen, string(l.Key.ID))
			after = l.At
		}
	}
	if got := strings.Join(seen, " "); got != "c0 c1 c2 c3 c4 c5 c6 late" {
		t.Errorf("the pages hold %s", got)
	}
}

func TestWhatIsNoLabelIsRefusedByItsField(t *testing.T) {
	b := New(newShelf())
	for field, spoil := range map[string]func(*Label){
		"user":      func(l *Label) { l.User.User = "" },
		"message":   func(l *Label) { l.Key.Type = live.Like },
		"text":      func(l *Label) { l.Text = " \n" },
		"intent":    func(l *Label) { l.Intent = 0 },
		"was":       func(l *Label) { l.Was = 200 },
		"emotion":   func(l *Label) { l.Emotion = 200 },
		"sentiment": func(l *Label) { l.Sentiment = 200 },
		"by":        func(l *Label) { l.By = "" },
		"source":    func(l *Label) { l.Source = "guessed" },
		"withdrawn": func(l *Label) { l.Withdrawn = true },
	} {
		l := sample("c1")
		spoil(&l)
		if _, err := b.Add(t.Context(), l); !errors.Is(err, ErrInput) || !strings.Contains(err.Error(), field+":") {
			t.Errorf("Add with a bad %s: %v, want it named", field, err)
		}
	}
	long := sample("c1")
	long.Text = strings.Repeat("长", maxText+1)
	if _, err := b.Add(t.Context(), long); !errors.Is(err, ErrInput) {
		t.Errorf("Add of a text too long: %v", err)
	}
}

func TestExportIsLinesOfTheCorpus(t *testing.T) {
	b := New(newShelf())
	one := sample("c1")
	one.Text = "我的\t电话{13812345678}\n急"
	add(t, b, one)
	same := sample("c2")
	same.Text = one.Text
	add(t, b, same)
	bare := sample("c3")
	bare.Emotion, bare.Sentiment, bare.User.Room = 0, 0, "other"
	add(t, b, bare)
	var out strings.Builder
	mask := func(s string) string { return strings.ReplaceAll(s, "13812345678", "138********") }
	done, err := b.Export(t.Context(), &out, mask, nil)
	want := Header + "我的 电话(138********) 急\tdelivery\tcalm\tneutral\tshopper\n" + "几号能到 c3\tdelivery\t\t\tshopper\n"
	if err != nil || out.String() != want || done != (Lines{Written: 2, Equal: 1}) {
		t.Errorf("Export wrote %q, %+v, %v; want %q", out.String(), done, err, want)
	}
	out.Reset()
	done, err = b.Export(t.Context(), &out, mask, func(l *Label) bool { return l.User.Room == "other" })
	if err != nil || done.Written != 1 {
		t.Errorf("Export of one room wrote %q, %v", out.String(), err)
	}
}

// TestALabelIsWithdrawn takes labels back between others, and reads in pages that they fall out of.
func TestALabelIsWithdrawn(t *testing.T) {
	s := newShelf()
	b := New(s)
	for i := range 5 {
		add(t, b, sample(fmt.Sprint("c", i)))
	}
	for _, id := range []string{"c0", "c3", "c4"} {
		if err := b.Withdraw(t.Context(), sample(id).Message, "wang"); err != nil {
			t.Fatal(err)
		}
	}
	if l, ok, err := b.Of(t.Context(), sample("c3").Message); ok || err != nil || l != (Label{}) {
		t.Errorf("what was withdrawn is %+v, %v, %v", l, ok, err)
	}
	if e := s.kept[sample("c3").Message]; e.Text != "" || strings.Contains(e.Note, "delivery") || !strings.Contains(e.Note, "wang") {
		t.Errorf("of what was withdrawn this is kept: %q %q; want who did, and none of the text", e.Text, e.Note)
	}
	for _, n := range []int{1, 2, 10} {
		list, err := b.List(t.Context(), 0, n)
		if err != nil || len(list) != min(n, 2) || list[0].Key.ID != "c1" {
			t.Errorf("List of %d = %+v, %v; want c1, c2", n, list, err)
		}
	}
	var out strings.Builder
	if done, err := b.Export(t.Context(), &out, strings.Clone, nil); err != nil || done.Written != 2 || strings.Contains(out.String(), "c3") {
		t.Errorf("Export wrote %q, %v", out.String(), err)
	}
	for _, id := range []string{"c3", "never"} {
		if err := b.Withdraw(t.Context(), sample(id).Message, "wang"); !errors.Is(err, ErrNone) {
			t.Errorf("withdrawing what %s has not: %v, want %v", id, err, ErrNone)
		}
	}
	again := add(t, b, sample("c3"))
	if l, ok, _ := b.Of(t.Context(), again.Message); !ok || l != again {
		t.Errorf("labelled again, it is %+v, %v", l, ok)
	}
	s.fail = errors.New("disk full")
	if err := b.Withdraw(t.Context(), again.Message, "wang"); !errors.Is(err, s.fail) {
		t.Errorf("Withdraw on a broken shelf: %v", err)
	}
}

func TestWhatIsNotKeptIsNotSaid(t *testing.T) {
	s := newShelf()
	b := New(s)
	s.fail = errors.New("disk full")
	if _, err := b.Add(t.Context(), sample("c1")); !errors.Is(err, s.fail) {
		t.Errorf("Add on a broken shelf: %v", err)
	}
	if _, err := b.List(t.Context(), 0, 1); !errors.Is(err, s.fail) {
		t.Errorf("List on a broken shelf: %v", err)
	}
	if _, err := b.Export(t.Context(), &strings.Builder{}, strings.Clone, nil); !errors.Is(err, s.fail) {
		t.Errorf("Export on a broken shelf: %v", err)
	}
	if _, err := FromEvent(&live.Event{Type: live.MessageLabelled, ID: "x", Note: "{"}); err == nil {
		t.Error("FromEvent took what is no label")
	}
}
