package actors

import (
	"sync"

	"liveroom/engine/live"
)

// parcel is what a message takes to the journal. It is the journal's from Submit until Done, and then used again: a
// message makes two of them.
type parcel struct {
	records [2]live.Record
	state   [contextRoom]byte // room for the state of the first
}

var parcels = sync.Pool{New: func() any { return new(parcel) }}

func newParcel() *parcel { return parcels.Get().(*parcel) }

// free lets the parcel be used again.
func (p *parcel) free() {
	p.records = [2]live.Record{}
	parcels.Put(p)
}
