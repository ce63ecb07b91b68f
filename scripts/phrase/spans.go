package phrase

// What a text can say of itself, whatever its variables come to.

// Spans returns every run of words that some rendering of the text says with no value in between, each once, or false
// when there are more than most of them. It does not ask which conditions can hold together.
func (t *Text) Spans(most int) ([]string, bool) {
	s := spans{most: most, done: map[string]bool{}, all: true}
	s.close(s.parts(t.parts, map[string]bool{"": true}))
	if !s.all {
		return nil, false
	}
	list := make([]string, 0, len(s.done))
	for span := range s.done {
		list = append(list, span)
	}
	return list, true
}

// spans collects. An open run is one to which more words may come.
type spans struct {
	most int
	done map[string]bool
	all  bool // whether most was enough
}

// close takes what is open as done.
func (s *spans) close(open map[string]bool) {
	for run := range open {
		if run != "" {
			s.done[run] = true
		}
	}
	s.all = s.all && len(s.done) <= s.most
}

// parts returns what is open after the parts, given what was before them.
func (s *spans) parts(parts []part, open map[string]bool) map[string]bool {
	for i := range parts {
		p := &parts[i]
		if !s.all {
			return open
		}
		switch p.op {
		case opText:
			open = longer(open, p.text)
		case opSay:
			open = s.say(&p.expr, open)
		case opIf:
			open = joined(s.parts(p.body, open), s.parts(p.alt, open))
		case opRange:
			open = s.rows(p, open)
		}
		s.all = s.all && len(open) <= s.most
	}
	return open
}

// rows goes through one row, two, as many as there may be.
func (s *spans) rows(p *part, open map[string]bool) map[string]bool {
	after := map[string]bool{}
	for range words[p.list].rows {
		if open = s.parts(p.body, open); !s.all {
			return open
		}
		after = joined(after, open)
	}
	return after
}

// say goes through what is said: words in quotes, or a value, after which another run begins.
func (s *spans) say(e *expr, open map[string]bool) map[string]bool {
	switch e.op {
	case exprText:
		return longer(open, e.text)
	case exprOr:
		after := map[string]bool{}
		for i := range e.args {
			after = joined(after, s.say(&e.args[i], open))
		}
		return after
	}
	s.close(open)
	return map[string]bool{"": true}
}

func longer(open map[string]bool, text string) map[string]bool {
	after := make(map[string]bool, len(open))
	for run := range open {
		after[run+text] = true
	}
	return after
}

func joined(a, b map[string]bool) map[string]bool {
	after := make(map[string]bool, len(a)+len(b))
	for run := range a {
		after[run] = true
	}
	for run := range b {
		after[run] = true
	}
	return after
}
