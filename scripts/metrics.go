package scripts

import "github.com/prometheus/client_golang/prometheus"

// meters are the part's metrics. Labels come from closed sets.
type meters struct {
	composed, unfit, none                      prometheus.Counter
	stockHit, stockMiss, countsHit, countsMiss prometheus.Counter
	stale                                      prometheus.Counter
	forbidden                                  *prometheus.CounterVec
	reloaded, refused, unreadable              prometheus.Counter
	scripts, texts                             prometheus.Gauge
}

func newMeters(reg prometheus.Registerer) (*meters, error) {
	composed := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "liveroom_scripts_compose_total",
		Help: "Replies asked for, by result: ok, none (no script fits), unfit (a text was passed over although its case fitted).",
	}, []string{"result"})
	figures := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "liveroom_scripts_figures_total",
		Help: "Figures looked up, by owner and whether the cache held them for the owner's latest snapshot.",
	}, []string{"owner", "cache"})
	stale := prometheus.NewCounter(prometheus.CounterOpts{
		Name: "liveroom_scripts_figures_stale_total",
		Help: "Figures left out because they were older than their maximum age.",
	})
	reloads := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "liveroom_scripts_reload_total",
		Help: "Attempts to load a changed bundle, by result: ok, refused (the running set stays); reason of the latter: faulty (the log has file, line and cure), unreadable.",
	}, []string{"result", "reason"})
	forbidden := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "liveroom_scripts_forbidden_total",
		Help: "Replies not said because a value of the catalogue brought a forbidden word into them, by script and word, both of the loaded set.",
	}, []string{"script", "term"})
	scripts := prometheus.NewGauge(prometheus.GaugeOpts{Name: "liveroom_scripts_loaded_scripts", Help: "Scripts in the running set."})
	texts := prometheus.NewGauge(prometheus.GaugeOpts{Name: "liveroom_scripts_loaded_texts", Help: "Texts in the running set."})
	for _, c := range []prometheus.Collector{composed, figures, stale, forbidden, reloads, scripts, texts} {
		if err := reg.Register(c); err != nil {
			return nil, err
		}
	}
	return &meters{
		composed: composed.WithLabelValues("ok"), none: composed.WithLabelValues("none"), unfit: composed.WithLabelValues("unfit"),
		stockHit: figures.WithLabelValues("stock", "hit"), stockMiss: figures.WithLabelValues("stock", "miss"),
		countsHit: figures.WithLabelValues("counts", "hit"), countsMiss: figures.WithLabelValues("counts", "miss"),
		stale: stale, forbidden: forbidden, reloaded: reloads.WithLabelValues("ok", ""), refused: reloads.WithLabelValues("refused", "faulty"),
		unreadable: reloads.WithLabelValues("refused", "unreadable"),
		scripts:    scripts, texts: texts,
	}, nil
}
