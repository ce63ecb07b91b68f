package console

import (
	"slices"
	"strings"
	"time"
)

// Overview is the whole node at one moment.
type Overview struct {
	Status
	At int64 `json:"at"`
	// WindowS is what figures a second and percentiles are of.
	WindowS float64 `json:"window_s" doc:"seconds that rates and percentiles are of"`
	Since   bool    `json:"since_start" doc:"those seconds are all since the start"`

	Messages  *Count       `json:"messages,omitempty" doc:"events taken in"`
	Outcomes  []Count      `json:"outcomes"`
	Quiet     []Count      `json:"quiet" doc:"why messages were left unanswered"`
	Decided   []Count      `json:"decided" doc:"which stage read what was answered"`
	Stages    []Stage      `json:"stages"`
	Line      Line800      `json:"line"`
	Links     []Count      `json:"links"`
	Traffic   []Count      `json:"traffic" doc:"frames in and out"`
	Actors    ActorFigures `json:"actors"`
	Alarms    []Alarm      `json:"alarms"`
	Busiest   []RoomRow    `json:"busiest"`
	Batch     *Stage       `json:"batch,omitempty" doc:"texts in one run of the model, not milliseconds"`
	Uncovered []string     `json:"no_data" doc:"figures without a source yet"`
}

// Count is a counter, or a gauge whose PerSecond is 0.
type Count struct {
	Name      string  `json:"name"`
	Total     float64 `json:"total"`
	PerSecond float64 `json:"per_second"`
}

// Stage is how long messages spend in one stage.
type Stage struct {
	Name  string   `json:"name"`
	Count uint64   `json:"count"`
	P50   *float64 `json:"p50,omitempty" doc:"milliseconds"`
	P95   *float64 `json:"p95,omitempty"`
	P99   *float64 `json:"p99,omitempty"`
}

// Line800 is how messages stand against the promise of 0.8 s from receipt to a durable outcome.
type Line800 struct {
	Ms     int      `json:"ms"`
	Count  uint64   `json:"count"`
	Within *float64 `json:"within,omitempty" doc:"share of them that ended in time, left out when there were none"`
}

// ActorFigures are what is told of actors as a whole.
type ActorFigures struct {
	Users       *float64 `json:"users,omitempty"`
	Rooms       *float64 `json:"rooms,omitempty"`
	InFlight    *float64 `json:"in_flight,omitempty"`
	Restarts    *Count   `json:"restarts,omitempty"`
	DeadLetters *Count   `json:"dead_letters,omitempty"`
	Panics      *Count   `json:"panics,omitempty"`
	Passivated  *Count   `json:"passivated,omitempty"`
}

// Alarm is something that wants a look. Its key is from a closed list, which the page puts into words.
type Alarm struct {
	Key   string  `json:"key"`
	Level string  `json:"level" enum:"warn,bad"`
	Value float64 `json:"value,omitempty"`
	Note  string  `json:"note,omitempty"`
	// Advice is Note in Chinese, of a part.
	Advice string `json:"advice,omitempty"`
}

// lineMs is the promise, in milliseconds.
const lineMs = 800

// stages are the stages of a message in their order: what the page calls them, and where they are counted.
var stages = []struct{ name, metric, label string }{
	{"decode", "liveroom_transport_decode_seconds", ""},
	{"mailbox", "liveroom_actors_stage_seconds", "mailbox"},
	{"batch", "liveroom_actors_stage_seconds", "read"},
	{"model", "liveroom_nlp_run_seconds", ""},
	{"step", "liveroom_actors_stage_seconds", "compose"},
	{"commit", "liveroom_actors_stage_seconds", "commit"},
	{"send", "liveroom_transport_send_seconds", ""},
	{"total", "liveroom_actors_stage_seconds", "total"},
}

// overviewOf puts the figures of a period together.
func overviewOf(s Status, p period, busiest []RoomRow, now time.Time) Overview {
	o := Overview{
		Status: s, At: now.UnixMilli(), WindowS: p.seconds, Since: p.since, Messages: p.count("liveroom_transport_events_total", ""),
		Outcomes: inOrder(p.each("liveroom_actors_outcomes_total"), "replied", "merged", "handed_over", "quiet", "shed"),
		Quiet:    p.each("liveroom_actors_quiet_total"),
		Decided:  inOrder(p.each("liveroom_actors_answers_total"), "keyword", "model", "linear", "rules"),
		Links:    p.each("liveroom_transport_links"), Busiest: busiest, Line: Line800{Ms: lineMs},
		Actors: ActorFigures{
			Users: p.gauge("liveroom_actors_user_actors", ""), Rooms: p.gauge("liveroom_actors_room_actors", ""),
			InFlight: p.gauge("liveroom_actors_in_flight_messages", ""), Restarts: p.sum("liveroom_actors_restarts_total"),
			DeadLetters: p.sum("liveroom_actors_dead_letters_total"), Panics: p.sum("liveroom_actors_panics_total"),
			Passivated: p.sum("liveroom_actors_passivated_total"),
		},
		Uncovered: []string{},
	}
	for _, f := range []string{"in", "out"} {
		if c := p.count("liveroom_transport_frames_"+f+"_total", ""); c != nil {
			c.Name = f
			o.Traffic = append(o.Traffic, *c)
		}
	}
	for _, st := range stages {
		if h, ok := p.histogram(st.metric, st.label); ok {
			o.Stages = append(o.Stages, stageOf(st.name, h, 1000))
			if st.name == "total" {
				o.Line.Count = h.total()
				if share, ok := h.within(lineMs / 1000.0); ok {
					o.Line.Within = &share
				}
			}
		}
	}
	if h, ok := p.histogram("liveroom_nlp_batch_texts", ""); ok {
		b := stageOf("texts", h, 1)
		o.Batch = &b
	}
	o.Alarms = alarmsOf(&o, p)
	return o
}

func stageOf(name string, h histogram, unit float64) Stage {
	s := Stage{Name: name, Count: h.total()}
	for q, to := range map[float64]**float64{.5: &s.P50, .95: &s.P95, .99: &s.P99} {
		if v, ok := h.quantile(q, 0); ok {
			v *= unit
			*to = &v
		}
	}
	return s
}

// inOrder sorts counts as told; what is not told of comes last.
func inOrder(list []Count, order ...string) []Count {
	place := func(c Count) int {
		if i := slices.Index(order, c.Name); i >= 0 {
			return i
		}
		return len(order)
	}
	slices.SortStableFunc(list, func(a, b Count) int { return place(a) - place(b) })
	return list
}

// alarmsOf says what wants a look.
func alarmsOf(o *Overview, p period) []Alarm {
	alarms := []Alarm{}
	add := func(key, level string, value float64, note string) {
		alarms = append(alarms, Alarm{Key: key, Level: level, Value: value, Note: note})
	}
	for _, part := range o.Parts {
		level := map[string]string{PartFailing: "bad", PartDegraded: "warn"}[part.State]
		if level != "" {
			alarms = append(alarms, Alarm{Key: "part." + part.Name, Level: level, Note: part.Note, Advice: part.Advice})
		}
	}
	if o.Ready != "ready" && !strings.HasPrefix(o.Ready, "storage") { // that part has said so
		add("not_ready", "bad", 0, o.Ready)
	}
	if w := o.Line.Within; w != nil && *w < .99 {
		add("line", "warn", *w, "")
	}
	for _, c := range o.Outcomes {
		if c.Name == "shed" && c.PerSecond > 0 && !p.since {
			add("shed", "bad", c.PerSecond, "")
		}
	}
	for key, c := range map[string]*Count{
		"restarts": o.Actors.Restarts, "dead_letters": o.Actors.DeadLetters, "panics": o.Actors.Panics,
		"evictions": p.sum("liveroom_transport_evictions_total"), "quarantined": p.sum("liveroom_storage_quarantined_blocks_total"),
		"run_failures": p.sum("liveroom_nlp_run_failures_total"),
	} {
		if c != nil && c.PerSecond > 0 && !p.since {
			add(key, "warn", c.PerSecond, "")
		}
	}
	slices.SortStableFunc(alarms, func(a, b Alarm) int {
		if a.Level != b.Level {
			return strings.Compare(a.Level, b.Level) // bad before warn
		}
		return strings.Compare(a.Key, b.Key)
	})
	return alarms
}
