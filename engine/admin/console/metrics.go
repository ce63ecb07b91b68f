package console

import (
	"errors"
	"sync/atomic"

	"github.com/prometheus/client_golang/prometheus"
)

// counts are of streams that ended or began badly.
type counts struct {
	slow    atomic.Uint64 // streams ended because their page took less than it was sent
	refused atomic.Uint64 // streams
}

// Register lets a registry read what the console counts.
func (c *Console) Register(reg prometheus.Registerer) error {
	gauge := func(name, help string, read func() int) prometheus.Collector {
		return prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "liveroom_console_" + name, Help: help}, func() float64 { return float64(read()) })
	}
	counter := func(name, help string, read func() uint64) prometheus.Collector {
		return prometheus.NewCounterFunc(prometheus.CounterOpts{Name: "liveroom_console_" + name, Help: help}, func() float64 { return float64(read()) })
	}
	var problems []error
	for _, one := range []prometheus.Collector{
		gauge("streams", "Pages that look.", c.open),
		gauge("max_streams", "Pages that may look at a time.", func() int { return maxStreams }),
		gauge("views", "Views on their screens, each counted once however many look at it, and rooms watched line by line.", c.hub.showing),
		counter("samples_total", "Samples taken of views.", c.hub.samples.Load),
		counter("slow_total", "Streams ended because their page took less than it was sent.", c.counts.slow.Load),
		counter("refused_total", "Streams refused because as many were open as may be.", c.counts.refused.Load),
	} {
		problems = append(problems, reg.Register(one))
	}
	return errors.Join(problems...)
}

// open returns how many streams there are.
func (c *Console) open() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.streams
}
