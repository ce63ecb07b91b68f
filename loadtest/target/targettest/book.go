package targettest

import (
	"bufio"
	"encoding/json"
	"errors"
	"io/fs"
	"os"

	"liveroom/engine/live"
)

// book remembers what was accepted and how it ended, in a file too, so that a room that was killed goes on where it was.
// Its methods are called with the room's lock held. A killed process loses nothing that was written; only a machine would.
type book struct {
	file   *os.File
	pages  map[live.EventKey]*page
	orders map[live.SessionID][]live.EventKey
}

// page is one entry. A room that finds it without a frame after a start answers it then.
type page struct {
	Key     live.EventKey
	Session live.SessionID
	Due     []byte // what will answer it after a restart, when nothing has before
	Frame   []byte // what answered it
}

func openBook(path string) (*book, error) {
	b := &book{pages: map[live.EventKey]*page{}, orders: map[live.SessionID][]live.EventKey{}}
	old, err := os.Open(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	if err == nil {
		defer old.Close()
		rows := bufio.NewScanner(old)
		rows.Buffer(nil, 1<<20)
		for rows.Scan() {
			var p page
			if json.Unmarshal(rows.Bytes(), &p) == nil { // the last line may be torn
				b.enter(p)
			}
		}
	}
	b.file, err = os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	return b, err
}

func (b *book) enter(p page) {
	if old := b.pages[p.Key]; old != nil {
		if p.Frame != nil {
			old.Frame = p.Frame
		}
		return
	}
	b.pages[p.Key] = &p
	b.orders[p.Session] = append(b.orders[p.Session], p.Key)
}

func (b *book) write(p page) {
	line, err := json.Marshal(p)
	if err == nil {
		_, err = b.file.Write(append(line, '\n'))
	}
	if err != nil {
		panic(err) // a test's own disk
	}
	b.enter(p)
}

// accept enters an event, and what will answer it if a restart comes first.
func (b *book) accept(e *live.Event, s live.SessionID, due []byte) {
	b.write(page{Key: e.Key(), Session: s, Due: due})
}

func (b *book) answer(k live.EventKey, frame []byte) { b.write(page{Key: k, Frame: frame}) }

// known tells whether an event was accepted before, and with what it was answered, if it was.
func (b *book) known(k live.EventKey) ([]byte, bool) {
	p := b.pages[k]
	if p == nil {
		return nil, false
	}
	return p.Frame, true
}

// resume returns the answers of a session in order, those that were still due made now.
func (b *book) resume(s live.SessionID) [][]byte {
	var all [][]byte
	for _, k := range b.orders[s] {
		p := b.pages[k]
		if p.Frame == nil {
			b.answer(k, p.Due)
		}
		all = append(all, p.Frame)
	}
	return all
}

func (b *book) close() error { return b.file.Close() }
