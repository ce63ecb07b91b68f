package loadtest

import (
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"liveroom/engine/live"
	"liveroom/loadtest/chorus"
	"liveroom/loadtest/crowd"
	"liveroom/loadtest/journal"
	"liveroom/loadtest/report"
	"liveroom/loadtest/rush"
	"liveroom/transport/wire"
)

// answers takes what arrives on all links and accounts for it. It is the crowd's handler: its Payload, Gone and Swept run
// on the crowd's goroutine; the other methods may be called from anywhere.
type answers struct {
	// set before the load starts
	journal *journal.Journal
	pong    func(link int)
	chorus  *chorus.Chorus // listens to public replies; nil for none
	rush    *rush.Rush     // hears what buyers are told; nil for none
	// besieging tells before and during a siege apart; nil for none.
	besieging *besieging
	watching  *watching // tells with and without people who look apart; nil for none

	// owned by the crowd's goroutine
	frame wire.Outbound

	// guarded by mu
	mu      sync.Mutex
	start   time.Time // zero until the load starts
	links   []session
	open    int           // links that have been welcomed
	changed chan struct{} // closed, and replaced, when a link opens or goes
	killed  time.Duration // when the server was killed, 0 when it was not
	away    bool          // the server is being restarted: links are expected to break
	refused string        // why the last link was turned away
	turned  int           // links that ended without a welcome

	latency map[string]*hdrhistogram.Histogram
	sweep   *hdrhistogram.Histogram
	second  *hdrhistogram.Histogram // of all that ended since the last progress line
	figures report.Answers
	probes  report.Probes
	shed    int64
	newest  int32 // the newest stock figure known to be on its way
	resumed int64
	// heartbeat is the shortest one a server asked for, 0 when none did.
	heartbeat time.Duration
}

// session is what is known of one link.
type session struct {
	id    live.SessionID
	after live.EventID // id of the last reply that arrived
	open  bool
}

var kinds = []string{report.Message, report.Comment, report.Outcome, report.All, report.Ack, report.Fanout, report.Recover}

func newAnswers(links int) *answers {
	a := &answers{
		links: make([]session, links), changed: make(chan struct{}),
		latency: map[string]*hdrhistogram.Histogram{}, sweep: newHistogram(), second: newHistogram(),
		figures: report.Answers{
			Outcomes: map[string]int64{}, Reasons: map[string]int64{}, Errors: map[string]int64{}, Byes: map[string]int64{},
			DecidedBy: map[string]int64{}, By: map[string]int64{},
		},
	}
	for _, k := range kinds {
		a.latency[k] = newHistogram()
	}
	return a
}

var _ crowd.Handler = (*answers)(nil)

// Payload implements crowd.Handler.
func (a *answers) Payload(link int, payload []byte, at time.Time) {
	if len(payload) > 0 && payload[0] == '{' { // the decoder refuses what follows an object
		a.take(link, payload, at)
		return
	}
	for {
		one, rest := firstObject(payload)
		if one == nil {
			return
		}
		payload = rest
		a.take(link, one, at)
	}
}

func (a *answers) take(link int, object []byte, at time.Time) {
	o := &a.frame
	a.mu.Lock()
	defer a.mu.Unlock()
	if err := wire.DecodeOutbound(object, o); err != nil {
		a.figures.Errors["unreadable"]++
		return
	}
	now := at.Sub(a.start)
	switch o.Type {
	case "ack":
		a.ack(o, now)
	case "reply":
		a.reply(link, o, now)
	case "outcome":
		a.outcome(link, o, now)
	case "error":
		a.fault(link, o, now)
	case "welcome":
		a.welcome(&a.links[link], o)
	case "bye":
		a.figures.Byes[o.Code]++
		a.refused = o.Code + ": " + o.Reason
	case "ping":
		a.pong(link)
	}
}

func (a *answers) welcome(l *session, o *wire.Outbound) {
	if o.Session != "" && o.Session == l.id {
		a.resumed++
	}
	l.id, l.open = o.Session, true
	a.open++
	if beat := time.Duration(o.HeartbeatMs) * time.Millisecond; a.heartbeat == 0 || beat < a.heartbeat {
		a.heartbeat = beat
	}
	a.stir()
}

func (a *answers) ack(o *wire.Outbound, now time.Duration) {
	if s, first := a.journal.Ack(o.ID, now); first {
		a.time(report.Ack, s, now)
	}
}

func (a *answers) reply(link int, o *wire.Outbound, now time.Duration) {
	s, ours := a.journal.Lookup(o.To)
	private := o.Scope != live.Public.String()
	l := &a.links[link]
	l.after = live.EventID(strings.Clone(string(o.ID))) // the frame's strings share memory
	if !private && a.chorus != nil {
		a.overhear(link, o, now)
	}
	if !private && (!ours || int(s.Link) != link) || ours && s.Outcome != 0 && o.Count > 0 {
		a.figures.Fanned++ // said to the room, or a closing reply that speaks for many
		if ours && int(s.Link) != link {
			a.time(report.Fanout, s, now)
		}
		return
	}
	s, found := a.journal.Close(o.To, link, journal.Ending{
		Outcome: live.Replied, What: [3]string{string(o.ID), o.Text}, Private: private,
	}, now)
	if found == journal.Conflict || found == journal.Elsewhere {
		a.example("%s on link %d: %q", o.To, link, o.Text)
	}
	if found != journal.First {
		return
	}
	a.figures.DecidedBy[o.DecidedBy]++
	a.figures.By[string(o.By)]++
	kind := report.Message
	if s.Type == live.Comment {
		kind = report.Comment
	}
	a.time(kind, s, now)
	a.ended(s, live.Replied, "", now)
	if s.Probe != 0 {
		a.check(s, o.Text)
	}
	if a.rush != nil {
		a.rush.Heard(now, int(s.User), rush.Answer{Outcome: live.Replied, Script: o.Script, Variant: o.Variant})
	}
}

// overhear passes a public reply on.
func (a *answers) overhear(link int, o *wire.Outbound, now time.Duration) {
	if o.Count > 0 {
		a.chorus.Closing(now, link, string(o.ID), o.Text, o.Count)
		return
	}
	a.chorus.Reply(now, string(o.ID), o.Text)
}

// check compares a probe's reply with the figures on their way when it came. Buyers may hold some of the pieces: what is
// offered is less by those, which are fewer than a step.
func (a *answers) check(s journal.Sent, text string) {
	switch figure := figureIn(text); {
	case figure == 0:
		a.probes.Silent++
		a.probes.Examples = appendExample(a.probes.Examples, "no figure: "+text)
	case figure <= s.Probe-figureStep || figure > a.newest:
		a.probes.Wrong++
		a.probes.Examples = appendExample(a.probes.Examples, fmt.Sprintf("asked after %d was set: %s", s.Probe, text))
	default:
		a.probes.Right++
	}
}

// figureIn returns the first probe's figure in a text, 0 when there is none.
func figureIn(text string) int32 {
	for i := 0; i < len(text); {
		j := i
		for j < len(text) && text[j] >= '0' && text[j] <= '9' {
			j++
		}
		if n, err := strconv.ParseInt(text[i:j], 10, 32); err == nil && n >= firstFigure {
			return int32(n)
		}
		i = j + 1
	}
	return 0
}

func (a *answers) outcome(link int, o *wire.Outbound, now time.Duration) {
	how := live.ParseOutcome(o.Outcome)
	if how == 0 {
		a.figures.Errors["unknown_outcome"]++
		return
	}
	s, found := a.journal.Close(o.To, link, journal.Ending{
		Outcome: how, What: [3]string{o.Reason, string(o.Joined)}, Private: true,
	}, now)
	if found == journal.First {
		a.time(report.Outcome, s, now)
		a.ended(s, how, o.Reason, now)
		if a.rush != nil {
			a.rush.Heard(now, int(s.User), rush.Answer{Outcome: how})
		}
	}
}

// sheds are the codes by which a server says that it let an accepted event go.
var sheds = map[string]bool{
	live.Overloaded.String(): true, live.RateLimited.String(): true, live.StorageFailed.String(): true,
	live.Internal.String(): true, live.Draining.String(): true,
}

func (a *answers) fault(link int, o *wire.Outbound, now time.Duration) {
	a.figures.Errors[o.Code]++
	if o.To == "" {
		a.refused = o.Code + ": " + o.Message
		return
	}
	if !sheds[o.Code] {
		a.figures.Refused++
		a.example("%s refused: %s %s %s", o.To, o.Code, o.Field, o.Message)
	}
	if a.rush != nil && sheds[o.Code] {
		if s, ours := a.journal.Lookup(o.To); ours && s.Outcome == 0 && a.rush.Refused(now, int(s.User)) {
			return // nothing is remembered of it: it is said again
		}
	}
	s, found := a.journal.Close(o.To, link, journal.Ending{Outcome: live.Shed, What: [3]string{o.Code}, Private: true}, now)
	if found == journal.First && s.Type.Answerable() {
		a.time(report.Outcome, s, now)
		a.ended(s, live.Shed, o.Code, now)
		if a.rush != nil {
			a.rush.Heard(now, int(s.User), rush.Answer{Outcome: live.Shed})
		}
	}
}

// ended accounts for the outcome of an answerable send.
func (a *answers) ended(s journal.Sent, how live.Outcome, reason string, now time.Duration) {
	a.time(report.All, s, now)
	record(a.second, now-s.Due)
	a.besieging.time(s.Due, now-s.Due)
	a.watching.time(s.Due, now-s.Due)
	a.figures.Outcomes[how.String()]++
	if reason != "" {
		a.figures.Reasons[how.String()+"/"+reason]++
	}
	if how == live.Shed {
		a.shed++
	}
	if s.Probe != 0 {
		if how != live.Replied {
			a.probes.Silent++
			a.probes.Examples = appendExample(a.probes.Examples, "no reply: "+how.String()+" "+reason)
		}
		return
	}
	switch {
	case !s.Question:
	case s.Unlabelled && how == live.Quiet && live.Reason(reason) == live.BecauseChatter:
		a.figures.Chatter++
	default:
		a.figures.Questions++
		if how == live.Replied || how == live.Merged {
			a.figures.Replied++
		}
	}
}

// time enters a latency. What was under way when the server was killed is kept apart: it tells of the restart.
func (a *answers) time(kind string, s journal.Sent, now time.Duration) {
	if a.killed != 0 && s.Due <= a.killed && now > a.killed {
		if kind != report.All {
			return
		}
		kind = report.Recover
	}
	record(a.latency[kind], now-s.Due)
}

const maxExamples = 5

func appendExample(to []string, text string) []string {
	if len(to) < maxExamples {
		to = append(to, text)
	}
	return to
}

func (a *answers) example(format string, args ...any) {
	if len(a.figures.Examples) < maxExamples {
		a.figures.Examples = append(a.figures.Examples, fmt.Sprintf(format, args...))
	}
}

// Gone implements crowd.Handler.
func (a *answers) Gone(link int, err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	l := &a.links[link]
	if l.open {
		a.open--
	} else {
		a.turned++
	}
	if !a.away && !a.start.IsZero() {
		a.figures.LinksLost++
		a.example("link %d lost: %v", link, err)
	} else if a.refused == "" {
		a.refused = err.Error()
	}
	l.open = false
	a.stir()
}

// Swept implements crowd.Handler.
func (a *answers) Swept(took time.Duration) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if !a.start.IsZero() {
		record(a.sweep, took)
	}
}

// stir wakes whoever waits for links. The caller holds mu.
func (a *answers) stir() {
	close(a.changed)
	a.changed = make(chan struct{})
}
