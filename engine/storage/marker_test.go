package storage

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"testing"
	"time"

	"liveroom/engine/live"
	"liveroom/engine/storage/seal/sealtest"
)

// marked returns a marker, of each script in turn.
func marked(what string, n int) string {
	return []string{sealtest.ASCII, sealtest.Chinese}[n%2] + what + fmt.Sprint(n)
}

// markedRecords returns records of every kind with a marker in every text they can hold.
func markedRecords(n int) []live.Record {
	k := live.UserKey{Room: live.RoomID(marked("room", n)), User: live.UserID(marked("user", n+1))}
	session := live.SessionID(marked("session", n))
	key := live.EventKey{Type: live.Message, ID: live.EventID(marked("id", n))}
	event := func(typ live.EventType) *live.Event {
		return &live.Event{
			Type: typ, ID: key.ID, Room: k.Room, User: k.User, Shop: live.ShopID(marked("shop", n)), Text: marked("text", n), Name: marked("name", n),
			SKU: live.SKU(marked("sku", n)), Warehouse: marked("warehouse", n), Dialogue: live.DialogueID(marked("dialogue", n)), Note: marked("note", n),
			At: int64(n + 1), Viewers: 1, Sold: 2,
		}
	}
	records := []live.Record{
		{Kind: live.RecordAccepted, User: k, Session: session, Received: 1, Event: event(live.Message)},
		{
			Kind: live.RecordClosed, User: k, Session: session, Key: key, Outcome: live.Replied, Reason: live.Reason(marked("reason", n)),
			Joined: live.ReplyID(marked("joined", n)), Frame: []byte(marked("frame", n)), State: []byte(marked("state", n)),
		},
		{Kind: live.RecordReservation, User: k, Reservation: &live.Reservation{
			ID: live.ReservationID(marked("reservation", n)), User: k, Product: live.ProductID(marked("product", n)), SKU: live.SKU(marked("sku", n)),
			Warehouse: marked("warehouse", n), Order: live.EventID(marked("order", n)), Version: 1,
		}},
	}
	for _, typ := range []live.EventType{
		live.StockUpdate, live.OrderUpdate, live.Enter, live.Present, live.RoomModeSet, live.UserMuted, live.CountsUpdate, live.Rate, live.Say,
	} {
		records = append(records, live.Record{Kind: live.RecordFact, User: k, Session: session, Event: event(typ)})
	}
	if n%3 == 0 {
		records = append(records, live.Record{Kind: live.RecordSnapshot, User: k, State: []byte(marked("snapshot", n))})
	}
	return records
}

// lockedBuffer is a buffer that several goroutines write.
type lockedBuffer struct {
	mu sync.Mutex
	bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.Buffer.Write(p)
}

// Nothing that people wrote, were told or are known by can be read in what lies on the disk, nor in what is logged.
func TestMarkersCannotBeRead(t *testing.T) {
	at := newClock()
	t.Setenv("SQLITE_TMPDIR", t.TempDir())
	s := drive(t, Config{}, at.now)
	dir := s.cfg.Dir
	for n := range 300 {
		put(s, markedRecords(n)...)
	}
	for n := range 2 {
		if _, err := s.KeepDocument(t.Context(), Document{Kind: "catalogue", Name: marked("name", n), Author: marked("author", n), Body: []byte(marked("body", n))}); err != nil {
			t.Fatal(err)
		}
	}
	if size := sealtest.CheckFolder(t, dir); size < 300*1000 && os.Getenv(postgresTests) == "" {
		t.Errorf("%d bytes lie in the folder, too few to hold what was written", size)
	}
	for range 6 { // tails are folded into the rows of users
		at.pass(5 * time.Minute)
		s.tend(context.Background())
		put(s, markedRecords(1000)...)
		for s.folding.Load() > 0 {
			s.saveFold(context.Background(), <-s.folds)
		}
	}
	var tails int
	if err := s.readPool.QueryRow(`SELECT count(*) FROM user_state WHERE tail IS NOT NULL`).Scan(&tails); err != nil || tails == 0 {
		t.Errorf("%d users have folded tails, %v; want some", tails, err)
	}
	sealtest.CheckFolder(t, dir)
	var k live.UserKey
	for n := range 300 { // one of those whose tail was folded; which they are is up to a map
		row, err := s.readUserRow(t.Context(), markedRecords(n)[0].User)
		if err != nil {
			t.Fatal(err)
		}
		if row.tail != nil {
			k = markedRecords(n)[0].User
		}
	}
	s.Close()
	for _, damage := range []string{`UPDATE journal SET data = $1 WHERE seq = 7`, `UPDATE fact SET data = $1 WHERE kind = 'mute'`, `UPDATE user_state SET tail = $1`} {
		edit(t, dir, damage, []byte{0})
	}
	s = drive(t, Config{Dir: dir}, at.now)
	log := &lockedBuffer{}
	s.log = slog.New(slog.NewTextHandler(log, nil))
	if err := s.Facts(t.Context(), func(live.Record) bool { return true }); err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	s.Load(k, func(l Loaded, err error) {
		if err != nil || l.Lost == 0 {
			t.Errorf("a user with a damaged tail is %+v, %v", l, err)
		}
		close(done)
	})
	<-done
	edit(t, dir, `VACUUM`)
	sealtest.CheckFolder(t, dir)
	log.mu.Lock()
	defer log.mu.Unlock()
	if !bytes.Contains(log.Bytes(), []byte("quarantined")) {
		t.Error("nothing of the damage was logged")
	}
	sealtest.Check(t, "the log", log.Bytes())
}
