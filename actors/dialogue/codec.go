package dialogue

import (
	"encoding/binary"
	"errors"
	"math"

	"liveroom/engine/live"
)

// ErrSaved says that bytes are no saved dialogue.
var ErrSaved = errors.New("not a saved dialogue")

// Append appends the state in the form in which it is stored beside each closed record. Hot path, guarded with the
// user's step.
func (s *State) Append(dst []byte) []byte {
	o, sl := &s.Open, &s.Slots
	flags := byte(0)
	if sl.Shown {
		flags |= 1
	}
	if o.Resumed {
		flags |= 2
	}
	if o.Latest {
		flags |= 8
	}
	if s.Complained {
		flags |= 4
	}
	if !s.Welcomed { // what was stored before there was this counts as welcomed
		flags |= 16
	}
	if s.Thanked {
		flags |= 32
	}
	selling := s.Called || o.Promoted || s.Rest > 0 || s.Offered.n > 0
	if selling {
		flags |= 64
	}
	dst = append(dst, flags, byte(min(s.Unsure, 255)), byte(s.Topic))
	dst = binary.AppendUvarint(dst, uint64(max(0, s.At)))
	for _, text := range [...]string{string(sl.Product), sl.Size, sl.Color, sl.City, sl.Order} {
		dst = appendText(dst, text)
	}
	dst = binary.AppendUvarint(dst, uint64(sl.Quantity))
	dst = binary.AppendUvarint(dst, uint64(math.Round(sl.Kg*1000)))
	dst = binary.AppendUvarint(dst, uint64(math.Round(sl.Cm*10)))
	if dst = append(dst, byte(o.Kind)); o.Kind != Nothing {
		dst = append(dst, byte(o.Intent), byte(o.Guesses[0]), byte(o.Guesses[1]), byte(o.Guesses[2]))
		dst = binary.AppendUvarint(dst, uint64(max(0, o.Until)))
		dst = binary.AppendUvarint(dst, uint64(o.Quantity))
		dst = appendText(appendText(appendText(appendText(dst, string(o.Product)), string(o.Other)), string(o.SKU)), string(o.Hold))
	}
	if selling {
		dst = s.appendSelling(dst)
	}
	return dst
}

// appendSelling appends what most states have nothing of: what was offered unasked, and that a person was called.
func (s *State) appendSelling(dst []byte) []byte {
	flags := byte(0)
	if s.Called {
		flags |= 1
	}
	if s.Open.Promoted {
		flags |= 2
	}
	dst = append(dst, flags, byte(min(s.Rest, 255)), s.Offered.n)
	for _, m := range s.Offered.marks[:s.Offered.n] {
		dst = binary.BigEndian.AppendUint32(dst, m)
	}
	return dst
}

// selling reads what appendSelling wrote.
func (r *reader) selling(s *State) {
	flags := r.byte()
	s.Called, s.Open.Promoted, s.Rest = flags&1 != 0, flags&2 != 0, int(r.byte())
	n := r.byte()
	if n > maxOffered || len(r.b) < 4*int(n) {
		r.bad = true
		return
	}
	s.Offered.n = n
	for i := range n {
		s.Offered.marks[i] = binary.BigEndian.Uint32(r.b)
		r.b = r.b[4:]
	}
}

// maxText bounds a stored text in bytes; a longer one is not kept.
const maxText = 255

func appendText(dst []byte, s string) []byte {
	if len(s) > maxText {
		s = ""
	}
	return append(append(dst, byte(len(s))), s...)
}

// Read reads a state that Append wrote, and returns what follows it.
func Read(b []byte) (s State, rest []byte, err error) {
	r := reader{b: b}
	flags := r.byte()
	s.Unsure, s.Topic, s.At = int(r.byte()), r.intent(), r.number()
	for _, text := range [...]*string{(*string)(&s.Slots.Product), &s.Slots.Size, &s.Slots.Color, &s.Slots.City, &s.Slots.Order} {
		*text = r.text()
	}
	s.Complained, s.Welcomed, s.Thanked = flags&4 != 0, flags&16 == 0, flags&32 != 0
	s.Slots.Shown, s.Slots.Quantity = flags&1 != 0, r.number()
	s.Slots.Kg, s.Slots.Cm = float64(r.number())/1000, float64(r.number())/10
	if s.Open.Kind = Kind(r.byte()); s.Open.Kind >= kinds {
		r.bad = true
	}
	if s.Open.Kind != Nothing {
		o := &s.Open
		o.Resumed = flags&2 != 0
		o.Intent = r.intent()
		for i := range o.Guesses {
			o.Guesses[i] = r.intent()
		}
		o.Until, o.Quantity = r.number(), r.number()
		o.Latest, o.Product, o.Other = flags&8 != 0, live.ProductID(r.text()), live.ProductID(r.text())
		o.SKU, o.Hold = live.SKU(r.text()), live.ReservationID(r.text())
	}
	if flags&64 != 0 {
		r.selling(&s)
	}
	if r.bad {
		return State{}, nil, ErrSaved
	}
	return s, r.b, nil
}

// reader takes values off the front of bytes; after the first that is not there everything is zero.
type reader struct {
	b   []byte
	bad bool
}

func (r *reader) byte() byte {
	if len(r.b) == 0 {
		r.bad = true
		return 0
	}
	c := r.b[0]
	r.b = r.b[1:]
	return c
}

func (r *reader) intent() live.Intent {
	i := live.Intent(r.byte())
	if int(i) > live.Intents {
		r.bad = true
		return 0
	}
	return i
}

func (r *reader) number() int64 {
	n, size := binary.Uvarint(r.b)
	if size <= 0 || n > math.MaxInt64 {
		r.bad, r.b = true, nil
		return 0
	}
	r.b = r.b[size:]
	return int64(n)
}

func (r *reader) text() string {
	n := int(r.byte())
	if n > len(r.b) {
		r.bad, r.b = true, nil
		return ""
	}
	s := string(r.b[:n])
	r.b = r.b[n:]
	return s
}
