package scripts

import (
	"slices"
	"strings"
	"sync"
	"time"

	"liveroom/scripts/forbidden"
	"liveroom/scripts/phrase"
)

// composers keeps composers between replies; put resets them so that nothing of an Ask outlives its reply.
var composers = sync.Pool{New: func() any { return &composer{buf: make([]byte, 0, 1024), figs: make([]Figure, 0, 8)} }}

func putComposer(c *composer) {
	c.view = view{}
	composers.Put(c)
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
	c := composers.Get().(*composer)
	defer putComposer(c)
	c.ask, c.figures, c.names, c.asked = a, b.figures, &set.names, choiceOf(a.Variant)
	c.hour, c.ending = a.Now.In(b.zone).Hour(), b.cfg.PromotionEnding
	if c.ask.Arrived.IsZero() {
		c.ask.Arrived = c.ask.Now
	}
	line, ok := c.compose(s, b, set.words)
	if c.tooOld != 0 {
		b.met.stale.Inc()
	}
	if !ok {
		b.met.none.Inc()
		return Line{}, ErrNoScript
	}
	b.met.composed.Inc()
	return line, nil
}

// compose takes the first case that fits and one of its texts. A text that cannot be rendered, or that comes to say what
// may not be said, yields to the next of its case, a case without one to the next case.
func (c *composer) compose(s *script, b *Book, words *forbidden.List) (Line, bool) {
	for i := range s.cases {
		k := &s.cases[i]
		c.enter(k)
		if !c.meets(k) {
			continue
		}
		start := c.turn(s.name, len(k.texts))
		for j := range k.texts {
			t := &k.texts[(start+j)%len(k.texts)]
			if !c.render(t) {
				b.met.unfit.Inc()
				continue
			}
			said := strings.TrimSpace(string(c.buf))
			if term, bad := words.Find(said); bad {
				b.unsaid(s, t, &term, c.ask.Now)
				continue
			}
			c.rest(k)
			t.said.Add(1)
			return c.line(s, t, said), true
		}
	}
	return Line{}, false
}

// meets tells whether case k fits.
func (c *composer) meets(k *scriptCase) bool {
	if len(k.intents) > 0 && !slices.Contains(k.intents, c.ask.intent()) {
		return false
	}
	for _, w := range k.when {
		if !c.holds(w) {
			return false
		}
	}
	for _, n := range k.needs {
		if !c.Known(n) {
			return false
		}
	}
	for _, i := range k.attrs {
		if c.Attribute(i) == "" {
			return false
		}
	}
	return true
}

// rest notes the figures that the case rests on without saying them.
func (c *composer) rest(k *scriptCase) {
	for _, w := range k.when {
		if w == whenSoldOut || w == whenLowStock || w == whenInStock {
			c.note(phrase.NeedStock)
		}
	}
}

func (c *composer) line(s *script, t *scriptText, said string) Line {
	l := Line{Text: said, Script: s.name, Variant: t.variant}
	if len(c.figs) > 0 {
		l.Figures = append([]Figure(nil), c.figs...)
	}
	return l
}

// unsaid counts a reply that was not said because of a forbidden word, and logs one a second.
func (b *Book) unsaid(s *script, t *scriptText, term *forbidden.Term, now time.Time) {
	b.met.forbidden.WithLabelValues(s.name, term.Text).Inc()
	second := now.Unix()
	if last := b.unsaidAt.Load(); last == second || !b.unsaidAt.CompareAndSwap(last, second) {
		return
	}
	b.log.Warn("reply not said: forbidden word", "part", "scripts", "script", s.name, "variant", t.variant,
		"term", term.Text, "category", term.Category, "reason", term.Reason)
}

// Forbidden returns a term that text may not say and why, when there is one: for what people and other parts want to
// say. Safe for concurrent use; it allocates only when it finds something.
func (b *Book) Forbidden(text string) (term, reason string, bad bool) {
	t, bad := b.set.Load().words.Find(text)
	if !bad {
		return "", "", false
	}
	return t.Text, t.Category + "：" + t.Reason, true
}

// turn picks one of n texts: the same one for a user, a script and an hour, and another next hour perhaps.
func (c *composer) turn(script string, n int) int {
	if n == 1 {
		return 0
	}
	h := uint64(14695981039346656037) // FNV-1a, the same in every process
	for _, s := range [...]string{string(c.ask.User.Room), string(c.ask.User.User), script} {
		for i := range len(s) {
			h = (h ^ uint64(s[i])) * 1099511628211
		}
		h = (h ^ 0xff) * 1099511628211
	}
	h ^= uint64(c.ask.Arrived.Unix() / int64(time.Hour/time.Second))
	h *= 1099511628211
	h ^= h >> 32 // the low bits of FNV alone are poor
	return int(h % uint64(n))
}
