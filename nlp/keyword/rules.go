package keyword

import (
	"errors"
	"fmt"

	"liveroom/engine/live"
	"liveroom/nlp/chars"
)

// Match says how a keyword rule compares with a text. Both are compared in normal form (chars.Normalize).
type Match uint8

// The matches.
const (
	Exact    Match = iota + 1 // the whole text
	Prefix                    // the start of the text
	Contains                  // anywhere in the text
)

// MaxRules is the most keyword rules of one shop; MaxRunes the longest text of one.
const (
	MaxRules = 1000
	MaxRunes = 64
)

// Rule is an owner's own rule: texts that match are read as the intent, whatever the model thinks.
type Rule struct {
	Match  Match
	Text   string // 1 to MaxRunes characters in normal form
	Intent live.Intent
}

// Rules are one shop's keyword rules, ready to be looked up. They are immutable; nil Rules decide nothing. An exact rule beats a prefix, a prefix beats a part; of
// two alike the longer text wins, then the earlier rule.
type Rules struct {
	exact  map[string]live.Intent
	prefix matcher
	inside matcher
}

// ErrBad says that a rule cannot be used.
var ErrBad = errors.New("bad keyword rule")

// New makes rules ready. The error names every bad one and wraps ErrBad.
func New(list []Rule) (*Rules, error) {
	if len(list) > MaxRules {
		return nil, fmt.Errorf("%w: %d rules, at most %d", ErrBad, len(list), MaxRules)
	}
	r := &Rules{exact: map[string]live.Intent{}}
	var bad []error
	for i, rule := range list {
		text := chars.Normalize(rule.Text)
		switch n := len([]rune(text)); {
		case n == 0 || n > MaxRunes:
			bad = append(bad, fmt.Errorf("%w: rule %d: text of %d characters, want 1 to %d", ErrBad, i, n, MaxRunes))
			continue
		case rule.Intent.String() == "":
			bad = append(bad, fmt.Errorf("%w: rule %d: intent %d is not one", ErrBad, i, rule.Intent))
			continue
		}
		switch rule.Match {
		case Exact:
			if _, ok := r.exact[text]; !ok {
				r.exact[text] = rule.Intent
			}
		case Prefix:
			r.prefix.add(text, rule.Intent)
		case Contains:
			r.inside.add(text, rule.Intent)
		default:
			bad = append(bad, fmt.Errorf("%w: rule %d: match %d is not one", ErrBad, i, rule.Match))
		}
	}
	return r, errors.Join(bad...)
}

// Matched returns how the rule that decides a normalised text matches, and what of it; zeros when none does.
func (r *Rules) Matched(norm string) (Match, string) {
	if r == nil {
		return 0, ""
	}
	if _, ok := r.exact[norm]; ok {
		return Exact, norm
	}
	if intent, n := r.prefix.longestAt(norm); intent != 0 {
		return Prefix, norm[:n]
	}
	var found string
	for at := range norm {
		if _, n := r.inside.longestAt(norm[at:]); n > len(found) {
			found = norm[at : at+n]
		}
	}
	if found == "" {
		return 0, ""
	}
	return Contains, found
}

// Find returns the intent of the rule that decides a normalised text, 0 when none does.
func (r *Rules) Find(norm string) live.Intent {
	if r == nil {
		return 0
	}
	if intent, ok := r.exact[norm]; ok {
		return intent
	}
	if intent, _ := r.prefix.longestAt(norm); intent != 0 {
		return intent
	}
	var found live.Intent
	longest := 0
	for at := range norm {
		if intent, length := r.inside.longestAt(norm[at:]); length > longest {
			found, longest = intent, length
		}
	}
	return found
}

// matcher is a set of words over a tree of runes: a look-up costs at most the length of the longest word.
type matcher struct {
	next   map[rune]*matcher
	intent live.Intent // of the word that ends here, 0 when none does
}

func (m *matcher) add(word string, intent live.Intent) {
	for _, r := range word {
		if m.next == nil {
			m.next = map[rune]*matcher{}
		}
		if m.next[r] == nil {
			m.next[r] = &matcher{}
		}
		m = m.next[r]
	}
	if m.intent == 0 {
		m.intent = intent
	}
}

// longestAt returns the intent and length in bytes of the longest word that s starts with.
func (m *matcher) longestAt(s string) (intent live.Intent, length int) {
	read := 0
	for _, r := range s {
		if m = m.next[r]; m == nil {
			break
		}
		read += len(string(r))
		if m.intent != 0 {
			intent, length = m.intent, read
		}
	}
	return intent, length
}
