package privacy_test

import (
	"bytes"
	"errors"
	"log/slog"
	"strings"
	"testing"

	"liveroom/engine/privacy"
)

func logger(w *bytes.Buffer) *slog.Logger {
	return slog.New(privacy.NewHandler(slog.NewTextHandler(w, &slog.HandlerOptions{Level: slog.LevelDebug}), nil))
}

// speaker resolves itself when it is logged.
type speaker string

func (s speaker) LogValue() slog.Value { return slog.GroupValue(slog.String("name", string(s))) }

// TestLogsHoldNoPersonalData plants a phone and a name in every place that a log line has for them.
func TestLogsHoldNoPersonalData(t *testing.T) {
	const phone, name = "13800138000", "王小明"
	var w bytes.Buffer
	log := logger(&w)
	for _, level := range []slog.Level{slog.LevelDebug, slog.LevelInfo, slog.LevelWarn, slog.LevelError} {
		log.Log(t.Context(), level, "comment", "text", "电话"+phone, "name", name, "room", "r1")
		log.Log(t.Context(), level, "comment", slog.Group("from", "name", name, "text", phone))
		log.Log(t.Context(), level, "comment", "who", speaker(name), "err", errors.New("bad field "+phone), "said", "x "+phone)
		log.With("text", phone, "name", name).WithGroup("g").Log(t.Context(), level, "comment", "text", phone)
	}
	if got := w.String(); strings.Contains(got, phone) || strings.Contains(got, name) {
		t.Errorf("the log holds what it must not:\n%s", got)
	}
	if got := w.String(); !strings.Contains(got, "room=r1") || !strings.Contains(got, "138****8000") {
		t.Errorf("the log lost more than it had to:\n%s", got)
	}
}

// TestTextIsLoggedAtDebugAlone: above it a comment is its length.
func TestTextIsLoggedAtDebugAlone(t *testing.T) {
	var w bytes.Buffer
	logger(&w).Info("comment", "text", "有货吗")
	if got := w.String(); strings.Contains(got, "有货吗") || !strings.Contains(got, "3 characters") {
		t.Errorf("at info a text is logged as %q", got)
	}
	w.Reset()
	logger(&w).Debug("comment", "text", "有货吗")
	if got := w.String(); !strings.Contains(got, "有货吗") {
		t.Errorf("at debug a text is logged as %q", got)
	}
}

// TestOtherAttributesPassUntouched: ids, counts and errors without personal data stay what they are.
func TestOtherAttributesPassUntouched(t *testing.T) {
	var w, plain bytes.Buffer
	drop := func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey {
			return slog.Attr{}
		}
		return a
	}
	options := &slog.HandlerOptions{ReplaceAttr: drop}
	for _, h := range []slog.Handler{privacy.NewHandler(slog.NewTextHandler(&w, options), nil), slog.NewTextHandler(&plain, options)} {
		slog.New(h).WithGroup("a").With("part", "x").Warn("m", "id", "u1", "count", 3, "err", errors.New("closed"), slog.Group("g", "k", 1), "nothing", nil)
	}
	if w.String() != plain.String() {
		t.Errorf("logged %q, want %q", w.String(), plain.String())
	}
}

// id is a user's id as the engine has it: a text with a type of its own.
type id string

// TestUsersAreLoggedByPseudonyms: wherever a line names a user, it is by what he is called elsewhere, and by nothing before
// that is known.
func TestUsersAreLoggedByPseudonyms(t *testing.T) {
	const user = "13912345600"
	var w bytes.Buffer
	names := new(privacy.Names)
	log := slog.New(privacy.NewHandler(slog.NewTextHandler(&w, nil), names))
	say := func() string {
		w.Reset()
		log.Warn("m", "user", id(user), "room", "r1")
		log.Warn("m", "dialogue", "r1/"+user, slog.Group("of", "user", user))
		log.With("user", user).WithGroup("g").Warn("m", "dialogue", user, "user", "")
		return w.String()
	}
	if got := say(); strings.Contains(got, user) || strings.Count(got, "~") != 5 {
		t.Errorf("before there are names, users are logged as %s", got)
	}
	names.By(func(who string) string { return "<" + who[len(who)-2:] + ">" })
	got := say()
	for _, want := range []string{"user=<00> room=r1", "dialogue=r1/<00> of.user=<00>", `user=<00> g.dialogue=<00> g.user=""`} {
		if !strings.Contains(got, want) {
			t.Errorf("a line lacks %s:\n%s", want, got)
		}
	}
	if strings.Contains(got, user) {
		t.Errorf("the log holds a user's id:\n%s", got)
	}
}
