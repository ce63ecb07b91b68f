package scripts

import (
	"strings"
	"sync"
	"time"
)

// composers keeps renderers between replies; put resets them so that nothing of an Ask outlives its reply.
var composers = sync.Pool{New: func() any { return &renderer{buf: make([]byte, 0, 1024), figs: make([]Figure, 0, 8)} }}

func putComposer(r *renderer) {
	r.view, r.list = view{}, 0
	composers.Put(r)
}

// Compose writes the reply to a. It returns ErrNoScript when nothing fits; the caller then says nothing or lets
// somebody else answer. Safe for concurrent use.
//
// Hot path: guarded by BenchmarkCompose and TestComposeAllocs (two allocations, the text and its figures).
func (b *Book) Compose(a Ask) (Line, error) {
	set := b.set.Load()
	s := set.find(&a)
	if s == nil {
		b.met.none.Inc()
		return Line{}, ErrNoScript
	}
	r := composers.Get().(*renderer)
	defer putComposer(r)
	r.ask, r.zone, r.figures, r.about, r.asked = a, b.cfg.Zone, b.figures, &set.about, choiceOf(a.Variant)
	if r.ask.Arrived.IsZero() {
		r.ask.Arrived = r.ask.Now
	}
	line, ok := r.compose(s, b.met)
	if r.tooOld != 0 {
		b.met.stale.Inc()
	}
	if !ok {
		b.met.none.Inc()
		return Line{}, ErrNoScript
	}
	b.met.composed.Inc()
	return line, nil
}

// compose takes the first case that fits and one of its texts. A text that cannot be rendered yields to the next of
// its case, a case without one to the next case.
func (r *renderer) compose(s *script, met *meters) (Line, bool) {
	for i := range s.cases {
		c := &s.cases[i]
		r.enter(c)
		if !r.meets(c) {
			continue
		}
		start := r.turn(s.name, len(c.texts))
		for j := range c.texts {
			t := &c.texts[(start+j)%len(c.texts)]
			if !r.render(t.parts, t.limit) {
				met.unfit.Inc()
				continue
			}
			r.rest(c)
			return r.line(s, t), true
		}
	}
	return Line{}, false
}

// meets tells whether case c fits.
func (r *renderer) meets(c *scriptCase) bool {
	if len(c.intents) > 0 && !holds(c.intents, r.ask.intent()) {
		return false
	}
	for _, w := range c.when {
		if !r.holds(w) {
			return false
		}
	}
	for _, n := range c.needs {
		if !r.has(n) {
			return false
		}
	}
	for _, i := range c.attrs {
		if r.attribute(i) == "" {
			return false
		}
	}
	return true
}

// rest notes the figures that the case rests on without saying them.
func (r *renderer) rest(c *scriptCase) {
	for _, w := range c.when {
		if w == whenSoldOut || w == whenLowStock || w == whenInStock {
			r.note(needStock)
		}
	}
}

func (r *renderer) line(s *script, t *scriptText) Line {
	l := Line{Text: strings.TrimSpace(string(r.buf)), Script: s.name, Variant: t.variant}
	if len(r.figs) > 0 {
		l.Figures = append([]Figure(nil), r.figs...)
	}
	return l
}

// turn picks one of n texts: the same one for a user, a script and an hour, and another next hour perhaps.
func (r *renderer) turn(script string, n int) int {
	if n == 1 {
		return 0
	}
	h := uint64(14695981039346656037) // FNV-1a, the same in every process
	for _, s := range [...]string{string(r.ask.User.Room), string(r.ask.User.User), script} {
		for i := range len(s) {
			h = (h ^ uint64(s[i])) * 1099511628211
		}
		h = (h ^ 0xff) * 1099511628211
	}
	h ^= uint64(r.ask.Arrived.Unix() / int64(time.Hour/time.Second))
	h *= 1099511628211
	h ^= h >> 32 // the low bits of FNV alone are poor
	return int(h % uint64(n))
}
