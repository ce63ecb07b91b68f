package actors

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"liveroom/actors/dialogue"
	"liveroom/engine/live"
)

// metrics are the actors' figures. Stages are those a message passes here, in seconds.
type metrics struct {
	stageMailbox prometheus.Observer // posted to received
	stageRead    prometheus.Observer // text submitted to reading received
	stageCompose prometheus.Observer // asked to composed
	stageCommit  prometheus.Observer // outcome submitted to durable
	stageTotal   prometheus.Observer // event received to outcome durable

	mood    prometheus.Histogram  // 1 furious to 5 delighted
	outcome [6]prometheus.Counter // by live.Outcome
	quiet   *prometheus.CounterVec
	decided [5]prometheus.Counter // replies and merges by live.Decider
	refusal *prometheus.CounterVec

	panics, reloads, restoreFailures, redriven     prometheus.Counter
	lateReadings, repeats, passivated, deadLetters prometheus.Counter
	restarts                                       *prometheus.CounterVec
	offers                                         *prometheus.CounterVec
	closings, capped, alarms, seatsGone            prometheus.Counter
}

func newMetrics(reg prometheus.Registerer, h *House) *metrics {
	m := &metrics{}
	stages := prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name: "liveroom_actors_stage_seconds", Help: "Time a message spends in each stage.",
		Buckets: []float64{.0001, .00025, .0005, .001, .0025, .005, .01, .025, .05, .1, .2, .4, .8, 1.6, 5, 15, 30},
	}, []string{"stage"})
	m.stageMailbox = stages.WithLabelValues("mailbox")
	m.stageRead = stages.WithLabelValues("read")
	m.stageCompose = stages.WithLabelValues("compose")
	m.stageCommit = stages.WithLabelValues("commit")
	m.stageTotal = stages.WithLabelValues("total")

	m.mood = prometheus.NewHistogram(prometheus.HistogramOpts{
		Name: prefix + "mood_score", Help: "Mood of users over their session, 1 furious to 5 delighted, at each message.",
		Buckets: []float64{1.25, 1.75, 2.25, 2.75, 3.25, 3.75, 4.25, 4.75, 5}, // around each half: most moods are just neutral
	})
	outcomes := counterVec("outcomes_total", "Accepted messages by how they ended.", "outcome")
	for _, o := range live.Outcomes() {
		m.outcome[o] = outcomes.WithLabelValues(o.String())
	}
	m.quiet = counterVec("quiet_total", "Messages deliberately left unanswered, by reason.", "reason")
	decided := counterVec("answers_total", "Replies and merges by the stage that read the text.", "decided_by")
	for d := live.DecidedByKeyword; d <= live.DecidedByRules; d++ {
		m.decided[d] = decided.WithLabelValues(d.String())
	}
	m.refusal = counterVec("refusals_total", "Messages refused before they were accepted, by code.", "code")
	for _, c := range live.Codes() {
		m.refusal.WithLabelValues(c.String())
	}
	m.restarts = counterVec("restarts_total", "Actors restarted by their supervisor, by kind.", "kind")
	for _, kind := range []string{"room", "user"} {
		m.restarts.WithLabelValues(kind)
	}
	m.offers = prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: prefix + "offers_total", Help: "Offers made in dialogues, and those taken and declined, by what was offered.",
	}, []string{"offer", "result"})
	m.panics = counter("panics_total", "Steps, effects and composers that panicked and were contained.")
	m.reloads = counter("reloads_total", "Users reloaded after a failed commit.")
	m.restoreFailures = counter("restore_failures_total", "Users whose stored state could not be read.")
	m.redriven = counter("redriven_total", "Acknowledged messages answered after a restart or reload.")
	m.lateReadings = counter("late_readings_total", "Readings that came after their actor had reloaded.")
	m.repeats = counter("repeats_total", "Events that came again under an id seen before.")
	m.passivated = counter("passivated_total", "Idle actors that left memory.")
	m.deadLetters = counter("dead_letters_total", "Messages that no actor took.")

	m.seatsGone = counter("seats_gone_total", "Dialogues that went back to the engine because the seat that had them was away for too long.")
	m.closings = counter("closings_total", "Closing replies said to a room after a burst of equal questions.")
	m.capped = counter("capped_total", "Public questions that got no answer because the room had said enough within a minute.")
	m.alarms = counter("alarms_total", "Host feeds and suggestions made for seats.")

	reg.MustRegister(stages, m.mood, outcomes, m.quiet, decided, m.refusal, m.restarts, m.panics, m.reloads, m.restoreFailures,
		m.redriven, m.lateReadings, m.repeats, m.passivated, m.deadLetters, m.closings, m.capped, m.alarms, m.offers, m.seatsGone,
		gauge("taken_dialogues", "Dialogues that a person has taken.", func() float64 { return float64(h.seatings.count()) }),
		gauge("in_flight_messages", "Messages admitted and not ended.", func() float64 { return float64(h.inFlight.Load()) }),
		gauge("in_flight_max_messages", "Messages that may be admitted and not ended.", func() float64 { return float64(h.cfg.MaxInFlight) }),
		gauge("lag_seconds", "What the latest outcome took from receipt to durable.", func() float64 { return float64(h.lag.Load()) / 1000 }),
		gauge("user_actors", "User actors in memory.", func() float64 { return float64(h.users.count.Load()) }),
		gauge("room_actors", "Room actors in memory.", func() float64 { return float64(h.rooms.count.Load()) }))
	return m
}

const prefix = "liveroom_actors_"

func counter(name, help string) prometheus.Counter {
	return prometheus.NewCounter(prometheus.CounterOpts{Name: prefix + name, Help: help})
}

func counterVec(name, help, label string) *prometheus.CounterVec {
	return prometheus.NewCounterVec(prometheus.CounterOpts{Name: prefix + name, Help: help}, []string{label})
}

func gauge(name, help string, f func() float64) prometheus.Collector {
	return prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: prefix + name, Help: help}, f)
}

// ended counts an outcome that is durable.
func (m *metrics) ended(now time.Time, c *closing) {
	m.stageCommit.Observe(now.Sub(c.submitted).Seconds())
	m.stageTotal.Observe(float64(now.UnixMilli()-c.received) / 1000)
	m.outcome[c.outcome].Inc()
	if c.mood != 0 {
		m.mood.Observe(float64(c.mood))
	}
	m.offered(c.offers)
	if c.outcome == live.Quiet {
		m.quiet.WithLabelValues(string(c.reason)).Inc()
	}
	if c.decided != 0 && (c.outcome.Answers() || c.outcome == live.Merged) {
		m.decided[c.decided].Inc()
	}
}

func (m *metrics) offered(o offers) {
	if o.made != dialogue.Nothing {
		m.offers.WithLabelValues(o.made.String(), "made").Inc()
	}
	if r := o.of(); r != offerUntouched {
		m.offers.WithLabelValues(o.settled.String(), r.String()).Inc()
	}
	if o.promotion != offerUntouched {
		m.offers.WithLabelValues(dialogue.Promotion.String(), o.promotion.String()).Inc()
	}
}

func (m *metrics) refused(c live.Code) { m.refusal.WithLabelValues(c.String()).Inc() }
