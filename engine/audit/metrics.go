package audit

import (
	"errors"

	"github.com/prometheus/client_golang/prometheus"
)

// register lets a registry read the log's figures. They are read from atomics, so that a disk that hangs holds no scrape up.
func (l *Log) register(reg prometheus.Registerer) error {
	if reg == nil {
		return nil
	}
	name := func(n string) string { return "liveroom_audit_" + n }
	counter := func(n, help string, value func() uint64) prometheus.Collector {
		return prometheus.NewCounterFunc(prometheus.CounterOpts{Name: name(n), Help: help}, func() float64 { return float64(value()) })
	}
	gauge := func(n, help string, value func() float64) prometheus.Collector {
		return prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name(n), Help: help}, value)
	}
	var problems []error
	for _, c := range []prometheus.Collector{
		counter("records_total", "Records written since the start.", l.written.Load),
		counter("refused_total", "Acts refused because they could not be written.", l.refused.Load),
		gauge("failing_bool", "1 while the log cannot be written and acts are refused.", func() float64 {
			if l.Err() != nil {
				return 1
			}
			return 0
		}),
		gauge("held_records", "Noted records that wait until keys of people can be stored.", func() float64 { return float64(l.holding.Load()) }),
		gauge("keyless_bool", "1 while keys of people cannot be stored.", func() float64 {
			if l.keyless.Load() != nil {
				return 1
			}
			return 0
		}),
		counter("unkept_total", "Records written since the start without whom they tell of, because a key could not be stored.", l.unkept.Load),
		counter("removed_files_total", "Files removed since the start because their records were older than keep.", l.removed.Load),
		gauge("cut_seq", "Records up to this number were removed for their age.", func() float64 { return float64(l.cutSeq.Load()) }),
		gauge("last_seq", "Number of the last record.", func() float64 { return float64(l.last.Load()) }),
		gauge("verified_seq", "Number of the last record that a verification found sound; 0 before one of this start did.", func() float64 {
			if v := l.verified.Load(); v != nil {
				return float64(v.Seq)
			}
			return 0
		}),
		gauge("verify_faults", "Faults that the last verification of this start found.", func() float64 {
			if v := l.verified.Load(); v != nil {
				return float64(v.Faults)
			}
			return 0
		}),
		gauge("head_age_seconds", "Time since a signed head in every second place vouched for the last record.", func() float64 {
			return max(0, float64(l.clock().UnixMilli()-l.headedAt.Load())/1000)
		}),
	} {
		problems = append(problems, reg.Register(c))
	}
	return errors.Join(problems...)
}
