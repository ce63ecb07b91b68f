package nlp

import (
	"context"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"liveroom/engine/live"
	"liveroom/nlp/chars"
	"liveroom/nlp/entity"
	"liveroom/nlp/keyword"
)

const (
	// MaxRunes is how much of a text is read, in characters.
	MaxRunes = 1000
	// patience is the deadline of a text submitted without one.
	patience = 10 * time.Second
)

// Service reads texts. Build it with New, run it with Run; Submit, Classify and the setters are safe for concurrent
// use at any time.
type Service struct {
	// Set by New.
	config  Config
	log     *slog.Logger
	metrics *metrics
	queue   *queue
	ready   chan struct{}
	blank   *live.Reading
	started atomic.Bool

	vocabularies vocabularies
	cache        cache
	model        atomic.Pointer[model] // nil while there is none; written under mu
	hits, misses atomic.Uint64
	failed       atomic.Pointer[failure] // latest failed run of the main part
	unfelt       atomic.Pointer[failure] // of the sentiment part

	mu       sync.Mutex
	degraded string // why texts are read without the trained model or a part of it, "" when they are not
	refused  string // why the latest offered model was refused, "" when it was not
	running  bool

	swapping sync.Mutex // one model is opened at a time
}

// New builds a service. It opens nothing: a model that cannot be opened when Run starts is no error, the service then
// reads texts with what is left and says so.
func New(config Config, log *slog.Logger, reg prometheus.Registerer) (*Service, error) {
	if err := config.Validate(); err != nil {
		return nil, err
	}
	s := &Service{
		config:   config.filled(),
		log:      log,
		ready:    make(chan struct{}),
		blank:    &live.Reading{Intent: live.IntentUnknown, Unsure: true, DecidedBy: live.DecidedByRules},
		degraded: "not started",
	}
	fillTop(s.blank)
	s.queue = newQueue(s.config.QueueLimit, s.config.Workers)
	var err error
	if s.metrics, err = newMetrics(reg, s); err != nil {
		return nil, err
	}
	return s, nil
}

// Ready is closed once texts are read by the best that could be opened.
func (s *Service) Ready() <-chan struct{} { return s.ready }

// Run opens the model and reads texts until ctx ends; then it answers everything accepted, closes the model and
// returns. Texts submitted later are still answered, in the caller.
func (s *Service) Run(ctx context.Context) error {
	if !s.started.CompareAndSwap(false, true) {
		return ErrRunning
	}
	if err := s.cache.open(s.config.CacheEntries); err != nil {
		return err
	}
	look := s.newLookout()
	s.openFirst()
	var wait sync.WaitGroup
	if look != nil {
		wait.Go(func() { s.watchModel(ctx, look) })
	}
	for range s.config.Workers {
		wait.Go(s.work)
	}
	wait.Go(s.watch)
	s.queue.start()
	close(s.ready)
	<-ctx.Done()
	s.queue.close()
	wait.Wait()
	s.closeModel()
	s.cache.close()
	return nil
}

// Query is one text to be read.
type Query struct {
	Shop live.ShopID // whose keywords and catalogue apply; "" for none
	Text string
	// Deadline is when the reading must be there. Zero is ten seconds from now.
	Deadline time.Time
	// Trace is filled in with how the text is read, before done is called; nil when nobody looks.
	Trace *Trace
}

// Submit reads a text and calls done exactly once with the reading, which is shared and must not be changed: before
// Submit returns for keyword and cache hits and whenever the model cannot be waited for, else from another goroutine,
// Config.Margin before the deadline at the latest as far as the machine allows. It never blocks, and neither must done.
// Results of different texts come in any order.
//
// Hot path: BenchmarkSubmit, and for a cache hit TestSubmitCachedAllocations.
func (s *Service) Submit(q Query, done func(*live.Reading)) {
	norm := chars.Normalize(clip(q.Text, MaxRunes))
	if norm == "" {
		q.Trace.from(fromBlank)
		s.answer(s.blank, done)
		return
	}
	w := s.vocabularies.of(q.Shop)
	m := s.model.Load()
	if intent := w.rules.Find(norm); intent != 0 {
		q.Trace.rule(w.rules, norm)
		s.answer(s.byKeyword(m, intent, norm, q.Text, w), done)
		return
	}
	if m == nil || m.classifier == nil {
		q.Trace.from(whyNames[whyAway])
		s.fallBack(whyAway, m, norm, q.Text, w, done)
		return
	}
	if r := s.lookUp(m, norm, q.Text, w); r != nil {
		s.hits.Add(1)
		q.Trace.from(fromCache)
		s.answer(r, done)
		return
	}
	s.misses.Add(1)
	s.enqueue(&item{query: q, norm: norm, words: w, done: done})
}

// enqueue hands a text to the workers, or reads it here when they cannot take it or would be too late.
func (s *Service) enqueue(it *item) {
	now := time.Now()
	if it.query.Deadline.IsZero() {
		it.query.Deadline = now.Add(patience)
	}
	it.due = it.query.Deadline.Add(-s.config.Margin)
	it.query.Trace.queue(s.queue)
	reason := whyLate
	if it.due.After(now) {
		switch s.queue.push(it) {
		case queued:
			return
		case queueFull:
			reason = whyFull
		case queueShut:
			reason = whyStopped
		}
	}
	it.query.Trace.from(whyNames[reason])
	s.fallBack(reason, s.model.Load(), it.norm, it.query.Text, it.words, it.done)
}

// lookUp returns the cached reading of a text, nil when there is none.
func (s *Service) lookUp(m *model, norm, text string, w *words) *live.Reading {
	e := s.cache.get(m, norm)
	if e == nil {
		return nil
	}
	if e.text == text && e.catalogue == w.catalogue {
		return e.full
	}
	return withEntities(e.plain, text, w)
}

// withEntities returns the reading with the entities of a text; the same reading when there are none.
func withEntities(r *live.Reading, text string, w *words) *live.Reading {
	found := entity.Extract(text, w.catalogue)
	if len(found) == 0 {
		return r
	}
	full := *r
	full.Entities = found
	return &full
}

// byKeyword makes the reading of a text that a shop's rule decides. The mood is still the linear model's to tell.
func (s *Service) byKeyword(m *model, intent live.Intent, norm, text string, w *words) *live.Reading {
	r := &live.Reading{Emotion: live.Calm}
	if m != nil {
		var scores Scores
		m.linear.Score(norm, &scores)
		m.judge(nil, nil, &scores, r)
		r.Sentiment, _ = m.sense(nil, &scores)
	}
	r.Intent, r.Confidence, r.Unsure = intent, 1, false
	r.Top = [3]live.Guess{{Intent: intent, P: 1}}
	fillTop(r)
	r.DecidedBy, r.Model = live.DecidedByKeyword, ""
	return withEntities(r, text, w)
}

// fallBack answers without the trained model.
func (s *Service) fallBack(reason why, m *model, norm, text string, w *words, done func(*live.Reading)) {
	s.metrics.fallbacks[reason].Inc()
	s.answer(withEntities(readWithout(m, norm), text, w), done)
}

// readWithout reads a normalised text by the linear model, or by the built-in keywords when there is none.
func readWithout(m *model, norm string) *live.Reading {
	r := &live.Reading{}
	if m == nil {
		r.Intent, r.Confidence, r.Emotion = keyword.Read(norm)
		r.Unsure = r.Intent == live.IntentUnknown
		r.DecidedBy = live.DecidedByRules
		fillTop(r)
		return r
	}
	var scores Scores
	m.linear.Score(norm, &scores)
	m.judge(nil, nil, &scores, r)
	r.Sentiment, _ = m.sense(nil, &scores)
	return r
}

func (s *Service) answer(r *live.Reading, done func(*live.Reading)) {
	s.metrics.texts[r.DecidedBy].Inc()
	s.metrics.tally.add(r)
	done(r)
}

// Classify reads one text of no particular shop and waits for it. When ctx ends first it is read without the model.
func (s *Service) Classify(ctx context.Context, text string) live.Reading {
	got := make(chan *live.Reading, 1)
	deadline, _ := ctx.Deadline()
	s.Submit(Query{Text: text, Deadline: deadline}, func(r *live.Reading) { got <- r })
	select {
	case r := <-got:
		return *r
	case <-ctx.Done():
		norm := chars.Normalize(clip(text, MaxRunes))
		return *withEntities(readWithout(s.model.Load(), norm), text, noWords)
	}
}

// fillTop fills the places of Top that hold no guess with intents at probability 0.
func fillTop(r *live.Reading) {
	if r.Top[0].Intent == 0 {
		r.Top[0] = live.Guess{Intent: r.Intent, P: r.Confidence}
	}
	next := live.IntentUnknown
	for k := 1; k < len(r.Top); k++ {
		if r.Top[k].Intent != 0 {
			continue
		}
		for r.Top[0].Intent == next || r.Top[1].Intent == next {
			next--
		}
		r.Top[k].Intent = next
	}
}

// clip returns the first limit runes of s.
func clip(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	n := 0
	for i := range s {
		if n == limit {
			return strings.Clone(s[:i])
		}
		n++
	}
	return s
}
