package wire

import "unicode/utf8"

// maxDepth bounds the nesting of what is skipped, and so the recursion of the scanner.
const maxDepth = 32

// kind is what sort of JSON value a token is.
type kind uint8

const (
	absent kind = iota // the name did not come
	str
	num
	yes
	no
	null
	object
	array
)

// token is one JSON value inside a payload: its sort and where it lies. For a string the span lies inside the quotes.
type token struct {
	kind       kind
	escaped    bool // a string with at least one backslash
	start, end int32
}

// is tells whether the token holds anything: null counts as left out.
func (t token) given() bool { return t.kind != absent && t.kind != null }

func (t token) bytes(b []byte) []byte { return b[t.start:t.end] }

// scanner walks over one payload, already known to be valid UTF-8. Its methods return false at the first violation of
// RFC 8259 and leave in why what was wrong at byte i. Hot path: no allocation on success.
type scanner struct {
	b   []byte
	i   int
	why string
}

func (s *scanner) fail(why string) bool {
	if s.why == "" {
		s.why = why
	}
	return false
}

// peek returns the next byte that is not white space, 0 at the end.
func (s *scanner) peek() byte {
	for s.i < len(s.b) {
		switch c := s.b[s.i]; c {
		case ' ', '\t', '\n', '\r':
			s.i++
		default:
			return c
		}
	}
	return 0
}

// fields reads an object whose brace is next and puts the value of each name that lookup knows under its number into
// into; a name that comes again overwrites. Other values are skipped. Lookup returns 0 for what it does not know.
func (s *scanner) fields(lookup func(name []byte) field, into []token, depth int) bool {
	s.i++ // the brace
	if s.peek() == '}' {
		s.i++
		return true
	}
	for {
		if s.peek() != '"' {
			return s.fail("expected a name in double quotes")
		}
		name, ok := s.string()
		if !ok {
			return false
		}
		if s.peek() != ':' {
			return s.fail("expected ':' after a name")
		}
		s.i++
		value, ok := s.value(depth)
		if !ok {
			return false
		}
		if f := s.known(lookup, name); f != 0 {
			into[f] = value
		}
		switch s.peek() {
		case ',':
			s.i++
		case '}':
			s.i++
			return true
		default:
			return s.fail("expected ',' or '}' after a value")
		}
	}
}

func (s *scanner) known(lookup func([]byte) field, name token) field {
	b := name.bytes(s.b)
	if !name.escaped {
		return lookup(b)
	}
	var plain [64]byte
	if len(b) > 6*len(plain) {
		return 0 // longer than any name we know, however it is written
	}
	return lookup(appendUnescaped(plain[:0], b))
}

// value reads any value, stepping over what it holds.
func (s *scanner) value(depth int) (token, bool) {
	c := s.peek()
	start := s.i
	var k kind
	ok := false
	switch {
	case c == '"':
		return s.string()
	case c == '{':
		k, ok = object, s.skipObject(depth+1)
	case c == '[':
		k, ok = array, s.skipArray(depth+1)
	case c == '-' || c >= '0' && c <= '9':
		k, ok = num, s.number()
	case c == 't':
		k, ok = yes, s.literal("true")
	case c == 'f':
		k, ok = no, s.literal("false")
	case c == 'n':
		k, ok = null, s.literal("null")
	case s.i == len(s.b):
		s.fail("the text ends where a value should be")
	default:
		s.fail("expected a value")
	}
	return token{kind: k, start: int32(start), end: int32(s.i)}, ok
}

func (s *scanner) literal(word string) bool {
	if len(s.b)-s.i < len(word) || string(s.b[s.i:s.i+len(word)]) != word {
		return s.fail("expected a value")
	}
	s.i += len(word)
	return true
}

func (s *scanner) skipObject(depth int) bool {
	if depth > maxDepth {
		return s.fail("nested too deep")
	}
	return s.fields(knowNone, nil, depth)
}

func knowNone([]byte) field { return 0 }

func (s *scanner) skipArray(depth int) bool {
	if depth > maxDepth {
		return s.fail("nested too deep")
	}
	s.i++ // the bracket
	if s.peek() == ']' {
		s.i++
		return true
	}
	for {
		if _, ok := s.value(depth); !ok {
			return false
		}
		switch s.peek() {
		case ',':
			s.i++
		case ']':
			s.i++
			return true
		default:
			return s.fail("expected ',' or ']' after a value")
		}
	}
}

// number reads -?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?
func (s *scanner) number() bool {
	if s.b[s.i] == '-' {
		s.i++
	}
	switch {
	case s.i < len(s.b) && s.b[s.i] == '0':
		s.i++
		if s.i < len(s.b) && isDigit(s.b[s.i]) {
			return s.fail("a number must not start with 0")
		}
	case !s.digits():
		return s.fail("expected a digit")
	}
	if s.i < len(s.b) && s.b[s.i] == '.' {
		s.i++
		if !s.digits() {
			return s.fail("expected a digit after the point")
		}
	}
	if s.i < len(s.b) && (s.b[s.i] == 'e' || s.b[s.i] == 'E') {
		s.i++
		if s.i < len(s.b) && (s.b[s.i] == '+' || s.b[s.i] == '-') {
			s.i++
		}
		if !s.digits() {
			return s.fail("expected a digit in the exponent")
		}
	}
	return true
}

func (s *scanner) digits() bool {
	start := s.i
	for s.i < len(s.b) && isDigit(s.b[s.i]) {
		s.i++
	}
	return s.i > start
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// string reads a string whose opening quote is next and checks its escapes, so that unescaping cannot fail later.
func (s *scanner) string() (token, bool) {
	s.i++ // the quote
	t := token{kind: str, start: int32(s.i)}
	for s.i < len(s.b) {
		switch c := s.b[s.i]; {
		case c == '"':
			t.end = int32(s.i)
			s.i++
			return t, true
		case c == '\\':
			t.escaped = true
			if !s.escape() {
				return t, false
			}
		case c < 0x20:
			return t, s.fail("a control character inside a string must be escaped")
		default:
			s.i++
		}
	}
	return t, s.fail("the text ends inside a string")
}

func (s *scanner) escape() bool {
	if s.i+1 >= len(s.b) {
		s.i = len(s.b)
		return s.fail("the text ends inside a string")
	}
	switch s.b[s.i+1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		s.i += 2
		return true
	case 'u':
		r := hex4(s.b[s.i+2:])
		switch {
		case r < 0:
			return s.fail("expected four hexadecimal digits after \\u")
		case r >= 0xDC00 && r <= 0xDFFF:
			return s.fail("half of a surrogate pair")
		case r >= 0xD800 && r <= 0xDBFF:
			if rest := s.b[s.i+6:]; len(rest) < 6 || rest[0] != '\\' || rest[1] != 'u' || !isLowSurrogate(hex4(rest[2:])) {
				return s.fail("half of a surrogate pair")
			}
			s.i += 6
		}
		s.i += 6
		return true
	}
	return s.fail("unknown escape in a string")
}

func isLowSurrogate(r rune) bool { return r >= 0xDC00 && r <= 0xDFFF }

// hex4 reads four hexadecimal digits, -1 when there are not four.
func hex4(b []byte) rune {
	if len(b) < 4 {
		return -1
	}
	var r rune
	for _, c := range b[:4] {
		switch {
		case isDigit(c):
			c -= '0'
		case c >= 'a' && c <= 'f':
			c -= 'a' - 10
		case c >= 'A' && c <= 'F':
			c -= 'A' - 10
		default:
			return -1
		}
		r = r<<4 | rune(c)
	}
	return r
}

// appendUnescaped appends what the inside of a scanned string stands for. It never grows: an escape is longer than its
// character.
func appendUnescaped(dst, b []byte) []byte {
	for i := 0; i < len(b); {
		if b[i] != '\\' {
			dst = append(dst, b[i])
			i++
			continue
		}
		c := b[i+1]
		i += 2
		switch c {
		case 'b':
			c = '\b'
		case 'f':
			c = '\f'
		case 'n':
			c = '\n'
		case 'r':
			c = '\r'
		case 't':
			c = '\t'
		case 'u':
			r := hex4(b[i:])
			i += 4
			if r >= 0xD800 && r <= 0xDBFF {
				r = 0x10000 + (r-0xD800)<<10 + (hex4(b[i+2:]) - 0xDC00)
				i += 6
			}
			dst = utf8.AppendRune(dst, r)
			continue
		}
		dst = append(dst, c)
	}
	return dst
}
