package main

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"syscall"
	"time"

	"liveroom/engine/live"
	"liveroom/nlp"
	"liveroom/nlp/chars"
	"liveroom/nlp/entity"
	"liveroom/nlp/onnx"
)

const (
	batchTexts = 16
	textRunes  = 12
	rounds     = 5 // of which the fastest counts: the others were disturbed
	roundTime  = 150 * time.Millisecond
)

// cost is the CPU time of one kind of work.
type cost struct {
	What   string  `json:"what"`
	Micros float64 `json:"micros"`           // CPU µs for each text
	Target float64 `json:"target,omitempty"` // at most, µs; 0 for none
}

// stopwatch reads the CPU time that something has used so far.
type stopwatch func() (time.Duration, error)

// usage returns a stopwatch over this thread alone, or over the whole process.
func usage(who int) stopwatch {
	return func() (time.Duration, error) {
		var u syscall.Rusage
		if err := syscall.Getrusage(who, &u); err != nil {
			return 0, fmt.Errorf("read CPU time: %w", err)
		}
		return time.Duration(u.Utime.Nano() + u.Stime.Nano()), nil
	}
}

// thread is RUSAGE_THREAD of Linux, which package syscall does not name.
const thread = 1

// measure returns the CPU µs of one unit of work, of which a call of do does so many.
func measure(clock stopwatch, units int, do func() error) (float64, error) {
	best := 0.0
	for round := range rounds + 1 { // the first warms up
		before, err := clock()
		if err != nil {
			return 0, err
		}
		calls := 0
		for begin := time.Now(); time.Since(begin) < roundTime; calls++ {
			if err := do(); err != nil {
				return 0, err
			}
		}
		after, err := clock()
		if err != nil {
			return 0, err
		}
		took := float64((after - before).Nanoseconds()) / 1000 / float64(calls*units)
		if round == 1 || round > 1 && took < best {
			best = took
		}
	}
	return best, nil
}

// speed measures what a text costs, beside a calibration by which machines can be compared.
func speed(dir string, r *reader, lines []line) ([]cost, error) {
	texts := ofTwelve(lines)
	if len(texts) < batchTexts {
		return nil, fmt.Errorf("%d texts of %d characters, want %d", len(texts), textRunes, batchTexts)
	}
	parts, err := openParts(dir)
	if err != nil {
		return nil, err
	}
	defer parts.close()
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	block := make([]byte, 64<<10)
	var out []cost
	for _, c := range []struct {
		what   string
		target float64
		clock  stopwatch
		units  int
		do     func() error
	}{
		{"calibration: SHA-256 of 64 KiB", 0, usage(thread), 1, func() error { sha256.Sum256(block); return nil }},
		{"intent + emotion", 20, usage(thread), batchTexts, func() error { return parts.read(texts) }},
		{"sentiment", 25, usage(thread), batchTexts, func() error { return parts.feel() }},
		{"entities", 10, usage(thread), batchTexts, func() error { parts.find(texts); return nil }},
		{"all of it, through the service", 0, usage(syscall.RUSAGE_SELF), batchTexts, func() error { submit(r, texts); return nil }},
	} {
		if c.what == "sentiment" && parts.sentiment == nil {
			continue
		}
		micros, err := measure(c.clock, c.units, c.do)
		if err != nil {
			return nil, fmt.Errorf("measure %s: %w", c.what, err)
		}
		out = append(out, cost{c.what, micros, c.target})
	}
	return out, nil
}

// cacheHit measures a text whose reading is in the cache.
func cacheHit(dir string, lines []line) (c cost, err error) {
	r, err := openReader(dir, 1000)
	if err != nil {
		return c, err
	}
	defer func() { err = errors.Join(err, r.stop()) }()
	text := ofTwelve(lines)[:1]
	// A result is in the cache some time after it was put there.
	for end := time.Now().Add(roundTime); r.Status().Hits == 0; {
		if submit(r, text); time.Now().After(end) {
			return c, errNoHit
		}
	}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	done := func(*live.Reading) {}
	micros, err := measure(usage(thread), 1, func() error { r.Submit(nlp.Query{Text: text[0]}, done); return nil })
	return cost{"cache hit", micros, 1}, err
}

var errNoHit = errors.New("a text read many times is not in the cache")

// ofTwelve returns a batch of different texts of the measured length, cut from what the lines say one after another.
func ofTwelve(lines []line) (texts []string) {
	var all []rune
	for _, l := range lines {
		all = append(all, []rune(chars.Normalize(l.text))...)
	}
	for len(all) >= textRunes && len(texts) < batchTexts {
		texts = append(texts, chars.Normalize(string(all[:textRunes])))
		all = all[textRunes:]
	}
	return texts
}

// submit reads texts as a node would, and waits for them.
func submit(r *reader, texts []string) {
	var wait sync.WaitGroup
	wait.Add(len(texts))
	for _, text := range texts {
		r.Submit(nlp.Query{Text: text}, func(*live.Reading) { wait.Done() })
	}
	wait.Wait()
}

// modelParts are the parts of a model, to be measured one by one.
type modelParts struct {
	tokens     *chars.Tokenizer
	linear     *nlp.Linear
	classifier nlp.Classifier
	sentiment  nlp.Classifier // nil when the model has none
	edge       int
	ids        [][]int32
	scores     []nlp.Scores
}

func openParts(dir string) (*modelParts, error) {
	m, err := nlp.ReadManifest(dir)
	if err != nil {
		return nil, err
	}
	vocab, err := m.ReadFile(dir, nlp.VocabFile)
	if err != nil {
		return nil, err
	}
	weights, err := m.ReadFile(dir, nlp.LinearFile)
	if err != nil {
		return nil, err
	}
	p := &modelParts{edge: m.Tokens.Edge, ids: make([][]int32, batchTexts), scores: make([]nlp.Scores, batchTexts)}
	if p.tokens, err = chars.NewTokenizer(string(vocab), m.Tokens); err != nil {
		return nil, fmt.Errorf("read vocabulary: %w", err)
	}
	m.Vocabulary = p.tokens.Size()
	if p.linear, err = nlp.NewLinear(weights); err != nil {
		return nil, err
	}
	if p.classifier, err = onnx.Open(dir, m); err != nil {
		return nil, err
	}
	if m.Sentiment != nil {
		if p.sentiment, err = onnx.OpenSentiment(dir, m); err != nil {
			p.close()
			return nil, err
		}
	}
	return p, nil
}

// close releases the sessions. The process ends soon after, so that a failure has no consequence.
func (p *modelParts) close() {
	p.classifier.Close()
	if p.sentiment != nil {
		p.sentiment.Close()
	}
}

// read runs both models over a batch.
func (p *modelParts) read(texts []string) error {
	for i, text := range texts {
		p.ids[i] = p.tokens.Encode(p.ids[i][:0], chars.Normalize(text))
	}
	if err := p.classifier.Classify(p.ids, p.scores); err != nil {
		return err
	}
	for _, text := range texts {
		p.linear.Score(text, &p.scores[0])
	}
	return nil
}

// feel runs the sentiment part over the batch read last.
func (p *modelParts) feel() error {
	var inner [batchTexts][]int32
	for i, ids := range p.ids {
		inner[i] = ids[p.edge : len(ids)-p.edge]
	}
	return p.sentiment.Classify(inner[:], p.scores)
}

func (p *modelParts) find(texts []string) {
	for _, text := range texts {
		entity.Extract(text, nil)
	}
}
