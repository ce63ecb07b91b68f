package nlptest

import (
	"errors"
	"strings"
	"sync"

	"liveroom/engine/live"
	"liveroom/nlp"
)

// Certain is the logit of the label that a test model says; the others score 0.
const Certain = 20

// Classifier is a trained model that does as it is told. It is safe for concurrent use.
type Classifier struct {
	// Entered receives the size of each batch as its run begins, as far as there is room; it holds 1024.
	Entered chan int

	mu      sync.Mutex
	says    nlp.Scores
	answer  func(ids []int32) nlp.Scores
	fail    func(batch [][]int32) error
	gate    chan struct{}
	running int
	runs    int
	closed  bool
	misuse  error
}

// Scores returns the scores of a model that is sure of an intent and of a calm mood.
func Scores(says live.Intent) (s nlp.Scores) {
	s.Intent[says-1] = Certain
	s.Emotion[live.Calm-1] = Certain
	return s
}

// Feelings returns the scores of a part that is sure of a sentiment.
func Feelings(feels live.Sentiment) (s nlp.Scores) {
	s.Sentiment[feels-1] = Certain
	return s
}

// Answer makes the classifier score each sequence as f says from now on.
func (c *Classifier) Answer(f func(ids []int32) nlp.Scores) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.answer = f
}

// Fail makes a run return what f says of its batch from now on, unless that is nil.
func (c *Classifier) Fail(f func(batch [][]int32) error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.fail = f
}

// Stall holds every run that begins from now on until release is called.
func (c *Classifier) Stall() (release func()) {
	gate := make(chan struct{})
	c.mu.Lock()
	c.gate = gate
	c.mu.Unlock()
	return sync.OnceFunc(func() {
		c.mu.Lock()
		c.gate = nil
		c.mu.Unlock()
		close(gate)
	})
}

// Classify implements nlp.Classifier.
func (c *Classifier) Classify(batch [][]int32, out []nlp.Scores) error {
	c.mu.Lock()
	if c.closed {
		c.misuse = errors.New("classify after close")
	}
	c.running++
	c.runs++
	answer, fail, gate := c.answer, c.fail, c.gate
	c.mu.Unlock()
	defer func() {
		c.mu.Lock()
		c.running--
		c.mu.Unlock()
	}()
	select {
	case c.Entered <- len(batch):
	default:
	}
	if gate != nil {
		<-gate
	}
	if fail != nil {
		if err := fail(batch); err != nil {
			return err
		}
	}
	for i, ids := range batch {
		if answer != nil {
			out[i] = answer(ids)
		} else {
			out[i] = c.says
		}
	}
	return nil
}

// Close implements nlp.Classifier.
func (c *Classifier) Close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.closed:
		c.misuse = errors.New("closed twice")
	case c.running > 0:
		c.misuse = errors.New("closed while a run went on")
	}
	c.closed = true
	return nil
}

// Runs returns how often Classify was called.
func (c *Classifier) Runs() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.runs
}

// Closed tells whether the classifier was closed.
func (c *Classifier) Closed() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.closed
}

// Misuse returns what the owner did wrong: a run or a second close after the close, a close during a run.
func (c *Classifier) Misuse() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.misuse
}

// Loader opens the models that Write wrote, and remembers them. Its Load and LoadSentiment are nlp.Loaders; use
// one for each part.
type Loader struct {
	mu     sync.Mutex
	refuse error
	opened []*Classifier
}

// Load implements nlp.Loader.
func (l *Loader) Load(dir string, m *nlp.Manifest) (nlp.Classifier, error) {
	key, err := m.ReadFile(dir, nlp.ModelFile)
	if err != nil {
		return nil, err
	}
	return l.open(Scores(live.ParseIntent(string(key))))
}

// LoadSentiment implements nlp.Loader for the part that tells sentiment.
func (l *Loader) LoadSentiment(dir string, m *nlp.Manifest) (nlp.Classifier, error) {
	key, err := m.ReadFile(dir, nlp.SentimentFile)
	if err != nil {
		return nil, err
	}
	feels, votes, _ := strings.Cut(string(key), " ")
	says := Feelings(live.ParseSentiment(feels))
	if intent := live.ParseIntent(votes); intent != 0 {
		all := Scores(intent)
		all.Sentiment = says.Sentiment
		says = all
	}
	return l.open(says)
}

func (l *Loader) open(says nlp.Scores) (nlp.Classifier, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.refuse != nil {
		return nil, l.refuse
	}
	c := &Classifier{says: says, Entered: make(chan int, 1024)}
	l.opened = append(l.opened, c)
	return c, nil
}

// Refuse makes Load return err from now on, unless it is nil.
func (l *Loader) Refuse(err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.refuse = err
}

// Opened returns every classifier opened so far, the latest last.
func (l *Loader) Opened() []*Classifier {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append([]*Classifier(nil), l.opened...)
}

// Latest returns the classifier opened last, nil when none was.
func (l *Loader) Latest() *Classifier {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.opened) == 0 {
		return nil
	}
	return l.opened[len(l.opened)-1]
}
