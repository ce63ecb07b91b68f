package scripts

import (
	"fmt"
	"sort"

	"liveroom/engine/live"
)

// unanswered are the intents that need no script: noise is met with silence.
var unanswered = map[live.Intent]bool{live.IntentChatter: true}

// assemble puts scripts together into a set, or lists what is missing or claimed twice. A shop's own script replaces
// the library's of the same name and takes over what it claims from any other of the library; one that holds in some
// rooms or for some categories stands beside them.
func assemble(all []*script) (*set, []Problem) {
	a := assembly{set: &set{topics: [2]map[Topic]*script{{}, {}}, placed: map[placedClaim]*script{}}}
	byName := make(map[string]*script)
	for _, s := range all {
		if other := byName[s.name]; other != nil && other.own == s.own {
			a.problem(s, 1, "script %q is already in %s: give one of them another name", s.name, other.file)
		} else if other != nil && (s.placed() || other.placed()) {
			a.problem(s, 1, "script %q is already in %s, and one with rooms or categories replaces none by its name: give it another", s.name, other.file)
		} else if other == nil || s.own {
			byName[s.name] = s
		}
	}
	names := make([]string, 0, len(byName))
	for name := range byName {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, own := range []bool{false, true} { // the shop's own come last and win
		for _, name := range names {
			if s := byName[name]; s.own == own {
				a.add(s)
			}
		}
	}
	a.cover()
	return a.set, a.problems
}

// assembly is a set in the making.
type assembly struct {
	set      *set
	problems []Problem
}

func (a *assembly) problem(s *script, line int, format string, args ...any) {
	a.problems = append(a.problems, Problem{File: s.file, Line: line, Text: fmt.Sprintf(format, args...)})
}

func (a *assembly) add(s *script) {
	a.set.scripts = append(a.set.scripts, s)
	for i := range s.cases {
		a.set.texts += len(s.cases[i].texts)
	}
	for _, scope := range []live.Scope{live.Private, live.Public} {
		if !s.serves(scope) {
			continue
		}
		if s.placed() {
			a.addPlaced(s, scope)
			continue
		}
		at := scopeIndex(scope)
		for _, c := range s.intents {
			if other := a.set.intents[at][c.of]; other != nil && other.own == s.own {
				a.problem(s, c.line, "intent %q is already answered by %s: one script answers an intent in a scope", c.of, other.file)
			}
			a.set.intents[at][c.of] = s
		}
		for _, c := range s.topics {
			if other := a.set.topics[at][c.of]; other != nil && other.own == s.own {
				a.problem(s, c.line, "topic %q is already answered by %s: one script answers a topic in a scope", c.of, other.file)
			}
			a.set.topics[at][c.of] = s
		}
	}
}

// addPlaced adds what a placed script claims in a scope, everywhere it holds.
func (a *assembly) addPlaced(s *script, scope live.Scope) {
	claim := func(key placedClaim, what string, line int) {
		if other := a.set.placed[key]; other != nil {
			a.problem(s, line, "%s is already answered by %s%s: one script answers it there in a scope", what, other.file, key.place)
			return
		}
		a.set.placed[key] = s
	}
	for _, p := range s.places() {
		for _, c := range s.intents {
			claim(placedClaim{place: p, scope: scope, intent: c.of}, fmt.Sprintf("intent %q", c.of), c.line)
		}
		for _, c := range s.topics {
			claim(placedClaim{place: p, scope: scope, topic: c.of}, fmt.Sprintf("topic %q", c.of), c.line)
		}
	}
}

// String says where, for a problem.
func (p place) String() string {
	switch {
	case p.kind == "":
		return fmt.Sprintf(" in room %q", p.room)
	case p.room == "":
		return fmt.Sprintf(" for category %q", p.kind)
	}
	return fmt.Sprintf(" in room %q for category %q", p.room, p.kind)
}

// cover checks that nothing is left without a script, and settles what each intent is called.
func (a *assembly) cover() {
	for i := live.Intent(1); i <= live.Intent(live.Intents); i++ {
		for _, scope := range []live.Scope{live.Private, live.Public} {
			s := a.set.intents[scopeIndex(scope)][i]
			if s == nil && !unanswered[i] {
				a.problems = append(a.problems, Problem{Text: fmt.Sprintf("no script answers intent %q in %s", i, scope)})
			}
			if s != nil && s.about != "" {
				a.set.names.about[i] = s.about
			}
			if s != nil && s.short != "" {
				a.set.names.short[i] = s.short
			}
		}
		if a.set.names.about[i] == "" && i.Domain() != live.Other {
			a.set.names.about[i] = i.Title()
		}
		if a.set.names.short[i] == "" {
			a.set.names.short[i] = a.set.names.about[i]
		}
	}
	for _, t := range topics {
		for _, scope := range []live.Scope{live.Private, live.Public} {
			if a.set.topics[scopeIndex(scope)][t] == nil && !(t == TopicClosing && scope == live.Private) {
				a.problems = append(a.problems, Problem{Text: fmt.Sprintf("no script answers topic %q in %s", t, scope)})
			}
		}
	}
}
