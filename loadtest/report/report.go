// Package report is what a load test says at its end: the figures, whether they are evidence at all, and whether they meet
// what the scenario asks. It is pure: it reads no clock and starts nothing.
package report

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"liveroom/loadtest/journal"
)

// Version is the version of the JSON form. It grows when a field changes its meaning.
const Version = 1

// Report is one run of one scenario.
type Report struct {
	Version     int         `json:"version"`
	Scenario    string      `json:"scenario"`
	About       string      `json:"about"`
	Started     time.Time   `json:"started"`
	Commit      string      `json:"commit,omitempty"`
	Machine     Machine     `json:"machine"`
	Calibration Calibration `json:"calibration"`

	Opening   Opening                `json:"opening"`
	Load      Load                   `json:"load"`
	Rate      Rate                   `json:"rate"`
	Latency   map[string]Percentiles `json:"latency_ms"`
	Journal   journal.Tally          `json:"journal"`
	Answers   Answers                `json:"answers"`
	Probes    Probes                 `json:"probes"`
	Server    Server                 `json:"server"`
	Generator Generator              `json:"generator"`
	Cores     Cores                  `json:"cores"`
	Restart   *Restart               `json:"restart,omitempty"`
	Chorus    *Chorus                `json:"chorus,omitempty"`
	Rush      *Rush                  `json:"rush,omitempty"`
	Siege     *Siege                 `json:"siege,omitempty"`
	Watched   *Watched               `json:"watched,omitempty"`
	Seconds   []Second               `json:"seconds,omitempty"`

	Limits  Limits   `json:"limits"`
	Verdict Verdict  `json:"verdict"`
	Notes   []string `json:"notes,omitempty"`
}

// Machine is where the run took place.
type Machine struct {
	CPU      string `json:"cpu"`
	Cores    int    `json:"cores"`
	MemoryMB int64  `json:"memory_mb"`
	Kernel   string `json:"kernel"`
	Go       string `json:"go"`
}

// Cores is what became of the machine's CPU time under the load, in shares of all of it; 0 where that is not known.
type Cores struct {
	Busy float64 `json:"busy_share"`
	// Stolen was wanted here and given to other guests by the machine's host. What waited then is late through no fault of
	// the server's or the generator's.
	Stolen float64 `json:"stolen_share"`
}

// Calibration is what a fixed piece of work cost on this machine, just before the load: one 64-byte message there and back
// over a loopback TCP connection. Figures of two machines compare through it.
type Calibration struct {
	Echoes int64 `json:"echoes"`
	// CPUUs is the CPU time of one echo, both ends together, in µs.
	CPUUs float64 `json:"cpu_us"`
	P50Us float64 `json:"p50_us"`
	P99Us float64 `json:"p99_us"`
}

// Opening is what it took to open the links before the load.
type Opening struct {
	Links   int     `json:"links"`
	TLS     bool    `json:"tls,omitempty"`
	Seconds float64 `json:"seconds"`
	// CPUUs is the server's CPU time a link, handshakes and hello included, in µs; 0 when it was not seen.
	CPUUs float64 `json:"cpu_us,omitempty"`
}

// Load says what was asked of the server.
type Load struct {
	Seed      uint64  `json:"seed"`
	Seconds   float64 `json:"seconds"`
	RampS     float64 `json:"ramp_s"`
	Viewers   int     `json:"viewers"`
	Ingest    int     `json:"ingest"`
	Users     int     `json:"users"`
	UserDraw  string  `json:"user_draw"`
	FirstTime float64 `json:"first_time_share"`
	// Mix is the share of each event type, Texts where the words came from, one line a source.
	Mix   map[string]float64 `json:"mix"`
	Texts []string           `json:"texts"`
	Shape string             `json:"shape"`
}

// Rate compares what was asked with what left.
type Rate struct {
	// Asked and Reached are events a second over the whole run, Planned and Sent how many.
	Asked   float64 `json:"asked"`
	Reached float64 `json:"reached"`
	Planned int64   `json:"planned"`
	Sent    int64   `json:"sent"`
	// Answerable is how many comments and messages a second were sent.
	Answerable float64          `json:"answerable_per_s"`
	ByType     map[string]int64 `json:"by_type"`
	// Late counts sends that left more than 10 ms after their instant, Blocked those that the socket did not take at once.
	Late    int64       `json:"late"`
	Blocked int64       `json:"blocked"`
	Lag     Percentiles `json:"lag_ms"`
}

// Share returns what part of the planned sends left.
func (r Rate) Share() float64 { return share(r.Sent, r.Planned) }

// LateShare returns what part of the sends left late.
func (r Rate) LateShare() float64 { return share(r.Late, r.Sent) }

// Percentiles are of one kind of latency, in ms, counted from the scheduled instant.
type Percentiles struct {
	Count int64   `json:"count"`
	P50   float64 `json:"p50"`
	P90   float64 `json:"p90"`
	P99   float64 `json:"p99"`
	P999  float64 `json:"p99_9"`
	Max   float64 `json:"max"`
}

// Of reads the percentiles of a histogram of microseconds.
func Of(h *hdrhistogram.Histogram) Percentiles {
	ms := func(q float64) float64 { return float64(h.ValueAtQuantile(q)) / 1000 }
	if h.TotalCount() == 0 {
		return Percentiles{}
	}
	return Percentiles{h.TotalCount(), ms(50), ms(90), ms(99), ms(99.9), float64(h.Max()) / 1000}
}

// The kinds of latency in Report.Latency.
const (
	Message = "message" // private questions: scheduled instant to reply
	Comment = "comment" // public ones: to the reply on the sender's link
	Outcome = "outcome" // to an outcome that is no reply
	All     = "all"     // to whatever ended it
	Ack     = "ack"     // to the acknowledgement
	Fanout  = "fanout"  // to a public reply on each other link of the room
	Recover = "recover" // to whatever ended it, over a restart
)

// Answers says how sends ended and who decided it.
type Answers struct {
	// Outcomes counts by outcome, Reasons by "outcome/reason".
	Outcomes map[string]int64 `json:"outcomes"`
	Reasons  map[string]int64 `json:"reasons,omitempty"`
	// Errors counts error and bye frames by code; Refused are errors about an event other than shedding.
	Errors  map[string]int64 `json:"errors,omitempty"`
	Byes    map[string]int64 `json:"byes,omitempty"`
	Refused int64            `json:"refused"`
	// DecidedBy and By count the replies.
	DecidedBy map[string]int64 `json:"decided_by"`
	By        map[string]int64 `json:"by"`
	// Questions are the sends whose text was drawn from a list of questions; of an unlabelled list, those that the server
	// did not close as chatter, which are in Chatter. Replied were replied to or merged into a reply.
	Questions int64 `json:"questions"`
	Replied   int64 `json:"questions_replied"`
	Chatter   int64 `json:"unlabelled_chatter"`
	// Fanned counts public replies on links other than the asker's, LinksLost links that broke, not counting a restart.
	Fanned    int64 `json:"fanned_out"`
	LinksLost int64 `json:"links_lost"`
	// Examples are a few of the frames and links that went wrong.
	Examples []string `json:"examples,omitempty"`
}

// RepliedShare returns what part of the questions was replied to.
func (a Answers) RepliedShare() float64 { return share(a.Replied, a.Questions) }

// Probes are questions whose right answer we know, since we set the stock figure just before.
type Probes struct {
	Sent  int64 `json:"sent"`
	Right int64 `json:"right"`
	// Wrong replies hold an older figure, Silent ones none, or there was no reply.
	Wrong    int64    `json:"wrong"`
	Silent   int64    `json:"silent"`
	Examples []string `json:"examples,omitempty"`
}

// Server is the server's own view, from its metrics, and what the kernel says of its process when we started it.
type Server struct {
	// Seen tells whether its metrics could be read; the figures below are zero otherwise.
	Seen         bool    `json:"seen"`
	CPUSeconds   float64 `json:"cpu_s"`
	CPUUsMessage float64 `json:"cpu_us_per_message"`
	CPUUsEvent   float64 `json:"cpu_us_per_event"`
	RSSBeforeMB  float64 `json:"rss_before_mb"`
	RSSAfterMB   float64 `json:"rss_after_mb"`
	RSSPeakMB    float64 `json:"rss_peak_mb,omitempty"`
	// Unclean says how it failed to stop in order, "" when it did or was not ours to stop.
	Unclean string `json:"unclean,omitempty"`
	// Decided is what its own counters say of who read the texts, Counters every counter of its that moved.
	Decided  map[string]float64 `json:"decided_by,omitempty"`
	Counters map[string]float64 `json:"counters,omitempty"`
}

// Generator is what the load itself cost.
type Generator struct {
	CPUSeconds float64 `json:"cpu_s"`
	// CPUShare is in cores.
	CPUShare float64 `json:"cpu_share"`
	RSSMB    float64 `json:"rss_mb"`
	// Nice is its niceness: below 0 it had priority over the server.
	Nice int `json:"nice"`
	// Sweep is how long the reader took for what one wake-up found.
	Sweep Percentiles `json:"sweep_ms"`
}

// Restart tells of a server killed in the middle.
type Restart struct {
	AtS      float64 `json:"at_s"`
	OutageMs float64 `json:"outage_ms"`
	// Open were sent and had no outcome when the server died, AckedOpen those of them it had acknowledged.
	Open      int64 `json:"open"`
	AckedOpen int64 `json:"acked_open"`
	// Resumed counts the links that went on, Resent the messages said again.
	Resumed int64 `json:"resumed"`
	Resent  int64 `json:"resent"`
}

// Second is one second of the run.
type Second struct {
	Sent   int64   `json:"sent"`
	Closed int64   `json:"closed"`
	Shed   int64   `json:"shed"`
	P99    float64 `json:"p99_ms"`
}

func share(part, whole int64) float64 {
	if whole == 0 {
		return 0
	}
	return float64(part) / float64(whole)
}

// ErrFormat is returned by Read for a file that is no report of this version.
var ErrFormat = errors.New("not a load report of this version")

// Write writes r as indented JSON to a file.
func Write(path string, r *Report) error {
	b, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return fmt.Errorf("encode report: %w", err)
	}
	if err := os.WriteFile(path, append(b, '\n'), 0o644); err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	return nil
}

// Read reads a file that Write wrote.
func Read(path string) (*Report, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read report: %w", err)
	}
	var r Report
	if err := json.Unmarshal(b, &r); err != nil {
		return nil, fmt.Errorf("read report %s: %w: %w", path, ErrFormat, err)
	}
	if r.Version != Version {
		return nil, fmt.Errorf("read report %s: %w: version %d, want %d", path, ErrFormat, r.Version, Version)
	}
	return &r, nil
}
