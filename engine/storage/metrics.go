package storage

import (
	"errors"

	"github.com/prometheus/client_golang/prometheus"
)

type metrics struct {
	commits     *prometheus.CounterVec // by result
	seconds     prometheus.Histogram
	group       prometheus.Histogram
	backfill    prometheus.Histogram
	records     prometheus.Counter
	written     prometheus.Counter
	refused     *prometheus.CounterVec // by reason
	reads       *prometheus.CounterVec // by kind
	readErrors  *prometheus.CounterVec // by kind
	quarantined prometheus.Counter
	folded      prometheus.Counter
	lapsed      prometheus.Counter
}

func newMetrics(reg prometheus.Registerer, s *Store) (*metrics, error) {
	name := func(n string) string { return "liveroom_storage_" + n }
	counter := func(n, help string) prometheus.Counter {
		return prometheus.NewCounter(prometheus.CounterOpts{Name: name(n), Help: help})
	}
	by := func(n, help, label string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Name: name(n), Help: help}, []string{label})
	}
	gauge := func(n, help string, value func(Status) float64) prometheus.Collector {
		return prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name(n), Help: help}, func() float64 { return value(s.Status()) })
	}
	m := &metrics{
		commits: by("commits_total", "Group commits, by result (ok, failed).", "result"),
		seconds: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: name("commit_seconds"), Help: "How long a group commit took.", Buckets: prometheus.ExponentialBuckets(0.0002, 2, 14),
		}),
		group: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: name("group_entries"), Help: "Entries in a group commit.", Buckets: prometheus.ExponentialBuckets(1, 2, 13),
		}),
		backfill: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: name("backfill_seconds"), Help: "How long it took to copy the write-ahead log back, beside the commits.", Buckets: prometheus.ExponentialBuckets(0.001, 2, 14),
		}),
		records:     counter("records_total", "Records committed."),
		written:     counter("written_bytes_total", "Bytes of sealed blocks committed."),
		refused:     by("refused_total", "Entries not made durable, by reason (full, closed, lease, commit).", "reason"),
		reads:       by("reads_total", "Reads served, by kind (load, closed, session, history, fold).", "kind"),
		readErrors:  by("read_errors_total", "Reads that ended in an error, by kind.", "kind"),
		quarantined: counter("quarantined_blocks_total", "Times a block did not open and was skipped."),
		folded:      counter("folded_users_total", "Users whose journal records were copied to their row."),
		lapsed:      counter("lapsed_users_total", "Users whose row was deleted because they were not seen for keep_users."),
	}
	for _, result := range []string{"ok", "failed"} {
		m.commits.WithLabelValues(result)
	}
	for _, reason := range []string{"full", "closed", "lease", "commit"} {
		m.refused.WithLabelValues(reason)
	}
	for _, kind := range []string{"load", "closed", "session", "history", "fold"} {
		m.reads.WithLabelValues(kind)
		m.readErrors.WithLabelValues(kind)
	}
	all := []prometheus.Collector{
		m.commits, m.seconds, m.group, m.backfill, m.records, m.written, m.refused, m.reads, m.readErrors, m.quarantined, m.folded, m.lapsed,
		gauge("queue_entries", "Entries waiting or under way.", func(st Status) float64 { return float64(st.Queue) }),
		gauge("queue_max_entries", "Entries that may wait or be under way.", func(Status) float64 { return float64(s.cfg.QueueLimit) }),
		gauge("queue_bytes", "Bytes they hold, about.", func(st Status) float64 { return float64(st.QueueBytes) }),
		gauge("tails_users", "Users with records since their last snapshot.", func(st Status) float64 { return float64(st.Tails) }),
		gauge("pending_events", "Events accepted and not closed.", func(st Status) float64 { return float64(st.Pending) }),
		gauge("database_bytes", "Size of database and write-ahead log.", func(st Status) float64 { return float64(st.Bytes) }),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name("disk_free_bytes"), Help: "Room left on the disk of the data folder."}, figure(&s.space.free)),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name("disk_bytes"), Help: "Size of the disk of the data folder."}, figure(&s.space.all)),
		gauge("retention_held_bool", "1 while nothing is dropped for its age, since the clock was set.", func(Status) float64 {
			if s.calendar.held.Load() {
				return 1
			}
			return 0
		}),
		gauge("failing_bool", "1 while the last commit failed.", func(st Status) float64 {
			if st.Failing {
				return 1
			}
			return 0
		}),
	}
	if reg == nil {
		return m, nil
	}
	var problems []error
	for _, c := range all {
		problems = append(problems, reg.Register(c))
	}
	return m, errors.Join(problems...)
}
