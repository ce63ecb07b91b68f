package dialogue

import "liveroom/engine/live"

// meant returns the intent a message is answered as, 0 when that is not known, and a second one when it asks two things.
func (s *State) meant(h *Heard, told *Slots) (intent, other live.Intent) {
	r := h.Reading
	if i := s.filled(h, told); i != 0 {
		return i, 0
	}
	if first, other := second(h); first != 0 {
		return first, other
	}
	return s.one(h, told, !r.Unsure && r.Intent != live.IntentUnknown), 0
}

// one returns the intent that a message with a single question is answered as, 0 when that is not known.
func (s *State) one(h *Heard, told *Slots, sure bool) live.Intent {
	r := h.Reading
	something := told.choice() || h.Named || told.Kg != 0 || told.Cm != 0 || told.Quantity != 0 || told.City != ""
	switch {
	case s.Called && !something && (!sure || r.Intent.Domain() == live.Other) && h.line.missesSomebody():
		return live.IntentHuman
	case sure && s.ofReturn(h, told):
		return s.Topic
	case subject(h.Text, r) != "":
		return live.IntentStock
	case (told.choice() || h.Named) && asksStock(h.Text) && (!sure || alike(r.Intent, live.IntentStock)):
		return live.IntentStock
	case (!sure || r.Intent == live.IntentOrdering) && (told.choice() || h.Named && h.Product != nil) && h.line.wants():
		return live.IntentStock
	}
	if i := s.bare(h, told); i != 0 {
		return i
	}
	switch {
	case sure && r.Intent.Domain() != live.Other:
		return r.Intent
	case r.Intent == live.IntentDeny && something && s.Topic != 0 && (corrects(h.Text) || told.choice() && refusesSome(h)):
		return s.about(told)
	case (sure && r.Intent == live.IntentAffirm || h.line.takes(r) == yes) && h.line.wants():
		return live.IntentStock // there is nothing that a yes could mean, but something is wanted
	case sure:
		return r.Intent
	case told.Order != "":
		if ofOrder(s.Topic) {
			return s.Topic
		}
		return live.IntentTracking
	case told.Kg != 0 || told.Cm != 0:
		return live.IntentSize
	case h.Named && h.Product == nil:
		if s.Topic == 0 {
			return live.IntentUnknown
		}
		return s.Topic
	case alone(r):
		return r.Top[0].Intent
	case r.Top[0].Intent == live.IntentPromo && hasAny(h.Text, "贵", "便宜", "优惠", "划算"):
		return live.IntentPromo
	case wordless(h.Text):
		return s.gesture(r)
	}
	if i := s.again(h, told); i != 0 {
		if q := likely(r); q != 0 && q != i && !alike(q, i) && !barely(h) {
			return q // it says more than a name
		}
		return i
	}
	switch h.line.takes(r) {
	case yes:
		return live.IntentAffirm
	case no:
		return live.IntentDeny
	}
	return 0
}

// bare returns the latest question for a message that by itself asks nothing, however sure its reading is, 0 when it does:
// 黑色呢; 不是，要黑色.
func (s *State) bare(h *Heard, told *Slots) live.Intent {
	switch {
	case s.Topic.Domain() != live.Presale || !barely(h):
		return 0
	case told.choice() && h.line.wants() && !corrects(h.Text):
		return live.IntentStock
	}
	return s.again(h, told)
}

// gesture returns what signs without a word are answered as: praise as that, a row of question marks as the question
// before once more.
func (s *State) gesture(r *live.Reading) live.Intent {
	switch {
	case r.Intent == live.IntentPraise:
		return r.Intent
	case s.Topic != 0 && r.Emotion == live.Impatient:
		return s.Topic
	case r.Emotion == live.Impatient:
		return live.IntentGreeting
	}
	return 0
}

// alone tells whether one plain question is likely and no other is.
func alone(r *live.Reading) bool {
	const enough, other = .6, .15
	d := r.Top[0].Intent.Domain()
	return (d == live.Presale || d == live.Logistics) && r.Top[0].P >= enough && r.Top[1].P < other
}

// likely returns the plain question that is by far the likeliest, 0 for none.
func likely(r *live.Reading) live.Intent {
	const enough, times = .5, 2.5
	a := r.Top[0]
	if d := a.Intent.Domain(); (d == live.Presale || d == live.Logistics) && a.P >= enough && a.P >= times*r.Top[1].P {
		return a.Intent
	}
	return 0
}

// ofReturn tells whether a question about freight goes on about the return or exchange that is spoken of: 运费谁出.
func (s *State) ofReturn(h *Heard, told *Slots) bool {
	return (s.Topic == live.IntentReturnRefund || s.Topic == live.IntentExchange) && h.Reading.Intent == live.IntentDelivery &&
		!h.Named && told.City == "" && hasAny(h.Text, "运费", "邮费")
}

// refusesSome tells whether a text says of something it names that it is not meant: 不要黑色，蓝色吧.
func refusesSome(h *Heard) bool {
	return len(Meant(h.Text, h.Reading.Entities)) < len(h.Reading.Entities)
}

// again returns the latest question for a message that only puts something else into it, 0 when it does not.
func (s *State) again(h *Heard, told *Slots) live.Intent {
	switch {
	case s.Topic == 0:
	case told.choice() && s.Topic == live.IntentSize && !asks(h.Text):
		return live.IntentStock // a size was recommended, and is taken
	case told.choice() || h.Named && h.Product != nil || told.Quantity != 0 && s.Topic == live.IntentStock:
		return s.Topic
	case told.City != "" && s.Topic.Domain() == live.Logistics:
		return s.Topic
	case told.City != "":
		return live.IntentDelivery
	case points(h.Text) && h.Product != nil && h.line.bare != "":
		return s.Topic
	}
	return 0
}

// about returns the latest question as what was corrected is about: a body is about the size.
func (s *State) about(told *Slots) live.Intent {
	if told.Kg != 0 || told.Cm != 0 {
		return live.IntentSize
	}
	return s.Topic
}

// filled returns the question that a message completes by telling what was asked for, 0 when it does not.
func (s *State) filled(h *Heard, told *Slots) live.Intent {
	r := h.Reading
	other := !r.Unsure && r.Intent != s.Open.Intent && r.Intent.Domain() != live.Other && !alike(r.Intent, s.Open.Intent)
	if i := s.pointsAt(h.line.bare); i >= 0 {
		return s.Open.Guesses[i]
	}
	if n := s.guesses(); n > 0 {
		switch {
		case s.Open.Kind == Guess && h.line.takes(r) == yes:
			return s.Open.Guesses[0]
		case r.Unsure:
			if i := s.likeliest(r, n); i != 0 {
				return i
			}
		}
	}
	switch s.Open.Kind {
	case Product:
		if h.Product != nil && h.Named && !other {
			return s.Open.Intent
		}
	case Choice:
		if told.choice() && !other {
			return s.Open.Intent
		}
	case Body:
		if (told.Kg != 0 || told.Cm != 0) && !other {
			return s.Open.Intent
		}
	}
	return 0
}

// guesses returns how many candidates a clarifying question has named.
func (s *State) guesses() int {
	n := 0
	for n < len(s.Open.Guesses) && s.Open.Guesses[n] != 0 {
		n++
	}
	return n
}

// pointsAt returns which of the candidates a text points at, -1 for none.
func (s *State) pointsAt(bare string) int {
	n := s.guesses()
	if n == 0 {
		return -1
	}
	return ordinal(bare, n)
}

// noneOf tells whether a message says that no candidate was meant.
func (s *State) noneOf(h *Heard) bool {
	return s.guesses() > 0 && (h.line.none() || s.Open.Kind == Guess && h.Reading.Unsure && h.line.takes(h.Reading) == no)
}

// alike tells whether a text that only names a size or colour may be read as the one intent where the other is meant.
func alike(a, b live.Intent) bool {
	group := func(i live.Intent) bool {
		return i == live.IntentStock || i == live.IntentSize || i == live.IntentStyle || i == live.IntentOrdering
	}
	return group(a) && group(b)
}

// likeliest returns the candidate that an unsure reading speaks for, 0 when for none.
func (s *State) likeliest(r *live.Reading, n int) live.Intent {
	const enough = .3
	for _, g := range r.Top {
		for _, c := range s.Open.Guesses[:n] {
			if g.Intent == c && g.P >= enough {
				return c
			}
		}
	}
	return 0
}
