package report

import (
	"fmt"
	"time"
)

// Chorus is what the room said to a burst of one question: its first answer, and the one closing reply to all.
type Chorus struct {
	// Askers are the different people who asked, Answered those whose question was replied to or merged.
	Askers   int64 `json:"askers"`
	Answered int64 `json:"answered"`
	// Stock is the figure that was set before.
	Stock int64 `json:"stock"`
	// FirstMs is from the scheduled instant of the first question to the first answer, in ms; 0 when there was none.
	FirstMs float64 `json:"first_ms"`
	// Replies counts the different public replies but for closing ones, Outdated those without the figure that was set.
	Replies  int64 `json:"replies"`
	Outdated int64 `json:"outdated"`
	// Closings are the different closing replies, in their order.
	Closings []Closing `json:"closings"`
	Examples []string  `json:"examples,omitempty"`
}

// Closing is one closing reply.
type Closing struct {
	ID   string `json:"id"`
	Text string `json:"text"`
	// Count is how many askers it says it speaks to.
	Count int64 `json:"count"`
	// AfterMs is from the last question's scheduled instant to its arrival on the link that carried the questions.
	AfterMs float64 `json:"after_ms"`
	// Links is on how many links it came, Twice how often it came on one that had it.
	Links int64 `json:"links"`
	Twice int64 `json:"twice"`
	// Total and Figure tell that the text has the number of people who were answered, and the stock figure, as numbers.
	Total  bool `json:"total"`
	Figure bool `json:"figure"`
}

func (c *Chorus) broken(count func(int64, string)) {
	if c == nil {
		return
	}
	count(max(0, int64(len(c.Closings))-1), "closing replies more than one")
	count(c.Outdated, "public replies without the stock figure that was set")
	var counts, totals, figures, twice int64
	for i := range c.Closings {
		l := &c.Closings[i]
		twice += l.Twice
		if l.Count != c.Answered {
			counts++
		}
		if !l.Total {
			totals++
		}
		if !l.Figure {
			figures++
		}
	}
	count(counts, "closing replies whose count is not the number of different people answered")
	count(totals, "closing replies whose text has another total")
	count(figures, "closing replies whose text has another stock figure")
	count(twice, "closing replies that came twice on a link")
}

func (c *Chorus) missed(l Limits) (all []string) {
	if c == nil {
		return nil
	}
	limit := float64(l.First) / float64(time.Millisecond)
	switch {
	case c.FirstMs == 0:
		all = append(all, "nobody was answered in public")
	case c.FirstMs > limit:
		all = append(all, fmt.Sprintf("the first of the burst was answered after %.1f ms, asked %.0f ms", c.FirstMs, limit))
	}
	if c.Answered < c.Askers {
		all = append(all, fmt.Sprintf("%d of %d people were neither replied to nor merged", c.Askers-c.Answered, c.Askers))
	}
	if len(c.Closings) == 0 {
		all = append(all, "no closing reply came")
	}
	return all
}

func (p *printer) chorus(c *Chorus) {
	if c == nil {
		return
	}
	p.row("one question", "%d people asked it, %d were replied to or merged; the first answer after %.1f ms, %d public replies",
		c.Askers, c.Answered, c.FirstMs, c.Replies)
	for _, l := range c.Closings {
		p.row("closing", "%.1f s after the last question, to %d people, on %d links: %s", l.AfterMs/1000, l.Count, l.Links, l.Text)
	}
	for _, e := range c.Examples {
		p.row("for example", "%s", e)
	}
}
