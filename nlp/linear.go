package nlp

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"sync"
	"unicode/utf8"
	"unsafe"

	"liveroom/engine/live"
)

const (
	linearMagic = "LRLIN2\x00\x00"
	classes     = live.Intents + live.Emotions
	allClasses  = classes + live.Sentiments
	gramMax     = 4    // longest n-gram in characters
	boundary    = 0x02 // stands before and after the text; normalised text cannot contain it
	maxBuckets  = 1 << 24

	fnvOffset = 14695981039346656037
	fnvPrime  = 1099511628211
)

// Linear is the hashed character n-gram model: half of the model's vote, and the fallback when the other half is away. It
// has one table for intent and emotion and another, mostly larger, for sentiment, which learns from more text.
// It is immutable and safe for concurrent use.
type Linear struct {
	scale, bias [allClasses]float32
	mask        uint32 // of the buckets that are looked up, those of the larger table
	weights     []int8 // bucket-major: weights of `classes` for each bucket
	stance      []int8 // the same of live.Sentiments; empty when the model does not tell sentiment
	narrow      uint32 // mask of the buckets of weights
	broad       uint32 // and of stance
}

// NewLinear reads the model from its file form: magic, buckets and classes of either table (0 and 0 when there is none for
// sentiment), scale and bias of all classes, rows of either table, little-endian. An error wraps ErrBadModel. The model
// keeps file.
func NewLinear(file []byte) (*Linear, error) {
	const head = len(linearMagic) + 16
	if len(file) < head || string(file[:len(linearMagic)]) != linearMagic {
		return nil, fmt.Errorf("%w: not a linear model", ErrBadModel)
	}
	var shape [4]uint32
	for i := range shape {
		shape[i] = binary.LittleEndian.Uint32(file[len(linearMagic)+4*i:])
	}
	width := classes
	if err := checkTable(shape[0], shape[1], classes); err != nil {
		return nil, err
	}
	if shape[2] != 0 || shape[3] != 0 {
		if err := checkTable(shape[2], shape[3], live.Sentiments); err != nil {
			return nil, err
		}
		width = allClasses
	}
	rows, stances := int(shape[0])*classes, int(shape[2])*live.Sentiments
	if want := head + 8*width + rows + stances; len(file) != want {
		return nil, fmt.Errorf("%w: linear model of %d bytes, want %d", ErrBadModel, len(file), want)
	}
	l := &Linear{narrow: shape[0] - 1}
	if stances > 0 {
		l.broad = shape[2] - 1
	}
	l.mask = max(l.narrow, l.broad)
	r := bytes.NewReader(file[head:])
	for _, row := range [][]float32{l.scale[:width], l.bias[:width]} {
		if err := binary.Read(r, binary.LittleEndian, row); err != nil {
			return nil, fmt.Errorf("read linear model: %w", err)
		}
		for _, x := range row {
			if math.IsNaN(float64(x)) || math.IsInf(float64(x), 0) {
				return nil, fmt.Errorf("%w: linear model holds a figure that is not finite", ErrBadModel)
			}
		}
	}
	tables := file[head+8*width:]
	// Go has no safe view of bytes as int8; the two have the same size and alignment.
	both := unsafe.Slice((*int8)(unsafe.Pointer(&tables[0])), len(tables))
	l.weights, l.stance = both[:rows], both[rows:]
	return l, nil
}

// checkTable returns what is wrong with the shape of a table of want classes.
func checkTable(buckets, width uint32, want int) error {
	if int(width) != want {
		return fmt.Errorf("%w: linear model of %d classes, want %d", ErrBadModel, width, want)
	}
	if buckets == 0 || buckets > maxBuckets || buckets&(buckets-1) != 0 {
		return fmt.Errorf("%w: linear model of %d buckets, want a power of two up to %d", ErrBadModel, buckets, maxBuckets)
	}
	return nil
}

// Sentiments tells whether the model tells sentiment; else Score leaves it at 0.
func (l *Linear) Sentiments() bool { return len(l.stance) > 0 }

// Score fills out with the logits of a normalised text.
// Hot path: BenchmarkLinear, no allocation (TestLinearAllocations).
func (l *Linear) Score(normalised string, out *Scores) {
	g := takeGrams()
	g.collect(normalised, l.mask)
	var sum [allClasses]int32
	for _, index := range g.found {
		row := (*[classes]int8)(l.weights[int(index&l.narrow)*classes:])
		for c := range row {
			sum[c] += int32(row[c])
		}
	}
	if l.Sentiments() {
		for _, index := range g.found {
			row := (*[live.Sentiments]int8)(l.stance[int(index&l.broad)*live.Sentiments:])
			for c := range row {
				sum[classes+c] += int32(row[c])
			}
		}
	}
	length := float32(1)
	if n := len(g.found); n > 0 {
		length = float32(1 / math.Sqrt(float64(n)))
	}
	g.giveBack()
	for c := range live.Intents {
		out.Intent[c] = l.bias[c] + l.scale[c]*float32(sum[c])*length
	}
	for c := range live.Emotions {
		k := live.Intents + c
		out.Emotion[c] = l.bias[k] + l.scale[k]*float32(sum[k])*length
	}
	for c := range live.Sentiments { // all 0 in a model that does not tell it
		k := classes + c
		out.Sentiment[c] = l.bias[k] + l.scale[k]*float32(sum[k])*length
	}
}

// grams is the scratch of one Score: the distinct buckets of a text's n-grams.
type grams struct {
	found []uint32
	seen  []uint32 // open-addressed set of bucket+1, 0 for a free place; a power of two long
	hash  [gramMax]uint64
}

var gramPool = sync.Pool{New: func() any { return &grams{seen: make([]uint32, 512)} }}

func takeGrams() *grams { return gramPool.Get().(*grams) }

func (g *grams) giveBack() {
	if len(g.seen) > 1<<16 {
		return // grown by a giant text: let it go
	}
	g.found = g.found[:0]
	gramPool.Put(g)
}

// collect finds the buckets of all n-grams of 1 to gramMax characters over the text between its boundaries, except the
// boundary alone. The hashes of the grams that end at a character grow from those that started before it.
func (g *grams) collect(text string, mask uint32) {
	g.reserve(gramMax * (utf8.RuneCountInString(text) + 2))
	g.push(boundary, 0, mask, false)
	place := 1
	for _, r := range text {
		g.push(r, place, mask, true)
		place++
	}
	g.push(boundary, place, mask, false)
}

// push extends the open grams by one character and starts one there; alone tells whether it counts as a 1-gram.
func (g *grams) push(r rune, place int, mask uint32, alone bool) {
	var utf [utf8.UTFMax]byte
	n := utf8.EncodeRune(utf[:], r)
	for length := min(place+1, gramMax); length >= 1; length-- {
		h := uint64(fnvOffset)
		if length > 1 {
			h = g.hash[length-2]
		}
		for _, b := range utf[:n] {
			h = (h ^ uint64(b)) * fnvPrime
		}
		g.hash[length-1] = h
		if length > 1 || alone {
			g.add(uint32(h^h>>32) & mask)
		}
	}
}

func (g *grams) reserve(grams int) {
	size := len(g.seen)
	for size < 2*grams {
		size *= 2
	}
	if size > len(g.seen) {
		g.seen = make([]uint32, size)
		return
	}
	clear(g.seen)
}

func (g *grams) add(bucket uint32) {
	wrap := uint32(len(g.seen) - 1)
	// Neighbouring buckets must not crowd one run of places.
	at := (bucket * 0x9E3779B1) >> 7 & wrap
	for g.seen[at] != 0 {
		if g.seen[at] == bucket+1 {
			return
		}
		at = (at + 1) & wrap
	}
	g.seen[at] = bucket + 1
	g.found = append(g.found, bucket)
}
