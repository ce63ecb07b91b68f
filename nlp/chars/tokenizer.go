package chars

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

const (
	firstID  = Reserved // id of the vocabulary's first character
	maxVocab = 1 << 15  // ids fit the table of the common plane
)

// Reserved is how many ids mean no character: 0 pads, 1 is the unknown one, 2 is kept free.
const Reserved = 3

// Shape says how ids stand in a sequence.
type Shape struct {
	MaxLen  int   `json:"max_len"` // most characters read, 1 to 512
	Pad     int32 `json:"pad"`
	Unknown int32 `json:"unk"`
	Edge    int   `json:"edge"` // pads on each side, 0 to 16
}

// Tokenizer turns normalised text into the ids the model reads: one per character, between edges of padding.
// It is immutable and safe for concurrent use.
type Tokenizer struct {
	shape  Shape
	common []uint16       // id of each character of the basic plane, 0 for none
	rest   map[rune]int32 // ids of the others
	size   int
}

// NewTokenizer reads a vocabulary, one character a line: the character of line k, from 0, has id k+3.
// Shape must have been checked.
func NewTokenizer(vocab string, shape Shape) (*Tokenizer, error) {
	t := &Tokenizer{shape: shape, common: make([]uint16, 1<<16), rest: map[rune]int32{}}
	lines := strings.Split(strings.TrimSuffix(vocab, "\n"), "\n")
	if len(lines) > maxVocab {
		return nil, fmt.Errorf("vocabulary of %d characters, at most %d", len(lines), maxVocab)
	}
	for k, line := range lines {
		r, size := utf8.DecodeRuneInString(line)
		if r == utf8.RuneError || size != len(line) {
			return nil, fmt.Errorf("vocabulary line %d is not one character", k+1)
		}
		if t.id(r) != 0 {
			return nil, fmt.Errorf("vocabulary line %d repeats a character", k+1)
		}
		if int(r) < len(t.common) {
			t.common[r] = uint16(firstID + k)
		} else {
			t.rest[r] = int32(firstID + k)
		}
	}
	t.size = firstID + len(lines)
	return t, nil
}

// Size is one more than the largest id.
func (t *Tokenizer) Size() int { return t.size }

func (t *Tokenizer) id(r rune) int32 {
	if int(r) < len(t.common) {
		return int32(t.common[r])
	}
	return t.rest[r]
}

// Encode appends the ids of a normalised text: its first characters, at most as many as the model reads, with the
// edges on both sides. Hot path: BenchmarkEncode, no allocation when dst has room.
func (t *Tokenizer) Encode(dst []int32, normalised string) []int32 {
	for range t.shape.Edge {
		dst = append(dst, t.shape.Pad)
	}
	n := 0
	for _, r := range normalised {
		if n == t.shape.MaxLen {
			break
		}
		n++
		id := t.id(r)
		if id == 0 {
			id = t.shape.Unknown
		}
		dst = append(dst, id)
	}
	for range t.shape.Edge {
		dst = append(dst, t.shape.Pad)
	}
	return dst
}
