package access

import (
	"errors"

	"github.com/prometheus/client_golang/prometheus"
)

// metrics are what a guard counts. What became of a sign-in, and why a request was refused, are closed sets.
type metrics struct {
	opened, wrong, lockedOut, unkept prometheus.Counter // sign-ins
	unknown, forbidden, foreign      prometheus.Counter // refused requests
	collectors                       []prometheus.Collector
}

func newMetrics(s *sessions) *metrics {
	signIns := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "liveroom_access_sign_ins_total",
		Help: "Tries to sign in, by result: ok, wrong (name or password), locked_out (after too many of those), unkept (it could not be written down).",
	}, []string{"result"})
	refused := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "liveroom_access_refused_total",
		Help: "Requests to the admin side that were refused, by reason: unknown (nobody known asks), forbidden (he may not), origin (a page of another origin asks).",
	}, []string{"reason"})
	return &metrics{
		opened: signIns.WithLabelValues("ok"), wrong: signIns.WithLabelValues("wrong"),
		lockedOut: signIns.WithLabelValues("locked_out"), unkept: signIns.WithLabelValues("unkept"),
		unknown: refused.WithLabelValues("unknown"), forbidden: refused.WithLabelValues("forbidden"), foreign: refused.WithLabelValues("origin"),
		collectors: []prometheus.Collector{signIns, refused, prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "liveroom_access_sessions", Help: "Sign-ins held, those that nobody used since they ran out among them.",
		}, func() float64 { return float64(s.count()) })},
	}
}

// Register lets a registry read what the guard counts.
func (g *Guard) Register(reg prometheus.Registerer) error {
	var problems []error
	for _, c := range g.metrics.collectors {
		problems = append(problems, reg.Register(c))
	}
	return errors.Join(problems...)
}
