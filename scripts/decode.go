package scripts

import (
	"slices"
	"strings"
	"time"
	"unicode"

	"gopkg.in/yaml.v3"

	"liveroom/engine/live"
	"liveroom/scripts/phrase"
)

// Bounds of a script.
const (
	maxCases  = 32
	maxTexts  = 16
	maxClaims = live.Intents
	minLimit  = 20 // characters
	maxPlaces = 500
)

// decoder reads one script.
type decoder struct {
	reader
	bundle
	script *script
}

// decode reads and checks one file. It returns the script, or nil and everything that is wrong with the file.
func decode(f file, b bundle) (*script, []Problem) {
	d := &decoder{reader: reader{file: f.name}, bundle: b, script: &script{file: f.name, own: f.own}}
	root := d.parse(f.text)
	if root == nil {
		return nil, d.problems
	}
	fields := d.mapping(root, "script", "name", "intents", "topics", "scope", "rooms", "categories", "about", "short", "limit", "max_age", "cases")
	if fields == nil {
		return nil, d.problems
	}
	d.head(root, fields)
	d.cases(root, fields["cases"])
	if len(d.problems) > 0 {
		return nil, d.problems
	}
	return d.script, rehearse(d.script)
}

// head reads everything but the cases.
func (d *decoder) head(root *yaml.Node, fields map[string]*yaml.Node) {
	s := d.script
	if n := fields["name"]; n != nil {
		s.name = d.name(n, "name")
	} else {
		d.problem(root.Line, "name is missing")
	}
	for _, n := range d.sequence(fields["intents"], "intents", maxClaims) {
		d.intent(n)
	}
	for _, n := range d.sequence(fields["topics"], "topics", maxClaims) {
		d.topic(n)
	}
	if len(s.intents)+len(s.topics) == 0 && len(d.problems) == 0 {
		d.problem(root.Line, "script answers nothing: give it intents or topics")
	}
	d.scope(fields["scope"])
	d.places(fields)
	s.about = d.called(fields["about"], "about")
	s.short = d.called(fields["short"], "short")
	if n := fields["limit"]; n != nil {
		d.limit = d.number(n, "limit", minLimit, maxLimit)
	}
	d.ages = d.maxAge(fields["max_age"], d.ages)
}

// places reads where the script holds.
func (d *decoder) places(fields map[string]*yaml.Node) {
	s := d.script
	for _, n := range d.sequence(fields["rooms"], "rooms", maxPlaces) {
		if r := live.RoomID(d.where(n, "room")); r == "" {
			continue
		} else if slices.Contains(s.rooms, r) {
			d.problem(n.Line, "room %q comes twice", r)
		} else {
			s.rooms = append(s.rooms, r)
		}
	}
	for _, n := range d.sequence(fields["categories"], "categories", maxPlaces) {
		if k := d.where(n, "category"); k == "" {
			continue
		} else if slices.Contains(s.kinds, k) {
			d.problem(n.Line, "category %q comes twice", k)
		} else {
			s.kinds = append(s.kinds, k)
		}
	}
	for _, name := range [...]string{"rooms", "categories"} {
		if n := fields[name]; n != nil && n.Kind == yaml.SequenceNode && len(n.Content) == 0 {
			d.problem(n.Line, "%s are empty, so the script would hold nowhere: name some or remove the field", name)
		}
	}
	for _, name := range [...]string{"about", "short"} {
		if n := fields[name]; n != nil && s.placed() {
			d.problem(n.Line, "%s is the same everywhere: give it to a script without rooms and categories", name)
		}
	}
	if n := len(s.places()); n > maxPlaces {
		d.problem(fields["rooms"].Line, "rooms times categories make %d places, want at most %d", n, maxPlaces)
	}
}

// where returns the name of a room or a category.
func (d *decoder) where(n *yaml.Node, what string) string {
	s := d.scalar(n, what)
	if n.Kind == yaml.ScalarNode && (s == "" || len(s) > live.MaxID || strings.ContainsFunc(s, unicode.IsControl)) {
		d.problem(n.Line, "%s is %q, want 1 to %d bytes on one line", what, s, live.MaxID)
		return ""
	}
	return s
}

// called reads what the intents of the script are called; "" when the field is missing.
func (d *decoder) called(n *yaml.Node, field string) string {
	if n == nil {
		return ""
	}
	s := strings.TrimSpace(d.scalar(n, field))
	if s == "" || !phrase.Fits(s, phrase.CapTopic) || strings.ContainsFunc(s, unicode.IsControl) {
		d.problem(n.Line, "%s is %q, want 1 to %d characters on one line", field, s, phrase.CapTopic)
	}
	if t, bad := d.words.Find(s); bad {
		d.problem(n.Line, "%s %s", field, mayNot(t))
	}
	return s
}

func (d *decoder) intent(n *yaml.Node) {
	key := d.scalar(n, "intent")
	i := live.ParseIntent(key)
	switch {
	case key == "":
	case i == 0:
		d.problem(n.Line, "unknown intent %q: the taxonomy has the list", key)
	case slices.ContainsFunc(d.script.intents, func(c claim[live.Intent]) bool { return c.of == i }):
		d.problem(n.Line, "intent %q comes twice", key)
	default:
		d.script.intents = append(d.script.intents, claim[live.Intent]{i, n.Line})
	}
}

func (d *decoder) topic(n *yaml.Node) {
	t := Topic(d.scalar(n, "topic"))
	switch {
	case t == "":
	case !slices.Contains(topics[:], t):
		d.problem(n.Line, "unknown topic %q: there are %v", t, topics)
	case slices.ContainsFunc(d.script.topics, func(c claim[Topic]) bool { return c.of == t }):
		d.problem(n.Line, "topic %q comes twice", t)
	default:
		d.script.topics = append(d.script.topics, claim[Topic]{t, n.Line})
	}
}

func (d *decoder) scope(n *yaml.Node) {
	scope := "both"
	if n != nil {
		scope = d.scalar(n, "scope")
	}
	switch scope {
	case "both":
		d.script.public, d.script.private = true, true
	case "public":
		d.script.public = true
	case "private":
		d.script.private = true
	default:
		d.problem(n.Line, "scope is %q, want public, private or both", scope)
	}
}

// maxAge reads maximum ages over those inherited. A script may be stricter than the configuration, never laxer.
func (d *decoder) maxAge(n *yaml.Node, inherited MaxAge) MaxAge {
	if n == nil {
		return inherited
	}
	fields := d.mapping(n, "max_age", "stock", "viewers", "sold")
	for _, f := range []struct {
		key string
		age *time.Duration
	}{{"stock", &inherited.Stock}, {"viewers", &inherited.Viewers}, {"sold", &inherited.Sold}} {
		if v := fields[f.key]; v != nil {
			*f.age = min(*f.age, d.duration(v, "max_age."+f.key, time.Second, maxMaxAge))
		}
	}
	return inherited
}
