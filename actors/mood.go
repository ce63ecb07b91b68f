package actors

import (
	"math/bits"
	"unicode/utf8"

	"liveroom/engine/live"
	"liveroom/engine/live/text"
)

// Mood is how a user feels over the session: 1 furious, 3 calm, 5 delighted. It starts calm.
type Mood float64

// What moves a mood, and by how much.
const (
	moodCalm      Mood = 3
	moodKeeps     Mood = 0.4 // how much of the mood before stays with the next message
	moodRepeats   Mood = 0.6 // the same question again, for each of the latest turns within moodWindow
	moodHurries   Mood = 0.3 // gaps between messages shrink
	moodShouts    Mood = 0.4 // a run of exclamation or question marks
	moodWindow         = 3 * 60 * 1000
	moodQuickGap       = 10 * 1000 // milliseconds
	sameQuestion       = 0.34      // largest share of characters that may differ in the same question
	maxCompared        = 40        // characters compared
	turnsCompared      = 3         // latest turns looked at
	shoutingMarks      = 3
)

// headMood is what the emotion of one text says by itself.
func headMood(e live.Emotion) Mood {
	switch e {
	case live.Impatient:
		return 2
	case live.Satisfied:
		return 4.5
	case live.Hesitant:
		return 2.8
	}
	return moodCalm
}

// next returns the mood after a text that was read as emotion and received at the given time, Unix milliseconds, in
// view of the turns before. A satisfied text is not made worse by its marks or its haste.
func (m Mood) next(e live.Emotion, said string, at int64, before *turns) Mood {
	now := headMood(e)
	if e != live.Satisfied {
		var mine, theirs [maxCompared]rune
		words, gap, last, compared := text.Bare(mine[:0], said, maxCompared), int64(0), at, 0
		for t := range before.latest {
			if at-t.At > moodWindow || compared == turnsCompared {
				break
			}
			compared++
			if len(words) > 1 && alike(words, text.Bare(theirs[:0], t.Text, maxCompared)) {
				now -= moodRepeats
			}
			if gap > 0 && gap < moodQuickGap && gap*2 < last-t.At {
				now -= moodHurries
				gap = -1 // once
			} else if gap == 0 {
				gap = max(1, at-t.At)
			}
			last = t.At
		}
		if shouts(said) {
			now -= moodShouts
		}
	}
	return min(5, max(1, m*moodKeeps+now*(1-moodKeeps)))
}

// alike tells whether two texts are the same question. Most are not, and share so few characters that no distance need be
// worked out: a character of one that the other lacks costs an edit.
func alike(a, b []rune) bool {
	in, of := traits(a), traits(b)
	lacking := max(bits.OnesCount64(in&^of), bits.OnesCount64(of&^in))
	return float64(lacking) <= sameQuestion*float64(max(len(a), len(b))) && differ(a, b) <= sameQuestion
}

// traits is a set of 64 kinds of characters: those that words holds.
func traits(words []rune) (set uint64) {
	for _, r := range words {
		set |= 1 << (uint32(r) * 0x9e3779b1 >> 26) // multiplicative hashing (D. E. Knuth, 1973)
	}
	return set
}

// differ is the Levenshtein distance of a and b over the length of the longer, 0 to 1 (V. I. Levenshtein, 1965).
func differ(a, b []rune) float64 {
	longer := max(len(a), len(b))
	if longer == 0 {
		return 1 // two texts without words are not the same question
	}
	var rows [maxCompared + 1]int
	row := rows[:len(b)+1]
	for j := range row {
		row[j] = j
	}
	for i := range a {
		diagonal := row[0]
		row[0] = i + 1
		for j := range b {
			substitute := diagonal
			if a[i] != b[j] {
				substitute++
			}
			diagonal = row[j+1]
			row[j+1] = min(substitute, row[j+1]+1, row[j]+1)
		}
	}
	return float64(row[len(b)]) / float64(longer)
}

// shouts tells whether a text holds a run of exclamation or question marks.
func shouts(text string) bool {
	run := 0
	for len(text) > 0 {
		r, size := utf8.DecodeRuneInString(text)
		text = text[size:]
		switch r {
		case '!', '！', '?', '？':
			if run++; run == shoutingMarks {
				return true
			}
		default:
			run = 0
		}
	}
	return false
}
