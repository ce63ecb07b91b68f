package scripts

import (
	"liveroom/engine/live"
)

// script is one reply script, checked. It is immutable.
type script struct {
	name    string
	file    string
	own     bool // from the shop's directory rather than the library
	intents []claim[live.Intent]
	topics  []claim[Topic]
	public  bool
	private bool
	about   string
	cases   []scriptCase
}

// claim is an intent or topic that a script answers, with its line.
type claim[T any] struct {
	of   T
	line int
}

// scriptCase is one case of a script: when it fits and what may then be said.
type scriptCase struct {
	name    string
	intents []live.Intent // fits only these; empty means any
	needs   []need
	attrs   []live.Intent
	when    []condition
	choice  bool // speaks of the size or colour asked for
	limits  MaxAge
	texts   []scriptText
}

// scriptText is one way to say a case.
type scriptText struct {
	variant string // as in Line.Variant
	source  string
	parts   []part
	limit   int
}

// serves tells whether the script answers in that scope.
func (s *script) serves(scope live.Scope) bool {
	return scope == live.Public && s.public || scope == live.Private && s.private
}

// set is a whole, checked bundle. It is immutable and replaced whole.
type set struct {
	scripts []*script
	intents [2][live.Intents + 1]*script // by scope, then intent
	topics  [2]map[Topic]*script
	about   [live.Intents + 1]string // what a clarifying question calls each intent, "" when it never does
	texts   int
}

// scopeIndex maps a scope to its place in a set.
func scopeIndex(s live.Scope) int {
	if s == live.Public {
		return 1
	}
	return 0
}

// find returns the script that answers a, or nil.
func (s *set) find(a *Ask) *script {
	scope := scopeIndex(a.Scope)
	if a.Topic != "" {
		return s.topics[scope][a.Topic]
	}
	if i := a.intent(); int(i) < len(s.intents[scope]) {
		return s.intents[scope][i]
	}
	return nil
}
