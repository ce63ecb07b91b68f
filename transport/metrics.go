package transport

import (
	"errors"

	"github.com/prometheus/client_golang/prometheus"

	"liveroom/engine/live"
)

// metrics are what transport counts. Labels are carriers, codes and roles, all closed sets.
type metrics struct {
	links               [carriers]prometheus.Gauge
	accepted            [carriers]prometheus.Counter
	framesIn, framesOut prometheus.Counter
	bytesIn, bytesOut   prometheus.Counter
	events              prometheus.Counter
	faults, byes        map[live.Code]prometheus.Counter
	evictions           prometheus.Counter
	left                prometheus.Counter // links that the other side closed
	replaced            prometheus.Counter
	unsaid              prometheus.Counter // links closed without a word, there being no room for even that
	decode, send        prometheus.Histogram
	fanOut              prometheus.Histogram
	broadcastShed       prometheus.Counter
}

func newMetrics(reg prometheus.Registerer, maxLinks int, outboxDepth func() float64) (*metrics, error) {
	const space = "liveroom_transport_"
	var errs []error
	add := func(c prometheus.Collector) {
		if err := reg.Register(c); err != nil {
			errs = append(errs, err)
		}
	}
	counter := func(name, help string) prometheus.Counter {
		c := prometheus.NewCounter(prometheus.CounterOpts{Name: space + name, Help: help})
		add(c)
		return c
	}
	byCode := func(name, help string) map[live.Code]prometheus.Counter {
		v := prometheus.NewCounterVec(prometheus.CounterOpts{Name: space + name, Help: help}, []string{"code"})
		add(v)
		all := make(map[live.Code]prometheus.Counter)
		for _, c := range live.Codes() {
			all[c] = v.WithLabelValues(c.String())
		}
		return all
	}
	m := &metrics{
		framesIn:      counter("frames_in_total", "Payloads read from links."),
		framesOut:     counter("frames_out_total", "Frames written to links."),
		bytesIn:       counter("in_bytes_total", "Bytes read from links."),
		bytesOut:      counter("out_bytes_total", "Bytes written to links."),
		events:        counter("events_total", "Events handed on."),
		faults:        byCode("faults_total", "Errors told to links that stayed, by code."),
		byes:          byCode("byes_total", "Links told bye, by code."),
		left:          counter("left_total", "Links that the other side closed, without having been told bye."),
		evictions:     counter("evictions_total", "Links closed because they read too slowly."),
		replaced:      counter("replaced_total", "Links replaced by one that resumed their session."),
		unsaid:        counter("refused_silently_total", "Connections closed without a word because too many were being refused."),
		broadcastShed: counter("broadcast_shed_total", "Broadcasts not sent because the window of their room was full."),
		decode: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: space + "decode_seconds", Help: "Time to decode one payload, every 64th measured.",
			Buckets: []float64{1e-6, 2e-6, 5e-6, 1e-5, 2e-5, 5e-5, 1e-4, 1e-3},
		}),
		fanOut: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: space + "broadcast_links", Help: "Links that one window of broadcasts of one room reached on one loop.",
			Buckets: []float64{1, 10, 100, 1000, 10000, 100000},
		}),
	}
	m.send = prometheus.NewHistogram(prometheus.HistogramOpts{
		Name: space + "send_seconds", Help: "Time of a frame to one link from its outbox to its write to the socket, every 64th measured.",
		Buckets: []float64{1e-5, 2.5e-5, 5e-5, 1e-4, 2.5e-4, 5e-4, 1e-3, 2.5e-3, 5e-3, 1e-2, 2.5e-2, .1, .5, 2},
	})
	add(m.decode)
	add(m.send)
	add(m.fanOut)
	add(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: space + "outbox_frames", Help: "Frames waiting in the outboxes of all loops."}, outboxDepth))
	add(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: space + "max_links", Help: "Links that may be open at a time."}, func() float64 { return float64(maxLinks) }))
	gauges := prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: space + "links", Help: "Open links, by carrier."}, []string{"carrier"})
	taken := prometheus.NewCounterVec(prometheus.CounterOpts{Name: space + "accepted_total", Help: "Connections accepted, by carrier."}, []string{"carrier"})
	add(gauges)
	add(taken)
	for c := range carriers {
		m.links[c], m.accepted[c] = gauges.WithLabelValues(c.String()), taken.WithLabelValues(c.String())
	}
	return m, errors.Join(errs...)
}
