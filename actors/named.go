package actors

import (
	"slices"

	"liveroom/actors/dialogue"
	"liveroom/engine/live"
)

// maxNamed is how many products one message may name to be answered about each.
const maxNamed = 3

// Named returns the product that a text is about, as Catalogue.Resolve, without those it says are not meant; others are
// the further products that it names. It returns no product when one of them is not known, or when there are too many.
func Named(c Catalogue, room live.RoomID, text string, entities []live.Entity) (p *live.Product, others []*live.Product, named bool) {
	meant := dialogue.Meant(text, entities)
	if p, named = c.Resolve(room, meant); p != nil || !named {
		return p, nil, named
	}
	var all []*live.Product
	for i := range meant {
		if meant[i].Kind != "product" {
			continue
		}
		one, _ := c.Resolve(room, meant[i:i+1])
		switch {
		case one == nil:
			return nil, nil, true
		case !slices.Contains(all, one):
			all = append(all, one)
		}
	}
	if len(all) == 0 || len(all) > maxNamed {
		return nil, nil, true
	}
	return all[0], all[1:], true
}

// Held returns the hold that the user's dialogue knows of, "" for none.
func (s *UserState) Held() live.ReservationID { return s.talk.Held() }

// text returns what the pending message of a sequence says, "" when it has ended.
func (s *UserState) text(seq uint64) string {
	if i := s.at(seq); i >= 0 {
		return s.pending[i].event.Text
	}
	return ""
}
