package privacy

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync/atomic"
	"unicode/utf8"
)

// NewHandler returns a handler that masks what a person wrote or is called before the next handler sees it: the
// attributes text, said and err are masked, of a name the first character stays, and a user is called what names says, in
// a dialogue too. Above level debug a text is not shown at all, only its length, so that comments stand in logs at debug
// alone. Everything else passes as it is. A handler that does so already comes back itself.
func NewHandler(next slog.Handler, names *Names) slog.Handler {
	if h, ok := next.(handler); ok {
		return h
	}
	return handler{next, names}
}

type handler struct {
	next  slog.Handler
	names *Names
}

// Names is what logs call users by. The zero value, and nil, call everybody the same.
type Names struct {
	by atomic.Pointer[func(id string) string]
}

// By has users called what pseudonym makes of their ids from now on. It is called by any goroutine.
func (n *Names) By(pseudonym func(id string) string) { n.by.Store(&pseudonym) }

// someone is what users are called before there is a key to name them by.
const someone = "~"

// of returns what a user is called. Nobody is called nothing.
func (n *Names) of(id string) string {
	if id == "" {
		return ""
	}
	if n != nil {
		if by := n.by.Load(); by != nil {
			return (*by)(id)
		}
	}
	return someone
}

// ofDialogue is of for the id of a dialogue, room/user.
func (n *Names) ofDialogue(id string) string {
	room, user, ok := strings.Cut(id, "/")
	if !ok {
		return n.of(id)
	}
	return room + "/" + n.of(user)
}

// Enabled implements slog.Handler.
func (h handler) Enabled(ctx context.Context, l slog.Level) bool { return h.next.Enabled(ctx, l) }

// Handle implements slog.Handler.
func (h handler) Handle(ctx context.Context, r slog.Record) error {
	touched := false
	r.Attrs(func(a slog.Attr) bool {
		touched = touched || personal(a)
		return !touched
	})
	if !touched {
		return h.next.Handle(ctx, r)
	}
	out := slog.NewRecord(r.Time, r.Level, r.Message, r.PC)
	r.Attrs(func(a slog.Attr) bool {
		out.AddAttrs(h.masked(a, r.Level > slog.LevelDebug))
		return true
	})
	return h.next.Handle(ctx, out)
}

// WithAttrs implements slog.Handler. The level of what will carry these attributes is not known yet: a text among them
// is not shown.
func (h handler) WithAttrs(attrs []slog.Attr) slog.Handler {
	out := make([]slog.Attr, len(attrs))
	for i, a := range attrs {
		out[i] = h.masked(a, true)
	}
	return handler{h.next.WithAttrs(out), h.names}
}

// WithGroup implements slog.Handler.
func (h handler) WithGroup(name string) slog.Handler { return handler{h.next.WithGroup(name), h.names} }

// personal tells whether an attribute may hold what a person wrote or is known by.
func personal(a slog.Attr) bool {
	switch a.Key {
	case "text", "name", "said", "err", "user", "dialogue":
		return true
	}
	return a.Value.Kind() == slog.KindGroup || a.Value.Kind() == slog.KindLogValuer
}

// masked returns an attribute as it may be logged; brief shows no text.
func (h handler) masked(a slog.Attr, brief bool) slog.Attr {
	if !personal(a) {
		return a
	}
	a.Value = a.Value.Resolve()
	if a.Value.Kind() == slog.KindGroup {
		group := a.Value.Group()
		inner := make([]slog.Attr, len(group))
		for i, g := range group {
			inner[i] = h.masked(g, brief)
		}
		a.Value = slog.GroupValue(inner...)
		return a
	}
	switch a.Key {
	case "text":
		if said := wording(a.Value); brief {
			a.Value = slog.StringValue(fmt.Sprintf("[%d characters]", utf8.RuneCountInString(said)))
		} else {
			a.Value = LogValue(said)
		}
	case "name":
		a.Value = slog.StringValue(MaskName(wording(a.Value)))
	case "user":
		a.Value = slog.StringValue(h.names.of(wording(a.Value)))
	case "dialogue":
		a.Value = slog.StringValue(h.names.ofDialogue(wording(a.Value)))
	case "said", "err":
		said := wording(a.Value)
		if shown, found := Mask(said); found != nil {
			a.Value = slog.StringValue(shown)
		}
	}
	return a
}

// wording returns what a value says.
func wording(v slog.Value) string {
	if v.Kind() == slog.KindAny {
		return fmt.Sprint(v.Any())
	}
	return v.String()
}

// LogValue returns text masked, as a value for a log.
func LogValue(text string) slog.Value {
	shown, _ := Mask(text)
	return slog.StringValue(shown)
}
