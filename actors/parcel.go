package actors

import (
	"sync"

	"liveroom/engine/live"
)

// parcel is what goes to the journal for a message, and what is to be done when it is durable. It is the journal's from
// Submit until done, and then used again: a message makes two of them, an acceptance and an ending.
type parcel struct {
	user        *user
	incarnation uint64
	records     [2]live.Record
	frame       []byte // what tells the sender; its room is kept
}

// keptFrame is how much room for a frame a parcel keeps.
const keptFrame = 1 << 10

func (p *parcel) clear() {
	p.user, p.records = nil, [2]live.Record{}
	if p.frame = p.frame[:0]; cap(p.frame) > keptFrame {
		p.frame = nil
	}
}

// acceptance is the parcel of an event that is to be acknowledged.
type acceptance struct {
	parcel
	session live.SessionID
	done    func(uint64, error) // its method wasKept, made once
}

var acceptances sync.Pool

func newAcceptance() *acceptance {
	if a, ok := acceptances.Get().(*acceptance); ok {
		return a
	}
	a := new(acceptance)
	a.done = a.wasKept
	return a
}

// wasKept runs on the journal's goroutine.
func (a *acceptance) wasKept(_ uint64, err error) {
	u := a.user
	if err != nil {
		u.cell.post(&commitFailed{incarnation: a.incarnation, err: err, refused: a.records[0].Event})
	} else if a.session != "" { // "" for what the engine took up itself
		u.house.parts.Outlet.Send(a.session, a.frame)
	}
	a.clear()
	acceptances.Put(a)
}

// ending is the parcel of an outcome.
type ending struct {
	parcel
	closing
	state        [contextRoom]byte // room for the state of the first record
	under        *underway
	hold, before *live.Reservation
	done         func(uint64, error) // its method wasKept, made once
}

var endings sync.Pool

func newEnding() *ending {
	if e, ok := endings.Get().(*ending); ok {
		return e
	}
	e := new(ending)
	e.done = e.wasKept
	return e
}

// wasKept runs on the journal's goroutine.
func (e *ending) wasKept(block uint64, err error) {
	u := e.user
	if err != nil {
		if changed(e.before, e.hold) {
			u.house.parts.Stock.Undo(e.before, e.hold.ID)
		}
		u.house.answered(&e.closing, "")
		u.cell.post(&commitFailed{incarnation: e.incarnation, err: err})
	} else {
		e.under.of = losing{}
		e.under.block.Store(block)
		u.house.told(&e.closing, e.frame)
	}
	e.clear()
	e.closing, e.under, e.hold, e.before = closing{}, nil, nil, nil
	endings.Put(e)
}
