package console

import (
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// meter turns what metrics have counted since the start into figures of the latest seconds. It keeps what was counted when
// somebody last looked; who looks for the first time is told the figures since the start.
type meter struct {
	from prometheus.Gatherer

	mu   sync.Mutex
	seen []look // guarded by mu; the oldest first, at most maxLooks
}

// look is what was counted at a time.
type look struct {
	at time.Time
	counted
}

const (
	window   = 10 * time.Second // figures are of at least this, once there is so much
	maxLooks = 64
)

// period is what was counted between two looks.
type period struct {
	now, before counted
	seconds     float64
	since       bool // before is the start of the node
}

// look counts now, and compares with the latest look that is at least a window old, else with the oldest. started is when
// the node began to count.
func (m *meter) look(now, started time.Time) (period, error) {
	families, err := m.from.Gather()
	if err != nil {
		return period{}, err
	}
	this := look{now, countedOf(families)}
	m.mu.Lock()
	defer m.mu.Unlock()
	for len(m.seen) > 0 && now.Sub(m.seen[0].at) > 6*window {
		m.seen = m.seen[1:] // nobody has looked for long: that would not be the latest seconds
	}
	for len(m.seen) > 1 && now.Sub(m.seen[1].at) >= window {
		m.seen = m.seen[1:]
	}
	p := period{now: this.counted, before: counted{}, seconds: now.Sub(started).Seconds(), since: true}
	if len(m.seen) > 0 {
		p.before, p.seconds, p.since = m.seen[0].counted, now.Sub(m.seen[0].at).Seconds(), false
	}
	if last := len(m.seen) - 1; last < 0 || now.Sub(m.seen[last].at) >= window/maxLooks*2 {
		m.seen = append(m.seen, this)
	}
	return p, nil
}

// forget drops what was seen.
func (m *meter) forget() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.seen = nil
}

// count returns what a series has counted in all and a second, nil for no such series.
func (p period) count(name, label string) *Count {
	s := series{name, label}
	now, ok := p.now.values[s]
	if !ok {
		return nil
	}
	return p.counted(label, now, p.before.values[s])
}

// sum is count over all series of a metric.
func (p period) sum(name string) *Count {
	now, ok := p.now.sum(name)
	if !ok {
		return nil
	}
	before, _ := p.before.sum(name)
	return p.counted("", now, before)
}

func (p period) counted(label string, now, before float64) *Count {
	c := &Count{Name: label, Total: now}
	if now >= before && p.seconds > 0 {
		c.PerSecond = (now - before) / p.seconds
	}
	return c
}

// each returns count for every label of a metric.
func (p period) each(name string) []Count {
	list := []Count{}
	for _, l := range p.now.labels(name) {
		if c := p.count(name, l); c != nil {
			list = append(list, *c)
		}
	}
	return list
}

// histogram returns what a histogram counted in the period, false for none.
func (p period) histogram(name, label string) (histogram, bool) {
	s := series{name, label}
	now, ok := p.now.histograms[s]
	if !ok {
		return histogram{}, false
	}
	if before, ok := p.before.histograms[s]; ok {
		now = now.minus(before)
	}
	return now, true
}

// gauge returns the value of a gauge, nil for none.
func (p period) gauge(name, label string) *float64 {
	if v, ok := p.now.values[series{name, label}]; ok {
		return &v
	}
	return nil
}
