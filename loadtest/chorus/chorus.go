// Package chorus listens to what a room says in public while many ask it one thing: the replies, and the one closing reply
// to all of them. It does no I/O and reads no clock; all instants are offsets from the start of the load.
package chorus

import (
	"strconv"
	"strings"
	"sync"
	"time"

	"liveroom/loadtest/report"
)

// Chorus is one burst of one question. Its methods may be called from several goroutines.
type Chorus struct {
	stock   int64 // the right figure; set by New
	carrier int   // the link that carries the questions; set by New

	// guarded by mu
	mu       sync.Mutex
	first    time.Duration // of a reply, 0 while there was none
	replies  map[string]bool
	closings []closing
	report   report.Chorus
}

// closing is one closing reply.
type closing struct {
	report.Closing
	came  time.Duration // on the carrier; 0 when it did not
	heard map[int]bool  // links
}

// New returns a burst about a stock figure, its questions carried by one link.
func New(stock int64, carrier int) *Chorus {
	return &Chorus{stock: stock, carrier: carrier, replies: map[string]bool{}}
}

const maxExamples = 5

// Reply takes a public reply that is no closing one.
func (c *Chorus) Reply(now time.Duration, id, text string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.replies[id] {
		return
	}
	c.replies[strings.Clone(id)] = true
	if c.first == 0 {
		c.first = now
	}
	if !says(text, c.stock) {
		c.report.Outdated++
		if len(c.report.Examples) < maxExamples {
			c.report.Examples = append(c.report.Examples, "not "+strconv.FormatInt(c.stock, 10)+": "+strings.Clone(text))
		}
	}
}

// Closing takes a closing reply as a link brought it.
func (c *Chorus) Closing(now time.Duration, link int, id, text string, count int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	i := 0
	for i < len(c.closings) && c.closings[i].ID != id {
		i++
	}
	if i == len(c.closings) {
		c.closings = append(c.closings, closing{
			Closing: report.Closing{ID: strings.Clone(id), Text: strings.Clone(text), Count: count}, heard: map[int]bool{},
		})
	}
	l := &c.closings[i]
	if l.heard[link] {
		l.Twice++
		return
	}
	l.heard[link] = true
	if link == c.carrier {
		l.came = now
	}
}

// Closed tells when the first closing reply came on the link that carried the questions; false when it did not yet.
func (c *Chorus) Closed() (time.Duration, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.closings) == 0 {
		return 0, false
	}
	return c.closings[0].came, c.closings[0].came > 0
}

// Asked is what the askers' own journal says.
type Asked struct {
	Askers, Answered int64         // different people
	First, Last      time.Duration // scheduled instants of the first and the last question
}

// Report returns what came of the burst.
func (c *Chorus) Report(a Asked) *report.Chorus {
	c.mu.Lock()
	defer c.mu.Unlock()
	r := c.report
	r.Askers, r.Answered, r.Stock, r.Replies = a.Askers, a.Answered, c.stock, int64(len(c.replies))
	if c.first > 0 {
		r.FirstMs = ms(c.first - a.First)
	}
	r.Closings = make([]report.Closing, 0, len(c.closings))
	for _, l := range c.closings {
		l.Links = int64(len(l.heard))
		l.Total, l.Figure = says(l.Text, a.Answered), says(l.Text, c.stock)
		if l.came > 0 {
			l.AfterMs = ms(l.came - a.Last)
		}
		r.Closings = append(r.Closings, l.Closing)
	}
	return &r
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// says tells whether a text has a number, written in plain digits and whole: 128 is not in 1280.
func says(text string, number int64) bool {
	want := strconv.FormatInt(number, 10)
	for text != "" {
		i := strings.IndexFunc(text, digit)
		if i < 0 {
			return false
		}
		text = text[i:]
		n := strings.IndexFunc(text, func(r rune) bool { return !digit(r) })
		if n < 0 {
			n = len(text)
		}
		if text[:n] == want {
			return true
		}
		text = text[n:]
	}
	return false
}

func digit(r rune) bool { return r >= '0' && r <= '9' }
